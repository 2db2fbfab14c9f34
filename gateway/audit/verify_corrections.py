"""Verifying corrections: every step against its leaf; words that are gone against the step that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from gateway.audit.casework import WORDS_ERASED, open_words_of, step_hmac, words_hmac
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_pushes import RowsByLeaf
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import SealBroken
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence, Row

_OPERATIONS = {
    Operation.CORRECTION_CASE,
    Operation.CORRECTION_REPORT,
    Operation.CORRECTION_READ,
}
_TABLE = "correction_step"
_COLUMNS = (
    "leaf",
    "item",
    "number",
    "kind",
    "feed",
    "subscription",
    "body",
    "at",
    "wrapped_secret",
    "ciphertext",
)


class CorrectionWalk:
    """Remembers what the ledger says of each step, and holds the table against it."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._told: dict[int, Mapping[str, Any]] = {}
        self._erased: dict[str, int] = defaultdict(int)
        """Item → number of the step up to which its words were destroyed."""

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; those of other things are passed over."""
        if operation in _OPERATIONS:
            self._told[index] = document
            if document["change"] == WORDS_ERASED:
                self._erased[document["correction"]] = document["number"]

    def finish(self, evidence: Evidence) -> None:
        """Hold every step against its operation."""
        rows = RowsByLeaf(evidence, _TABLE, self._findings)
        for index, document in self._told.items():
            row = rows.at(index)
            if row is None:
                continue
            if not self._same(document, row):
                self._findings.add(f"{_TABLE}.changed", _TABLE, f"of operation {index}")
            elif not self._words_stand(dict(zip(_COLUMNS, row, strict=True))):
                self._findings.add(f"{_TABLE}.words", _TABLE, f"of operation {index}")
        rows.finish()

    def _same(self, document: Mapping[str, Any], row: Row) -> bool:
        try:
            named = dict(zip(_COLUMNS, row, strict=True))
            told = (document["correction"], document["number"], document["reason_hmac"])
            stored = (named["item"], named["number"], step_hmac(self._keys, named))
            said = from_json(named["body"])
            return (
                told == stored
                and (said["what"], said["at"]) == (document["change"], document["at"])
                and bool(named["at"] == seconds(document["at"]))
            )
        except UNREADABLE:
            return False

    def _words_stand(self, named: Mapping[str, Any]) -> bool:
        told = from_json(named["body"])["said"].get("words_hmac")
        kept = named["wrapped_secret"] is not None or named["ciphertext"] is not None
        if told is None or named["number"] < self._erased[named["item"]]:
            return not kept
        try:
            words = open_words_of(self._keys, named)
            return bool(words_hmac(self._keys, named["item"], words) == told)
        except (SealBroken, *UNREADABLE):
            return False
