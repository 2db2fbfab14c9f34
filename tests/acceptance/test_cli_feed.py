"""`gateway feed`, `explain` and `geography`: try before taking in, ask why, load places."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from gateway.assembly import open_house
from tests.support.commands import Shell
from tests.support.nsir_rows import nsir_file, nsir_rows
from tests.support.real_data import real, street_month

CANARY = "zebedee-canary-ffoulkes"
FEED = """
name = "rural-cad"
title = "Command and control of an example force"
adapter = "police_nsir"
controller = "leicestershire-police"
role = "processor"
contract = "example-2026"
[settings]
delimiter = ";"
"""
STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
    ",2025-06,Example Police,Example Police,-1.201,52.771,On or near Example Street,E01000000,"
    "Example 001A,Anti-social behaviour,,\n"
    ",2025-06,Example Police,Example Police,-1.202,52.772,On or near Example Road,E01000000,"
    "Example 001A,Anti-social behaviour,,\n"
)
SQUARE = [[[-1.3, 52.7], [-1.1, 52.7], [-1.1, 52.8], [-1.3, 52.8], [-1.3, 52.7]]]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "home")
    made.ok("db", "upgrade")
    return made


def written(tmp_path: Path, text: str | bytes, name: str = "feed.toml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def wards(code: str = "E05000001") -> str:
    feature = {
        "type": "Feature",
        "properties": {"WD23CD": code, "WD23NM": "Example"},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


# ------------------------------------------------------------------------------------- feeds
def test_a_feed_is_added_and_takes_files_by_its_settings(shell: Shell, tmp_path: Path) -> None:
    rows = nsir_rows(30)
    out = io.StringIO()
    sheet = csv.DictWriter(out, list(rows[0]), delimiter=";")
    sheet.writeheader()
    sheet.writerows(rows)
    file = written(tmp_path, out.getvalue().encode("windows-1252"), "cad.csv")

    shell.ok("feed", "add", written(tmp_path, FEED))
    receipt = shell.ok("ingest", "rural-cad", file, "--json", "--batch", "4").json

    assert receipt["received"] == 30
    assert receipt["recorded"] > 15


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('controller = "leicestershire-police"\n', "", "/controller"),
        ('role = "processor"\n', "", "/role"),
        ('contract = "example-2026"\n', "", "feed.contract"),
        ('"leicestershire-police"', f'"{CANARY}"', "feed.controller"),
        ('role = "', 'received_under = "no-such"\nrole = "', "feed.received_under"),
        ('adapter = "police_nsir"', f'adapter = "{CANARY}"', "No adapter"),
        ('delimiter = ";"', f'delimiter = "{CANARY}"', "/settings/delimiter"),
        ('delimiter = ";"', "[", "toml.malformed"),
    ],
)
def test_a_feed_without_controller_role_or_usable_settings_is_refused(
    shell: Shell, tmp_path: Path, before: str, after: str, says: str
) -> None:
    ran = shell("feed", "add", written(tmp_path, FEED.replace(before, after)))

    assert ran.code == 1
    assert says in ran.err
    assert CANARY not in ran.err
    assert "rural-cad" not in shell.ok("feed", "list").out


def test_trying_a_file_stores_nothing_and_counts_as_intake_would(
    shell: Shell, tmp_path: Path
) -> None:
    file = written(tmp_path, nsir_file(200), "cad.csv")
    before = shell.ok("db", "status", "--json").json

    tried = shell.ok("feed", "try", file, "--feed", "police-nsir", "--json").json

    # the file of the database may grow by its journal; what it says may not
    after = shell.ok("db", "status", "--json").json
    assert (after["log_size"], after["ledger_size"]) == (before["log_size"], before["ledger_size"])
    receipt = shell.ok("ingest", "police-nsir", file, "--json").json
    assert tried["received"] == receipt["received"] == sum(tried["outcomes"].values())
    assert tried["kinds"] == receipt["recorded_by_kind"]
    assert tried["mapping"] == receipt["mapping"]
    assert tried["outcomes"]["quarantined"] == receipt["quarantined"]


def test_ten_rows_are_shown_before_and_after(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    file = written(tmp_path, nsir_file(60), "cad.csv")

    document = shell.ok("feed", "try", file, "--adapter", "police_nsir", "--json").json
    shown = shell.ok("feed", "try", file)

    assert not shell.home.exists()
    assert len(document["rows"]) == 10
    for row in document["rows"]:
        assert row["before"]["URN"]
        after = json.dumps([row["depersonalised"], row["statistics"]])
        for column in ("URN", "CALLER_NAME", "CALLER_TEL", "RESULT_TEXT", "LOCATION"):
            assert row["before"].get(column, "\0") not in after
        assert row["depersonalised"]["kind"] == row["statistics"]["kind"]
    assert shown.out.startswith("60 rows read as police_nsir")


def test_unknown_codes_become_a_csv_to_fill_in(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    file = written(tmp_path, nsir_file(400), "cad.csv")
    target = tmp_path / "codes.csv"

    document = shell.ok("feed", "try", file, "--unmapped", target, "--json").json
    again = shell("feed", "try", file, "--unmapped", target)

    listed = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))
    assert {row["code"] for row in listed} == set(document["unlisted"]) != set()
    assert again.code == 1


def test_a_file_that_cannot_be_tried_is_a_sentence(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    strange = written(tmp_path, f"{CANARY},b\n1,2\n", "a.csv")
    file = written(tmp_path, nsir_file(5), "cad.csv")

    refused = [
        shell("feed", "try", strange),
        shell("feed", "try", strange, "--adapter", "police_nsir"),
        shell("feed", "try", file, "--adapter", CANARY),
        shell("feed", "try", file, "--adapter", "police_nsir", "--feed", "police-nsir"),
        shell("feed", "try", tmp_path / "absent.csv"),
    ]

    assert [ran.code for ran in refused] == [1] * 5
    assert all(CANARY not in ran.out + ran.err for ran in refused)


# ----------------------------------------------------------------------------------- explain
def test_why_a_record_goes_is_explained_by_its_reference_on_standard_input(
    shell: Shell, tmp_path: Path
) -> None:
    rows = nsir_rows(40)
    file = written(tmp_path, json.dumps(rows), "cad.json")
    shell.ok("ingest", "police-nsir", file)
    shell.ok("subscription", "add", "--id", "fire", "--partner", "llr-fire", "--power",
             "section_17a", "--purpose", "section_17a_duty", "--lane", "depersonalised")  # fmt: skip
    asked = ("explain", "--feed", "police-nsir", "--subscription", "fire")

    answers = [shell(*asked, "--json", stdin=row["URN"] + "\n") for row in rows]
    known = next(row for row, ran in zip(rows, answers, strict=True) if ran.code == 0)
    text = shell.ok(*asked, "--day", "2026-11-23", stdin=known["URN"])

    documents = [ran.json for ran in answers if ran.code == 0]
    assert {document["decision"] for document in documents} == {"release"}
    assert all(document["unmet"] == [] and document["met"] for document in documents)
    assert "RELEASE · section_17a" in text.out
    assert known["URN"] not in text.out + text.err

    shell.ok("correct", "restrict", "--feed", "police-nsir", stdin=known["URN"])
    first = shell.ok(*asked, stdin=known["URN"]).out.splitlines()[0]
    assert first == "NOT RELEASED · the record is restricted: no version goes to anybody."


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--feed", "police-nsir", "--subscription", "fire"), 1),
        (("--feed", "no-feed", "--subscription", "fire"), 1),
        (("--feed", "police-nsir", "--subscription", "fire", "--day", CANARY), 2),
    ],
)
def test_what_cannot_be_explained_is_not_echoed(
    shell: Shell, words: tuple[str, ...], code: int
) -> None:
    ran = shell("explain", *words, stdin=CANARY)

    assert ran.code == code
    assert CANARY not in ran.out + ran.err
    assert shell("explain", *words[:4], stdin="").code == 2


# --------------------------------------------------------------------------------- geography
def test_an_edition_is_loaded_once_and_replaces_nothing(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, STREET, "2025-06-example-street.csv")
    other = written(tmp_path, STREET.replace("-1.201", "-1.204"), "other.csv")
    asked = ("--kind", "police-uk-points", "--json")

    first = shell.ok("geography", "load", file, *asked).json
    again = shell.ok("geography", "load", file, *asked).json
    taken = shell("geography", "load", other, *asked)
    named = shell.ok("geography", "load", other, *asked, "--edition", "2025-06b").json

    assert (first["edition"], first["rows"], first["added"]) == ("2025-06", 2, True)
    assert again == first | {"added": False}
    assert taken.code == 1
    assert "geography.edition_taken" in taken.err
    assert named["added"]
    listed = shell.ok("geography", "list", "--json").json["geographies"]
    assert [row["edition"] for row in listed] == ["2025-06", "2025-06b"]
    with open_house(shell.home) as house:
        last = house.reader.leaf(house.reader.head().ledger_size - 1)
    assert last is not None
    assert b'"operation":"geography"' in last[0]


def test_areas_loaded_say_where_rows_lie(shell: Shell, tmp_path: Path) -> None:
    row = nsir_rows(1)[0] | {"EASTING": "454000", "NORTHING": "319000"}
    shell.ok("geography", "load", written(tmp_path, wards(), "wards.json"), "--kind", "wards")
    shell.ok("ingest", "police-nsir", written(tmp_path, json.dumps(row), "row.json"))

    with open_house(shell.home) as house, house.reader.connection() as connection:
        found = connection.exec_driver_sql("SELECT ward_code, detail FROM log").one()

    assert found[0] == "E05000001"
    assert "wards" in found[1] or "ward" in found[1]


@pytest.mark.parametrize(
    ("content", "words", "rule"),
    [
        ("{", ("--kind", "wards"), "geography.not_json"),
        (wards(CANARY), ("--kind", "wards"), "geography.code"),
        (wards(), ("--kind", "lsoa"), "geography.edition"),
        (wards(), ("--kind", "lsoa", "--edition", "2021"), "geography.code"),
        (wards(), ("--kind", "wards", "--edition", "A Name"), "geography.edition"),
        (STREET.replace("Month", "Mois"), ("--kind", "police-uk-points"), "geography.edition"),
        ("a,b\n1,2\n", ("--kind", "police-uk-points", "--edition", "1"), "geography.column"),
    ],
)
def test_a_geography_file_that_cannot_be_used_is_refused(
    shell: Shell, tmp_path: Path, content: str, words: tuple[str, ...], rule: str
) -> None:
    ran = shell("geography", "load", written(tmp_path, content, "file"), *words)

    assert ran.code == 1
    assert rule in ran.err
    assert CANARY not in ran.err
    assert shell.ok("geography", "list", "--json").json["geographies"] == []


def test_the_wards_of_two_districts_are_one_edition(shell: Shell, tmp_path: Path) -> None:
    one = written(tmp_path, wards("E05000001"), "one.json")
    two = written(tmp_path, wards("E05000002"), "two.json")

    loaded = shell.ok("geography", "load", one, two, "--kind", "wards", "--json").json
    twice = shell("geography", "load", one, one, "--kind", "wards")

    assert (loaded["edition"], loaded["rows"]) == ("2023", 2)
    assert "geography.code_twice" in twice.err


@pytest.mark.real_data
def test_real_editions_are_loaded(shell: Shell) -> None:
    files = [street_month(f"2025-{month:02d}") for month in range(1, 7)]
    outlines = real("geo/charnwood-wards-uk-geojson-2017.json")

    points = shell.ok("geography", "load", *files, "--kind", "police-uk-points", "--json").json
    loaded = shell.ok("geography", "load", outlines, "--kind", "wards", "--json").json

    assert (points["edition"], points["rows"]) == ("2025-06", 9_996)
    assert (loaded["edition"], loaded["rows"]) == ("2013", 28)
