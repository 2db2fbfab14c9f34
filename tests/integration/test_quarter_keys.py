"""Rotating and destroying the keys of recipients' ids, and what becomes of releases and notices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic_core import from_json

from gateway.assembly import House, quarter_round_of
from gateway.audit.verify import verify
from gateway.keys import quarters
from gateway.release.disclosed import NAMELESS
from gateway.release.naming import due_on, in_use, put_key_change
from gateway.store.naming import quarters_recorded
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support.commands import Shell
from tests.support.requirements import law

pytestmark = pytest.mark.usefixtures("store")
YEARS = 3 * 366 * 86_400


@pytest.fixture
def house(store: str, tmp_path: Path) -> House:
    made = houses.new_house(tmp_path / "home")
    houses.subscribe(made)
    houses.send(made, houses.rows(6))
    return made


def ids_of(house: House, name: str = houses.FIRE_SUBSCRIPTION) -> set[str]:
    return {from_json(line)["id"] for line in houses.pull(house, name=name).page.records}


def quarter_of_rows(house: House) -> str:
    with house.reader.connection() as connection:
        (only,) = quarters_recorded(connection)
    return only


def due(house: House, quarter: str, days: float = 730) -> date:
    return due_on(house.reader, house.book.refresh().register, quarter, days)


def destroyed(house: House, quarter: str) -> None:
    used = in_use(house.reader, house.book.refresh().register, house.clock.now())
    house.writer.run(put_key_change(quarter, "destroyed", house.act("operator")))
    quarters.destroy(house.keys.folder, house.random(32), quarter, used)


@pytest.mark.on_sqlite
@law("L48")
def test_one_record_has_another_id_for_another_recipient(house: House) -> None:
    houses.subscribe(house, "council-17a", "charnwood-bc")
    asked = ("council-17a", "charnwood-bc", "council-system", None, 100)
    others = house.door.pull(*asked).page.records

    assert len(ids_of(house)) == len(others) == 5
    assert not ids_of(house) & {from_json(line)["id"] for line in others}


@pytest.mark.on_sqlite
def test_a_rotation_changes_no_id_that_somebody_holds(house: House) -> None:
    before = ids_of(house)
    used = in_use(house.reader, house.book.refresh().register, house.clock.now())
    house.writer.run(put_key_change(None, "rotated", house.act("operator")))
    quarters.rotate(house.keys.folder, house.random(32), used)

    assert ids_of(house) == before
    assert verify(house.database, house.keys).findings == ()


def test_a_quarter_is_due_when_all_that_was_released_of_it_has_had_its_time(house: House) -> None:
    quarter = quarter_of_rows(house)
    before = due(house, quarter)
    ids_of(house)

    assert before > house.clock.now().date()
    assert due(house, quarter, 1) == date(2027, 4, 1)
    assert (due(house, quarter, 5_000) - house.clock.now().date()).days == 5_001


def test_the_daily_round_destroys_what_is_due_and_nothing_before(house: House) -> None:
    ids_of(house)
    quarter, round_ = quarter_of_rows(house), quarter_round_of(house, 730)
    round_.run_in_turn()
    assert house.keys.quarters.destroyed == frozenset()
    houses.later(house, YEARS)
    round_.run_in_turn()
    round_.run_in_turn()

    assert house.keys.quarters.destroyed == {quarter}
    assert quarter not in round_.run(house.clock.now().date())
    assert verify(house.database, house.keys).findings == ()


@law("L48")
def test_a_destroyed_quarter_is_withheld_with_its_reason_and_told_of_no_more(
    house: House,
) -> None:
    given = houses.pull(house)
    house.door.acknowledge(houses.FIRE_SUBSCRIPTION, houses.FIRE, "fire-system", given.page.cursor)
    houses.later(house, YEARS)
    destroyed(house, quarter_of_rows(house))
    houses.subscribe(house, "fire-new")
    houses.change(house, NoticeKind.RETRACTED, ["s0"])
    late = houses.pull(house, name="fire-new").page
    told = houses.pull(house, given.page.cursor).page

    assert (late.records, late.notices) == ([], [])
    assert (told.records, told.notices) == ([], [])
    (said,) = house.reader.release_counts("fire-new")
    counted = from_json(said)
    assert counted["reasons"][NAMELESS] == counted["withheld"] == 4
    assert verify(house.database, house.keys).findings == ()


@pytest.mark.on_sqlite
def test_a_mark_of_destruction_without_its_operation_is_found(house: House) -> None:
    ids_of(house)
    used = in_use(house.reader, house.book.refresh().register, house.clock.now())
    quarters.destroy(house.keys.folder, house.random(32), quarter_of_rows(house), used)

    found = verify(house.database, house.keys).findings
    assert {one.code for one in found} == {"keys.destroyed"}


@pytest.mark.on_sqlite
def test_the_commands_say_from_which_day_on(house: House) -> None:
    ids_of(house)
    quarter, shell = quarter_of_rows(house), Shell(house.home)
    house.close()
    listed = shell("keys", "quarters", "--json").json["quarters"]
    day = next(one["due"] for one in listed if one["quarter"] == quarter)
    refused = shell("keys", "destroy", "--quarter", quarter)

    assert refused.code != 0
    assert day in refused.err
    assert quarter in shell("keys", "rotate", "pseudonym", "--json").json["quarters_kept"]
    assert "keep their ids" in shell("keys", "rotate", "pseudonym").out
    assert quarter in shell("keys", "quarters").out
    assert shell("keys", "destroy", "--quarter", "2001Q1", "--json").json["destroyed"] is True
    assert shell("keys", "destroy", "--quarter", "2001Q1").code != 0
    assert shell("keys", "destroy", "--quarter", "spring").code != 0
