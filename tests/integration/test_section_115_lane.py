"""The personal lane: what leaves, what stays, what stops it, and that nothing is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import House
from gateway.audit.explained import explain_record
from gateway.audit.verify import Report, verify
from gateway.clock import london_day
from gateway.errors import LawRefuses
from gateway.law.register import put_partner
from schemas.partners import HolderDecision
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support.agreed import (
    ASKED,
    CALLER,
    CONTACT,
    COUNCIL,
    DUTY,
    NARRATIVE,
    PLACE,
    agree,
    asks,
    lapse,
    next_day,
    page,
    page_of,
    personal_row,
    prepare,
    pulled,
    ready,
    resume,
    sealed_halves,
    suspend,
    terms,
)
from tests.support.house import FEED, SENDER, change, later, new_house, send, subscribe, take_back
from tests.support.requirements import law
from tests.support.stores import Store

LISTED = ("description", "occurred_from")


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    made = new_house(tmp_path / "home")
    yield made
    made.close()


def verified(house: House) -> Report:
    return verify(house.database, house.keys)


def leaves(house: House, operation: str) -> list[dict[str, Any]]:
    found = []
    for index in range(house.reader.head().ledger_size):
        stored = house.reader.leaf(index)
        assert stored is not None
        document = from_json(stored[0])
        if document["operation"] == operation:
            found.append(document)
    return found


def refused(house: House, after: str | None = None, name: str = ASKED) -> set[str]:
    with pytest.raises(LawRefuses) as caught:
        page(house, after, name=name)
    assert caught.value.extra is not None
    return {one["id"].removeprefix("section_115.") for one in caught.value.extra["conditions"]}


@law("L19", "L23")
def test_listed_fields_leave_and_nothing_else_does(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1")])

    (record,) = page(house)["records"]
    (duty,) = page(house, name=DUTY)["records"]

    assert record["agreed"] == {
        "source_reference": "s1",
        "people": [{"role": "caller", "name": CALLER}],
        "address_text": PLACE,
        "occurred_from": "2026-10-31T21:40+00:00",
        "time_precision": "minute",
        "description": NARRATIVE,
        "assertion": "fact",
    }
    assert (record["agreement"], record["agreement_version"]) == ("police-council", 1)
    assert (record["delete_by"], record["onward"]) == ("2027-11-23", "forbidden")
    assert record["occurred"] == duty["occurred"] == "2026-10-31T21:00+00:00"
    assert record["id"] == duty["id"]
    assert set(record) - set(duty) == {
        *("agreement", "agreement_version", "delete_by", "marking", "agreed"),
        *("purpose", "regime_source", "regime_recipient", "crossing", "onward"),
    }
    assert CONTACT not in str(record)
    for text in (CALLER, CONTACT, PLACE, NARRATIVE, "s1"):
        assert text not in str(duty)
    assert verified(house).whole


def test_only_what_a_live_agreement_uses_is_at_rest(house: House) -> None:
    prepare(house)
    send(house, [personal_row("before")])
    agree(house, terms())
    send(
        house, [personal_row("s1"), personal_row("crime", "009"), personal_row("s2", PREMISES="x")]
    )
    suspend(house)
    send(house, [personal_row("while")])

    halves = sealed_halves(house)

    assert len(halves) == 2
    for half in halves:
        assert set(half) == {*("source_reference", "people", "address_text"), *LISTED}
        assert half["people"] == [{"role": "caller", "name": CALLER}]


def test_the_ledger_says_under_what_it_went(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1")])
    page(house)

    (leaf,) = leaves(house, "release")

    assert leaf["power"] == "section_115"
    assert leaf["purpose"] == "preventing_crime_and_disorder"
    assert (leaf["agreement"], leaf["agreement_version"]) == ("police-council", "1")
    assert leaf["provision"] == "s17"
    assert leaf["fields"] == ["address_text", *LISTED, "people.name", "source_reference"]
    groups = ["exact_place", "exact_time", "identity", "narrative", "reference"]
    assert leaf["field_groups"] == groups
    assert (leaf["regime_source"], leaf["regime_recipient"]) == ("law_enforcement", "general")
    assert CALLER not in str(leaf)


STOPS: dict[str, tuple[Callable[[House], None], set[str]]] = {
    "the holder suspends": (suspend, {"agreement_is_live"}),
    "the recipient suspends": (lambda house: suspend(house, COUNCIL), {"agreement_is_live"}),
    "the protocol lapses": (lapse, {"protocol_is_in_force"}),
}


@pytest.mark.parametrize("name", STOPS)
def test_whatever_is_not_live_stops_115_while_17a_goes_on(house: House, name: str) -> None:
    stop, conditions = STOPS[name]
    ready(house)
    send(house, [personal_row("s1"), personal_row("s2")])
    first = page(house, limit=1)
    stop(house)

    assert len(first["records"]) == 1
    assert refused(house, first["cursor"]) == conditions
    assert len(page(house, name=DUTY)["records"]) == 2
    flags = leaves(house, "release")[-1]["flags"]
    assert flags == (["protocol_not_live"] if "protocol" in name else [])
    assert verified(house).whole


@pytest.mark.parametrize("name", STOPS)
def test_it_stops_within_one_record_while_a_page_is_written(house: House, name: str) -> None:
    ready(house)
    send(house, [personal_row(f"s{number}") for number in range(5)])
    made = pulled(house)
    look = made.look

    def looks(index: int) -> bool:
        if index == 2:
            STOPS[name][0](house)
        return look(index)

    made.look = looks
    written = page_of(made)

    assert len(written["records"]) == 2
    assert written["complete"] is False
    assert leaves(house, "broken_off")[-1]["disclosed"] == 2


def test_the_last_day_ends_between_two_records(house: House) -> None:
    ready(house, valid_to="2026-11-24")
    send(house, [personal_row(f"s{number}") for number in range(5)])
    made = pulled(house)
    look = made.look

    def looks(index: int) -> bool:
        if index == 3:
            next_day(house)
        return look(index)

    made.look = looks
    written = page_of(made)

    assert (len(written["records"]), written["complete"]) == (3, False)
    assert refused(house) == {"agreement_is_live"}


def test_another_version_with_fewer_fields_breaks_a_page_off_and_goes_by_the_new_terms(
    house: House,
) -> None:
    ready(house)
    send(house, [personal_row("s1"), personal_row("s2")])
    made = pulled(house)
    agree(house, terms(version=2, fields=("address_text",)))

    assert page_of(made)["records"] == []
    again = page(house)["records"]
    assert [set(record["agreed"]) for record in again] == [{"address_text"}] * 2
    assert {record["agreement_version"] for record in again} == {2}
    assert leaves(house, "replay")[-1]["agreement_version"] == "2"
    assert verified(house).whole


def test_notices_go_on_while_the_agreement_is_suspended_and_nothing_is_passed_over(
    house: House,
) -> None:
    ready(house)
    send(house, [personal_row("s1"), personal_row("s2")])
    first = page(house)
    send(house, [personal_row("s3")])
    suspend(house)
    take_back(house, ["s1"])

    told = page(house, first["cursor"])
    assert [notice["kind"] for notice in told["notices"]] == ["retracted"]
    assert told["records"] == []
    assert refused(house, told["cursor"]) == {"agreement_is_live"}
    assert refused(house, told["cursor"]) == {"agreement_is_live"}

    resume(house)
    went_on = page(house, told["cursor"])
    assert [record["agreed"]["source_reference"] for record in went_on["records"]] == ["s3"]
    assert went_on["notices"] == []
    assert verified(house).whole


def test_a_pending_page_is_not_sent_again_once_the_agreement_is_suspended(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1")])
    first = page(house)
    suspend(house)

    assert refused(house) == {"agreement_is_live"}
    resume(house)
    again = page(house)
    assert [r["id"] for r in again["records"]] == [r["id"] for r in first["records"]]
    assert verified(house).whole


def test_an_old_page_replayed_under_a_suspension_holds_no_record(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1")])
    first = page(house)
    house.door.acknowledge(ASKED, COUNCIL, "council-system", first["cursor"])
    suspend(house)

    replayed = page(house, house.door.cursor(ASKED, 0))

    assert replayed["records"] == []


@law("L05")
def test_the_holder_declines_and_no_error_tells_the_recipient_of_its_records(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1")])
    police = house.book.refresh().register.partners[SENDER]
    decided = HolderDecision(reference="d-1", nominated_person="a post", reason="r")
    declined = police.model_copy(update={"withholds_section_115": (decided,)})
    house.writer.run(put_partner(declined, house.act("operator")))

    assert page(house)["records"] == []
    assert leaves(house, "release")[-1]["reasons"] == {"section_115.holder_has_not_declined": 1}


def test_records_from_before_the_agreed_day_are_not_asked_for(house: House) -> None:
    prepare(house)
    agree(house, terms())
    send(house, [personal_row("s1")])
    next_day(house, 10)
    agree(house, terms(version=2, records_from="2026-12-01"))
    send(house, [personal_row("s2")])
    asks(house)

    records = page(house)["records"]

    assert [record["agreed"]["source_reference"] for record in records] == ["s2"]
    (leaf,) = leaves(house, "release")
    assert (leaf["considered"], leaf["released"]) == (1, 1)
    assert verified(house).whole


def test_what_may_be_kept_no_longer_is_not_given(house: House) -> None:
    ready(house, retention_days=5)
    send(house, [personal_row("s1")])
    next_day(house, 6)

    assert page(house)["records"] == []


def test_a_case_goes_by_its_keyed_hash_and_no_other_case_does(house: House) -> None:
    # no source of this house has a case column, so that nothing is covered
    prepare(house)
    agree(house, terms(coverage={"cases": ("ab" * 32,)}))
    asks(house)
    send(house, [personal_row("s1")])

    assert page(house)["records"] == []
    assert leaves(house, "release")[-1]["reasons"] == {"section_115.agreement_covers_record": 1}


def test_the_depersonalised_lane_may_rest_on_section_115_too_in_cells_of_five(house: House) -> None:
    ready(house)
    asks(house, "council-115-d", lane=Lane.DEPERSONALISED)
    send(house, [personal_row(f"s{number}") for number in range(5)])

    assert page(house, name="council-115-d")["records"] == []
    later(house, 10 * 86_400)
    records = page(house, name="council-115-d")["records"]

    assert len(records) == 5
    assert all("agreed" not in record and record["occurred"] == "2026-10" for record in records)
    assert CALLER not in str(records)
    assert verified(house).whole


def test_an_explanation_says_what_leaves_and_why_the_rest_is_stripped(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1")])
    edition = house.book.refresh()
    day = london_day(house.clock)

    told = explain_record(house.reader, edition, house.desk(FEED, edition), "s1", ASKED, day)

    fates = {one["field"]: one for one in told.document()["fields"]}
    assert {name for name, fate in fates.items() if fate["leaves"]} == {
        *("source_reference", "people", "address_text", *LISTED)
    }
    assert fates["contact"]["why"] == ["The agreement does not list it."]
    assert "Stripped:" in told.text()
    assert "Fields that leave: " in told.text()


def test_what_was_erased_cannot_be_rendered_again_and_still_verifies(house: House) -> None:
    ready(house)
    send(house, [personal_row("s1"), personal_row("s2")])
    first = page(house)
    change(house, NoticeKind.ERASED, ["s1"])

    told = page(house, first["cursor"])

    assert [notice["kind"] for notice in told["notices"]] == ["erased"]
    assert verified(house).whole


@law("L43")
def test_another_recipient_of_the_protocol_gets_nothing_under_it(house: House) -> None:
    ready(house)
    under: dict[str, Any] = {"power": "section_115", "lane": "personal"}
    subscribe(
        house,
        "fire-115",
        purpose="preventing_crime_and_disorder",
        agreement="police-council",
        **under,
    )
    send(house, [personal_row("s1")])

    with pytest.raises(LawRefuses):
        house.door.pull("fire-115", "llr-fire", "fire-system", None, 10)
