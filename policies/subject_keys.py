"""What of a sealed half may be looked for without opening it: kinds, and one spelling for each.

The texts are personal as the fields are. They are hashed under a key at once (``gateway.keys.subjects``)
and kept nowhere. A part says what belongs together: 0 is the place of the row and what it says of nobody
in particular, 1 is the first person of the row, 2 the second.

A kind is added here, with the function that reads it, and ``EDITION`` goes up by one: then what is
recorded already is keyed anew (decision 0030).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from policies.premises import Premises, doorway, telephones
from policies.subject_search.keys import Key, of_name, of_text

EDITION = 1
"""Edition of kinds and spellings: keys made under another one are made anew."""
ROW = 0
"""The part of what is said of the row and not of a person."""


class SubjectKind(StrEnum):
    """What a key stands for."""

    UPRN = "uprn"
    ADDRESS = "address"
    DOOR = "door"
    """An address without its postcode: proposes to somebody who searches, and joins no reports."""
    PHONE = "phone"
    NAME = "name"
    NAME_PAIR = "name_pair"
    NAME_SOUND = "name_sound"
    NAME_INITIAL = "name_initial"
    NAME_LETTERS = "name_letters"
    BORN = "born"
    MENTION = "mention"
    MENTION_SOUND = "mention_sound"


class SubjectText(NamedTuple):
    """One thing that may be looked for, in its one spelling."""

    part: int
    kind: SubjectKind
    text: str


Body = Mapping[str, Any]
"""A sealed half, or one person of it, as JSON has it."""
Reader = Callable[[Body], Iterable[tuple[SubjectKind, str]]]


def _place(body: Body) -> Iterable[tuple[SubjectKind, str]]:
    """The UPRN, and the address or the name of the premises with its postcode."""
    if (uprn := body.get("uprn")) is not None:
        yield SubjectKind.UPRN, str(uprn)
    home = doorway(body.get("address_text"), body.get("postcode")) or doorway(
        body.get("premises_name"), body.get("postcode")
    )
    yield from _at(home)


def _contact(body: Body) -> Iterable[tuple[SubjectKind, str]]:
    """Numbers that the row gives without saying whose they are."""
    return ((SubjectKind.PHONE, number) for number in telephones(body.get("contact")))


def _home(person: Body) -> Iterable[tuple[SubjectKind, str]]:
    """Where a person lives."""
    return _at(doorway(person.get("address"), None))


def _at(home: Premises | None) -> Iterable[tuple[SubjectKind, str]]:
    if home is not None:
        yield (SubjectKind.ADDRESS, home.text) if home.postcode else (SubjectKind.DOOR, home.door)


def _telephone(person: Body) -> Iterable[tuple[SubjectKind, str]]:
    return ((SubjectKind.PHONE, number) for number in telephones(person.get("telephone")))


def _named(person: Body) -> Iterable[tuple[SubjectKind, str]]:
    """The names of a person, in pairs (``subject_search.keys``)."""
    name = person.get("name")
    return () if not name else _told(of_name(name))


def _born(person: Body) -> Iterable[tuple[SubjectKind, str]]:
    """The day on which a person was born."""
    day = person.get("date_of_birth")
    return () if day is None else ((SubjectKind.BORN, day),)


def _mentioned(body: Body) -> Iterable[tuple[SubjectKind, str]]:
    """The names that the narratives may mention."""
    texts = (body.get("description"), *(entry.get("text") for entry in body.get("log_entries", ())))
    return _told(of_text("\n".join(text for text in texts if text)))


def _told(keys: Iterable[Key]) -> Iterable[tuple[SubjectKind, str]]:
    return sorted((SubjectKind(key.kind.value), key.text) for key in keys)


OF_ROW: tuple[Reader, ...] = (_place, _contact, _mentioned)
"""What is read of a row."""
OF_PERSON: tuple[Reader, ...] = (_home, _telephone, _named, _born)
"""What is read of each of its people."""


def subject_texts(body: Body) -> tuple[SubjectText, ...]:
    """Return what may be looked for in a sealed half, each once, in a fixed order.

    Args:
        body: What is kept, as ``Kept.sealed_half`` writes it and JSON reads it.
    """
    found = [SubjectText(ROW, kind, text) for read in OF_ROW for kind, text in read(body)]
    for part, person in enumerate(body.get("people", ()), start=1):
        found += [
            SubjectText(part, kind, text) for read in OF_PERSON for kind, text in read(person)
        ]
    return tuple(dict.fromkeys(found))
