"""Section 17A returns: made once from the log, handed to whom they are owed, sent when the receipt comes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.explained import explain_record
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.errors import LawRefuses, NotFound, ReturnPeriodRuns, ReturnReceiptWrong
from gateway.keys import quarters
from gateway.law.register import put_partner
from gateway.release.naming import in_use, put_key_change
from gateway.release.return_written import json_lines, table
from gateway.release.returned import Handed, hand, make, receive
from schemas.partners import HolderDecision
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support import returning as r
from tests.support.requirements import law


def told(handed: Handed) -> list[dict[str, Any]]:
    return [json.loads(line) for line in handed.lines]


def whole(house: House) -> bool:
    return verify(house.database, house.keys).whole


@law("L08", "L11", "L12", "L13")
def test_police_incidents_leave_as_paragraph_1_with_the_prescribed_fields_alone(
    house: House,
) -> None:
    heads = ["213", "100", "309", "207"]  # ASB, transport, public safety and welfare, ASB
    rows = [r.police_row(f"a{n}", code) for n, code in enumerate(heads)]
    houses.send(house, [*rows, r.police_row("crime", "010"), houses.row("october")])

    handed = hand(r.desk(house), r.ask(), 1, "fire-system")

    assert handed.manifest.counts["released"] == 4
    for line in told(handed):
        assert set(line) == {"id", "change", "period", "row"}
        assert set(line["row"]) == {"date", "time", "location", "category"}
        assert (line["row"]["date"], line["row"]["time"]) == ("2026-08-10", "21:00")
        assert line["row"]["location"]["level"] != "none"
    categories = {line["row"]["category"]["source_code"] for line in told(handed)}
    assert categories == set(heads)
    assert handed.manifest.counts["unmapped"] == 2
    crimes = told(hand(r.desk(house), r.ask(), 2, "fire-system"))
    assert [one["row"]["sub_category"]["source_code"] for one in crimes] == ["010"]
    assert whole(house)


def test_a_file_is_made_once_and_handed_again_as_it_stands(house: House) -> None:
    houses.send(house, [r.police_row(f"a{n}") for n in range(6)])
    desk = r.desk(house)

    first, again = (hand(desk, r.ask(), 1, "fire-system") for _ in range(2))
    houses.take_back(house, ["a0"])
    houses.change(house, NoticeKind.RESTRICTED, ["a1"])
    houses.send(house, [r.police_row("a2", "213"), r.police_row("late")])
    now = hand(desk, r.ask(), 1, "fire-system")

    assert first.lines == again.lines
    assert make(desk, r.ask(), "operator") == []
    assert set(now.lines) < set(first.lines)
    assert (len(now.lines), now.omitted, now.manifest.entry) == (3, 3, first.manifest.entry)
    assert whole(house)


@law("L10")
def test_a_return_is_sent_when_its_receipt_names_what_was_handed_out(house: House) -> None:
    houses.send(house, [r.police_row("a")])
    desk, asked = r.desk(house), r.ask()
    with pytest.raises(NotFound):
        receive(desk, asked, 1, "00" * 32, "fire-system")
    make(desk, asked, "operator")
    with pytest.raises(ReturnReceiptWrong):
        receive(desk, asked, 1, "00" * 32, "fire-system")
    content = hand(desk, asked, 1, "fire-system").manifest.content_sha256
    for wrong in ("ff" * 32, "no hash"):
        with pytest.raises(ReturnReceiptWrong):
            receive(desk, asked, 1, wrong, "fire-system")

    assert receive(desk, asked, 1, content, "fire-system")
    assert not receive(desk, asked, 1, content, "fire-system")
    assert whole(house)


def test_who_may_not_have_it_gets_nothing_and_is_told_why(house: House) -> None:
    houses.send(house, [r.police_row("a")])
    desk = r.desk(house)

    with pytest.raises(LawRefuses):
        hand(desk, r.ask(recipient="home-office"), 1, "x")
    for asked, paragraph in (
        (r.ask(recipient=r.POLICE), 1),
        (r.ask(holder="home-office"), 1),
        (r.ask(holder="leicestershire-cc"), 8),
        (r.ask(), 3),
        (r.ask(), 8),
    ):
        with pytest.raises(NotFound):
            hand(desk, asked, paragraph, "x")
    with pytest.raises(ReturnPeriodRuns):
        hand(desk, r.ask(quarter=r.Q4), 1, "x")


@law("L17")
def test_a_decision_of_the_holders_nominated_person_withholds_until_it_ends(house: House) -> None:
    houses.send(house, [r.police_row("a")])
    desk = r.desk(house)
    hand(desk, r.ask(), 1, "fire-system")
    police = house.book.current().register.partners[r.POLICE]
    decision = HolderDecision(
        reference="d-1",
        nominated_person="head of information",
        reason="under review",
        valid_to=date(2026, 12, 1),
    )
    withholds = police.model_copy(update={"withholds_section_17a": (decision,)})
    house.writer.run(put_partner(withholds, house.act("operator")))

    with pytest.raises(LawRefuses) as refused:
        hand(desk, r.ask(), 1, "fire-system")
    assert refused.value.extra is not None
    assert [c["id"] for c in refused.value.extra["conditions"]] == [
        "section_17a.holder_has_not_withheld"
    ]
    at(house, datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert len(hand(desk, r.ask(), 1, "fire-system").lines) == 1


def at(house: House, instant: datetime) -> None:
    assert isinstance(house.clock, FixedClock)
    house.clock.at = instant


@law("L50")
def test_what_changed_stands_in_the_next_periods_file_and_nowhere_else(house: House) -> None:
    houses.send(house, [r.police_row(f"a{n}") for n in range(8)])
    desk = r.desk(house)
    first = hand(desk, r.ask(), 1, "fire-system")
    ids = {line["id"] for line in told(first)}
    houses.take_back(house, ["a0"])
    houses.send(house, [r.police_row("a1", "213"), r.police_row("late", day=11)])
    houses.send(house, [r.police_row("a2", RESULT_TEXT="the same in all that is prescribed")])
    houses.send(house, [houses.row(f"q4-{n}") for n in range(3)])
    at(house, datetime(2027, 1, 5, 12, tzinfo=UTC))

    handed = hand(desk, r.ask(quarter=r.Q4), 1, "fire-system")

    lines = told(handed)
    assert Counter(line["change"] for line in lines) == {
        "original": 3,
        "late": 1,
        "revised": 1,
        "retracted": 1,
    }
    by = {line["change"]: line for line in lines}
    assert {by["revised"]["id"], by["retracted"]["id"]} < ids
    assert "row" not in by["retracted"]
    assert by["late"]["id"] not in ids
    assert {by[change]["period"] for change in ("late", "revised", "retracted")} == {"2026Q3"}
    q1 = houses.send(house, [houses.row("q1", CREATED="02/01/2027 10:00", INCIDENT_DATE="")])
    assert q1.receipt.recorded == 1
    at(house, datetime(2027, 4, 5, 12, tzinfo=UTC))
    third = told(hand(desk, r.ask(quarter=r.Q4.following), 1, "fire-system"))
    assert [line["change"] for line in third] == ["original"]
    assert whole(house)


@law("L11", "L12")
def test_a_racial_incident_leaves_without_category_and_hides_among_five(house: House) -> None:
    r.send(house, [r.housing_row("hate", "Race"), r.housing_row("other-hate", "Religion")])
    r.send(house, [r.housing_row(f"h{n}", hour=18 + n) for n in range(4)])
    desk, asked = r.desk(house), r.ask(holder=r.COUNCIL)

    council, race = (told(hand(desk, asked, number, "fire-system")) for number in (8, 7))

    assert len(council) == 6
    assert {line["row"]["noticed_by"] for line in council} == {"not_stated"}
    (row,) = (line["row"] for line in race)
    assert row == {
        "date": "2026-08-12",
        "time": "18:00/24:00",
        "location": {"level": "district", "code": r.DISTRICT},
    }
    assert race[0]["id"] not in {line["id"] for line in council}
    same = [line for line in council if line["row"]["time"] == row["time"]]
    assert same == []
    assert whole(house)


@law("L16")
def test_a_racial_incident_that_stands_alone_stays_and_is_counted(house: House) -> None:
    r.send(house, [r.housing_row("hate", "Race"), *(r.housing_row(f"h{n}") for n in range(3))])

    handed = hand(r.desk(house), r.ask(holder=r.COUNCIL), 7, "fire-system")

    assert handed.lines == []
    assert handed.manifest.counts["reasons"] == {"racial_row_stands_alone": 1}
    assert (handed.manifest.counts["considered"], handed.manifest.counts["withheld"]) == (1, 1)


def test_a_racial_row_taken_back_waits_until_others_are_taken_back_with_it(house: House) -> None:
    r.send(house, [r.housing_row("hate", "Race"), *(r.housing_row(f"h{n}") for n in range(9))])
    desk, asked = r.desk(house), r.ask(holder=r.COUNCIL)
    assert len(hand(desk, asked, 7, "fire-system").lines) == 1
    r.take_back(house, [1])
    at(house, datetime(2027, 1, 5, 12, tzinfo=UTC))
    alone = hand(desk, r.ask(holder=r.COUNCIL, quarter=r.Q4), 7, "fire-system")
    r.take_back(house, list(range(2, 7)))
    r.send(
        house,
        [r.housing_row("q1", DateReported="02/01/2027 10:00", DateOfIncident="02/01/2027 09:00")],
    )
    at(house, datetime(2027, 4, 5, 12, tzinfo=UTC))
    next_asked = r.ask(holder=r.COUNCIL, quarter=r.Q4.following)

    assert (alone.lines, alone.manifest.counts["held"]) == ([], 1)
    # the five others were taken back in this file, the racial one with the file before
    assert hand(desk, next_asked, 7, "fire-system").manifest.counts["retracted"] == 1
    assert whole(house)


@law("L48")
def test_no_two_recipients_and_no_two_paragraphs_know_a_row_by_one_name(house: House) -> None:
    r.send(house, [r.housing_row("hate", "Race"), *(r.housing_row(f"h{n}") for n in range(9))])
    desk = r.desk(house)
    names = [
        {line["id"] for line in told(hand(desk, r.ask(r.COUNCIL, recipient), number, "x"))}
        for recipient in (r.FIRE, "leicestershire-cc")
        for number in (7, 8)
    ]

    assert [len(one) for one in names] == [1, 10, 1, 10]
    assert len(set().union(*names)) == 22


@law("L12")
def test_the_forms_hold_the_same_rows_and_only_what_is_asked_for(house: House) -> None:
    houses.send(house, [r.police_row(f"a{n}") for n in range(3)])
    desk = r.desk(house)
    plain = hand(desk, r.ask(), 1, "fire-system")
    more = hand(desk, r.ask(recipient=r.COUNCIL, voluntary=True), 1, "council-system")

    head, *rows = json_lines(plain).splitlines()
    columns, *cells = table(plain).removeprefix("\ufeff").splitlines()
    assert json.loads(head)["manifest"]["content_sha256"] == plain.manifest.content_sha256
    assert [json.loads(row)["id"] for row in rows] == [row.split(",")[0] for row in cells]
    assert columns == (
        "id,change,period,date,time,location_level,location_longitude,location_latitude,"
        "location_code,location_edition,category_source_code,category_scheme,"
        "category_list_version,category_frozen_code"
    )
    assert "voluntary" in table(more)
    assert told(more)[0]["row"]["voluntary"]["typology_behaviour"]
    assert more.manifest.form == "voluntary"


@law("L38")
def test_who_had_a_record_by_a_return_stands_in_its_explanation(house: House) -> None:
    houses.send(house, [r.police_row("a"), r.police_row("b")])
    houses.subscribe(house)
    desk, edition = r.desk(house), house.book.refresh()
    made = hand(desk, r.ask(), 1, "fire-system").manifest
    make(desk, r.ask(recipient=r.COUNCIL), "operator")
    receive(desk, r.ask(), 1, made.content_sha256, "fire-system")
    about = house.desk(houses.FEED, edition)
    found = explain_record(house.reader, edition, about, "a", houses.FIRE_SUBSCRIPTION, desk.day())

    assert [(one["partner"], one["what"], one["state"]) for one in found.given] == [
        (r.FIRE, "return:original", "acknowledged"),
        (r.COUNCIL, "return:original", "pending"),
    ]
    assert "Given: return:original version 1 to llr-fire" in found.text()


@law("L48")
def test_what_cannot_be_named_any_more_stays_and_what_was_named_is_still_corrected(
    house: House,
) -> None:
    houses.send(house, [r.police_row("a"), r.police_row("b")])
    desk = r.desk(house)
    first = hand(desk, r.ask(), 1, "fire-system")
    houses.take_back(house, ["a"])
    houses.send(house, [r.police_row("late")])
    used = in_use(house.reader, house.book.refresh().register, house.clock.now())
    house.writer.run(put_key_change("2026Q3", "destroyed", house.act("operator")))
    quarters.destroy(house.keys.folder, house.random(32), "2026Q3", used)
    at(house, datetime(2027, 1, 5, 12, tzinfo=UTC))

    handed = hand(desk, r.ask(quarter=r.Q4), 1, "fire-system")

    (line,) = told(handed)
    left = {one["id"] for one in told(hand(desk, r.ask(), 1, "fire-system"))}
    assert line["change"] == "retracted"
    assert {line["id"]} == {one["id"] for one in told(first)} - left
    assert handed.manifest.counts["reasons"] == {"quarter_key_destroyed": 1}
    assert whole(house)
