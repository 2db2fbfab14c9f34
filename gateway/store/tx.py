"""What may be done inside the one writing transaction, on either engine.

A ``Tx`` lives for one group of jobs. The hot append goes below SQLAlchemy, through ``hot``; all else
is Core.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Table, delete, insert, select, update

from gateway.store import tables as t
from gateway.store.hot import DISCLOSURE_COLUMNS, PUSH_COLUMNS, Hot, Row
from gateway.store.rollups import Cell, cell_of, folded, moved
from gateway.store.states import OPEN, Delivery


@dataclass(slots=True)
class Head:
    """How far log and ledger go, and the law's epoch, as of this transaction."""

    log_size: int
    ledger_size: int
    law_epoch: int


_LOOKED_UP = 500
"""Positions a look-up at most."""


class Sealer(Protocol):
    """The ledger's tree, kept above the store."""

    def load(self, size: int, node: Callable[[int, int], bytes]) -> None:
        """Rebuild the frontier for ``size`` leaves from stored nodes."""
        ...

    def append(self, leaf: bytes) -> tuple[int, bytes, list[tuple[int, int, bytes]]]:
        """Add a leaf; return its index, its hash and the complete subtrees it closes."""
        ...

    @property
    def size(self) -> int:
        """How many leaves the frontier covers."""
        ...


class Standing(NamedTuple):
    """Where an incident stands."""

    id: int
    version: int
    position: int
    content_hmac: bytes
    state: str
    quarter: str
    updated: int | None


_LIVE, _RECORDED = "live", "recorded"
_BUFFERED = ("ledger", "ledger_node", "incident", "log", "sealed", "subject_key", "push")
"""Written once a group of jobs, in this order; incidents that move come after those born."""


