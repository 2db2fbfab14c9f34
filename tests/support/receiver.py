"""A partner's receiver on loopback: verifies what is pushed to it, and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

Answering = Callable[["Got"], bytes | None]
"""What to answer to a request; None hangs up without a word."""

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def status(code: int, *headers: str) -> bytes:
    """An empty answer with a status."""
    lines = [f"HTTP/1.1 {code} Answer", "Content-Length: 0", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Got:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its webhook-id."""
        return self.headers["webhook-id"]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The batch."""
        events: list[dict[str, Any]] = from_json(self.body)
        return events

    @property
    def page(self) -> dict[str, Any]:
        """What the last event says."""
        data: dict[str, Any] = self.events[-1]["data"]
        return data

    def data(self, kind: str) -> list[dict[str, Any]]:
        """Data of the events of one kind: incident or notice."""
        wanted = f"uk.charnwood.gateway.{kind}.v1"
        return [event["data"] for event in self.events if event["type"] == wanted]


@dataclass
class Receiver:
    """Keeps every request, and answers 204 unless told otherwise."""

    answering: Answering = lambda _got: OK
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
                headers = {name.lower(): value for name, value in lines}
                body = await reader.readexactly(int(headers["content-length"]))
                got = Got(headers, body)
                self.got.append(got)
                answer = self.answering(got)
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(receiver: Receiver) -> AsyncIterator[Receiver]:
    """Serve a receiver on a free loopback port."""
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
