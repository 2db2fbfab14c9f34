"""A question about incidents as a URL writes it: lists, boxes, periods, and words that nobody knows."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from schemas.analysis import IncidentQuestion, Sort
from schemas.codes import Kind


def test_lists_stand_apart_by_commas() -> None:
    asked = IncidentQuestion.model_validate_strings(
        {
            "subscription": "fire-17a",
            "kind": "asb_incident,crime",
            "bbox": "-1.3,52.7,-1.1,52.8",
            "first": "2026-01-01",
            "last": "2026-01-01",
            "sort": "-occurred",
            "fields": "id,place_code,occurred",
        }
    )

    assert asked.kind == (Kind.ASB_INCIDENT, Kind.CRIME)
    assert asked.bbox == (-1.3, 52.7, -1.1, 52.8)
    assert (asked.first, asked.sort) == (date(2026, 1, 1), Sort.OCCURRED_LAST)
    assert asked.fields == ("id", "place_code", "occurred")
    assert IncidentQuestion(subscription="a", kind=(Kind.CRIME,)).kind == (Kind.CRIME,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "asb_incident,"),
        ("area", "noise"),
        ("behaviour", "noise,noises"),
        ("bbox", "1,2,3"),
        ("bbox", "-1.1,52.7,-1.3,52.8"),
        ("bbox", "-1.3,52.8,-1.1,52.7"),
        ("bbox", "-181,52.8,-1.1,52.9"),
        ("fields", "id,colour"),
        ("place", ",".join(["E01000001"] * 201)),
        ("sort", "uprn"),
        ("last", "2025-12-31"),
        ("colour", "red"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, value: str) -> None:
    asked = {"subscription": "fire-17a", "first": "2026-01-01", name: value}
    with pytest.raises(ValidationError):
        IncidentQuestion.model_validate_strings(asked)
