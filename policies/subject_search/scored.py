"""Why a record is proposed, and how near it is. A score orders proposals; it confirms nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from policies.subject_search.asked import BORN_SWAPPED
from policies.subject_search.keys import KEY_SAYS, SubjectKey
from schemas.base import Word

ADDRESS, UPRN, TELEPHONE = "address", "uprn", "phone"
DOOR, EXCHANGED = "door", "address_exchanged"
OTHER_BIRTH = "other_birth"
"""The record holds dates of birth, and none is the one that was asked for."""

REASON_SAYS = MappingProxyType(
    {
        **{kind.value: says for kind, says in KEY_SAYS.items()},
        BORN_SWAPPED: "the date of birth with day and month exchanged",
        ADDRESS: "the same address",
        DOOR: "the same house and street, without a postcode",
        EXCHANGED: "the same address with flat and house exchanged",
        UPRN: "the same property (UPRN)",
        TELEPHONE: "the same telephone number",
        OTHER_BIRTH: "the record gives another date of birth",
    }
)
"""Every reason in words."""

_POINTS = {
    SubjectKey.FULL_NAME.value: 50,
    SubjectKey.NAMES.value: 45,
    SubjectKey.LETTERS.value: 30,
    SubjectKey.SOUND.value: 35,
    SubjectKey.INITIAL.value: 20,
    SubjectKey.MENTION.value: 30,
    SubjectKey.MENTION_SOUND.value: 15,
    SubjectKey.BORN.value: 35,
    BORN_SWAPPED: 25,
    ADDRESS: 20,
    UPRN: 20,
    DOOR: 10,
    EXCHANGED: 10,
    TELEPHONE: 30,
}
_GROUPS = (
    (
        SubjectKey.FULL_NAME.value,
        SubjectKey.NAMES.value,
        SubjectKey.SOUND.value,
        SubjectKey.LETTERS.value,
        SubjectKey.MENTION.value,
        SubjectKey.INITIAL.value,
        SubjectKey.MENTION_SOUND.value,
    ),
    (SubjectKey.BORN.value, BORN_SWAPPED),
    (UPRN, ADDRESS, DOOR, EXCHANGED),
    (TELEPHONE,),
)
"""What tells of the same thing counts once, by the best of it."""
_AGAIN_POINTS, _AGAIN_MOST = 5, 15
"""Each further pair of names counts a little more: three of four names are nearer than two."""
_OTHER_BIRTH_POINTS = 20
_MOST = 100


class Nearness(StrEnum):
    """How near a proposal is, in a word."""

    NEAR = "near"
    POSSIBLE = "possible"
    FAR = "far"


NEARNESS_SAYS = MappingProxyType(
    {
        Nearness.NEAR: "Likely",
        Nearness.POSSIBLE: "Possible",
        Nearness.FAR: "Unlikely, but look",
    }
)
_NEAR, _POSSIBLE = 60, 30


class Proposal(Word):
    """How near a record is to what was asked for, and why it is proposed. Never more than a proposal."""

    score: Annotated[int, Field(ge=0, le=_MOST)]
    why: tuple[str, ...]
    """The best reasons, the strongest first; codes of ``REASON_SAYS``."""

    @property
    def nearness(self) -> Nearness:
        """The score in a word."""
        if self.score >= _NEAR:
            return Nearness.NEAR
        return Nearness.POSSIBLE if self.score >= _POSSIBLE else Nearness.FAR


def scored(found: Iterable[str], *, other_birth: bool) -> Proposal:
    """Return how near a record is.

    Args:
        found: What record and question have in common: reasons of ``REASON_SAYS``, each as often as there
            are keys.
        other_birth: The record holds dates of birth and none of those asked for.
    """
    times = Counter(found)
    best = [
        max(present, key=_POINTS.__getitem__)
        for group in _GROUPS
        if (present := [one for one in group if one in times])
    ]
    best.sort(key=lambda one: -_POINTS[one])
    pairs = times[SubjectKey.NAMES.value] + times[SubjectKey.MENTION.value]
    points = sum(_POINTS[one] for one in best)
    points += min(max(pairs - 1, 0) * _AGAIN_POINTS, _AGAIN_MOST)
    if other_birth:
        points, best = points - _OTHER_BIRTH_POINTS, [*best, OTHER_BIRTH]
    return Proposal(score=min(max(points, 0), _MOST), why=tuple(best))
