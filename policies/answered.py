"""What the law says of a described record: released or withheld, with which fields, how finely, and why.

The Cedar rules decide as they do for a stored record. Beside them stand the conditions that a stored record
meets by being stored: that it is live, was taken in at all, and that its agreement is whole as a form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from policies.allowance import Allowance, allowance, group_of
from policies.described import Facts, facts_of
from policies.law import Law
from schemas.agreements import PEOPLE
from schemas.codes import LocationPrecision, SubjectRole, TimePrecision
from schemas.decisions import Condition
from schemas.described import (
    OPEN_FIELDS,
    Answer,
    DescribedMarking,
    DescribedSource,
    Description,
    RecordState,
    ToldCondition,
)
from schemas.described_agreement import DescribedAgreement
from schemas.feeds import Feed
from schemas.grading import HandlingCondition
from schemas.incident import SENSITIVITY
from schemas.onward import OnwardRule
from schemas.sensitivity import FieldGroup, Lane, Mark

MARKING = "everywhere.marking_within_official"
IN_FORCE = "everywhere.power_in_force"
ERRED = "It could not be evaluated."
RACIAL = 7
"""Paragraph of the Schedule to SI 2007/1831: racial incidents."""
_ICO = "ICO data sharing code (Data Protection Act 2018 s.121)"
_TIMES = frozenset(
    name
    for name, one in SENSITIVITY.items()
    if one.mark is Mark.TIME and one.group is FieldGroup.EXACT_TIME
)
_PLACES = frozenset(
    name for name, one in SENSITIVITY.items() if one.group is FieldGroup.EXACT_PLACE
)
_COUNTED = frozenset(
    {
        *("kind", "typology_area", "typology_behaviour", "typology_sub_behaviour", "nsir_class"),
        *(
            "mapping_status",
            "mapping_confidence",
            "response_grade",
            "occurred",
            "reported",
            "place",
        ),
    }
)
"""What a statistics table may be split by."""
PlaceAnswer = Literal["exact", "map_point", "lsoa", "msoa", "ward", "district", "none"]
TimeAnswer = Literal["minute", "hour", "day", "month", "quarter", "none"]
_LEVELS: tuple[PlaceAnswer, ...] = (
    *("exact", "map_point", "lsoa", "msoa", "ward", "district", "none"),
)
_PRECISIONS: tuple[TimeAnswer, ...] = ("minute", "hour", "day", "month", "quarter")
_KNOWN: Mapping[LocationPrecision, PlaceAnswer] = {
    LocationPrecision.POINT: "exact",
    LocationPrecision.PUBLISHED_POINT: "map_point",
    LocationPrecision.STREET: "exact",
    LocationPrecision.POSTCODE: "exact",
    LocationPrecision.LSOA: "lsoa",
    LocationPrecision.MSOA: "msoa",
    LocationPrecision.WARD: "ward",
    LocationPrecision.DISTRICT: "district",
    LocationPrecision.NONE: "none",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A condition beside the Cedar rules, and whether it is met."""

    id: str
    is_met: bool
    says: str
    cites: str

    @property
    def told(self) -> ToldCondition:
        return ToldCondition(id=f"described.{self.id}", says=self.says, cites=self.cites)


def answer(
    law: Law, description: Description, today: date, feeds: Mapping[str, Feed] | None = None
) -> Answer:
    """Say what the law says of a described record.

    Args:
        law: The law in force, with its register.
        description: The record and the request.
        today: The day judged where the description names none, in Europe/London.
        feeds: The feeds that it may name by id.

    Raises:
        DescriptionRefused: It names something that is not registered.
    """
    facts = facts_of(law, description, today, feeds)
    decision = facts.law.decide(facts.subscription, facts.record_class, facts.day)
    secret = description.marking in {DescribedMarking.SECRET, DescribedMarking.TOP_SECRET}
    barred = {MARKING} if secret else set()
    met = [one for one in decision.met if one.id not in barred]
    unmet = [*decision.unmet, *(one for one in decision.met if one.id in barred)]
    erred = [ToldCondition(id=one, says=ERRED, cites="–") for one in decision.errors]
    if facts.power is None:
        met, unmet = [], []
    beside = [*_of_the_record(description, facts), *_of_the_agreement(description, facts)]
    stopped = bool(unmet or erred or not decision.releases) or not all(s.is_met for s in beside)
    leaving, why = _leaving(facts)
    stays = _Said(
        "something_may_leave",
        bool(leaving),
        "Something of what is asked for may leave.",
        "Data Protection Act 2018 s.37; UK GDPR art. 5(1)(c)",
    )
    goes = not stopped and stays.is_met
    said = [*beside, stays]
    told_unmet = [
        *(_told(facts, one) for one in unmet),
        *erred,
        *(one.told for one in said if not one.is_met),
        *why,
    ]
    return Answer(
        decision="release" if goes else "withhold",
        lane=facts.subscription.lane,
        fields=leaving if goes else (),
        place=_place(description, facts, leaving) if goes else "none",
        time=_time(description, facts, leaving) if goes else "none",
        met=(*(_told(facts, one) for one in met), *(one.told for one in said if one.is_met)),
        unmet=tuple({one.id: one for one in told_unmet}.values()),
    )


