"""The same household through several doors: signalled at the third report, to those entitled, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import House, matching_of, retention_of, signals_of
from gateway.audit.verify import verify
from gateway.demo.story_household import tell
from gateway.errors import NotFound
from gateway.release import matching
from gateway.release.signals import SignalStopped, waits_for
from schemas.released import NoticeKind
from schemas.signals import SignalState, StepKind
from tests.support.agreed import COUNCIL, prepare, sealed_halves, suspend
from tests.support.house import FIRE, SENDER, change, new_house
from tests.support.households import (
    FEEDS,
    HOUSING_FEED,
    POLICE_FEED,
    STREET_FEED,
    Place,
    later,
    row_of,
    send_to,
    street_of,
    two_ways,
)
from tests.support.requirements import law
from tests.support.signed_in import COUNCIL as COUNCIL_PERSON
from tests.support.signed_in import FIRE_AUDITOR, LEAD, POLICE
from tests.support.stores import Store

HOME = Place("2", "14", "Example Road", 100_000_000_114, "7700900123")
REASON = "Both duty officers looked at the reports and agree."


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        yield made
        assert verify(made.database, made.keys).findings == ()


def report(house: House, feed: str, number: int, place: Place = HOME, **more: str) -> None:
    """One report, and a round of matching."""
    row = {**row_of(feed, number, house.clock.now(), place, Random(number)), **more}
    send_to(house, feed, [{name: value for name, value in row.items() if value != "-"}])
    matching_of(house).run()


def told(house: House, partner: str) -> list[dict[str, Any]]:
    return signals_of(house).hand_out(partner, f"{partner}-system")


def whys(house: House, partner: str) -> list[str]:
    return sorted(one["why"] for one in told(house, partner))


@pytest.mark.on_sqlite
def test_a_household_of_33_reports_over_three_feeds_is_signalled_at_the_third_and_once(
    house: House, proved: Callable[..., None]
) -> None:
    two_ways(house)
    at: dict[str, dict[str, int]] = {}
    for number in range(1, 34):
        report(house, FEEDS[number % 3], number)
        for partner in (COUNCIL, SENDER, FIRE):
            for one in told(house, partner):
                at.setdefault(partner, {}).setdefault(one["why"], number)
        later(house, 1)

    # report 2 is the police's second feed after the council's first: a second partner
    assert at == {
        COUNCIL: {"second_partner": 3, "reports": 3},
        SENDER: {"second_partner": 3, "reports": 3},
    }
    assert len(told(house, COUNCIL)) == len(told(house, SENDER)) == 2
    assert told(house, FIRE) == []
    proved("household-33", reports=33, signalled_at=3, signals=4, to_others=0)


def test_a_signal_says_that_something_exists_whom_to_ask_and_nothing_else(house: House) -> None:
    two_ways(house)
    report(house, POLICE_FEED, 1)
    report(house, HOUSING_FEED, 2)
    (signal,) = told(house, COUNCIL)

    assert set(signal) == {
        *("id", "why", "says", "state", "ask", "agreement", "agreement_version", "found_at"),
        "yours",
    }
    assert (signal["why"], signal["ask"], signal["state"]) == (
        "second_partner",
        [SENDER],
        "waiting",
    )
    assert [one["feed"] for one in signal["yours"]] == [HOUSING_FEED]
    said = str(signal).casefold()
    assert not any(one in said for one in ("example road", "9zz", "07700", "p example", "noise"))


def test_who_knows_no_report_of_the_household_is_told_nothing(house: House) -> None:
    two_ways(house)
    for number in range(1, 5):
        report(house, POLICE_FEED, number)

    assert told(house, COUNCIL) == []  # the agreement would let it, but it does not know the home
    assert whys(house, SENDER) == ["reports"]


def test_without_a_clause_nothing_is_compared(house: House) -> None:
    two_ways(house, matching=None)
    for number in range(1, 4):
        report(house, FEEDS[number % 3], number)

    assert told(house, COUNCIL) == told(house, SENDER) == []


def test_an_agreement_that_stops_stops_its_signals_and_goes_on_with_them(house: House) -> None:
    two_ways(house)
    report(house, POLICE_FEED, 1)
    report(house, HOUSING_FEED, 2)
    assert whys(house, COUNCIL) == ["second_partner"]
    (found,) = [one for one in signals_of(house).listed(LEAD) if one.signal.partner == COUNCIL]

    suspend(house)
    assert told(house, COUNCIL) == []
    # what the police send now is kept by no agreement; what the council sends still is
    report(house, POLICE_FEED, 3)
    assert whys(house, SENDER) == ["second_partner"]
    report(house, HOUSING_FEED, 4)
    assert whys(house, SENDER) == ["reports", "second_partner"]
    assert len(signals_of(house).listed(LEAD)) == 3
    with pytest.raises(SignalStopped):
        signals_of(house).decide(LEAD, found.signal.id, StepKind.CONFIRMED, REASON)


def test_reports_that_are_taken_back_are_told_no_more(house: House) -> None:
    two_ways(house)
    report(house, POLICE_FEED, 1)
    report(house, HOUSING_FEED, 2)
    assert whys(house, COUNCIL) == ["second_partner"]

    change(house, NoticeKind.RETRACTED, ["H1"])
    assert told(house, COUNCIL) == []
    # and what was taken back counts for no other
    report(house, STREET_FEED, 3)
    assert told(house, COUNCIL) == []


def test_a_person_confirms_or_dismisses_with_a_reason_and_each_step_is_a_leaf(
    house: House,
) -> None:
    two_ways(house)
    report(house, POLICE_FEED, 1)
    report(house, HOUSING_FEED, 2)
    desk = signals_of(house)
    (signal,) = told(house, COUNCIL)

    for person in (FIRE_AUDITOR, FIRE_AUDITOR.model_copy(update={"roles": POLICE.roles})):
        assert desk.listed(person) == []
        with pytest.raises(NotFound):
            desk.one(person, signal["id"])
        with pytest.raises(NotFound):
            desk.decide(person, signal["id"], StepKind.CONFIRMED, REASON)
    with pytest.raises(NotFound):
        desk.one(LEAD, "no-such-signal")
    assert desk.decide(COUNCIL_PERSON, signal["id"], StepKind.DISMISSED, REASON).role
    assert told(house, COUNCIL)[0]["state"] == "dismissed"
    desk.decide(POLICE, signal["id"], StepKind.CONFIRMED, REASON)
    found = desk.one(LEAD, signal["id"])
    assert found.state is SignalState.CONFIRMED
    assert [one.kind.value for one in found.steps] == ["handed", "dismissed", "confirmed"]
    operations = [leaf_of(house, index) for index in range(house.reader.head().ledger_size)]
    said = [one for one in operations if one["operation"] in {"matching", "signal"}]
    assert [
        one.get("change", one.get("reason")) for one in said if one["recipient"] == COUNCIL
    ] == [*("second_partner", "handed", "dismissed", "confirmed")]
    assert REASON not in str(operations)


def leaf_of(house: House, index: int) -> dict[str, Any]:
    stored = house.reader.leaf(index)
    assert stored is not None
    read: dict[str, Any] = from_json(stored[0])
    return read


@pytest.mark.on_sqlite
def test_look_alikes_are_not_merged(house: House, proved: Callable[..., None]) -> None:
    """Neighbours, flats 1, 11 and 111 of each house, one landlord's telephone on all of them."""
    two_ways(house)
    places = street_of(12, flats=("1", "11", "111"))
    landlord = "1632960999"
    number = 0
    for place in places:
        shared = Place(place.flat, place.house, place.street, place.uprn, landlord)
        for feed in (POLICE_FEED, HOUSING_FEED):
            number += 1
            send_to(house, feed, [row_of(feed, number, house.clock.now(), shared, Random(number))])
    # rows that name no home at all: who calls is all that is known
    for _ in range(6):
        number += 1
        row = row_of(POLICE_FEED, number, house.clock.now(), places[0], Random(number))
        bare = {**row, "LOCATION": "", "POSTCODE": "", "CALLER_TEL": f"0{landlord}"}
        send_to(house, POLICE_FEED, [bare])
    matching_of(house).run()

    found = signals_of(house).listed(LEAD)
    homes = {frozenset(one["incident"] for one in each.records) for each in found}
    # each of the 36 homes has two reports by two partners, and none reaches a third
    assert {one.signal.why.value for one in found} == {"second_partner"}
    assert len(homes) == len(places) == 36
    assert all(len(one) == 2 for one in homes)
    proved("look-alikes", homes=36, reports=number, false_third_reports=0, merged=0)


