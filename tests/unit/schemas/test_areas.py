"""Documents about areas: what contradicts itself is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.areas import AreaFit, AreaSet, EditionDates, TileLayout

FIT: dict[str, Any] = {
    "kind": "wards",
    "before": "2013",
    "onto": "wards",
    "after": "2023",
    "weight": "area",
    "weights": {"E05000001": 100.0},
    "rows": [
        {"before": "E05000001", "after": "E05000002", "share": 0.75},
        {"before": "E05000001", "after": None, "share": 0.25},
    ],
}
SET: dict[str, Any] = {
    "name": "priority",
    "title": "Priority neighbourhoods",
    "kind": "priority_neighbourhoods",
    "edition": "2026",
    "level": "lsoa",
    "level_edition": "2021",
    "areas": [{"code": "east", "name": "East", "members": {"E01000001": 1}}],
}
EAST = SET["areas"][0]
TILES: dict[str, Any] = {
    "name": "wards",
    "title": "Wards",
    "kind": "wards",
    "edition": "2023",
    "tiles": [{"code": "E05000001", "name": "One", "column": 0, "row": 0}],
}
TILE = TILES["tiles"][0]


@pytest.mark.parametrize(
    ("word", "good", "bad", "says"),
    [
        (
            EditionDates,
            {"kind": "wards", "edition": "2013", "starts": date(2015, 5, 7)},
            {"ends": date(2015, 5, 7)},
            "ends after it starts",
        ),
        (
            EditionDates,
            {"kind": "wards", "edition": "2013", "ends": date(2023, 5, 4)},
            {"superseded_by": "2013"},
            "not replaced by itself",
        ),
        (AreaFit, FIT, {"weights": {"E05000009": 1}}, "no weight"),
        (AreaFit, FIT, {"rows": FIT["rows"][:1]}, "add up to one"),
        (AreaSet, SET, {"areas": [EAST, EAST]}, "one code"),
        (AreaSet, SET, {"areas": [EAST, {**EAST, "code": "west"}]}, "two areas"),
        (AreaSet, SET, {"areas": [{**EAST, "members": {}}]}, "no area in it"),
        (TileLayout, TILES, {"tiles": [TILE, {**TILE, "code": "E05000002"}]}, "one place"),
        (TileLayout, TILES, {"tiles": [TILE, {**TILE, "row": 1}]}, "one code"),
    ],
)
def test_what_contradicts_itself_is_refused(
    word: Any, good: dict[str, Any], bad: dict[str, Any], says: str
) -> None:
    assert word.model_validate(good)

    with pytest.raises(ValidationError, match=says):
        word.model_validate({**good, **bad})
