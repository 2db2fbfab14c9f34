"""The keys of names and birthdays: what is hashed for a record, and what a question looks up.

Each key is a pair of words, so that a common surname alone proposes nobody; the pair is in order of the
alphabet, so that the order of names does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import NamedTuple

import jellyfish

from policies.subject_search.names import TITLES, name_readings, name_words
from schemas.packaged import packaged_toml


class SubjectKey(StrEnum):
    """What two records, or a record and a question, may have in common."""

    FULL_NAME = "name"
    NAMES = "name_pair"
    SOUND = "name_sound"
    INITIAL = "name_initial"
    LETTERS = "name_letters"
    BORN = "born"
    MENTION = "mention"
    MENTION_SOUND = "mention_sound"


KEY_SAYS = MappingProxyType(
    {
        SubjectKey.FULL_NAME: "the same names, in any order",
        SubjectKey.NAMES: "two of the names, spelt the same",
        SubjectKey.SOUND: "two names that sound the same",
        SubjectKey.INITIAL: "an initial, and a name that sounds the same",
        SubjectKey.LETTERS: "the same letters in another order, as in a slip of the keyboard",
        SubjectKey.BORN: "the same date of birth",
        SubjectKey.MENTION: "the names stand in a narrative",
        SubjectKey.MENTION_SOUND: "names that sound the same stand in a narrative",
    }
)
MOST_MENTIONS = 24
"""Keys that one record's narratives give at most."""
_SEPARATOR = "|"
_RUN = re.compile(r"[^\W\d_]+(?:['’‘-][^\W\d_]+)*\.?")
_LOUD_SHARE = 0.8
"""Share of capital letters from which a line is written in capitals."""
_SHORTEST_LOUD = 3
_ANYWAY = ("function", "spoken", "abbreviations", "roles")
"""Lists of ``narrative_words.toml`` whose words name nobody."""


class Key(NamedTuple):
    """One key in plain; only its keyed hash is kept."""

    kind: SubjectKey
    text: str


def of_name(name: str) -> frozenset[Key]:
    """Return the keys of a name; a single word meets only what is the same word alone, or sounds so."""
    return frozenset().union(*map(_of_words, name_readings(name)))


def _of_words(words: Sequence[str]) -> frozenset[Key]:
    keys: set[Key] = set()
    whole = [one for one in words if len(one) > 1]
    if whole and {*whole} == {*words} == {whole[0]}:
        # somebody with one name, which forms that demand two write twice
        alone = whole[0]
        keys.add(_key(SubjectKey.FULL_NAME, (alone,)))
        keys.add(_key(SubjectKey.SOUND, (_sound(alone),)))
        keys.add(_key(SubjectKey.LETTERS, (_letters(alone),)))
        return frozenset(keys)
    if len(whole) > 1:
        keys.add(_key(SubjectKey.FULL_NAME, whole))
    for first, second in combinations(whole, 2):
        keys.add(_key(SubjectKey.NAMES, (first, second)))
        keys.add(_key(SubjectKey.SOUND, (_sound(first), _sound(second))))
        keys.add(_key(SubjectKey.LETTERS, (_letters(first), _letters(second))))
    for place, word in enumerate(words):
        for other in (*words[:place], *words[place + 1 :]):
            if len(other) > 1:
                keys.add(_initial(word, other))
    return frozenset(keys)


def of_initial(name: str) -> frozenset[Key]:
    """Return by what somebody with one name is found who stands there as «W Wulandari»."""
    words = {*name_words(name)}
    return frozenset(_initial(one, one) for one in words if len(words) == 1)


def of_birth(day: date) -> Key:
    """Return the key of a date of birth."""
    return Key(kind=SubjectKey.BORN, text=day.isoformat())


def swapped(day: date) -> date | None:
    """Return a date with day and month exchanged; None where there is no such other day."""
    if day.day == day.month or day.day > 12:  # noqa: PLR2004 - months
        return None
    return day.replace(month=day.day, day=day.month)


def of_text(text: str) -> frozenset[Key]:
    """Return the keys of names that a narrative may mention.

    Where a line has small letters and capitals, words with a capital that follow each other; where it has
    capitals alone, as command-and-control systems write, or none, every two words that are none of every
    day.
    """
    keys: set[Key] = set()
    for first, second in _neighbours(text):
        words = (*name_words(first)[-1:], *name_words(second)[-1:])
        if len(words) < 2 or min(map(len, words)) < 2:  # noqa: PLR2004 - a pair of words
            continue
        keys.add(_key(SubjectKey.MENTION, words))
        keys.add(_key(SubjectKey.MENTION_SOUND, map(_sound, words)))
        if len(keys) >= MOST_MENTIONS:
            break
    return frozenset(keys)


def _neighbours(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        letters = [one for one in line if one.isalpha()]
        capitals = sum(map(str.isupper, letters))
        even = capitals > _LOUD_SHARE * len(letters) or not capitals
        found = [
            one for one in _RUN.finditer(line) if one.group().rstrip(".").lower() not in TITLES
        ]
        for first, second in pairwise(found):
            between = line[first.end() : second.start()].strip()
            both = (first.group().rstrip("."), second.group())
            tells = all(map(_may_name, both)) if even else all(one[0].isupper() for one in both)
            if tells and between in {"", ",", "("}:
                yield both


def _may_name(word: str) -> bool:
    """Whether a word of a loud line may be a name: long enough, and none that a call log always says."""
    return len(word) >= _SHORTEST_LOUD and word.lower() not in _said_anyway()


@cache
def _said_anyway() -> frozenset[str]:
    lists = packaged_toml("policies", "data/narrative_words.toml")
    return frozenset(word for name in _ANYWAY for word in lists[name].split())


def _key(kind: SubjectKey, words: Iterable[str]) -> Key:
    return Key(kind=kind, text=_SEPARATOR.join(sorted(words)))


def _initial(word: str, other: str) -> Key:
    # the initial first: which of the two is the surname nobody knows
    sound = _sound(other)
    # one letter's sound is that of far too many
    text = _SEPARATOR.join((word[0], sound if len(sound) > 1 else other))
    return Key(kind=SubjectKey.INITIAL, text=text)


def _sound(word: str) -> str:
    """The word's Metaphone code; of one that has none, such as «ng», the word."""
    return jellyfish.metaphone(word) or word


def _letters(word: str) -> str:
    return "".join(sorted(word))