@pytest.mark.on_sqlite
def test_an_office_that_reports_several_doors_and_flats_told_in_short_make_no_household(
    house: House,
) -> None:
    """Doors without postcodes from one telephone; flats, streets and numbers that were once taken for one."""
    two_ways(house)
    office = {"POSTCODE": "", "CALLER_TEL": "01632 960000", "Postcode": "", "UPRN": ""}
    quiet = {"CALLER_TEL": "", "ComplainantTel": "", "UPRN": ""}
    looks_alike = (
        (office, ("5 Sample Road, Syston", "9 Dummy Lane, Sileby", "21 Example Close, Quorn")),
        (quiet, ("F2, 44 Sample Road", "F3, 44 Sample Road", "F5, 44 Sample Road")),
        (quiet, ("3 The Green", "3 The Crescent", "3 The Hill")),
        (quiet, ("Dummy Lane 14, Syston", "Sample Road 14, Syston", "Example Close 14, Syston")),
    )
    number = 0
    for more, addresses in looks_alike:
        for address in addresses:
            number += 1
            feed = (POLICE_FEED, HOUSING_FEED)[number % 2]
            called = {"ComplainantTel": "01632960000 ext 7"} if more is office else {}
            report(
                house, feed, number, **{**more, **called, "LOCATION": address, "Address": address}
            )
    assert signals_of(house).listed(LEAD) == []

    for address in ("Sample Lane 77, Syston", "77 Sapmle Lane", "No. 77, Sample Ln"):
        number += 1
        feed = (POLICE_FEED, HOUSING_FEED)[number % 2]
        report(house, feed, number, **{**quiet, "LOCATION": address, "Address": address})
    assert signals_of(house).listed(LEAD) != []


