"""What of a sealed half may leave for one record class, field by field, and why the rest may not.

A field leaves when the agreement lists it, its group may be seen, and it was kept at recording. People
leave in the roles that the agreement names, each with the parts that it lists; everybody else in the row
is a third party and withheld for now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from policies.law import Law
from policies.on_request import RECORDED_WITH_IT
from policies.treatments import Treatments
from schemas.agreements import PEOPLE, Agreement
from schemas.base import Word
from schemas.codes import Kind, Regime, SubjectRole
from schemas.decisions import Seen
from schemas.incident import PERSON_GROUPS, SENSITIVITY
from schemas.onward import OnwardSharing
from schemas.powers import Purpose
from schemas.record_class import RecordClass
from schemas.requests import Terms
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription

NOT_LISTED = "The agreement does not list it."
NO_AGREEMENT = "No agreement speaks for it."
NOT_DECIDED = "The decision does not list it."
NOT_HELD = "It was not kept when the record was recorded, or the row had none."
NOBODY_LEFT = "No person of the record may be named."
LISTS_IT = (".agreement_lists_it", ".request_lists_it")
"""A group is seen only where a field of it is listed; of a single field that is said by its own name."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What of the sealed half may leave for one class, under an agreement's version or one request."""

    agreement: str
    """Id of the agreement, or of the decided request."""
    version: int
    provision: str
    """The provision of the Crime and Disorder Act that it cites, else the section of its power."""
    recipient_regime: str
    purpose: Purpose
    crossing: str | None
    """Why law-enforcement data may be used for another purpose, as recorded."""
    children: str | None
    """Why sharing is in the best interests of the children concerned, as recorded."""
    onward: OnwardSharing
    """Whether, and to whom, the recipient may pass it on."""
    retention: timedelta
    records_since: date
    """The first day of recording that counts."""
    fields: frozenset[str]
    """Sealed fields of ``Incident`` but people."""
    person_parts: frozenset[str]
    """Parts of a person; empty where nobody may be named."""
    roles: frozenset[SubjectRole]
    delete_by: date | None = None
    """Where one request was decided, the day by which all of it is deleted: it stands over ``retention``."""


class FieldFate(Word):
    """What becomes of one sealed field: whether it leaves, and if not, why."""

    field: str
    group: FieldGroup
    leaves: bool
    why: tuple[str, ...] = ()


def allowance(
    law: Law, subscription: Subscription, record_class: RecordClass, day: date
) -> Allowance | None:
    """Return what of a class's sealed half a subscription may have on a day.

    It presumes that the record may go at all (``Law.decide``). None where no agreement, and no decided
    request, speaks for it.
    """
    bound = law.bound(subscription.agreement, day)
    table = law.treatments.get(Lane.PERSONAL)
    if table is None:
        return None
    if subscription.request is not None:
        return _by_request(law, subscription, subscription.request, record_class, day, table)
    if bound is None:
        return None
    agreement = bound.agreement
    leaves = _leaving(law, subscription, agreement, record_class, day, table)
    return Allowance(
        agreement=agreement.id,
        version=agreement.version,
        provision=agreement.provision or law.lists.powers.by_code[agreement.power].cites,
        recipient_regime=_regime(law, agreement, subscription.partner, day).value,
        purpose=agreement.purpose,
        crossing=agreement.crossing,
        children=agreement.children,
        onward=agreement.onward,
        retention=timedelta(days=agreement.retention_days),
        records_since=agreement.records_since(day),
        fields=leaves.fields,
        person_parts=leaves.parts,
        roles=leaves.roles,
    )


def _by_request(
    law: Law,
    subscription: Subscription,
    terms: Terms,
    record_class: RecordClass,
    day: date,
    table: Treatments,
) -> Allowance:
    """What one decided request lets leave: never passed on, deleted by the day that it names."""
    leaves = _leaving(law, subscription, terms, record_class, day, table)
    return Allowance(
        agreement=subscription.id,
        version=1,
        provision=terms.provision or law.lists.powers.by_code[subscription.power].cites,
        recipient_regime=_regime(law, terms, subscription.partner, day).value,
        purpose=subscription.purpose,
        crossing=RECORDED_WITH_IT if terms.crossing else None,
        children=RECORDED_WITH_IT if terms.children else None,
        onward=OnwardSharing(),
        retention=timedelta(0),
        records_since=date.min,
        fields=leaves.fields,
        person_parts=leaves.parts,
        roles=leaves.roles,
        delete_by=terms.delete_by,
    )


