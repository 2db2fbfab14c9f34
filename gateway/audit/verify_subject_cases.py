"""Verifying subject access cases: every step against its leaf, none without one, none undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.audit.subject_cases import about_step, step_hmac
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_pushes import RowsByLeaf
from gateway.keys.bodies import LockedBody, open_body
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence, Row
from policies.subject_case import StepDone
from schemas.subject_access import SubjectStep

_OPERATIONS = {Operation.SUBJECT_ACCESS, Operation.SUBJECT_ANSWER}
_TABLE = "subject_case_step"


class SubjectCaseWalk:
    """Remembers what the ledger says of each step, and holds the table against it."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._told: dict[int, Mapping[str, Any]] = {}
        self._erased: set[str] = set()

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; all but two are passed over."""
        if operation in _OPERATIONS:
            self._told[index] = document
            if document.get("change") == SubjectStep.ERASED.value:
                self._erased.add(document["subject_case"])

    def finish(self, evidence: Evidence) -> None:
        """Hold every step against its operation."""
        rows = RowsByLeaf(evidence, _TABLE, self._findings)
        for index, document in self._told.items():
            row = rows.at(index)
            if row is not None and not self._is_as_told(row, document):
                self._findings.add(f"{_TABLE}.changed", _TABLE, f"of operation {index}")
        rows.finish()

    def _is_as_told(self, row: Row, told: Mapping[str, Any]) -> bool:
        try:
            _, case, number, what, day, partner, account, at, wrapped, ciphertext = row
            change = told.get("change", SubjectStep.ANSWERED.value)
            said = (case, number, what, day, partner, account, at)
            is_told = said == (
                told["subject_case"],
                told["number"],
                change,
                told["day"],
                told.get("partner"),
                told["actor"],
                seconds(told["at"]),
            )
            if case in self._erased:
                return is_told and wrapped is None and ciphertext is None
            body = open_body(self._keys, LockedBody(wrapped, ciphertext), about_step(case, number))
            done = StepDone(SubjectStep(what), date.fromisoformat(day), {})
            hashed = step_hmac(self._keys, case, number, done, body.decode())
            return is_told and bool(hashed == told["body_hmac"])
        except UNREADABLE:
            return False
