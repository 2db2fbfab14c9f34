"""Who looked at what, when and why: told to those whom the log is for (DPA 2018 s.62(4))."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.looks import Looks
from gateway.errors import NotFound
from policies.looks import Flag
from tests.support import agreed, consulted
from tests.support.commands import Shell
from tests.support.house import later, send
from tests.support.pages import demonstration
from tests.support.requirements import law
from tests.support.server import RunningGateway
from tests.support.signed_in import ADMINISTRATOR, ANALYST, COUNCIL, LEAD, POLICE, signed_in

PATH = "/console/consultations"
pytestmark = pytest.mark.on_sqlite


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        agreed.ready(gateway.house)
        send(gateway.house, [agreed.personal_row(f"p{n}") for n in range(3)])
        consulted.fill(gateway.house)
        yield gateway


def test_the_ig_lead_reads_every_look_with_its_words(gateway: RunningGateway) -> None:
    page = signed_in(gateway, LEAD).get(PATH)

    assert page.status_code == 200
    for said in (consulted.WORDS, "police-nominated", "sar-1", "Searched for a person"):
        assert said in page.text


@law("L34")
def test_another_organisation_reads_of_its_own_records_alone(gateway: RunningGateway) -> None:
    theirs = signed_in(gateway, POLICE).get(PATH).text
    others = signed_in(gateway, COUNCIL).get(PATH).text

    assert "Quarterly sample" in theirs
    assert consulted.WORDS not in theirs
    assert "Opened 2 records" in theirs
    assert "No look in this period" in others


@law("L34")
def test_nobody_else_reads_the_log_of_looks(gateway: RunningGateway) -> None:
    house = gateway.house
    for person in (ADMINISTRATOR, ANALYST):
        assert signed_in(gateway, person).get(PATH).status_code == 404
        with pytest.raises(NotFound):
            Looks(house.reader, house.keys, house.clock).of(person, 30)


def test_what_stands_out_is_shown_alone(gateway: RunningGateway) -> None:
    assert "stands out" in signed_in(gateway, LEAD).get(PATH + "?flag=any&days=7").text
    later(gateway.house, 10 * 3_600)
    gateway.house.consultations.open(LEAD, consulted.WHY, [1])
    late = signed_in(gateway, LEAD).get(PATH + "?flag=out_of_hours&days=7").text
    assert "1 consultation in 7 days" in late


def test_the_command_tells_the_same(gateway: RunningGateway) -> None:
    house = gateway.house
    told = Looks(house.reader, house.keys, house.clock).of(LEAD, 30)
    shell = Shell(house.home)
    answer = shell.ok("consultations", "--days", "3650", "--json")

    assert [one["entry"] for one in answer.json["consultations"]] == [one.look.leaf for one in told]
    assert consulted.WORDS not in answer.out
    flagged = shell.ok("consultations", "--days=3650", "--flagged", "--json").json
    assert all(one["flags"] for one in flagged["consultations"])
    assert any(Flag.OUT_OF_HOURS in one.flags for one in told)
    assert "Quarterly sample" in shell.ok("consultations", "--days=3650", "--words").out
