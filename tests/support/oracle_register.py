"""The oracle on the register: who is what on a day, and who answers for what somebody held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from schemas.partners import Partner, Period
from tests.support.oracle_lists import LISTED_IN_ENGLAND_AND_WALES, listed_on

SECTION_17A_BEGAN = date(2007, 8, 1)


def inside(period: Period, day: date) -> bool:
    """From its first day until the day before its last."""
    if period.valid_from is not None and day < period.valid_from:
        return False
    return not (period.valid_to is not None and day >= period.valid_to)


def kind_of(one: Partner | None, day: date) -> str | None:
    """What a partner is on a day."""
    if one is None or not inside(one, day):
        return None
    for dated in one.kinds:
        if inside(dated, day):
            return dated.kind.value
    return None


def oracle_relevant(one: Partner | None, day: date) -> bool:
    """Section 17A(5): an authority in England and Wales for the time being within section 115."""
    kind = kind_of(one, day)
    in_england_and_wales = kind in LISTED_IN_ENGLAND_AND_WALES and listed_on(kind, day)
    return day >= SECTION_17A_BEGAN and in_england_and_wales


def oracle_holder(partners: Mapping[str, Partner], name: str, day: date) -> str:
    """Who answers today for what that partner held."""
    seen = [name]
    while True:
        one = partners.get(seen[-1])
        if one is None or kind_of(one, day) is not None or one.succeeded_by is None:
            return seen[-1]
        if one.succeeded_by in seen:
            return seen[-1]
        seen.append(one.succeeded_by)


def within_115(partners: Mapping[str, Partner], name: str, day: date) -> bool:
    """Listed on the day, or acting on behalf of one that is."""
    return listed_115(partners.get(name), day) or len(agent_of(partners, name, day)) > 0


def agent_of(partners: Mapping[str, Partner], name: str, day: date) -> set[str]:
    """The listed authorities on whose behalf it acts on the day."""
    one = partners.get(name)
    if one is None or not inside(one, day):
        return set()
    return {
        agency.principal
        for agency in one.acts_on_behalf_of
        if inside(agency, day) and listed_115(partners.get(agency.principal), day)
    }


def listed_115(one: Partner | None, day: date) -> bool:
    """Whether section 115(2) names what it is on the day."""
    return listed_on(kind_of(one, day), day)


def has_post(one: Partner | None) -> bool:
    """Whether it has a nominated person."""
    return one is not None and one.nominated_person is not None and one.nominated_person != " "
