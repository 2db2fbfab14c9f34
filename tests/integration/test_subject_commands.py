"""``gateway subject``: the same cases by a terminal, and nothing personal in an argument."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import agreed
from tests.support.commands import Shell
from tests.support.house import new_house, send

pytestmark = pytest.mark.on_sqlite
WHO = "name: Zoë McAllister\nborn: 1984-03-12\naddress: 12 Example Road LE11 9ZZ\ntelephone: 01632 960101\n"
WHY = "--reason=Asked in writing what is held"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    with new_house(tmp_path / "home") as house:
        agreed.ready(house)
        send(
            house,
            [agreed.personal_row("p1", CALLER_NAME="Zoe McAllister"), agreed.personal_row("p2")],
        )
        agreed.page(house)
    return Shell(tmp_path / "home")


def test_a_case_from_its_opening_to_its_end(shell: Shell) -> None:
    told = shell.ok("subject", "open", WHY, "--received=2026-11-20", "--json", stdin=WHO).json
    case = told["case"]
    assert [one["incident"] for one in told["proposals"] if one["must_decide"]] == [1]
    assert told["proposals"][0]["decided"] == ""

    early = shell("subject", "answer", case, WHY)
    assert (early.code, "Confirm or reject" in early.err) == (1, True)
    for one in told["proposals"]:
        shell.ok(
            "subject",
            "decide",
            case,
            str(one["incident"]),
            "--confirm" if one["incident"] == 1 else "--reject",
        )
    shown = shell.ok("subject", "show", case)
    assert "Charnwood Borough Council" in shown.out
    assert (
        shell.ok("subject", "show", case, "--json").json["disclosures"][0]["agreement"]
        == "police-council"
    )
    shell.ok("subject", "withhold", case, "1", "--ground=s45_4_b", stdin="short\n")
    assert "ground and the reason" in shell("subject", "close", case, "--outcome=answered").err
    shell.ok(
        "subject",
        "withhold",
        case,
        "1",
        "--ground=s45_4_b",
        stdin="An inquiry runs until January\n",
    )
    answer = shell.ok("subject", "answer", case, WHY).json
    assert (answer["records"], answer["something_withheld"]) == ([], True)
    shell.ok("subject", "close", case, "--outcome=answered")
    assert shell.ok("subject", "list", "--json").json["cases"][0]["state"] == "closed"
    assert "0 cases" in shell.ok("subject", "destroy").out


def test_the_clock_a_second_search_and_what_does_not_fit(shell: Shell) -> None:
    case = shell.ok("subject", "open", WHY, "--json", stdin=WHO).json["case"]
    shell.ok("subject", "search", case, WHY, "--json", stdin="name: Ada Example\n")
    shell.ok("subject", "clock", case, "clarification_asked")
    shell.ok("subject", "clock", case, "clarified")
    shell.ok("subject", "clock", case, "extended", stdin="Three systems are to be searched\n")
    for arguments, stdin in (
        (("search", case, "--reason=short"), WHO),
        (("search", case, WHY), "nothing"),
        (("clock", case, "none-such"), ""),
        (("clock", case, "clarified"), ""),
        (("open", WHY, "--received=yesterday"), WHO),
        (("close", case, "--outcome=withdrawn"), "no\n"),
    ):
        refused = shell("subject", *arguments, stdin=stdin)
        assert refused.code in {1, 2}, arguments
        assert "McAllister" not in refused.err
    shell.ok(
        "subject",
        "close",
        case,
        "--outcome=withdrawn",
        stdin="She wrote that she needs it no more\n",
    )
    assert json.loads(shell("subject", "list", "--overdue", "--json").out) == {"cases": []}
