"""`gateway depersonalise assess`: real and invented files, a subscription, and a plot for everybody."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from gateway.assembly import open_house
from gateway.audit.verify import verify
from tests.support.commands import Shell
from tests.support.house import new_house, pull, rows, send, subscribe
from tests.support.real_data import real
from tests.support.requirements import law

SVG = "{http://www.w3.org/2000/svg}"
ASSESS = ("depersonalise", "assess")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def one(document: Any, place: str, time: str, behaviour: str = "none") -> dict[str, Any]:
    (found,) = (
        c
        for c in document["combinations"]
        if (c["place"], c["time"], c["behaviour"]) == (place, time, behaviour)
    )
    return dict(found)


@pytest.mark.real_data
@law("L46")
def test_charnwood_counted_another_way_and_as_the_reference_counted_it(shell: Shell) -> None:
    file = real("police/charnwood_asb_2025.csv")
    found = shell(*ASSESS, file, "--json").json
    with file.open(encoding="utf-8", newline="") as lines:
        rows_ = list(csv.DictReader(lines))
    names = {"lsoa": lambda r: r["LSOA code"], "msoa": lambda r: r["LSOA name"][:-1]}
    names |= {"point": lambda r: (r["Longitude"], r["Latitude"])}
    times = {"month": lambda r: r["Month"], "none": lambda _r: ""}
    times |= {"quarter": lambda r: (int(r["Month"][5:]) - 1) // 3}
    for place, where in names.items():
        for time, when in times.items():
            cells = Counter((where(row), when(row)) for row in rows_)
            small = [size for size in cells.values() if size < 5]
            counted = one(found, place, time)
            assert (counted["k"], counted["cells"]) == (min(cells.values()), len(cells))
            assert (counted["small_cells"], counted["rows_in_small_cells"]) == (
                len(small),
                sum(small),
            )
            assert counted["uniques"] == sum(size == 1 for size in small)

    month = one(found, "lsoa", "month")
    assert (found["rows"], month["rows_in_small_cells"]) == (2_297, 1_363)
    assert (month["small_cells"], month["cells"], month["uniques"]) == (701, 827, 304)
    assert one(found, "msoa", "month")["rows_in_small_cells"] == 244
    assert one(found, "lsoa", "quarter")["rows_in_small_cells"] == 439
    assert one(found, "lsoa", "quarter")["useful_when_held"] >= 18
    assert {"place.ward", "time.hour", "behaviour.sub"} <= set(found["not_available"])


@pytest.mark.parametrize("zipped", [False, True])
def test_any_file_is_assessed_by_the_columns_that_are_named(
    shell: Shell, tmp_path: Path, zipped: bool
) -> None:
    text = (
        "\ufeffArea,Began,What\n"
        "E01025700,31/10/2026 21:47,fireworks\nE01025700,2026-10-31T21:05,\n"
        "E01025701,2026-10,nothing known\n,2026Q4,fireworks\nE01025701,soon,fireworks\n"
    )
    file = tmp_path / ("rows.csv.gz" if zipped else "rows.csv")
    file.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())

    ran = shell(
        *ASSESS, file, "--columns", "lsoa=Area,time=Began", "--columns", "sub=What", "--json"
    )

    assert ran.code == 0, ran.err
    assert one(ran.json, "lsoa", "none")["cells"] == 3
    assert one(ran.json, "none", "hour")["cells"] == 2
    assert one(ran.json, "none", "quarter")["cells"] == 2
    assert one(ran.json, "none", "none", "behaviour")["cells"] == 2
    assert set(ran.json["not_available"]) == {"place." + n for n in ("point", "msoa", "ward")} | {
        "place.district"
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.csv",), "cannot be read"),
        ((), "Give a file or a subscription"),
        (("FILE", "--subscription", "x"), "Give a file or a subscription"),
        (("FILE",), "lacks the columns"),
        (("FILE", "--columns", "nonsense=A"), "not known"),
        (("FILE", "--columns", "lsoa="), "not known"),
        (("FILE", "--columns", "lsoa=B"), "lacks the columns"),
        (("SHORT", "--columns", "lsoa=A"), "more or fewer cells"),
        (("EMPTY", "--columns", "lsoa=A"), "no rows"),
        (("FILE", "--columns", "hour=A"), "nothing to assess"),
        (("FILE", "--columns", "lsoa=A", "--plot", "/nowhere/plot.svg"), "cannot be written"),
        (("--subscription", "x"), "no subscription of that id"),
        (("--subscription", "uni-personal"), "not of the depersonalised lane"),
        (("--subscription", "fire-17a"), "nothing to assess"),
        (("FILE", "--columns", "lsoa=A", "--geography"), "No outlines are loaded"),
    ],
)
def test_what_cannot_be_assessed_is_told_without_a_value(
    shell: Shell, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    if {"--subscription", "--geography"} & set(arguments):
        with new_house(shell.home) as house:
            subscribe(house)
            subscribe(house, "uni-personal", lane="personal")
    files = {"FILE": "A,C\nsecret-77,\n", "SHORT": "A,B\nsecret-77\n", "EMPTY": "A\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    ran = shell(*ASSESS, *(str(tmp_path / a) if a in files else a for a in arguments))

    assert ran.code != 0
    assert says in ran.err
    assert "secret-77" not in ran.err + ran.out


@law("L46")
def test_a_subscription_is_assessed_as_it_was_sent_and_the_look_is_on_record(
    shell: Shell, tmp_path: Path
) -> None:
    with new_house(shell.home) as house:
        subscribe(house)
        subscribe(house, "fire-cells", minimum_cell=5)
        placed = [row | {"LSOA_CODE": f"E0102570{n % 2}"} for n, row in enumerate(rows(12))]
        for row in placed:
            del row["EASTING"], row["NORTHING"]
        send(house, placed)
        pull(house)
        house.clock.at = house.clock.at.replace(month=12, day=2)  # type: ignore[attr-defined]
        pull(house, name="fire-cells")

    open_lane = shell(*ASSESS, "--subscription", "fire-17a", "--json").json
    cells = shell(*ASSESS, "--subscription", "fire-cells", "--json", "-k", "2").json

    assert open_lane["rows"] > 5
    assert one(open_lane, "lsoa", "hour")["cells"] == 2
    assert "place.point" in open_lane["not_available"]
    assert cells["rows"] == open_lane["rows"]
    assert {"place.lsoa", "time.hour", "time.day"} <= set(cells["not_available"])
    assert one(cells, "none", "month")["k"] >= 5
    with open_house(shell.home) as house:
        with house.reader.connection() as connection:
            leaves = connection.exec_driver_sql('SELECT leaf FROM ledger ORDER BY "index"')
            said = [json.loads(row[0]) for row in leaves]
        looked = [one for one in said if one["operation"] == "consultation"]
        assert [one["subscription"] for one in looked] == ["fire-17a", "fire-cells"]
        assert {one["role"] for one in looked} == {"ig-lead"}
        assert verify(house.database, house.keys).document()["found"] == {}


def test_the_plot_says_everything_in_words_and_nothing_by_colour_alone(
    shell: Shell, tmp_path: Path
) -> None:
    file, plot = tmp_path / "rows.csv", tmp_path / "plot.svg"
    lines = [f"E010257{n % 30:02},2026-{n % 12 + 1:02},{n % 3}" for n in range(400)]
    file.write_text("A,T,W\n" + "\n".join(lines) + "\n", encoding="utf-8")

    ran = shell(*ASSESS, file, "--columns", "lsoa=A,time=T,area=W", "--plot", plot)

    assert ran.code == 0, ran.err
    assert "400 rows" in ran.out
    assert "Not available: place.point" in ran.out
    drawn = ET.fromstring(plot.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    title, described = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
    assert title is not None
    assert described is not None
    assert drawn.get("role") == "img"
    assert set(str(drawn.get("aria-labelledby")).split()) == {title.get("id"), described.get("id")}
    assert "No other combination beats" in str(described.text)
    legend = {str(text.text) for text in drawn.iter(f"{SVG}text")}
    assert {"point", "lsoa", "msoa", "ward", "district", "none"} <= legend
    shapes = {
        ET.tostring(child)
        for mark in drawn.iter(f"{SVG}g")
        if mark.get("class") == "mark"
        for child in mark
    }
    assert len(shapes) == 6
    marks = [mark for mark in drawn.iter(f"{SVG}g") if mark.find(f"{SVG}title") is not None]
    assert len(marks) == 2 * 3 * 2
