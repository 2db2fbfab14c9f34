"""What is due under agreements, protocols and the register on a day: what lapses, is missing, or stops.

The list that an IG lead works from (law reference §7 Q5, L18, L20). It decides nothing: the conditions of
the law do, and each line says what they do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from policies.changes import loosening_is_assessed, predecessor
from policies.law import Law
from schemas.agreements import REVIEW_FLAGS, Agreement, AgreementState, LegalCondition, in_force
from schemas.base import Word
from schemas.powers import Protocol
from schemas.sensitivity import FieldGroup

HORIZON = max(REVIEW_FLAGS)
"""Days ahead that the list looks."""
_OVER = frozenset({AgreementState.TERMINATED, AgreementState.SUPERSEDED})


class Lacks(StrEnum):
    """What is due, or missing."""

    REVIEW = "review_due"
    END = "ends"
    SIGNATURE = "unsigned"
    ASSESSMENT = "no_assessment"
    NEW_ASSESSMENT = "loosening_unassessed"
    NOMINATED_PERSON = "no_nominated_person"
    POLICY_DOCUMENT = "policy_document"
    POLICY_VERSION = "policy_document_unversioned"
    PROTOCOL = "protocol"


class Due(Word):
    """One line of the list."""

    kind: str
    """``agreement``, ``partner`` or ``protocol``."""
    id: str
    version: int | None = None
    lacks: Lacks
    says: str
    cites: str
    on: date | None = None
    """The day that it turns on, where there is one."""
    days: int | None = None
    """Days until then; negative after it."""
    flag: int
    """90, 30 or 0: how near it is. What is missing already is at 0."""
    stops: bool
    """Whether something is withheld today because of it."""


def due_on(law: Law, day: date) -> tuple[Due, ...]:
    """Return everything that is due, overdue or missing on a day, the most pressing first."""
    found = [*_partners(law, day)]
    for protocol in law.protocols:
        found += _protocol(protocol, law, day)
    for agreement in _that_matter(law.agreements, day):
        found += _agreement(agreement, law, day)
    return tuple(sorted(found, key=_pressing))


def _pressing(one: Due) -> tuple[int, bool, int, str, str, int]:
    days = HORIZON if one.days is None else one.days
    return one.flag, not one.stops, days, one.kind, one.id, one.version or 0


def _that_matter(agreements: Iterable[Agreement], day: date) -> list[Agreement]:
    """The version of each agreement that speaks, and later ones that are on their way."""
    known = tuple(agreements)
    found = []
    for name in dict.fromkeys(one.id for one in known):
        versions = [one for one in known if one.id == name]
        speaks = in_force(versions, day)
        found += [
            one
            for one in versions
            if (speaks is None or one.version >= speaks.version)
            and one.state_on(day, versions) not in _OVER
        ]
    return found


def _flag(days: int) -> int | None:
    """Return how near a number of days is, or None where it is beyond the horizon."""
    return next((flag for flag in REVIEW_FLAGS if days <= flag), None)


def _dated(
    of: Agreement | Protocol,
    lacks: Lacks,
    says: str,
    cites: str,
    on: date,
    day: date,
    *,
    stops: bool,
) -> list[Due]:
    days = (on - day).days
    flag = _flag(days)
    if flag is None:
        return []
    kind, version = ("agreement", of.version) if isinstance(of, Agreement) else ("protocol", None)
    line = Due(
        kind=kind,
        id=of.id,
        version=version,
        lacks=lacks,
        says=says,
        cites=cites,
        on=on,
        days=days,
        flag=flag,
        stops=stops,
    )
    return [line]


def _agreement(agreement: Agreement, law: Law, day: date) -> list[Due]:
    expired = agreement.state_on(day) is AgreementState.EXPIRED
    review = _dated(
        agreement,
        Lacks.REVIEW,
        "Its review is due; it stops 30 days after that day.",
        "ICO data sharing code (DPA 2018 s.121)",
        agreement.review_by,
        day,
        stops=expired,
    )
    ends = (
        []
        if agreement.valid_to is None
        else _dated(
            agreement,
            Lacks.END,
            "Its last day comes, or has gone.",
            "ICO data sharing code (DPA 2018 s.121)",
            agreement.valid_to,
            day,
            stops=expired,
        )
    )
    return [*review, *ends, *_missing(agreement, law, day), *_documents(agreement, day)]


def _missing(agreement: Agreement, law: Law, day: date) -> list[Due]:
    signed = {one.party for one in agreement.signed_by(day)}
    unsigned = [party for party in agreement.parties if party not in signed]
    before = predecessor(agreement, law.agreements, day)
    nobody = [
        party
        for party in agreement.parties
        if not law.register.standing(party, day).nominated_person
    ]
    lines = [
        (
            bool(unsigned),
            Lacks.SIGNATURE,
            f"Not signed by the nominated person of: {law.register.named(unsigned)}.",
            "ICO data sharing code (DPA 2018 s.121); SI 2007/1830 reg 4(3)",
        ),
        (
            agreement.dpia is None,
            Lacks.ASSESSMENT,
            "It names no data protection impact assessment.",
            "Data Protection Act 2018 s.64; UK GDPR art. 35",
        ),
        (
            not loosening_is_assessed(agreement, before),
            Lacks.NEW_ASSESSMENT,
            "It loosens what was agreed before, under the same assessment.",
            "Data Protection Act 2018 s.64; UK GDPR art. 35(11)",
        ),
        (
            bool(nobody),
            Lacks.NOMINATED_PERSON,
            f"No nominated person is on the register for: {law.register.named(nobody)}.",
            "SI 2007/1830 reg 4(3)",
        ),
    ]
    return [_lack(agreement, lacks, says, cites) for is_so, lacks, says, cites in lines if is_so]


def _lack(agreement: Agreement, lacks: Lacks, says: str, cites: str, *, stops: bool = True) -> Due:
    return Due(
        kind="agreement",
        id=agreement.id,
        version=agreement.version,
        lacks=lacks,
        says=says,
        cites=cites,
        flag=0,
        stops=stops,
    )


_TAGGED: dict[FieldGroup, tuple[str, str]] = {
    FieldGroup.SPECIAL_CATEGORY: (
        "special_category",
        "Data Protection Act 2018 s.35(3)-(5), s.42, Sch. 8; UK GDPR art. 9, DPA 2018 Sch. 1",
    ),
    FieldGroup.OFFENCE: (
        "offence",
        "UK GDPR art. 10; Data Protection Act 2018 s.10(5), s.11(2), Sch. 1",
    ),
}


def _documents(agreement: Agreement, day: date) -> list[Due]:
    """Policy documents of tagged fields that it lists: missing, out of date, about to be, without version."""
    found: list[Due] = []
    for group, (name, cites) in _TAGGED.items():
        if group not in agreement.groups:
            continue
        condition: LegalCondition | None = getattr(agreement, name)
        fields = name.replace("_", " ")
        if condition is None:
            says = (
                f"It lists {fields} fields and names no condition with a policy document for them."
            )
            found.append(_lack(agreement, Lacks.POLICY_DOCUMENT, says, cites))
            continue
        if condition.policy_version is None:
            says = f"The version of the policy document for {fields} fields is not named."
            found.append(_lack(agreement, Lacks.POLICY_VERSION, says, cites, stops=False))
        turns = condition.valid_from if _is_to_come(condition, day) else condition.valid_to
        if turns is not None:
            says = f"The policy document for {fields} fields is out of date, or about to be."
            stops = not condition.covers(day)
            found += _dated(agreement, Lacks.POLICY_DOCUMENT, says, cites, turns, day, stops=stops)
    return found


def _is_to_come(condition: LegalCondition, day: date) -> bool:
    return condition.valid_from is not None and condition.valid_from > day


def _protocol(protocol: Protocol, law: Law, day: date) -> list[Due]:
    cites = "SI 2007/1830 reg 4(1), (2)"
    stops = protocol.covers_section_115 and not protocol.live_on(day)
    signed = {one.party for one in protocol.signatures if one.signed_on <= day}
    unsigned = [party for party in protocol.parties if party not in signed]
    found = []
    if unsigned:
        says = f"Not signed by: {law.register.named(unsigned)}. Section 115 stops, section 17A goes on."
        found.append(
            Due(
                kind="protocol",
                id=protocol.id,
                lacks=Lacks.SIGNATURE,
                says=says,
                cites=cites,
                flag=0,
                stops=stops,
            )
        )
    if protocol.valid_to is not None:
        says = "The protocol ends: section 115 stops then, section 17A goes on, flagged."
        found += _dated(protocol, Lacks.PROTOCOL, says, cites, protocol.valid_to, day, stops=stops)
    return found


def _partners(law: Law, day: date) -> list[Due]:
    """Relevant authorities, and parties to a protocol, without the person that each must nominate."""
    parties = {party for protocol in law.protocols for party in protocol.parties}
    found = []
    for partner in law.register.partners:
        standing = law.register.standing(partner.id, day)
        asked_for = standing.relevant_authority or partner.id in parties
        if not standing.on_register or not asked_for or standing.nominated_person:
            continue
        says = "It has no nominated person on the register: section 115 gives it nothing and takes nothing."
        found.append(
            Due(
                kind="partner",
                id=partner.id,
                lacks=Lacks.NOMINATED_PERSON,
                says=says,
                cites="SI 2007/1830 reg 4(3)",
                flag=0,
                stops=True,
            )
        )
    return found
