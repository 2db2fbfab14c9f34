"""The sixteen questions: each one call, computed from the real tables and ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit import questions
from gateway.audit.answers import QUESTIONS
from gateway.audit.questions import Asked
from gateway.errors import NotFound, RequestInvalid
from gateway.settings import Settings
from schemas.released import NoticeKind
from schemas.subject_access import SubjectStep
from tests.support import asking, subjects
from tests.support import house as houses
from tests.support.agreed import COUNCIL, page, personal_row, ready
from tests.support.house import FEED, FIRE, SENDER
from tests.support.requirements import law
from tests.support.stores import Store

DAY = {"from": "2026-11-23T00:00", "to": "2026-11-24T00:00"}


@pytest.fixture(scope="module")
def house(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with houses.new_house(Path(tmp_path_factory.mktemp(f"home-{store}")) / "home") as made:
        houses.fill(made)
        houses.send(made, houses.rows(3, begin=20))
        houses.change(made, NoticeKind.RESTRICTED, ["s20"])
        last = houses.pull(made)
        houses.pull(made, last.page.cursor)
        yield made


def asked(house: House, partner: str | None = None, **given: str) -> Asked:
    return Asked(questions.House.of(house, Settings()), given, partner)


def ask(house: House, number: int, partner: str | None = None, **given: str) -> Any:
    answer = QUESTIONS.ask(number, asked(house, partner, **given))
    assert json.loads(json.dumps(answer)) == answer
    return answer["answer"]


def test_there_are_sixteen_and_each_answers_or_says_what_it_needs(house: House) -> None:
    assert [one.number for one in QUESTIONS.all()] == list(range(1, 17))
    for one in QUESTIONS.all():
        needs = [parameter for parameter in one.parameters if parameter.required]
        if not needs:
            assert ask(house, one.number)
            continue
        with pytest.raises(RequestInvalid) as caught:
            ask(house, one.number)
        assert caught.value.errors[0].pointer == f"/{needs[0].name}"
    with pytest.raises(NotFound):
        ask(house, 17)
    with pytest.raises(RequestInvalid):
        ask(house, 12, anything="else")


def test_q2_says_who_holds_a_record_now(house: House) -> None:
    answer = ask(house, 2, feed=FEED, reference="s4")
    current = answer["record"]["version"]

    assert answer["record"] == {
        "feed": FEED,
        "controller": SENDER,
        "version": current,
        "state": "live",
    }
    holders = {one["subscription"]: one for one in answer["holders"]}
    assert set(holders) == {"fire-17a", "fire-asb"}
    assert {one["version"] for one in holders.values()} == {current}
    for one in holders.values():
        assert one["recipient"] == FIRE
        assert one["still_holds"]
        assert "place" in one["fields"]
        assert not any(name.startswith("agreed") for name in one["fields"])
    with pytest.raises(NotFound):
        ask(house, 2, feed=FEED, reference="unknown")
    with pytest.raises(NotFound):
        ask(house, 2, COUNCIL, feed=FEED, reference="s4")


def test_q3_says_who_was_told_and_who_has_not_answered(house: House) -> None:
    answer = ask(house, 3, feed=FEED, reference="s0")

    assert {one["what"] for one in answer["record"]} == {"retracted"}
    assert {one["recipient"] for one in answer["record"]} == {FIRE}
    assert answer["overdue"] == []
    assert answer["open"]
    with pytest.raises(RequestInvalid):
        ask(house, 3, feed=FEED)


@law("L41")
def test_q4_counts_what_sql_counts(house: House) -> None:
    answer = ask(house, 4, recipient=FIRE, **DAY)
    with house.reader.connection() as connection:
        records, incidents, notices = connection.exec_driver_sql(
            "SELECT sum(CASE WHEN d.what = 'record' THEN 1 ELSE 0 END),"
            " count(DISTINCT CASE WHEN d.what = 'record' THEN d.incident END),"
            " sum(CASE WHEN d.what <> 'record' THEN 1 ELSE 0 END)"
            " FROM disclosure d JOIN delivery y ON y.subscription = d.subscription"
            " AND y.number = d.number WHERE y.state <> 'withdrawn'"
        ).one()

    assert (answer["records"], answer["incidents"], answer["notices"]) == (
        records,
        incidents,
        notices,
    )
    assert answer["by_controller"] == {SENDER: incidents}
    assert sum(answer["by_behaviour"].values()) == records
    assert answer["by_lane"] == {"depersonalised": records}
    before = {"from": "2026-11-22T00:00", "to": "2026-11-23T00:00"}
    assert ask(house, 4, recipient=FIRE, **before)["records"] == 0
    assert ask(house, 4, FIRE, **DAY)["records"] == records
    assert ask(house, 4, SENDER, **DAY)["records"] == 0
    with pytest.raises(RequestInvalid):
        ask(house, 4, recipient=FIRE, **{"from": DAY["to"], "to": DAY["from"]})
    with pytest.raises(RequestInvalid):
        ask(house, 4, recipient="nobody-such", **DAY)


def test_q5_and_q6_reuse_what_is_due(house: House) -> None:
    assert {one["lacks"] for one in ask(house, 5)["due"]} >= {"no_nominated_person"}
    assert ask(house, 5, "llr-nhs", day="2026-11-23")["due"] == []
    cells = ask(house, 6, quarter="2026Q4")["cells"]
    assert {one["authority"] for one in cells} >= {SENDER, COUNCIL}
    assert {one["authority"] for one in ask(house, 6, SENDER)["cells"]} >= {SENDER}
    for wrong in ("2026", "2001Q1"):
        with pytest.raises(RequestInvalid):
            ask(house, 6, quarter=wrong)


def test_q8_tells_each_reason_with_its_sentence(house: House) -> None:
    answer = ask(house, 8, month="2026-11")

    assert answer["considered"] > 0
    by_reason = {one["reason"]: one for one in answer["reasons"]}
    assert by_reason["record_is_restricted"]["records"] > 0
    assert all(one["says"] for one in by_reason.values())
    assert answer["repeat_offenders"][0]["recipient"] == FIRE
    assert ask(house, 8, month="2026-10")["considered"] == 0


def test_q9_names_the_law_of_a_day_and_decides_again_the_same(house: House) -> None:
    answer = ask(house, 9, day="2026-11-23", subscription="fire-17a", release="1")

    assert answer["in_force"]["snapshot"] == house.book.current().law.sha256
    assert any(name.startswith("cedar/") for name in answer["documents"])
    assert answer["decided_again"]["same"]
    assert answer["decided_again"]["records"] > 0
    assert ask(house, 9, day="2026-11-22")["in_force"] is None
    with pytest.raises(NotFound):
        ask(house, 9, subscription="fire-17a", release="99")


def test_q10_says_what_is_over_and_what_is_held(house: House) -> None:
    answer = ask(house, 10)

    assert FEED in answer["feeds"]
    assert sum(one["records"] for one in answer["restricted"]) == 1


def test_q12_proves_the_log(house: House) -> None:
    answer = ask(house, 12)

    assert answer["verified"]
    assert answer["newest_checkpoint"]["size"] > 0


def test_q15_says_how_much_is_kept_back(house: House) -> None:
    answer = ask(house, 15)

    assert answer["subscriptions"] == 2
    assert 0 < answer["suppression_rate"] < 1
    assert answer["considered"] >= answer["released"] + answer["withheld"] + answer["held"]


@law("L22")
@pytest.mark.on_sqlite
def test_q14_counts_tagged_records_under_their_condition(tmp_path: Path) -> None:
    with houses.new_house(tmp_path / "home") as house:
        ready(house)
        houses.send(house, [personal_row("s1"), personal_row("s2")])
        page(house)

        assert ask(house, 14)["counted"] == []
        pack = ask(house, 4, recipient=COUNCIL, **DAY)
        assert pack["by_lane"] == {"personal": 2}
        assert pack["by_agreement"] == {"police-council": 2}
        assert pack["concern_somebody"] == 2
        held = ask(house, 2, feed=FEED, reference="s1")["holders"]
        assert "agreed.address_text" in held[0]["fields"]


@pytest.mark.on_sqlite
def test_q1_q8_and_q11_are_answered_in_one_call(tmp_path: Path) -> None:
    with houses.new_house(tmp_path / "home") as house:
        ready(house)
        requests = asking.desk(house)
        houses.send(house, [personal_row("z", CALLER_NAME="Zoe McAllister")])
        page(house)
        case = subjects.opened(house)
        assert ask(house, 1, case=case)["disclosures"] == []
        for found in subjects.search(house, case).candidates:
            subjects.decide(house, case, found.incident, SubjectStep.CONFIRMED, part=found.part)

        assert [one["case"] for one in ask(house, 1)["cases"]] == [case]
        shared = ask(house, 1, case=case)
        assert {one["recipient"] for one in shared["disclosures"]} == {COUNCIL}
        assert shared["recipients"] == ["Charnwood Borough Council"]
        assert shared["disclosures"][0]["agreement"] == "police-council"
        assert "McAllister" not in str(shared)
        with pytest.raises(NotFound):
            ask(house, 1, case="sar-none-such")
        with pytest.raises(NotFound):
            ask(house, 1, COUNCIL, case=case)

        assert ask(house, 8, month="2026-11")["requests"] == []
        nothing = asking.answer(outcome="nothing", refusal="not_necessary", positions=(), roles=())
        requests.answer(asking.asked(house, requests), SENDER, asking.NOMINATED, nothing)
        (refused,) = ask(house, 8, month="2026-11")["requests"]
        assert (refused["holder"], refused["reason"], refused["requests"]) == (
            SENDER,
            "not_necessary",
            1,
        )
        assert ask(house, 8, month="2026-10")["requests"] == []

        stated = ask(house, 11, about=SENDER)["stated"]
        assert any("Charnwood" in one["says"] or COUNCIL in one["says"] for one in stated)
        assert ask(house, 11)["about"] == "operator"
        with pytest.raises(NotFound):
            ask(house, 11, about="none-such")
