"""Dialling what was judged: the name is resolved once, and the connection goes to that very address.

A name that resolves to something else a moment later (DNS rebinding) is never asked again, and the TLS
check still holds the certificate against the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

import httpcore
from typing_extensions import override

from gateway.net.target import Egress, Target

MOST_ADDRESSES = 4
"""Addresses of one name that are tried, one after the other."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host; an empty list where there are none."""

Dialler = Callable[[str, int, float | None], Awaitable[httpcore.AsyncNetworkStream]]
"""Opens a connection to an address (never a name) and port, within seconds."""


class AnswerTooLong(Exception):
    """More came in than an answer may have; the connection is of no further use."""


@dataclass(slots=True)
class Meter:
    """Counts what one attempt reads, before anything else looks at it."""

    most: int
    read: int = 0

    def begin(self) -> None:
        """Begin an attempt."""
        self.read = 0

    def take(self, number: int) -> None:
        """Count bytes read.

        Raises:
            AnswerTooLong: There were too many.
        """
        self.read += number
        if self.read > self.most:
            raise AnswerTooLong


@dataclass(slots=True)
class NameResolver:
    """Asks the system's resolver in one thread of its own: a dead name server delays one subscriber."""

    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="resolver")
    )

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return every address, in the system's order."""

        def ask() -> list[str]:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                return []
            return [str(entry[4][0]) for entry in found]

        return await asyncio.get_running_loop().run_in_executor(self._pool, ask)

    def close(self) -> None:
        """Let the thread go."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def dial(address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
    """Open a TCP connection: the dialler outside tests."""
    return await httpcore.AnyIOBackend().connect_tcp(address, port, timeout=seconds)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to one target only, after every address of it was judged."""

    def __init__(
        self,
        target: Target,
        egress: Egress,
        resolve: Resolver,
        dialler: Dialler,
        meter: Meter,
        seconds: float,
    ) -> None:
        self._target, self._egress = target, egress
        self._resolve, self._dial, self._meter = resolve, dialler, meter
        self._seconds = seconds

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if (host, port) != (self._target.host, self._target.port):
            raise httpcore.ConnectError("not the target of this connection")
        addresses = self._egress.judge(self._target, await self._resolve(host, port))
        failed: Exception | None = None
        for address in addresses[:MOST_ADDRESSES]:
            try:
                stream = await self._dial(address, port, self._seconds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _MeteredStream(stream, self._meter)
        raise failed or httpcore.ConnectError("no address")

    @override
    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no sockets of this machine")

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _MeteredStream(httpcore.AsyncNetworkStream):
    """A stream whose bytes are counted as they come in."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        read = await self._stream.read(max_bytes, timeout)
        self._meter.take(len(read))
        return read

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()

    @override
    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # an attempt that ends in the handshake would leave the connection open
            await self._stream.aclose()
            raise
        return _MeteredStream(secured, self._meter)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
