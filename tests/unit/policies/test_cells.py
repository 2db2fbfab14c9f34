"""A cell leaves whole or not at all, in its own form; periods close at midnight in London."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.cells import Cell, Choice, Row, choose, in_cell, last_close, row_of
from policies.depersonalise import open_half
from policies.pseudonym import released_id
from policies.treatments import packaged_treatments
from schemas.cells import CellPlace, Cells, CellTime
from schemas.codes import TimePrecision
from schemas.open_half import OpenHalf
from schemas.released import PlaceLevel
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.law import incident, record_class
from tests.support.requirements import law

TABLE = packaged_treatments()[Lane.DEPERSONALISED]
ID = released_id(b"k" * 32, "2026Q4", b"incident")
AREAS = {"msoa_code": "E02005350", "ward_code": "E05005445", "district_code": "E07000130"}


def half(**more: object) -> OpenHalf:
    return open_half(incident(), None, TABLE).model_copy(update=more)


def cell(code: str) -> Cell:
    return Cell("police-nsir", PlaceLevel.LSOA, code, "2026-10", "2026Q4")


@pytest.mark.parametrize(
    ("level", "without", "found"),
    [
        (CellPlace.LSOA, (), (PlaceLevel.MSOA, "E02005350")),
        (CellPlace.MSOA, (), (PlaceLevel.MSOA, "E02005350")),
        (CellPlace.MSOA, ("msoa_code",), (PlaceLevel.WARD, "E05005445")),
        (CellPlace.WARD, ("ward_code",), (PlaceLevel.DISTRICT, "E07000130")),
        (CellPlace.DISTRICT, tuple(AREAS), (PlaceLevel.NONE, None)),
    ],
)
def test_the_place_of_a_cell_is_its_level_or_the_next_that_is_known(
    level: CellPlace, without: tuple[str, ...], found: tuple[PlaceLevel, str | None]
) -> None:
    known = half(**(AREAS | dict.fromkeys(without)))

    row = row_of(7, "2026Q4", known, record_class(), Cells(place=level))

    assert (row.cell.level, row.cell.code) == found


@pytest.mark.parametrize(
    ("level", "precision", "text"),
    [
        (CellTime.DAY, TimePrecision.MINUTE, "2026-10-31"),
        (CellTime.MONTH, TimePrecision.MINUTE, "2026-10"),
        (CellTime.MONTH, TimePrecision.QUARTER, "2026Q4"),
        (CellTime.QUARTER, TimePrecision.DAY, "2026Q4"),
    ],
)
def test_the_time_of_a_cell_is_its_level_or_as_coarse_as_it_is_known(
    level: CellTime, precision: TimePrecision, text: str
) -> None:
    known = half(time_precision=precision)

    assert row_of(7, "2026Q4", known, record_class(), Cells(time=level)).cell.time == text


def test_where_no_beginning_is_known_the_report_counts_and_where_neither_is_there_is_no_time() -> (
    None
):
    reported = half(occurred_from=None)
    nothing = half(occurred_from=None, reported=None)
    left = in_cell(nothing, record_class(), ID, 1, TABLE, Cells(), coarsened=False)

    assert row_of(7, "2026Q4", reported, record_class(), Cells()).cell.time == "2026-10"
    assert row_of(7, "2026Q4", nothing, record_class(), Cells()).cell.time is None
    assert (left.occurred, left.reported) == (None, None)


def test_a_record_in_a_cell_says_the_place_and_time_of_the_cell_and_no_second_of_either() -> None:
    left = in_cell(half(**AREAS), record_class(), ID, 1, TABLE, Cells(), coarsened=False)

    assert (left.place.level, left.place.code) == (PlaceLevel.MSOA, "E02005350")
    assert (left.occurred, left.time_precision) == ("2026-10", TimePrecision.MONTH)
    assert (left.occurred_to, left.reported, left.repeat_at_place) == (None, None, None)
    assert left.typology_behaviour == "noise"


def test_a_coarsened_record_says_nothing_of_what_it_was_about() -> None:
    left = in_cell(half(**AREAS), record_class(), ID, 1, TABLE, Cells(), coarsened=True)
    said = left.model_dump_json(exclude_defaults=True)

    assert left.kind == "asb_incident"
    assert not {"noise", "Noise", "211", "214"} & set(said.replace('"', " ").split())
    assert "typology" not in said


@given(
    placed=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30),
    had=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=12),
    minimum=st.integers(1, 6),
    limit=st.integers(1, 12),
)
@law("L46", "L50")
def test_cells_leave_whole_and_only_with_k_incidents(
    placed: list[tuple[int, bool]], had: list[tuple[int, int]], minimum: int, limit: int
) -> None:
    waiting = [Row(n, cell(str(c)), "drugs" if s else None) for n, (c, s) in enumerate(placed)]
    gone: dict[Cell, dict[int, str | None]] = {}
    for code, number in had:
        gone.setdefault(cell(str(code)), {})[number] = None

    choice = choose(waiting, gone, minimum, limit)

    left = {waiting[place].cell for place in choice.leaving}
    by_cell = {c: [p for p, row in enumerate(waiting) if row.cell == c] for c in map(cell, "0123")}
    full = {
        c
        for c, places in by_cell.items()
        if places and len({waiting[p].incident for p in places} | set(gone.get(c, {}))) >= minimum
    }
    assert sorted(choice.leaving) == sorted(p for c in left for p in by_cell[c])
    assert left <= full
    assert choice.more == (left < full)
    assert len(choice.leaving) <= limit or len(left) == 1
    newer = {c: {waiting[p].incident for p in by_cell[c]} for c in left}
    alike = {
        c
        for c in left
        if not set(gone.get(c, {})) - newer[c] and all(waiting[p].sensitive for p in by_cell[c])
    }
    assert choice.coarsened == {p for c in alike for p in by_cell[c]}


def test_a_full_page_leaves_the_next_cell_for_the_next_page() -> None:
    waiting = [Row(n, cell(str(n // 2)), None) for n in range(4)]

    assert choose(waiting, {}, 2, 3) == Choice((0, 1), frozenset(), more=True)


def test_a_cell_of_one_sensitive_behaviour_leaves_coarsened() -> None:
    waiting = [Row(n, cell("0"), "drugs") for n in range(2)]

    assert choose(waiting, {}, 2, 9) == Choice((0, 1), frozenset({0, 1}), more=False)


def test_a_class_that_is_sensitive_without_a_behaviour_counts_as_one() -> None:
    hidden = record_class(sensitive=True, typology_behaviour=None)

    assert row_of(7, "2026Q4", half(), hidden, Cells()).sensitive == "unstated"
    assert row_of(7, "2026Q4", half(), record_class(), Cells()).sensitive is None


@pytest.mark.parametrize(
    ("now", "level", "close"),
    [
        ("2026-07-01T00:30:00+01:00", CellTime.MONTH, "2026-07-01T00:00:00+01:00"),
        ("2026-06-30T23:30:00+00:00", CellTime.MONTH, "2026-07-01T00:00:00+01:00"),
        ("2026-06-30T22:30:00+00:00", CellTime.MONTH, "2026-06-01T00:00:00+01:00"),
        ("2026-12-31T23:59:59+00:00", CellTime.QUARTER, "2026-10-01T00:00:00+01:00"),
        ("2027-01-01T00:00:00+00:00", CellTime.QUARTER, "2027-01-01T00:00:00+00:00"),
        ("2026-10-25T01:30:00+00:00", CellTime.DAY, "2026-10-25T00:00:00+01:00"),
    ],
)
def test_a_period_closes_at_midnight_in_london(now: str, level: CellTime, close: str) -> None:
    found = last_close(datetime.fromisoformat(now), level)

    assert found.astimezone(UTC) == datetime.fromisoformat(close).astimezone(UTC)


@pytest.mark.parametrize(
    ("power", "lane", "minimum"),
    [
        ("section_17a", "depersonalised", 0),
        ("non_personal", "depersonalised", 0),
        ("section_115", "depersonalised", 5),
        ("section_115", "personal", 0),
        ("section_115", "statistics", 0),
    ],
)
def test_where_k_is_not_stated_the_default_of_the_recipient_counts(
    power: str, lane: str, minimum: int
) -> None:
    stated = {"id": "s", "partner": "p", "power": power, "lane": lane}
    stated["purpose"] = "section_17a_duty"

    assert Subscription.model_validate(stated).minimum_cell == minimum
    assert Subscription.model_validate(stated | {"minimum_cell": 2}).minimum_cell == 2
    asked = Subscription.model_validate(stated)
    assert Subscription.model_validate(asked) is asked


@pytest.mark.parametrize(
    ("level", "others"),
    [
        ("lsoa", ["lsoa", "msoa", "ward", "district"]),
        ("msoa", ["msoa", "district"]),
        ("ward", ["ward", "district"]),
        ("district", ["district"]),
    ],
)
def test_what_is_no_finer_than_an_area_is_made_of_whole_ones(level: str, others: list[str]) -> None:
    assert [one.value for one in Cells(place=CellPlace(level)).places] == others


def test_what_is_no_finer_than_a_time_is_as_long() -> None:
    assert [Cells(time=one).times for one in CellTime] == [
        (CellTime.DAY, CellTime.MONTH, CellTime.QUARTER),
        (CellTime.MONTH, CellTime.QUARTER),
        (CellTime.QUARTER,),
    ]
