"""From the open half of an incident to its row of a return: exactly the fields that are prescribed.

Only the open half and the record class are read. Times are told by the hour, in local time; places as in
the depersonalised lane; of a racial incident both as coarsely as ``policies.crowd`` says.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from policies.crowd import Level, Spot, part_of_day
from policies.depersonalise import joint_category, place_of
from policies.lists import Prescribed
from policies.pseudonym import LONDON, quarter_of
from schemas.codes import SourceCode, TimePrecision
from schemas.open_half import OpenHalf
from schemas.record_class import RecordClass
from schemas.released import Place, PlaceLevel
from schemas.returns import (
    NOT_STATED,
    UNMAPPED,
    Category,
    CategoryRow,
    CouncilRow,
    CrimeRow,
    NoticedBy,
    RaceRow,
    ReturnRow,
    Voluntary,
)

CRIMES, RACIAL, COUNCIL = 2, 7, 8
"""Paragraphs whose rows differ from paragraph 1's."""

_FINE = frozenset({TimePrecision.MINUTE, TimePrecision.HOUR})


def row_of(
    paragraph: int,
    half: OpenHalf,
    record_class: RecordClass,
    prescribed: Prescribed,
    *,
    voluntary: bool = False,
) -> ReturnRow:
    """Return the row of an incident in the file of a paragraph other than 7.

    Args:
        paragraph: 1, 2 or 8.
        half: What the log keeps readable.
        record_class: Says whether the place is coarsened.
        prescribed: The catalogue, with its frozen lists.
        voluntary: Whether the holder adds what no regulation prescribes.
    """
    spot = spot_of(half, prescribed)
    said = {
        "date": spot.date,
        "time": NOT_STATED if spot.hour is None else f"{spot.hour:02d}:00",
        "location": place_of(half, record_class),
        "voluntary": _voluntary(half) if voluntary else None,
    }
    category = category_of(paragraph, half, prescribed)
    if paragraph == CRIMES:
        return CrimeRow.model_validate(said | {"sub_category": category})
    if paragraph == COUNCIL:
        noticed = _noticed_by(half.detail.source_category_scheme, prescribed)
        return CouncilRow.model_validate(said | {"category": category, "noticed_by": noticed})
    return CategoryRow.model_validate(said | {"category": category})


def race_row_of(half: OpenHalf, level: Level, prescribed: Prescribed) -> RaceRow:
    """Return the row of a racial incident, told at a level: no category, no finer place than a ward."""
    spot = spot_of(half, prescribed)
    fine = level in {Level.PART_WARD, Level.PART_DISTRICT}
    time = part_of_day(spot.hour) if fine else None
    place = Place(level=PlaceLevel.NONE)
    if level is Level.PART_WARD:
        place = Place(level=PlaceLevel.WARD, code=spot.ward)
    elif level is not Level.DAY:
        place = Place(level=PlaceLevel.DISTRICT, code=spot.district)
    return RaceRow(date=spot.date, time=time or NOT_STATED, location=place)


def category_of(paragraph: int, half: OpenHalf, prescribed: Prescribed) -> Category:
    """Return a row's category: the source's code, its list and version, and the frozen list's name."""
    detail = half.detail
    scheme = detail.source_category_scheme
    code = (
        joint_category(half)
        or detail.source_category_code
        or (detail.nsir_class and detail.nsir_class.value)
    )
    if code is None:
        code = UNMAPPED if detail.unlisted_codes else NOT_STATED
    frozen = prescribed.frozen_codes.get((paragraph, scheme, code), UNMAPPED)
    return Category(
        source_code=code,
        scheme=scheme,
        list_version=detail.crosswalk_version,
        frozen_code=frozen,
    )


def is_unmapped(row: ReturnRow) -> bool:
    """Whether a row's category stands in no frozen list that we know; such a row leaves, and is counted."""
    match row:
        case CategoryRow(category=category) | CrimeRow(sub_category=category):
            return category.frozen_code == UNMAPPED
        case _:
            return False


def spot_of(half: OpenHalf, prescribed: Prescribed) -> Spot:
    """Return when and where an incident was: when it happened, else when it was reported."""
    detail = half.detail
    hate = (detail.source_category_scheme, detail.source_category_code) in prescribed.hate_codes
    seconds = half.reported if half.occurred_from is None else half.occurred_from
    date, hour = (NOT_STATED, None) if seconds is None else _local(seconds, half.time_precision)
    return Spot(date, hour, half.ward_code, half.district_code, hate)


@lru_cache(maxsize=16_384)
def _local(seconds: int, precision: TimePrecision) -> tuple[str, int | None]:
    local = datetime.fromtimestamp(seconds, LONDON)
    if precision in _FINE:
        return f"{local:%Y-%m-%d}", local.hour
    if precision is TimePrecision.DAY:
        return f"{local:%Y-%m-%d}", None
    if precision is TimePrecision.MONTH:
        return f"{local:%Y-%m}", None
    return quarter_of(local), None


def _voluntary(half: OpenHalf) -> Voluntary:
    return Voluntary(
        typology_behaviour=half.typology_behaviour,
        typology_sub_behaviour=half.typology_sub_behaviour,
        repeat_at_place=half.repeat_at_place,
    )


def _noticed_by(scheme: SourceCode | None, prescribed: Prescribed) -> NoticedBy:
    """Say who noticed an incident, where the list that its code comes from says so by itself."""
    named = (scheme or "").partition(":")[0]
    return prescribed.noticed_by_scheme.get(named, NoticedBy.NOT_STATED)
