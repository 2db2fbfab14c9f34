"""Reading everything for verification: one consistent read, row by row, as the driver gives it.

It goes below SQLAlchemy, as the append does, because every row of the log is read. Nothing is decoded
on the way: a changed byte must reach the check, not stop the reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from gateway.store.hot import LOG_COLUMNS, ROLLUP_TABLES
from gateway.store.releasing import CANDIDATE_COLUMNS

Row = tuple[Any, ...]


class Source(Protocol):
    """One read transaction of an engine; statements have ``?`` for their values."""

    broken: tuple[type[Exception], ...]
    """What it raises where it cannot read."""

    def read(self, statement: str, values: Row = ()) -> Iterator[Row]:
        """Yield the rows of a statement; several are read at a time."""
        ...

    def integrity(self) -> Iterator[str]:
        """Yield what the engine's own check finds: pages, indexes, missing values."""
        ...

    def close(self) -> None:
        """End the transaction."""
        ...


_LOG_LIST = ", ".join(f"l.{name}" for name in LOG_COLUMNS)
_CANDIDATE_LIST = ", ".join(f"{c.table.name[0]}.{c.name}" for c in CANDIDATE_COLUMNS)

_LOG = f"""SELECT {_LOG_LIST}, s.wrapped_secret, s.ciphertext,
    i.natural_key, i.feed, i.version, i.position, i.content_hmac, i.state, i.quarter, x.body_sha256
    FROM log l LEFT JOIN sealed s ON s.position = l.position
    LEFT JOIN retention_erased x ON x.position = l.position
    LEFT JOIN incident i ON i.id = l.incident ORDER BY l.position"""  # noqa: S608 - names of our own columns
_DISCLOSED = f"""SELECT d.sequence, d.incident, d.version, d.position, d.released_id, d.what,
    d.reason, l.entry_kind, l.reason, i.state, {_CANDIDATE_LIST},
    s.wrapped_secret, s.ciphertext, l.content_hmac, x.leaf
    FROM disclosure d LEFT JOIN log l ON l.position = d.position
    LEFT JOIN sealed s ON s.position = d.position
    LEFT JOIN retention_erased x ON x.position = d.position
    LEFT JOIN incident i ON i.id = l.incident
    WHERE d.subscription = ? AND d.number = ? ORDER BY d.sequence"""  # noqa: S608 - names of our own columns
_RETURNED = f"""SELECT r.sequence, r.incident, r.version, r.position, r.row_id, r.change, r.period,
    r.level, l.entry_kind, {_CANDIDATE_LIST}
    FROM return_row r LEFT JOIN log l ON l.position = r.position
    LEFT JOIN incident i ON i.id = l.incident
    WHERE r.leaf = ? ORDER BY r.sequence"""  # noqa: S608 - names of our own columns
_WINDOW = """SELECT l.class_id, CASE
        WHEN EXISTS (SELECT 1 FROM log n WHERE n.incident = l.incident AND n.position > l.position
            AND n.position <= ? AND n.entry_kind <> 'restricted') THEN 'superseded'
        WHEN (SELECT n.entry_kind FROM log n WHERE n.incident = l.incident AND n.position <= ?
            AND n.entry_kind <> 'recorded' ORDER BY n.position DESC LIMIT 1) = 'restricted'
            THEN 'restricted'
        ELSE 'live' END AS became, count(*)
    FROM log l JOIN log c ON c.incident = l.incident AND c.version = l.version
        AND c.entry_kind = 'recorded'
    WHERE l.position > ? AND l.position <= ? AND l.entry_kind IN ('recorded', 'lifted')
        AND c.recorded_at >= ?
    GROUP BY l.class_id, became"""
_AMONG = _WINDOW.replace("l.position > ? AND l.position <= ?", "l.position IN ({})")
_OFFERED = f"""SELECT {_CANDIDATE_LIST} FROM log o JOIN log l ON l.incident = o.incident
    AND l.version = o.version AND l.entry_kind = 'recorded' JOIN incident i ON i.id = l.incident
    WHERE o.position IN ({{}}) ORDER BY o.position"""  # noqa: S608 - names of our own columns
