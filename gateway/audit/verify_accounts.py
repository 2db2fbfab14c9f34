"""Verifying the accounts of people: each row is the one that its last change left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_stored import unnamed
from gateway.law.accounts import account_sha256
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence, Row


class AccountWalk:
    """Follows the changes of accounts, and holds the table against the last of each."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._last: dict[object, str] = {}

    def take(self, _index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; others than changes of an account are passed over."""
        if operation is Operation.ACCOUNT:
            self._last[document["account"]] = document["content_sha256"]

    def finish(self, evidence: Evidence) -> None:
        """Hold the table against what was followed."""
        left = dict(self._last)
        for row in evidence.rows("account"):
            known = left.pop(row[0], None) if isinstance(row[0], str) else None
            if known is None:
                self._findings.add("register.uncovered", "account", unnamed(row[0]))
            elif _sha256(row) != known:
                self._findings.add("register.changed", "account", row[0])
        for name in left:
            self._findings.add("register.missing", "account", str(name))


def _sha256(row: Row) -> str:
    try:
        return account_sha256(row)
    except (TypeError, ValueError):
        return ""  # of a type that was never written
