"""Subject access: searched by keys, confirmed by a person, told to whom everything went, answered, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from gateway.assembly import House, database_path
from gateway.audit.subject_cases import ReceivedLater, StepMissing
from gateway.audit.verify import verify
from gateway.errors import NotFound
from gateway.ledger.leaf import Operation, read_leaf
from policies.subject_case import CaseState, Missing
from policies.subject_search.scored import OTHER_BIRTH
from schemas.released import NoticeKind
from schemas.subject_access import SubjectOutcome, SubjectStep
from tests.support import agreed, subjects
from tests.support.house import change, later, new_house, send
from tests.support.requirements import law
from tests.support.signed_in import ADMINISTRATOR, ANALYST, COUNCIL, FIRE_AUDITOR, LEAD, POLICE

pytestmark = pytest.mark.on_sqlite
S = SubjectStep
FIELDS = (
    "source_reference",
    "people.name",
    "people.telephone",
    "address_text",
    "postcode",
    "description",
)
HOME, NUMBER = "14 Example Road, Loughborough LE11 9ZZ", "01632 960101"
NOBODY = {"CALLER_NAME": "", "CALLER_TEL": "", "LOCATION": "", "POSTCODE": ""}
SPELLINGS: tuple[dict[str, str], ...] = tuple(
    {**NOBODY, "RESULT_TEXT": "noise again", **one}
    for one in (
        {"CALLER_NAME": "Zoë Catherine McAllister-Jones"},
        {"CALLER_NAME": "McAllister-Jones, Zoë"},
        {"CALLER_NAME": "ZOE MCALLISTER JONES"},
        {"CALLER_NAME": "Z. McAllister-Jones"},
        {"CALLER_NAME": "Zoey MacAllister"},
        {"CALLER_NAME": "Zoe Mc Allister"},
        {"CALLER_NAME": "Mrs Z C McAllister"},
        {"CALLER_NAME": "Zoe McAllsiter"},
        {"CALLER_NAME": "Zoe\u0308 Macalister"},
        {"CALLER_NAME": "Зоя Макалістер"},
        {"CALLER_NAME": "Katherine McAllister"},
        {"CALLER_NAME": "Dr. Zoë Jones"},
        {"CALLER_NAME": "Cathryn Jones"},
        {"CALLER_NAME": "zoe m’callister"},
        {"CALLER_TEL": NUMBER},
        {"CALLER_TEL": "+44 1632 960 101", "CALLER_NAME": "the neighbour"},
        {"LOCATION": "14 EXAMPLE RD", "POSTCODE": "LE119ZZ"},
        {"RESULT_TEXT": "Spoke to Mrs Zoe McAllister, who was calm and thanked us for the call."},
        {"RESULT_TEXT": "CALLER IS FRIEND OF ZOE MCALLISTER AT THE DOOR"},
        {"RESULT_TEXT": "Seen by Jones, Zoë in the street."},
    )
)
LOOK_ALIKES = (
    "Zara McAllister", "Zoe Smith", "Paul Jones", "Catherine Bell", "Zoe Jonas", "Ian McAllister-Jones",
    "Chloe McAllister", "Zoë Macmillan", "Kate Johns", "Zac Jones", "Cathy McAlpine", "Joe McAllister",
    "Sue Jones", "Zoe Johnson", "Catherine Johns", "Zena Jones", "Jo McAlister", "Zeb McCallister",
    "Chris Jones", "Zoe Allister",
)  # fmt: skip
ASKED = subjects.ZOE.model_copy(update={"telephones": (NUMBER,), "addresses": (HOME,)})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path) as made:
        agreed.ready(made, fields=FIELDS)
        yield made


def leaves(house: House, operation: Operation) -> list[dict[str, Any]]:
    size = house.reader.head().ledger_size
    found = [house.reader.leaf(index) for index in range(size)]
    read = [read_leaf(one[0]) for one in found if one is not None]
    return [one for one in read if one["operation"] == operation.value]


def is_whole(house: House) -> None:
    report = verify(house.database, house.keys)
    assert report.findings == ()


def named(reference: str, **more: str) -> dict[str, str]:
    return agreed.personal_row(reference, **more)


def test_twenty_spellings_are_proposed_and_nobody_is_confirmed_by_itself(
    house: House, proved: Callable[..., None]
) -> None:
    send(house, [named(f"z{n}", **one) for n, one in enumerate(SPELLINGS)])
    send(
        house,
        [named(f"l{n}", **{**NOBODY, "CALLER_NAME": one}) for n, one in enumerate(LOOK_ALIKES)],
    )
    case = subjects.opened(house, ASKED)

    found = subjects.search(house, case, ASKED)

    proposed = {one.incident for one in found.candidates}
    assert set(range(1, 21)) <= proposed
    told = subjects.cases(house).of(LEAD, case)
    assert told.case.confirmed == set()
    assert all(one.proposal.why for one in found.candidates)
    with pytest.raises(StepMissing) as refused:
        subjects.answers(house).make(LEAD, case, subjects.why(case))
    assert refused.value.missing is Missing.UNDECIDED
    proved("subject-search", spellings=20, proposed=20, look_alikes=20, confirmed_by_itself=0)


def test_a_search_opens_nothing_and_is_one_leaf_that_names_nobody(house: House) -> None:
    send(house, [named("p1", CALLER_NAME="Zoe McAllister")])
    case = subjects.opened(house)

    subjects.search(house, case)

    [look] = leaves(house, Operation.CONSULTATION)
    assert (look["action"], look["count"]) == ("search", 1)
    every = str([leaves(house, operation) for operation in Operation])
    assert "McAllister" not in every
    assert "1984" not in every


def test_another_birthday_counts_against_and_the_same_for(house: House) -> None:
    send(house, [named("p1", CALLER_NAME="Zoe McAllister", CALLER_TEL=NUMBER)])
    case = subjects.opened(house, ASKED)
    [one] = subjects.search(house, case, ASKED).candidates

    assert OTHER_BIRTH not in one.proposal.why
    assert one.proposal.why == ("name_pair", "phone")


def test_a_case_ends_in_an_answer_that_is_itself_a_disclosure(house: House) -> None:
    said = "Zoe McAllister says that Ian Sampleton shouted at her again. She was calm when seen."
    send(house, [named("p1", CALLER_NAME="Zoe McAllister", RESULT_TEXT=said), named("p2")])
    agreed.page(house)
    case = subjects.opened(house)
    [one] = subjects.search(house, case).candidates
    subjects.decide(house, case, one.incident, S.CONFIRMED, part=one.part)

    document = subjects.answers(house).make(LEAD, case, subjects.why(case))

    [record] = document["records"]
    assert record["about_you"]["you"]["name"] == "Zoe McAllister"
    assert "Sampleton" not in str(document)
    [shared] = record["shared"]
    assert shared["to"] == "Charnwood Borough Council"
    assert shared["agreement"] == "police-council"
    assert "your name" in shared["what"]
    assert "Crime and Disorder Act 1998" in shared["power"]
    [answer] = leaves(house, Operation.SUBJECT_ANSWER)
    assert (answer["count"], answer["withheld"]) == (1, 0)
    assert [look["action"] for look in leaves(house, Operation.CONSULTATION)] == ["search", "open"]
    subjects.cases(house).take(LEAD, case, S.CLOSED, {"outcome": "answered"})
    assert subjects.cases(house).of(LEAD, case).case.state is CaseState.CLOSED
    is_whole(house)


@law("L40")
def test_a_case_does_not_close_while_something_is_withheld_without_a_reason(house: House) -> None:
    send(house, [named("p1", CALLER_NAME="Zoe McAllister")])
    case = subjects.opened(house)
    subjects.search(house, case)
    subjects.decide(house, case, 1, S.CONFIRMED, part=1)
    subjects.decide(house, case, 1, S.WITHHELD, ground="s45_4_b", words="")
    close = {"outcome": SubjectOutcome.ANSWERED.value}
    size = house.reader.head().ledger_size

    for attempt in (
        lambda: subjects.answers(house).make(LEAD, case, subjects.why(case)),
        lambda: subjects.cases(house).take(LEAD, case, S.CLOSED, close),
    ):
        with pytest.raises(StepMissing) as refused:
            attempt()
        assert refused.value.missing is Missing.REASON
    assert house.reader.head().ledger_size == size

    words = "A search of the house is planned for next week"
    subjects.decide(house, case, 1, S.WITHHELD, ground="s45_4_b", words=words)
    document = subjects.answers(house).make(LEAD, case, subjects.why(case))
    assert document["records"] == []
    assert "McAllister" not in str(document["records"])
    subjects.cases(house).take(LEAD, case, S.CLOSED, close)
    assert leaves(house, Operation.SUBJECT_ANSWER)[0]["withheld"] == 1


def test_a_nominated_person_works_the_own_cases_and_finds_the_own_records(house: House) -> None:
    send(house, [named("p1", CALLER_NAME="Zoe McAllister")])
    theirs = subjects.opened(house, person=COUNCIL)
    police = subjects.opened(house, person=POLICE)

    assert subjects.search(house, theirs, person=COUNCIL).candidates == ()
    assert len(subjects.search(house, police, person=POLICE).candidates) == 1
    assert [one.id for one in subjects.cases(house).every(COUNCIL)] == [theirs]
    assert len(subjects.cases(house).every(LEAD)) == 2
    for case, person in ((theirs, POLICE), (police, COUNCIL), ("sar-none-such", LEAD)):
        with pytest.raises(NotFound):
            subjects.cases(house).of(person, case)
    for nobody in (ADMINISTRATOR, ANALYST, FIRE_AUDITOR):
        with pytest.raises(NotFound):
            subjects.cases(house).every(nobody)
    with pytest.raises(ReceivedLater):
        subjects.cases(house).open(LEAD, ASKED, date(2027, 1, 1))


def test_what_a_case_held_is_destroyed_after_its_time_and_the_steps_still_verify(
    house: House, tmp_path: Path
) -> None:
    send(house, [named("p1", CALLER_NAME="Zoe McAllister")])
    subjects.fill(house)
    closed = next(
        one for one in subjects.cases(house).every(LEAD) if one.case.state is CaseState.CLOSED
    )
    assert subjects.cases(house).erase_closed(LEAD, 30) == []
    later(house, 40 * 86_400)

    assert subjects.cases(house).erase_closed(LEAD, 30) == [closed.id]

    told = subjects.cases(house).of(LEAD, closed.id)
    assert (told.asked, told.case.state) == (None, CaseState.ERASED)
    assert [one.done.what for one in told.steps][-2:] == [S.CLOSED, S.ERASED]
    is_whole(house)
    assert subjects.WORDS.encode() not in database_path(tmp_path).read_bytes()


ACTS = ("push", "push", "revise", "pull", "erase", "duty", "pull")


@law("L38")
def test_all_disclosures_of_a_person_and_only_theirs_are_told(
    tmp_path_factory: pytest.TempPathFactory,
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    """Random histories, against an account that the test keeps of what each recipient was handed."""
    told = 0
    histories = count(50)
    for number in range(histories):
        dice = Random(number)
        with new_house(tmp_path_factory.mktemp("history")) as house:
            agreed.ready(house, fields=FIELDS)
            history = _History(house)
            for act in ["push", *dice.choices(ACTS, k=20), "pull", "duty"]:
                history.act(act, dice)
            case = subjects.opened(house)
            found = {one.incident for one in subjects.search(house, case).candidates}
            listed = subjects.disclosures(house).of(sorted(history.theirs))

            assert found == history.theirs - history.erased
            records = [
                (one.incident, one.version, one.recipient)
                for one in listed
                if one.what == "release"
            ]
            assert sorted(records) == sorted(
                one for one in history.held if one[0] in history.theirs
            )
            assert {one.recipient_name for one in listed} <= {"Charnwood Borough Council"}
            told += len(records)
    assert told > 0
    proved("subject-disclosures", histories=histories, disclosures=told, missed=0, of_others=0)


class _History:
    """A house in which things happen to somebody's records and to others'."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.held: list[tuple[int, int, str]] = []
        self.theirs: set[int] = set()
        self.erased: set[int] = set()
        self.known: dict[str, int] = {}
        self.cursor: dict[str, str | None] = {agreed.ASKED: None, agreed.DUTY: None}

    def act(self, act: str, dice: Random) -> None:
        """Do one thing."""
        house, reference = self.house, dice.choice(sorted(self.known) or ["none"])
        if act == "push":
            for name in ("Zoe McAllister", "B. Other"):
                told = f"r{len(self.known)}"
                send(house, [named(told, CALLER_NAME=name)])
                with house.reader.connection() as connection:
                    self.known[told] = _newest(connection)
                self.theirs |= {self.known[told]} if name.startswith("Zoe") else set()
        elif act == "revise":
            name = "Zoe McAllister" if self.known[reference] in self.theirs else "B. Other"
            again = f"again {dice.random()}"
            send(house, [named(reference, CALLER_NAME=name, RESULT_TEXT=again)])
        elif act == "erase":
            change(house, NoticeKind.ERASED, [reference])
            self.erased.add(self.known[reference])
        else:
            name = agreed.ASKED if act == "pull" else agreed.DUTY
            made = agreed.pulled(house, self.cursor[name], 100, name)
            self.cursor[name] = made.page.cursor
            self.held += _handed(house, name, agreed.page_of(made))


def _newest(connection: Any) -> int:
    return int(connection.execute(text("SELECT max(id) FROM incident")).scalar_one())


def _handed(house: House, name: str, page: dict[str, Any]) -> list[tuple[int, int, str]]:
    """What a page gave, by our own incident numbers."""
    found = []
    with house.reader.connection() as connection:
        for record in page["records"]:
            asked = "SELECT incident FROM disclosure WHERE released_id = :id AND subscription = :s LIMIT 1"
            row = connection.execute(text(asked), {"id": record["id"], "s": name}).scalar_one()
            found.append((int(row), int(record["version"]), agreed.COUNCIL))
    return found