_PART = 500
_TABLES = {
    "head": "SELECT id, log_size, ledger_size, law_epoch FROM head ORDER BY id",
    "ledger": 'SELECT "index", leaf, hash FROM ledger ORDER BY "index"',
    "log": _LOG,
    "push": "SELECT leaf, receipt_id, client_id, feed, key_hmac, fingerprint, answer, "
    "first_position, last_position, at FROM push ORDER BY leaf",
    "release": "SELECT leaf, subscription, number, from_position, to_position, snapshot, "
    "law_epoch, day, at, counts, content_hash FROM release ORDER BY leaf",
    "edition": "SELECT leaf, quarter, number, at, cells, shown, basis FROM edition ORDER BY leaf",
    "return_file": "SELECT leaf, holder, recipient, quarter, paragraph, form, snapshot, law_epoch, "
    "day, log_size, at, counts, content_hash, attempts, handed_at, handed_hash, acknowledged_at "
    "FROM return_file ORDER BY leaf",
    "return_table": "SELECT leaf, holder, quarter, paragraph, body, at FROM return_table ORDER BY leaf",
    **{
        table: f"SELECT {', '.join(ROLLUP_TABLES[table])} FROM {table}"  # noqa: S608 - our own columns
        for table in ("rollup", "rollup_hour")
    },
    "record_class": "SELECT id, sha256, canonical_json FROM record_class ORDER BY id",
    "checkpoint": "SELECT size, note, at FROM checkpoint ORDER BY size",
    "snapshot": "SELECT sha256, parts FROM snapshot ORDER BY sha256",
    "snapshot_part": "SELECT sha256, text FROM snapshot_part ORDER BY sha256",
    "subscription": "SELECT id, partner, body, decided_to, last_release, acknowledged, pending, "
    "row_version FROM subscription ORDER BY id",
    "partner": "SELECT id, body, id FROM partner ORDER BY id",
    "protocol": "SELECT id, body, id FROM protocol ORDER BY id",
    "agreement": "SELECT id, body, version FROM agreement ORDER BY id, version",
    "client": "SELECT client_id, body, partner FROM client ORDER BY client_id",
    "feed": "SELECT name, body, id FROM feed ORDER BY id",
    "endpoint": "SELECT subscription, body, state FROM endpoint ORDER BY subscription",
    "policy_bundle": "SELECT sha256, body, leaf FROM policy_bundle ORDER BY sha256",
    "retention_erased": "SELECT leaf, position, body_sha256 FROM retention_erased "
    "ORDER BY leaf, position",
    "retention_hold": "SELECT id, body, leaf FROM retention_hold ORDER BY id",
    "retention_held": "SELECT hold, feed, natural_key FROM retention_held "
    "ORDER BY hold, feed, natural_key",
    "consultation": "SELECT leaf, at, account, role, partner, action, reason, case_id, number, "
    "wrapped_secret, ciphertext FROM consultation ORDER BY leaf",
    "consulted": "SELECT leaf, position, incident, version, controller FROM consulted "
    "ORDER BY leaf, position",
    "subject_case_step": "SELECT leaf, case_id, number, what, day, partner, account, at, "
    "wrapped_secret, ciphertext FROM subject_case_step ORDER BY leaf",
    "account": "SELECT id, kind, body, active, secret, changed FROM account ORDER BY id",
    "tool_credential": "SELECT id, account, partner, tool, secret_sha256, issued, expires, revoked "
    "FROM tool_credential ORDER BY id",
    "geography_document": "SELECT part, name, body FROM geography_document ORDER BY part, name",
    "hold": "SELECT name, body, at FROM hold ORDER BY name",
    "correction_step": "SELECT leaf, item, number, kind, feed, subscription, body, at, "
    "wrapped_secret, ciphertext FROM correction_step ORDER BY leaf",
    "disclosure_request": "SELECT id, partner, holder, state, at, due_on, review_due, steps "
    "FROM disclosure_request ORDER BY id",
    "disclosure_request_step": "SELECT leaf, request, number, step, actor, at, said, wrapped_secret, "
    "ciphertext FROM disclosure_request_step ORDER BY leaf",
    "proceeding_step": "SELECT leaf, proceeding, number, kind, body, at FROM proceeding_step "
    "ORDER BY leaf",
    "subject_key": "SELECT position, part, kind, digest FROM subject_key ORDER BY position",
    "signal": "SELECT leaf, id, partner, agreement, why, at, body FROM signal ORDER BY leaf",
    "signal_record": "SELECT signal, position, incident, version, controller FROM signal_record "
    "ORDER BY signal, position",
    "signal_step": "SELECT leaf, signal, number, body, at FROM signal_step ORDER BY leaf",
    "subject_index": "SELECT id, edition, begins FROM subject_index",
    "body": "SELECT s.position, s.wrapped_secret, s.ciphertext, l.content_hmac FROM sealed s "
    "LEFT JOIN log l ON l.position = s.position WHERE s.ciphertext IS NOT NULL ORDER BY s.position",
}
_KEPT_BACK = "SELECT offers, more FROM kept_back WHERE subscription = ? AND number = ?"
_ORPHANS = {
    "sealed": "SELECT s.position FROM sealed s LEFT JOIN log l ON l.position = s.position "
    "WHERE l.position IS NULL ORDER BY 1",
    "incident": "SELECT i.id FROM incident i LEFT JOIN log l ON l.position = i.id "
    "AND l.incident = i.id WHERE l.position IS NULL ORDER BY 1",
    "disclosure": "SELECT d.subscription, d.number, d.sequence FROM disclosure d "
    "LEFT JOIN release r ON r.subscription = d.subscription AND r.number = d.number "
    "WHERE r.leaf IS NULL ORDER BY 1, 2, 3",
    "return_row": "SELECT r.leaf, r.sequence FROM return_row r "
    "LEFT JOIN return_file f ON f.leaf = r.leaf WHERE f.leaf IS NULL ORDER BY 1, 2",
    "kept_back": "SELECT k.subscription, k.number FROM kept_back k "
    "LEFT JOIN release r ON r.subscription = k.subscription AND r.number = k.number "
    "WHERE r.leaf IS NULL ORDER BY 1, 2",
}
_NODE = 'SELECT hash FROM ledger_node WHERE level = ? AND "index" = ?'
_NODES_OUTSIDE = """SELECT level, "index" FROM ledger_node
    WHERE level < 1 OR level > 62 OR "index" < 0 OR (("index" + 1) << level) > ? ORDER BY 1, 2"""