def test_matching_goes_on_where_it_was_broken_off_and_tells_nothing_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_ways(house)
    now = house.clock.now()
    for feed in (HOUSING_FEED, POLICE_FEED):
        rows = [row_of(feed, n, now - timedelta(days=n), HOME, Random(n)) for n in range(1, 6)]
        send_to(house, feed, rows)
    monkeypatch.setattr(matching, "PART", 3)
    whole = matching_of(house)
    real, calls = house.writer.submit, []

    def submit(work: Any, weight: int = 1) -> Any:
        calls.append(weight)
        if len(calls) == 2:
            raise OSError("gone")
        return real(work, weight)

    monkeypatch.setattr(house.writer, "submit", submit)
    assert whole.waiting() == 10
    with pytest.raises(OSError, match="gone"):
        whole.run()
    assert whole.waiting() == 7
    whole.run()
    assert whole.run() == whole.waiting() == 0
    assert whys(house, COUNCIL) == whys(house, SENDER) == ["reports", "second_partner"]


def test_a_household_that_goes_on_is_signalled_again_when_its_reports_are_new_ones(
    house: House,
) -> None:
    two_ways(house)
    for number in range(1, 8):
        report(house, POLICE_FEED, number)
        later(house, 70)

    # 1 to 3 are signalled; 4 and 5 lie in six months with one of those; 6 begins anew with 4 to 6
    found = sorted(signals_of(house).listed(LEAD), key=lambda one: one.signal.at)
    assert [one.signal.partner for one in found] == [SENDER, SENDER]
    assert [[each["position"] for each in one.records] for one in found] == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.on_sqlite
def test_the_demonstration_tells_of_a_third_report_that_waits(house: House) -> None:
    prepare(house)
    filled = tell(house)

    waits = waits_for(LEAD, signals_of(house).listed(LEAD))
    assert {one.signal.why.value for one in waits} == {"reports"}
    assert filled["/console/signals/{signal}"].rpartition("/")[2] in [
        one.signal.id for one in waits
    ]
    assert all("{" not in path for path in filled.values())


@law("L30")
@pytest.mark.on_sqlite
def test_what_a_signal_rests_on_is_kept_while_the_agreement_that_compares_it_says(
    house: House,
) -> None:
    prepare(house)
    tell(house)
    sealed = len(sealed_halves(house))
    assert sealed > 0

    retention_of(house).run()
    assert len(sealed_halves(house)) == sealed
    later(house, days=365)
    retention_of(house).run()
    assert sealed_halves(house) == []
