"""The pages of evidence over real HTTP: questions, disclosures, journeys, breaches, off-boarding."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access.clients import Scope
from gateway.audit.answers import QUESTIONS
from gateway.audit.bundle_check import check_bundle
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.latest import last_released, last_withheld
from gateway.audit.offboarding import KIND
from gateway.audit.proofs import verify_proof
from gateway.audit.verify import verify
from gateway.demo.story_questions import CLOSED, OPEN, tell
from gateway.ledger.note import verify_note
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support import proceeded
from tests.support.house import FEED, FIRE
from tests.support.pages import demonstration
from tests.support.requirements import law
from tests.support.server import RunningGateway
from tests.support.signed_in import ADMINISTRATOR, COUNCIL, FIRE_AUDITOR, LEAD, POLICE, signed_in
from tests.support.stores import Store

SECRET = "s4"
CANARY = "Zebedee Canary-Ffoulkes"
pytestmark = pytest.mark.on_sqlite  # the answers behind the pages are asked on both stores
SPAN = {"from": "2026-11-25T00:00", "to": "2026-11-26T00:00"}


@pytest.fixture(scope="module")
def gateway(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp(f"home-{store}"))) as gateway:
        gateway.usual()
        house = gateway.house
        named = {"CALLER_NAME": CANARY, "RESULT_TEXT": f"{CANARY} at the window"}
        houses.send(house, [*houses.rows(8), houses.row("s99", **named)])
        houses.change(house, NoticeKind.RESTRICTED, ["s1"])
        page = houses.pull(house)
        houses.change(house, NoticeKind.RETRACTED, ["s0"])
        house.door.acknowledge("fire-17a", FIRE, "fire-system", page.page.cursor)
        houses.publish(house)
        yield gateway


def h1(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found is not None
    return found[1]


def leaves(gateway: RunningGateway) -> int:
    return gateway.house.reader.head().ledger_size


def test_each_question_has_a_page_that_answers_it(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD)
    listed = lead.get("/console/questions").text
    for number in range(1, 17):
        assert f"/console/questions/{number}" in listed
        page = lead.get(f"/console/questions/{number}")
        assert page.status_code == 200, number
        assert f"Q{number}" in page.text
    for one in QUESTIONS.all():
        if one.see is not None:
            assert lead.get(one.see).status_code == 200, one.see
    assert lead.get("/console/questions/17").status_code == 404
    assert "The log is whole" in lead.get("/console/questions/12").text
    assert "for an acknowledgement; 0 of them overdue" in lead.get("/console/questions/3").text
    assert "0 looks stand out in the last 90 days" in lead.get("/console/questions/7").text
    assert "as it is configured today" in lead.get("/console/questions/11").text


def test_a_partners_system_asks_about_itself_alone(gateway: RunningGateway) -> None:
    asked = {"recipient": "leicestershire-police", **SPAN}
    own = gateway.call("POST", "/v1/questions/4", "fire-system", json=asked)
    assert own.status_code == 200
    assert own.json()["answer"]["recipient"] == FIRE
    assert own.json()["answer"]["breaches"] == []
    listed = gateway.call("GET", "/v1/questions", "fire-system").json()["questions"]
    assert [one["number"] for one in listed] == [4, 5, 6]
    assert gateway.call("POST", "/v1/questions/12", "fire-system").status_code == 404
    assert gateway.call("POST", "/v1/questions/4", "fire-system", json=[]).status_code == 422
    assert gateway.call("POST", "/v1/questions/4", "fire-system", content=b"{").status_code == 400
    gateway.system("lead-system", "charnwood-bc", frozenset({Scope.ADMIN}))
    whole = gateway.call("POST", "/v1/questions/12", "lead-system")
    assert whole.json()["answer"]["verified"] is True
    asked = {"feed": FEED, "reference": SECRET}
    held = gateway.call("POST", "/v1/questions/2", "lead-system", json=asked)
    assert held.json()["answer"]["holders"][0]["recipient"] == FIRE


def test_a_question_that_needs_something_is_asked_by_a_form(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD)
    asked = {"feed": FEED, "reference": SECRET}
    page = lead.post("/console/questions/2", asked)
    assert page.status_code == 200
    assert (
        "1 holder has this record now: Leicester, Leicestershire and Rutland Combined Fire"
        in page.text
    )
    wrong = lead.post("/console/questions/2", {"feed": FEED, "reference": "none-such"})
    assert wrong.status_code == 422
    assert "none-such" in wrong.text  # what was typed is kept
    counted = lead.post("/console/questions/4", {"recipient": FIRE, **SPAN})
    assert "went there between these moments" in counted.text


@law("L35")
def test_the_bundle_is_handed_over_with_a_leaf_and_verifies_offline(
    gateway: RunningGateway,
) -> None:
    lead, before = signed_in(gateway, LEAD), leaves(gateway)
    path = "/console/questions/13/bundle"
    assert lead.post(path, {"reason": ""}).status_code == 422
    assert leaves(gateway) == before
    made = lead.post(path, {"reason": "The Commissioner asked on 3 November."})
    assert made.headers["content-disposition"].startswith("attachment")
    assert leaves(gateway) == before + 1
    checked = check_bundle(made.content, ledger_verifier_key(gateway.house.keys))
    assert checked.entries == before
    with zipfile.ZipFile(io.BytesIO(made.content)) as opened:
        inside = b"".join(opened.read(name) for name in opened.namelist())
    assert CANARY.encode() not in inside


def test_a_disclosure_tells_what_happened_and_hands_over_its_proof(
    gateway: RunningGateway,
) -> None:
    lead = signed_in(gateway, LEAD)
    listed = lead.get(f"/console/disclosures?recipient={FIRE}&feed={FEED}&from=2026-11-25").text
    assert "/console/disclosures/fire-17a/1" in listed
    assert "Nothing left that fits" in lead.get("/console/disclosures?to=2020-01-01").text
    assert lead.get("/console/disclosures?from=yesterday").status_code == 422
    page = lead.get("/console/disclosures/fire-17a/1").text
    for words in ("Decided and committed", "Acknowledged by the recipient", "does not leave"):
        assert words in page
    before = leaves(gateway)
    proof = lead.post("/console/disclosures/fire-17a/1/proof")
    assert leaves(gateway) == before + 1
    proven = verify_proof(proof.text, ledger_verifier_key(gateway.house.keys))
    assert proven.says is not None
    assert proven.says["subscription"] == "fire-17a"


def test_a_partner_sees_its_own_exchanges_and_nothing_withheld(gateway: RunningGateway) -> None:
    fire, council = signed_in(gateway, FIRE_AUDITOR), signed_in(gateway, COUNCIL)
    page = fire.get("/console/disclosures/fire-17a/1")
    assert page.status_code == 200
    assert "What was considered" not in page.text
    assert "withheld" not in page.text
    proof = fire.post("/console/disclosures/fire-17a/1/proof")
    assert json.loads(proof.text).get("leaf") is None
    assert council.get("/console/disclosures/fire-17a/1").status_code == 404
    assert council.post("/console/disclosures/fire-17a/1/proof").status_code == 404
    assert "fire-17a" not in council.get("/console/disclosures").text
    assert signed_in(gateway, ADMINISTRATOR).get("/console/disclosures").status_code == 404


def test_a_records_journey_is_looked_up_by_form(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD)
    page = lead.post("/console/records", {"feed": FEED, "reference": "s0"})
    assert page.status_code == 200
    for words in ("Received", "Recorded, version 1", "Released", "Taken back by its source"):
        assert words in page.text
    assert "university-17a" in page.text
    assert "no version of it goes to anybody" in page.text
    assert not re.search(r">\s*goes\s*<", page.text)
    named = lead.post("/console/records", {"feed": FEED, "reference": "s99"})
    assert CANARY not in named.text
    assert re.search(r">\s*goes\s*<", named.text)
    assert "does not go" in page.text
    assert lead.post("/console/records", {"feed": FEED, "reference": "x"}).status_code == 422
    police, council = signed_in(gateway, POLICE), signed_in(gateway, COUNCIL)
    asked = {"feed": FEED, "reference": SECRET}
    assert police.post("/console/records", asked).status_code == 200
    refused = council.post("/console/records", asked)
    assert refused.status_code == 422
    assert "Who has it now" not in refused.text


def test_a_recipient_is_not_told_on_its_subscription_that_something_was_withheld(
    gateway: RunningGateway,
) -> None:
    path = "/console/subscriptions/fire-17a"
    assert "Why records were withheld" in signed_in(gateway, LEAD).get(path).text
    told = signed_in(gateway, FIRE_AUDITOR).get(path)
    assert told.status_code == 200
    assert "withheld" not in told.text
    assert "considered" not in told.text


def test_what_left_last_and_what_was_withheld_last_are_known(gateway: RunningGateway) -> None:
    house = gateway.house
    edition = house.book.current()
    released = last_released(house.reader, edition)
    assert released is not None
    assert (released.recipient, released.records > 0) == (FIRE, True)
    assert last_released(house.reader, edition, "example-university") is None
    withheld = last_withheld(house.reader, edition)
    assert withheld is not None
    assert withheld.why[0].says
    assert last_withheld(house.reader, edition, withheld.recipient) is None


@law("L41")
def test_a_breach_is_opened_decided_reported_and_closed(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD)
    known = {"recipient": FIRE, **SPAN, "aware": "2026-11-25T09:00", "words": "A laptop is gone."}
    empty = lead.post("/console/breaches", {**known, "words": ""})
    assert empty.status_code == 422
    assert "2026-11-25T09:00" in empty.text
    opened = lead.post("/console/breaches", known)
    path = opened.headers["location"]
    breach = path.rpartition("/")[2]
    assert "hours left" in lead.get(path).text
    assert f"hours are left to report breach {breach}" in lead.get("/console?all=1").text
    assert lead.post(f"{path}/close", {"words": "x"}).status_code == 422
    decided = {"decision": "report", "words": "A risk is likely."}
    when = {"at": "2026-11-25T09:20", "reference": "IC-1"}
    assert lead.post(f"{path}/report", when).status_code == 422
    assert lead.post(f"{path}/decide", decided).status_code == 303
    assert lead.post(f"{path}/report", when).status_code == 303
    assert lead.post(f"{path}/close", {"words": "x"}).status_code == 422
    assert lead.post(f"{path}/told", {"words": "The police were told."}).status_code == 303
    assert lead.post(f"{path}/close", {"words": "Disks are encrypted now."}).status_code == 303
    assert lead.post(f"{path}/fact", {"words": "late"}).status_code == 422
    assert lead.get(path).text.count("moj-timeline__item") >= 5
    assert f"report breach {breach}" not in lead.get("/console?all=1").text
    assert verify(gateway.house.database, gateway.house.keys).whole


@law("L44")
def test_a_partner_leaves_whole_or_not_at_all(gateway: RunningGateway) -> None:
    lead, house = signed_in(gateway, LEAD), gateway.house
    token = gateway.token("fire-system")
    pending = houses.pull(house)
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{gateway.url}/v1/subscriptions"
    assert gateway.http.get(address, headers=headers).status_code == 200
    before = leaves(gateway)
    refused = lead.post("/console/off-boarding", {"partner": "leicestershire-police"})
    assert refused.status_code == 422
    seen = lead.post("/console/off-boarding", {"partner": FIRE})
    assert "This will be ended" in seen.text
    unsaid = lead.post("/console/off-boarding", {"partner": FIRE, "confirmed": "yes"})
    assert unsaid.status_code == 422
    assert leaves(gateway) == before

    reason = {"partner": FIRE, "confirmed": "yes", "words": "It joins another partnership."}
    path = lead.post("/console/off-boarding", reason).headers["location"]

    assert pending.page.release > 1
    assert gateway.http.get(address, headers=headers).status_code == 401
    assert "has not said what became" in lead.get("/console?all=1").text
    assert lead.post(f"{path}/certificate").status_code == 422
    request = lead.post(f"{path}/request")
    held = request.text.count("r1.2026Q4.")
    assert held > 3
    assert f"You hold {held} records" in request.text
    assert lead.post(f"{path}/answer", {"answer": "deleted"}).status_code == 422
    answer = {"answer": "deleted", "words": "Head of Prevention, by letter."}
    assert lead.post(f"{path}/answer", answer).status_code == 303
    assert lead.post(f"{path}/certificate").status_code == 303
    certificate = lead.post(f"{path}/certificate").text
    says = verify_note(certificate, KIND, ledger_verifier_key(house.keys))
    assert "systems switched off: 1" in says
    assert f"incidents of which it held a record: {held}" in says
    assert "what became of them: It deleted them" in says
    assert verify(house.database, house.keys).whole
    ended: Any = lead.get("/console/questions/16").text
    assert "1 partner has left" in ended


def test_the_demonstration_tells_of_a_breach_closed_and_one_open(tmp_path: Path) -> None:
    with houses.new_house(tmp_path / "home") as house:
        houses.fill(house)
        paths = tell(house)

        assert tell(house) == paths
        register = proceeded.breaches(house)
        closed, waiting = register.get(CLOSED), register.get(OPEN)
        assert closed.is_closed
        assert closed.reported_at is not None
        assert closed.reported_at < closed.due
        assert waiting.clock_runs
        assert "/console/disclosures/{subscription}/{release}" in paths
        assert verify(house.database, house.keys).whole
