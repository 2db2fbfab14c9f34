"""Subscriptions: a partner's standing request."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from schemas.agreements import CaseKey
from schemas.base import Word
from schemas.cells import LEAST_CELL, Cells
from schemas.codes import Kind, Slug
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.requests import Terms
from schemas.sensitivity import Lane

_NO_CELL = (Power.SECTION_17A, Power.NON_PERSONAL)


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
    minimum_cell: Annotated[int, Field(ge=0)] = 0
    """k, in incidents: records leave in whole cells of at least so many, at the close of a period. Where
    it is not stated it is 5 in the depersonalised lane, but 0 (no row is held back) under section 17A
    and for open data."""
    cells: Cells = Cells()
    """What a cell is, where k is not 0."""
    request: Terms | None = None
    """Where one request for disclosure was decided: what, and nothing but that, may be collected by it."""
    version: int = 1

    @model_validator(mode="before")
    @classmethod
    def _default_cell(cls, stated: Any) -> Any:  # noqa: ANN401 - whatever stands there is checked after it
        if not isinstance(stated, dict) or "minimum_cell" in stated:
            return stated
        held_for_none = stated.get("power") in _NO_CELL
        asks_records = stated.get("lane") == Lane.DEPERSONALISED
        return (
            stated if held_for_none or not asks_records else stated | {"minimum_cell": LEAST_CELL}
        )
