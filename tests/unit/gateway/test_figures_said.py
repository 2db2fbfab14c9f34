"""Figures as pages say them: nouns, comparisons that cannot be made, and coverage as records call it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.analysis.counting import Cell, covered_as
from gateway.analysis.several import Tables
from gateway.console.analysing.figures import (
    MISSING,
    NOT_RECORDED,
    Tally,
    change,
    compared_with,
    incidents,
)
from gateway.console.charts.parts import Value
from schemas.codes import Kind, MappingStatus, Marking

ASB = Kind.ASB_INCIDENT.value
ONE, TEN, HIDDEN = Value(1, "1"), Value(10, "10"), Value(None, "hidden (1 to 7)")


def cell(period: str, count: int, kind: str = ASB) -> Cell:
    return Cell(kind, period, "E07000130", None, count, "own_count")


def found(*, published: bool, **cells: list[Cell]) -> Tables:
    return Tables(cells, datetime(2026, 11, 26, tzinfo=UTC), 1, Marking.OFFICIAL, (), published)


def test_what_is_counted_has_its_noun() -> None:
    assert incidents(TEN, ASB) == "anti-social behaviour incidents"
    assert incidents(ONE, Kind.CRIME.value) == "crime"
    assert incidents(HIDDEN, Kind.CRIME.value) == "crimes"


@pytest.mark.parametrize(
    ("now", "before", "says"),
    [
        (TEN, ONE, "9 more (900%) than in May (1)"),
        (TEN, TEN, "As many as in May (10)"),
        (TEN, MISSING, "Not comparable with May: not published"),
        (TEN, NOT_RECORDED, "Not comparable with May: nothing recorded"),
        (HIDDEN, TEN, "Not comparable with May: one of the two figures is not shown"),
    ],
)
def test_a_comparison_is_a_sentence_or_says_why_it_is_none(
    now: Value, before: Value, says: str
) -> None:
    assert " ".join(compared_with(now, before, "May")) == says
    assert change(now, before).startswith("not comparable") is says.startswith("Not comparable")


def test_a_time_before_the_first_record_is_no_zero() -> None:
    tables = found(
        published=False,
        quarters=[cell("2026Q3", 3)],
        months=[cell("2026-08", 2, Kind.CRIME.value), cell("2026-09", 3)],
    )
    months, quarters = (Tally.of(tables, name, ASB) for name in ("months", "quarters"))

    said = [one.says for one in months.series(["2026-06", "2026-08", "2026-09", "2026-10"])]
    assert said == ["nothing recorded", "0", "3", "0"]
    assert [one.says for one in quarters.series(["2026Q2", "2026Q3"])] == ["nothing recorded", "3"]
    assert months.of_place("elsewhere").value("2026-06").says == "nothing recorded"
    assert Tally.of(found(published=False, months=[]), "months", ASB).value("2026-10").missing


@pytest.mark.parametrize(
    ("status", "nsir_class", "part"),
    [
        (MappingStatus.MAPPED, "personal", "mapped"),
        (MappingStatus.AMBIGUOUS, "personal", "ambiguous"),
        (MappingStatus.UNCLASSIFIED, "personal", "class_only"),
        (MappingStatus.UNCLASSIFIED, "", "unclassified"),
    ],
)
def test_coverage_follows_the_mapping_status_of_records(
    status: MappingStatus, nsir_class: str, part: str
) -> None:
    one: Any = SimpleNamespace(
        kind=Kind.ASB_INCIDENT, mapping_status=status, typology_behaviour=None
    )
    assert covered_as(one, nsir_class) == part
