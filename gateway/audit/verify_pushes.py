"""Verifying pushes: every row of the table against its operation, and none without one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.log.recording import canonical, request_digest
from gateway.store.verifying import Evidence, Row


class RowsByLeaf:
    """A table's rows in the order of their operations, handed out as the ledger is walked."""

    def __init__(self, evidence: Evidence, table: str, findings: Findings) -> None:
        self._rows: Iterator[Row] = evidence.rows(table)
        self._row: Row | None = next(self._rows, None)
        self._table, self._findings = table, findings

    def at(self, index: int) -> Row | None:
        """Return the row of an operation; rows before it have none, and are found."""
        while self._row is not None and self._row[0] < index:
            self._uncovered(self._row)
            self._row = next(self._rows, None)
        if self._row is None or self._row[0] != index:
            self._findings.add(f"{self._table}.missing", self._table, f"of operation {index}")
            return None
        row, self._row = self._row, next(self._rows, None)
        return row

    def finish(self) -> None:
        """Find the rows behind the last operation."""
        while self._row is not None:
            self._uncovered(self._row)
            self._row = next(self._rows, None)

    def _uncovered(self, row: Row) -> None:
        key = f"that names operation {row[0]}" if isinstance(row[0], int) else "without operation"
        self._findings.add(f"{self._table}.uncovered", self._table, key)


def check_push(
    row: Row,
    index: int,
    document: Mapping[str, Any],
    feeds: Mapping[int, str],
    findings: Findings,
) -> None:
    """Hold a row of ``push`` against its operation."""
    try:
        same = _told(document) == _stored(row, feeds)
    except UNREADABLE:
        same = False
    if not same:
        findings.add("push.changed", "push", f"of operation {index}")


def _told(document: Mapping[str, Any]) -> tuple[Any, ...]:
    count, first = document["count"], document["first"]
    return (
        document["receipt"],
        document["actor"],
        document["feed"],
        document["request_sha256"],
        document["receipt_sha256"],
        first if count else None,
        first + count - 1 if count else None,
        seconds(document["at"]),
    )


def _stored(row: Row, feeds: Mapping[int, str]) -> tuple[Any, ...]:
    _, receipt_id, client_id, feed, key_hmac, fingerprint, answer, first, last, at = row
    receipt = json.loads(answer)["receipt"]  # noqa: TID251 - our own stored document
    return (
        receipt_id,
        client_id,
        feeds.get(feed),
        request_digest(key_hmac, fingerprint, answer),
        sha256(canonical(receipt)).hexdigest(),
        first,
        last,
        at,
    )
