"""The one ASGI guard in front of every route: body size, body deadline, encoding, headers.

The server in front (uvicorn) limits none of these. Nothing is buffered here: the application still
decides first who is calling, and reads the body afterwards. When a body breaks a limit while it is being
read, the caller gets the answer at once and the application sees a disconnection; what it says then goes
nowhere. An exception that the application lets through becomes a 500 without its text.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import (
    BodyTooLarge,
    BodyTooSlow,
    BodyUnreadable,
    GatewayError,
    MediaTypeNotTaken,
)
from gateway.events import Event, emit, where

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
Dress = Callable[[Scope, int, bytes], tuple[Headers, bytes] | None]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_ID = "request_id"
"""Where a route finds its request id: ``request.state.request_id``, the ``instance`` of a problem."""
LONGEST_LENGTH = 18
"""Digits of a Content-Length that are worth reading as a number."""
NOT_KEPT = ("/v1/", "/ogc", "/oauth/", "/console", "/metrics")
"""Whose answers nobody keeps, errors and refusals included; the console's files say otherwise."""
_EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_PAGES = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")


@dataclass(eq=False)
class Guard:
    """Wraps the application: ``Guard(app, cap_bytes=…, deadline_seconds=…)`` is what uvicorn runs.

    Pages set their own content security policy; every header that the application sets itself is kept.
    """

    app: App
    cap_bytes: Callable[[str], int]
    """Largest body for a path, in bytes."""
    deadline_seconds: float
    """A body must have arrived whole within this time of its first reading."""
    new_id: Callable[[], str] = lambda: secrets.token_hex(8)
    counts: Counter[str] = field(default_factory=Counter)
    """Refusals by problem code, and ``chunked``: requests that named no length. For the metrics."""
    dress: Dress | None = None
    """Makes headers and body of a page of a problem document where a browser asks; None: as it is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI asks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self.new_id()
        scope.setdefault("state", {})[REQUEST_ID] = request_id
        await _Request(self, scope, receive, send, request_id).serve()


class _Request:
    """One request on its way through the guard."""

    def __init__(
        self, guard: Guard, scope: Scope, receive: Receive, send: Send, request_id: str
    ) -> None:
        self._guard, self._scope, self._request_id = guard, scope, request_id
        self._receive, self._send = receive, send
        self._path: str = scope["path"]
        self._headers = [(name.lower(), value) for name, value in scope["headers"]]
        self._chunked = any(name == b"transfer-encoding" for name, _ in self._headers)
        self._bytes_in = 0
        self._deadline: float | None = None
        self._whole = self._started = self._refused = False
        self._status = 0
        self._begun = asyncio.get_running_loop().time()

    async def serve(self) -> None:
        """Run the application unless the headers alone refuse it; then log the answer."""
        self._guard.counts["chunked"] += self._chunked
        try:
            await self._serve()
        finally:
            # The route's template, never the path: a path may hold what a caller typed into it.
            route = getattr(self._scope.get("route"), "path", None)
            emit(
                Event.REQUEST,
                request_id=self._request_id,
                method=self._method(),
                route=route if isinstance(route, str) else "none",
                status=self._status,
                seconds=round(asyncio.get_running_loop().time() - self._begun, 6),
                bytes_in=self._bytes_in,
            )

    def _method(self) -> str:
        """The method, or ``other``: a caller may invent one."""
        method: str = self._scope["method"]
        return method if method in METHODS else "other"

    async def _serve(self) -> None:
        refusal = self._refused_by_headers()
        if refusal is not None:
            await self._refuse(refusal)
            return
        try:
            await self._guard.app(self._scope, self.receive, self.send)
        except Exception as error:  # noqa: BLE001 - its text may quote the request: no server may log it
            await self._failed(error)

    def _refused_by_headers(self) -> GatewayError | None:
        encodings = self._values(b"content-encoding")
        if any(value.strip().lower() not in {b"", b"identity"} for value in encodings):
            return MediaTypeNotTaken()
        lengths = self._values(b"content-length")
        if any(not value.isdigit() for value in lengths):
            return BodyUnreadable()
        cap = self._guard.cap_bytes(self._path)
        if any(len(value) > LONGEST_LENGTH or int(value) > cap for value in lengths):
            return BodyTooLarge()
        return None

    def _values(self, wanted: bytes) -> list[bytes]:
        return [
            part for name, value in self._headers if name == wanted for part in value.split(b",")
        ]

    async def receive(self) -> Message:
        """What the application reads from: counts and times the body, then steps aside."""
        if self._refused:
            return {"type": "http.disconnect"}
        if self._whole:
            return await self._receive()
        try:
            message = await self._next_part()
        except TimeoutError:
            return await self._break_off(BodyTooSlow())
        if message["type"] == "http.request":
            self._bytes_in += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._bytes_in > self._guard.cap_bytes(self._path):
                return await self._break_off(BodyTooLarge())
        return message

    async def _next_part(self) -> Message:
        if self._deadline is None:
            now = asyncio.get_running_loop().time()
            self._deadline = now + self._guard.deadline_seconds
        async with asyncio.timeout_at(self._deadline):
            return await self._receive()

    async def _break_off(self, refusal: GatewayError) -> Message:
        await self._refuse(refusal)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """What the application answers through: adds the headers; silent after a refusal."""
        if self._refused:
            return
        if message["type"] == "http.response.start":
            self._started = True
            self._status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._added(message)]}
        await self._send(message)

    def _added(self, message: Message) -> Headers:
        present = {name.lower() for name, _ in message.get("headers", ())}
        wanted = [*_EVERYWHERE, (b"x-request-id", self._request_id.encode("ascii"))]
        if self._path.startswith(NOT_KEPT):
            wanted.append(_NO_STORE)
        wanted.append(_NO_PAGES)
        return [(name, value) for name, value in wanted if name not in present]

    async def _refuse(self, refusal: GatewayError) -> None:
        self._guard.counts[refusal.code] += 1
        emit(
            Event.REQUEST_REFUSED,
            request_id=self._request_id,
            problem=refusal.code,
            bytes_in=self._bytes_in,
            chunked=self._chunked,
        )
        await self._answer(refusal)
        self._refused = True

    async def _failed(self, error: Exception) -> None:
        if self._refused:
            return  # it only noticed the disconnection that we told it of
        emit(
            Event.REQUEST_FAILED,
            request_id=self._request_id,
            method=self._method(),
            error_type=type(error).__name__,
            where=where(error),
        )
        await self._answer(GatewayError())
        self._refused = True

    async def _answer(self, problem: GatewayError) -> None:
        """Send the problem, unless an answer is already on its way."""
        if self._started:
            return
        body = problem.problem(self._request_id).model_dump_json(exclude_none=True).encode()
        own: Headers = [(b"content-type", b"application/problem+json")]
        if self._guard.dress is not None:
            own, body = self._guard.dress(self._scope, problem.status, body) or (own, body)
        headers = [
            *own,
            (b"content-length", str(len(body)).encode("ascii")),
            # the rest of the body is not read: the connection cannot serve a second request
            (b"connection", b"close"),
        ]
        start = {"type": "http.response.start", "status": problem.status, "headers": headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})
