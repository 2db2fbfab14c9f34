"""Verifying credentials for tools: each row is the one that its issue or revocation left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_stored import unnamed
from gateway.law.tool_credentials import credential_sha256
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence, Row


class ToolCredentialWalk:
    """Follows issues and revocations, and holds the table against the last of each credential."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[object, str] = {}

    def take(self, _index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; others are passed over."""
        if operation is Operation.TOOL_CREDENTIAL:
            self._last[document["client"]] = document["content_sha256"]

    def finish(self, evidence: Evidence) -> None:
        """Hold the table against what was followed."""
        left = dict(self._last)
        for row in evidence.rows("tool_credential"):
            known = left.pop(row[0], None) if isinstance(row[0], str) else None
            if known is None:
                self._findings.add("register.uncovered", "tool_credential", unnamed(row[0]))
            elif _sha256(row) != known:
                self._findings.add("register.changed", "tool_credential", row[0])
        for name in left:
            self._findings.add("register.missing", "tool_credential", str(name))


def _sha256(row: Row) -> str:
    try:
        return credential_sha256(row)
    except (TypeError, ValueError):
        return ""  # of a type that was never written
