"""Reading outside the writing transaction: the register, receipts, quarantine, the ledger.

Every question that concerns a partner carries the partner: there is no ``get(id)`` without its owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Engine, and_, desc, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.errors import StoreUnavailable
from gateway.store import tables as t
from gateway.store.clock import database_milliseconds
from gateway.store.states import CLOSED

if TYPE_CHECKING:
    from gateway.store.held_counts import HeldCounts


class HeadRow(NamedTuple):
    """How far log and ledger go, and the law's epoch."""

    log_size: int
    ledger_size: int
    law_epoch: int


def head_in(connection: Connection) -> HeadRow:
    """Return the head as a read sees it."""
    columns = (t.HEAD.c.log_size, t.HEAD.c.ledger_size, t.HEAD.c.law_epoch)
    return HeadRow(*connection.execute(select(*columns)).one())


class Reader:
    """Questions to the database, each in a short read of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # what a connection raises while it is being prepared comes as the driver made it
        self._broken = (DBAPIError, PoolTimeoutError, engine.dialect.loaded_dbapi.Error)

    @cached_property
    def held_counts(self) -> HeldCounts:
        """The roll-ups as this process holds them in memory."""
        # numpy and polars cost a command that asks nothing a third of a second
        from gateway.store.held_counts import HeldCounts  # noqa: PLC0415

        return HeldCounts()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection inside one consistent read.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        try:
            with self._engine.connect() as connection:
                yield connection
        except self._broken as error:
            raise StoreUnavailable from error

    def head(self) -> HeadRow:
        """Return the head."""
        with self.connection() as c:
            return head_in(c)

    def counts_of_releases(self) -> Iterator[tuple[str, int, str]]:
        """Yield (subscription, seconds since 1970, JSON of its counts) of every release."""
        r = t.RELEASE
        with self.connection() as c:
            rows = c.execution_options(stream_results=True, yield_per=1_000)
            yield from (
                (str(row[0]), int(row[1]), str(row[2]))
                for row in rows.execute(select(r.c.subscription, r.c.at, r.c.counts))
            )

    def session(self, id_sha256: bytes) -> dict[str, Any] | None:
        """Return a session's row by the SHA-256 of its name, or None."""
        with self.connection() as c:
            found = c.execute(select(t.SESSION).where(t.SESSION.c.id_sha256 == id_sha256))
            row = found.mappings().first()
        return None if row is None else dict(row)

    def form_sent(self, key_sha256: bytes) -> str | None:
        """Return where a form that was sent led, empty while it is carried out; None where it was not."""
        sent = t.FORM_SENT
        wanted = select(sent.c.location).where(sent.c.key_sha256 == key_sha256)
        with self.connection() as c:
            found: str | None = c.execute(wanted).scalar()
        return found

    # --- register
    def accounts(self, account: str | None = None) -> list[dict[str, Any]]:
        """Return the accounts of people, or the one of an id, as they stand."""
        wanted = select(t.ACCOUNT).order_by(t.ACCOUNT.c.id)
        if account is not None:
            wanted = wanted.where(t.ACCOUNT.c.id == account)
        with self.connection() as c:
            return [dict(row) for row in c.execute(wanted).mappings()]

    def tool_credentials(
        self, name: str | None = None, account: str | None = None
    ) -> list[dict[str, Any]]:
        """Return credentials for tools, newest first: all, the one of an id, or an account's."""
        table = t.TOOL_CREDENTIAL
        wanted = select(table).order_by(desc(table.c.issued), table.c.id)
        if name is not None:
            wanted = wanted.where(table.c.id == name)
        if account is not None:
            wanted = wanted.where(table.c.account == account)
        with self.connection() as c:
            return [dict(row) for row in c.execute(wanted).mappings()]

    def sign_in_failures(self, keys: list[bytes]) -> list[tuple[int, int]]:
        """Return failures and the instant of the last, for each of the keys that has any."""
        wanted = select(t.SIGN_IN_FAILURE).where(t.SIGN_IN_FAILURE.c.key_sha256.in_(keys))
        with self.connection() as c:
            return [(row["failures"], row["last"]) for row in c.execute(wanted).mappings()]

    def bodies(self, table_name: str) -> dict[str, str]:
        """Return id → JSON body of every partner, protocol, client or subscription."""
        table = t.METADATA.tables[table_name]
        key = next(iter(table.primary_key.columns))
        with self.connection() as c:
            return {row[0]: row[1] for row in c.execute(select(key, table.c.body).order_by(key))}

    def agreements(self) -> list[str]:
        """Return the JSON body of every version of every agreement, by id and version."""
        a = t.AGREEMENT
        with self.connection() as c:
            return [
                str(row[0]) for row in c.execute(select(a.c.body).order_by(a.c.id, a.c.version))
            ]

    def feeds(self) -> list[tuple[int, str, str]]:
        """Return (id, name, JSON body) of every feed, by name."""
        with self.connection() as c:
            rows = c.execute(
                select(t.FEED.c.id, t.FEED.c.name, t.FEED.c.body).order_by(t.FEED.c.name)
            )
            return [(row[0], row[1], row[2]) for row in rows]

    def subscription(self, subscription: str, partner: str) -> dict[str, Any] | None:
        """Return a partner's own subscription row, or None."""
        where = and_(t.SUBSCRIPTION.c.id == subscription, t.SUBSCRIPTION.c.partner == partner)
        with self.connection() as c:
            row = c.execute(select(t.SUBSCRIPTION).where(where)).mappings().first()
            return None if row is None else dict(row)

    def subscriptions_of(self, partner: str) -> list[dict[str, Any]]:
        """Return a partner's subscription rows."""
        statement = (
            select(t.SUBSCRIPTION)
            .where(t.SUBSCRIPTION.c.partner == partner)
            .order_by(t.SUBSCRIPTION.c.id)
        )
        with self.connection() as c:
            return [dict(row) for row in c.execute(statement).mappings()]

    def release_counts(self, subscription: str) -> list[str]:
        """Return the counts of every release of a subscription, as JSON, in their order.

        One that was closed is left out: what it covered is counted where it was decided anew.
        """
        r, d = t.RELEASE, t.DELIVERY
        statement = (
            select(r.c.counts)
            .join(d, and_(d.c.subscription == r.c.subscription, d.c.number == r.c.number))
            .where(r.c.subscription == subscription, d.c.state.not_in(CLOSED))
            .order_by(t.RELEASE.c.number)
        )
        with self.connection() as c:
            return [str(row[0]) for row in c.execute(statement)]

    def last_releases(self) -> dict[str, int]:
        """Return the number of every subscription's last release."""
        s = t.SUBSCRIPTION
        with self.connection() as c:
            return {row[0]: row[1] for row in c.execute(select(s.c.id, s.c.last_release))}

    def delivery_state(self, connection: Connection, subscription: str, number: int) -> str | None:
        """Return how the delivery of one release stands."""
        d = t.DELIVERY
        statement = select(d.c.state).where(d.c.subscription == subscription, d.c.number == number)
        found: str | None = connection.execute(statement).scalar()
        return found

    def delivery(
        self, connection: Connection, subscription: str, number: int
    ) -> dict[str, Any] | None:
        """Return the delivery of one release: state, attempts, outcome of the last."""
        d = t.DELIVERY
        statement = select(d).where(d.c.subscription == subscription, d.c.number == number)
        row = connection.execute(statement).mappings().first()
        return None if row is None else dict(row)

    def is_untried(self, subscription: str, number: int) -> bool:
        """Whether a release was never handed out."""
        d = t.DELIVERY
        statement = select(d.c.attempts).where(
            d.c.subscription == subscription, d.c.number == number
        )
        with self.connection() as c:
            return c.execute(statement).scalar() == 0

    def classes(self, above: int = 0) -> list[tuple[int, str]]:
        """Return (id, canonical JSON) of every record class with an id above ``above``."""
        statement = (
            select(t.RECORD_CLASS.c.id, t.RECORD_CLASS.c.canonical_json)
            .where(t.RECORD_CLASS.c.id > above)
            .order_by(t.RECORD_CLASS.c.id)
        )
        with self.connection() as c:
            return [(row[0], row[1]) for row in c.execute(statement)]

    def has_snapshot(self, sha256: str) -> bool:
        """Whether a snapshot of the law is kept."""
        statement = select(t.SNAPSHOT.c.sha256).where(t.SNAPSHOT.c.sha256 == sha256)
        with self.connection() as c:
            return c.execute(statement).first() is not None

    # --- senders
    def receipt(self, receipt_id: str, feed: int) -> str | None:
        """Return the stored answer of a push to a feed, as JSON."""
        where = and_(t.PUSH.c.receipt_id == receipt_id, t.PUSH.c.feed == feed)
        with self.connection() as c:
            found: str | None = c.execute(select(t.PUSH.c.answer).where(where)).scalar()
            return found

    def quarantined(
        self, feed: int, after: tuple[str, int] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return open quarantine rows of a feed in the order of receipts, after a given one."""
        q = t.QUARANTINE
        statement = select(q).where(q.c.feed == feed, q.c.resolved_at.is_(None))
        if after is not None:
            receipt, row = after
            later = (q.c.receipt_id > receipt) | ((q.c.receipt_id == receipt) & (q.c.row > row))
            statement = statement.where(later)
        statement = statement.order_by(q.c.receipt_id, q.c.row).limit(limit)
        with self.connection() as c:
            return [dict(row) for row in c.execute(statement).mappings()]

    def incident(self, feed: int, natural_key: bytes) -> dict[str, Any] | None:
        """Return where an incident stands with the class of its current version."""
        i, log, cls = t.INCIDENT, t.LOG, t.RECORD_CLASS
        statement = (
            select(i, cls.c.canonical_json, log.c.class_id)
            .join(log, log.c.position == i.c.position)
            .join(cls, cls.c.id == log.c.class_id)
            .where(i.c.feed == feed, i.c.natural_key == natural_key)
        )
        with self.connection() as c:
            row = c.execute(statement).mappings().first()
            return None if row is None else dict(row)

    def disclosures_of(self, incident: int) -> list[dict[str, Any]]:
        """Return every disclosure and notice of an incident, over all recipients (IG role only)."""
        d, r, s, y = t.DISCLOSURE, t.RELEASE, t.SUBSCRIPTION, t.DELIVERY
        statement = (
            select(d, r.c.at, r.c.leaf, s.c.partner, y.c.state)
            .join(r, and_(r.c.subscription == d.c.subscription, r.c.number == d.c.number))
            .join(y, and_(y.c.subscription == d.c.subscription, y.c.number == d.c.number))
            .join(s, s.c.id == d.c.subscription)
            .where(d.c.incident == incident)
            .order_by(r.c.leaf, d.c.sequence)
        )
        with self.connection() as c:
            return [dict(row) for row in c.execute(statement).mappings()]

    # --- ledger
    def leaf(self, index: int) -> tuple[bytes, bytes] | None:
        """Return a leaf's bytes and hash."""
        statement = select(t.LEDGER.c.leaf, t.LEDGER.c.hash).where(t.LEDGER.c["index"] == index)
        with self.connection() as c:
            row = c.execute(statement).first()
            return None if row is None else (bytes(row[0]), bytes(row[1]))

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree.

        Raises:
            LookupError: There is none.
        """
        with self.connection() as c:
            return node_hash(c, level, index)

    def newest_checkpoint(self) -> tuple[int, str, int] | None:
        """Return size, note and instant (seconds since 1970) of the last published checkpoint."""
        with self.connection() as c:
            return newest_kept(c)

    def anchors(self) -> list[str]:
        """Return how publishing to each kind of anchor goes, as JSON."""
        a = t.ANCHOR
        with self.connection() as c:
            return [str(row[0]) for row in c.execute(select(a.c.body).order_by(a.c.kind))]

    def anchors_stopping(self, at: int) -> list[str]:
        """Return the anchors that let nothing be released at an instant (seconds since 1970), as JSON."""
        a = t.ANCHOR
        with self.connection() as c:
            rows = c.execute(select(a.c.body).where(a.c.stops_at <= at).order_by(a.c.kind))
            return [str(row[0]) for row in rows]

    # --- places
    def geographies(self) -> list[dict[str, Any]]:
        """Return the loaded editions, newest last."""
        with self.connection() as c:
            return [
                dict(row)
                for row in c.execute(select(t.GEOGRAPHY).order_by(t.GEOGRAPHY.c.id)).mappings()
            ]

    def areas(self, geography: int) -> list[tuple[str, str, bytes]]:
        """Return (code, name, WKB) of an edition's areas."""
        a = t.GEOGRAPHY_AREA
        with self.connection() as c:
            rows = c.execute(select(a.c.code, a.c.name, a.c.wkb).where(a.c.geography == geography))
            return [(row[0], row[1], bytes(row[2])) for row in rows]

    def points(self, geography: int) -> list[tuple[float, float, str, int | None]]:
        """Return (longitude, latitude, district, addresses) of an edition's map points."""
        p = t.GEOGRAPHY_POINT
        statement = select(p.c.longitude, p.c.latitude, p.c.district, p.c.addresses)
        with self.connection() as c:
            rows = c.execute(statement.where(p.c.geography == geography))
            return [(row[0], row[1], row[2], row[3]) for row in rows]

    # --- counts
    def size_bytes(self) -> int:
        """Return how much disk the database takes."""
        sizes = {
            "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            "postgresql": "SELECT pg_database_size(current_database())",
        }
        with self.connection() as c:
            return int(c.execute(text(sizes[self._engine.dialect.name])).scalar_one())

    def seconds_ahead(self, now: datetime) -> float:
        """Return by how many seconds an instant is ahead of the database's own clock."""
        with self.connection() as c:
            database = int(c.execute(select(database_milliseconds())).scalar_one())
        return now.timestamp() - database / 1000

    def count(self, table_name: str) -> int:
        """Return how many rows a table holds (metrics, checks)."""
        with self.connection() as c:
            statement = select(func.count()).select_from(t.METADATA.tables[table_name])
            return int(c.execute(statement).scalar_one())


def node_hash(connection: Connection, level: int, index: int) -> bytes:
    """Return the hash of a complete subtree on an open connection (LookupError where there is none)."""
    if level == 0:
        statement = select(t.LEDGER.c.hash).where(t.LEDGER.c["index"] == index)
    else:
        n = t.LEDGER_NODE
        statement = select(n.c.hash).where(n.c.level == level, n.c["index"] == index)
    found = connection.execute(statement).scalar()
    if found is None:
        raise LookupError
    return bytes(found)


def newest_kept(connection: Connection) -> tuple[int, str, int] | None:
    """Return size, note and instant of the last published checkpoint, on an open connection."""
    k = t.CHECKPOINT.c
    statement = select(k.size, k.note, k.at).order_by(desc(k.size)).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else (int(row[0]), str(row[1]), int(row[2]))
