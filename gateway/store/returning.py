"""Reading for section 17A returns: the incidents of a period, what was given before, what changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from gateway.store import tables as t
from gateway.store.offers import CANDIDATE_COLUMNS, LIVE, RECORDED, RESTRICTED, Candidate
from gateway.store.states import Delivery

_L, _I, _F, _R = t.LOG, t.INCIDENT, t.RETURN_FILE, t.RETURN_ROW
_AT_ONCE = 500
FILE_COLUMNS = tuple(column.name for column in _F.columns)
ROW_COLUMNS = tuple(column.name for column in _R.columns)


class Standing(NamedTuple):
    """The current version of an incident, and whether it is live, restricted, or taken back."""

    row: Candidate
    state: str


class Given(NamedTuple):
    """What a recipient was last told of an incident under one paragraph."""

    paragraph: int
    incident: int
    version: int
    position: int
    row_id: str
    change: str
    period: str
    level: int | None


_CURRENT = (
    select(*CANDIDATE_COLUMNS, _I.c.state)
    .join(_I, _I.c.id == _L.c.incident)
    .where(_L.c.entry_kind == RECORDED, _L.c.version == _I.c.version)
)


def incidents_of(connection: Connection, quarter: str, classes: Collection[int]) -> list[Standing]:
    """Return the live and the restricted incidents of a period, of these classes, by their order."""
    statement = _CURRENT.where(
        _I.c.quarter == quarter,
        _I.c.state.in_((LIVE, RESTRICTED)),
        _L.c.class_id.in_(list(classes)),
    ).order_by(_L.c.incident)
    return _standings(connection, statement)


def current_of(connection: Connection, incidents: Iterable[int]) -> dict[int, Standing]:
    """Return the current version of incidents, whatever their state, by incident."""
    found: dict[int, Standing] = {}
    for part in _parts(incidents):
        statement = _CURRENT.where(_I.c.id.in_(part))
        found.update({one.row.incident: one for one in _standings(connection, statement)})
    return found


def changed_since(connection: Connection, quarter: str, position: int) -> set[int]:
    """Return the incidents of a period that anything happened to after a position."""
    statement = (
        select(_L.c.incident)
        .join(_I, _I.c.id == _L.c.incident)
        .where(_L.c.position > position, _I.c.quarter == quarter)
        .distinct()
    )
    return set(connection.execute(statement).scalars())


def rows_at(connection: Connection, positions: Iterable[int]) -> dict[int, Candidate]:
    """Return versions by their position, superseded ones too; what was erased is left out."""
    found: dict[int, Candidate] = {}
    for part in _parts(positions):
        statement = (
            select(*CANDIDATE_COLUMNS)
            .join(_I, _I.c.id == _L.c.incident)
            .where(_L.c.position.in_(part), _L.c.kind.is_not(None))
        )
        found.update({row[0]: Candidate._make(row) for row in connection.execute(statement)})
    return found


def files_of(connection: Connection, holder: str, recipient: str) -> list[dict[str, Any]]:
    """Return every file that a holder made for a recipient, in the order they were made."""
    statement = (
        select(_F).where(_F.c.holder == holder, _F.c.recipient == recipient).order_by(_F.c.leaf)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def file_of(
    connection: Connection, holder: str, recipient: str, quarter: str, paragraph: int
) -> dict[str, Any] | None:
    """Return one file, or None."""
    statement = select(_F).where(
        _F.c.holder == holder,
        _F.c.recipient == recipient,
        _F.c.quarter == quarter,
        _F.c.paragraph == paragraph,
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)


def files_in(connection: Connection, quarter: str) -> list[dict[str, Any]]:
    """Return every file of a period."""
    statement = select(_F).where(_F.c.quarter == quarter).order_by(_F.c.leaf)
    return [dict(row) for row in connection.execute(statement).mappings()]


def lines_of(connection: Connection, leaf: int) -> list[dict[str, Any]]:
    """Return the rows of a file in their order."""
    statement = select(_R).where(_R.c.leaf == leaf).order_by(_R.c.sequence)
    return [dict(row) for row in connection.execute(statement).mappings()]


def tables_in(connection: Connection, quarter: str) -> dict[tuple[str, int], str]:
    """Return the tables that holders brought for a period, as JSON, by holder and paragraph."""
    b = t.RETURN_TABLE
    statement = select(b.c.holder, b.c.paragraph, b.c.body).where(b.c.quarter == quarter)
    return {(row[0], row[1]): row[2] for row in connection.execute(statement)}


def given(
    connection: Connection, holder: str, recipient: str, quarters: Sequence[str]
) -> list[Given]:
    """Return the newest line of every incident of these periods, by paragraph.

    Args:
        connection: Inside one consistent read.
        holder: Whose files.
        recipient: To whom.
        quarters: Periods of the incidents' first report.
    """
    newest = (
        select(_F.c.paragraph, _R.c.incident, func.max(_R.c.leaf).label("leaf"))
        .join(_F, _F.c.leaf == _R.c.leaf)
        .where(_F.c.holder == holder, _F.c.recipient == recipient, _R.c.period.in_(list(quarters)))
        .group_by(_F.c.paragraph, _R.c.incident)
        .subquery()
    )
    statement = select(
        newest.c.paragraph,
        _R.c.incident,
        _R.c.version,
        _R.c.position,
        _R.c.row_id,
        _R.c.change,
        _R.c.period,
        _R.c.level,
    ).join(newest, and_(newest.c.leaf == _R.c.leaf, newest.c.incident == _R.c.incident))
    return [Given._make(row) for row in connection.execute(statement)]


def returned_of(connection: Connection, incident: int) -> list[dict[str, Any]]:
    """Return every line about an incident, over all recipients, with the file that holds it."""
    names = ("holder", "recipient", "quarter", "paragraph", "at", "attempts", "handed_at")
    columns = (*(_F.c[name] for name in names), _F.c.acknowledged_at)
    statement = (
        select(_R.c.leaf, _R.c.version, _R.c.row_id, _R.c.change, *columns)
        .join(_F, _F.c.leaf == _R.c.leaf)
        .where(_R.c.incident == incident)
        .order_by(_R.c.leaf)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def counts_in(connection: Connection, quarter: str) -> list[tuple[int, str, int]]:
    """Return (class, state, number) of a period's live and restricted incidents."""
    statement = (
        select(_L.c.class_id, _I.c.state, func.count())
        .join(_I, _I.c.id == _L.c.incident)
        .where(
            _L.c.entry_kind == RECORDED,
            _L.c.version == _I.c.version,
            _I.c.quarter == quarter,
            _I.c.state.in_((LIVE, RESTRICTED)),
        )
        .group_by(_L.c.class_id, _I.c.state)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(statement)]


