"""Requests on the console's pages: asked, looked for, opened for a reason, decided, collected, reviewed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.access.people import Person, Role
from gateway.audit.explained import told_to
from gateway.audit.latest import subscriptions_of
from gateway.audit.request_desk import requests_of
from gateway.audit.requests import Requests
from schemas.requests import Step
from tests.support.agreed import CALLER, COUNCIL, NARRATIVE, PLACE, POSTS
from tests.support.asking import DEPUTY, LEAD, NOMINATED, POLICE, answer, asked, ready_to_ask
from tests.support.house import SENDER
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import FIRE_AUDITOR, signed_in

pytestmark = pytest.mark.on_sqlite
ASKER = Person(
    account="council-nominated",
    name="Alex Model",
    partner=COUNCIL,
    office=POSTS[COUNCIL],
    roles=frozenset({Role.NOMINATED_PERSON}),
)
ASK = {
    "holder": SENDER,
    "subject": "person",
    "name": CALLER,
    "power": "section_115_request",
    "purpose": "preventing_crime_and_disorder",
    "provision": "s17",
    "necessity": "necessary",
    "why": "Two officers visit on Monday.",
}
REASON = {"words": "Asked by the council about a caller, request of today."}


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path / "home") as running:
        ready_to_ask(running.house)
        yield running


def leaves(gateway: RunningGateway) -> int:
    return gateway.house.reader.head().ledger_size


@law("L04")
def test_a_form_that_does_not_fit_keeps_what_was_typed_and_says_why(
    gateway: RunningGateway,
) -> None:
    council = signed_in(gateway, ASKER)
    wrong = council.post("/console/requests/ask", ASK | {"why": ""})
    assert wrong.status_code == 422
    assert "Nothing was sent" in wrong.text
    assert CALLER in wrong.text  # what was typed is kept
    refused = council.post("/console/requests/ask", ASK | {"provision": "s1"})
    assert refused.status_code == 422
    assert "live on the day" in refused.text


@law("L04", "L23", "L32")
def test_a_request_is_asked_decided_and_collected_without_a_script(
    gateway: RunningGateway,
) -> None:
    council, police = signed_in(gateway, ASKER), signed_in(gateway, POLICE)
    path = council.post("/console/requests/ask", ASK).headers["location"]
    assert re.fullmatch(r"/console/requests/request-[a-z]{12}", path)
    assert "Waits for an answer" in council.get("/console/requests").text
    assert "Answer the request" in police.get("/console").text
    assert council.get(f"{path}/decide").status_code == 404

    assert police.get(f"{path}/decide").status_code == 200
    blank = police.post(f"{path}/decide", {"step": "search", "name": CALLER})
    assert blank.status_code == 422
    before = leaves(gateway)
    found = police.post(f"{path}/decide", {"step": "search", "name": CALLER, **REASON})
    assert found.status_code == 200
    assert leaves(gateway) == before + 1
    assert "Record 1," in found.text
    assert NARRATIVE not in found.text
    opened = police.post(f"{path}/decide", {"step": "open", "positions": ["1", "2"], **REASON})
    assert leaves(gateway) == before + 2
    assert NARRATIVE in opened.text
    assert 'value="existence_only" checked' in re.sub(r"\s+", " ", opened.text)
    said: dict[str, Any] = {
        "step": "answer",
        "positions": ["1"],
        "outcome": "part",
        "refusal": "not_proportionate",
        "fields": ["people.name"],
        "roles": ["caller"],
        "words": "Only who called.",
        "told": "Ring the desk first.",
    }
    unlawful = police.post(f"{path}/decide", said | {"sure": "yes"})
    assert unlawful.status_code == 422
    assert "collected for law enforcement" in unlawful.text
    said["crossing"] = "Civil action, authorised by s.115."
    confirm = police.post(f"{path}/decide", said)
    assert "Give this answer" in confirm.text
    assert police.post(f"{path}/decide", said | {"sure": "yes"}).headers["location"] == path

    shown = council.get(path).text
    assert "Ring the desk first." in shown
    assert "Only who called." not in shown
    assert "More is asked" not in shown
    assert "More is asked" in police.get("/console/requests/refusals").text
    assert path.rpartition("/")[2] not in council.get("/console/requests/refusals").text
    got = council.post(f"{path}/collect")
    assert CALLER in got.text
    assert PLACE not in got.text
    assert CALLER in council.post(f"{path}/collect").text  # and again, with its own operations
    assert police.post(f"{path}/collect").status_code == 404
    for page in (path, f"{path}/form"):
        assert police.get(page).status_code == council.get(page).status_code == 200
        assert signed_in(gateway, FIRE_AUDITOR).get(page).status_code == 404


def test_an_urgent_release_waits_for_its_review_on_the_first_page(
    gateway: RunningGateway,
) -> None:
    desk = ready_to_ask_desk(gateway)
    name = asked(gateway.house, desk, urgent="She is afraid tonight.")
    desk.answer(name, SENDER, DEPUTY, answer())
    lead, path = signed_in(gateway, LEAD), f"/console/requests/{name}"

    assert "nobody has reviewed it" in lead.get("/console?all=yes").text
    assert lead.post(f"{path}/review", {"review": "ends"}).status_code == 422
    done = lead.post(f"{path}/review", {"review": "ends", "why": "It went too far."})
    assert done.headers["location"] == path
    assert "Delete what you collected" in signed_in(gateway, ASKER).get(path).text
    assert (
        "Nothing waits" in lead.get("/console?all=yes").text
        or "reviewed it" not in lead.get("/console?all=yes").text
    )


def test_whoever_collects_twice_at_once_is_shown_it_twice(gateway: RunningGateway) -> None:
    desk = ready_to_ask_desk(gateway)
    name = asked(gateway.house, desk)
    desk.answer(name, SENDER, NOMINATED, answer())
    council = signed_in(gateway, ASKER)
    with ThreadPoolExecutor(3) as browsers:
        path = f"/console/requests/{name}/collect"
        codes = [one.status_code for one in browsers.map(council.post, [path] * 3)]

    assert codes == [200] * 3
    assert [one.step for one in desk.one(name, COUNCIL).steps].count(Step.COLLECTED) == 3


def test_that_one_partner_asked_another_is_not_told_to_a_third(gateway: RunningGateway) -> None:
    desk = ready_to_ask_desk(gateway)
    name = asked(gateway.house, desk)
    desk.answer(name, SENDER, NOMINATED, answer())
    third = ASKER.model_copy(update={"account": "fire-nominated", "partner": "llr-fire"})

    assert name in signed_in(gateway, POLICE).get("/console/explain").text
    assert name not in signed_in(gateway, third).get("/console/explain").text
    subscription = subscriptions_of(gateway.house.reader, COUNCIL)[name]
    parties = {SENDER, COUNCIL, None}
    for one in (*parties, "llr-fire"):
        assert told_to(one, subscription) is (one in parties)


def test_an_asker_takes_a_request_back(gateway: RunningGateway) -> None:
    name = asked(gateway.house, ready_to_ask_desk(gateway))
    council = signed_in(gateway, ASKER)

    assert council.post(f"/console/requests/{name}/withdraw").status_code == 303
    assert "You took this request back" in council.get(f"/console/requests/{name}").text


def ready_to_ask_desk(gateway: RunningGateway) -> Requests:

    return requests_of(gateway.house, gateway.service.settings)
