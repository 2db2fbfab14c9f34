"""`gateway retention`, and what the IG lead sees of records that are kept and not used."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.verify import verify
from gateway.cli import Exit
from gateway.clock import FixedClock
from gateway.law.register import put_feed
from tests.support import agreed
from tests.support import house as houses
from tests.support.commands import Shell
from tests.support.requirements import law
from tests.support.server import running_gateway

FEED = ("--feed", "police-nsir")
WHY = ("--reason", "A claim is before the court.", "--until", "2199-12-31")


def new_shell(home: Path) -> Shell:
    with houses.new_house(home) as house:
        agreed.ready(house)
        feed = house.book.refresh().register.feeds["police-nsir"][1]
        house.writer.run(put_feed(feed.model_copy(update={"keep_days": 1}), house.act("operator")))
        house.book.refresh()
        houses.send(house, [agreed.personal_row(f"s{n}") for n in range(3)])
    return Shell(home)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A home whose records were recorded in November 2026, kept one day: over at any later day."""
    return new_shell(tmp_path / "home")


@pytest.fixture(scope="module")
def nothing_held(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Such a home for all that is refused: it stays as it is."""
    return new_shell(tmp_path_factory.mktemp("refused") / "home")


@law("L30")
def test_what_is_due_is_told_held_back_and_destroyed(shell: Shell) -> None:
    before = shell.ok("retention", "due", "--json").json
    assert before["feeds"]["police-nsir"] == {
        "sealed": 3,
        "sealed_held": 0,
        "records": 3,
        "records_held": 0,
        "rules": {"feed": 6},
    }

    placed = shell("retention", "hold", *FEED, *WHY, "--json", stdin="s0\ns0\nnobody\n")
    assert (placed.code, placed.json["unknown"]) == (Exit.FOUND_WRONG, 1)
    assert placed.json["hold"]["records"] == 1
    (told,) = shell.ok("retention", "show", *FEED, "--json", stdin="s0\n").json["versions"]
    assert told["held"] == [placed.json["hold"]["id"]]
    assert (told["recorded_on"], told["delete_by"]) == ("2026-11-23", "2026-11-24")
    assert set(told["rules"]) == {"feed", "police-council:1"}
    assert told["review_by"] == "2027-11-01"

    table = shell.ok("retention", "show", *FEED, stdin="s0\n").out
    assert "feed (2026-11-24); police-council:1 (" in " ".join(table.split())
    unknown = shell("retention", "show", *FEED, stdin="nobody\n")
    assert (unknown.code, unknown.out) == (Exit.FOUND_WRONG, "")
    assert "no record is known" in unknown.err

    done = shell.ok("retention", "run", "--json", "--actor", "ig-lead").json
    assert (done["feeds"]["police-nsir"]["sealed"], done["feeds"]["police-nsir"]["records"]) == (
        2,
        2,
    )
    assert shell("retention", "show", *FEED, stdin="s1\n").code == Exit.FOUND_WRONG
    after = shell.ok("retention", "due", "--json").json
    assert after["feeds"]["police-nsir"]["records_held"] == 1
    assert after["holds"][0]["reason"] == WHY[1]
    assert "court" in shell.ok("retention", "holds").out
    assert "court" in shell.ok("retention", "due").err

    shell.ok("retention", "lift", placed.json["hold"]["id"])
    assert shell("retention", "lift", placed.json["hold"]["id"]).code != 0
    assert "lifted" in shell.ok("retention", "holds").out
    shell.ok("retention", "run")
    assert shell.ok("verify").code == 0


@law("L30")
def test_a_case_and_a_whole_feed_are_held(shell: Shell) -> None:
    shell.ok("retention", "hold", *FEED, *WHY, "--case", stdin="ASB/2026/0117\n")
    assert shell.ok("retention", "due", "--json").json["feeds"]["police-nsir"]["records"] == 3
    shell.ok("retention", "hold", *FEED, *WHY, "--whole-feed")

    due = shell.ok("retention", "due", "--json").json["feeds"]["police-nsir"]
    assert (due["records"], due["records_held"], due["sealed_held"]) == (0, 3, 3)
    listed = shell.ok("retention", "holds", "--json").json["holds"]
    assert [one["stands"] for one in listed] == [True, True]
    assert "0117" not in str(listed)


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("hold", *WHY), "s0"),
        (("hold", *FEED, *WHY, "--whole-feed", "--case"), "s0"),
        (("hold", *FEED, *WHY), "nobody"),
        (("hold", *FEED, *WHY), ""),
        (("hold", "--feed", "none", *WHY), "s0"),
        (("hold", *FEED, "--reason", " ", "--until", "2199-12-31"), "s0"),
        (("hold", *FEED, "--reason", "why", "--until", "soon"), "s0"),
        (("hold", *FEED, "--reason", "why", "--until", "2020-01-01"), "s0"),
        (("show", "--feed", "none"), "s0"),
    ],
)
def test_what_cannot_be_held_is_refused_and_nothing_is(
    nothing_held: Shell, arguments: tuple[str, ...], stdin: str
) -> None:
    ran = nothing_held("retention", *arguments, stdin=stdin)

    assert ran.code != 0
    assert nothing_held.ok("retention", "holds", "--json").json == {"holds": []}


@law("L29")
def test_contested_records_have_a_word_of_their_own_and_the_ig_lead_sees_them(shell: Shell) -> None:
    shell.ok("correct", "restrict", *FEED, "--reason", "accuracy_contested", stdin="s0\n")
    shell.ok("correct", "restrict", *FEED, "--reason", "under_review", stdin="s2\n")

    listed = shell.ok("correct", "restricted", "--json").json["records"]

    assert [(one["incident"], one["state"]) for one in listed] == [
        (1, "contested"),
        (3, "restricted"),
    ]
    assert "contested" in shell.ok("correct", "restricted").out
    shell.ok("correct", "lift", *FEED, "--reason", "accuracy_confirmed", stdin="s0\n")
    assert len(shell.ok("correct", "restricted", "--json").json["records"]) == 1


@law("L30")
def test_a_running_gateway_destroys_on_the_day_by_itself(tmp_path: Path) -> None:
    with houses.new_house(tmp_path) as house:
        agreed.ready(house, retention_days=30)
        houses.send(house, [agreed.personal_row("s0")])
        assert len(agreed.sealed_halves(house)) == 1
    day = FixedClock(houses.NOW + timedelta(days=30))

    with running_gateway(tmp_path, clock=day) as gateway:
        until = time.monotonic() + 20
        while agreed.sealed_halves(gateway.house):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert verify(gateway.house.database, gateway.house.keys).findings == ()