class _Leaving(NamedTuple):
    """Fields, parts of people and roles that leave."""

    fields: frozenset[str]
    parts: frozenset[str]
    roles: frozenset[SubjectRole]


def _leaving(
    law: Law,
    subscription: Subscription,
    listing: Agreement | Terms,
    record_class: RecordClass,
    day: date,
    table: Treatments,
) -> _Leaving:
    """What of a list of fields and roles leaves: what may be seen, and what the lane reads at rest."""
    looked, able = law.see(subscription, record_class, day), table.read_at_rest
    seen = looked.groups
    parts = {part for part in listing.listed_of_people if PERSON_GROUPS[part] in seen}
    roles = set(listing.roles)
    if not _has_condition(looked, FieldGroup.OFFENCE):
        # who was convicted of it, or is said to have done it, is offence data (UK GDPR art. 10)
        roles -= {SubjectRole.CONVICTED}
        roles -= {SubjectRole.SUBJECT} if record_class.kind is Kind.CRIME else set()
    named = PEOPLE in able and FieldGroup.IDENTITY in seen and bool(roles)
    fields = frozenset(
        name for name in listing.listed & able if name != PEOPLE and SENSITIVITY[name].group in seen
    )
    return _Leaving(
        fields, frozenset(parts if named else ()), frozenset(roles if named and parts else ())
    )


def _regime(law: Law, listing: Agreement | Terms, recipient: str, day: date) -> Regime:
    """Return under which regime the recipient processes: what is agreed of a body that can be one for it."""
    believed = law.lists.competent_authorities is None
    may_be = believed or law.register.standing(recipient, day).may_be_competent_authority
    return listing.recipient_regime if may_be else Regime.GENERAL


def _has_condition(looked: Seen, group: FieldGroup) -> bool:
    """Whether nothing stands against a group but that the agreement lists no field of it."""
    return any(
        one.group is group
        and not one.errors
        and (one.sees or bool(one.unmet))
        and all(condition.id.endswith(LISTS_IT) for condition in one.unmet)
        for one in looked.decided
    )


def group_of(name: str) -> FieldGroup | None:
    """Return the group of a sealed field, or of a part of the people."""
    field, _, part = name.partition(".")
    return PERSON_GROUPS[part] if part else SENSITIVITY[field].group


def fates(
    law: Law, subscription: Subscription, record_class: RecordClass, day: date
) -> tuple[FieldFate, ...]:
    """Say of each sealed field whether it may leave for a subscription on a day, and if not, why."""
    allowed = allowance(law, subscription, record_class, day)
    bound = law.bound(subscription.agreement, day)
    listing = subscription.request or (None if bound is None else bound.agreement)
    listed = frozenset() if listing is None else listing.listed
    unlisted = NOT_DECIDED if subscription.request else NOT_LISTED if bound else NO_AGREEMENT
    seen = {one.group: one for one in law.see(subscription, record_class, day).decided}
    told = []
    for name, one in SENSITIVITY.items():
        if one.group is None:
            continue
        why = [] if name in listed else [unlisted]
        unmet = seen[one.group].unmet
        why += [condition.says for condition in unmet if not condition.id.endswith(LISTS_IT)]
        leaves = allowed is not None and (
            bool(allowed.roles) if name == PEOPLE else name in allowed.fields
        )
        if leaves and one.group not in record_class.field_groups:
            leaves, why = False, [NOT_HELD]
        if not leaves and not why:
            why = [NOBODY_LEFT]
        told.append(
            FieldFate(field=name, group=one.group, leaves=leaves, why=() if leaves else tuple(why))
        )
    return tuple(told)
