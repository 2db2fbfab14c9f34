"""Verifying retention: every sealed half that is gone stands in an operation, and so does every hold."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.law.retention_holds import RetentionHold, held_entry
from gateway.ledger.leaf import Operation
from gateway.ledger.tree import batch_root
from gateway.log.retaining import body_entry
from gateway.store.verifying import Evidence, Row


class RetentionWalk:
    """Folds the operations of retention, and holds the tables against them."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._destroyed: dict[int, tuple[int, str]] = {}
        self._holds: dict[str, tuple[int, Mapping[str, Any]]] = {}

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; others than those of retention are passed over."""
        if operation is Operation.RETENTION:
            self._destroyed[index] = (document["count"], document["root"])
        elif operation is Operation.RETENTION_HOLD:
            self._holds[document["hold"]] = (index, document)

    def finish(self, evidence: Evidence) -> None:
        """Hold what is stored against what was folded."""
        for index, rows in groupby(evidence.rows("retention_erased"), key=lambda row: row[0]):
            told = self._destroyed.pop(index, None) if isinstance(index, int) else None
            listed = list(rows)
            if told is None:
                self._findings.add("retention.uncovered", "retention_erased", index)
            elif told != (len(listed), _root(listed)):
                self._findings.add("retention.root", "retention_erased", index)
        for index in self._destroyed:
            self._findings.add("retention.missing", "retention_erased", index)
        self._check_holds(evidence)

    def _check_holds(self, evidence: Evidence) -> None:
        named = {
            hold: list(rows)
            for hold, rows in groupby(evidence.rows("retention_held"), key=lambda row: row[0])
        }
        left = dict(self._holds)
        for row in evidence.rows("retention_hold"):
            told = left.pop(row[0], None)
            if told is None or not _as_told(row, named.pop(row[0], []), *told):
                self._findings.add("retention.hold", "retention_hold", unnamed(row[0]))
        for hold in (*left, *named):
            self._findings.add("retention.hold", "retention_hold", unnamed(hold))


def _root(rows: list[Row]) -> str:
    try:
        return batch_root([body_entry(row[1], row[2]) for row in rows]).hex()
    except UNREADABLE:
        return ""


def _as_told(row: Row, named: list[Row], index: int, document: Mapping[str, Any]) -> bool:
    try:
        hold = RetentionHold.model_validate_json(row[1])
        root = batch_root([held_entry(one[1], one[2]) for one in named]).hex()
    except UNREADABLE:
        return False
    return (row[2], body_sha256(row[1]), hold.id, hold.records, root) == (
        index,
        document["content_sha256"],
        row[0],
        len(named),
        document["root"],
    )
