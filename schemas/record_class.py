"""What the law looks at. Decisions are made per class, never per row (design, sentence 2)."""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256

from schemas.base import Word
from schemas.codes import (
    Ground,
    InterventionStage,
    Kind,
    MappingStatus,
    Marking,
    Regime,
    Slug,
    SubjectRole,
)
from schemas.grading import GradeCode, Grading, GradingScheme, Handling, HandlingCondition
from schemas.sensitivity import FieldGroup


class RecordClass(Word):
    """Everything about an incident version that any policy may read, and nothing that names it.

    Tuples are sorted and free of repeats, so that equal classes have equal canonical bytes.
    """

    source: Slug
    """The feed's name."""
    controller: Slug
    """The partner that answers for the data."""
    regime: Regime
    open_data: bool = False
    """Published by its controller under an open licence, point and month as published."""
    kind: Kind
    mapping_status: MappingStatus
    typology_area: str | None = None
    typology_behaviour: str | None = None
    sensitive: bool = False
    """Its behaviour, ground or code is one for which place is coarsened (law.md §5)."""
    marking: Marking = Marking.OFFICIAL
    depersonalised_marking: Marking | None = None
    """What its controller marks it once depersonalised; absent, that lowers nothing (high-water mark)."""
    grading_scheme: GradingScheme | None = None
    source_grading: GradeCode | None = None
    intelligence_grading: GradeCode | None = None
    handling: Handling | None = None
    handling_conditions: tuple[HandlingCondition, ...] = ()
    """What comes with handling code C or 5; nothing may go by them but under an agreement that takes
    every one of them on."""
    roles: tuple[SubjectRole, ...] = ()
    field_groups: tuple[FieldGroup, ...] = ()
    """Groups of sealed fields that are held for this version. Empty with 17A alone in force."""
    grounds: tuple[Ground, ...] = ()
    child: bool = False
    """A child is concerned, as far as the sealed fields say; always false where none is held."""
    case: str | None = None
    """Keyed hash of its case, where an agreement lists that case; the number itself is kept nowhere."""
    patient_information: bool | None = None
    """Whether the feed holds information about patients; None where nobody has said."""
    health_or_social_care: bool | None = None
    """Whether it is held as a health or social care authority; None where nobody has said."""
    received_under: Slug | None = None
    """The agreement under which its controller received it from another holder; absent, it is its own."""
    stage: InterventionStage | None = None
    """How far intervention had gone, coarsely; only tables and filters read it, no record shows it."""
    si_paragraphs: tuple[int, ...] = ()
    """Paragraphs of the Schedule to SI 2007/1831 that prescribe it, such as ``(1,)``."""

    @property
    def grading(self) -> Grading | None:
        """The grading as it was given, or None where there is none or no scheme was kept with it."""
        if self.grading_scheme is None:
            return None
        return Grading(
            scheme=self.grading_scheme,
            source=self.source_grading,
            intelligence=self.intelligence_grading,
            handling=self.handling,
            conditions=self.handling_conditions,
        )

    @cached_property
    def canonical_json(self) -> str:
        """The class as canonical JSON: sorted keys, no blanks, ASCII. What is stored and hashed."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON."""
        return sha256(self.canonical_json.encode()).digest()
