"""`gateway crosswalk`: lists are shown, and a change is shown before it is applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.crosswalk import schemes
from tests.support.commands import Shell
from tests.support.house import row

SETTINGS = """\
[settings.force]
name = "example"
version = "2"
rows = [{ code = "801", label = "Fly tipping", default = "litter_rubbish" }]
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_the_packaged_lists_are_listed_and_shown(shell: Shell) -> None:
    listed = shell.ok("crosswalk", "list", "--json").json["schemes"]
    rules = shell.ok("crosswalk", "show", "housemark_asb", "--json").json["rules"]

    assert [one["name"] for one in listed] == list(schemes())
    assert {"A", "O"} <= {one["code"] for one in rules}
    assert "HouseMark" in shell.ok("crosswalk", "list").out
    assert "pcn.27" in shell.ok("crosswalk", "show", "pcn").out
    assert shell("crosswalk", "show", "no_such").code != 0


def test_a_change_is_shown_first_and_recorded_only_when_it_is_said(
    shell: Shell, tmp_path: Path
) -> None:
    file, settings = tmp_path / "rows.json", tmp_path / "settings.toml"
    file.write_text(json.dumps([row("a", "801"), row("b", "204")]), encoding="utf-8")
    settings.write_text(SETTINGS, encoding="utf-8")
    shell.ok("ingest", "police-nsir", file)
    asked = ("crosswalk", "apply", "police-nsir", "--owner", "asb-lead", "--date", "2026-11-01")
    change = ("--settings", str(settings))

    shown = shell.ok(*asked, *change).out
    nothing = shell.ok(*asked, "--json").json
    applied = shell.ok(*asked, *change, "--yes", "--json").json
    again = shell.ok(*asked, "--yes").out

    assert "1 of 2 incidents change" in shown
    assert "Nothing was changed" in shown
    assert nothing["changes"] == []
    assert applied["changes"] == [
        {"code": "801", "was": "unclassified", "is": "litter_rubbish", "incidents": 1}
    ]
    assert applied["applied"] == {"revised": 1, "retracted": 0, "moved": 0}
    assert applied["owner"] == "asb-lead"
    assert "0 of 2 incidents change" in again
    shell.ok("verify")


def test_an_owner_is_a_post_and_a_feed_must_exist(shell: Shell) -> None:
    shell.ok("db", "upgrade")
    named = ("crosswalk", "apply", "police-nsir", "--date", "2026-11-01", "--owner")

    assert shell(*named, "Mr A Example").code != 0
    assert shell("crosswalk", "apply", "none", "--date", "2026-11-01", "--owner", "lead").code == 2
