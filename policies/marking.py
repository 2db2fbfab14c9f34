"""Markings of what leaves: the highest of what is in it, lowered by nothing but depersonalising.

Depersonalising lowers a marking only where the controller has said what its depersonalised records are
marked (``Feed.depersonalised_marking``); the ledger says of every release what came and what left.
Source: Government Security Classifications (Cabinet Office), law reference §6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from schemas.codes import Marking
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane


class HighWater(NamedTuple):
    """The highest marking of some records, as they came and as they leave."""

    came: Marking
    leaves: Marking

    @property
    def lowered(self) -> bool:
        """Whether depersonalising lowered it."""
        return self.leaves is not self.came


def higher(one: Marking, other: Marking) -> Marking:
    """Return the higher of two markings."""
    return one if one is Marking.OFFICIAL_SENSITIVE else other


def high_water(classes: Iterable[RecordClass], lane: Lane) -> HighWater:
    """Return the highest marking of records of some classes that leave by a lane together."""
    came = leaves = Marking.OFFICIAL
    for one in classes:
        came = higher(came, one.marking)
        lowered = None if lane is Lane.PERSONAL else one.depersonalised_marking
        leaves = higher(leaves, lowered or one.marking)
    return HighWater(came, leaves)
