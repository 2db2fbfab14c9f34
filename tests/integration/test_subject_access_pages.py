"""The pages of subject access over real HTTP: nine clicks to what was shared, and an answer of own data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.subject_access import SubjectOutcome
from tests.support import agreed, subjects
from tests.support.house import send
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import COUNCIL, LEAD, Reading, signed_in

pytestmark = pytest.mark.on_sqlite
BASE = "/console/subject-access"
SAID = "Zoe McAllister says that Ian Sampleton shouted at her again. She was calm when seen."
NEW = {
    "names": "Zoë McAllister",
    "received-day": "20",
    "received-month": "11",
    "received-year": "2026",
    "reference": "SAR 41",
    "words": subjects.WORDS,
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        fields = ("source_reference", "people.name", "people.telephone", "description")
        agreed.ready(gateway.house, fields=fields)
        send(
            gateway.house,
            [
                agreed.personal_row("p1", CALLER_NAME="Zoe McAllister", RESULT_TEXT=SAID),
                agreed.personal_row("p2", CALLER_NAME="Zara McAllister"),
            ],
        )
        agreed.page(gateway.house)
        yield gateway


def opened(reading: Reading, **more: Any) -> str:
    answer = reading.post(BASE + "/new", {**NEW, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_resident_asks_what_was_shared_about_her_in_at_most_nine_clicks(
    gateway: RunningGateway,
) -> None:
    reading = signed_in(gateway, LEAD)
    clicks = 0
    home = reading.get("/console")
    assert f'href="{BASE}"' in home.text
    clicks += 1
    listed = reading.get(BASE)
    assert f'href="{BASE}/new"' in listed.text
    clicks += 1
    reading.get(BASE + "/new")
    clicks += 1
    case = opened(reading)
    page = reading.get(case)
    assert "the same names, in any order" in page.text
    assert "McAllister says" not in page.text
    ticked = re.findall(r'name="record" value="(\d+)" id="record-\d+" checked', page.text)
    assert "1" in ticked
    clicks += 1
    form = {"record": ticked, "words": subjects.WORDS, "narrative": "yes"}
    shown = reading.post(case + "/open", form)
    assert "Zoe McAllister says" in shown.text
    clicks += 2
    decided = reading.post(case + "/decide", {"decision-1": "confirm", "decision-2": "reject"})
    assert decided.status_code == 303
    clicks += 1
    page = reading.get(case)

    assert "Charnwood Borough Council" in page.text
    assert "agreement «" in page.text
    assert "», version 1" in page.text
    assert "your name" in page.text
    assert clicks <= 9


def test_the_answer_is_made_read_downloaded_and_the_case_closed(gateway: RunningGateway) -> None:
    reading = signed_in(gateway, LEAD)
    case = opened(reading)
    assert "No answer was made yet" in reading.get(case + "/letter").text
    early = reading.post(case + "/answer", {"words": subjects.WORDS})
    assert early.status_code == 422
    assert "Confirm or reject every likely and possible record first" in early.text
    reading.post(case + "/decide", {"decision-1": "confirm", "decision-2": "reject"})

    letter = reading.post(case + "/answer", {"words": subjects.WORDS})

    assert letter.status_code == 200
    for said in ("What we hold about you", "Zoe McAllister", "Charnwood Borough Council", "SAR 41"):
        assert said in letter.text
    assert "Sampleton" not in letter.text
    assert "Zoe McAllister" not in reading.get(case + "/letter").text
    assert reading.post(case + "/letter", {"words": "short"}).status_code == 422
    assert (
        "What we hold about you" in reading.post(case + "/letter", {"words": subjects.WORDS}).text
    )
    file = reading.post(case + "/letter.json", {"words": subjects.WORDS})
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.json()["recipients"] == ["Charnwood Borough Council"]
    closed = reading.post(case + "/close", {"outcome": SubjectOutcome.ANSWERED.value})
    assert closed.status_code == 303
    assert "Closed" in reading.get(BASE).text


def test_withholding_needs_ground_and_words_and_can_be_taken_back(gateway: RunningGateway) -> None:
    reading = signed_in(gateway, LEAD)
    case = opened(reading)
    reading.post(case + "/decide", {"decision-1": "confirm", "decision-2": "reject"})

    for form in ({}, {"ground": "s45_4_b"}, {"ground": "none-such", "why": subjects.WORDS}):
        refused = reading.post(case + "/withhold", {"incident": "1", **form})
        assert refused.status_code == 422
        assert "Select the ground and say why" in refused.text
    reading.post(case + "/withhold", {"incident": "1", "ground": "s45_4_b", "why": subjects.WORDS})
    assert "Withheld from the answer" in reading.get(case).text
    reading.post(case + "/withhold", {"incident": "1", "give": "yes"})
    assert "Withheld from the answer" not in reading.get(case).text
    unknown = reading.post(case + "/withhold", {"incident": "77", "give": "yes"})
    assert unknown.status_code == 422


def test_a_form_that_does_not_fit_says_so_and_keeps_what_was_typed(gateway: RunningGateway) -> None:
    reading = signed_in(gateway, LEAD)
    wrong = {"names": "E.", "born-day": "40", "words": "no", "received-year": "2036"}
    page = reading.post(BASE + "/new", {**NEW, **wrong})

    assert page.status_code == 422
    for said in (
        "There is a problem",
        "at least one name (more than initials)",
        "not a day to come",
    ):
        assert said in page.text
    assert ">E.</textarea>" in page.text
    case = opened(reading)
    nothing = reading.post(case + "/open", {"words": subjects.WORDS})
    assert (nothing.status_code, "Tick the records" in nothing.text) == (422, True)
    without = reading.post(case + "/open", {"record": ["1"], "words": ""})
    assert without.status_code == 422
    for path, form in (("clock", {"what": "extended"}), ("close", {}), ("search", {"names": "x"})):
        assert reading.post(f"{case}/{path}", form).status_code == 422


def test_the_clock_stops_runs_and_is_extended_on_the_page(gateway: RunningGateway) -> None:
    reading = signed_in(gateway, LEAD)
    case = opened(reading)
    day = {"on-day": "24", "on-month": "11", "on-year": "2026"}

    assert "21 December 2026" in reading.get(case).text
    reading.post(case + "/clock", {"what": "clarification_asked", **day})
    assert "Clock stands" in reading.get(case).text
    again = reading.post(case + "/clock", {"what": "clarification_asked", **day})
    assert again.status_code == 422
    reading.post(case + "/clock", {"what": "clarified", **day, "on-day": "25"})
    reading.post(case + "/clock", {"what": "extended", "clock_words": subjects.WORDS, **day})
    assert "by two months" in reading.get(case).text
    assert reading.post(case + "/search", {**NEW}).status_code == 303


def test_anothers_case_does_not_exist_and_what_is_due_stands_on_the_first_page(
    gateway: RunningGateway,
) -> None:
    lead, council = signed_in(gateway, LEAD), signed_in(gateway, COUNCIL)
    case = opened(lead, **{"received-month": "10", "received-day": "1"})

    assert "Overdue" in lead.get(case).text
    assert "asked what is held about them was due" in lead.get("/console").text
    for method in (council.get, council.post):
        assert method(case if method == council.get else case + "/close").status_code == 404
    assert "Nobody has asked yet" in council.get(BASE).text
