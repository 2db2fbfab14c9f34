"""A load generator on raw asyncio streams: cheap enough to leave a core to the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> None:
        """Connect on loopback."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def request(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Send one request; return status and body."""
        self._writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answered = await self._reader.readuntil(b"\r\n\r\n")
        status = int(answered[9:12])
        lower = answered.lower()
        if b"transfer-encoding: chunked" in lower:
            return status, await self._chunks()
        at = lower.index(b"content-length:") + 15
        return status, await self._reader.readexactly(int(lower[at : lower.index(b"\r", at)]))

    async def _chunks(self) -> bytes:
        pieces = []
        while size := int(await self._reader.readline(), 16):
            pieces.append((await self._reader.readexactly(size + 2))[:-2])
        await self._reader.readline()
        return b"".join(pieces)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def load(
    port: int, head: bytes, body: Callable[[], bytes], connections: int, requests: int
) -> float:
    """Send requests over so many connections; return requests a second.

    Raises:
        AssertionError: An answer was not 2xx.
    """
    return asyncio.run(_load(port, head, body, connections, requests))


async def _load(
    port: int, head: bytes, body: Callable[[], bytes], connections: int, requests: int
) -> float:
    bodies = [body() for _ in range(requests)]
    opened = [Connection(port) for _ in range(connections)]
    for connection in opened:
        await connection.open()

    async def work(connection: Connection) -> None:
        while bodies:
            status, answer = await connection.request(head, bodies.pop())
            assert 200 <= status < 300, answer[:300]

    begun = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in opened))
    taken = time.perf_counter() - begun
    for connection in opened:
        connection.close()
    return requests / taken
