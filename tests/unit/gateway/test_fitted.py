"""Best fit and named sets: shares add up, areas go over whole, what is hidden stays hidden."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.places.fitted import (
    SLIVER,
    Outlined,
    best,
    carried,
    fit,
    moved_words,
)
from gateway.analysis.places.set_files import Given, read_drawn, read_listed, unknown_members
from gateway.analysis.places.sets import SetUnusable, areas_of
from gateway.analysis.shown import HIDDEN, Shown
from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geography import parse_areas
from gateway.intake.outlines import to_degrees
from gateway.intake.postcodes import parse_postcodes
from schemas.areas import AreaSet

EAST, NORTH = 450_000, 310_000
GIVEN = Given("beats", "Beats", "beats", "2026", "lsoa", "2021")


def box(west: float, south: float, east: float, north: float) -> bytes:
    corners = [(west, south), (east, south), (east, north), (west, north)]
    degrees = to_degrees([(EAST + x * 1000, NORTH + y * 1000) for x, y in corners])
    return bytes(shapely.to_wkb(shapely.Polygon([one for one in degrees if one])))


def strips(edition: str, cuts: Sequence[float], kind: str = "wards", height: float = 4) -> Outlined:
    """An edition of areas side by side, from the west."""
    pairs = [*pairwise(cuts)]
    outlines = {
        f"{edition[-2:]}-{n}": box(west, 0, east, height) for n, (west, east) in enumerate(pairs)
    }
    return Outlined(kind, edition, {code: f"Strip {code}" for code in outlines}, outlines)


@given(
    st.lists(st.integers(1, 20), min_size=2, max_size=6, unique=True),
    st.lists(st.integers(1, 20), min_size=2, max_size=6, unique=True),
    st.booleans(),
)
def test_shares_add_up_to_one_and_every_area_goes_to_one_place(
    old: list[int], new: list[int], by_postcode: bool
) -> None:
    before, after = strips("2013", sorted(old)), strips("2023", sorted(new))
    lattice = [(EAST + x * 500 + 250, NORTH + y * 700 + 9) for x in range(44) for y in range(5)]
    places = [one for one in to_degrees(lattice) if one] if by_postcode else []

    found = fit(before, after, places, "onspd:2025-02")

    sums = dict.fromkeys(before.outlines, 0.0)
    for row in found.rows:
        sums[row.before] += row.share
    assert all(abs(total - 1) < 1e-9 for total in sums.values())
    whole = best(found)
    assert whole.keys() == before.outlines.keys()
    shown = carried({code: Shown(10) for code in before.outlines}, found)
    total = sum(one.value or 0 for one in shown.figures.values())
    assert total == 10 * (len(before.outlines) - len(shown.left_out))  # nothing is made up or lost
    assert all(0 <= share <= 1 for share in shown.moved.values())


def test_what_is_moved_is_said_by_area_or_by_postcodes() -> None:
    before, after = strips("2013", [0, 4, 8]), strips("2023", [0, 3, 8])
    by_area = fit(before, after)
    figures = {"13-0": Shown(40), "13-1": Shown(20)}

    shown = carried(figures, by_area)

    assert best(by_area)["13-0"].after == "23-0"
    assert best(by_area)["13-0"].share == pytest.approx(0.75, abs=1e-4)
    assert shown.figures == {"23-0": Shown(40, beside="25 % was moved"), "23-1": Shown(20)}
    # all who live in the first strip live in its eastern quarter
    places = [one for one in to_degrees([(EAST + 3_500, NORTH + 100)] * 9) if one]
    by_postcode = fit(before, after, places, "onspd:2025-02")
    assert best(by_postcode)["13-0"] == ("23-1", 1.0)
    both = carried(figures, by_postcode).figures
    assert both["23-1"] == Shown(60)
    assert "23-0" not in both
    assert by_postcode.weights == {"13-0": 9.0, "13-1": 0.0}
    thin = carried(figures, fit(before, strips("2023", [0, 1, 8])))
    assert thin.figures["23-0"] == Shown(beside="no area of the earlier edition fits it best")


def test_a_hidden_part_hides_the_whole_and_a_missing_one_is_not_known() -> None:
    found = fit(strips("2013", [0, 2, 4]), strips("2023", [0, 4]))

    hidden = carried({"13-0": Shown(hidden=HIDDEN), "13-1": Shown(20)}, found)
    missing = carried({"13-1": Shown(20), "99-9": Shown(3)}, found)

    assert hidden.figures["23-0"].text() == HIDDEN
    assert missing.figures["23-0"] == Shown()
    assert missing.left_out == ("99-9",)


def test_an_area_that_lies_in_none_is_left_out() -> None:
    found = fit(strips("2013", [0, 2, 10]), strips("2023", [0, 3]))

    assert best(found)["13-1"].after is None
    assert carried({"13-1": Shown(5)}, found).left_out == ("13-1",)
    with pytest.raises(ValueError, match="without areas"):
        fit(strips("2013", [0]), strips("2023", [0, 3]))


@pytest.mark.parametrize(
    ("share", "says"),
    [(0, ""), (SLIVER / 2, ""), (0.004, "under 1 % was moved"), (0.126, "13 % was moved")],
)
def test_a_share_in_words(share: float, says: str) -> None:
    assert moved_words(share) == says


# ------------------------------------------------------------------------------- sets
LSOAS = strips("2021", [0, 1, 2, 3, 4], "lsoa")
CSV = b"area,name,lsoa21cd\nN,North,21-0\nN,North,21-1\nS,South,21-3\n"
TOML = b"""name = "beats"
title = "Beats"
kind = "beats"
edition = "2026"
level = "lsoa"
level_edition = "2021"
areas = [{code = "n", name = "North", members = ["21-0", "21-1"]},
         {code = "s", name = "South", members = ["21-3"]}]
