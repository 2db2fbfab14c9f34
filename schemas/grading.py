"""Gradings of intelligence and police information, as they were given: two schemes, never converted.

3x5x2 (College of Policing): source 1 reliable, 2 untested, 3 not reliable; intelligence A known directly,
B known indirectly but corroborated, C known indirectly, D not known, E suspected to be false; handling P
lawful sharing permitted, C permitted with conditions. The legacy 5x5x5 «mem»: source A to E, information
1 to 5 (4 cannot be judged, 5 suspected to be false), handling 1 UK law enforcement, 2 UK non-prosecuting
parties, 3 foreign law enforcement, 4 originating force only, 5 with conditions. Source: law reference §6.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.base import DoesNotFit, Word


class GradingScheme(StrEnum):
    """In which scheme a grading was given. One is never turned into the other."""

    THREE_FIVE_TWO = "3x5x2"
    FIVE_FIVE_FIVE = "5x5x5"


GradeCode = Annotated[str, Field(pattern=r"^[1-5A-E]$")]
"""A grade of the source, or of what it said: what it means hangs on the scheme."""


class Handling(StrEnum):
    """Handling code: P and C of 3x5x2, the digits of the legacy 5x5x5."""

    PERMITTED = "P"
    CONDITIONS = "C"
    UK_LAW_ENFORCEMENT = "1"
    UK_NON_PROSECUTING = "2"
    FOREIGN = "3"
    ORIGINATOR_ONLY = "4"
    LEGACY_CONDITIONS = "5"


class HandlingCondition(StrEnum):
    """What comes with handling code C or 5, in words that an agreement can take on.

    The words are this gateway's («mem»: law reference §6 knows only that conditions are attached).
    """

    NO_ONWARD_SHARING = "no_onward_sharing"
    CONSULT_ORIGINATOR = "consult_originator"
    SANITISE_BEFORE_USE = "sanitise_before_use"
    NO_ACTION_WITHOUT_CONSENT = "no_action_without_consent"
    NOT_IN_PROCEEDINGS = "not_in_proceedings"
    NAMED_POSTS_ONLY = "named_posts_only"
    OTHER = "other"
    """Stated in words that are none of these: no agreement can take it on, so it is never met."""


class Assertion(StrEnum):
    """Whether a narrative states facts or somebody's assessment (DPA 2018 s.38(2))."""

    FACT = "fact"
    OPINION = "opinion"


_CODES: Mapping[GradingScheme, tuple[str, str, frozenset[Handling]]] = MappingProxyType(
    {
        GradingScheme.THREE_FIVE_TWO: (
            "123",
            "ABCDE",
            frozenset({Handling.PERMITTED, Handling.CONDITIONS}),
        ),
        GradingScheme.FIVE_FIVE_FIVE: (
            "ABCDE",
            "12345",
            frozenset(Handling) - {Handling.PERMITTED, Handling.CONDITIONS},
        ),
    }
)
"""Scheme → its grades of the source, its grades of what was said, its handling codes."""


class Grading(Word):
    """One grading. The scheme is required: the same letter means another thing in the other scheme."""

    scheme: GradingScheme
    source: GradeCode | None = None
    """How reliable the source is."""
    intelligence: GradeCode | None = None
    """How sure what it said is."""
    handling: Handling | None = None
    conditions: tuple[HandlingCondition, ...] = ()
    """What comes with handling code C or 5."""

    @model_validator(mode="after")
    def _of_the_scheme(self) -> Self:
        sources, intelligence, handling = _CODES[self.scheme]
        if (
            (self.source is not None and self.source not in sources)
            or (self.intelligence is not None and self.intelligence not in intelligence)
            or (self.handling is not None and self.handling not in handling)
        ):
            message = "a code is none of the scheme"
            raise DoesNotFit(message)
        return self
