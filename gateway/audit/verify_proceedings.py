"""Verifying breaches and off-boardings: every step against its leaf, and none without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.audit.proceedings import BREACH, OFF_BOARDING, step_hmac
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_pushes import RowsByLeaf
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence, Row

_KINDS = {Operation.BREACH: BREACH, Operation.OFF_BOARDING: OFF_BOARDING}
_TABLE = "proceeding_step"


class ProceedingWalk:
    """Remembers what the ledger says of each step, and holds the table against it."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._told: dict[int, Mapping[str, Any]] = {}

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; all but two are passed over."""
        if operation in _KINDS:
            self._told[index] = document

    def finish(self, evidence: Evidence) -> None:
        """Hold every step against its operation."""
        rows = RowsByLeaf(evidence, _TABLE, self._findings)
        for index, document in self._told.items():
            row = rows.at(index)
            if row is not None and not self._same(document, row):
                self._findings.add(f"{_TABLE}.changed", _TABLE, f"of operation {index}")
        rows.finish()

    def _same(self, document: Mapping[str, Any], row: Row) -> bool:
        try:
            kind = _KINDS[Operation(document["operation"])]
            _, proceeding, number, stored_kind, body, at = row
            hashed = step_hmac(self._keys, kind, proceeding, number, body)
            told = (document[kind], document["number"], kind, document["reason_hmac"])
            same = told == (proceeding, number, stored_kind, hashed)
            return same and bool(at == seconds(document["at"]))
        except UNREADABLE:
            return False
