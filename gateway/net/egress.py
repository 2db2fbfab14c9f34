"""The one egress client. One connection a subscriber, one deadline an attempt, a bounded answer.

It stands on httpcore itself: what must not happen here (redirects, proxies from the environment, cookies,
decoded bodies) is httpx's, and is not there to be switched off.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpcore

from gateway.net.dialling import (
    AnswerTooLong,
    Dialler,
    GuardedBackend,
    Meter,
    NameResolver,
    Resolver,
    dial,
)
from gateway.net.target import Egress, Target, TargetRefused, read_target

ANSWER_BYTES = 64 * 1024
"""Bytes read of an answer at most, status line and headers included."""

IDLE_SECONDS = 30.0
"""How long a connection is kept open without use."""

Body = Callable[[], AsyncIterator[bytes]]
"""Gives the body anew for each try; what it raises ends the attempt and is raised again."""


class Withheld(Exception):
    """Raised by a body that finds, at the last moment, that it may not go. Nothing of it was sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds."""

    attempt: float = 15.0
    """One attempt: resolving, connecting, sending, and reading the answer."""
    connection: float = 60.0
    """Age at which a connection is made anew, and its name resolved and judged again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt."""

    code: str
    """``http-204``; without a whole status: timeout, connect, tls, reset, protocol, too-long, or
    ``egress-`` and the reason why nothing was dialled."""
    status: int | None = None
    retry_after: str | None = None


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return what decides whom we believe: the system's authorities, or those of a file; TLS 1.2 on."""
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class EgressClient:
    """Makes lines to subscribers, all under the same rules."""

    egress: Egress
    tls: ssl.SSLContext = field(default_factory=lambda: trust(None))
    limits: Limits = Limits()
    resolver: Resolver | None = None
    dialler: Dialler = dial

    def line(self) -> Line:
        """Return a line: the one connection to one subscriber."""
        return Line(self)


class Line:
    """Sends requests to one subscriber, one at a time, over one connection that is kept for a while."""

    def __init__(self, client: EgressClient) -> None:
        self._client = client
        self._own = NameResolver() if client.resolver is None else None
        self._meter = Meter(ANSWER_BYTES)
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._origin: tuple[str, str, int] | None = None
        self._made_at = 0.0

    async def post(self, url: str, headers: Mapping[str, str], length: int, body: Body) -> Answer:
        """Send one POST and return what came of it.

        Args:
            url: Where to.
            headers: All but Host and Content-Length.
            length: Bytes of the body.
            body: Gives it, once the connection stands.

        Raises:
            Withheld: The body said so.
        """
        answered: list[Answer] = []
        try:
            async with asyncio.timeout(self._client.limits.attempt):
                await self._post(read_target(url), headers, length, body, answered)
        except TargetRefused as refused:
            return Answer(f"egress-{refused.reason}")
        except Withheld:
            await self._drop()
            raise
        except Exception as error:  # noqa: BLE001 - whatever a subscriber does is an outcome
            await self._drop()
            # the status counts once it came whole; what became of the body does not matter
            return answered[0] if answered else Answer(_code(error))
        return answered[0]

    async def close(self) -> None:
        """Hang up."""
        await self._drop()
        if self._own is not None:
            self._own.close()

    async def _post(
        self,
        target: Target,
        headers: Mapping[str, str],
        length: int,
        body: Body,
        answered: list[Answer],
    ) -> None:
        pool, fresh = await self._connected(target)
        try:
            await self._exchange(pool, target, headers, length, body, answered)
        except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError):
            if fresh or answered or self._meter.read:
                raise
            # the subscriber closed an idle connection just then: that is no failure of his
            await self._drop()
            pool, _ = await self._connected(target)
            await self._exchange(pool, target, headers, length, body, answered)

    async def _exchange(
        self,
        pool: httpcore.AsyncConnectionPool,
        target: Target,
        headers: Mapping[str, str],
        length: int,
        body: Body,
        answered: list[Answer],
    ) -> None:
        self._meter.begin()
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        sent = {
            "Host": target.authority,
            "Accept-Encoding": "identity",
            "Content-Length": str(length),
            **headers,
        }
        async with pool.stream("POST", url, headers=list(sent.items()), content=body()) as response:
            after = [value for name, value in response.headers if name.lower() == b"retry-after"]
            told = after[0].decode("latin-1") if after else None
            answered.append(Answer(f"http-{response.status}", response.status, told))
            async for _ in response.aiter_stream():
                pass

    async def _connected(self, target: Target) -> tuple[httpcore.AsyncConnectionPool, bool]:
        """Return a pool of one connection to the target, and whether it is a new one."""
        now = asyncio.get_running_loop().time()
        old = now - self._made_at >= self._client.limits.connection
        if self._pool is not None and self._origin == target.origin and not old:
            return self._pool, not self._pool.connections
        await self._drop()
        client = self._client
        resolve = client.resolver or self._own
        if resolve is None:  # pragma: no cover - one of the two is there
            raise TargetRefused("unresolved")
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=client.tls,
            max_connections=1,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=GuardedBackend(
                target,
                client.egress,
                resolve,
                client.dialler,
                self._meter,
                client.limits.attempt,
            ),
        )
        self._origin, self._made_at = target.origin, now
        return self._pool, True

    async def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            with contextlib.suppress(Exception):
                await pool.aclose()


def _code(error: Exception) -> str:
    """Say in a word what went wrong."""
    match error:
        case TimeoutError() | httpcore.TimeoutException():
            return "timeout"
        case AnswerTooLong():
            return "too-long"
        case httpcore.ConnectError():
            return "tls" if _is_tls(error) else "connect"
        case httpcore.ReadError() | httpcore.WriteError():
            return "reset"
        case _:
            return "protocol"


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
