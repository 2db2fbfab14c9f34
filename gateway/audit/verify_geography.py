"""Verifying what is said of areas: dates of editions, fits, named sets and tiles, each by its last operation.

The loaded outlines, points and postcodes are left alone: each edition's operation has its file's hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_stored import body_sha256, unnamed
from gateway.law.area_documents import PARTS, REMOVED
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence

_TABLE = "geography_document"


class GeographyWalk:
    """Folds the operations about documents of areas."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._bodies: dict[tuple[Any, Any], str] = {}

    def take(self, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation, where it is about a document of areas."""
        part, name = document.get("area_kind"), document.get("edition")
        if operation is not Operation.GEOGRAPHY or part not in PARTS:
            return
        if document["change"] == REMOVED:
            self._bodies.pop((part, name), None)
        else:
            self._bodies[part, name] = document["content_sha256"]

    def finish(self, evidence: Evidence) -> None:
        """Hold the table against what was folded."""
        left = dict(self._bodies)
        for part, name, body in evidence.rows(_TABLE):
            told = left.pop((part, name), None)
            if told is None:
                self._findings.add("register.uncovered", _TABLE, unnamed(name))
            elif body_sha256(body) != told:
                self._findings.add("register.changed", _TABLE, f"{part} {name}")
        for part, name in left:
            self._findings.add("register.missing", _TABLE, f"{part} {name}")
