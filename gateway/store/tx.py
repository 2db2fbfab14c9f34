"""What may be done inside the one writing transaction.

A ``Tx`` lives for one group of jobs. The hot append goes straight to the driver (SQLAlchemy's
insertmanyvalues costs three to twenty times as much, performance.md §2); all else is Core.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Table, delete, insert, select, update

from gateway.store import tables as t
from gateway.store.states import OPEN, Delivery

_CHUNK = 500
"""SQLite takes 32,766 bound values a statement; 500 keys a look-up keeps the plan small."""


@dataclass(slots=True)
class Head:
    """How far log and ledger go, and the law's epoch, as of this transaction."""

    log_size: int
    ledger_size: int
    law_epoch: int


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


LOG_COLUMNS = tuple(column.name for column in t.LOG.columns)
PUSH_COLUMNS = tuple(column.name for column in t.PUSH.columns)
DISCLOSURE_COLUMNS = tuple(column.name for column in t.DISCLOSURE.columns)
_WIDEST = 4_096
"""Bound values a statement at most; SQLite would take 32,766, and longer ones gain nothing."""


class _Insert:
    """Inserts rows of one table, many to a statement.

    ``executemany`` gives the interpreter's lock away at every row, and a busy event loop or mapper
    keeps it for milliseconds; one statement for 2^n rows gives it away once, and SQLite then works
    beside Python instead of in turn with it.
    """

    def __init__(self, table: str, columns: tuple[str, ...]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._head = f"INSERT INTO {table} ({names}) VALUES "  # noqa: S608 - names of our own columns
        self._row = f"({', '.join('?' * len(columns))})"
        most = _WIDEST // len(columns)
        self._sizes = [1 << n for n in range(most.bit_length() - 1, -1, -1)]
        self._statements = {
            size: self._head + ", ".join([self._row] * size) for size in self._sizes
        }

    def run(self, driver: Any, rows: list[tuple[Any, ...]]) -> None:  # noqa: ANN401 - the driver's own connection
        """Insert the rows in their order."""
        at = 0
        for size in self._sizes:
            while len(rows) - at >= size:
                values = [value for row in rows[at : at + size] for value in row]
                driver.execute(self._statements[size], values)
                at += size


_LEDGER_INSERT = _Insert("ledger", ("index", "leaf", "hash"))
_NODE_INSERT = _Insert("ledger_node", ("level", "index", "hash"))
_INCIDENT_INSERT = _Insert(
    "incident",
    (
        "id",
        "feed",
        "natural_key",
        "version",
        "position",
        "content_hmac",
        "state",
        "quarter",
        "updated",
    ),
)
_LOG_INSERT = _Insert("log", LOG_COLUMNS)
_SEALED_INSERT = _Insert("sealed", ("position", "wrapped_secret", "ciphertext"))
_PUSH_INSERT = _Insert("push", PUSH_COLUMNS)
_DISCLOSURE_INSERT = _Insert("disclosure", DISCLOSURE_COLUMNS)
_UPDATE_INCIDENT = (
    "UPDATE incident SET version = ?, position = ?, content_hmac = ?, state = ?, updated = ? "
    "WHERE id = ?"
)
_BUFFERED = (
    _LEDGER_INSERT,
    _NODE_INSERT,
    _INCIDENT_INSERT,
    _LOG_INSERT,
    _SEALED_INSERT,
    _PUSH_INSERT,
)
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
        self, connection: Connection, head: Head, sealer: Sealer, classes: ClassIds
    ) -> None:
        self._connection = connection
        self.head = head
        self._began = replace(head)
        self._sealer = sealer
        self._classes = classes
        self._driver: Any = connection.connection.driver_connection  # sqlite3.Connection
        self._rows: dict[_Insert, list[tuple[Any, ...]]] = {insert: [] for insert in _BUFFERED}
        self._moved: list[tuple[Any, ...]] = []
        self._fresh: dict[tuple[int, bytes], Standing] = {}
        self._pushed: dict[tuple[str, bytes], dict[str, Any]] = {}
        self._quarantine_open: dict[int, bool] = {}
        self.erased: dict[int, bool] = {}  # by feed: whether ``correcting.has_erased``

    @property
    def connection(self) -> Connection:
        """The connection, with everything written that waits."""
        self.flush()
        return self._connection

    @property
    def head_moved(self) -> bool:
        """Whether log, ledger or law have moved in this transaction."""
        return self.head != self._began

    @property
    def direct(self) -> Connection:
        """The connection as it is, for tables of which nothing ever waits."""
        return self._connection

    def flush(self) -> None:
        """Write what waits."""
        for insert_rows, rows in self._rows.items():
            if rows:
                insert_rows.run(self._driver, rows)
                rows.clear()
        if self._moved:
            self._driver.executemany(_UPDATE_INCIDENT, self._moved)
            self._moved.clear()

    # --- ledger
    def seal(self, leaf: bytes) -> int:
        """Append one leaf to the ledger and return its index."""
        index, digest, nodes = self._sealer.append(leaf)
        self._rows[_LEDGER_INSERT].append((index, leaf, digest))
        self._rows[_NODE_INSERT].extend(nodes)
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
        found: dict[bytes, Standing] = {}
        for start in range(0, len(keys), _CHUNK):
            part = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._driver.execute(
                "SELECT natural_key, id, version, position, content_hmac, state, quarter, updated "  # noqa: S608 - question marks only
                f"FROM incident WHERE feed = ? AND natural_key IN ({marks})",
                (feed, *part),
            )
            for key, *rest in rows:
                found[key] = Standing(*rest)
        if self._fresh:
            found |= {key: self._fresh[feed, key] for key in keys if (feed, key) in self._fresh}
        return found

    def unit_counts(self, unit: bytes, contents: Sequence[bytes]) -> dict[bytes, int]:
        """Return how often each content was seen in the unit before."""
        found: dict[bytes, int] = {}
        for start in range(0, len(contents), _CHUNK):
            part = contents[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._driver.execute(
                "SELECT content, seen FROM unit_count "  # noqa: S608 - question marks only
                f"WHERE unit = ? AND content IN ({marks})",
                (unit, *part),
            )
            found.update(dict(rows))
        return found

    def keep_unit_counts(self, unit: bytes, counts: dict[bytes, int]) -> None:
        """Remember the counts for the unit's next push."""
        self._driver.executemany(
            "INSERT INTO unit_count (unit, content, seen) VALUES (?, ?, ?) "
            "ON CONFLICT (unit, content) DO UPDATE SET seen = excluded.seen",
            [(unit, content, seen) for content, seen in counts.items()],
        )

    def append_log(self, rows: list[tuple[Any, ...]], sealed: list[tuple[Any, ...]]) -> None:
        """Append log rows (``LOG_COLUMNS``) with their secrets; positions follow the head."""
        self._rows[_LOG_INSERT].extend(rows)
        self._rows[_SEALED_INSERT].extend(sealed)
        self.head.log_size += len(rows)

    def stand(self, feed: int, key: bytes, now: Standing, *, born: bool) -> None:
        """Say where an incident stands now: born in this very batch, or moved."""
        self._fresh[feed, key] = now
        incident, version, position, content, state, quarter, updated = now
        if born:
            row = (incident, feed, key, version, position, content, state, quarter, updated)
            self._rows[_INCIDENT_INSERT].append(row)
        else:
            self._moved.append((version, position, content, state, updated, incident))

    def forget(self, feed: int, key: bytes) -> None:
        """Forget a natural key: its incident was erased."""
        self._fresh.pop((feed, key), None)
        self.erased[feed] = True

    def keep_push(self, row: dict[str, Any]) -> None:
        """Keep what a push was answered (columns of ``tables.PUSH``)."""
        self._rows[_PUSH_INSERT].append(tuple(row[name] for name in PUSH_COLUMNS))
        if row["key_hmac"] is not None:
            self._pushed[row["client_id"], row["key_hmac"]] = row

    def earlier_push(self, client_id: str, key_hmac: bytes) -> dict[str, Any] | None:
        """Return what a client's idempotency key was answered before, or None."""
        waiting = self._pushed.get((client_id, key_hmac))
        if waiting is not None:
            return waiting
        found = self._driver.execute(
            "SELECT * FROM push WHERE client_id = ? AND key_hmac = ?", (client_id, key_hmac)
        ).fetchone()
        return None if found is None else dict(zip(PUSH_COLUMNS, found, strict=True))

    def resolve_quarantine(self, feed: int, keys: Sequence[bytes], at: int) -> None:
        """Mark quarantined rows of these natural keys as resolved: the sender sent them well."""
        if feed not in self._quarantine_open:
            self._quarantine_open[feed] = self._quarantine_is_open(feed)
        if not self._quarantine_open[feed]:
            return
        self.flush()
        self._driver.executemany(
            "UPDATE quarantine SET resolved_at = ? "
            "WHERE feed = ? AND natural_key = ? AND resolved_at IS NULL",
            [(at, feed, key) for key in keys],
        )

    def _quarantine_is_open(self, feed: int) -> bool:
        return (
            self._driver.execute(
                "SELECT 1 FROM quarantine WHERE feed = ? AND resolved_at IS NULL "
                "AND natural_key IS NOT NULL LIMIT 1",
                (feed,),
            ).fetchone()
            is not None
        )

    def class_at(self, position: int) -> tuple[int, bytes]:
        """Return id and SHA-256 of the record class of a log row."""
        self.flush()
        found = self._driver.execute(
            "SELECT c.id, c.sha256 FROM log l JOIN record_class c ON c.id = l.class_id "
            "WHERE l.position = ?",
            (position,),
        ).fetchone()
        return int(found[0]), bytes(found[1])

    # --- releases
    def keep_disclosures(self, rows: list[dict[str, Any]]) -> None:
        """Keep what a release holds (columns of ``tables.DISCLOSURE``)."""
        self.flush()
        kept = [tuple(row[name] for name in DISCLOSURE_COLUMNS) for row in rows]
        _DISCLOSURE_INSERT.run(self._driver, kept)

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

    def one(self, table: Table, where: dict[str, Any]) -> dict[str, Any] | None:
        """Return the row that matches every column of ``where``, or None."""
        statement = select(table)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        row = self.connection.execute(statement).mappings().first()
        return None if row is None else dict(row)

    def save_head(self) -> None:
        """Write what waits and the head; the last statements before the commit."""
        self.flush()
        self._driver.execute(
            "UPDATE head SET log_size = ?, ledger_size = ?, law_epoch = ? WHERE id = 1",
            (self.head.log_size, self.head.ledger_size, self.head.law_epoch),
        )
