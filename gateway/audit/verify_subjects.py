"""Verifying the keys by which sealed halves are found: each half gives again those that stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation
from gateway.log.subjects import subject_keys_of
from gateway.store.opening import SealedRow
from gateway.store.verifying import Evidence, Row
from policies.subject_keys import EDITION


class SubjectWalk:
    """Follows how far the keys were filled in, and holds every sealed half against its own."""

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        self._keys, self._findings = keys, findings
        self._filled: int | None = None

    def take(self, _index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Follow one operation; others than filling are passed over."""
        if operation is Operation.KEYS and document["key_name"] == "subject":
            self._filled = document["first"]

    def finish(self, evidence: Evidence) -> None:
        """Hold the keys against the sealed halves, both read once in the order of the log."""
        marks = list(evidence.rows("subject_index"))
        sizes = [row[1] for row in evidence.rows("head") if isinstance(row[1], int)]
        if len(marks) != 1 or not self._is_plausible(marks[0], max(sizes, default=0)):
            self._findings.add("subject_index.standing", "subject_index", 1)
            return
        _, edition, begins = marks[0]
        if edition != EDITION:
            return  # of an earlier version of the gateway: the next round makes them anew
        bodies = evidence.rows("body")
        body = next(bodies, None)
        for position, keyed in _by_position(evidence):
            while body is not None and body[0] < position:
                self._check(body, set(), begins)
                body = next(bodies, None)
            if body is None or body[0] != position or position < begins:
                self._findings.add("subject_key.uncovered", "subject_key", position)
            else:
                self._check(body, keyed, begins)
                body = next(bodies, None)
        while body is not None:
            self._check(body, set(), begins)
            body = next(bodies, None)

    def _is_plausible(self, mark: Row, log_size: int) -> bool:
        number, edition, begins = mark
        if not (isinstance(edition, int) and isinstance(begins, int)):
            return False
        if number != 1 or not 1 <= edition <= EDITION:
            return False
        fits = self._filled is None or edition != EDITION or begins == self._filled
        return fits and 1 <= begins <= log_size + 1

    def _check(self, body: Row, keyed: set[Row], begins: int) -> None:
        position = body[0]
        if position < begins:
            return
        try:
            made = set(subject_keys_of(self._keys, position, SealedRow(*body[1:])))
        except UNREADABLE:
            return  # the walk of the log has said so
        if made != keyed:
            self._findings.add("subject_key.changed", "subject_key", position)


def _by_position(evidence: Evidence) -> Iterator[tuple[int, set[Row]]]:
    for position, rows in groupby(evidence.rows("subject_key"), key=lambda row: row[0]):
        yield position, {tuple(row[1:]) for row in rows}
