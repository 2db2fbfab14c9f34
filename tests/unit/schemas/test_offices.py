"""One office under several spellings, and what is no spelling of it."""

from __future__ import annotations

import pytest

from schemas.offices import looks, same_office
from schemas.partners import DatedKind, Partner, PartnerKind
from tests.support.requests import ONE_POST

POST = "Community Safety Manager"


@pytest.mark.parametrize(
    "other", [POST.upper(), "  Community  Safety\tManager ", "Ｃommunity Safety Manager"]
)
def test_letter_case_width_and_blanks_make_no_other_office(other: str) -> None:
    assert same_office(POST, other)
    assert looks(POST) == looks(other)


@pytest.mark.parametrize(
    "other",
    [
        "Cоmmunity Safety Manager",
        "Community\u200b Safety Manager",
        "C0mmunity Safety Manager",
        "Community-Safety Manager.",
        "Cömmunity Safety Manager",
        "Community Safety Μanager",
    ],
)
def test_a_look_alike_is_not_the_office_on_the_register_and_no_second_person(other: str) -> None:
    assert not same_office(POST, other)
    assert looks(POST) == looks(other)


def test_two_offices_are_two_and_nothing_is_none() -> None:
    assert looks(POST) != looks("Community Safety Officer")
    assert not same_office(None, None)
    assert not same_office(" ", "")
    assert len({looks(post) for post in ONE_POST}) == 1


def test_a_deputy_is_an_office_that_the_partner_names() -> None:
    partner = Partner(
        id="example-council",
        name="Example Council",
        kinds=(DatedKind(kind=PartnerKind.DISTRICT_COUNCIL),),
        deputies=("Duty Inspector",),
    )

    assert partner.has_deputy("duty inspector")
    assert not partner.has_deputy("Cleaner")
    assert not partner.has_deputy(None)
