"""The register of partners, read as it stood on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policies.lists import Lists, packaged_lists
from schemas.partners import Partner, PartnerKind
from schemas.powers import Power


@dataclass(frozen=True, slots=True)
class Standing:
    """What a partner is on one day."""

    on_register: bool
    kind: PartnerKind | None
    relevant_authority: bool
    """Section 17A(5): an England and Wales authority for the time being within section 115(2)."""
    within_section_115: bool
    """Section 115(1): listed in section 115(2), or acting on behalf of one that is."""
    listed_in_section_115: bool
    """The same without agents."""
    acts_for: tuple[str, ...]
    """Listed authorities on whose behalf it acts."""
    nominated_person: bool
    withholds_section_17a: bool
    withholds_section_115: bool
    co_opted_for_case_reviews: bool
    may_be_competent_authority: bool
    """Whether its kind can be a competent authority under Part 3 (DPA 2018 s.30, Sch. 7)."""


UNKNOWN = Standing(
    on_register=False,
    kind=None,
    relevant_authority=False,
    within_section_115=False,
    listed_in_section_115=False,
    acts_for=(),
    nominated_person=False,
    withholds_section_17a=False,
    withholds_section_115=False,
    co_opted_for_case_reviews=False,
    may_be_competent_authority=False,
)
"""How a partner stands that nobody registered."""


def is_listed(partner: Partner, day: date, lists: Lists | None = None) -> bool:
    """Whether section 115(2) names the partner's kind of the day. An agent is not named by it."""
    kind = partner.kind_on(day)
    if kind is None:
        return False
    line = (lists or packaged_lists()).listed.get(kind)
    return line is not None and line.covers(day)


def is_relevant_authority(partner: Partner, day: date, lists: Lists | None = None) -> bool:
    """Whether the partner gives and receives under section 17A on the day (s.17A(5)).

    Narrower than ``is_listed``: an authority in England and Wales, once section 17A is in force. One
    that acts on behalf of a relevant authority does not become one.
    """
    known = lists or packaged_lists()
    kind = partner.kind_on(day)
    return (
        kind is not None
        and day >= known.relevant_authorities.section_17a_in_force
        and is_listed(partner, day, known)
        and known.listed[kind].england_and_wales
    )


class Register:
    """Partners by id. Immutable."""

    def __init__(self, partners: Iterable[Partner], lists: Lists | None = None) -> None:
        self._partners = {partner.id: partner for partner in partners}
        self._lists = lists or packaged_lists()

    @property
    def partners(self) -> tuple[Partner, ...]:
        """All partners, by id."""
        return tuple(self._partners[name] for name in sorted(self._partners))

    def named(self, names: Iterable[str]) -> str:
        """Return what the partners of these ids are called, as a sentence lists them."""
        return ", ".join(
            self._partners[one].name if one in self._partners else one for one in names
        )

    def standing(self, name: str, day: date) -> Standing:
        """Return how the partner of that id stands on the day; ``UNKNOWN`` if nobody registered it."""
        partner = self._partners.get(name)
        if partner is None:
            return UNKNOWN
        listed, acts_for = is_listed(partner, day, self._lists), self.principals(name, day)
        return Standing(
            on_register=partner.kind_on(day) is not None,
            kind=partner.kind_on(day),
            relevant_authority=is_relevant_authority(partner, day, self._lists),
            within_section_115=listed or bool(acts_for),
            listed_in_section_115=listed,
            acts_for=acts_for,
            nominated_person=bool((partner.nominated_person or "").strip()),
            withholds_section_17a=any(
                decision.covers(day) for decision in partner.withholds_section_17a
            ),
            withholds_section_115=any(
                decision.covers(day) for decision in partner.withholds_section_115
            ),
            co_opted_for_case_reviews=self._is_co_opted(partner, day),
            may_be_competent_authority=self._lists.may_be_competent(partner.kind_on(day), day),
        )

    def _is_co_opted(self, partner: Partner, day: date) -> bool:
        """Whether it is co-opted for ASB case reviews, being of a kind that can be (2014 Act s.105)."""
        kinds = self._lists.powers.by_code[Power.ASB_CASE_REVIEW].co_opted
        may_be = not kinds or partner.kind_on(day) in kinds
        return may_be and any(period.covers(day) for period in partner.co_opted_for_case_reviews)

    def principals(self, name: str, day: date) -> tuple[str, ...]:
        """Return the listed authorities on whose behalf the partner acts on the day (s.115(1)(b)).

        An arm's-length management organisation counts by this and by nothing else.
        """
        partner = self._partners.get(name)
        if partner is None or not partner.covers(day):
            return ()
        return tuple(
            agency.principal
            for agency in partner.acts_on_behalf_of
            if agency.covers(day) and self._is_listed(agency.principal, day)
        )

    def holder(self, name: str, day: date) -> str:
        """Return who holds on the day what was the named partner's: itself, else its successor.

        A chain that ends nowhere, or runs in a circle, leaves the last name that could be followed.
        """
        passed: set[str] = set()
        while (partner := self._partners.get(name)) is not None and partner.kind_on(day) is None:
            passed.add(name)
            if partner.succeeded_by is None or partner.succeeded_by in passed:
                break
            name = partner.succeeded_by
        return name

    def _is_listed(self, name: str, day: date) -> bool:
        partner = self._partners.get(name)
        return partner is not None and is_listed(partner, day, self._lists)
