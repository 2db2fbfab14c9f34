"""A reader's own records as events to compare: as they leave, with keys where a live clause lets them be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import polars as pl

from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.links.events import HOURS_A_DAY, Event, Key
from gateway.analysis.places.released import Shapes
from gateway.clock import LONDON
from gateway.intake.geography import AreaEdition, AreaRow
from gateway.intake.geometry import Areas
from gateway.intake.outlines import Pair, to_metres
from gateway.store.subjects import keys_at
from policies.matching import clauses
from policies.subject_keys import ROW
from schemas.matching import MatchKey
from schemas.record_class import RecordClass
from schemas.released import PlaceLevel

_POINT = PlaceLevel.MAP_POINT.value
_COMPARED = {"hour", "minute", "day"}


def events_of(desk: Desk, entitled: Entitled, records: pl.DataFrame) -> dict[str, list[Event]]:
    """Return events by source; a record whose time is known less exactly than to the day is left out.

    Args:
        desk: Whose geography tells in which LSOA a map point lies; where none is loaded, nothing does.
        entitled: Whose records.
        records: As ``own_records`` returns them.
    """
    keys = _keys(desk, entitled, records)
    areas = _areas(desk, records)
    found: dict[str, list[Event]] = defaultdict(list)
    for record in records.iter_rows(named=True):
        time = record["occurred"] or record["reported"]
        if (
            time is None
            or record["time_precision"] not in _COMPARED
            or len(time) < len("2026-10-31")
        ):
            continue
        hour, day = _moment(time)
        point = None
        if record["place_level"] == _POINT:
            point = record["place_longitude"], record["place_latitude"]
        (metres,) = to_metres([point]) if point is not None else (None,)
        found[record["source"]].append(
            Event(
                name=record["id"],
                hour=hour,
                day=day,
                point=metres,
                area=record["place_code"] if point is None else areas.get(point),
                typology_area=record["typology_area"],
                behaviour=record["typology_behaviour"],
                sub=record["typology_sub_behaviour"],
                others=frozenset(
                    [*(record["candidate_behaviours"] or ()), *(record["other_behaviours"] or ())]
                ),
                keys=keys.get(record["position"], frozenset()),
            )
        )
    return dict(found)


def _moment(time: str) -> tuple[int | None, int]:
    """Return hours and days since 1970 of a released time."""
    if "T" not in time:
        return None, date.fromisoformat(time).toordinal() - date(1970, 1, 1).toordinal()
    hours = int(datetime.fromisoformat(time).astimezone(UTC).timestamp()) // 3600
    return hours, hours // HOURS_A_DAY


def _areas(desk: Desk, records: pl.DataFrame) -> Mapping[Pair, str]:
    """Return the LSOA of each map point: of the point that leaves, never of the place it stands for."""
    points = records.filter(pl.col("place_level") == _POINT)
    places = list(
        dict.fromkeys(zip(points["place_longitude"], points["place_latitude"], strict=True))
    )
    shapes = Shapes(desk.reader)
    editions = shapes.editions("lsoa")
    if not editions or not places:
        return {}
    rows = [AreaRow(code, "", wkb) for code, wkb in shapes.outlines("lsoa", editions[-1]).items()]
    insides = Areas([AreaEdition("lsoa", editions[-1], "", tuple(rows))]).at(places)
    known = zip(places, (one.codes.get("lsoa_code") for one in insides), strict=True)
    return {place: code for place, code in known if code is not None}


def _keys(desk: Desk, entitled: Entitled, records: pl.DataFrame) -> dict[int, frozenset[Key]]:
    """Return the keys by which the law lets each record be compared for this partner (``match``)."""
    law, day = entitled.edition.law, entitled.day
    mine = [one for one in clauses(law, day) if one.partner == entitled.subscription.partner]
    if not mine:
        return {}
    allowed: dict[int, frozenset[MatchKey]] = {}
    known: dict[tuple[int, date], frozenset[MatchKey]] = {}
    columns = records.select("position", "class_id", "recorded_at").iter_rows()
    for position, class_id, recorded_at in columns:
        recorded = datetime.fromtimestamp(recorded_at, LONDON).date()
        if (class_id, recorded) not in known:
            record_class: RecordClass = entitled.decided.classes[class_id]
            holder = law.register.holder(record_class.controller, day)
            kinds = [clause.keys(record_class, holder, recorded) for clause in mine]
            known[class_id, recorded] = frozenset().union(*kinds)
        if known[class_id, recorded]:
            allowed[position] = known[class_id, recorded]
    return _read(desk, allowed)


def _read(desk: Desk, allowed: Mapping[int, frozenset[MatchKey]]) -> dict[int, frozenset[Key]]:
    """Read keys of a row's place and its telephones; a home of somebody in it is not where it happened."""
    found: dict[int, set[Key]] = defaultdict(set)
    positions: Sequence[int] = sorted(allowed)
    with desk.reader.connection() as connection:
        for one in keys_at(connection, positions):
            is_place = one.part == ROW or one.kind == MatchKey.PHONE.value
            if is_place and one.kind in {kind.value for kind in allowed[one.position]}:
                found[one.position].add((str(one.kind), one.digest))
    return {position: frozenset(keys) for position, keys in found.items()}
