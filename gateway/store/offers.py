"""What the log offers to a subscription, and what has become of each offer.

**What is considered** are *offers*: an entry ``recorded`` offers its version, an entry ``lifted`` offers
the current version of its incident again. An offer *stands* while its version is current and no later
entry offers it again. Of the offers in a stretch of the log, one that stands and is live is released, or
withheld by the law; one that stands and is restricted is withheld; one that does not stand, or whose
incident was retracted or erased, is superseded. So a version that is restricted before its release counts
as withheld at its own place in the log, and once more, by what becomes of it then, where it is lifted.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
)

from gateway.store import tables as t

_L, _I = t.LOG, t.INCIDENT
LIVE, RESTRICTED, _SUPERSEDED = "live", "restricted", "superseded"
RECORDED = "recorded"

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


_O = t.LOG.alias("o")
"""An entry that lifts a restriction: it offers what ``_L`` holds."""
_N = t.LOG.alias("n")


def _is_lifted(entry: FromClause) -> ColumnElement[bool]:
    """Whether an entry lifts a restriction; in the words of the partial indexes over corrections."""
    kind = entry.c.entry_kind
    return and_(kind != literal_column("'recorded'"), kind == literal_column("'lifted'"))


def stands(offer: FromClause) -> ColumnElement[bool]:
    """Whether an offer's version is current and is not offered again by a later lifting."""
    again = select(_N.c.position).where(
        _N.c.incident == offer.c.incident,
        _N.c.position > offer.c.position,
        _N.c.version == offer.c.version,
        _is_lifted(_N),
    )
    return and_(_I.c.version == offer.c.version, ~again.exists())


def _inside(offer: FromClause) -> ColumnElement[bool]:
    """Whether an entry is in the window, of the classes asked about, its version recorded in time."""
    return and_(
        offer.c.position > bindparam("after"),
        offer.c.position <= bindparam("until"),
        offer.c.class_id.in_(bindparam("classes", expanding=True)),
        _L.c.recorded_at >= bindparam("since"),
    )


def _at(offer: FromClause) -> ColumnElement[bool]:
    """Whether an entry is one of those at ``places``, of the classes asked about, recorded in time."""
    return and_(
        offer.c.position.in_(bindparam("places", expanding=True)),
        offer.c.class_id.in_(bindparam("classes", expanding=True)),
        _L.c.recorded_at >= bindparam("since"),
    )


def _lifted(statement: Select[Any], *, at: bool = False) -> Select[Any]:
    """Join the entries that lift with their incidents and with the versions that they offer."""
    return (
        statement.select_from(_O)
        .join(_I, _I.c.id == _O.c.incident)
        .join(_L, and_(_L.c.incident == _O.c.incident, _L.c.version == _O.c.version))
        .where(_at(_O) if at else _inside(_O), _is_lifted(_O), _L.c.entry_kind == RECORDED)
    )


def _state(offer: FromClause) -> ColumnElement[str]:
    """What has become of an offer: live, restricted or superseded."""
    state = _I.c.state
    return case(
        (~stands(offer), _SUPERSEDED), (state.in_((LIVE, RESTRICTED)), state), else_=_SUPERSEDED
    )


_RECORDED_INSIDE = and_(_inside(_L), _L.c.entry_kind == RECORDED)
CANDIDATES = (
    select(_L.c.position, *CANDIDATE_COLUMNS)
    .join(_I, _I.c.id == _L.c.incident)
    .where(_RECORDED_INSIDE, stands(_L), _I.c.state == LIVE)
    .order_by(_L.c.position)
    .limit(bindparam("most"))
)
LIFTED = (
    _lifted(select(_O.c.position, *CANDIDATE_COLUMNS))
    .where(stands(_O), _I.c.state == LIVE)
    .order_by(_O.c.position)
    .limit(bindparam("most"))
)
COUNTS = (
    select(_L.c.class_id, _state(_L).label("became"), func.count())
    .join(_I, _I.c.id == _L.c.incident)
    .where(_RECORDED_INSIDE)
    .group_by(_L.c.class_id, text("became"))
)
COUNTS_LIFTED = _lifted(select(_O.c.class_id, _state(_O).label("became"), func.count())).group_by(
    _O.c.class_id, text("became")
)


_RECORDED_AT = and_(_at(_L), _L.c.entry_kind == RECORDED)
AMONG = (
    select(_L.c.position, *CANDIDATE_COLUMNS)
    .join(_I, _I.c.id == _L.c.incident)
    .where(_RECORDED_AT, stands(_L), _I.c.state == LIVE),
    _lifted(select(_O.c.position, *CANDIDATE_COLUMNS), at=True).where(
        stands(_O), _I.c.state == LIVE
    ),
)
"""The offers at ``places`` that stand and are live, recorded and lifted ones."""
AMONG_COUNTED = (
    select(_L.c.class_id, _state(_L).label("became"), func.count())
    .join(_I, _I.c.id == _L.c.incident)
    .where(_RECORDED_AT)
    .group_by(_L.c.class_id, text("became")),
    _lifted(select(_O.c.class_id, _state(_O).label("became"), func.count()), at=True).group_by(
        _O.c.class_id, text("became")
    ),
)
"""What has become of the offers at ``places``."""
