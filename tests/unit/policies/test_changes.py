"""Each term of an agreement, and what changing it is: tightening, loosening, or neither."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import Any

import pytest

from policies.changes import Effect, changes, loosening_is_assessed, loosens, predecessor
from schemas.agreements import Agreement
from schemas.onward import OnwardSharing
from tests.support.law import COUNCIL, DAY, FIRE, POLICE, POLICY, agreement

T, L, N = Effect.TIGHTENS, Effect.LOOSENS, Effect.NEUTRAL
LATER = {**POLICY, "valid_to": date(2027, 1, 1)}
NAMED = {"rule": "named", "to": (FIRE,)}
BOTH = {"rule": "named", "to": (FIRE, "another")}
LSOA_MONTH, MSOA_MONTH = {"place": "lsoa", "time": "month"}, {"place": "msoa", "time": "month"}
WARD_MONTH, WARD_QUARTER = {"place": "ward", "time": "month"}, {"place": "ward", "time": "quarter"}
WARD_CROSSED = {"place": "lsoa", "time": "quarter"}
MATCHING = {"keys": ("uprn",), "signalled": (COUNCIL,)}
FORBIDDEN, CONSENT = {"rule": "forbidden"}, {"rule": "with_consent"}


def found(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Effect, str]]:
    made = changes(agreement(**was), agreement(**now))
    return [(one.field, one.effect, one.says) for one in made]


@pytest.mark.parametrize(
    ("term", "less", "more", "down", "up"),
    [
        ("holders", (POLICE,), (POLICE, FIRE), "removed", "added"),
        ("recipients", (COUNCIL,), (COUNCIL, FIRE), "removed", "added"),
        ("roles", ("victim",), ("victim", "witness"), "removed", "added"),
        ("fields", ("people.name",), ("people",), "removed", "added"),
        ("on_behalf_of", (), (COUNCIL,), "removed", "added"),
        ("handling_conditions", (), ("no_onward_sharing",), "removed", "added"),
        ("marking", "OFFICIAL", "OFFICIAL-SENSITIVE", "lowered", "raised"),
        ("retention_days", 30, 365, "shorter", "longer"),
        ("review_by", DAY, DAY + timedelta(1), "earlier", "later"),
        ("records_from", DAY, DAY - timedelta(1), "later", "earlier"),
        ("valid_from", DAY, None, "later", "earlier"),
        ("valid_from", DAY, DAY - timedelta(1), "later", "earlier"),
        ("valid_to", DAY, None, "earlier", "later"),
        ("valid_to", DAY, DAY + timedelta(1), "earlier", "later"),
        ("minimum_cell", 6, 5, "raised", "lowered"),
        ("cells", WARD_MONTH, LSOA_MONTH, "coarser", "finer"),
        ("cells", WARD_QUARTER, WARD_MONTH, "coarser", "finer"),
        ("necessity", None, "n", "taken away", "stated"),
        ("dpia", None, "d", "taken away", "stated"),
        ("children", None, "c", "taken away", "stated"),
        ("crossing", None, "c", "taken away", "stated"),
        ("special_category", None, POLICY, "taken away", "named"),
        ("offence", LATER, POLICY, "in date shorter", "in date longer"),
        ("offence", {**POLICY, "valid_to": DAY}, LATER, "in date shorter", "in date longer"),
        (
            "offence",
            {**POLICY, "valid_from": DAY},
            {**POLICY, "valid_from": DAY - timedelta(1)},
            "in date shorter",
            "in date longer",
        ),
        (
            "offence",
            {**LATER, "valid_from": DAY},
            LATER,
            "in date shorter",
            "in date longer",
        ),
        ("matching", None, MATCHING, "taken away", "agreed"),
        ("matching", MATCHING, {**MATCHING, "keys": ("uprn", "phone")}, "narrower", "wider"),
        ("matching", {**MATCHING, "reports": 4}, MATCHING, "narrower", "wider"),
        ("matching", MATCHING, {**MATCHING, "months": 12}, "narrower", "wider"),
        ("matching", {**MATCHING, "second_partner": False}, MATCHING, "narrower", "wider"),
        ("onward", FORBIDDEN, CONSENT, "narrower", "wider"),
        ("onward", FORBIDDEN, NAMED, "narrower", "wider"),
        ("onward", NAMED, BOTH, "narrower", "wider"),
    ],
)
def test_more_loosens_and_less_tightens(
    term: str, less: object, more: object, down: str, up: str
) -> None:
    assert found({term: less}, {term: more}) == [(term, L, up)]
    assert found({term: more}, {term: less}) == [(term, T, down)]
    assert found({term: more}, {term: more}) == []


@pytest.mark.parametrize(
    ("term", "one", "other"),
    [
        ("title", "a", "b"),
        ("document_sha256", None, "ab" * 32),
        ("necessity", "n", "m"),
        ("special_category", POLICY, {**POLICY, "policy_version": "2"}),
        ("fields", ("address_text", "postcode"), ("postcode", "address_text")),
        ("roles", ("victim", "witness"), ("witness", "victim")),
        (
            "matching",
            {**MATCHING, "keys": ("uprn", "phone")},
            {**MATCHING, "keys": ("phone", "uprn")},
        ),
        ("onward", BOTH, {"rule": "named", "to": ("another", FIRE)}),
    ],
)
def test_what_decides_nothing_is_neutral(term: str, one: object, other: object) -> None:
    for was, now in ((one, other), (other, one)):
        ((field, effect, _),) = found({term: was}, {term: now})
        assert (field, effect) == (term, N)


@pytest.mark.parametrize(
    ("term", "one", "other"),
    [
        ("protocol", "charnwood", "another"),
        ("provision", "s6", "s17"),
        ("purpose", "crime_and_disorder_strategy", "preventing_crime_and_disorder"),
        ("recipient_regime", "general", "law_enforcement"),
        ("cells", WARD_MONTH, MSOA_MONTH),
        ("cells", {"place": "ward", "time": "day"}, WARD_CROSSED),
        ("onward", CONSENT, NAMED),
    ],
)
def test_another_one_counts_as_looser_both_ways(term: str, one: object, other: object) -> None:
    for was, now in ((one, other), (other, one)):
        ((field, effect, _),) = found({term: was}, {term: now})
        assert (field, effect) == (term, L)


def test_a_clause_that_is_gone_loosens_and_another_wording_is_neutral() -> None:
    none, one, two = {}, {"staff": "Trained each year."}, {"staff": "Trained twice a year."}

    def of(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Effect, str]]:
        return found({"clauses": was}, {"clauses": now})

    assert of(none, one) == [("clauses.staff", N, "stated")]
    assert of(one, two) == [("clauses.staff", N, "reworded")]
    assert of(two, none) == [("clauses.staff", L, "taken away")]


def test_a_signature_covers_clauses_and_an_agreement_without_any_keeps_its_hash() -> None:
    bare = agreement()
    worded = agreement(clauses={"staff": "Trained each year."})
    terms = bare.model_dump(mode="json")
    assert bare.terms_sha256 != worded.terms_sha256
    assert Agreement.model_validate(terms).terms_sha256 == bare.terms_sha256
    del terms["clauses"]
    assert Agreement.model_validate(terms).terms_sha256 == bare.terms_sha256
    assert Agreement.model_validate(tomllib.loads(worded.toml())) == worded


def test_coverage_is_judged_list_by_list_and_an_empty_list_is_all() -> None:
    asb, two = {"kinds": ("asb_incident",)}, {"kinds": ("asb_incident", "crime")}
    source = {**asb, "sources": ("police-nsir",)}

    def of(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Effect, str]]:
        return found({"coverage": was}, {"coverage": now})

    assert of(asb, two) == [("coverage.kinds", L, "added")]
    assert of(two, asb) == [("coverage.kinds", T, "removed")]
    assert of(asb, source) == [("coverage.sources", T, "narrowed from all")]
    assert of(source, asb) == [("coverage.sources", L, "widened to all")]
    assert of({}, asb) == [
        ("coverage", L, "narrow enough to be lawful at last"),
        ("coverage.kinds", T, "narrowed from all"),
    ]


def test_a_change_reads_as_it_is_said() -> None:
    was = agreement(special_category=POLICY, onward=NAMED, fields=(), children=None)
    now = agreement(
        special_category={**LATER, "policy_version": "2"},
        fields=("postcode", "address_text"),
        children="because",
        retention_days=30,
        cells=WARD_MONTH,
    )

    told = {one.field: (one.before, one.after) for one in changes(was, now)}

    assert told["children"] == ("—", "because")
    assert told["retention_days"] == ("365", "30")
    assert told["cells"] == ("lsoa by day", "ward by month")
    assert told["fields"] == ("—", "address_text, postcode")
    assert told["onward"] == (f"named {FIRE}", "forbidden")
    assert told["special_category"] == (
        "DPA 2018 Sch. 8 para. 1; apd-7, in date … to …",
        "DPA 2018 Sch. 8 para. 1; apd-7 version 2, in date … to 2027-01-01",
    )


def test_what_was_agreed_before_is_the_last_version_that_all_had_signed() -> None:
    first, draft = agreement(), agreement(version=2, signed=False)
    third, other = agreement(version=3), agreement(id="other")

    assert predecessor(third, [third, draft, other, first], DAY) == first
    assert predecessor(first, [third, first], DAY) is None
    assert predecessor(third, [first], date(2025, 1, 1)) is None


@pytest.mark.parametrize(
    ("now", "assessed"),
    [
        ({"fields": ("address_text",)}, True),
        ({"marking": "OFFICIAL", "dpia": None}, True),
        ({"retention_days": 366}, False),
        ({"retention_days": 366, "dpia": " DPIA-12 "}, False),
        ({"retention_days": 366, "dpia": None}, False),
        ({"retention_days": 366, "dpia": "dpia-13"}, True),
    ],
)
def test_a_looser_version_names_another_assessment(now: dict[str, Any], *, assessed: bool) -> None:
    first, second = agreement(), agreement(version=2, **now)

    assert loosening_is_assessed(second, first) is assessed
    assert loosening_is_assessed(second, None)
    assert loosens(first, second) is ("retention_days" in now)


def test_terms_that_came_later_leave_earlier_signatures_as_they_are() -> None:
    made = agreement(special_category=POLICY)
    before = made.terms_sha256

    assert (
        Agreement.model_validate(made.model_dump() | {"onward": OnwardSharing()}).terms_sha256
        == before
    )
    assert agreement(special_category=POLICY, onward=CONSENT).terms_sha256 != before
    assert agreement(special_category=POLICY, minimum_cell=6).terms_sha256 != before
    assert agreement(special_category=POLICY, cells=LSOA_MONTH).terms_sha256 != before
    assert agreement(special_category={**POLICY, "policy_version": "1"}).terms_sha256 != before
    # as the form of the release before this one hashed it
    assert before == OF_THE_EARLIER_FORM


OF_THE_EARLIER_FORM = "028265d7b4385797f92157aca4235db6a04e88c9a749af6ff1b240df47093177"