def _told(facts: Facts, condition: Condition) -> ToldCondition:
    """Return a condition, with the power's own doubt where it is not in force."""
    says = condition.says
    if condition.id == IN_FORCE:
        doubt = facts.law.lists.powers.by_code[condition.power].uncertain
        says = says if doubt is None else f"{says} {doubt}"
    return ToldCondition(id=condition.id, says=says, cites=condition.cites)


# ---------------------------------------------------------------------- beside the Cedar rules


def _of_the_record(description: Description, facts: Facts) -> list[_Said]:
    register, named = facts.law.register, facts.record_class.controller
    holder = register.standing(register.holder(named, facts.day), facts.day)
    return [
        _Said(
            "holder_is_on_register",
            holder.on_register,
            "The holder is on the register of partners on the day, or one that has succeeded it is.",
            "Data Protection Act 2018 s.57(3)",
        ),
        _Said(
            "power_is_named",
            description.power is not None,
            "The request names a power: the legal basis of the disclosure.",
            "Data Protection Act 2018 s.35(2); UK GDPR art. 6(1)",
        ),
        _Said(
            "kind_is_stated",
            description.kind is not None,
            "It is stated what the incident counts as.",
            "Data Protection Act 2018 s.57(3)",
        ),
        _Said(
            "record_is_live",
            description.state is RecordState.LIVE,
            "The record is live: not restricted, contested, retracted or erased.",
            "Data Protection Act 2018 s.46(4), s.47(2), (3); UK GDPR art. 18",
        ),
    ]


def _of_the_agreement(description: Description, facts: Facts) -> list[_Said]:
    if not facts.law.rests_on_agreement(facts.subscription.power):
        return [_passes_on(description, None)]
    told = description.agreement if isinstance(description.agreement, DescribedAgreement) else None
    here = facts.agreement
    recorded = description.recorded_on or facts.day
    said = [
        _Said(
            "agreement_says_how_long",
            here is not None and (told is None or told.retention_days is not None),
            "The agreement says how long a record may be kept.",
            f"{_ICO}; Data Protection Act 2018 s.39(2); UK GDPR art. 5(1)(e)",
        ),
        _Said(
            "agreement_has_a_review_day",
            here is not None and (told is None or told.review_by is not None),
            "The agreement says by when it is reviewed.",
            _ICO,
        ),
        _Said(
            "record_is_of_the_agreed_time",
            _reaches(facts, recorded, told),
            "The record was recorded by the day judged, on a day that the agreement reaches back to and "
            "from which its retention has not run out.",
            _ICO,
        ),
        _passes_on(description, told),
    ]
    if told is not None and HandlingCondition.OTHER in told.handling_conditions:
        said.append(
            _Said(
                "handling_conditions_can_be_checked",
                HandlingCondition.OTHER not in description.handling_conditions,
                "No handling condition stands in other words: nobody can check one.",
                "Intelligence report 3x5x2 (College of Policing)",
            )
        )
    if _patients(description, facts) and facts.subscription.lane is Lane.PERSONAL:
        said.append(
            _Said(
                "patient_information_has_condition",
                here is not None
                and here.special_category is not None
                and here.special_category.covers(facts.day),
                "Information about patients: a condition is named, and a policy document in date.",
                "UK GDPR art. 9; Data Protection Act 2018 s.35(8), Sch. 1",
            )
        )
    return said


def _reaches(facts: Facts, recorded: date, told: DescribedAgreement | None) -> bool:
    """Whether the agreement reaches back to a day of recording, and a record of it may still be kept."""
    here = facts.agreement
    if here is None or not here.records_from <= recorded <= facts.day:
        return False
    unstated = told is not None and told.retention_days is None
    return unstated or recorded >= here.records_since(facts.day)


def _patients(description: Description, facts: Facts) -> bool:
    told = description.source
    described = isinstance(told, DescribedSource) and bool(told.patient_information)
    return described or bool(facts.record_class.patient_information)


def _passes_on(description: Description, told: DescribedAgreement | None) -> _Said:
    """Whether another body's record may be passed on (law reference L59)."""
    source = description.source
    own = not isinstance(source, DescribedSource) or source.received_from is None
    named = told is not None and told.onward is OnwardRule.NAMED
    agreed = told is not None and told.onward is OnwardRule.WITH_CONSENT and told.onward_consent
    return _Said(
        "may_be_passed_on",
        own or named or agreed,
        "The record is the holder's own, or the agreement lets this recipient have another body's.",
        _ICO,
    )


