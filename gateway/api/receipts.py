"""Every answer to a partner carries the last published checkpoint and a receipt.

One layer behind the guard and in front of every route, the fast one too: it hashes the request as it is
read, holds the answer's head back until its body is there, and signs what went to whom. Whoever did not
prove who it is gets neither. A page of a release is written while the law is looked at, so its hash is
the one of its ledger entry, known before the first byte (``Covers.CONTENT``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from fastapi import Request

from gateway.api.service import Service
from gateway.audit.checkpoints import ORIGIN
from gateway.ledger.checkpoint import Checkpoint, Signer, to_header
from gateway.ledger.receipt import (
    HEADER,
    Covers,
    Receipt,
    answer_hash,
    make_receipt,
    request_hash,
)
from gateway.ledger.tree import EMPTY_ROOT

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WHERE = ("/v1/", "/ogc/")
_CHECKPOINT, _RECEIPT = b"ledger-checkpoint", HEADER.lower().encode()


_NONE_YET = Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def receipted(request: Request, entry: int | None, content: bytes | None = None) -> None:
    """Say what the receipt of an answer is to name.

    Args:
        request: What is answered.
        entry: Index of the ledger's entry of what was done.
        content: Hash of a page's notices and records, where the answer is written piece by piece.
    """
    request.state.entry, request.state.content = entry, content


@dataclass(frozen=True, slots=True, eq=False)
class Receipts:
    """Wraps the application."""

    app: App
    service: Service
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        signer = Signer.of(ORIGIN, self.service.house.keys.ledger_key)
        object.__setattr__(self, "signer", signer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI asks."""
        if scope["type"] == "http" and scope["path"].startswith(WHERE):
            exchange = _Exchange(self, scope, receive, send)
            await self.app(scope, exchange.receive, exchange.send)
            return
        await self.app(scope, receive, send)


class _Exchange:
    """One request and its answer."""

    __slots__ = ("_body", "_head", "_receipts", "_receive", "_scope", "_send", "_whole")

    def __init__(self, receipts: Receipts, scope: Scope, receive: Receive, send: Send) -> None:
        self._receipts, self._scope = receipts, scope
        self._receive, self._send = receive, send
        self._body = sha256()
        self._whole = not _has_body(scope)
        self._head: Message | None = None

    async def receive(self) -> Message:
        """What the application reads from."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._body.update(message.get("body", b""))
            self._whole = self._whole or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """What the application answers through."""
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None:
            caller = self._scope["state"].get("caller")
            if caller is not None:
                added = self._added(caller, head, message)
                head = {**head, "headers": [*head["headers"], *added]}
            await self._send(head)
        await self._send(message)

    def _added(self, caller: str, head: Message, first: Message) -> list[tuple[bytes, bytes]]:
        """The two headers; a body that comes in pieces and has no content hash gets no receipt."""
        service, state = self._receipts.service, self._scope["state"]
        published = service.published
        added = [] if published is None else [(_CHECKPOINT, published.header)]
        content = state.get("content")
        if content is None and first.get("more_body", False):
            return added
        if content is None:
            answered = answer_hash(
                head["status"], _content_type(head), sha256(first.get("body", b"")).digest()
            )
        else:
            answered = content
        checkpoint = _NONE_YET if published is None else published.checkpoint
        receipt = Receipt(
            at=int(service.house.clock.now().timestamp()),
            system=caller,
            request=self._request_hash(),
            answer=answered,
            whole=self._whole,
            covers=Covers.BODY if content is None else Covers.CONTENT,
            entry=state.get("entry"),
            size=checkpoint.size,
            root=checkpoint.root,
        )
        note = make_receipt(receipt, self._receipts.signer)
        return [*added, (_RECEIPT, to_header(note).encode())]

    def _request_hash(self) -> bytes:
        scope = self._scope
        query = scope["query_string"]
        path = scope.get("raw_path") or scope["path"].encode()
        target = (path + b"?" + query if query else path).decode("latin-1")
        body = self._body if self._whole else sha256()
        return request_hash(scope["method"], target, _content_type(scope), body.digest())


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _content_type(message: Message) -> str:
    for name, value in message["headers"]:
        if name == b"content-type":
            return bytes(value).decode("latin-1")
    return ""
