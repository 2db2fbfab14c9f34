"""Reading the log for one subscription: the candidates of its next release, counts, notices.

The filter is a list of record classes, because the law is decided per class; which incidents are live
and which version is current is read in the same consistent read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, select

from gateway.store import tables as t
from gateway.store.states import CLOSED, Delivery

_L, _I, _D = t.LOG, t.INCIDENT, t.DISCLOSURE
_LIVE = "live"
_RECORDED = "recorded"

CANDIDATE_COLUMNS = (
    _L.c.position,
    _L.c.incident,
    _L.c.version,
    _L.c.class_id,
    _I.c.quarter,
    _L.c.kind,
    _L.c.occurred_from,
    _L.c.occurred_to,
    _L.c.reported,
    _L.c.time_precision,
    _L.c.typology_area,
    _L.c.typology_behaviour,
    _L.c.typology_sub_behaviour,
    _L.c.mapping_status,
    _L.c.point_longitude,
    _L.c.point_latitude,
    _L.c.lsoa_code,
    _L.c.msoa_code,
    _L.c.ward_code,
    _L.c.district_code,
    _L.c.detail,
    _L.c.repeat_at_place,
    _L.c.recorded_at,
)


class Candidate(NamedTuple):
    """One log row that may go out, columns as ``CANDIDATE_COLUMNS``."""

    position: int
    incident: int
    version: int
    class_id: int
    quarter: str
    kind: str
    occurred_from: int | None
    occurred_to: int | None
    reported: int | None
    time_precision: str
    typology_area: str | None
    typology_behaviour: str | None
    typology_sub_behaviour: str | None
    mapping_status: str
    point_longitude: float | None
    point_latitude: float | None
    lsoa_code: str | None
    msoa_code: str | None
    ward_code: str | None
    district_code: str | None
    detail: str
    repeat_at_place: str | None
    recorded_at: int


class Held(NamedTuple):
    """A record that the recipient was given before and that something happened to."""

    position: int
    incident: int
    entry_kind: str
    reason: str | None
    version: int
    released_id: str


@dataclass(slots=True)
class Window:
    """What one read of the log found for one subscription."""

    log_size: int
    law_epoch: int
    to_position: int
    candidates: list[Candidate]
    held: list[Held]
    current_by_class: dict[int, int] = field(default_factory=dict)
    """Versions in the window that are current and live, by class id, withheld ones included."""
    superseded: int = 0


_CANDIDATES = (
    select(*CANDIDATE_COLUMNS)
    .join(_I, _I.c.id == _L.c.incident)
    .where(
        _L.c.position > bindparam("after"),
        _L.c.position <= bindparam("until"),
        _L.c.entry_kind == _RECORDED,
        _L.c.class_id.in_(bindparam("classes", expanding=True)),
        _L.c.recorded_at >= bindparam("since"),
        _I.c.version == _L.c.version,
        _I.c.state == _LIVE,
    )
    .order_by(_L.c.position)
    .limit(bindparam("most"))
)
_IS_CURRENT = and_(_I.c.version == _L.c.version, _I.c.state == _LIVE)
_COUNTS = (
    select(_L.c.class_id, _IS_CURRENT.label("current"), func.count())
    .join(_I, _I.c.id == _L.c.incident)
    .where(
        _L.c.position > bindparam("after"),
        _L.c.position <= bindparam("until"),
        _L.c.entry_kind == _RECORDED,
        _L.c.class_id.in_(bindparam("classes", expanding=True)),
        _L.c.recorded_at >= bindparam("since"),
    )
    .group_by(_L.c.class_id, _IS_CURRENT)
)
_GIVEN = and_(
    _D.c.subscription == bindparam("subscription"),
    _D.c.incident == _L.c.incident,
    _D.c.what == "record",
    # a release that was withdrawn was never tried: nobody had what it holds
    ~select(t.DELIVERY.c.number)
    .where(t.DELIVERY.c.subscription == _D.c.subscription, t.DELIVERY.c.number == _D.c.number)
    .where(t.DELIVERY.c.state == Delivery.WITHDRAWN.value)
    .exists(),
)
_AGAIN = t.DISCLOSURE.alias("again")
_TOLD = (
    select(_AGAIN.c.position)
    .join(
        t.DELIVERY,
        and_(
            t.DELIVERY.c.subscription == _AGAIN.c.subscription,
            t.DELIVERY.c.number == _AGAIN.c.number,
        ),
    )
    .where(
        _AGAIN.c.subscription == bindparam("subscription"),
        _AGAIN.c.incident == _L.c.incident,
        _AGAIN.c.position == _L.c.position,
        _AGAIN.c.what != "record",
        t.DELIVERY.c.state.not_in(CLOSED),
    )
    .exists()
)
"""A notice about this very entry was given already, while the law let no record go."""
_LAST_GIVEN = select(func.max(_D.c.version)).where(_GIVEN).scalar_subquery()
_ENTRIES_ABOUT_HELD = (
    select(_L.c.position, _L.c.incident, _L.c.entry_kind, _L.c.reason, _L.c.class_id, _LAST_GIVEN)
    .join(_I, _I.c.id == _L.c.incident)
    .where(
        _L.c.position > bindparam("after"),
        _L.c.position <= bindparam("until"),
        (_L.c.entry_kind != _RECORDED)
        | (
            (_L.c.version > 1)
            & (_I.c.version == _L.c.version)
            & (_I.c.state == _LIVE)
            & (
                _L.c.class_id.not_in(bindparam("classes", expanding=True))
                | (_L.c.recorded_at < bindparam("since"))
            )
        ),
        ~_TOLD,
        select(_D.c.incident).where(_GIVEN).exists(),
    )
    .order_by(_L.c.position)
    .limit(bindparam("most"))
)
_RELEASED_ID = select(_D.c.released_id).where(
    _D.c.subscription == bindparam("subscription"), _D.c.incident == bindparam("incident")
)


def read_window(
    connection: Connection,
    subscription: str,
    after: int,
    asked: Sequence[int],
    allowed: Sequence[int],
    limit: int,
    *,
    since: int = 0,
    told_only: bool = False,
) -> Window:
    """Read the log after a position for one subscription.

    Args:
        connection: Inside one consistent read.
        subscription: Whose disclosures tell what the recipient holds.
        after: Position up to which the subscription is decided.
        asked: Class ids that the subscription's filter asks for.
        allowed: Of those, the class ids that the law lets go.
        limit: Records and notices together at most.
        since: Only versions recorded from this second on are asked for.
        told_only: Read notices alone and decide about no record: the window ends where it begins.
    """
    head = connection.execute(select(t.HEAD.c.log_size, t.HEAD.c.law_epoch)).one()
    until = int(head[0])
    about = {"subscription": subscription, "after": after, "until": until, "most": limit}
    about |= {"since": since}
    entries = connection.execute(_ENTRIES_ABOUT_HELD, {**about, "classes": list(allowed)}).all()
    if told_only:
        window = Window(int(head[0]), int(head[1]), after, [], [])
        window.held = [_held(connection, subscription, row) for row in entries]
        return window
    span = {"after": after, "until": until, "since": since}
    found = connection.execute(_CANDIDATES, {**span, "classes": list(allowed), "most": limit}).all()
    both = sorted(int(row[0]) for row in (*entries, *found))
    if len(both) >= limit:
        until = both[limit - 1]
    candidates = [_candidate(row) for row in found if row[0] <= until]
    window = Window(int(head[0]), int(head[1]), until, candidates, [])
    window.held = [_held(connection, subscription, row) for row in entries if int(row[0]) <= until]
    _count(connection, window, after, asked, since)
    return window


def _candidate(row: Any) -> Candidate:  # noqa: ANN401 - a result row
    return Candidate._make(row)


def _held(connection: Connection, subscription: str, row: Any) -> Held:  # noqa: ANN401 - a result row
    released_id = (
        connection.execute(_RELEASED_ID, {"subscription": subscription, "incident": row[1]})
        .scalars()
        .first()
    )
    return Held(row[0], row[1], row[2], row[3], row[5], str(released_id))


def _count(
    connection: Connection, window: Window, after: int, asked: Sequence[int], since: int
) -> None:
    span = {"after": after, "until": window.to_position, "classes": list(asked), "since": since}
    for class_id, current, number in connection.execute(_COUNTS, span):
        if current:
            window.current_by_class[class_id] = number
        else:
            window.superseded += number


def states_of(connection: Connection, incidents: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return (current version, state) of incidents: what a release checks again inside the lock."""
    found: dict[int, tuple[int, str]] = {}
    for start in range(0, len(incidents), 500):
        part = incidents[start : start + 500]
        statement = select(_I.c.id, _I.c.version, _I.c.state).where(_I.c.id.in_(part))
        found.update({row[0]: (row[1], row[2]) for row in connection.execute(statement)})
    return found


def disclosed_in(connection: Connection, subscription: str, number: int) -> list[dict[str, Any]]:
    """Return what a release held: records and notices in their order."""
    statement = (
        select(_D)
        .where(_D.c.subscription == subscription, _D.c.number == number)
        .order_by(_D.c.sequence)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def candidates_at(connection: Connection, positions: Sequence[int]) -> dict[int, Candidate]:
    """Return the log rows at these positions that are still current and live, by position."""
    found: dict[int, Candidate] = {}
    for start in range(0, len(positions), 500):
        statement = (
            select(*CANDIDATE_COLUMNS)
            .join(_I, _I.c.id == _L.c.incident)
            .where(
                _L.c.position.in_(positions[start : start + 500]),
                _I.c.version == _L.c.version,
                _I.c.state == _LIVE,
            )
        )
        found.update({row[0]: _candidate(row) for row in connection.execute(statement)})
    return found


def release_row(connection: Connection, subscription: str, number: int) -> dict[str, Any] | None:
    """Return one release of a subscription."""
    statement = select(t.RELEASE).where(
        t.RELEASE.c.subscription == subscription, t.RELEASE.c.number == number
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)
