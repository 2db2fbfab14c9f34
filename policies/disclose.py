"""The record of the personal lane: as in the depersonalised lane, and beside it what was agreed.

Pure: an incident, an open half and an allowance in, a record out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from policies.allowance import Allowance
from policies.depersonalise import depersonalise, iso
from policies.masking.disclosed import entries, kept_of, narrative
from policies.masking.words import packaged_words
from policies.operations import OPERATIONS
from policies.treatments import Treatments
from schemas.agreements import PEOPLE
from schemas.codes import Regime, TimePrecision
from schemas.incident import NARRATIVES, SENSITIVITY, Incident, Person
from schemas.open_half import OpenHalf
from schemas.record_class import RecordClass
from schemas.released import AgreedDetail, DepersonalisedIncident, DisclosedIncident, NamedPerson
from schemas.sensitivity import Half, Lane, Mark

_COMMON = tuple(DepersonalisedIncident.model_fields)
_BESIDE = frozenset({"time_precision", "assertion", "description_withheld", PEOPLE})
"""What stands in the agreed detail and is no sealed field of its own name."""
_MASKED = "masked"
_TIMES = frozenset(
    name for name, one in SENSITIVITY.items() if one.mark is Mark.TIME and one.half is Half.SEALED
)


def disclose(
    sealed: Incident | None,
    half: OpenHalf,
    record_class: RecordClass,
    released_id: str,
    version: int,
    recorded_on: date,
    allowed: Allowance,
    treatments: Mapping[Lane, Treatments],
) -> DisclosedIncident:
    """Return the incident as it leaves by the personal lane.

    Args:
        sealed: The sealed fields as they came (nothing else of it is read); None where none is held.
        half: What the log keeps readable.
        record_class: Says source, controller, marking.
        released_id: The recipient's own name for the incident.
        version: Number of the incident version.
        recorded_on: The day of recording, in Europe/London: from it the time to keep is counted.
        allowed: What may leave (``allowance``).
        treatments: The tables of the lanes.
    """
    base = depersonalise(half, record_class, released_id, version, treatments[Lane.DEPERSONALISED])
    leaves: dict[str, Any] = {name: getattr(base, name) for name in _COMMON}
    leaves |= {
        "agreement": allowed.agreement,
        "agreement_version": allowed.version,
        "delete_by": allowed.delete_by or recorded_on + allowed.retention,
        "marking": record_class.marking,
    }
    if treatments[Lane.PERSONAL].says_beside:
        leaves |= _beside(half, record_class, allowed)
    if sealed is not None:
        agreed = _agreed(sealed, allowed, treatments[Lane.PERSONAL])
        if any(name in agreed for name in NARRATIVES):
            agreed["assertion"] = half.detail.assertion
        leaves["agreed"] = AgreedDetail.model_validate(agreed)
    return DisclosedIncident.model_validate(leaves)


def _beside(half: OpenHalf, record_class: RecordClass, allowed: Allowance) -> dict[str, Any]:
    """What stands beside the record: on what basis it went, and how the source graded it."""
    return {
        "purpose": allowed.purpose,
        "regime_source": record_class.regime,
        "regime_recipient": allowed.recipient_regime,
        "crossing": allowed.crossing if crosses(record_class, allowed) else None,
        "children": allowed.children if record_class.child else None,
        "onward": allowed.onward.rule,
        "onward_to": allowed.onward.to,
        "grading": record_class.grading,
        "mopi_group": half.detail.mopi_group,
    }


def crosses(record_class: RecordClass, allowed: Allowance) -> bool:
    """Whether a record leaves law enforcement for another purpose (DPA 2018 s.36(4))."""
    return (
        record_class.regime is Regime.LAW_ENFORCEMENT
        and allowed.recipient_regime != Regime.LAW_ENFORCEMENT.value
    )


def left_fields(record: DisclosedIncident) -> frozenset[str]:
    """Return the names of the sealed fields that a record carries, parts of people by their own."""
    agreed = record.agreed
    names = set(agreed.model_dump(exclude_defaults=True)) - _BESIDE
    for person in agreed.people:
        parts = person.model_dump(exclude_none=True, exclude={"role"})
        names |= {f"{PEOPLE}.{part}" for part in parts}
    return frozenset(names)


def _agreed(sealed: Incident, allowed: Allowance, table: Treatments) -> dict[str, Any]:
    values = sealed.__dict__
    detail: dict[str, Any] = {}
    for name, line in table.lines.items():
        operation = OPERATIONS[line.op]
        if not operation.reads_at_rest or line.releases is None:
            continue
        if name == PEOPLE:
            detail[line.releases] = tuple(
                _person(one, allowed) for one in sealed.people if one.role in allowed.roles
            )
        elif operation.name == _MASKED:
            continue
        elif name in allowed.fields and values[name] is not None:
            exact = name in _TIMES
            value = values[name]
            detail[line.releases] = _exact(value, sealed.time_precision) if exact else value
    timed = any(name in detail for name in _TIMES)
    if timed:
        detail["time_precision"] = sealed.time_precision
    listed = {name for name in allowed.fields if table.lines[name].op == _MASKED}
    if any(values[name] for name in listed):
        detail |= _narratives(sealed, allowed, listed, timed=timed)
    return detail


def _narratives(
    sealed: Incident, allowed: Allowance, listed: set[str], *, timed: bool
) -> dict[str, Any]:
    """Return the narratives that are listed, with the parties kept that leave beside them."""
    words = packaged_words()
    kept = kept_of(sealed, allowed, words)
    detail: dict[str, Any] = {}
    if "description" in listed and sealed.description is not None:
        detail |= narrative(sealed.description, words, kept)
    if "log_entries" in listed and sealed.log_entries:
        detail["log_entries"] = entries(sealed.log_entries, words, kept, timed=timed)
    return detail


def _person(person: Person, allowed: Allowance) -> NamedPerson:
    parts = {part: getattr(person, part) for part in allowed.person_parts}
    return NamedPerson(role=person.role, **parts)


def _exact(value: datetime, precision: TimePrecision) -> str:
    """Write an instant as exactly as the source knew it."""
    if precision is TimePrecision.MINUTE:
        return value.astimezone(UTC).isoformat(timespec="minutes")
    return iso(int(value.timestamp()), precision)