"""


def drawn(*spans: tuple[str, float, float]) -> bytes:
    """GeoJSON of strips."""
    features = [
        {
            "type": "Feature",
            "properties": {"Beat_Code": code},
            "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(box(west, 0, east, 4)))),
        }
        for code, west, east in spans
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_set_is_the_same_from_csv_and_toml() -> None:
    listed = read_listed(CSV, GIVEN, toml=False)

    assert listed == read_listed(TOML, Given(), toml=True)
    asked = areas_of(listed, "lsoa", "2021")
    assert [asked.area_of.get(code) for code in LSOAS.outlines] == ["n", "n", None, "s"]
    assert asked.says("n") == ""
    assert unknown_members(listed, LSOAS) == 0
    assert unknown_members(listed, strips("2022", [0, 1])) == 3


def test_a_set_of_cells_is_their_sum_and_hidden_where_one_is() -> None:
    asked = areas_of(read_listed(CSV, GIVEN, toml=False), "lsoa", "2021")

    figures = {"21-0": Shown(10), "21-1": Shown(5), "21-3": Shown(hidden=HIDDEN), "21-2": Shown(9)}
    assert asked.grouped(figures) == {"n": Shown(15), "s": Shown(hidden=HIDDEN)}
    assert asked.grouped({"21-0": Shown(10)}) == {"n": Shown(), "s": Shown()}


def test_a_drawn_set_takes_whole_areas_and_says_what_lies_elsewhere() -> None:
    found = read_drawn(drawn(("N 1", 0, 1.8), ("S", 1.8, 3)), GIVEN, LSOAS)

    asked = areas_of(found, "lsoa", "2021")
    assert asked.area_of == {"21-0": "n-1", "21-1": "n-1", "21-2": "s"}
    assert asked.cut("n-1") == ("21-1",)
    assert asked.says("n-1") == "10 % lies elsewhere"
    assert asked.grouped({code: Shown(10) for code in LSOAS.outlines})["n-1"].beside == (
        "10 % lies elsewhere"
    )


def test_a_set_is_refused_at_a_level_that_it_cuts() -> None:
    found = read_listed(CSV, GIVEN, toml=False)
    wards, streets = strips("2023", [0, 4]), strips("2011", [0, 0.5, 1, 2, 3, 4], "lsoa")

    with pytest.raises(SetUnusable, match=r"cuts across wards.*geography fit wards:2023 lsoa:2021"):
        areas_of(found, "ward", "2023")
    with pytest.raises(SetUnusable, match="smaller than wards"):
        areas_of(found, "wards", "2023", fit(wards, LSOAS))
    with pytest.raises(SetUnusable, match="cuts across"):
        areas_of(found, "lsoa", "2011", fit(wards, LSOAS))
    finer = areas_of(found, "lsoa", "2011", fit(streets, LSOAS))
    assert [finer.area_of.get(code) for code in streets.outlines] == ["n", "n", "n", None, "s"]


CANARY = "CANARY"
OPEN_RING = json.loads(drawn(("a", 0, 1)))
OPEN_RING["features"][0]["geometry"]["coordinates"][0].pop()


@pytest.mark.parametrize(
    ("content", "toml", "code"),
    [
        (b"CANARY = [", True, "geography.not_toml"),
        (b"\xff", True, "geography.not_toml"),
        (b'CANARY = "x"\n' + TOML, True, "geography.set"),
        (TOML.replace(b'"21-3"', b'"21-0"'), True, "geography.set"),
        (b"areas = 3\n" + TOML.partition(b"areas")[0], True, "geography.set"),
        (b"area,other\nCANARY,2\n", False, "geography.column"),
        (b"area,name,lsoa\nCANARY,2\n", False, "geography.not_csv"),
        (b"area,name,lsoa\nn,CANARY,21-0\nn,CANARY,21-0\n", False, "geography.code_twice"),
        (b'area,lsoa\nn,"CANARY\n', False, "geography.not_csv"),
    ],
)
def test_a_listed_set_that_is_no_set_is_refused_and_nothing_repeated(
    content: bytes, toml: bool, code: str
) -> None:
    with pytest.raises(GeographyRefused) as refused:
        read_listed(content, GIVEN, toml=toml)

    assert refused.value.code == code
    assert CANARY.casefold() not in f"{refused.value} {refused.value.field}".casefold()


@pytest.mark.parametrize(
    ("content", "level", "code"),
    [
        (drawn(("", 0, 1)), LSOAS, "geography.code"),
        (drawn(("CANARY", 0, 1), ("canary", 1, 2)), LSOAS, "geography.code_twice"),
        (json.dumps(OPEN_RING).encode(), LSOAS, "geography.ring_open"),
        (drawn(("CANARY", 10, 12)), LSOAS, "geography.set"),
        (drawn(("CANARY", 0, 1)), strips("2021", [0]), "geography.unknown"),
    ],
)
def test_a_drawn_set_that_is_no_set_is_refused(content: bytes, level: Outlined, code: str) -> None:
    with pytest.raises(GeographyRefused) as refused:
        read_drawn(content, GIVEN, level)

    assert refused.value.code == code
    assert CANARY.casefold() not in str(refused.value).casefold()


# -------------------------------------------------------------------------- real editions
@pytest.mark.real_data
def test_real_lsoas_fit_real_wards_by_area_and_by_postcode() -> None:
    folder = Path(__file__).parents[3] / ".." / "shared" / "data" / "geo"

    def edition(kind: Any, name: str) -> Outlined:
        found = parse_areas(kind, (folder / f"charnwood-{name}-uk-geojson-2017.json").read_bytes())
        return Outlined(
            found.kind,
            found.edition,
            {row.code: row.name for row in found.rows},
            {row.code: row.wkb for row in found.rows},
        )

    lsoas, wards = edition("lsoa", "lsoa"), edition("wards", "wards")
    with gzip.open(folder / "codepoint_open_2014-08_le.csv.gz") as listed:
        rows = parse_postcodes("code-point-open", [listed], "2014-08", "0" * 64).rows  # type: ignore[list-item]
    places = [(row.longitude, row.latitude) for row in rows if row.longitude and row.latitude]

    for found in (fit(lsoas, wards), fit(lsoas, wards, places, "code-point-open:2014-08")):
        whole = best(found)
        assert len(whole) == 99
        assert {one.after for one in whole.values()} == set(wards.outlines)
        heavy = sum(found.weights[code] * (1 - one.share) for code, one in whole.items())
        assert heavy / sum(found.weights.values()) < 0.08  # LSOAs were built to lie in wards


def test_a_set_needs_an_area() -> None:
    with pytest.raises(ValueError, match="no area in it"):
        AreaSet.model_validate(
            {**GIVEN.document({}), "areas": [{"code": "a", "name": "A", "members": {}}]}
        )
