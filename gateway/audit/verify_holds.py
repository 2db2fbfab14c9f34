"""Verifying holds: what keeps everything back, and that an operator lifted what is lifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.law.holds import Hold
from gateway.store.verifying import Evidence, Row

_METHODS = {"held", "lifted"}


class HoldWalk:
    """Folds the operations that place and lift holds."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[int, Mapping[str, Any]] = {}
        """By the size of the ledger that was lost, which a hold has for itself."""
        self.eras: list[int] = []
        """Where the log was put back to (``law.holds.eras``)."""

    def take(self, document: Mapping[str, Any]) -> bool:
        """Follow an operation about a restore; return whether it placed or lifted a hold."""
        if document.get("method") not in _METHODS:
            return False
        self._last[document["count"]] = document
        if document["method"] == "held":
            self.eras[:] = sorted({*self.eras, document["log_size"]})
        return True

    def finish(self, evidence: Evidence) -> None:
        """Hold the table against what was folded."""
        left = dict(self._last)
        for row in evidence.rows("hold"):
            try:
                hold = Hold.model_validate_json(row[1])
            except UNREADABLE:
                self._findings.add("register.changed", "hold", unnamed(row[0]))
                continue
            document = left.pop(hold.known_size, None)
            if document is None and not _begins(hold, row):
                self._findings.add("register.uncovered", "hold", unnamed(row[0]))
            elif document is not None and _stored(hold, row) != _told(document):
                self._findings.add("register.changed", "hold", f"of {hold.known_size} operations")
        for known_size in left:
            self._findings.add("register.missing", "hold", f"of {known_size} operations")


def _begins(hold: Hold, row: Row) -> bool:
    """Whether a restore has just placed it: it stands before the ledger can say so, and keeps all back."""
    return hold.stands and hold.placed_at is None and hold.name == row[0]


def _stored(hold: Hold, row: Row) -> tuple[Any, ...]:
    return (body_sha256(row[1]), row[0] == hold.name, row[2])


def _told(document: Mapping[str, Any]) -> tuple[Any, ...]:
    return (document["content_sha256"], True, seconds(document["as_of"]))