def acknowledged_in(
    connection: Connection, quarter: str, subscriptions: Collection[str]
) -> list[tuple[str, int, int]]:
    """Return (recipient, class, number) of a period's incidents whose current version was acknowledged.

    Args:
        connection: Inside one consistent read.
        quarter: The period of first report.
        subscriptions: The standing requests that count.
    """
    d, y, s = t.DISCLOSURE, t.DELIVERY, t.SUBSCRIPTION
    statement = (
        select(s.c.partner, _L.c.class_id, func.count(d.c.incident.distinct()))
        .select_from(d)
        .join(y, and_(y.c.subscription == d.c.subscription, y.c.number == d.c.number))
        .join(s, s.c.id == d.c.subscription)
        .join(_I, and_(_I.c.id == d.c.incident, _I.c.version == d.c.version))
        .join(_L, _L.c.position == d.c.position)
        .where(
            d.c.what == "record",
            d.c.subscription.in_(list(subscriptions)),
            y.c.state == Delivery.ACKNOWLEDGED.value,
            _I.c.quarter == quarter,
            _I.c.state == LIVE,
        )
        .group_by(s.c.partner, _L.c.class_id)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(statement)]


def _standings(connection: Connection, statement: Select[Any]) -> list[Standing]:
    return [Standing(Candidate._make(row[:-1]), row[-1]) for row in connection.execute(statement)]


def _parts(numbers: Iterable[int]) -> Iterable[list[int]]:
    listed = sorted(numbers)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
