"""Verifying matching: every signal, its reports and what people decided, each against its operation."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from itertools import groupby
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_pushes import RowsByLeaf
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation, stamp
from gateway.ledger.tree import batch_root
from gateway.release.matching import record_entry
from gateway.release.signals import reason_hmac
from gateway.store.verifying import Evidence, Row
from schemas.signals import Signal, Step

_RECORD = ("signal", "position", "incident", "version", "controller")


class SignalWalk:
    """Keeps the operations of matching, and holds the tables against them."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._found: dict[int, Mapping[str, Any]] = {}
        self._steps: dict[int, Mapping[str, Any]] = {}

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Keep one operation; others than those of matching are passed over."""
        if operation is Operation.MATCHING:
            self._found[index] = document
        elif operation is Operation.SIGNAL:
            self._steps[index] = document

    def finish(self, evidence: Evidence) -> None:
        """Hold what is stored against what was kept."""
        records = {
            name: list(rows)
            for name, rows in groupby(evidence.rows("signal_record"), key=lambda row: row[0])
        }
        signals = RowsByLeaf(evidence, "signal", self._findings)
        for index, document in self._found.items():
            row = signals.at(index)
            if row is not None and not self._is_found(row, records.pop(row[1], []), document):
                self._findings.add("signal.changed", "signal", f"of operation {index}")
        signals.finish()
        for _ in records:
            self._findings.add("signal.uncovered", "signal_record", "(no signal)")
        steps = RowsByLeaf(evidence, "signal_step", self._findings)
        for index, document in self._steps.items():
            row = steps.at(index)
            if row is not None and not self._is_step(row, document):
                self._findings.add("signal_step.changed", "signal_step", f"of operation {index}")
        steps.finish()

    def _is_found(self, row: Row, records: list[Row], told: Mapping[str, Any]) -> bool:
        try:
            signal = Signal.model_validate_json(row[6])
            made = [record_entry(dict(zip(_RECORD, one, strict=True))) for one in records]
            numbers = [row[5], *(n for one in records for n in one[1:4])]
            return (
                tuple(row[1:5]) == (signal.id, signal.partner, signal.agreement, signal.why.value)
                and signal.id == told["signal"]
                and told["recipient"] == signal.partner
                and told["agreement"] == signal.agreement
                and (row[5], stamp(signal.at)) == (seconds(told["at"]), told["at"])
                and sha256(row[6].encode()).hexdigest() == told["content_sha256"]
                and (len(records), batch_root(made).hex()) == (told["count"], told["root"])
                and all(type(n) is int for n in numbers)
                and all(isinstance(one[4], str) for one in records)
            )
        except UNREADABLE:
            return False

    def _is_step(self, row: Row, told: Mapping[str, Any]) -> bool:
        try:
            step = Step.model_validate_json(row[3])
            hashed = None if step.reason is None else reason_hmac(self._keys, row[1], step.reason)
            said = (step.kind.value, step.number, step.actor, step.role, step.partner, hashed)
            names = ("change", "number", "actor", "role", "partner", "reason_hmac")
            return (
                said == tuple(told.get(name) for name in names)
                and (row[1], row[2]) == (told["signal"], step.number)
                and row[4] == seconds(told["at"])
                and stamp(step.at) == told["at"]
                and row[3] == step.model_dump_json()
            )
        except UNREADABLE:
            return False
