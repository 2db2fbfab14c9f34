"""Which reports are of one household, when somebody is told, and by what a record may be compared at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from policies import law as law_module
from policies.keeping import keeping
from policies.matching import Key, Neighbourhood, Report, are_told, clauses, months_before, reached
from schemas.agreements import Agreement
from schemas.codes import SubjectRole
from schemas.matching import Matching, MatchKey
from schemas.powers import Power, Purpose
from schemas.signals import SignalWhy
from tests.support.law import COUNCIL, DAY, FIRE, POLICE, agreement, feed, law_115, record_class

UPRN, ADDRESS, PHONE = MatchKey
CLAUSE = Matching(keys=(UPRN, ADDRESS, PHONE), signalled=(COUNCIL,))


def report(position: int, *keys: str, controller: str = POLICE, day: date = DAY) -> Report:
    """A report with keys ``u1`` (the row's UPRN), ``a2``, ``p3``, door ``d4``, ``1:a5`` of a person."""
    made = []
    doors = frozenset(one.encode() for one in keys if one.startswith("d"))
    for one in (each for each in keys if not each.startswith("d")):
        part, _, name = one.rpartition(":")
        kind = {"u": UPRN, "a": ADDRESS, "p": PHONE}[name[0]]
        made.append(Key(int(part or 0), kind, name.encode()))
    return Report(position, position, 1, controller, day, tuple(made), doors)


def households(*reports: Report) -> list[list[int]]:
    """The households of the last report."""
    found = Neighbourhood(reports).households(reports[-1])
    return [[one.position for one in household] for household in found]


@pytest.mark.parametrize(
    ("reports", "found"),
    [
        ((("u1",), ("u1",)), [[1, 2]]),
        ((("a1",), ("a1", "u1"), ("u1",)), [[1, 2, 3]]),
        ((("a2",), ("u1", "a2"), ("a1", "u1"), ("a1",)), [[1, 2, 3, 4]]),
        # two UPRNs are never one home, whatever else they share
        ((("u1", "a1"), ("u2", "a1")), [[2]]),
        # at an address with several UPRNs whoever tells no UPRN joins nobody
        ((("u1", "a1"), ("u2", "a1"), ("a1",)), [[3]]),
        # a number joins those that name no home, and only to one home
        ((("a1", "p1"), ("p1",)), [[1, 2]]),
        ((("p1",), ("a1", "p1")), [[1, 2]]),
        ((("p1",), ("p1",)), [[1, 2]]),
        ((("a1", "p1"), ("a2", "p1"), ("p1",)), []),
        ((("p1",), ("a1", "p1"), ("a2", "p1")), [[3]]),
        # an office tells of several doors without their postcodes
        ((("p1", "d1"), ("p1", "d2"), ("p1", "d1")), []),
        ((("p1", "d1"), ("p1", "d2"), ("p1",)), []),
        ((("p1", "d1"), ("p1", "d2"), ("a1", "p1")), [[3]]),
        ((("p1", "d1"), ("p1", "d1"), ("a1", "p1")), [[1, 2, 3]]),
        ((("d1",), ("d1", "p1")), [[2]]),
        # a person's home is another than the place of the row
        ((("a1",), ("a2", "1:a1")), [[2], [1, 2]]),
        ((("a1", "1:a2"), ("a1", "1:a3"), ("1:a3",)), [[2, 3]]),
        ((("1:a1", "p1"), ("p1",)), [[1, 2]]),
        ((("a9", "1:a1", "p1"), ("1:a1", "p1"), ("p1",)), [[1, 2, 3]]),
        # nothing to compare by
        (((), ()), []),
    ],
)
def test_reports_of_one_household(
    reports: tuple[tuple[str, ...], ...], found: list[list[int]]
) -> None:
    made = [report(number, *keys) for number, keys in enumerate(reports, start=1)]

    assert households(*made) == found


def test_two_homes_in_one_row_that_are_one_household_are_told_once() -> None:
    assert households(report(1, "a1"), report(2, "a1", "1:a1")) == [[1, 2]]


def test_the_third_report_within_the_months_reaches_the_threshold() -> None:
    days = [DAY - timedelta(days=300), DAY - timedelta(days=100), DAY - timedelta(days=50), DAY]
    reports = [report(number, "u1", day=day) for number, day in enumerate(days)]

    assert reached(reports[:3], reports[2], CLAUSE) == []
    ((why, within),) = reached(reports, reports[3], CLAUSE)
    assert why is SignalWhy.REPORTS
    assert [one.position for one in within] == [1, 2, 3]
    # an old report that comes late counts in its own time
    assert reached(reports, reports[0], CLAUSE) == []
    assert reached(reports[1:], reports[1], CLAUSE)[0].reports == tuple(reports[1:])


def test_a_second_partner_reaches_it_where_that_is_agreed() -> None:
    two = [report(1, "u1"), report(2, "u1", controller=COUNCIL)]
    silent = CLAUSE.model_copy(update={"second_partner": False})

    assert [one.why for one in reached(two, two[1], CLAUSE)] == [SignalWhy.SECOND_PARTNER]
    assert reached(two, two[1], silent) == []
    assert reached(two[:1], two[0], CLAUSE) == []


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 8, 31), 6, date(2024, 2, 29)),
        (date(2000, 3, 31), 1, date(2000, 2, 29)),
        (date(2100, 3, 31), 1, date(2100, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def matched(**more: Any) -> Agreement:
    return agreement(**{"matching": CLAUSE.model_dump(), **more})


def test_a_clause_binds_while_its_agreement_is_live_and_its_partner_entitled() -> None:
    (clause,) = clauses(law_115(matched()), DAY)
    cls = record_class()
    new = DAY - timedelta(days=1)

    assert (clause.partner, clause.agreement.id) == (COUNCIL, "police-council")
    assert clause.keys(cls, POLICE, new) == set(MatchKey)
    assert clause.keys(record_class(controller=COUNCIL), COUNCIL, new) == set(MatchKey)
    assert clause.keys(record_class(controller=FIRE), FIRE, new) == set()
    assert clause.keys(record_class(kind="crime"), POLICE, new) == set()
    assert clause.keys(record_class(child=True), POLICE, new) == set()
    assert clause.keys(cls, POLICE, date(2025, 12, 31)) == set()
    withheld = record_class(controller=COUNCIL, mapping_status="withheld")
    assert clause.keys(withheld, COUNCIL, new) == set()
    assert are_told([clause], "police-council") == {COUNCIL}
    assert are_told([clause], "another") == set()


@pytest.mark.parametrize(
    "made",
    [
        agreement(),
        matched(signatures=()),
        matched(valid_to=DAY),
        matched(suspensions=({"party": POLICE, "reason": "r", "valid_from": DAY},)),
        matched(dpia=None),
        matched(coverage={}),
    ],
)
def test_what_is_not_live_or_lacks_something_tells_nobody(made: Agreement) -> None:
    assert clauses(law_115(made), DAY) == []


def test_a_power_that_compares_nothing_says_so() -> None:
    (clause,) = clauses(law_115(matched()), DAY)
    asked = clause.asked.model_copy(update={"power": Power.SECTION_17A})

    assert not clause.law.match(asked, record_class(), UPRN, DAY).matches
    unmet = clause.law.match(clause.asked, record_class(controller=FIRE), UPRN, DAY).unmet
    assert [one.id for one in unmet] == ["section_115.match.holder_agreed"]


def test_what_was_compared_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_module, "REMEMBERED", 4)
    (clause,) = clauses(law_115(matched()), DAY)
    classes = [record_class(source=f"s-{number}") for number in range(10)]
    first = [clause.law.match(clause.asked, one, UPRN, DAY) for one in classes]

    assert [clause.law.match(clause.asked, one, UPRN, DAY) for one in classes] == first
    assert clause.law.match(clause.asked, classes[-1], UPRN, DAY) is clause.law.match(
        clause.asked, classes[-1], UPRN, DAY
    )
    assert len(clause.law._matched) <= 4


def test_matching_is_agreed_under_section_115_and_told_to_recipients_only() -> None:
    with pytest.raises(ValidationError, match="nobody else"):
        agreement(matching={"keys": ("uprn",), "signalled": (FIRE,)})
    with pytest.raises(ValidationError, match="only an agreement under section 115"):
        matched(power=Power.ASB_CASE_REVIEW, purpose=Purpose.ASB_CASE_REVIEW)


def test_what_is_compared_is_kept_though_nobody_may_receive_it() -> None:
    made = matched(fields=("occurred_from",), roles=("complainant", "subject", "convicted"))
    kept = keeping(law_115(made), feed(), DAY)
    plain = keeping(law_115(agreement(fields=("occurred_from",))), feed(), DAY)

    compared = {"uprn", "address_text", "premises_name", "postcode", "contact", "people"}
    assert kept.names == {"occurred_from"} | compared
    assert plain.names == {"occurred_from"}
    (use, *_) = kept.uses
    assert use.parts == {SubjectRole.COMPLAINANT: {"address", "telephone"}}
    by_uprn = matched(
        fields=("occurred_from",), matching={"keys": ("uprn",), "signalled": [COUNCIL]}
    )
    assert keeping(law_115(by_uprn), feed(), DAY).names == {"occurred_from", "uprn"}
