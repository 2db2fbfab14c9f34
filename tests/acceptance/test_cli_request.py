"""`gateway request`: the operator lists, shows, answers and reviews on the holder's word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import Exit
from tests.support.agreed import CALLER, POSTS
from tests.support.asking import answer, asked, ready_to_ask
from tests.support.commands import Shell
from tests.support.house import SENDER, new_house

OFFICE = ("--office", POSTS[SENDER])


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    with new_house(tmp_path / "home") as house:
        requests = ready_to_ask(house)
        return [asked(house, requests), asked(house, requests, urgent="She is afraid tonight.")]


def test_requests_are_listed_answered_and_reviewed(tmp_path: Path, names: list[str]) -> None:
    shell = Shell(tmp_path / "home")
    calm, urgent = names
    given = json.dumps(answer().model_dump(mode="json", exclude_none=True))

    # the house's clock stood in November 2026: both are overdue at any later day, or not yet
    listed = shell("request", "list", "--json")
    assert {row["id"] for row in listed.json["requests"]} == set(names)
    assert CALLER not in listed.out
    assert CALLER in shell("request", "show", calm, "--json").out
    assert shell("request", "answer", calm, *OFFICE, stdin="{}").code == Exit.USAGE
    assert "Answered" in shell("request", "answer", calm, *OFFICE, stdin=given).out
    assert shell("request", "answer", calm, *OFFICE, stdin=given).code != Exit.OK
    assert shell("request", "answer", urgent, "--office", "Cleaner", stdin=given).code != Exit.OK
    assert "Answered" in shell("request", "answer", urgent, "--office", "Deputy", stdin=given).out
    assert shell("request", "review", urgent, stdin="").code == Exit.USAGE
    assert "Ended" in shell("request", "review", urgent, "--ends", stdin="It went too far.\n").out
    assert shell.ok("verify").code == Exit.OK
    assert "answered" in shell("request", "show", calm).out
