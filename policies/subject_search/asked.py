"""A question for the records of somebody, and the keys that it looks up."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from policies.subject_search.keys import Key, SubjectKey, of_birth, of_initial, of_name, swapped
from policies.subject_search.names import name_words
from schemas.base import DoesNotFit, Word

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
MOST_NAMES = 8


class SubjectAsked(Word):
    """What somebody tells of themselves, so that their records can be found."""

    names: Annotated[tuple[_Text, ...], Field(max_length=MOST_NAMES)] = ()
    """Every name that they go by or went by."""
    born: date | None = None
    addresses: Annotated[tuple[_Text, ...], Field(max_length=MOST_NAMES)] = ()
    telephones: Annotated[tuple[_Text, ...], Field(max_length=MOST_NAMES)] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> SubjectAsked:
        if not all(any(len(word) > 1 for word in name_words(name)) for name in self.names):
            message = "a name has a word of two letters at least; initials alone find nobody"
            raise DoesNotFit(message)
        if not (self.names or self.born or self.addresses or self.telephones):
            message = "a search needs a name, a date of birth, an address or a telephone number"
            raise DoesNotFit(message)
        return self


def looked_up(asked: SubjectAsked) -> dict[Key, str]:
    """Return the keys of names and birthday that a question looks up, with what each is to it.

    What it is: the key's kind, or ``born_swapped`` for a birthday with day and month exchanged. A
    narrative is searched for every two of the names.
    """
    found: dict[Key, str] = {}
    for name in asked.names:
        for key in of_name(name) | of_initial(name):
            found[key] = key.kind.value
            mentioned = _MENTIONED.get(key.kind)
            if mentioned is not None:
                found[Key(kind=mentioned, text=key.text)] = mentioned.value
    if asked.born is not None:
        found[of_birth(asked.born)] = SubjectKey.BORN.value
        other = swapped(asked.born)
        if other is not None:
            found[of_birth(other)] = BORN_SWAPPED
    return found


BORN_SWAPPED = "born_swapped"
_MENTIONED = {
    SubjectKey.NAMES: SubjectKey.MENTION,
    SubjectKey.SOUND: SubjectKey.MENTION_SOUND,
}
