"""Disclosure on request, end to end: asked, answered, collected, corrected, reviewed, forgotten, verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import House
from gateway.audit.request_round import request_round
from gateway.audit.request_rules import (
    AnswerRefused,
    NotYoursToDecide,
    RecordMoved,
    RequestRefused,
    RequestRules,
)
from gateway.audit.request_state import Decider
from gateway.audit.request_steps import RequestMoved
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.errors import LawRefuses, NotFound
from gateway.law.register import put_partner
from schemas.partners import DatedKind, PartnerKind
from schemas.released import NoticeKind
from schemas.requests import Outcome, State, Step
from tests.support.agreed import (
    CALLER,
    CONTACT,
    COUNCIL,
    NARRATIVE,
    PLACE,
    POSTS,
    lapse,
    next_day,
    personal_row,
)
from tests.support.asking import (
    DEPUTY,
    LEAD,
    NOMINATED,
    POLICE,
    answer,
    asked,
    asking,
    collected,
    desk,
    ready_to_ask,
)
from tests.support.house import FIRE, SENDER, change, new_house, send, take_back
from tests.support.requirements import law
from tests.support.stores import Store

pytestmark = pytest.mark.on_sqlite


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    made = new_house(tmp_path / "home")
    yield made
    made.close()


def whole(house: House) -> bool:
    report = verify(house.database, house.keys)
    assert report.whole, report.text()
    return True


def operations(house: House) -> list[dict[str, Any]]:
    found = []
    for index in range(house.reader.head().ledger_size):
        stored = house.reader.leaf(index)
        assert stored is not None
        found.append(from_json(stored[0]))
    return found


def refused(house: House, name: str) -> set[str]:
    with pytest.raises(LawRefuses) as caught:
        collected(house, name)
    assert caught.value.extra is not None
    return {one["id"].partition(".")[2] for one in caught.value.extra["conditions"]}


@law("L04", "L05", "L32")
def test_what_is_released_is_collected_by_the_one_door_and_stands_in_the_ledger(
    house: House,
) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests)
    with pytest.raises(NotFound):
        collected(house, name)
    requests.answer(name, SENDER, NOMINATED, answer(told="Ring the desk first."))

    page = collected(house, name)
    record = page["records"][0]

    assert len(page["records"]) == 1
    assert record["agreed"]["people"] == [{"role": "caller", "name": CALLER, "telephone": CONTACT}]
    assert (record["agreed"]["address_text"], record["agreement"]) == (PLACE, name)
    assert record["delete_by"] == "2027-11-23"
    assert record["crossing"] == "Recorded with the holder's decision on this request."
    released = [one for one in operations(house) if one["operation"] == "release"][-1]
    assert (released["request"], released["power"]) == (name, "section_115_request")
    assert (released["provision"], released["released"]) == ("s17", 1)
    assert "people.name" in released["fields"]
    assert [one.step for one in requests.one(name, COUNCIL).steps] == [Step.ASKED, Step.ANSWERED]
    assert whole(house)


@law("L36")
def test_no_operation_holds_a_word_of_what_was_asked_or_why(house: House) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests, urgent="She is afraid tonight.")
    requests.answer(name, SENDER, DEPUTY, answer())
    requests.review(name, POLICE, "It was right to tell them at once.", stands=True)
    said = "".join(str(one) for one in operations(house) if one["operation"].startswith("request"))

    for canary in (CALLER, "afraid", "officers", "CBC-2026-17", "agreed", "right"):
        assert canary not in said
    assert name in said


def test_a_part_is_exactly_the_part(house: House) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests)
    part = {"outcome": "part", "refusal": "not_proportionate", "fields": ("address_text",)}
    requests.answer(name, SENDER, NOMINATED, answer(positions=(2,), roles=(), **part))

    page = collected(house, name)

    assert [one["agreed"] for one in page["records"]] == [{"address_text": PLACE}]
    assert CALLER not in str(page)
    assert NARRATIVE not in str(page)
    assert whole(house)


@law("L01")
def test_who_may_not_ask_is_told_so_and_nothing_is_kept(house: House) -> None:
    requests = ready_to_ask(house)
    partner = house.book.refresh().register.partners[COUNCIL]
    kinds = (DatedKind(kind=PartnerKind.UNIVERSITY),)
    house.writer.run(
        put_partner(partner.model_copy(update={"kinds": kinds}), house.act("operator"))
    )
    answers = []
    for who in ("A. Example", "Nobody Held"):
        with pytest.raises(RequestRefused) as caught:
            asked(house, requests, subject={"kind": "person", "name": who})
        answers.append(caught.value.problem("same").model_dump_json())

    assert answers[0] == answers[1]
    assert "recipient_is_relevant_authority" in answers[0]
    assert requests.every(None) == []
    last = operations(house)[-2:]
    assert [one["operation"] for one in last] == ["refusal", "refusal"]
    assert {key: one for key, one in last[0].items() if key not in {"nonce", "at"}} == {
        key: one for key, one in last[1].items() if key not in {"nonce", "at"}
    }
    assert whole(house)


@law("L04")
def test_a_repealed_provision_is_refused_and_another_holder_not_asked(house: House) -> None:
    requests = ready_to_ask(house)
    with pytest.raises(RequestRefused):
        asked(house, requests, provision="s1")
    with pytest.raises(RequestRefused):
        asked(house, requests, holder="nobody-knows")
    name = asked(house, requests)

    with pytest.raises(NotFound):
        requests.one(name, FIRE)
    with pytest.raises(NotFound):
        requests.answer(name, COUNCIL, NOMINATED, answer())
    assert [one.id for one in requests.every(SENDER)] == [name]
    assert requests.every(FIRE) == []


def test_only_the_nominated_person_decides_and_in_urgency_the_deputy(house: House) -> None:
    requests = ready_to_ask(house)
    calm = asked(house, requests)
    with pytest.raises(NotYoursToDecide):
        requests.answer(calm, SENDER, DEPUTY, answer())
    urgent = asked(house, requests, urgent="She is afraid tonight.")
    for office in ("Cleaner", "", None, POSTS[COUNCIL]):
        with pytest.raises(NotYoursToDecide):
            requests.answer(urgent, SENDER, Decider("police-system", office), answer())
    requests.answer(urgent, SENDER, DEPUTY, answer())
    request = requests.one(urgent, SENDER)

    assert request.review_due is not None
    assert (request.review_due - house.clock.now()).total_seconds() == pytest.approx(86_400, abs=2)
    assert request.due_on == house.clock.now().date()
    assert request.answer is not None
    assert request.answer.said["deputy"]
    assert len(collected(house, urgent)["records"]) == 1


def test_a_review_that_ends_it_stops_what_was_not_collected_and_says_so(house: House) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests, urgent="She is afraid tonight.")
    requests.answer(name, SENDER, NOMINATED, answer())
    with pytest.raises(NotYoursToDecide):
        requests.review(name, POLICE, "Mine own.", stands=True)
    collected(house, name)
    requests.review(name, LEAD, "It went too far.", stands=False)

    assert refused(house, name) == {"request_is_decided"}
    assert requests.one(name, COUNCIL).state is State.WITHDRAWN
    with pytest.raises(RequestMoved):
        requests.review(name, LEAD, "Once more.", stands=True)
    assert whole(house)


def test_existence_is_told_only_where_the_law_lets_a_record_go(house: House) -> None:
    requests = ready_to_ask(house)
    only = {"outcome": "existence_only", "refusal": "ask_elsewhere", "roles": ()}
    name = asked(house, requests)
    requests.answer(name, SENDER, NOMINATED, answer(**only))
    told = [one for one in operations(house) if one["operation"] == "request_told"]
    partner = house.book.refresh().register.partners[SENDER]
    other = asked(house, requests)

    assert requests.one(name, COUNCIL).outcome is Outcome.EXISTENCE_ONLY
    assert len(told) == 1
    with pytest.raises(NotFound):
        collected(house, name)
    declines = {"reference": "d1", "nominated_person": "Head of Information", "reason": "trial"}
    house.writer.run(
        put_partner(
            partner.model_validate(partner.model_dump() | {"withholds_section_115": [declines]}),
            house.act("operator"),
        )
    )
    with pytest.raises(AnswerRefused):
        requests.answer(other, SENDER, NOMINATED, answer(**only))
    with pytest.raises(AnswerRefused):
        requests.answer(other, SENDER, NOMINATED, answer())
    nothing = {"outcome": "nothing", "refusal": "nothing_held", "positions": (), "roles": ()}
    requests.answer(other, SENDER, NOMINATED, answer(**nothing))
    assert whole(house)


def test_the_law_limits_fields_and_a_changed_record_is_looked_at_again(house: House) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests)
    with pytest.raises(AnswerRefused):
        requests.answer(
            name, SENDER, NOMINATED, answer(outcome="part", refusal="other", fields=("media_url",))
        )
    with pytest.raises(AnswerRefused) as caught:
        requests.answer(name, SENDER, NOMINATED, answer(crossing=None))
    assert caught.value.extra is not None
    assert "regime_crossing" in str(caught.value.extra["conditions"])
    with pytest.raises(NotFound):
        requests.answer(name, SENDER, NOMINATED, answer(positions=(999,)))
    send(house, [personal_row("p0", "213")])
    with pytest.raises(RecordMoved):
        requests.answer(name, SENDER, NOMINATED, answer())


@law("L27")
def test_corrections_of_what_was_released_reach_the_asker_and_their_content_does_not(
    house: House,
) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests)
    requests.answer(name, SENDER, NOMINATED, answer(positions=(1, 2, 3)))
    first = collected(house, name)
    send(house, [personal_row("p0", "213", CALLER_NAME="B. Example")])
    take_back(house, ["p1"])
    change(house, NoticeKind.RESTRICTED, ["p2"])
    second = collected(house, name, first["cursor"])

    assert len(first["records"]) == 3
    assert [one["kind"] for one in second["notices"]] == [
        "amended_delete",
        "retracted",
        "restricted",
    ]
    assert second["records"] == []
    assert "B. Example" not in str(second)
    assert whole(house)


@law("L17")
def test_nothing_goes_after_protocol_recipient_or_time_ends(house: House) -> None:
    requests = ready_to_ask(house)
    names = [asked(house, requests) for _ in range(2)]
    for name in names:
        requests.answer(name, SENDER, NOMINATED, answer())
    lapse(house)
    assert refused(house, names[0]) == {"protocol_is_in_force"}


def test_what_is_not_collected_in_time_is_over(house: House) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests)
    requests.answer(name, SENDER, NOMINATED, answer())
    next_day(house, 28)

    assert refused(house, name) == {"decision_runs"}


def test_the_clock_reminds_once_flags_once_and_forgets(house: House) -> None:
    assert isinstance(house.clock, FixedClock)
    requests = ready_to_ask(house)
    calm, urgent = asked(house, requests), asked(house, requests, urgent="She is afraid tonight.")
    requests.answer(urgent, SENDER, NOMINATED, answer())
    steps = lambda name: [one.step for one in requests.one(name, None).steps]  # noqa: E731

    assert request_round(requests) == 0
    next_day(house, 4)
    assert request_round(requests) == 2
    assert request_round(requests) == 0
    assert steps(urgent)[-1] is Step.REVIEW_OVERDUE
    assert steps(calm)[-1] is Step.REMINDED
    next_day(house, 4)
    assert request_round(requests) == 1
    assert steps(calm)[-1] is Step.OVERDUE
    requests.withdraw(calm, COUNCIL, "council-system")
    next_day(house, 729)
    assert request_round(desk(house)) == 0
    next_day(house, 2)
    assert request_round(desk(house, RequestRules(keep_days=730))) == 1
    forgotten = requests.one(calm, COUNCIL)
    assert forgotten.asking is None
    assert all(one.words is None for one in forgotten.steps)
    assert requests.one(urgent, COUNCIL).asking == asking(urgent="She is afraid tonight.")
    assert whole(house)
