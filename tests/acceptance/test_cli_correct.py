"""`gateway correct`: records are retracted, restricted, lifted and erased by the IG lead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.casework import cases_of
from gateway.cli import Exit
from gateway.settings import Settings
from schemas.corrections import CaseKind, CaseOpening, CaseStep, Origin
from tests.support import house as houses
from tests.support.commands import Shell

FEED = ("--feed", "police-nsir")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    with houses.new_house(tmp_path / "home") as house:
        houses.send(house, houses.rows(8))
    return Shell(tmp_path / "home")


def test_references_are_read_from_standard_input_and_counted(shell: Shell) -> None:
    ran = shell("correct", "restrict", *FEED, "--json", stdin="s0\ns1\ns0\n\nnone\n")

    assert ran.code == Exit.FOUND_WRONG
    told = ran.json
    assert (told["restricted"], told["unchanged"], told["unknown"]) == (2, 0, 1)
    assert shell("correct", "lift", *FEED, stdin="s0\ns3\n").out == (
        "lifted: 1, unchanged: 1, unknown: 0.\n"
    )
    assert shell.ok("verify").code == 0


def test_an_incident_may_be_named_by_its_number(shell: Shell) -> None:
    ran = shell("correct", "erase", *FEED, "--incidents", "--json", stdin="1\n2\n99\n")

    assert ran.json["erased"] == 2
    assert ran.json["unknown"] == 1
    assert shell("correct", "reapply").out == "Erased again: 0.\n"
    assert shell.ok("verify").code == 0


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("retract", *FEED, "--reason", "because"), "s0"),
        (("retract", *FEED), ""),
        (("erase", *FEED, "--incidents"), "s0"),
        (("erase", *FEED, "--actor", "Zebedee Canary"), "s0"),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    shell: Shell, arguments: tuple[str, ...], stdin: str
) -> None:
    ran = shell("correct", *arguments, stdin=stdin)

    assert ran.code == Exit.USAGE
    assert "s0" not in ran.err
    assert "Zebedee" not in ran.err


def test_a_feed_that_is_not_there_is_named_as_such(shell: Shell) -> None:
    assert shell("correct", "erase", "--feed", "none", stdin="s0").code == Exit.FOUND_WRONG


def test_cases_and_reports_are_listed_and_what_is_overdue_ends_with_1(tmp_path: Path) -> None:
    with houses.new_house(tmp_path / "home") as house:
        houses.send(house, houses.rows(2))
        cases = cases_of(house, Settings(home=house.home))
        opening = CaseOpening(
            kind=CaseKind.CONTEST,
            origin=Origin.SUBJECT,
            feed=houses.FEED,
            received=date(2026, 1, 5),
        )
        case = cases.open("ig-lead", opening, cases.look_up(houses.FEED, ["s0"]).incidents)
        cases.take(case, CaseStep.SENT_TO_SOURCE, "ig-lead")
    shell = Shell(tmp_path / "home")
    listed = shell("correct", "cases", "--overdue", "--json")

    assert listed.code == Exit.FOUND_WRONG
    (told,) = listed.json["cases"]
    assert (told["state"], told["due"], told["owed"]) == ("overdue", "2026-02-05", 0)
    (report,) = shell.ok("correct", "reports", "--json").json["corrections"]
    assert (report["wrong"], report["state"], report["by"]) == ("other", "reported", None)
    assert told["case"] in shell("correct", "cases").out
