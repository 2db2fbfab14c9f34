"""``gateway law``: an IG lead puts her finger on a sentence and sees rule, test and last decision."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gateway.cli import Exit
from gateway.law.proven import results
from tests.support.commands import Shell
from tests.support.house import fill, new_house


def test_it_lists_every_requirement_as_json_with_exactly_what_was_promised(tmp_path: Path) -> None:
    ran = Shell(tmp_path)("law", "--json")

    assert [one["id"] for one in ran.json] == [f"L{number:02d}" for number in range(1, 63)]
    assert {tuple(one) for one in ran.json} == {("id", "state", "tests", "reason")}


def test_without_a_database_one_requirement_shows_the_packaged_words(tmp_path: Path) -> None:
    ran = Shell(tmp_path)("law", "l02")

    assert "s.115(2)(dza)" in ran.out
    assert "The recipient is listed in section 115(2) on the day" in ran.out
    assert "no decisions" in ran.err
    assert Shell(tmp_path)("law", "L99").code == Exit.USAGE


def test_a_report_that_is_missing_or_broken_counts_as_no_proof(tmp_path: Path) -> None:
    broken = tmp_path / "law.json"
    broken.write_text('{"L01": "passed"}', encoding="utf-8")

    assert results((tmp_path / "none.json",)) == {}
    assert results((broken,)) == {}


def test_in_a_house_it_says_when_a_rule_last_decided_and_how_often(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        fill(house)
        last = json.loads([counts for _, _, counts in house.reader.counts_of_releases()][-1])
    assert last["released"]

    ran = Shell(tmp_path)("law", "L43")

    assert "let go, 0 kept back" in ran.out  # everybody in this house is on the register
    assert "It has decided nothing here yet." in ran.out  # nothing was asked under section 115
    permit = Shell(tmp_path)("law", "L07")
    assert "A relevant authority must disclose the prescribed information" in permit.out
    told = r"Decided here: \d+ let go, 0 kept back, last on \d{4}-\d\d-\d\d \d\d:\d\d UTC"
    assert re.search(told, permit.out)
