"""Statements for the questions of an information-governance lead: counted by the engine, not row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    func,
    select,
    text,
)

from gateway.store import tables as t
from gateway.store.states import Delivery

_D, _L, _R, _Y, _S = t.DISCLOSURE, t.LOG, t.RELEASE, t.DELIVERY, t.SUBSCRIPTION
_RECORD = "record"
_PART = 500


def _left(subscriptions: Collection[str], begins: int, ends: int) -> ColumnElement[bool]:
    """What was released to some subscriptions between two seconds; what was never tried left nobody."""
    return and_(
        _R.c.subscription.in_(sorted(subscriptions)),
        _R.c.at >= begins,
        _R.c.at < ends,
        _Y.c.state != Delivery.WITHDRAWN.value,
    )


_JOINED = (
    _R.join(_Y, and_(_Y.c.subscription == _R.c.subscription, _Y.c.number == _R.c.number))
    .join(_D, and_(_D.c.subscription == _R.c.subscription, _D.c.number == _R.c.number))
    .join(_L, _L.c.position == _D.c.position)
)


def counted_by_class(
    connection: Connection, subscriptions: Collection[str], begins: int, ends: int
) -> list[tuple[str, str, int, int]]:
    """Return (subscription, what, class id, rows) of what left between two seconds.

    ``what`` is ``record`` or ``notice:`` and its kind.
    """
    by = (_D.c.subscription, _D.c.what, _L.c.class_id)
    statement = (
        select(*by, func.count())
        .select_from(_JOINED)
        .where(_left(subscriptions, begins, ends))
        .group_by(*by)
    )
    rows = connection.execute(statement)
    return sorted((str(r[0]), str(r[1]), int(r[2]), int(r[3])) for r in rows)


def incidents_in(
    connection: Connection,
    subscriptions: Collection[str],
    begins: int,
    ends: int,
    sets: Mapping[str, Collection[int]],
) -> dict[str, int]:
    """Return how many distinct incidents left as records, for several sets of record classes at once.

    Args:
        connection: A consistent read.
        subscriptions: To whom.
        begins: Second from which.
        ends: Second until which.
        sets: Name → the ids of the record classes counted under it.
    """
    if not sets or not subscriptions:
        return dict.fromkeys(sets, 0)
    counted = (
        func.count(func.distinct(case((_L.c.class_id.in_(sorted(ids)), _D.c.incident))))
        for ids in sets.values()
    )
    statement = (
        select(*counted)
        .select_from(_JOINED)
        .where(_left(subscriptions, begins, ends), _D.c.what == _RECORD)
    )
    row = connection.execute(statement).one()
    return {name: int(number) for name, number in zip(sets, row, strict=True)}


def releases_between(
    connection: Connection, subscriptions: Collection[str], begins: int, ends: int
) -> dict[str, dict[str, int]]:
    """Return subscription → delivery state → releases that were made between two seconds."""
    statement = (
        select(_R.c.subscription, _Y.c.state, func.count())
        .select_from(
            _R.join(_Y, and_(_Y.c.subscription == _R.c.subscription, _Y.c.number == _R.c.number))
        )
        .where(_R.c.subscription.in_(sorted(subscriptions)), _R.c.at >= begins, _R.c.at < ends)
        .group_by(_R.c.subscription, _Y.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for subscription, state, number in connection.execute(statement):
        found.setdefault(str(subscription), {})[str(state)] = int(number)
    return found


def leaves_of_releases(
    connection: Connection, subscriptions: Collection[str], begins: int, ends: int
) -> Iterator[tuple[str, int, bytes]]:
    """Yield (subscription, number, leaf) of releases that hold anything, made between two seconds."""
    statement = (
        select(_R.c.subscription, _R.c.number, t.LEDGER.c.leaf)
        .select_from(
            _R.join(_Y, and_(_Y.c.subscription == _R.c.subscription, _Y.c.number == _R.c.number))
        )
        .join(t.LEDGER, t.LEDGER.c["index"] == _R.c.leaf)
        .where(_left(subscriptions, begins, ends))
        .order_by(_R.c.leaf)
    )
    streaming = connection.execution_options(stream_results=True, yield_per=5_000)
    for row in streaming.execute(statement):
        yield str(row[0]), int(row[1]), bytes(row[2])


def classes_of_releases(
    connection: Connection, subscriptions: Collection[str], begins: int, ends: int
) -> Iterator[tuple[str, int, int, int]]:
    """Yield (subscription, number, class id, records) of what left between two seconds."""
    statement = (
        select(_D.c.subscription, _D.c.number, _L.c.class_id, func.count())
        .select_from(_JOINED)
        .where(_left(subscriptions, begins, ends), _D.c.what == _RECORD)
        .group_by(_D.c.subscription, _D.c.number, _L.c.class_id)
    )
    for row in connection.execute(statement):
        yield str(row[0]), int(row[1]), int(row[2]), int(row[3])


_OPERATION = b'"operation":"'
_LETTERS = 5
"""Of an operation's name that the engine compares; whoever asks looks at the whole name."""
_HOLDS = {
    "sqlite": "instr(leaf, CAST(:{0} AS BLOB)) > 0",
    "postgresql": "position(CAST(:{0} AS bytea) IN leaf) > 0",
}
_NAMED = {
    "sqlite": "substr(leaf, instr(leaf, CAST(:key AS BLOB)) + :skip, :letters)",
    "postgresql": "substring(leaf FROM position(CAST(:key AS bytea) IN leaf) + :skip FOR :letters)",
}
_TYPES = {"sqlite": "BLOB", "postgresql": "bytea"}


