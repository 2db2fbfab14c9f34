"""A partner replaced on a date: what is to novate, and a subscription that goes on where it had come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.assembly import open_house
from gateway.clock import FixedClock
from tests.support.commands import Shell
from tests.support.house import (
    FIRE,
    FIRE_SUBSCRIPTION,
    NOW,
    SENDER,
    new_house,
    rows,
    send,
    subscribe,
)
from tests.support.requirements import law
from tests.support.stores import database_for

SUCCESSOR = "east-midlands-fire"


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    with new_house(tmp_path / "home") as house:
        subscribe(house, FIRE_SUBSCRIPTION, FIRE)
        send(house, rows(2))
        page = house.door.pull(FIRE_SUBSCRIPTION, FIRE, "fire-system", None, 100).page
        house.door.pull(FIRE_SUBSCRIPTION, FIRE, "fire-system", page.cursor, 100)
        (tmp_path / "cursor").write_text(page.cursor, encoding="utf-8")
    return Shell(tmp_path / "home")


@law("L62", "L07")
def test_a_successor_takes_a_subscription_over_where_it_had_come_to(
    tmp_path: Path, shell: Shell
) -> None:
    kind = '[[kinds]]\nkind = "combined_fire_authority"\n'
    ended = (
        f'id = "{FIRE}"\nname = "Old"\nvalid_to = 2020-04-01\nsucceeded_by = "{SUCCESSOR}"\n{kind}'
    )
    new = f'id = "{SUCCESSOR}"\nname = "New"\nvalid_from = 2020-04-01\n{kind}'
    asked = ("subscription", "add", "--id", FIRE_SUBSCRIPTION, "--partner", SUCCESSOR)
    terms = ("--power", "section_17a", "--purpose", "section_17a_duty", "--lane", "depersonalised")

    shell.ok("partner", "add", written(tmp_path, "new.toml", new))
    assert shell(*asked, *terms).code != 0
    shell.ok("partner", "add", written(tmp_path, "old.toml", ended))
    before = shell.ok("partner", "show", FIRE, "--json").json["succession"]
    after = shell.ok("partner", "show", SUCCESSOR, "--json").json["succession"]
    shell.ok(*asked, *terms)

    assert before == {
        "successor": SUCCESSOR,
        "on": "2020-04-01",
        "subscriptions_to_novate": [FIRE_SUBSCRIPTION],
    }
    assert after == {"predecessors": [FIRE]}
    assert "succession" not in shell.ok("partner", "show", SENDER, "--json").json
    with open_house(
        tmp_path / "home", database=database_for(tmp_path / "home"), clock=FixedClock(NOW)
    ) as house:
        send(house, rows(1, begin=4))
        cursor = (tmp_path / "cursor").read_text(encoding="utf-8")
        pulled = house.door.pull(FIRE_SUBSCRIPTION, SUCCESSOR, "fire-system", cursor, 100)
        assert len(pulled.page.records) == 1


def test_the_reference_of_a_case_review_is_kept_as_a_keyed_hash(
    tmp_path: Path, shell: Shell
) -> None:
    terms = ("--power", "asb_case_review", "--purpose", "asb_case_review", "--lane", "personal")
    asked = ("subscription", "add", "--id", "review", "--partner", "charnwood-bc", *terms)

    assert shell(*asked, "--case-review", stdin="").code == 2
    ran = shell.ok(*asked, "--case-review", stdin="zebedee review 12\n")
    (stored,) = [
        one
        for one in shell.ok("subscription", "list", "--json").json["subscriptions"]
        if one["id"] == "review"
    ]

    assert len(stored["case_review"]) == 64
    assert "names a data-sharing agreement" in ran.err
    assert "zebedee" not in ran.out + ran.err
    files = [one for one in (tmp_path / "home").rglob("*") if one.is_file()]
    assert not [one for one in files if b"zebedee" in one.read_bytes()]
