"""`gateway geography`: postcodes and address counts, from a publisher's files to what a row becomes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import open_house
from tests.support.commands import Shell
from tests.support.nsir_rows import nsir_rows
from tests.support.stores import database_for

pytestmark = pytest.mark.usefixtures("store")

SQUARE = [[[-1.3, 52.7], [-1.1, 52.7], [-1.1, 52.8], [-1.3, 52.8], [-1.3, 52.7]]]
OUTLINE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"LSOA21CD": "E01000001", "LSOA21NM": "Charnwood 001A"},
            "geometry": {"type": "Polygon", "coordinates": SQUARE},
        }
    ],
}
STREET = (
    "Month,Longitude,Latitude,LSOA name\n"
    "2025-06,-1.2004,52.7664,Charnwood 001A\n"
    "2025-06,-1.2152,52.7665,Charnwood 001A\n"
    "2025-06,-1.2005,52.7664,Charnwood 001A\n"
    "2025-06,-1.2006,52.7664,Charnwood 001A\n"
    "2025-06,-1.2007,52.7664,Charnwood 001A\n"
    "2025-06,-1.2008,52.7664,Charnwood 001A\n"
    "2025-06,-1.2009,52.7664,Charnwood 001A\n"
)
LOAD = ("geography", "load")


@pytest.fixture
def shell(store: str, tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "home")
    made.ok("db", "upgrade")
    return made


def written(tmp_path: Path, content: Any, name: str) -> str:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def archive(tmp_path: Path, name: str, members: dict[str, str]) -> str:
    with zipfile.ZipFile(tmp_path / name, "w") as made:
        for member, content in members.items():
            made.writestr(member, content)
    return str(tmp_path / name)


def logged(shell: Shell, columns: str) -> list[tuple[Any, ...]]:
    opened = open_house(shell.home, database=database_for(shell.home))
    with opened as house, house.reader.connection() as connection:
        found = connection.exec_driver_sql(f"SELECT {columns} FROM log ORDER BY position")  # noqa: S608 - names of our own columns
        return [tuple(row) for row in found]


def test_postcodes_give_areas_to_rows_without_coordinates(shell: Shell, tmp_path: Path) -> None:
    file = archive(
        tmp_path,
        "codepo_feb_2026.zip",
        {
            "Data/CSV/le.csv": "LE11 9ZZ,10,454000,319000,,,,,E07000130,E05005468",
            "Data/CSV/ng.csv": "NG11 9ZZ,10,457000,336000,,,,,E07000176,E05008965",
            "Doc/Code-Point_Open_Column_Headers.csv": "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC",
            "Doc/codelist.csv": "Area,Code",
        },
    )
    row = nsir_rows(1)[0] | {"EASTING": "", "NORTHING": "", "LOCATION": "1 EXAMPLE ST, LE11 9ZZ"}
    asked = (*LOAD, file, "--kind", "code-point-open")

    loaded = shell.ok(*asked, "--within", "LE", "--json").json
    again = shell.ok(*asked, "--within", "LE", "--json").json
    wider = shell(*asked)
    shell.ok("ingest", "police-nsir", written(tmp_path, row, "row.json"))
    shown = shell.ok("geography", "show", "code-point-open", "2026-02", "--json").json

    assert (loaded["edition"], loaded["rows"], loaded["added"]) == ("2026-02", 1, True)
    assert loaded["sha256"] == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert again == loaded | {"added": False}
    assert "geography.edition_taken" in wider.err
    assert shown["holds"] == {"postcodes": 1}
    assert shown["read_as"]["within"] == ["LE"]
    ((ward, district, detail),) = logged(shell, "ward_code, district_code, detail")
    assert (ward, district) == ("E05005468", "E07000130")
    assert "ward:code-point-2026-02" in detail
    assert '"location_precision":"postcode"' in detail
    assert "LE11" not in detail


def test_the_directory_is_read_whole_or_in_parts_but_not_twice(
    shell: Shell, tmp_path: Path
) -> None:
    header = "pcds,doterm,osgrdind,oslaua,osward,lsoa21,msoa21,lat,long\n"
    row = "LE11 9ZZ,,1,E07000130,E05005468,E01000001,E02000001,52.77,-1.2\n"
    members = {
        "Documents/names.csv": "LSOA21CD,LSOA21NM",
        "Data/ONSPD_FEB_2026_UK.csv": header + row,
        "Data/multi_csv/ONSPD_FEB_2026_UK_LE.csv": header + row,
    }
    whole = archive(tmp_path, "ONSPD_FEB_2026.zip", members)
    del members["Data/ONSPD_FEB_2026_UK.csv"]
    parts = archive(tmp_path, "ONSPD_MAY_2026.zip", members)

    editions = [shell.ok(*LOAD, one, "--kind", "onspd", "--json").json for one in (whole, parts)]

    assert [(one["edition"], one["rows"]) for one in editions] == [("2026-02", 1), ("2026-05", 1)]


def test_a_point_of_one_to_seven_addresses_is_not_used_once_they_are_counted(
    shell: Shell, tmp_path: Path
) -> None:
    rows = [one | {"EASTING": "454000", "NORTHING": "319000"} for one in nsir_rows(2)]
    rows[1]["EASTING"] = "453000"
    text = "easting,northing,addresses\n454000,319000,7\n453000,319000,8\n454048,319053,9\n"
    counting = (*LOAD, written(tmp_path, text, "counts.csv"), "--kind", "addresses")

    early = shell(*counting, "--edition", "2026-08")
    shell.ok(*LOAD, written(tmp_path, OUTLINE, "lsoa.json"), "--kind", "lsoa")
    shell.ok(*LOAD, written(tmp_path, STREET, "street.csv"), "--kind", "police-uk-points")
    unnamed = shell(*counting)
    ran = shell.ok(*counting, "--edition", "2026-08")
    shell.ok("ingest", "police-nsir", written(tmp_path, rows, "rows.json"))

    assert "geography.no_points" in early.err
    assert "/edition" in unnamed.err
    assert "1 stand for 1 to 7 and are never used" in ran.err
    assert "points of 1 to 7" in shell.ok("geography", "show", "addresses", "2026-08").out
    assert logged(shell, "point_longitude, lsoa_code") == [
        (None, "E01000001"),
        (-1.2152, "E01000001"),
    ]


def test_a_refusal_names_column_and_rule_and_loads_nothing(shell: Shell, tmp_path: Path) -> None:
    bad = written(tmp_path, "PC,EA,NO,DC\nLE11 9ZZ,canary,1,\n", "codepo_feb_2026.csv")

    ran = shell(*LOAD, bad, "--kind", "code-point-open")

    assert ran.code == 1
    assert "/EA" in ran.err
    assert "geography.number" in ran.err
    assert "canary" not in ran.err
    assert shell.ok("geography", "list", "--json").json["geographies"] == []


def test_what_is_not_there_or_broken_is_said(shell: Shell, tmp_path: Path) -> None:
    broken = written(tmp_path, "no archive", "onspd_feb_2026.zip")

    assert "geography.unknown" in shell("geography", "show", "onspd", "2026-02").err
    assert "cannot be read" in shell(*LOAD, broken, "--kind", "onspd").err
    assert "cannot be read" in shell(*LOAD, str(tmp_path / "feb_2026"), "--kind", "onspd").err