def leaves_that_say(
    connection: Connection, every: Sequence[bytes], operations: Sequence[str] = ()
) -> Iterator[tuple[int, bytes]]:
    """Yield (index, leaf) of entries that hold every one of some bytes, oldest first.

    A leaf is canonical JSON, so ``"recipient":"llr-fire"`` finds what it says wherever it stands; the
    engine reads each leaf once and hands over only those.

    Args:
        connection: A consistent read.
        every: What must stand in it.
        operations: Only entries of operations that begin as one of these; all where none is named.
    """
    engine = connection.dialect.name
    conditions = [_HOLDS[engine].format(f"every{n}") for n in range(len(every))]
    values: dict[str, Any] = {f"every{n}": value for n, value in enumerate(every)}
    if operations:
        wanted = sorted({one[:_LETTERS].encode() for one in operations})
        listed = ", ".join(f"CAST(:one{n} AS {_TYPES[engine]})" for n in range(len(wanted)))
        conditions.append(f"{_NAMED[engine]} IN ({listed})")
        values |= {f"one{n}": value for n, value in enumerate(wanted)}
        values |= {"key": _OPERATION, "skip": len(_OPERATION), "letters": _LETTERS}
    where = " AND ".join(conditions)
    statement = text(f'SELECT "index", leaf FROM ledger WHERE {where} ORDER BY "index"')  # noqa: S608 - our own words
    streaming = connection.execution_options(stream_results=True, yield_per=5_000)
    for row in streaming.execute(statement, values):
        yield int(row[0]), bytes(row[1])