class ClassIds:
    """Record class → id, remembered over transactions; what was added is forgotten on roll-back."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, bytes]] = {}
        self.added: list[str] = []

    def keep(self) -> None:
        """The transaction was committed."""
        self.added.clear()

    def forget(self) -> None:
        """The transaction was rolled back."""
        for canonical in self.added:
            self.known.pop(canonical, None)
        self.added.clear()


class Tx:
    """One open transaction."""

    def __init__(
        self, connection: Connection, hot: Hot, head: Head, sealer: Sealer, classes: ClassIds
    ) -> None:
        self._connection, self._hot = connection, hot
        self.head = head
        self._began = replace(head)
        self._sealer = sealer
        self._classes = classes
        self._rows: dict[str, list[Row]] = {table: [] for table in _BUFFERED}
        self._moved: list[tuple[Any, ...]] = []
        self._fresh: dict[tuple[int, bytes], Standing] = {}
        self._pushed: dict[tuple[str, bytes], dict[str, Any]] = {}
        self._quarantine_open: dict[int, bool] = {}
        self.destroyed = (
            False  # whether content was destroyed, of which no trace may stay in any file
        )
        self.erased: dict[int, bool] = {}  # by feed: whether ``correcting.has_erased``
        self._rolled: Counter[Cell] = Counter()
        self._cells: dict[int, Cell] = {}

    @property
    def connection(self) -> Connection:
        """The connection, with everything written that waits."""
        self.flush()
        return self._connection

    @property
    def head_moved(self) -> bool:
        """Whether log, ledger or law have moved in this transaction."""
        return self.head != self._began

    def flush(self) -> None:
        """Write what waits."""
        waiting = {table: rows for table, rows in self._rows.items() if rows}
        if waiting:
            self._hot.insert(waiting)
            for rows in waiting.values():
                rows.clear()
        if self._moved:
            now = {row[-1]: row[1] if row[3] == _LIVE else None for row in self._moved}
            for cell, number in moved(self._connection, now):
                self._rolled[cell] += number
            self._hot.move(self._moved)
            self._moved.clear()

    # --- ledger
    def seal(self, leaf: bytes) -> int:
        """Append one leaf to the ledger and return its index."""
        index, digest, nodes = self._sealer.append(leaf)
        self._rows["ledger"].append((index, leaf, digest))
        self._rows["ledger_node"].extend(nodes)
        self.head.ledger_size = index + 1
        return index

    def raise_law_epoch(self) -> int:
        """Say that the law, the register or the partners' systems changed."""
        self.head.law_epoch += 1
        return self.head.law_epoch

    # --- log
    def class_id(self, canonical_json: str) -> tuple[int, bytes]:
        """Return id and SHA-256 of a record class, adding it when it is new."""
        known = self._classes.known.get(canonical_json)
        if known is None:
            known = self._find_or_add_class(canonical_json)
            self._classes.known[canonical_json] = known
            self._classes.added.append(canonical_json)
        return known

    def _find_or_add_class(self, canonical_json: str) -> tuple[int, bytes]:
        digest = hashlib.sha256(canonical_json.encode()).digest()
        table = t.RECORD_CLASS
        found = self.connection.execute(select(table.c.id).where(table.c.sha256 == digest)).scalar()
        if found is None:
            done = self.connection.execute(
                insert(table).values(sha256=digest, canonical_json=canonical_json)
            )
            key = done.inserted_primary_key
            found = key[0] if key else None
        if found is None:
            raise LookupError
        return int(found), digest

    def standing(self, feed: int, keys: Sequence[bytes]) -> dict[bytes, Standing]:
        """Return where the incidents with these natural keys stand; unknown keys are left out."""
        found = {key: Standing(*rest) for key, *rest in self._hot.standing(feed, keys)}
        if self._fresh:
            found |= {key: self._fresh[feed, key] for key in keys if (feed, key) in self._fresh}
        return found

    def unit_counts(self, unit: bytes, contents: Sequence[bytes]) -> dict[bytes, int]:
        """Return how often each content was seen in the unit before."""
        return dict(self._hot.unit_counts(unit, contents))

    def keep_unit_counts(self, unit: bytes, counts: dict[bytes, int]) -> None:
        """Remember the counts for the unit's next push."""
        self._hot.keep_unit_counts([(unit, content, seen) for content, seen in counts.items()])

    def place_counts(self, quarter: str, places: Sequence[bytes]) -> dict[bytes, int]:
        """Return how many incidents of a quarter each unnamed place had; unknown ones are left out."""
        return dict(self._hot.place_counts(quarter, places))

    def keep_place_counts(self, counts: list[tuple[str, bytes, int]], before: str) -> None:
        """Remember counts (quarter, unnamed place, number), and forget the quarters ``before``."""
        self._hot.keep_place_counts(list(counts), before)

    def repeats_at(self, positions: Sequence[int]) -> dict[int, str | None]:
        """Return ``repeat_at_place`` of log rows by position."""
        log = t.LOG.c
        found: dict[int, str | None] = {}
        for start in range(0, len(positions), _LOOKED_UP):
            part = positions[start : start + _LOOKED_UP]
            asked = select(log.position, log.repeat_at_place).where(log.position.in_(part))
            found.update((row[0], row[1]) for row in self.connection.execute(asked))
        return found

    def append_log(self, rows: list[tuple[Any, ...]], sealed: list[tuple[Any, ...]]) -> None:
        """Append log rows (``LOG_COLUMNS``) with their secrets; positions follow the head."""
        self._rows["log"].extend(rows)
        for row in rows:
            if row[3] == _RECORDED:
                self._cells[row[0]] = cell_of(row)
        self._rows["sealed"].extend(sealed)
        self.head.log_size += len(rows)

    def key_subjects(self, rows: Iterable[tuple[int, int, str, bytes]]) -> None:
        """Keep by what sealed halves are found (columns of ``tables.SUBJECT_KEY``)."""
        self._rows["subject_key"].extend(rows)

    def stand(self, feed: int, key: bytes, now: Standing, *, born: bool) -> None:
        """Say where an incident stands now: born in this very batch, or moved."""
        self._fresh[feed, key] = now
        incident, version, position, content, state, quarter, updated = now
        if born:
            row = (incident, feed, key, version, position, content, state, quarter, updated)
            self._rows["incident"].append(row)
            if state == _LIVE:
                self._rolled[self._cells[position]] += 1
        else:
            self._moved.append((version, position, content, state, updated, incident))

    def roll(self, delta: Mapping[Cell, int]) -> None:
        """Change roll-ups by hand: for what is neither appended nor said by ``stand``."""
        for cell, number in delta.items():
            self._rolled[cell] += number

    def forget(self, feed: int, key: bytes) -> None:
        """Forget a natural key: its incident was erased."""
        self._fresh.pop((feed, key), None)
        self.erased[feed] = self.destroyed = True

    def keep_push(self, row: dict[str, Any]) -> None:
        """Keep what a push was answered (columns of ``tables.PUSH``)."""
        self._rows["push"].append(tuple(row[name] for name in PUSH_COLUMNS))
        if row["key_hmac"] is not None:
            self._pushed[row["client_id"], row["key_hmac"]] = row

    def earlier_push(self, client_id: str, key_hmac: bytes) -> dict[str, Any] | None:
        """Return what a client's idempotency key was answered before, or None."""
        waiting = self._pushed.get((client_id, key_hmac))
        if waiting is not None:
            return waiting
        found = self._hot.push(client_id, key_hmac)
        return None if found is None else dict(zip(PUSH_COLUMNS, found, strict=True))

    def resolve_quarantine(self, feed: int, keys: Sequence[bytes], at: int) -> None:
        """Mark quarantined rows of these natural keys as resolved: the sender sent them well."""
        if feed not in self._quarantine_open:
            self._quarantine_open[feed] = self._hot.quarantine_is_open(feed)
        if not self._quarantine_open[feed]:
            return
        self.flush()
        self._hot.resolve_quarantine(feed, keys, at)

    def class_at(self, position: int) -> tuple[int, bytes]:
        """Return id and SHA-256 of the record class of a log row."""
        self.flush()
        found = self._hot.class_at(position)
        if found is None:
            raise LookupError
        return int(found[0]), bytes(found[1])

    # --- releases
    def keep_postcodes(self, geography: int, rows: Iterable[tuple[Any, ...]]) -> None:
        """Keep an edition's postcodes (columns of ``tables.GEOGRAPHY_POSTCODE`` after the first)."""
        self.flush()
        self._hot.insert({"geography_postcode": [(geography, *row) for row in rows]})

    def keep_disclosures(self, rows: list[dict[str, Any]]) -> None:
        """Keep what a release holds (columns of ``tables.DISCLOSURE``)."""
        self.flush()
        if rows:
            kept = [tuple(row[name] for name in DISCLOSURE_COLUMNS) for row in rows]
            self._hot.insert({"disclosure": kept})

    def acknowledge_deliveries(self, subscription: str, number: int) -> None:
        """Set every open delivery of a subscription up to a number to acknowledged."""
        d = t.DELIVERY
        self.connection.execute(
            update(d)
            .where(d.c.subscription == subscription, d.c.number <= number)
            .where(d.c.state.in_(OPEN))
            .values(state=Delivery.ACKNOWLEDGED.value, next_at=None)
        )

    def forget_assertions(self, before: int) -> None:
        """Forget client assertions that expired before an instant (seconds since 1970)."""
        self.connection.execute(delete(t.ASSERTION).where(t.ASSERTION.c.expires < before))

    def forget_sessions(self, seen_before: int, began_before: int) -> None:
        """Forget sessions that ended by themselves (instants in seconds since 1970)."""
        over = (t.SESSION.c.seen < seen_before) | (t.SESSION.c.began < began_before)
        self.connection.execute(delete(t.SESSION).where(over))

    def forget_forms(self, before: int) -> None:
        """Forget forms that were sent before an instant (seconds since 1970)."""
        self.connection.execute(delete(t.FORM_SENT).where(t.FORM_SENT.c.at < before))

    def forget_sign_ins(self, before: int) -> None:
        """Forget sign-ins that nobody came back from, and failures that count no longer."""
        self.connection.execute(delete(t.SIGN_IN).where(t.SIGN_IN.c.began < before))
        late = t.SIGN_IN_FAILURE.c.last < before
        self.connection.execute(delete(t.SIGN_IN_FAILURE).where(late))

    # --- anything else, by table
    def add(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Insert rows into a table that is not on the hot path."""
        listed = list(rows)
        if listed:
            self.connection.execute(insert(table), listed)
            self._quarantine_open.clear()

    def change(self, table: Table, where: dict[str, Any], values: dict[str, Any]) -> int:
        """Update rows that match every column of ``where``; return how many."""
        statement = update(table).values(**values)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        return self.connection.execute(statement).rowcount

    def remove(self, table: Table, where: dict[str, Any]) -> int:
        """Delete rows that match every column of ``where``; return how many. For working state only."""
        statement = delete(table)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        return self.connection.execute(statement).rowcount

    def one(self, table: Table, where: dict[str, Any]) -> dict[str, Any] | None:
        """Return the row that matches every column of ``where``, or None."""
        statement = select(table)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        row = self.connection.execute(statement).mappings().first()
        return None if row is None else dict(row)

    def every(self, table: Table, where: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows that have these values, in the order of the table's key."""
        statement = select(table).order_by(*table.primary_key.columns)
        for name, value in (where or {}).items():
            statement = statement.where(table.c[name] == value)
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def save_head(self) -> None:
        """Write what waits and the head; the last statements before the commit."""
        self.flush()
        if any(self._rolled.values()):
            self._hot.roll(*folded(self._rolled))
        head = self.head
        self._hot.save_head(head.log_size, head.ledger_size, head.law_epoch, moved=self.head_moved)