# ---------------------------------------------------------------------- fields


def _leaving(facts: Facts) -> tuple[tuple[str, ...], list[ToldCondition]]:
    """Return the fields asked for that would leave, and why the others stay."""
    lane, asked = facts.subscription.lane, facts.asked
    if lane is Lane.STATISTICS:
        return tuple(name for name in asked if name in _COUNTED), []
    if lane is Lane.DEPERSONALISED:
        return tuple(name for name in asked if name in OPEN_FIELDS), []
    allowed = allowance(facts.law, facts.subscription, facts.record_class, facts.day)
    leaving: list[str] = []
    why: list[ToldCondition] = []
    for name in asked:
        against = () if name in OPEN_FIELDS else tuple(_against(facts, allowed, name))
        why += against
        leaving += [] if against else [name]
    return tuple(leaving), why


def _against(facts: Facts, allowed: Allowance | None, name: str) -> Iterable[ToldCondition]:
    """Say what stands against one sealed field; nothing where it leaves."""
    agreement = facts.agreement
    minimised = "Data Protection Act 2018 s.37; UK GDPR art. 5(1)(c)"
    if agreement is None or not _lists(agreement.fields, name):
        yield ToldCondition(
            id=f"described.agreement_lists.{name}",
            says=f"The agreement lists {name}.",
            cites=minimised,
        )
        return
    group = group_of(name)
    seen = facts.law.see(facts.subscription, facts.record_class, facts.day).decided
    unmet = [one for seen_group in seen if seen_group.group is group for one in seen_group.unmet]
    yield from (ToldCondition(id=one.id, says=one.says, cites=one.cites) for one in unmet)
    if name.partition(".")[0] == PEOPLE:
        if not _somebody(facts, allowed, name):
            yield ToldCondition(
                id="described.role_may_be_named",
                says="Somebody in the record has a role that may be named under the agreement; who was "
                "convicted, or is suspected of a crime, under its offence condition only.",
                cites="Data Protection Act 2018 s.37, s.38(3)",
            )
    elif not unmet and (allowed is None or name not in allowed.fields):
        yield ToldCondition(
            id=f"described.lane_carries.{name}",
            says=f"The personal lane can carry {name}.",
            cites=minimised,
        )


def _lists(fields: tuple[str, ...], name: str) -> bool:
    whole = name.partition(".")[0]
    parts = name == PEOPLE and any(one.startswith(f"{PEOPLE}.") for one in fields)
    return name in fields or whole in fields or parts


def _somebody(facts: Facts, allowed: Allowance | None, name: str) -> bool:
    """Whether a person of the record may be named with that part; without a role nobody may."""
    present: set[SubjectRole] = set(facts.record_class.roles)
    if allowed is None or not present & allowed.roles:
        return False
    part = name.partition(".")[2]
    return not part or part in allowed.person_parts


# ---------------------------------------------------------------------- how finely


def _place(description: Description, facts: Facts, leaving: tuple[str, ...]) -> PlaceAnswer:
    known = _KNOWN[description.place_known]
    lane = facts.subscription.lane
    if lane is Lane.PERSONAL and _PLACES & set(leaving):
        return known
    if lane is Lane.STATISTICS:
        return _coarser(known, "lsoa")
    cls, cells = facts.record_class, facts.subscription.cells
    if facts.subscription.minimum_cell:
        return _coarser(known, cells.place.value)
    if cls.open_data:
        return _coarser(known, "map_point")
    if RACIAL in cls.si_paragraphs:
        # told as a racial incident it is a row of paragraph 7: a ward or coarser
        return _coarser(known, "ward")
    hidden = cls.sensitive or bool(cls.grounds) or cls.child
    return _coarser(known, "map_point" if description.map_point and not hidden else "lsoa")


def _coarser(one: PlaceAnswer, other: PlaceAnswer) -> PlaceAnswer:
    return max(one, other, key=_LEVELS.index)


def _time(description: Description, facts: Facts, leaving: tuple[str, ...]) -> TimeAnswer:
    known: TimeAnswer = description.time_known.value
    lane = facts.subscription.lane
    if lane is Lane.PERSONAL and _TIMES & set(leaving):
        return known
    if lane is Lane.STATISTICS:
        return max(known, "month", key=_PRECISIONS.index)
    if facts.subscription.minimum_cell:
        return max(known, facts.subscription.cells.time.value, key=_PRECISIONS.index)
    published = facts.record_class.open_data and description.time_known is TimePrecision.MINUTE
    # what data.police.uk publishes is known by the month
    return "month" if published else max(known, "hour", key=_PRECISIONS.index)
