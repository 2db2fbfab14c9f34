"""The registry: each of the partnership's questions with its plan of counts and its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from gateway.analysis.partnership.compared import are_some_worse, is_one_worse
from gateway.analysis.partnership.periods import Months, last_closed, last_meeting
from gateway.analysis.partnership.places_with_most import most_arson, most_criminal_damage
from gateway.analysis.partnership.side_by_side import is_asb_bigger
from gateway.analysis.partnership.since import what_changed
from gateway.analysis.partnership.tables import Asked, Told
from schemas.counted import CountedBehaviour, CountedPlace, StatisticsQuestion
from schemas.partnership import PartnershipName, PartnershipQuestion

COVERAGE = "coverage"
"""The count that is asked beside every question: how many were told a behaviour."""
CHARNWOOD = "E07000130"
"""The district that the question about districts names."""
_WHOLE = CountedPlace.DISTRICT
"""Counts of the whole are those of districts, summed; what has no district known is among them."""


class Plan(NamedTuple):
    """What is counted for a question: level of place, and how it is split."""

    place: CountedPlace | None
    """None: the level that is asked for."""
    by: CountedBehaviour = CountedBehaviour.NONE


class Kept(NamedTuple):
    """One of the partnership's questions."""

    name: PartnershipName
    asks: str
    plans: Mapping[str, Plan]
    tells: Callable[[Asked], Told]
    meets: int | None = None
    """Months between meetings, where the question is what changed since one."""
    category: bool = False
    """Whether readers of records are also counted what data.police.uk calls damage and arson."""
    of_districts: bool = False
    """Whether it is asked of districts, and of Charnwood, where nothing else is named."""

    def as_asked(self, question: PartnershipQuestion) -> PartnershipQuestion:
        """Return a question with what it is about, where its reader left that out."""
        if not self.of_districts or question.set is not None:
            return question
        if "level" not in question.model_fields_set:
            question = question.model_copy(update={"level": CountedPlace.DISTRICT})
        if question.area is None and question.level is CountedPlace.DISTRICT:
            question = question.model_copy(update={"area": CHARNWOOD})
        return question

    def periods(
        self, question: PartnershipQuestion, today: date
    ) -> tuple[Months, dict[str, Months]]:
        """Return the period that is counted, and what it is held against, by name."""
        if self.meets is None:
            return last_closed(today, question.months), {}
        compared = last_meeting(today, self.meets)
        earlier = {"before": compared.before, "year_before": compared.year_before}
        if compared.before == compared.year_before:
            del earlier["year_before"]
        return compared.now, earlier

    def counts(
        self, question: PartnershipQuestion, months: tuple[str, ...]
    ) -> dict[str, StatisticsQuestion]:
        """Return the questions for counts that it needs, from the first of the months to the last."""
        # an area of a set is made of areas of the level: the whole of it is their sum
        whole = question.level if question.set is not None else _WHOLE
        plans = {COVERAGE: Plan(_WHOLE, CountedBehaviour.BEHAVIOUR), **self.plans}
        return {
            name: StatisticsQuestion(
                subscription=question.subscription,
                place=question.level if plan.place is None else whole,
                by=plan.by,
                first=min(months),
                last=max(months),
            )
            for name, plan in plans.items()
        }


_COMPARED = {"counted": Plan(None)}
_SINCE = {
    "totals": Plan(_WHOLE),
    "split": Plan(_WHOLE, CountedBehaviour.BEHAVIOUR),
    "places": Plan(None),
}
_ALL = (
    Kept(
        PartnershipName.COMMUNITIES,
        "Are some communities worse than others, urban and rural among them?",
        _COMPARED,
        are_some_worse,
    ),
    Kept(
        PartnershipName.DISTRICTS,
        "Is Charnwood worse than the other districts of Leicestershire?",
        _COMPARED,
        is_one_worse,
        of_districts=True,
    ),
    Kept(
        PartnershipName.ASB_AND_CRIME,
        "Is anti-social behaviour bigger than crime?",
        {"counted": Plan(_WHOLE)},
        is_asb_bigger,
    ),
    Kept(
        PartnershipName.CRIMINAL_DAMAGE,
        "Which places have most criminal damage?",
        {"split": Plan(None, CountedBehaviour.BEHAVIOUR)},
        most_criminal_damage,
        category=True,
    ),
    Kept(
        PartnershipName.ARSON,
        "Where are fires set?",
        {"split": Plan(None, CountedBehaviour.SUB_BEHAVIOUR)},
        most_arson,
        category=True,
    ),
    Kept(
        PartnershipName.SINCE_DELIVERY_GROUP,
        "What changed since the last delivery group?",
        _SINCE,
        what_changed,
        2,
    ),
    Kept(
        PartnershipName.SINCE_BOARD, "What changed since the last Board?", _SINCE, what_changed, 6
    ),
    Kept(
        PartnershipName.SINCE_STRATEGIC_ASSESSMENT,
        "What changed since the last strategic assessment?",
        _SINCE,
        what_changed,
        12,
    ),
)
QUESTIONS: Mapping[PartnershipName, Kept] = MappingProxyType({one.name: one for one in _ALL})
