"""The oracle on the groups of sealed fields: what may be seen under an agreement."""

from __future__ import annotations

from datetime import date

from schemas.agreements import Agreement
from schemas.partners import Period
from schemas.subscriptions import Subscription
from tests.support.oracle_lists import PURPOSES_OF
from tests.support.oracle_requests import OF_REQUESTS

GROUP_OF = {
    "source_reference": "reference",
    "case_reference": "reference",
    "occurred_from": "exact_time",
    "occurred_to": "exact_time",
    "reported_at": "exact_time",
    "address_text": "exact_place",
    "postcode": "exact_place",
    "people.name": "identity",
    "people.telephone": "contact",
    "people.under_18": "child",
    "contact": "contact",
    "grounds": "special_category",
    "hate_incident": "special_category",
    "outcome_code": "offence",
    "child_flag": "child",
    "description": "narrative",
    "media_url": "media",
    "officer": "officer",
}
"""The group of some fields, from the statute's own categories and not from the code."""
NARRATIVES_LEAVE = {"section_115", "asb_case_review", *OF_REQUESTS}
"""Powers whose narratives leave, masked: third parties in them stay behind (DPA 2018 s.37, s.38(2))."""
PEOPLE_GROUPS = {"identity", "contact", "reference", "child"}


def oracle_see(asked: Subscription, named: Agreement | None, day: date) -> frozenset[str]:
    """The groups of sealed fields that may be seen."""
    decided = asked.request if asked.power in OF_REQUESTS else None
    under = named if asked.power in PURPOSES_OF else decided
    if asked.lane != "personal" or under is None:
        return frozenset()
    groups: set[str] = set()
    for name in under.fields:
        groups |= PEOPLE_GROUPS if name == "people" else {GROUP_OF[name]}
    for group, condition in (
        ("special_category", under.special_category),
        ("offence", under.offence),
    ):
        if condition is None or not _runs(condition, day):
            groups.discard(group)
    if not under.children:
        groups.discard("child")
    if under.roles == ():
        groups.discard("identity")
    withheld = {"media"} if asked.power in NARRATIVES_LEAVE else {"narrative", "media"}
    return frozenset(groups - withheld)


def _runs(period: Period, day: date) -> bool:
    began = period.valid_from is None or day >= period.valid_from
    return began and (period.valid_to is None or day < period.valid_to)