class EvidenceUnreadable(Exception):
    """The database engine itself cannot read a table; ``table`` says which."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class Evidence:
    """One read transaction over a database, in use or a copy. Use it as a context."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.close()

    def rows(self, table: str) -> Iterator[Row]:
        """Yield a table's rows in its own order.

        Raises:
            EvidenceUnreadable: The engine cannot read it.
        """
        return self._read(table, _TABLES[table])

    def orphans(self, table: str) -> Iterator[Row]:
        """Yield the keys of rows that belong to nothing: what was inserted."""
        return self._read(table, _ORPHANS[table])

    def disclosed(self, subscription: str, number: int) -> Iterator[Row]:
        """Yield a release's disclosure rows, each with the log row that it names."""
        return self._read("disclosure", _DISCLOSED, (subscription, number))

    def returned(self, leaf: int) -> Iterator[Row]:
        """Yield the rows of a section 17A return's file, each with the log row that it names."""
        return self._read("return_row", _RETURNED, (leaf,))

    def window(self, after: int, until: int, as_of: int, since: int) -> Iterator[Row]:
        """Yield (class, state when the log was ``as_of`` long, count) of a window's offers.

        The state is ``live``, ``restricted`` or ``superseded`` (``releasing`` says what an offer is).
        Offers of versions recorded before ``since`` are left out.
        """
        return self._read("log", _WINDOW, (as_of, as_of, after, until, since))

    def among(self, places: Sequence[int], as_of: int, since: int) -> Iterator[Row]:
        """Yield (class, state, count) of the offers at these places, as ``window``."""
        for start in range(0, len(places), _PART):
            part = places[start : start + _PART]
            statement = _AMONG.format(", ".join("?" * len(part)))
            yield from self._read("log", statement, (as_of, as_of, *part, since))

    def offered(self, places: Sequence[int]) -> Iterator[Row]:
        """Yield the versions that the entries at these places offer."""
        for start in range(0, len(places), _PART):
            part = places[start : start + _PART]
            yield from self._read("log", _OFFERED.format(", ".join("?" * len(part))), tuple(part))

    def kept_back(self, subscription: str, number: int) -> Row | None:
        """Return (offers, more) of a release by cells, or None where it is none."""
        for row in self._read("kept_back", _KEPT_BACK, (subscription, number)):
            return row
        return None

    def node(self, level: int, index: int) -> bytes | None:
        """Return the stored hash of a complete subtree."""
        for row in self._read("ledger_node", _NODE, (level, index)):
            return row[0]  # type: ignore[no-any-return] # whatever stands there
        return None

    def nodes_outside(self, size: int) -> Iterator[Row]:
        """Yield (level, index) of stored nodes that no tree of this size has."""
        return self._read("ledger_node", _NODES_OUTSIDE, (size,))

    def size_of(self, table: str) -> int:
        """Return how many rows a table holds, for progress."""
        for row in self._read(table, f"SELECT count(*) FROM {table}"):  # noqa: S608 - our own name
            return int(row[0])
        return 0

    def integrity(self) -> Iterator[str]:
        """Yield what the engine's own check finds.

        Raises:
            EvidenceUnreadable: It cannot even check.
        """
        try:
            yield from self._source.integrity()
        except self._source.broken as error:
            raise EvidenceUnreadable("database") from error

    def _read(self, table: str, statement: str, values: Row = ()) -> Iterator[Row]:
        try:
            for row in self._source.read(statement, values):  # noqa: UP028 - see below
                # `yield from` would close the cursor of an abandoned reading after its connection
                yield row
        except self._source.broken as error:
            raise EvidenceUnreadable(table) from error
