"""How values of the configuration read, in plain English. Every function takes the value and nothing else.

An empty text means that nothing is recorded. Two different values never read alike, or a document could
stay as it was when the configuration changed (tested over every field).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from enum import Enum
from typing import Any, Final

from schemas.agreements import AgreementSignature, LegalCondition, SignedDocument, Suspension
from schemas.agreements import Termination as End
from schemas.cells import Cells
from schemas.codes import Regime
from schemas.feeds import ControllerRole, FeedMode
from schemas.matching import Matching
from schemas.onward import OnwardRule, OnwardSharing
from schemas.partners import Agency, Contact, DatedKind, HolderDecision, Period
from schemas.powers import Power, Purpose, Signature
from schemas.sensitivity import Lane
from schemas.subscriptions import DeliveryMode

CODES: Final[dict[Enum, str]] = {
    Power.SECTION_115: "Section 115 of the Crime and Disorder Act 1998: a power to disclose",
    Power.SECTION_17A: "Section 17A of the Crime and Disorder Act 1998: a duty to disclose",
    Power.NON_PERSONAL: "No power is needed: it is not personal and published already",
    Power.ASB_CASE_REVIEW: "ASB case review: Anti-social Behaviour, Crime and Policing Act 2014 Sch. 4",
    Power.SERIOUS_VIOLENCE_DUTY: "Serious violence duty: PCSC Act 2022 s.16",
    Power.ASB_DATA_RETURN: "Data on anti-social behaviour for the Secretary of State",
    Power.POLICE_COMMON_LAW: "Common law power of the police to disclose for a policing purpose",
    Power.OFFENDER_MANAGEMENT: "Offender Management Act 2007 s.14",
    Power.SECTION_115_REQUEST: "Section 115 of the Crime and Disorder Act 1998, on one request",
    Power.ASB_CASE_REVIEW_REQUEST: "ASB case review, on one request (2014 Act Sch. 4)",
    Purpose.CRIME_AND_DISORDER_STRATEGY: "forming and carrying out the crime and disorder strategy (s.6)",
    Purpose.PREVENTING_CRIME_AND_DISORDER: "preventing crime and disorder in its area (s.17)",
    Purpose.SECTION_17A_DUTY: "receiving what relevant authorities must disclose (s.17A)",
    Purpose.PUBLIC_INFORMATION: "use of information that is published already",
    Purpose.ACADEMIC_RESEARCH: "academic research",
    Purpose.ASB_CASE_REVIEW: "reviewing the response to anti-social behaviour (2014 Act s.104)",
    Purpose.PREVENTING_SERIOUS_VIOLENCE: "preventing and reducing serious violence (PCSC Act 2022)",
    Purpose.ASB_DATA_RETURN: "telling the Secretary of State about anti-social behaviour",
    Purpose.POLICING: "protecting life and property, keeping the peace, detecting crime",
    Purpose.MANAGING_OFFENDERS: "probation purposes and managing offenders (2007 Act s.14)",
    Purpose.OTHER: "another purpose, which counts for no power",
    Lane.PERSONAL: "records with personal fields, those that the agreement lists",
    Lane.DEPERSONALISED: "depersonalised records: no name, reference, text or exact place",
    Lane.STATISTICS: "counts only",
    Regime.LAW_ENFORCEMENT: "law enforcement: Part 3 of the Data Protection Act 2018",
    Regime.GENERAL: "general: UK GDPR with Part 2 of the Data Protection Act 2018",
    ControllerRole.PROCESSOR: "the gateway’s operator is the controller’s processor",
    ControllerRole.JOINT_CONTROLLER: "the gateway’s operator is a joint controller",
    FeedMode.DELTA: "each file says what is new",
    FeedMode.FULL: "each file says all there is",
    DeliveryMode.PULL: "the recipient’s system fetches it over HTTPS",
    DeliveryMode.PUSH: "the gateway sends it to the recipient’s system over HTTPS, signed",
    OnwardRule.FORBIDDEN: "No recipient may pass on what it received.",
    OnwardRule.WITH_CONSENT: "Recipients pass on only with the holder’s consent, case by case.",
    OnwardRule.NAMED: "Recipients may pass on to those named here and to nobody else",
}


def plain(value: Any) -> str:  # noqa: ANN401 - any value of a form
    """Return any single value: a code with its meaning, a day, a number, a text as it is."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return CODES.get(value, str(value.value).replace("_", " "))
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Collection):
        return listed(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def day(value: date | None) -> str:
    """Return a day as «26 November 2026»."""
    return "" if value is None else f"{value.day} {value:%B %Y}"


def listed(values: Collection[Any]) -> str:
    """Return several values, in their order; a set's in that of their names."""
    ordered = sorted(values) if isinstance(values, frozenset) else list(values)
    return "; ".join(map(plain, ordered)) if ordered else ""


def else_said(empty: str, words: Callable[[Any], str] = plain) -> Callable[[Any], str]:
    """Return words that have an own sentence for what is not set, where that means something."""
    return lambda value: words(value) or empty


def counted(unit: str, empty: str = "") -> Callable[[Any], str]:
    """Return words for a number of units."""
    return lambda value: empty if value is None else f"{value:,} {unit}"


def period(value: Period) -> str:
    """Return from when until when; until is the first day that no longer counts."""
    since = f"from {day(value.valid_from)}" if value.valid_from else "from the beginning"
    return (
        f"{since} until before {day(value.valid_to)}" if value.valid_to else f"{since}, open-ended"
    )


def field_name(name: str) -> str:
    """Return a field of the record as it reads: «people: name»."""
    return name.replace(".", ": ").replace("_", " ")


def fields(names: Collection[str]) -> str:
    """Return a list of fields of the record."""
    return "; ".join(map(field_name, names)) or "none: nothing personal goes under it"


def dated_kinds(kinds: tuple[DatedKind, ...]) -> str:
    """Return what a partner is, and when."""
    return "; ".join(f"{plain(one.kind)}, {period(one)}" for one in kinds)


def agencies(given: tuple[Agency, ...]) -> str:
    """Return for whom a partner acts, and when."""
    return "; ".join(f"{one.principal}, {period(one)}" for one in given) or "nobody"


def periods(given: tuple[Period, ...]) -> str:
    """Return stretches of days."""
    return "; ".join(map(period, given)) or "never"


def decisions(given: tuple[HolderDecision, ...]) -> str:
    """Return recorded decisions to withhold."""
    return (
        "; ".join(
            f"{one.reference}, by {one.nominated_person}, {period(one)}: {one.reason}"
            for one in given
        )
        or "no decision to withhold is recorded"
    )


def contact(value: Contact | None) -> str:
    """Return how an office is reached."""
    if value is None:
        return ""
    parts = (
        value.post,
        value.email and f"email {value.email}",
        value.telephone and f"telephone {value.telephone}",
        value.hours and f"staffed: {value.hours}",
    )
    return ", ".join(part for part in parts if part)


def condition(value: LegalCondition | None) -> str:
    """Return the condition for tagged fields with its policy document."""
    if value is None:
        return "No condition is named: fields of this group stay with the holder."
    version = f" version {value.policy_version}" if value.policy_version else ""
    return f"{value.condition}. Policy document: {value.policy_document}{version}, in date {period(value)}."


def onward(value: OnwardSharing) -> str:
    """Return the rule on passing on."""
    named = f": {', '.join(value.to)}." if value.to else ""
    return CODES[value.rule] + named


def cells(value: Cells) -> str:
    """Return what one cell is."""
    return f"{value.place.value} by {value.time.value}"


def signatures(given: tuple[AgreementSignature, ...] | tuple[Signature, ...]) -> str:
    """Return who signed which terms, when."""
    return "; ".join(map(signature, given)) or "nobody has signed"


def signature(one: Signature) -> str:
    """Return one signature; of an agreement's with the beginning of the hash of what was signed."""
    terms = getattr(one, "terms_sha256", None)
    under = f", under terms {terms}" if terms else ""
    return f"{one.party}, by {one.office}, {day(one.signed_on)}{under}"


def suspensions(given: tuple[Suspension, ...]) -> str:
    """Return who stopped it, and until when."""
    told = (f"{one.party}, {period(one)}: {one.reason}" for one in given)
    return "; ".join(told) or "never suspended"


def ended(value: End | None) -> str:
    """Return who ended it."""
    if value is None:
        return "not terminated"
    return f"ended by {value.party} on {day(value.on)}: {value.reason}"


def attached(given: tuple[SignedDocument, ...]) -> str:
    """Return the signed documents by their hashes."""
    told = (f"{one.sha256}, attached {day(one.attached_on)}" for one in given)
    return "; ".join(told) or "no signed document is attached yet"


def provision(value: str | None) -> str:
    """Return a provision of the Act."""
    return "" if value is None else f"{value} of the Crime and Disorder Act 1998"


def contract(value: str | None) -> str:
    """Return the reference of a contract; the seed's own placeholder is none."""
    return "" if value in {None, "to-be-named"} else str(value)


def matching(value: Matching | None) -> str:
    """Return what is agreed about finding the same household in several feeds."""
    if value is None:
        return "Nothing is compared: the parties have not agreed on it."
    second = "or when a second partner reports" if value.second_partner else "whoever reports"
    return (
        f"By {listed(value.keys)}: {', '.join(value.signalled)} told that there are several reports, "
        f"at {value.reports} in {value.months} months, {second}."
    )


def cases(given: Collection[str]) -> str:
    """Return a list of cases, which is kept as keyed hashes only."""
    if not given:
        return "not limited to listed cases"
    known = ", ".join(given)
    return f"only {len(given)} listed cases, kept as keyed hashes: {known}"
