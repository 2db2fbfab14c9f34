"""``gateway document``: what can be made, the file, and its entry in the ledger."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.assembly import open_house
from gateway.cli import Exit
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.agreeing import ID, example, new_shell
from tests.support.commands import Shell
from tests.support.stores import database_for


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return new_shell(tmp_path)


def test_every_document_is_listed_with_what_is_not_recorded(shell: Shell, tmp_path: Path) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    listed = shell.ok("document", "list", "--json").json["documents"]
    found = {(one["kind"], one["about"]): one["missing"] for one in listed}

    assert f"/agreements/{ID}/1/clauses/signed_copy" in found["sharing-agreement", f"{ID}.1"]
    assert "/settings/operator" in found["record-of-processing", "operator"]
    assert {kind for kind, _ in found} == {
        *("sharing-agreement", "impact-assessment", "record-of-processing", "privacy-notice"),
        *("accessibility-statement", "section-17a-annex"),
    }


def test_a_file_has_the_hash_that_the_ledger_keeps_and_may_be_attached(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("agreement", "add", example(tmp_path))
    file = tmp_path / "agreement.html"
    told = shell.ok("document", "make", "sharing-agreement", f"{ID}.1", "-o", file)
    digest = sha256(file.read_bytes()).hexdigest()

    assert digest in told.out
    assert "not yet recorded" in told.err
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    again = shell.ok("document", "make", "sharing-agreement", f"{ID}.1").out
    assert sha256((again.rstrip() + "\n").encode()).hexdigest() == digest
    shell.ok("verify")


def test_json_is_the_same_document_by_machine(shell: Shell) -> None:
    made = json.loads(shell.ok("document", "make", "impact-assessment", "--format", "json").out)

    assert made["kind"] == "impact-assessment"
    assert made["sections"][0]["blocks"][0]["cites"].startswith("UK GDPR art. 35")


def test_what_does_not_exist_is_refused(shell: Shell) -> None:
    for asked in (("no-such-kind",), ("privacy-notice", "nobody"), ("statistics-answer", "2026Q3")):
        assert shell("document", "make", *asked).code == Exit.USAGE, asked


def test_an_answer_with_statistics_says_what_is_published_and_nothing_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_house(home, database=database_for(home), create=True) as house:
        houses.subscribe(house, name="fire-tables", lane=Lane.STATISTICS)
        when = {"CREATED": "02/09/2026 21:47", "INCIDENT_DATE": "02/09/2026 21:40"}
        codes = ("211", "213")
        houses.send(house, [houses.row(f"r{n}", codes[n % 6 == 0], **when) for n in range(30)])
    shell = Shell(home)
    shell.ok("statistics", "publish", "--period", "2026Q3")
    show = ("statistics", "show", "2026q3.1", "--json")
    shown = [
        row
        for by in ("none", "area", "behaviour", "sub_behaviour")
        for row in shell.ok(*show, "--by", by).json["rows"]
    ]
    made = json.loads(shell.ok("document", "make", "statistics-answer", "--format", "json").out)
    lines = [
        [cell["text"] for cell in row]
        for section in made["sections"]
        if section["id"].startswith("p2026")
        for row in section["blocks"][0]["rows"]
    ]
    numbers = {line[3] for line in lines}

    assert lines
    assert "hidden" in numbers
    assert all(": " in line[4] for line in lines if line[3] == "hidden"), "each says by which rule"
    assert numbers - {"hidden"} <= {
        f"{row['number']:,}" for row in shown if row["number"] is not None
    }
