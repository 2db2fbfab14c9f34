"""Verifying consultations: every look stands in an operation, with its reason and the versions it opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from gateway.audit.consulting import ABOUT, case_hmac, consulted_entry, reason_hmac
from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE
from gateway.keys.bodies import LockedBody, open_body
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import SealBroken
from gateway.ledger.leaf import Operation
from gateway.ledger.tree import batch_root
from gateway.store.verifying import Evidence, Row

_SAID = ("account", "role", "partner", "action", "reason", "number")
_IN_LEAF = ("actor", "role", "partner", "action", "reason", "count")
_VERSION = ("position", "incident", "version", "controller")


class ConsultationWalk:
    """Keeps the operations of consultation, and holds the tables against them."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._told: dict[int, Mapping[str, Any]] = {}
        self._erased: set[str] = set()
        """Keyed hashes of subject access cases whose words were destroyed."""

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Keep one operation; others than consultations are passed over."""
        if operation is Operation.CONSULTATION and "reason_hmac" in document:
            self._told[index] = (
                document  # others open no body, such as an assessment of what was sent
            )
        elif operation is Operation.SUBJECT_ACCESS and document["change"] == "erased":
            self._erased.add(case_hmac(self._keys, document["subject_case"]))

    def finish(self, evidence: Evidence) -> None:
        """Hold what is stored against what was kept."""
        opened = {
            leaf: list(rows)
            for leaf, rows in groupby(evidence.rows("consulted"), key=lambda row: row[0])
        }
        for row in evidence.rows("consultation"):
            told = self._told.pop(row[0], None)
            versions = opened.pop(row[0], [])
            if told is None:
                self._findings.add("consultation.uncovered", "consultation", "(no operation)")
            elif not self._is_as_told(row, versions, told):
                self._findings.add("consultation.changed", "consultation", row[0])
        for index in self._told:
            self._findings.add("consultation.missing", "consultation", index)
        for _ in opened:
            self._findings.add("consultation.uncovered", "consulted", "(no consultation)")

    def _is_as_told(self, row: Row, versions: list[Row], told: Mapping[str, Any]) -> bool:
        try:
            said = dict(zip(("leaf", "at", *_SAID[:5], "case_id", "number"), row[:9], strict=True))
            case = said["case_id"]
            entries = [
                consulted_entry(dict(zip(_VERSION, version[1:], strict=True)))
                for version in versions
            ]
            return (
                [said[name] for name in _SAID] == [told.get(name) for name in _IN_LEAF]
                and said["at"] == int(datetime.fromisoformat(told["at"]).timestamp())
                and told.get("case_hmac") == (None if case is None else case_hmac(self._keys, case))
                and self._has_words(row, told)
                and told["root"] == batch_root(entries).hex()
                and _has_types(said, versions)
            )
        except (*UNREADABLE, SealBroken):
            return False

    def _has_words(self, row: Row, told: Mapping[str, Any]) -> bool:
        """Whether the reason stands there in words, or was destroyed with its case."""
        if told.get("case_hmac") in self._erased:
            return row[9:11] == (b"", b"")
        about = ABOUT + bytes.fromhex(told["nonce"])
        words = open_body(self._keys, LockedBody(row[9], row[10]), about).decode()
        return bool(told["reason_hmac"] == reason_hmac(self._keys, words))


def _has_types(said: Mapping[str, Any], versions: list[Row]) -> bool:
    """Whether numbers are numbers and texts texts: what is framed as text would not tell."""
    numbers = [said["at"], said["number"], *(n for one in versions for n in one[:4])]
    return all(type(n) is int for n in numbers) and all(isinstance(v[4], str) for v in versions)
