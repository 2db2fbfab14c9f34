"""Verifying the log: every row against its push or retraction, every incident as the log's fold.

The log is read once, in step with the ledger: an operation says which positions it covers, and their
commitments must give its root. What is kept in memory are the incidents that moved after their first
version.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.verify_findings import Findings
from gateway.errors import GatewayError
from gateway.keys.derive import commitment_salt
from gateway.keys.sealing import SealBroken, unwrap
from gateway.ledger.leaf import Operation
from gateway.ledger.tree import batch_root
from gateway.log.commitment import (
    OPEN_COLUMNS,
    EntryKind,
    State,
    commitment,
    inner_hash,
    inner_hash_over,
    open_bytes,
)
from gateway.log.correcting import Lifting, Restricting, Retracting
from gateway.log.erasing import Erasing
from gateway.store.rollups import Cell, cell_of, folded
from gateway.store.verifying import Evidence, Row
from policies.pseudonym import quarter_of

UNREADABLE = (
    TypeError,
    ValueError,
    OverflowError,
    LookupError,
    AttributeError,
    struct.error,
    GatewayError,
)
"""What a value of a wrong form can raise on its way through a check."""

_FIRST_OPEN = 5
_CONTENT = _FIRST_OPEN + len(OPEN_COLUMNS)
_INNER = _CONTENT + 1
_NATURAL_KEY, _FEED, _QUARTER = _INNER + 3, _INNER + 4, _INNER + 9
_LAST = slice(_INNER + 5, _INNER + 9)
"""Of the incident: version, position, content and state as the table has them."""
_BODY = _INNER + 10
"""Hash of a sealed half that retention destroyed."""
_REPORTED = _FIRST_OPEN + OPEN_COLUMNS.index("reported")
_OCCURRED = _FIRST_OPEN + OPEN_COLUMNS.index("occurred_from")
_RECORDED_AT = _FIRST_OPEN + OPEN_COLUMNS.index("recorded_at")
_POINT = OPEN_COLUMNS.index("point_longitude")
_STATE = _INNER + 8
_RECORDED = EntryKind.RECORDED.value
_ERASED = EntryKind.ERASED.value
_LIVE = State.LIVE.value
_STATE_AFTER = {
    EntryKind.RETRACTED.value: State.RETRACTED.value,
    EntryKind.RESTRICTED.value: State.RESTRICTED.value,
    EntryKind.LIFTED.value: State.LIVE.value,
    EntryKind.ERASED.value: State.ERASED.value,
}
_KINDS = {
    Operation.PUSH: {_RECORDED, EntryKind.RETRACTED.value},
    Operation.RETRACTION: {EntryKind.RETRACTED.value},
    Operation.RESTRICTION: {EntryKind.RESTRICTED.value},
    Operation.LIFTING: {EntryKind.LIFTED.value},
    Operation.REMAPPING: {_RECORDED, EntryKind.RETRACTED.value},
    Operation.ERASURE: {_ERASED},
}
"""Which entries an operation may make."""
BATCHES = frozenset(_KINDS)
"""Operations that cover rows of the log."""

_MAY_BECOME = {
    EntryKind.RETRACTED.value: Retracting.begins,
    EntryKind.RESTRICTED.value: Restricting.begins,
    EntryKind.LIFTED.value: Lifting.begins,
    _ERASED: Erasing.begins,
}
"""From which states each entry changes an incident."""
_CLOSED = {State.RETRACTED.value, State.ERASED.value}


class _Moved(NamedTuple):
    """Where the log has put an incident so far, and where the table says it ends."""

    version: int
    state: str
    last_version: int
    last_state: str


class LogWalk:
    """Walks the log in step with the ledger's operations."""

    def __init__(
        self,
        evidence: Evidence,
        kek: AESGCM,
        classes: Mapping[int, bytes],
        feeds: Mapping[int, str],
        findings: Findings,
    ) -> None:
        self._evidence, self._kek, self._findings = evidence, kek, findings
        self._classes, self._feeds = classes, feeds
        self._rows: Iterator[Row] = evidence.rows("log")
        self._row: Row | None = next(self._rows, None)
        self._moved: dict[int, _Moved] = {}
        self._kinds: set[str] = set()
        self._at = 0
        """When the operation was, which of an erased row is all that is left of its content."""
        self.size = 0
        """Rows that operations cover so far."""
        self.seen = 0
        self.classes_used: set[int] = set()
        self._cells: Counter[Cell] = Counter()

    def batch(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Check the rows that a push or correction was sealed over."""
        self._kinds = _KINDS[operation]
        self._at = seconds(document["at"])
        count = document["count"]
        first = document.get("first", 0)
        end = first + count
        if first != (self.size + 1 if count else 0):
            self._findings.add("log.batch", "ledger", index)
        commitments = self._commitments(first, end, document["feed"]) if count else []
        if batch_root(commitments).hex() != document["root"]:
            key = f"{index} (positions {first} to {end - 1})" if count else index
            self._findings.add("log.batch", "log", key)
        self.size += count

    def finish(self) -> None:
        """Look at what no operation covered."""
        while self._row is not None:
            self._findings.add("log.uncovered", "log", self._take()[0])
        for incident, moved in self._moved.items():
            if moved[:2] != moved[2:]:
                self._findings.add("incident.standing", "incident", incident)
        for table in ("sealed", "incident"):
            for row in self._evidence.orphans(table):
                self._findings.add(f"{table}.uncovered", table, row[0])
        self._check_roll_ups()
        for class_id in self._classes.keys() - self.classes_used:
            self._findings.add("class.unused", "record_class", class_id)

    def _check_roll_ups(self) -> None:
        places, hours, _ = folded(self._cells)
        for table, rows in (("rollup", places), ("rollup_hour", hours)):
            there = {row[:-1]: row[-1] for row in rows}
            for cell in self._evidence.rows(table):
                if there.pop(tuple(cell[:-1]), 0) != cell[-1] or not cell[-1]:
                    of = cell[1] if isinstance(cell[1], int) else "(not a number)"
                    self._findings.add("rollup.count", table, f"of class {of}")
            for missing in there:
                self._findings.add("rollup.count", table, f"of class {missing[1]}")

    def _take(self) -> Row:
        row = self._row
        if row is None:
            raise LookupError
        self._row = next(self._rows, None)
        self.seen += 1
        return row

    def _commitments(self, first: int, end: int, feed: str) -> list[bytes]:
        while self._row is not None and self._row[0] < first:
            self._findings.add("log.uncovered", "log", self._take()[0])
        made: list[bytes] = []
        position = first
        while self._row is not None and self._row[0] < end:
            row = self._take()
            if row[0] != position:
                self._findings.add("log.missing", "log", f"{position} to {row[0] - 1}")
            position = row[0] + 1
            made.append(self._checked(row, feed))
        if position < end:
            self._findings.add("log.missing", "log", f"{position} to {end - 1}")
        return made

    def _checked(self, row: Row, feed: str) -> bytes:
        """Check one row; return its commitment."""
        position, class_id = row[0], row[4]
        class_sha256 = self._classes.get(class_id)
        if class_sha256 is None:
            self._findings.add("log.class", "log", position)
            class_sha256 = b""
        self.classes_used.add(class_id)
        try:
            fault = self._content_fault(row)
        except SealBroken:
            fault = ("sealed.broken", "sealed")
        except UNREADABLE:
            fault = ("log.unreadable", "log")
        if fault is not None:
            self._findings.add(*fault, position)
        try:
            if row[_NATURAL_KEY] is not None:
                self._stand(row, feed)
            return commitment(position, row[1], row[2], row[3], class_sha256, row[_INNER])
        except UNREADABLE:
            self._findings.add("log.unreadable", "log", position)
            return b""

    def _content_fault(self, row: Row) -> tuple[str, str] | None:
        columns, content = row[_FIRST_OPEN:_CONTENT], row[_CONTENT]
        inner, wrapped, ciphertext, natural_key = row[_INNER : _NATURAL_KEY + 1]
        if natural_key is None:
            return ("incident.missing", "log")
        if row[3] not in self._kinds:
            return ("log.kind", "log")
        if row[_STATE] == State.ERASED.value and row[3] != _ERASED:
            emptied = (*columns[1:], content, wrapped, ciphertext)
            empty = columns[0] == self._at and set(emptied) == {None}
            return None if empty else ("erasure.undone", "log")
        if wrapped is None:
            return ("sealed.missing", "log")
        if bytes in set(map(type, columns)) or str in set(map(type, columns[_POINT : _POINT + 2])):
            return ("log.unreadable", "log")
        salt = commitment_salt(unwrap(self._kek, wrapped, content))
        destroyed = row[_BODY]
        if destroyed is not None and ciphertext is not None:
            return ("retention.undone", "sealed")
        of = salt, natural_key, content, open_bytes(columns)
        made = inner_hash(*of, ciphertext) if destroyed is None else inner_hash_over(*of, destroyed)
        return None if made == inner else ("log.changed", "log")

    def _stand(self, row: Row, feed: str) -> None:
        """Follow the incident of a row, and hold it against the table where it comes to rest."""
        position, incident, version, kind = row[:4]
        last_version, last_position, last_content, last_state = row[_LAST]
        if self._feeds.get(row[_FEED]) != feed:
            self._findings.add("incident.feed", "incident", incident)
        before = self._moved.get(incident)
        fits = version <= last_version
        if kind == _RECORDED:
            state = _LIVE if before is None else before.state
            if version == 1:
                fits &= before is None and incident == position
                # of an erased incident the quarter stands in the entry that erased it
                fits &= last_state == State.ERASED.value or row[_QUARTER] == _quarter(row)
            else:
                fits &= before is not None and before.version == version - 1
                fits &= state not in _CLOSED
            if version == last_version:
                content = b"" if last_state == State.ERASED.value else row[_CONTENT]
                fits &= (last_position, last_content) == (position, content)
        else:
            if before is None and incident < position:
                # a first version that was put back where it began was not kept in mind
                before = _Moved(1, _LIVE, last_version, last_state)
            state = _STATE_AFTER.get(kind, "")
            fits &= before is not None and before.version == version
            fits &= before is not None and before.state in _MAY_BECOME.get(kind, ())
            if kind == _ERASED:
                fits &= last_content == b"" and row[_QUARTER] == _quarter(row)
        if not fits:
            self._findings.add("incident.standing", "incident", incident)
        if kind == _RECORDED and position == last_position and last_state == _LIVE:
            self._cells[cell_of(row)] += 1
        if version > 1 or kind != _RECORDED or (last_version, last_state) != (1, _LIVE):
            self._moved[incident] = _Moved(version, state, last_version, last_state)


def _quarter(row: Row) -> str:
    """The quarter of first report, from what is at rest: reported, else occurred, else recorded."""
    for column in (_REPORTED, _OCCURRED):
        if row[column] is not None:
            return _quarter_at(row[column])
    return _quarter_at(row[_RECORDED_AT])


@lru_cache(maxsize=65_536)
def _quarter_at(instant: int) -> str:
    return quarter_of(datetime.fromtimestamp(instant, UTC))


def seconds(stamp: str) -> int:
    """Return an operation's instant as tables hold it: seconds since 1970."""
    return int(datetime.fromisoformat(stamp).timestamp())
