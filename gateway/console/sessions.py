"""Sessions: who is signed in, kept on the server; the browser holds a random name of it and nothing else.

Fifteen minutes without a request end one, eight hours end it in any case (OWASP ASVS 5.0 §7.3).
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Response

from gateway.access.people import Person, Role
from gateway.clock import Clock
from gateway.errors import Overloaded, StoreUnavailable
from gateway.events import Event, emit
from gateway.law.accounts import must_be_active
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer

COOKIE = "__Host-gateway"
FOR_ANALYSTS = "/console/analysis"
"""Where somebody begins who is an analyst and nothing else: nothing waits for him today."""
IDLE_SECONDS = 15 * 60
WHOLE_SECONDS = 8 * 60 * 60
_NOTED_SECONDS = 30
"""How often a session's last request is written down; a page is not worth a commit."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Begins, finds and ends them."""

    reader: Reader
    writer: Writer
    clock: Clock
    random: Callable[[int], bytes]

    def begin(self, person: Person) -> str:
        """Sign somebody in; return what the cookie is to hold.

        Raises:
            AccountDisabled: The account was disabled.
        """
        name = base64.urlsafe_b64encode(self.random(32)).rstrip(b"=").decode()
        now = self._now()
        row = {
            "id_sha256": _id(name),
            "account": person.account,
            "body": person.model_dump_json(),
            "began": now,
            "seen": now,
        }

        def job(tx: Tx) -> None:
            must_be_active(tx, person.account)
            tx.forget_sessions(now - IDLE_SECONDS, now - WHOLE_SECONDS)
            tx.add(t.SESSION, [row])

        self.writer.run(job)
        return name

    def opened(self, person: Person, method: str, back: str, before: str | None) -> Response:
        """Sign somebody in and send the browser on; what it brought before is a session no longer."""
        name = self.begin(person)
        if before:
            self.end(before)
        if back == "/console" and person.roles == {Role.ANALYST}:
            back = FOR_ANALYSTS
        emit(Event.SIGNED_IN, method=method, roles=len(person.roles))
        answer = Response(status_code=303, headers={"Location": back, "Cache-Control": "no-store"})
        answer.set_cookie(COOKIE, name, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    def find(self, name: str | None) -> Person | None:
        """Return who is signed in under a cookie; None where nobody is, or no longer."""
        row = None if not name else self.reader.session(_id(name))
        now = self._now()
        if row is None or now - row["seen"] >= IDLE_SECONDS or now - row["began"] >= WHOLE_SECONDS:
            return None
        if now - row["seen"] >= _NOTED_SECONDS:
            about = {"id_sha256": row["id_sha256"]}
            # not waited for: a database that takes no commit must still show the page that says so
            with contextlib.suppress(StoreUnavailable, Overloaded):
                self.writer.submit(lambda tx: tx.change(t.SESSION, about, {"seen": now}))
        return Person.model_validate_json(row["body"])

    def end(self, name: str) -> None:
        """Sign somebody out."""
        self.writer.run(lambda tx: tx.remove(t.SESSION, {"id_sha256": _id(name)}))

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def _id(name: str) -> bytes:
    return sha256(name.encode("utf-8", "surrogatepass")).digest()
