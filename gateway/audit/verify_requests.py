"""Verifying requests for disclosure: every step against its leaf, its words, and where the request stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from gateway.audit.request_steps import open_words, words_hmac
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_pushes import RowsByLeaf
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.keys.bodies import LockedBody
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import SealBroken
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence, Row
from schemas.requests import Step

_STEPS = {
    Operation.REQUEST,
    Operation.REQUEST_STEP,
    Operation.REQUEST_TOLD,
    Operation.REQUEST_SHOWN,
    Operation.REQUEST_ERASED,
}
_TABLE, _STEP_TABLE = "disclosure_request", "disclosure_request_step"


class RequestWalk:
    """Keeps what the ledger says of each step, and holds both tables against it."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._told: dict[int, Mapping[str, Any]] = {}
        self._erased: set[str] = set()

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Keep one operation; others than those of requests are passed over."""
        if operation in _STEPS:
            self._told[index] = document
        if operation is Operation.REQUEST_ERASED:
            self._erased.add(document["request"])

    def finish(self, evidence: Evidence) -> None:
        """Hold what is stored against what was kept."""
        rows = RowsByLeaf(evidence, _STEP_TABLE, self._findings)
        stands: dict[str, tuple[Any, ...]] = {}
        for index, document in self._told.items():
            row = rows.at(index)
            if row is None:
                continue
            if not self._is_as_told(row, document):
                self._findings.add(
                    "disclosure_request_step.changed", _STEP_TABLE, f"of operation {index}"
                )
            stands[document["request"]] = _stands(stands, row, document)
        rows.finish()
        for row in evidence.rows(_TABLE):
            told = stands.pop(row[0], None)
            if told is None:
                self._findings.add("request.uncovered", _TABLE, unnamed(row[0]))
            elif told != row[1:]:
                self._findings.add("request.standing", _TABLE, row[0])
        for name in stands:
            self._findings.add("request.missing", _TABLE, name)

    def _is_as_told(self, row: Row, document: Mapping[str, Any]) -> bool:
        _, request, number, step, actor, at, said, secret, ciphertext = row
        try:
            told = [document[name] for name in ("request", "number", "change", "actor")]
            hashed = (seconds(document["at"]), document["content_sha256"])
            if told != [request, number, step, actor] or hashed != (at, body_sha256(said)):
                return False
            # a number written as a text compares as one to some engines
            numbers = type(number) is int and type(at) is int
            return numbers and self._has_its_words(document, secret, ciphertext)
        except (*UNREADABLE, SealBroken):
            return False

    def _has_its_words(
        self, document: Mapping[str, Any], secret: bytes | None, ciphertext: bytes | None
    ) -> bool:
        """Whether the words are those that were hashed; gone only where the request was erased."""
        request, hashed = document["request"], document.get("reason_hmac")
        if request in self._erased or hashed is None:
            return secret is None and ciphertext is None
        if secret is None or ciphertext is None:
            return False
        locked = LockedBody(bytes(secret), bytes(ciphertext))
        words = open_words(self._keys, request, document["nonce"], locked)
        return bool(words_hmac(self._keys, request, words) == hashed)


def _stands(
    known: Mapping[str, tuple[Any, ...]], row: Row, document: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Return where a request stands after a step: partner, holder, state, at, due, review, steps."""
    said = _read(row[6])
    before = known.get(document["request"])
    first = document["change"] == Step.ASKED.value or before is None
    began, due = (row[5], said.get("due_on")) if first or before is None else (before[3], before[4])
    parties = (document["recipient"], document["holder"])
    return (*parties, said.get("state"), began, due, said.get("review_due"), row[2])


def _read(said: object) -> dict[str, Any]:
    """Read what a step says; what cannot be read was found to be changed already."""
    try:
        found = from_json(said) if isinstance(said, str) else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
