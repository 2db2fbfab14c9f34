"""The matrix of a period: who owes whom what, how it stands, and why something stays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.returns import Owed, matrix
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.errors import NotFound, ReturnTableStands
from gateway.law.register import put_partner, put_protocol
from gateway.release.return_written import table
from gateway.release.returned import hand, receive
from schemas.partners import DatedKind, HolderDecision, Partner, PartnerKind
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support import returning as r
from tests.support.law import protocol
from tests.support.requirements import law

PAST_DUE = datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with police and housing rows of the third quarter; every test has a copy."""
    home = Path(tmp_path_factory.mktemp("begun")) / "home"
    with houses.new_house(home) as house:
        r.grade(house)
        houses.send(house, [r.police_row(f"a{n}") for n in range(4)])
        houses.send(house, [r.police_row("c", HANDLING="C"), r.police_row("crime", "010")])
        r.send(house, [r.housing_row("hate", "Race"), *(r.housing_row(f"h{n}") for n in range(5))])
    return home


@pytest.fixture
def house(begun: Path, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(Path(shutil.copytree(begun, tmp_path / "home"))) as opened:
        yield opened


def owed(house: House, authority: str, paragraph: int, recipient: str = r.FIRE) -> Owed:
    (cell,) = [
        one
        for one in matrix(house.return_desk, r.Q3).cells
        if (one.authority, one.paragraph.number) == (authority, paragraph)
    ]
    return next(one for one in cell.owed if one.recipient == recipient)


@law("L07")
def test_a_parish_council_that_is_added_is_owed_at_once(house: House) -> None:
    before = {c.recipient for one in matrix(house.return_desk, r.Q3).cells for c in one.owed}
    kinds = (DatedKind(kind=PartnerKind.PARISH_COUNCIL),)
    parish = Partner(id="a-parish", name="A Parish Council", kinds=kinds)
    house.writer.run(put_partner(parish, house.act("operator")))

    found = matrix(house.return_desk, r.Q3)

    assert "a-parish" not in before
    assert all("a-parish" in {one.recipient for one in cell.owed} for cell in found.cells)
    assert {"home-office"} & {one.recipient for c in found.cells for one in c.owed} == set()
    assert owed(house, r.POLICE, 1, "a-parish").state == "due"
    assert len(hand(house.return_desk, r.ask(recipient="a-parish"), 1, "x").lines) == 4


@law("L10")
def test_a_return_goes_from_due_to_handed_to_sent_or_is_overdue(house: House) -> None:
    desk = house.return_desk
    begins = owed(house, r.POLICE, 1)
    content = hand(desk, r.ask(), 1, "x").manifest.content_sha256
    handed = owed(house, r.POLICE, 1)
    receive(desk, r.ask(), 1, content, "x")
    assert isinstance(house.clock, FixedClock)
    house.clock.at = PAST_DUE
    sent, behind = owed(house, r.POLICE, 1), owed(house, r.POLICE, 1, r.COUNCIL)
    late = hand(desk, r.ask(recipient=r.COUNCIL), 1, "x").manifest.content_sha256
    receive(desk, r.ask(recipient=r.COUNCIL), 1, late, "x")

    assert (begins.state, begins.made_at, begins.considered, begins.may_go) == ("due", None, 5, 4)
    assert begins.reasons == {"everywhere.handling_permits": 1}
    assert (handed.state, handed.handed_at is None, handed.received_at) == ("due", False, None)
    assert (sent.state, sent.in_default, sent.entry is None) == ("sent", False, False)
    assert (behind.state, behind.in_default) == ("overdue", True)
    assert owed(house, r.POLICE, 1, r.COUNCIL).state == "sent_late"


@law("L17")
def test_a_missing_protocol_shows_and_stops_nothing_and_a_decision_withholds_in_default(
    house: House,
) -> None:
    document = matrix(house.return_desk, r.Q3).document()
    parties = ("leicestershire-police", "llr-fire")
    house.writer.run(put_protocol(protocol(parties=parties), house.act("operator")))
    partner = house.book.refresh().register.partners[r.POLICE]
    decision = HolderDecision(
        reference="d-1",
        nominated_person="head of information",
        reason="under review",
        valid_from=date(2026, 11, 1),
    )
    withholds = partner.model_copy(update={"withholds_section_17a": (decision,)})

    assert "leicestershire-police" in document["protocol_missing"]
    assert document["duty_in_default"] == 0
    house.writer.run(put_partner(withholds, house.act("operator")))
    after = matrix(house.return_desk, r.Q3).document()
    assert "leicestershire-police" not in after["protocol_missing"]
    cell = next(c for c in after["cells"] if c["authority"] == r.POLICE)
    assert (cell["state"], cell["duty_in_default"]) == ("withheld", True)
    assert cell["withheld_by"] == {
        "reference": "d-1",
        "office": "head of information",
        "why": "under review",
    }
    assert owed(house, r.COUNCIL, 8).state == "due"


def test_what_was_acknowledged_on_a_standing_subscription_counts_but_never_for_paragraph_7(
    house: House,
) -> None:
    houses.subscribe(house)
    page = houses.pull(house).page
    assert owed(house, r.POLICE, 1).acknowledged_standing == 0
    house.door.acknowledge(houses.FIRE_SUBSCRIPTION, r.FIRE, "fire-system", page.cursor)

    police, race = owed(house, r.POLICE, 1), owed(house, r.COUNCIL, 7)
    assert (police.state, police.acknowledged_standing) == ("met_by_standing_subscription", 4)
    assert (race.state, race.acknowledged_standing) == ("due", 1)
    houses.send(house, [r.police_row("new")])
    assert owed(house, r.POLICE, 1).state == "due"


def test_a_partner_sees_what_it_owes_and_what_it_is_owed(house: House) -> None:
    found = matrix(house.return_desk, r.Q3)
    seen = found.seen_by(r.FIRE)

    for cell in seen.cells:
        if cell.authority != r.FIRE:
            assert [one.recipient for one in cell.owed] == [r.FIRE]
    own = [c for c in seen.cells if c.authority == r.FIRE]
    assert {c.paragraph.number for c in own} == {3, 4}
    assert {c.state for c in own} == {"no_feed"}
    assert found.seen_by("home-office").cells == []
    waiting = {one.number: one.holder_status for one in found.without_holder}
    assert waiting == dict.fromkeys((9, 10, 11, 12), "needs_legal_view")


def test_a_health_board_of_wales_waits_for_a_legal_view(house: House) -> None:
    board = Partner(id="a-board", name="A", kinds=(DatedKind(kind=PartnerKind.LOCAL_HEALTH_BOARD),))
    house.writer.run(put_partner(board, house.act("operator")))

    assert owed(house, "a-board", 9).state == "needs_legal_view"


@law("L16")
@pytest.mark.parametrize("seed", range(3))
def test_any_random_batch_balances_reason_by_reason_against_a_count_of_its_own(
    house: House, seed: int
) -> None:
    dice = Random(seed)
    rows = {f"r{n}": dice.choice(["213", "204", "100", "309", "010"]) for n in range(30)}
    coded = {name: dice.choice(["", "", "P", "C"]) for name in rows}
    sent = [r.police_row(name, code, HANDLING=coded[name]) for name, code in rows.items()]
    houses.send(house, sent)
    gone = dice.sample(sorted(rows), 5)
    fixed = dice.sample(sorted(rows.keys() - set(gone)), 5)
    houses.take_back(house, gone)
    houses.change(house, NoticeKind.RESTRICTED, fixed)

    made: dict[int, dict[str, Any]] = {}
    for number in (1, 2):
        made[number] = dict(hand(house.return_desk, r.ask(), number, "x").manifest.counts)

    for number, counts in made.items():
        mine = {n for n, code in rows.items() if (code == "010") == (number == 2)} - set(gone)
        restricted, handled = mine & set(fixed), {n for n in mine if coded[n] == "C"} - set(fixed)
        extra = {1: (5, 1), 2: (1, 0)}[number]
        assert counts["considered"] == len(mine) + extra[0]
        assert counts["withheld"] == len(restricted) + len(handled) + extra[1]
        assert counts["reasons"] == {
            name: count
            for name, count in (
                ("record_is_restricted", len(restricted)),
                ("everywhere.handling_permits", len(handled) + extra[1]),
            )
            if count
        }
        assert counts["considered"] == counts["released"] + counts["withheld"] + counts["held"]


@law("L15")
def test_exclusions_leave_as_the_table_that_was_brought_once_a_period(house: House) -> None:
    assert owed(house, r.COUNTY, 6).state == "no_feed"
    with pytest.raises(NotFound):
        hand(house.return_desk, r.ask(r.COUNTY), 6, "x")
    brought = [r.bring(house), r.bring(house)]
    with pytest.raises(ReturnTableStands):
        r.bring(house, count=30)
    handed = hand(house.return_desk, r.ask(r.COUNTY), 6, "x")
    stands = owed(house, r.COUNTY, 6)

    assert brought == [True, False]
    assert [json.loads(line)["number"] for line in handed.lines] == ["*", "*"]
    assert table(handed).splitlines()[1].startswith("13,female,Example High,")
    assert (stands.state, stands.considered, stands.may_go) == ("due", 2, 2)
    assert verify(house.database, house.keys).whole