def every_leaf(connection: Connection, until: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (index, leaf, hash) of the first ``until`` entries."""
    c = t.LEDGER.c
    statement = (
        select(c["index"], c.leaf, c.hash)
        .where(c["index"] < bindparam("until"))
        .order_by(c["index"])
    )
    streaming = connection.execution_options(stream_results=True, yield_per=5_000)
    for row in streaming.execute(statement, {"until": until}):
        yield int(row[0]), bytes(row[1]), bytes(row[2])


def checkpoints_until(connection: Connection, size: int) -> list[tuple[int, str]]:
    """Return (size, note) of every published checkpoint up to a size, the smallest first."""
    k = t.CHECKPOINT.c
    statement = select(k.size, k.note).where(k.size <= size).order_by(k.size)
    return [(int(row[0]), str(row[1])) for row in connection.execute(statement)]


def snapshot_texts(connection: Connection, snapshot: str) -> dict[str, str] | None:
    """Return name → text of a snapshot of the law; None where it is not kept."""
    p = t.SNAPSHOT_PART
    stored = connection.execute(
        select(t.SNAPSHOT.c.parts).where(t.SNAPSHOT.c.sha256 == snapshot)
    ).scalar()
    if stored is None:
        return None
    digests: dict[str, str] = from_json(stored)
    asked = select(p.c.sha256, p.c.text).where(p.c.sha256.in_(sorted(set(digests.values()))))
    texts = {row[0]: row[1] for row in connection.execute(asked)}
    return {name: texts[digest] for name, digest in digests.items()}


def held_outside(connection: Connection, subscriptions: Collection[str]) -> int:
    """Return how many distinct incidents some subscriptions were given as records."""
    statement = (
        select(func.count(func.distinct(_D.c.incident)))
        .select_from(
            _D.join(_Y, and_(_Y.c.subscription == _D.c.subscription, _Y.c.number == _D.c.number))
        )
        .where(_D.c.subscription.in_(sorted(subscriptions)), _D.c.what == _RECORD)
        .where(_Y.c.state != Delivery.WITHDRAWN.value)
    )
    return int(connection.execute(statement).scalar_one())


def names_outside(connection: Connection, subscriptions: Collection[str]) -> Iterator[str]:
    """Yield the recipient's own id of every record that some subscriptions were given."""
    statement = (
        select(func.distinct(_D.c.released_id))
        .select_from(
            _D.join(_Y, and_(_Y.c.subscription == _D.c.subscription, _Y.c.number == _D.c.number))
        )
        .where(_D.c.subscription.in_(sorted(subscriptions)), _D.c.what == _RECORD)
        .where(_Y.c.state != Delivery.WITHDRAWN.value)
        .order_by(_D.c.released_id)
    )
    for row in connection.execute(statement):
        yield str(row[0])


def listed_releases(
    connection: Connection,
    subscriptions: Collection[str],
    begins: int,
    ends: int,
    before: int | None,
    limit: int,
    feeds: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Return releases that hold anything, newest first, before an entry of the ledger (keyset).

    Args:
        connection: A read.
        subscriptions: To whom.
        begins: Second from which.
        ends: Second until which.
        before: Index of the ledger entry before which; from the newest where absent.
        limit: So many at most.
        feeds: Only such as hold a record of one of these feeds, where any is named.
    """
    sizes = (
        select(func.count())
        .where(_D.c.subscription == _R.c.subscription, _D.c.number == _R.c.number)
        .correlate(_R)
        .scalar_subquery()
    )
    statement = (
        select(_R, _Y.c.state, _Y.c.attempts, sizes.label("rows"))
        .join(_Y, and_(_Y.c.subscription == _R.c.subscription, _Y.c.number == _R.c.number))
        .where(_R.c.subscription.in_(sorted(subscriptions)), _R.c.at >= begins, _R.c.at < ends)
        .where(
            select(_D.c.sequence)
            .where(_D.c.subscription == _R.c.subscription, _D.c.number == _R.c.number)
            .correlate(_R)
            .exists()
        )
    )
    if before is not None:
        statement = statement.where(_R.c.leaf < before)
    if feeds:
        i = t.INCIDENT
        of_feed = (
            select(_D.c.sequence)
            .join(i, i.c.id == _D.c.incident)
            .where(_D.c.subscription == _R.c.subscription, _D.c.number == _R.c.number)
            .where(i.c.feed.in_(sorted(feeds)))
            .correlate(_R)
        )
        statement = statement.where(of_feed.exists())
    statement = statement.order_by(_R.c.leaf.desc()).limit(limit)
    return [dict(row) for row in connection.execute(statement).mappings()]


def proceeding_steps(connection: Connection, kind: str) -> list[dict[str, Any]]:
    """Return every step of the proceedings of a kind, in the order of the ledger."""
    p = t.PROCEEDING_STEP
    statement = select(p).where(p.c.kind == kind).order_by(p.c.leaf)
    return [dict(row) for row in connection.execute(statement).mappings()]


def classes_in_release(connection: Connection, subscription: str, number: int) -> dict[int, int]:
    """Return class id → records of one release."""
    statement = (
        select(_L.c.class_id, func.count())
        .select_from(_D.join(_L, _L.c.position == _D.c.position))
        .where(_D.c.subscription == subscription, _D.c.number == number, _D.c.what == _RECORD)
        .group_by(_L.c.class_id)
    )
    return {int(row[0]): int(row[1]) for row in connection.execute(statement)}


def points_given(
    connection: Connection, subscriptions: Collection[str]
) -> Iterator[tuple[float, float]]:
    """Yield the distinct map points that records of some subscriptions were given."""
    statement = (
        select(_L.c.point_longitude, _L.c.point_latitude)
        .distinct()
        .select_from(_D.join(_L, _L.c.position == _D.c.position))
        .where(_D.c.subscription.in_(sorted(subscriptions)), _D.c.what == _RECORD)
        .where(_L.c.point_longitude.is_not(None))
    )
    for row in connection.execute(statement):
        yield float(row[0]), float(row[1])


def newest_releases(
    connection: Connection, subscriptions: Collection[str], most: int
) -> list[dict[str, Any]]:
    """Return the newest releases to some subscriptions, also empty ones, newest first."""
    statement = (
        select(_R.c.subscription, _R.c.number, _R.c.at, _R.c.counts)
        .where(_R.c.subscription.in_(sorted(subscriptions)))
        .order_by(_R.c.leaf.desc())
        .limit(most)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def history_of(connection: Connection, incident: int) -> list[dict[str, Any]]:
    """Return what the log keeps readable of an incident: each version, and what happened to it."""
    columns = (
        _L.c.position,
        _L.c.version,
        _L.c.entry_kind,
        _L.c.class_id,
        _L.c.recorded_at,
        _L.c.mapping_status,
        _L.c.kind,
        _L.c.typology_behaviour,
        _L.c.point_longitude,
        _L.c.lsoa_code,
        _L.c.ward_code,
        _L.c.district_code,
        _L.c.reason,
    )
    statement = select(*columns).where(_L.c.incident == incident).order_by(_L.c.position)
    return [dict(row) for row in connection.execute(statement).mappings()]


def push_of(connection: Connection, position: int) -> dict[str, Any] | None:
    """Return receipt, system, second and ledger entry of the push that a version came with."""
    p = t.PUSH
    statement = (
        select(p.c.receipt_id, p.c.client_id, p.c.at, p.c.leaf)
        .where(p.c.first_position <= position, p.c.last_position >= position)
        .limit(1)
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)
