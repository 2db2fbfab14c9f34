"""Corrections and recalls in the console: a case from its form to its end, and a source's answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.verify import verify
from gateway.release.pull import Door
from schemas.corrections import Reporting
from tests.support import house as houses
from tests.support.pages import demonstration
from tests.support.requirements import law
from tests.support.server import RunningGateway
from tests.support.signed_in import ADMINISTRATOR, FIRE_AUDITOR, LEAD, POLICE, Reading, signed_in

WORDS = "QUILLFEATHER lives next door"
REASON = {"reason": "correction", "words": "The person concerned asked, case of today."}
WANTED = {
    "kind": "recall",
    "origin": "operator",
    "feed": houses.FEED,
    "references": "a\nb",
    "received-day": "24",
    "received-month": "11",
    "received-year": "2026",
    "wrong": "should_not_have_been_shared",
    "words": WORDS,
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        gateway.usual()
        houses.send(gateway.house, [houses.row(name, "213") for name in "abcd"])
        houses.pull(gateway.house)
        yield gateway


@pytest.fixture
def lead(gateway: RunningGateway) -> Reading:
    return signed_in(gateway, LEAD)


def door(gateway: RunningGateway) -> Door:
    return gateway.house.door


@law("L27")
def test_a_recall_goes_from_its_form_to_its_end(gateway: RunningGateway, lead: Reading) -> None:
    assert "Nothing is open." in lead.get("/console/recalls").text
    wrong = lead.post("/console/recalls/new", WANTED | {"references": "a\nnone-such", "kind": ""})
    assert wrong.status_code == 422
    assert "Nothing was changed." in wrong.text
    assert WORDS in wrong.text  # what was typed is kept on the form
    unknown = lead.post("/console/recalls/new", WANTED | {"references": "a\nnone-such"})
    assert "1 of 2 references are not known in this feed." in unknown.text

    made = lead.post("/console/recalls/new", WANTED)
    assert made.status_code == 303
    case = made.headers["location"]
    page = lead.get(case)
    assert WORDS not in page.text
    assert "Take the records back" in page.text
    confirm = lead.get(f"{case}/steps/retracted")
    assert "This cannot be undone." in confirm.text
    assert "it should not have been shared" in confirm.text
    assert lead.get(f"{case}/steps/lifted").status_code == 409
    assert lead.get(f"{case}/steps/none-such").status_code == 404
    assert lead.post(f"{case}/steps/retracted").status_code == 303
    houses.later(gateway.house, 9 * 86_400)
    lead = signed_in(gateway, LEAD)
    assert "Overdue (1)" in lead.get("/console/recalls").text
    assert "A recall has not been acknowledged by llr-fire." in lead.get("/console?all=1").text

    assert lead.post(f"{case}/words", {"reason": "correction"}).status_code == 422
    assert WORDS in lead.post(f"{case}/words", REASON).text
    assert WORDS not in lead.get(case).text
    opened = lead.post(f"{case}/records", REASON)
    assert "What the records hold" in opened.text
    closing = lead.post(f"{case}/steps/closed")
    assert closing.status_code == 422
    page_of = houses.pull(gateway.house).page
    door(gateway).acknowledge(houses.FIRE_SUBSCRIPTION, houses.FIRE, "fire-system", page_of.cursor)
    page_of = houses.pull(gateway.house, page_of.cursor).page
    door(gateway).acknowledge(houses.FIRE_SUBSCRIPTION, houses.FIRE, "fire-system", page_of.cursor)
    assert lead.post(f"{case}/steps/closed").status_code == 303
    assert "Done (1)" in lead.get("/console/recalls").text
    house = gateway.house
    assert verify(house.database, house.keys).document()["found"] == {}


@law("L28")
def test_the_source_answers_what_a_recipient_reports(
    gateway: RunningGateway, lead: Reading
) -> None:
    house = gateway.house
    with house.reader.connection() as connection:
        rows = house.reader.disclosures_of(
            connection.exec_driver_sql("SELECT max(incident) FROM disclosure").scalar_one()
        )
    wanted = Reporting(id=rows[0]["released_id"], wrong="place", words=WORDS)
    report, _ = house.reports.take(houses.FIRE_SUBSCRIPTION, houses.FIRE, "fire-system", wanted)
    path = f"/console/corrections/{report.item.id}"
    police = signed_in(gateway, POLICE)
    assert "The place is wrong" in police.get("/console/corrections").text
    assert WORDS not in police.get(path).text
    assert WORDS in police.post(f"{path}/words", REASON).text
    fire = signed_in(gateway, FIRE_AUDITOR)
    assert fire.get(path).status_code == 404
    other = POLICE.model_copy(update={"partner": "charnwood-bc"})
    assert signed_in(gateway, other).get(path).status_code == 404

    decision = f"{path}/decision"
    for form in ({}, {"outcome": "refused"}, {"outcome": "accepted", "reference": "a"}):
        assert police.post(decision, form).status_code == 422
    assert police.post(decision, {"outcome": "accepted", "reference": "d"}).status_code == 303
    assert police.post(decision, {"outcome": "accepted"}).status_code == 422
    assert "The source accepts it" in lead.get(path).text
    assert signed_in(gateway, ADMINISTRATOR).get(path).status_code == 404
