"""`gateway prepare`: depersonalised at the holder, taken in by the gateway, revised and taken back by id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters import source
from schemas.released import DepersonalisedIncident
from tests.acceptance.test_cli_geography import OUTLINE, STREET
from tests.support.commands import Shell
from tests.support.house import row
from tests.support.nsir_rows import nsir_file

FEED = """\
name = "police-prepared"
title = "Police incidents, depersonalised by their holder"
adapter = "prepared"
controller = "leicestershire-police"
role = "processor"
contract = "c-1"
regime = "law_enforcement"
district_code = "E07000130"
"""
PARTS = ("recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def parts(receipt: dict[str, Any]) -> dict[str, int]:
    return {part: receipt[part] for part in PARTS if receipt[part]}


def prepared(shell: Shell, tmp_path: Path, rows: list[dict[str, str]]) -> Path:
    sent, out = tmp_path / "rows.json", tmp_path / "records.ndjson"
    sent.write_text(json.dumps(rows), encoding="utf-8")
    shell.ok("prepare", "police-nsir", sent, "--key", tmp_path / "key", "--out", out)
    return out


def test_what_is_prepared_holds_nothing_personal_and_needs_no_home(
    shell: Shell, tmp_path: Path
) -> None:
    file, out = tmp_path / "cad.csv", tmp_path / "records.ndjson"
    file.write_bytes(nsir_file(400))

    report = shell.ok(
        "prepare", "police-nsir", file, "--key", tmp_path / "key", "--out", out, "--json"
    )
    lines = out.read_text(encoding="utf-8").splitlines()

    records = [DepersonalisedIncident.model_validate_json(line) for line in lines]
    assert report.json["received"] == 400
    assert len(records) == report.json["written"] + report.json["withdrawn"]
    assert report.json["written"] == report.json["outcomes"]["mapped"] > 200
    for personal in ("EXAMPLE", "9ZZ", "07700", "01632"):
        assert personal not in "\n".join(line.split('"version"')[1] for line in lines)
        assert personal not in report.out
    assert not (tmp_path / "home").exists()
    assert (tmp_path / "key").stat().st_mode & 0o77 == 0


def test_the_holders_own_areas_and_points_give_prepared_records_a_place(
    shell: Shell, tmp_path: Path
) -> None:
    outline, points = tmp_path / "lsoa.json", tmp_path / "2025-06-example-street.csv"
    outline.write_text(json.dumps(OUTLINE), encoding="utf-8")
    points.write_text(STREET, encoding="utf-8")
    shell.ok("db", "upgrade")
    shell.ok("geography", "load", outline, "--kind", "lsoa")
    sent = tmp_path / "rows.json"
    sent.write_text(json.dumps([row("a"), row("b", "213")]), encoding="utf-8")
    asked = ("prepare", "police-nsir", sent, "--key", tmp_path / "key")

    def places(*more: str) -> list[dict[str, Any]]:
        return [json.loads(line)["place"] for line in shell.ok(*asked, *more).out.splitlines()]

    assert {place["level"] for place in places()} == {"none"}
    assert {place["code"] for place in places("--places")} == {"E01000001"}
    shell.ok("geography", "load", points, "--kind", "police-uk-points")
    assert {place["level"] for place in places("--places")} == {"map_point"}


def test_prepared_records_are_recorded_revised_and_taken_back_by_the_holders_ids(
    shell: Shell, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.toml"
    feed.write_text(FEED, encoding="utf-8")
    shell.ok("db", "upgrade")
    shell.ok("feed", "add", feed)

    first = prepared(shell, tmp_path, [row("a"), row("b", "213"), row("c", "202")])
    recorded = shell.ok("ingest", "police-prepared", first, "--json").json
    again = shell.ok("ingest", "police-prepared", first, "--json").json
    second = prepared(shell, tmp_path, [row("a"), row("b", "506"), row("c", "213")])
    changed = shell.ok("ingest", "police-prepared", second, "--json").json

    assert parts(recorded) == {"recorded": 3}
    assert recorded["mapping"] == {"mapped": 3}
    assert parts(again) == {"duplicate": 3}
    assert parts(changed) == {"duplicate": 1, "revised": 1, "out_of_scope": 1}
    shell.ok("verify")


def test_the_same_key_gives_the_same_ids_and_another_key_others(
    shell: Shell, tmp_path: Path
) -> None:
    sent = tmp_path / "rows.json"
    sent.write_text(json.dumps([row("a"), row("b")]), encoding="utf-8")

    one, two, other = (
        shell.ok("prepare", "police-nsir", sent, "--key", tmp_path / name).out
        for name in ("one", "one", "other")
    )

    ids = [json.loads(line)["id"] for line in one.splitlines()]
    assert one == two
    assert len(set(ids)) == 2
    assert not set(ids) & {json.loads(line)["id"] for line in other.splitlines()}


def test_a_landlords_and_a_councils_files_are_prepared_too(shell: Shell, tmp_path: Path) -> None:
    key = tmp_path / "key"
    for name in ("cnh_housing", "street_management"):
        rows = [dict(one.given) for one in source(name).examples if not one.settings]
        sent = tmp_path / f"{name}.json"
        sent.write_text(json.dumps(rows), encoding="utf-8")

        ran = shell.ok("prepare", name.replace("_", "-"), sent, "--key", key)

        lines = [json.loads(line) for line in ran.out.splitlines()]
        told = json.dumps([{k: v for k, v in line.items() if k != "id"} for line in lines])
        assert len(lines) >= 3
        assert "xample" not in told
        assert "rows read" in ran.err


def test_identical_rows_without_a_reference_stay_apart(shell: Shell, tmp_path: Path) -> None:
    sent = tmp_path / "street.json"
    published = dict(source("police_uk").examples[0].given)
    published["Crime ID"] = ""
    sent.write_text(json.dumps([published, published]), encoding="utf-8")

    ran = shell.ok("prepare", "police-uk", sent, "--key", tmp_path / "key")

    assert len({json.loads(line)["id"] for line in ran.out.splitlines()}) == 2


def test_a_feed_may_be_a_file_with_settings_of_its_own_and_withdrawals_may_be_left_out(
    shell: Shell, tmp_path: Path
) -> None:
    feed, sent = tmp_path / "feed.toml", tmp_path / "rows.csv"
    feed.write_text(
        'name = "cad"\ntitle = "t"\nadapter = "police_nsir"\ncontroller = "leicestershire-police"\n'
        'role = "processor"\ncontract = "c"\n[settings]\ndelimiter = "|"\n',
        encoding="utf-8",
    )
    rows = [row("a"), row("b", "506")]
    head = list(rows[0])
    lines = ["|".join(head), *("|".join(one[name] for name in head) for one in rows)]
    sent.write_text("\n".join(lines), encoding="utf-8")

    all_of_it = shell.ok("prepare", feed, sent, "--key", tmp_path / "key").out
    less = shell.ok("prepare", feed, sent, "--key", tmp_path / "key", "--no-withdrawals").out

    assert len(all_of_it.splitlines()) == 2
    assert len(less.splitlines()) == 1


def test_what_cannot_be_done_is_said(shell: Shell, tmp_path: Path) -> None:
    sent, bad = tmp_path / "rows.json", tmp_path / "bad"
    broken = {**row("a"), "CREATED": "soon", "INCIDENT_DATE": "soon"}
    sent.write_text(json.dumps([broken]), encoding="utf-8")
    bad.write_text("no key", encoding="utf-8")
    key = ("--key", tmp_path / "key")

    refused = shell("prepare", "police-nsir", sent, *key)

    assert refused.code == 1
    assert "time.unreadable" in refused.err
    assert shell("prepare", "no-such", sent, *key).code == 2
    assert shell("prepare", "police-nsir", sent, "--key", bad).code == 78
    assert shell("prepare", "police-nsir", sent, *key, "--json").code == 2
    assert shell("prepare", "police-nsir", sent, "--key", tmp_path / "no" / "key").code == 2
    assert shell("prepare", "police-nsir", sent, *key, "--out", tmp_path / "no" / "out").code == 2
