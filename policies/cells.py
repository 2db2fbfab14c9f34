"""Release by cells: k rows or none, at the close of a period, over everything that one recipient got.

A cell is place × time × source at the levels of the request. Its rows leave together once those waiting
and those that left before are at least k incidents; then they say the cell's place and time and no finer.
Where all of them share one sensitive behaviour the behaviour is left out (l = 2). What a recipient has
stays released, whatever is retracted later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from policies.depersonalise import area_of, depersonalise, iso
from policies.pseudonym import LONDON
from policies.treatments import Treatments
from schemas.cells import CellPlace, Cells, CellTime
from schemas.codes import TimePrecision
from schemas.open_half import OpenHalf
from schemas.record_class import RecordClass
from schemas.released import DepersonalisedIncident, PlaceLevel

COARSENED = "behaviour_left_out"
"""Why a disclosed record says no behaviour: every row of its cell shared one sensitive behaviour."""

_PLACES = tuple(CellPlace)
_COARSENESS = tuple(TimePrecision)
_MONTHS = {CellTime.MONTH: 1, CellTime.QUARTER: 3}
_BEHAVIOUR = {
    "typology_area": None,
    "typology_behaviour": None,
    "typology_sub_behaviour": None,
    "candidate_behaviours": (),
    "other_behaviours": (),
    "mapping_relation": None,
    "mapping_confidence": None,
    "mapping_rule_id": None,
    "source_category_code": None,
    "source_category_label": None,
    "opening_code": None,
    "closing_codes": (),
    "qualifier_codes": (),
    "nsir_class": None,
    "fly_tip": None,
}
"""Everything that says or hints at what an incident was about, emptied."""


class Cell(NamedTuple):
    """One cell. ``quarter`` is that of the released id, which a recipient sees too."""

    source: str
    level: PlaceLevel
    code: str | None
    time: str | None
    quarter: str


class Row(NamedTuple):
    """One incident that waits in a cell, or that left in it."""

    incident: int
    cell: Cell
    sensitive: str | None
    """Its behaviour where that is sensitive; None where it is not."""


class Choice(NamedTuple):
    """What leaves: places in the sequence of those that waited."""

    leaving: tuple[int, ...]
    coarsened: frozenset[int]
    """Of those, the ones that say no behaviour."""
    more: bool
    """Whether cells that are full wait for the next page."""


def row_of(
    incident: int, quarter: str, half: OpenHalf, record_class: RecordClass, cells: Cells
) -> Row:
    """Return in which cell an incident version lies.

    Args:
        incident: Its number in the log.
        quarter: Of its first report, as its released id tells.
        half: What the log keeps readable.
        record_class: Says source, and whether it is sensitive.
        cells: The levels.
    """
    level, code = _place(half, cells)
    time = _time(half, cells)
    cell = Cell(record_class.source, level, code, None if time is None else time[0], quarter)
    sensitive = record_class.typology_behaviour or "unstated" if record_class.sensitive else None
    return Row(incident, cell, sensitive)


def in_cell(
    half: OpenHalf,
    record_class: RecordClass,
    released_id: str,
    version: int,
    treatments: Treatments,
    cells: Cells,
    *,
    coarsened: bool,
) -> DepersonalisedIncident:
    """Return the incident as it leaves in a cell: the cell's place and time, and no second of either.

    Args:
        half: What the log keeps readable.
        record_class: As ``depersonalise``.
        released_id: As ``depersonalise``.
        version: As ``depersonalise``.
        treatments: As ``depersonalise``.
        cells: The levels.
        coarsened: Whether the behaviour is left out too.
    """
    finest = depersonalise(half, record_class, released_id, version, treatments)
    level, code = _place(half, cells)
    time = _time(half, cells)
    said: dict[str, object] = {
        "place": area_of(level, code, half.detail.geography_editions),
        "occurred": None if time is None else time[0],
        "occurred_to": None,
        "reported": None,
        "time_precision": half.time_precision if time is None else time[1],
        "repeat_at_place": None,
    }
    return finest.model_copy(update=said | _BEHAVIOUR if coarsened else said)


def choose(
    waiting: Sequence[Row],
    gone: Mapping[Cell, Mapping[int, str | None]],
    minimum: int,
    limit: int,
) -> Choice:
    """Choose the cells that leave whole.

    Args:
        waiting: The rows that may go and have not gone.
        gone: By cell, the incidents that the recipient was given in it before, with ``Row.sensitive``.
        minimum: k.
        limit: Rows at most; the first cell leaves whole however many rows it has.
    """
    cells: dict[Cell, list[int]] = defaultdict(list)
    for place, row in enumerate(waiting):
        cells[row.cell].append(place)
    leaving: list[int] = []
    coarsened: set[int] = set()
    for cell in sorted(cells, key=_order):
        places = cells[cell]
        members = dict(gone.get(cell, {}))
        members.update((waiting[place].incident, waiting[place].sensitive) for place in places)
        if len(members) < minimum:
            continue
        if leaving and len(leaving) + len(places) > limit:
            return Choice(tuple(leaving), frozenset(coarsened), more=True)
        leaving += places
        behaviours = set(members.values())
        if len(behaviours) == 1 and None not in behaviours:
            coarsened.update(places)
    return Choice(tuple(leaving), frozenset(coarsened), more=False)


def last_close(now: datetime, time: CellTime) -> datetime:
    """Return the last instant at which a period closed, at or before an aware instant.

    Periods end at midnight in Europe/London: of each day, month, or quarter of the calendar.
    """
    local = now.astimezone(LONDON)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    months = _MONTHS.get(time)
    if months is None:
        return day
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _place(half: OpenHalf, cells: Cells) -> tuple[PlaceLevel, str | None]:
    """The area at the level of the cell, or the next coarser one that is known."""
    known = half.lsoa_code, half.msoa_code, half.ward_code, half.district_code
    for level, code in list(zip(_PLACES, known, strict=True))[_PLACES.index(cells.place) :]:
        if code is not None:
            return PlaceLevel(level.value), code
    return PlaceLevel.NONE, None


def _time(half: OpenHalf, cells: Cells) -> tuple[str, TimePrecision] | None:
    """When it began, else when it was reported, at the level of the cell or as coarse as it is known."""
    seconds = half.reported if half.occurred_from is None else half.occurred_from
    if seconds is None:
        return None
    precision = max(half.time_precision, TimePrecision(cells.time.value), key=_COARSENESS.index)
    return iso(seconds, precision), precision


def _order(cell: Cell) -> tuple[str, ...]:
    return tuple(part or "" for part in cell)
