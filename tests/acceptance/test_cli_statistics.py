"""`gateway statistics`: try, publish, list, show."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.assembly import open_house
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.commands import Shell
from tests.support.stores import database_for

pytestmark = pytest.mark.usefixtures("store")
PUBLISH = ("statistics", "publish", "--period", "2026Q3", "--json")


@pytest.fixture
def shell(store: str, tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    with open_house(home, database=database_for(home), create=True) as house:
        houses.subscribe(house, name="fire-tables", lane=Lane.STATISTICS)
        rows = [
            houses.row(
                f"r{number}",
                ("211", "213")[number % 3 == 0],
                CREATED="02/09/2026 21:47",
                INCIDENT_DATE="02/09/2026 21:40",
            )
            for number in range(30)
        ]
        houses.send(house, rows)
    return Shell(home)


def test_an_edition_is_tried_published_listed_shown_and_verified(shell: Shell) -> None:
    tried = shell(*PUBLISH, "--dry-run").json
    made = shell(*PUBLISH).json
    listed = shell("statistics", "list", "--json").json["editions"]
    shown = shell("statistics", "show", made["edition"], "--by", "behaviour", "--json").json

    assert (tried["leaf"], tried["rules"]) == (None, made["rules"])
    assert [(one["edition"], one["leaf"]) for one in listed] == [("2026q3.1", made["leaf"])]
    assert shown["rows"]
    assert "2026q3.1" in shell("statistics", "list").out
    assert "published_total" in shell("statistics", "show", "2026q3.1").out
    assert "is published" in shell(*PUBLISH[:-1]).out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("publish", "--period", "2026"), "That is no period."),
        (("publish", "--period", "2099-12"), "The period is not closed"),
        (("show", "2026q3.9"), "There is no such edition."),
    ],
)
def test_what_cannot_be_is_told(shell: Shell, arguments: tuple[str, ...], says: str) -> None:
    ran = shell("statistics", *arguments)

    assert ran.code != 0
    assert says in ran.err
