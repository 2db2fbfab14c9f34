"""Opening a body: a stated reason, a leaf before, and nothing where the leaf cannot be committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.access.people import Person, Role
from gateway.assembly import House
from gateway.audit import consulting
from gateway.audit.consulting import Consultations, NobodyNamed, TooManyAtOnce, at_terminal
from gateway.errors import NotFound, StoreUnavailable
from gateway.ledger.leaf import Operation, read_leaf
from gateway.store.consulting import consultations as told
from gateway.store.consulting import consultations_of, consulted_in
from schemas.consulting import NEEDS_CASE, REASON_SAYS, ConsultationReason, ReasonCode
from schemas.released import NoticeKind
from schemas.sensitivity import FieldGroup
from tests.support import agreed
from tests.support.house import change, new_house, send
from tests.support.requirements import law
from tests.support.signed_in import ADMINISTRATOR, ANALYST, COUNCIL, FIRE_AUDITOR, LEAD, POLICE

WORDS = "Ms Example asked in writing on 20 November what is held about her"
WHY = ConsultationReason(code=ReasonCode.SUBJECT_ACCESS, words=WORDS, case="sar-1")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path) as made:
        agreed.ready(made)
        send(made, [agreed.personal_row("p1"), agreed.personal_row("p2", CALLER_NAME="B. Other")])
        yield made


def leaves(house: House, operation: Operation) -> list[dict[str, Any]]:
    size = house.reader.head().ledger_size
    found = [house.reader.leaf(index) for index in range(size)]
    read = [read_leaf(one[0]) for one in found if one is not None]
    return [one for one in read if one["operation"] == operation.value]


@law("L31", "L32")
def test_a_body_opens_for_a_reason_and_the_leaf_says_who_when_and_why(house: House) -> None:
    before = house.reader.head().ledger_size

    shown = house.consultations.open(LEAD, WHY, [2, 1, 2])

    assert [one.incident.people[0].name for one in shown if one.incident] == [
        agreed.CALLER,
        "B. Other",
    ]
    assert house.reader.head().ledger_size == before + 1
    [leaf] = leaves(house, Operation.CONSULTATION)
    assert leaf["actor"] == LEAD.account
    assert leaf["at"] == "2026-11-23T09:30:15.250000Z"
    assert (leaf["reason"], leaf["role"], leaf["count"]) == ("subject_access", "ig_lead", 2)
    assert leaf["reason_hmac"] == consulting.reason_hmac(house.keys, WORDS)
    assert leaf["case_hmac"] == consulting.case_hmac(house.keys, "sar-1")
    assert "Example" not in str(leaf)
    assert "sar-1" not in str(leaf)


def test_who_looked_is_known_by_time_by_record_and_by_controller(house: House) -> None:
    house.consultations.open(LEAD, WHY, [1])
    house.consultations.open(POLICE, WHY, [2])

    with house.reader.connection() as connection:
        newest, first = told(connection, 0, 10)
        theirs = told(connection, 0, 10, "charnwood-bc")
        of_second = consultations_of(connection, 2)
        opened = consulted_in(connection, [newest["leaf"]])
    assert (newest["account"], first["account"]) == (POLICE.account, LEAD.account)
    assert newest["case_id"] == "sar-1"
    assert WORDS.encode() not in newest["ciphertext"]
    assert theirs == []
    assert [one["account"] for one in of_second] == [POLICE.account]
    assert [row["position"] for row in opened[newest["leaf"]]] == [2]


def test_only_the_groups_that_were_asked_for_are_shown(house: House) -> None:
    [shown] = house.consultations.open(LEAD, WHY, [1], {FieldGroup.EXACT_PLACE})

    assert shown.incident is not None
    assert shown.incident.address_text == agreed.PLACE
    assert shown.incident.people == ()
    assert leaves(house, Operation.CONSULTATION)[0]["field_groups"] == ["exact_place"]


@pytest.mark.parametrize("person", [COUNCIL, FIRE_AUDITOR, ADMINISTRATOR, ANALYST])
@law("L34")
def test_what_is_not_theirs_is_not_opened_and_the_try_is_a_leaf(
    house: House, person: Person
) -> None:
    with pytest.raises(NotFound):
        house.consultations.open(person, WHY, [1])

    assert leaves(house, Operation.CONSULTATION) == []
    [refusal] = leaves(house, Operation.REFUSAL)
    assert (refusal["actor"], refusal["action"]) == (person.account, "consultation")


@law("L32")
def test_nothing_is_opened_for_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_of: object) -> None:
        pytest.fail("a body was opened")

    monkeypatch.setattr(consulting, "opened", never)
    size = house.reader.head().ledger_size
    for account in ("", "Ms Example", "07700900123"):
        for role in (Role.IG_LEAD, Role.ANALYST):
            nobody = Person.model_construct(
                account=account, name="", partner=None, roles=frozenset({role})
            )
            with pytest.raises(NobodyNamed):
                house.consultations.open(nobody, WHY, [1])
    assert house.reader.head().ledger_size == size


def test_nothing_is_opened_whose_leaf_cannot_be_committed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_job: object) -> None:
        raise StoreUnavailable

    def never(*_of: object) -> None:
        pytest.fail("a body was opened")

    monkeypatch.setattr(consulting, "opened", never)
    monkeypatch.setattr(house.writer, "run", fails)
    with pytest.raises(StoreUnavailable):
        house.consultations.open(LEAD, WHY, [1])


def test_a_superseded_version_opens_and_an_erased_one_is_gone(house: House) -> None:
    send(house, [agreed.personal_row("p1", CALLER_NAME="A. Amended")])
    first, revised = house.consultations.open(LEAD, WHY, [1, 3])
    assert (first.version.current, revised.version.current) == (False, True)
    assert revised.incident is not None
    assert revised.incident.people[0].name == "A. Amended"

    change(house, NoticeKind.ERASED, ["p1"])
    with pytest.raises(NotFound):
        house.consultations.open(at_terminal("operator"), WHY, [1, 3])


def test_one_consultation_opens_a_limited_number(house: House) -> None:
    for positions in ((), range(1, 502)):
        with pytest.raises(TooManyAtOnce):
            house.consultations.open(LEAD, WHY, positions)


def test_a_search_is_a_leaf_with_its_query_as_a_keyed_hash(house: House) -> None:
    consultations: Consultations = house.consultations
    consultations.search(LEAD, WHY, [b"ada", b"example"], 3)
    with pytest.raises(NotFound):
        consultations.search(ANALYST, WHY, [b"ada"], 3)

    [leaf] = leaves(house, Operation.CONSULTATION)
    assert (leaf["action"], leaf["count"]) == ("search", 3)
    assert len(leaf["query_hmac"]) == 64


@pytest.mark.parametrize("words", ["", "case 12", " " * 40, "x" * 1_001, "a" + " " * 30])
def test_a_reason_has_words(words: str) -> None:
    with pytest.raises(ValidationError):
        ConsultationReason(code=ReasonCode.AUDIT, words=words)


def test_every_code_has_its_sentence() -> None:
    assert set(REASON_SAYS) == set(ReasonCode)
    assert set(ReasonCode) > NEEDS_CASE
