"""Cases in guided steps: who is told, who answers, what is overdue, and what becomes of what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from gateway.assembly import House
from gateway.audit.cases import Case, Cases
from gateway.audit.casework import CorrectionRefused
from gateway.audit.correction_round import CorrectionRound
from gateway.audit.verify import verify
from gateway.casework import cases_of, correction_round_of
from gateway.errors import NotFound
from gateway.settings import Settings
from gateway.store import tables as t
from schemas.corrections import CaseKind, CaseOpening, CaseStep, Origin, RefusalReason
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support.recipients import sent
from tests.support.requirements import law

DAY = 86_400
THREE = ("fire-a", "fire-b", "fire-c")
S = CaseStep


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path / "home") as made:
        yield made
        assert verify(made.database, made.keys).document()["found"] == {}


def desk(house: House) -> tuple[Cases, CorrectionRound]:
    settings = Settings(home=house.home)
    return cases_of(house, settings), correction_round_of(house, settings)


def opened(
    cases: Cases,
    kind: CaseKind,
    references: list[str],
    origin: Origin = Origin.OPERATOR,
    words: str | None = None,
) -> Case:
    wanted = CaseOpening(
        kind=kind, origin=origin, feed=houses.FEED, received=date(2026, 11, 23), words=words
    )
    found = cases.look_up(houses.FEED, references)
    return cases.open("ig-lead", wanted, found.incidents)


def fetched(house: House, name: str, cursors: dict[str, str]) -> None:
    """Pull until the cursor stands still, which acknowledges every page."""
    while True:
        page = sent(houses.pull(house, cursors.get(name), name=name))
        if page["cursor"] == cursors.get(name):
            return
        cursors[name] = page["cursor"]


@law("L27")
def test_two_of_three_answer_a_recall_and_the_third_is_escalated_until_it_returns(
    house: House,
) -> None:
    cases, rounds = desk(house)
    for name in THREE:
        houses.subscribe(house, name)
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    cursors: dict[str, str] = {}
    for name in THREE:
        fetched(house, name, cursors)
    case = cases.take(opened(cases, CaseKind.RECALL, ["a"]), S.RETRACTED, "ig-lead")
    assert (case.state, case.open, len(case.recipients)) == ("open", 3, 3)

    for name in THREE[:2]:
        fetched(house, name, cursors)
    houses.later(house, 8 * DAY)
    case = cases.find(case.item.id)
    assert (case.state, case.open, case.overdue) == ("overdue", 1, 1)
    assert [one.open for one in case.recipients] == [0, 0, 1]
    assert rounds.escalate() == 0
    houses.later(house, 7 * DAY)
    assert (rounds.escalate(), rounds.escalate()) == (1, 0)
    assert cases.find(case.item.id).escalated == {"fire-c"}

    page = sent(houses.pull(house, cursors["fire-c"], name="fire-c"))
    assert [(one["kind"], one["reason"]) for one in page["notices"]] == [
        ("retracted", "unlawfully_shared")
    ]
    fetched(house, "fire-c", cursors)
    case = cases.find(case.item.id)
    assert (case.open, case.overdue, cases.holders(case)) == (0, 0, ["llr-fire"])
    assert cases.take(case, S.CLOSED, "ig-lead").state == "done"


@pytest.mark.on_sqlite
@law("L29")
def test_a_contest_is_restricted_sent_to_the_source_corrected_and_lifted(house: House) -> None:
    cases, rounds = desk(house)
    houses.subscribe(house)
    houses.send(house, [houses.row("a", "213")])
    cursors: dict[str, str] = {}
    fetched(house, houses.FIRE_SUBSCRIPTION, cursors)
    says = "She says it was the house opposite."
    case = opened(cases, CaseKind.CONTEST, ["a", "unknown"], Origin.SUBJECT, says)
    assert case.clock is not None
    assert (case.clock.due.due, case.late) == (date(2026, 12, 23), False)
    with pytest.raises(CorrectionRefused):
        cases.take(case, S.CLOSED, "ig-lead")
    with pytest.raises(CorrectionRefused):
        cases.take(case, S.REFUSED, "ig-lead")

    case = cases.take(case, S.RESTRICTED, "ig-lead")
    case = cases.take(case, S.SENT_TO_SOURCE, "ig-lead", words=says)
    (report,) = house.reports.of_feeds([houses.FEED])
    assert (report.item.subscription, report.item.first.said["case"]) == (None, case.item.id)
    fetched(house, houses.FIRE_SUBSCRIPTION, cursors)
    houses.send(house, [houses.row("a", "204")])
    case = cases.take(cases.find(case.item.id), S.LIFTED, "ig-lead")
    assert case.open == 1
    fetched(house, houses.FIRE_SUBSCRIPTION, cursors)
    houses.later(house, 40 * DAY)
    assert cases.find(case.item.id).late
    case = cases.take(case, S.SUBJECT_TOLD, "ig-lead", words="By letter.")
    case = cases.take(case, S.CLOSED, "ig-lead")
    assert (case.state, case.late, cases.holders(case)) == ("done", False, ["llr-fire"])

    assert [words for _, words in cases.read_words(case, "ig-lead", "complaint")] == [
        says,
        says,
        "By letter.",
    ]
    houses.later(house, 731 * DAY)
    # the report to the source was never answered, so what was said in it stays
    assert (rounds.erase_words(), rounds.erase_words()) == (1, 0)
    assert cases.read_words(cases.find(case.item.id), "ig-lead", "complaint") == []


@pytest.mark.on_sqlite
@law("L27")
def test_what_a_source_took_back_by_itself_becomes_a_case_once_nobody_answers(
    house: House,
) -> None:
    cases, rounds = desk(house)
    houses.subscribe(house)
    houses.send(house, [houses.row(name, "213") for name in "abc"])
    cursors: dict[str, str] = {}
    fetched(house, houses.FIRE_SUBSCRIPTION, cursors)
    houses.take_back(house, ["a"])
    houses.change(house, NoticeKind.RESTRICTED, ["b", "c"])
    houses.change(house, NoticeKind.LIFTED, ["c"])
    rounds.run_in_turn()
    assert cases.all() == []

    houses.later(house, 15 * DAY)
    rounds.run_in_turn()
    rounds.run_in_turn()
    found = {case.kind: case for case in cases.all()}
    assert set(found) == {CaseKind.RETRACTION, CaseKind.RESTRICTION}
    assert [(one.open, one.escalated) for one in found.values()] == [
        (1, {houses.FIRE_SUBSCRIPTION})
    ] * 2
    fetched(house, houses.FIRE_SUBSCRIPTION, cursors)
    assert [case.open for case in cases.all()] == [0, 0]


@pytest.mark.on_sqlite
def test_words_that_are_gone_without_a_step_are_found(store: str, tmp_path: Path) -> None:
    with houses.new_house(tmp_path / "home") as house:
        cases, _ = desk(house)
        houses.send(house, [houses.row("a", "213")])
        case = opened(cases, CaseKind.ERASURE, ["a"], words="Please.")
        with pytest.raises(NotFound):
            opened(cases, CaseKind.ERASURE, ["unknown"])
        with pytest.raises(NotFound):
            cases.find("none-such")
        refused = cases.take(case, S.REFUSED, "ig-lead", reason=RefusalReason.KEPT_AS_EVIDENCE)
        assert refused.item.steps[-1].said == {"reason": "kept_as_evidence"}
        gone = {"wrapped_secret": None, "ciphertext": None}
        about = {"item": case.item.id, "number": 1}
        house.writer.run(lambda tx: tx.change(t.CORRECTION_STEP, about, gone))
        found = verify(house.database, house.keys).document()["found"]
        assert list(found) == ["correction_step.words"]


def walked(house: House, dice: Random, steps: int) -> tuple[int, int]:
    """Let a random history happen; return how many owed notices went out, and how many are open."""
    cases, _ = desk(house)
    names: list[str] = []
    cursors: dict[str, str] = {}
    for name in THREE:
        houses.subscribe(house, name)
    for number in range(steps):
        match dice.choice(("send", "read", "read", "lost", "case", "step", "order")):
            case "send":
                names.append(f"r{number}")
                houses.send(house, [houses.row(names[-1], "213")])
            case "read":
                fetched(house, dice.choice(THREE), cursors)
            case "lost":
                name = dice.choice(THREE)
                houses.pull(house, cursors.get(name), 2, name)
            case "case" if names:
                chosen = dice.sample(names, min(2, len(names)))
                if cases.look_up(houses.FEED, chosen).incidents:  # what was erased is unknown
                    opened(cases, dice.choice(list(CaseKind)), chosen)
            case "step":
                for one in cases.all()[:2]:
                    may = set(one.following) - {S.REFUSED, S.SENT_TO_SOURCE}
                    if may:
                        cases.take(one, dice.choice(sorted(may)), "ig-lead")
            case "order" if names:
                houses.send(house, [houses.row(dice.choice(names), dice.choice(("204", "213")))])
    return _told_exactly(house, cases)


def _told_exactly(house: House, cases: Cases) -> tuple[int, int]:
    """Hold every case against the tables themselves: 0 missing, 0 extra."""
    told = waiting = 0
    with house.reader.connection() as connection:
        reach = {
            (row[0], row[1]): row[2]
            for row in connection.exec_driver_sql(
                "SELECT subscription, number, to_position FROM release"
            )
        }
    for case in cases.all():
        for entry in case.informing:
            rows = house.reader.disclosures_of(entry.incident)
            holders = {
                row["subscription"]
                for row in rows
                if row["what"] == "record"
                and row["state"] != "withdrawn"
                and reach[row["subscription"], row["number"]] < entry.position
            }
            listed = [one for one in cases.answers(case) if one.incident == entry.incident]
            assert {one.subscription for one in listed} == holders
            assert len(listed) == len(holders)
            for one in listed:
                notices = [
                    row
                    for row in rows
                    if row["subscription"] == one.subscription
                    and row["what"] != "record"
                    and row["position"] >= entry.position
                ]
                assert bool(notices) == (one.release is not None)
                told, waiting = told + (one.release is not None), waiting + one.open
            others = {row["subscription"] for row in rows if row["what"] != "record"}
            assert others <= {row["subscription"] for row in rows if row["what"] == "record"}
    return told, waiting


@pytest.mark.on_sqlite
@law("L27")
@pytest.mark.prove
def test_over_random_histories_whoever_had_a_record_is_told_and_nobody_else(
    store: str, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    plays = count(50)
    notices = waiting = 0
    for seed in range(plays):
        with houses.new_house(tmp_path / str(seed)) as house:
            told, left = walked(house, Random(seed), 40)
            notices, waiting = notices + told, waiting + left
            cursors: dict[str, str] = {}
            for name in THREE:
                fetched(house, name, cursors)
            cases, _ = desk(house)
            assert [case.open for case in cases.all()] == [0] * len(cases.all())
            assert verify(house.database, house.keys).document()["found"] == {}
    assert notices >= plays
    proved("recalls", plays=plays, notices=notices, waiting=waiting, missing=0, extra=0)
