"""What a sender gets back: one receipt a push, which always balances."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.base import Word
from schemas.codes import Slug

Count = Annotated[int, Field(ge=0)]


class FieldFault(Word):
    """Which field of a row broke which rule. Never the value."""

    pointer: str
    """JSON Pointer to the field by the name that the feed's settings give it, such as ``/INCIDENT_DATE``."""
    rule: str
    """Code of the rule, such as ``time.unreadable``."""
    says: str
    """The rule in a sentence."""


class RowProblem(Word):
    """A row that was put into quarantine, and why."""

    row: Annotated[int, Field(ge=1)]
    """1-based number of the row within the push."""
    faults: tuple[FieldFault, ...]


class Receipt(Word):
    """received = recorded + revised + duplicate + out_of_scope + excluded + quarantined, always."""

    id: str
    feed: Slug
    received: Count
    recorded: Count
    recorded_by_kind: dict[str, Count]
    mapping: dict[str, Count]
    """Of the rows recorded or revised: how many are mapped, ambiguous, unclassified, withheld."""
    revised: Count
    duplicate: Count
    out_of_scope: Count
    excluded: Count
    quarantined: Count
    dropped_fields: dict[str, Count]
    """Values not kept, by field name: no live agreement, lane or return uses them."""

    @model_validator(mode="after")
    def _balances(self) -> Self:
        parts = (
            self.recorded,
            self.revised,
            self.duplicate,
            self.out_of_scope,
            self.excluded,
            self.quarantined,
        )
        if self.received != sum(parts) or self.recorded != sum(self.recorded_by_kind.values()):
            message = "a receipt that does not balance"
            raise ValueError(message)
        return self


class PushResult(Word):
    """What the answer to a push holds."""

    receipt: Receipt
    problems: tuple[RowProblem, ...]
    """Rows in quarantine, at most 1,000 here; all at ``quarantine``."""
    excluded_by_reason: dict[str, int]
    leaf: int
    """Index of the push's entry in the ledger."""
    repeated: bool


class RetractionResult(Word):
    """How many records were taken back; each recipient that held one gets a notice."""

    id: str
    retracted: int
    already_retracted: int
    """Retracted or erased before."""
    unknown: int
    leaf: int


class RestrictionResult(Word):
    """How many records were restricted."""

    id: str
    restricted: int
    unchanged: int
    """Restricted, retracted or erased before."""
    unknown: int
    leaf: int


class LiftingResult(Word):
    """How many restrictions were lifted."""

    id: str
    lifted: int
    unchanged: int
    """Not restricted: there was nothing to lift."""
    unknown: int
    leaf: int


class ErasureResult(Word):
    """How many records were erased."""

    id: str
    erased: int
    unchanged: int
    """Erased before."""
    unknown: int
    leaf: int
