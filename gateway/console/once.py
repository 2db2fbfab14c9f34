"""Forms that are carried out once, however often they are sent.

A page puts a random word into each of its forms. The word is claimed in the store before the form is carried
out; who sends it again (a second click, a page sent anew by «back») is shown what came of the first.
"""

from __future__ import annotations

import base64
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi import Response

from gateway.clock import Clock
from gateway.errors import GatewayError, StoreUnavailable
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer

FIELD = "once"
"""The form's field that holds the word."""
_KEPT_SECONDS = 8 * 60 * 60
"""As long as anybody can stay signed in."""
_WAIT_SECONDS, _LOOK_SECONDS = 5.0, 0.05
_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')
_SEE = 303


class SentAlready(GatewayError):
    """409: the same form was sent before, and what came of it is not known yet."""

    code, status = "console.sent_already", 409
    title = "This form was sent already, and the first sending is still being carried out or was cut off."
    remedy = (
        "Open the list that it belongs to and see whether it is there before you fill it in again."
    )


def with_words(text: str, random: Callable[[int], bytes]) -> str:
    """Return a page with a new word in each of its forms that are posted."""

    def put(form: re.Match[str]) -> str:
        word = base64.urlsafe_b64encode(random(18)).decode()
        return f'{form[0]}<input type="hidden" name="{FIELD}" value="{word}">'

    return _FORM.sub(put, text)


@dataclass(frozen=True, slots=True)
class Once:
    """Claims words, and keeps where the browser was sent on."""

    reader: Reader
    writer: Writer
    clock: Clock

    def do(self, account: str, word: str, carry_out: Callable[[], Response]) -> Response:
        """Carry a form out, or show what came of it when it was sent before.

        What ends in no redirection, and names no page that shows what was done (``Content-Location``), was
        not done or changed nothing: it may be sent again.

        Raises:
            SentAlready: Another sending of it is under way, or was cut off.
        """
        key = sha256(f"{account}\n{word}".encode("utf-8", "surrogatepass")).digest()
        before = self._claim(key)
        if before is not None:
            return _see(before or self._awaited(key))
        try:
            answer = carry_out()
        except BaseException:
            self._note(lambda tx: tx.remove(t.FORM_SENT, {"key_sha256": key}))
            raise
        where = answer.headers.get("location") or answer.headers.get("content-location")
        if where is None:
            self._note(lambda tx: tx.remove(t.FORM_SENT, {"key_sha256": key}))
            return answer
        seen = {"location": where}
        self._note(lambda tx: tx.change(t.FORM_SENT, {"key_sha256": key}, seen))
        return answer

    def _claim(self, key: bytes) -> str | None:
        """Claim a word; return where an earlier sending led, empty while that is open, None for the first."""
        now = int(self.clock.now().timestamp())

        def job(tx: Tx) -> str | None:
            tx.forget_forms(now - _KEPT_SECONDS)
            row = tx.one(t.FORM_SENT, {"key_sha256": key})
            if row is None:
                tx.add(t.FORM_SENT, [{"key_sha256": key, "at": now, "location": ""}])
                return None
            return str(row["location"])

        return self.writer.run(job)

    def _awaited(self, key: bytes) -> str:
        until = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until:
            location = self.reader.form_sent(key)
            if location:
                return location
            if location is None:  # the first sending changed nothing and was answered with the form
                break
            time.sleep(_LOOK_SECONDS)
        raise SentAlready

    def _note(self, job: Callable[[Tx], Any]) -> None:
        # what the form did is committed; where this is not, a second sending is told to look
        with contextlib.suppress(StoreUnavailable):
            self.writer.run(job)


def _see(path: str) -> Response:
    return Response(status_code=_SEE, headers={"Location": path, "Cache-Control": "no-store"})
