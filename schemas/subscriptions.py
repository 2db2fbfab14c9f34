"""Subscriptions: a partner's standing request."""

from __future__ import annotations

from enum import StrEnum

from schemas.agreements import CaseKey
from schemas.base import Word
from schemas.codes import Kind, Slug
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane


class DeliveryMode(StrEnum):
    """Who moves first."""

    PULL = "pull"
    PUSH = "push"


class Filter(Word):
    """Which records are asked for; an empty list asks for all."""

    sources: tuple[Slug, ...] = ()
    kinds: tuple[Kind, ...] = ()
    behaviours: tuple[str, ...] = ()

    def asks_for(self, record_class: RecordClass) -> bool:
        """Whether a record class is among what is asked for."""
        return (
            (not self.sources or record_class.source in self.sources)
            and (not self.kinds or record_class.kind in self.kinds)
            and (not self.behaviours or record_class.typology_behaviour in self.behaviours)
        )


class Subscription(Word):
    """Who asks for what, under which power, for which purpose, in which lane.

    ``version`` rises with every change of the request, so that a remembered decision never outlives it.
    """

    id: Slug
    partner: Slug
    power: Power
    purpose: Purpose
    lane: Lane
    mode: DeliveryMode = DeliveryMode.PULL
    filter: Filter = Filter()
    agreement: Slug | None = None
    """The data-sharing agreement that the request rests on, where its power needs one."""
    case_review: CaseKey | None = None
    """Keyed hash of the case review's reference, where the power is ``asb_case_review``."""
    minimum_cell: int = 0
    """k: 0 where the law's default for the recipient is that no row is held back."""
    version: int = 1
