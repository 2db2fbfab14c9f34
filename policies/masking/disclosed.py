"""The narratives of one record under one agreement: who is kept, what leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from policies.allowance import Allowance
from policies.masking.narrative import mask
from policies.masking.parties import Agreed, agreed
from policies.masking.words import Words
from schemas.incident import Incident, LogEntry, Person
from schemas.released import MaskedEntry

_VALUES = ("contact", "vehicle_registration", "postcode", "source_reference", "case_reference")
_ADDRESSES = ("address_text", "premises_name", "contact")


def kept_of(sealed: Incident, allowed: Allowance, words: Words) -> Agreed:
    """Return what stays readable: no more of anybody than leaves beside the narrative."""
    here = [one for one in sealed.people if one.role in allowed.roles]
    named = "name" in allowed.person_parts
    names = [one.name for one in here if named and one.name]
    others = [one.name for one in sealed.people if one.name and one.name not in names]
    if "officer" in allowed.fields and sealed.officer:
        names.append(sealed.officer)
    return agreed(
        names,
        others,
        (
            *_of(here, allowed, ("telephone", "email")),
            *_listed(sealed, allowed, _VALUES),
            *_born(here, allowed),
        ),
        (*_of(here, allowed, ("address",)), *_listed(sealed, allowed, _ADDRESSES)),
        words,
    )


def _of(people: Iterable[Person], allowed: Allowance, parts: tuple[str, ...]) -> Iterator[str]:
    for person in people:
        for part in parts:
            value = getattr(person, part)
            if part in allowed.person_parts and value:
                yield value


def _born(people: Iterable[Person], allowed: Allowance) -> Iterator[str]:
    for person in people:
        if "date_of_birth" in allowed.person_parts and person.date_of_birth is not None:
            yield person.date_of_birth.isoformat()


def _listed(sealed: Incident, allowed: Allowance, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = getattr(sealed, name)
        if name in allowed.fields and value:
            yield value


def narrative(text: str, words: Words, kept: Agreed) -> dict[str, Any]:
    """Return the description masked, or why it is withheld, as fields of ``AgreedDetail``."""
    masked = mask(text, words, kept)
    if masked.text is None:
        return {"description_withheld": masked.withheld}
    return {"description": masked.text}


def entries(
    log: Iterable[LogEntry], words: Words, kept: Agreed, *, timed: bool
) -> tuple[MaskedEntry, ...]:
    """Return a call log, each line masked or withheld; its minutes where exact times leave."""
    return tuple(_entry(one, words, kept, timed=timed) for one in log)


def _entry(entry: LogEntry, words: Words, kept: Agreed, *, timed: bool) -> MaskedEntry:
    at = entry.at.astimezone(UTC).isoformat(timespec="minutes") if timed and entry.at else None
    masked = mask(entry.text, words, kept)
    return MaskedEntry(at=at, text=masked.text, withheld=masked.withheld)
