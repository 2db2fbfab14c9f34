"""Boxes and times of map programs, by the examples of RFC 7946, RFC 3339 and OGC 17-069r3."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from schemas.base import DoesNotFit
from schemas.features import (
    MOST_FEATURES,
    Box,
    FeatureQuestion,
    read_box,
    read_span,
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc] # year, month, day and so on


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("-1.4,52.6,-1.0,52.9", Box(-1.4, 52.6, -1.0, 52.9)),
        ("-1.4,52.6,0,-1.0,52.9,100", Box(-1.4, 52.6, -1.0, 52.9)),
        ("170,-10,-170,10", Box(170, -10, -170, 10)),
    ],
)
def test_a_box_has_four_numbers_or_six(text: str, box: Box) -> None:
    assert read_box(text) == box


@pytest.mark.parametrize(
    "text",
    [
        *("", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,nan", "0,5,1,4", "-181,0,0,1"),
        *("0,-91,1,0", "0,0,0,0,0,0,0", "inf,0,1,1"),
    ],
)
def test_what_is_no_box_of_the_world_is_refused(text: str) -> None:
    with pytest.raises(DoesNotFit):
        read_box(text)


@pytest.mark.parametrize(
    ("box", "point", "holds"),
    [
        (Box(-1.4, 52.6, -1.0, 52.9), (-1.4, 52.9), True),
        (Box(-1.4, 52.6, -1.0, 52.9), (-1.41, 52.7), False),
        (Box(-1.4, 52.6, -1.0, 52.9), (-1.2, 53.0), False),
        (Box(170, -10, -170, 10), (-175, 0), True),
        (Box(170, -10, -170, 10), (175, 0), True),
        (Box(170, -10, -170, 10), (0, 0), False),
    ],
)
def test_the_edges_are_part_of_a_box(box: Box, point: tuple[float, float], *, holds: bool) -> None:
    assert box.holds(*point) is holds


HALF = at(2026, 10, 31, 20, 0, 0, 500_000)
END_OF_DAY = at(2026, 10, 31, 23, 59, 59, 999_999)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-10-31T21:00:00Z", at(2026, 10, 31, 21), at(2026, 10, 31, 21)),
        ("2026-10-31T21:00:00.5+01:00", HALF, HALF),
        ("2026-10-31T21:00", at(2026, 10, 31, 21), at(2026, 10, 31, 21)),
        ("2026-10-31", at(2026, 10, 31), END_OF_DAY),
        ("2026-10-01/2026-10-31", at(2026, 10, 1), END_OF_DAY),
        ("../2026-10-31", None, END_OF_DAY),
        ("/2026-10-31", None, END_OF_DAY),
        ("2026-10-01/..", at(2026, 10, 1), None),
        ("2026-10-01/", at(2026, 10, 1), None),
        ("9999-12-31/..", at(9999, 12, 31), None),
    ],
)
def test_a_time_is_an_instant_a_day_or_two_ends(
    text: str, begins: datetime | None, ends: datetime | None
) -> None:
    assert read_span(text) == (begins, ends)


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "../..", "/", "yesterday", "2026-13-01", "2026-10-31T25:00:00Z", "2026-10"),
        *("2026-10-31/2026-10-01", "2026-10-01/2026-10-02/2026-10-03", "0001-01-01T00:00:00+23:00"),
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(DoesNotFit):
        read_span(text)


@pytest.mark.parametrize(
    ("text", "meets"),
    [
        ("2026-10-31T21:59:59Z", True),
        ("2026-10-31T22:00:00Z", False),
        ("2026-10-31T20:59:59Z", False),
        ("2026-10-31T21:00:00Z", True),
        ("../2026-10-31T21:00:00Z", True),
        ("../2026-10-31T20:59:59Z", False),
        ("2026-10-31T21:30:00Z/..", True),
        ("2026-10-31T22:00:00Z/..", False),
    ],
)
def test_a_record_of_an_hour_is_met_by_any_instant_of_it(text: str, *, meets: bool) -> None:
    assert read_span(text).meets(at(2026, 10, 31, 21), at(2026, 10, 31, 22)) is meets


def test_a_limit_above_the_most_means_the_most() -> None:
    assert FeatureQuestion(limit=5_000).page == MOST_FEATURES
    assert FeatureQuestion(limit=3).page == 3
    assert FeatureQuestion(bbox="0,0,1,1", datetime="2026-10-31").page == 500
    with pytest.raises(ValidationError):
        FeatureQuestion(limit=0)


def test_a_question_for_features_is_one_for_incidents_its_time_left_aside() -> None:
    asked = FeatureQuestion.model_validate_strings(
        {"kind": "crime,asb_incident", "bbox": "0,50,1,51", "datetime": "2026-10-31", "limit": "7"}
    )
    of = asked.of("fire-17a")

    assert (of.subscription, of.kind, of.bbox) == (
        "fire-17a",
        ("crime", "asb_incident"),
        (0, 50, 1, 51),
    )
    assert (of.first, of.last, of.limit) == (None, None, 500)
    assert asked.span == read_span("2026-10-31")
    assert FeatureQuestion().of("fire-17a").bbox is None
    assert FeatureQuestion().span is None
    assert FeatureQuestion(bbox="170,-10,-170,10").of("fire-17a").bbox is None
