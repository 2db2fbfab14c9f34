"""What is due on a day: reviews, ends, signatures, assessments, persons, policy documents, protocols."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from policies.due import Due, Lacks, due_on
from schemas.agreements import Agreement
from schemas.partners import PartnerKind
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    PARTNERS,
    POLICE,
    POLICY,
    agreement,
    law_115,
    partner,
    protocol,
)
from tests.support.requirements import law

VERSIONED = {**POLICY, "policy_version": "2"}
TAGGED = ("hate_incident", "outcome_code")


def far(**more: Any) -> Agreement:
    """An agreement of which nothing is due for years."""
    return agreement(**{"review_by": date(2030, 1, 1), **more})


def due(*agreements: Agreement, **more: Any) -> list[Due]:
    return list(due_on(law_115(*agreements, **more), DAY))


def told(*agreements: Agreement, **more: Any) -> list[tuple[Lacks, int | None, int, bool]]:
    return [(one.lacks, one.days, one.flag, one.stops) for one in due(*agreements, **more)]


def test_where_everything_is_in_order_nothing_is_due() -> None:
    tagged = far(id="other", fields=TAGGED, special_category=VERSIONED, offence=VERSIONED)

    assert told(far(), tagged) == []


@law("L20")
@pytest.mark.parametrize(
    ("days", "flag", "stops"),
    [(90, 90, False), (30, 30, False), (0, 0, False), (-30, 0, False), (-31, 0, True)],
)
def test_a_review_is_listed_from_90_days_on(days: int, flag: int, *, stops: bool) -> None:
    made = agreement(review_by=DAY + timedelta(days=days))

    assert told(made) == [(Lacks.REVIEW, days, flag, stops)]
    assert told(agreement(review_by=DAY + timedelta(days=91))) == []


@law("L19")
def test_what_an_agreement_lacks_is_listed_at_once() -> None:
    looser = far(version=2, retention_days=366)

    assert told(far(signed=False)) == [(Lacks.SIGNATURE, None, 0, True)]
    assert told(far(dpia=None)) == [(Lacks.ASSESSMENT, None, 0, True)]
    assert told(far(), looser) == [(Lacks.NEW_ASSESSMENT, None, 0, True)]
    (line,) = due(far(signed=False))
    assert (line.kind, line.id, line.version) == ("agreement", "police-council", 1)
    assert (POLICE in line.says, COUNCIL in line.says) == (True, True)


def test_only_the_version_that_speaks_and_later_ones_are_listed() -> None:
    over = far(terminated={"party": POLICE, "reason": "r", "on": DAY})
    first = agreement(review_by=DAY)
    second = far(version=2, dpia="another")

    assert told(over) == []
    assert told(first, second) == []
    # a draft that nobody finished signing, passed by a later version, asks for nothing any more
    assert told(far(signed=False), second) == []
    assert [(one.version, one.lacks) for one in due(first, far(version=2, signed=False))] == [
        (2, Lacks.SIGNATURE),
        (2, Lacks.NEW_ASSESSMENT),
        (1, Lacks.REVIEW),
    ]


@law("L22")
@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        (None, [(Lacks.POLICY_DOCUMENT, None, 0, True)]),
        (POLICY, [(Lacks.POLICY_VERSION, None, 0, False)]),
        ({**VERSIONED, "valid_to": DAY}, [(Lacks.POLICY_DOCUMENT, 0, 0, True)]),
        (
            {**VERSIONED, "valid_to": DAY + timedelta(30)},
            [(Lacks.POLICY_DOCUMENT, 30, 30, False)],
        ),
        ({**VERSIONED, "valid_to": DAY + timedelta(91)}, []),
        ({**VERSIONED, "valid_from": DAY + timedelta(5)}, [(Lacks.POLICY_DOCUMENT, 5, 30, True)]),
        ({**VERSIONED, "valid_from": DAY}, []),
    ],
)
def test_a_policy_document_is_listed_where_tagged_fields_need_it(
    condition: dict[str, Any] | None, lines: list[Any]
) -> None:
    made = far(fields=("hate_incident",), special_category=condition)

    assert told(made) == lines
    assert told(far(special_category=condition)) == []


@law("L18")
def test_each_relevant_authority_and_party_without_a_nominated_person_is_listed() -> None:
    def of(*names: str) -> list[tuple[str, str]]:
        partners = [
            one.model_copy(update={"nominated_person": None}) if one.id in names else one
            for one in PARTNERS
        ]
        listed = due_on(law_115(far(), partners=partners), DAY)
        assert all(one.stops and one.flag == 0 for one in listed)
        return [(one.kind, one.id) for one in listed]

    assert of() == []
    assert of(FIRE) == [("partner", FIRE)]
    assert of(COUNCIL) == [("agreement", "police-council"), ("partner", COUNCIL)]


def test_a_party_that_is_no_authority_needs_one_and_whoever_left_the_register_does_not() -> None:
    charity = partner("charity", PartnerKind.CHARITY)
    gone = partner("gone", PartnerKind.PARISH_COUNCIL, valid_to=DAY)
    parties = protocol(parties=(POLICE, COUNCIL, "charity"))

    listed = due_on(law_115(far(), partners=[*PARTNERS, charity, gone], protocols=[parties]), DAY)

    assert [one.id for one in listed] == ["charity"]


@law("L17")
def test_a_protocol_that_ends_or_is_not_signed_is_listed() -> None:
    def of(**more: Any) -> list[tuple[Lacks, int | None, int, bool]]:
        return told(far(), protocols=[protocol(**more)])

    assert of(valid_to=DAY + timedelta(90)) == [(Lacks.PROTOCOL, 90, 90, False)]
    assert of(valid_to=DAY) == [(Lacks.PROTOCOL, 0, 0, True)]
    today = tuple(
        {"party": one, "office": "o", "signed_on": DAY} for one in (POLICE, FIRE, COUNCIL)
    )
    assert of(signatures=today) == []
    assert of(signatures=()) == [(Lacks.SIGNATURE, None, 0, True)]
    assert of(signatures=(), covers_section_115=False) == [(Lacks.SIGNATURE, None, 0, False)]
    assert of(valid_to=DAY + timedelta(91)) == []


def test_an_end_is_listed_as_it_comes_and_the_most_pressing_first() -> None:
    soon = far(valid_to=DAY + timedelta(20))
    over = far(id="over", valid_to=DAY - timedelta(1))

    assert told(over) == [(Lacks.END, -1, 0, True)]
    assert [one.id for one in due(soon, over)] == ["over", "police-council"]
