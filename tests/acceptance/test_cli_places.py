"""`gateway geography`: editions that stand, best fit, named sets; garbage loads nothing; it all verifies."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.analysis.places.released import Shapes
from gateway.analysis.places.sets import loaded_set
from gateway.assembly import open_house
from gateway.store.populations import Residents, residents_of
from schemas.released import Place, PlaceLevel
from tests.support.commands import Shell
from tests.support.stores import database_for

pytestmark = [pytest.mark.usefixtures("store"), pytest.mark.on_sqlite]

WEST, SOUTH = -1.3, 52.7


@pytest.fixture
def shell(store: str, tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "home")
    made.ok("db", "upgrade")
    return made


def strips(prefix: str, first: int, cuts: list[float]) -> dict[str, Any]:
    """GeoJSON of areas side by side, with the property names of the ONS."""
    features = [
        {
            "type": "Feature",
            "properties": {f"{prefix}CD": f"E05{first + n:06}", f"{prefix}NM": f"Strip {n}"},
            "geometry": {"type": "Polygon", "coordinates": [ring(west, east)]},
        }
        for n, (west, east) in enumerate(itertools.pairwise(cuts))
    ]
    return {"type": "FeatureCollection", "features": features}


def ring(west: float, east: float) -> list[list[float]]:
    left, right, top = WEST + west / 10, WEST + east / 10, SOUTH + 0.1
    return [[left, SOUTH], [right, SOUTH], [right, top], [left, top], [left, SOUTH]]


def written(tmp_path: Path, content: Any, name: str) -> str:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_editions_fits_and_sets_are_kept_told_and_verified(shell: Shell, tmp_path: Path) -> None:
    old = written(tmp_path, strips("WD13", 1, [0, 1, 2]), "old.geojson")
    new = written(tmp_path, strips("WD23", 11, [0, 0.9, 2]), "new.geojson")
    load = ("geography", "load", "--kind", "wards")
    shell.ok(*load, old, "--ends", "2023-05-04", "--superseded-by", "2023")
    shell.ok(*load, new, "--source", "Invented, nobody's licence")
    dated = ("geography", "date", "wards", "2023", "--starts", "2023-05-04", "--json")
    assert shell.ok(*dated).json["standing"] == "2023 wards, in force since May 2023"
    assert shell.ok(*dated).json["changed"] is False

    listed = shell.ok("geography", "list", "--json").json["geographies"]
    assert [row["standing"] for row in listed] == [
        "2013 wards, replaced in May 2023 by those of 2023",
        "2023 wards, in force since May 2023",
    ]

    people = written(tmp_path, "code,residents\nE05000011,900\nE05000012,1100\n", "people.csv")
    load = ("geography", "load", "--kind", "population", people)
    assert shell.ok(*load, "--edition", "mid-2024", "--json").json["rows"] == 2
    with open_house(shell.home, database=database_for(shell.home)) as house:
        with house.reader.connection() as connection:
            found = residents_of(connection)
        assert found["E05000011"] == [Residents(900, 2024, "mid-2024")]

    fit = shell.ok("geography", "fit", "wards:2013", "wards:2023", "--json").json
    assert [(r["before"], r["after"], round(r["share"], 3)) for r in fit["rows"]] == [
        ("E05000001", "E05000011", 0.9),
        ("E05000001", "E05000012", 0.1),
        ("E05000002", "E05000012", 1.0),
    ]
    assert "10.0%" in shell.ok("geography", "fit", "wards:2013", "wards:2023").out

    beats = written(tmp_path, "area,name,ward\nn,North,E05000011\n", "beats.csv")
    told = ("--name", "beats", "--kind", "beats", "--edition", "2026")
    made_of = ("--level", "wards", "--level-edition", "2023")
    shell.ok("geography", "set", "load", beats, *told, *made_of)
    assert (
        shell.ok("geography", "set", "show", "beats", "--json").json["areas"][0]["name"] == "North"
    )
    with open_house(shell.home, database=database_for(shell.home)) as house:
        asked = loaded_set(house.reader, "beats", "ward", "2013")
        assert asked is not None
        assert (asked.area_of, asked.says("n")) == ({"E05000001": "n"}, "10 % lies elsewhere")
        assert loaded_set(house.reader, "nobody", "ward", "2023") is None
    assert shell.ok("verify", "--json").json["findings"] == []

    shell.ok("geography", "set", "remove", "beats")
    assert shell.ok("geography", "set", "list", "--json").json["sets"] == []
    assert shell.ok("verify", "--json").json["findings"] == []


def test_garbage_loads_nothing(shell: Shell, tmp_path: Path) -> None:
    good = strips("WD23", 11, [0, 1, 2])
    broken = json.loads(json.dumps(good))
    broken["features"][1]["geometry"]["coordinates"][0].pop()
    file = written(tmp_path, broken, "broken.geojson")
    whole = written(tmp_path, good, "whole.geojson")
    codes = "area,name,ward\nn,North,E05000011\ns,South,E05999999\n"
    beats = written(tmp_path, codes, "beats.csv")
    before = shell.ok("verify", "--json").json["operations"]

    ran = shell("geography", "load", "--kind", "wards", file)
    assert (ran.code, "Feature 2 has a ring that does not end" in ran.err) == (1, True)
    ran = shell("geography", "load", "--kind", "wards", whole, "--starts", "May 2023")
    assert (ran.code, "2026-11-23" in ran.err, "May" in ran.err) == (1, True, False)
    assert shell.ok("geography", "list", "--json").json == {"geographies": [], "fits": []}
    assert shell.ok("verify", "--json").json["operations"] == before

    shell.ok("geography", "load", "--kind", "wards", whole)
    made_of = (
        "--name",
        "beats",
        "--edition",
        "2026",
        "--level",
        "wards",
        "--level-edition",
        "2023",
    )
    ran = shell("geography", "set", "load", beats, *made_of)
    assert (ran.code, "1 of its codes are not in the edition" in ran.err) == (1, True)
    assert shell.ok("geography", "set", "list", "--json").json["sets"] == []
    assert shell("geography", "fit", "wards:2013", "wards:2023").code == 1


def test_the_shape_of_what_leaves(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, strips("WD23", 11, [0, 1, 2]), "wards.geojson")
    shell.ok("geography", "load", "--kind", "wards", file)
    point = Place(level=PlaceLevel.MAP_POINT, longitude=-1.25, latitude=52.75)
    ward = Place(level=PlaceLevel.WARD, code="E05000011", edition="2023")
    bare = Place(level=PlaceLevel.WARD, code="E05000011")
    older = Place(level=PlaceLevel.WARD, code="E05000011", edition="2013")

    with open_house(shell.home, database=database_for(shell.home)) as house:
        shapes = Shapes(house.reader)

        assert shapes.geojson(point) == {"type": "Point", "coordinates": [-1.25, 52.75]}
        assert shapes.centre(point) == (-1.25, 52.75)
        drawn = shapes.geojson(ward)
        assert drawn is not None
        assert (drawn["type"], drawn["coordinates"][0][0][0]) == ("MultiPolygon", ring(0, 1)[0])
        assert shapes.geojson(bare) == drawn
        middle = shapes.centre(ward)
        assert middle is not None
        assert WEST < middle[0] < WEST + 0.1
        assert shapes.meets(ward, (-1.21, 52.7, -1.0, 53.0))
        assert shapes.meets(point, (170, 52, -1.2, 53))  # over the antimeridian
        assert not shapes.meets(point, (-1.2, 52, 170, 53))
        for nowhere in (older, Place(level=PlaceLevel.NONE), Place(level=PlaceLevel.MAP_POINT)):
            assert shapes.geojson(nowhere) is None
            assert shapes.centre(nowhere) is None
            assert not shapes.meets(nowhere, (-180, -90, 180, 90))
