"""A signal: that reports of one household were found, for one partner. Existence only, and whom to ask.

No record, no name, no place, no ground, no vulnerability: those who are told open what is theirs to open, by
a consultation with a reason, and ask the others.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from schemas.base import Word, says_something
from schemas.codes import Slug


class SignalWhy(StrEnum):
    """Why a partner is told."""

    REPORTS = "reports"
    SECOND_PARTNER = "second_partner"


class Signal(Word):
    """What was found for one partner; it never changes."""

    id: str
    partner: Slug
    """Who is told."""
    agreement: Slug
    agreement_version: int
    why: SignalWhy
    reports: Annotated[int, Field(ge=2)]
    """How many reports there were; told to nobody but those who decide about it."""
    months: int
    """Within how many months."""
    ask: tuple[Slug, ...]
    """The other partners that hold a report of the household."""
    at: AwareDatetime
    snapshot: str
    """Hash of the law under which it was found."""
    day: date


class StepKind(StrEnum):
    """What becomes of a signal."""

    HANDED = "handed"
    """The partner's system fetched it."""
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class SignalState(StrEnum):
    """Where a signal stands."""

    WAITING = "waiting"
    """Nobody has looked yet whether it is one household."""
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


SHORTEST = 15
SignalReason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=SHORTEST, max_length=1_000),
    AfterValidator(says_something),
]
"""Why somebody confirms or dismisses, in words: facts of the case, and nobody's name."""


class Step(Word):
    """One step of a signal's life."""

    number: int
    kind: StepKind
    actor: str
    """A client's or an account's id."""
    role: str | None = None
    partner: Slug | None = None
    """For whom they acted."""
    reason: SignalReason | None = None
    at: AwareDatetime


def state_of(steps: tuple[Step, ...]) -> SignalState:
    """Return where a signal stands after its steps: the last decision counts."""
    decided = [SignalState(one.kind.value) for one in steps if one.kind is not StepKind.HANDED]
    return decided[-1] if decided else SignalState.WAITING
