"""From an incident to its record class: all that the law will look at.

Equal rows get the same instance, which makes both the class and the decision about it cheap.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from policies.kept import NOTHING, Kept, concerns_a_child
from policies.lists import packaged_lists
from policies.marking import higher
from policies.stages import stage_of
from schemas.codes import (
    Ground,
    InterventionStage,
    Kind,
    MappingStatus,
    Marking,
    Regime,
    SubjectRole,
)
from schemas.feeds import Feed
from schemas.grading import Grading, GradingScheme, Handling, HandlingCondition
from schemas.incident import SENSITIVITY, Incident, Person
from schemas.partners import PartnerKind
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup
from schemas.typology import TYPOLOGY

REMEMBERED = 8_192
"""Classes that are remembered; the least recently used goes first."""
_KNOWN = frozenset(TYPOLOGY.names)


class _Graded(NamedTuple):
    """A grading, flat, as the class says it."""

    scheme: GradingScheme | None = None
    source: str | None = None
    intelligence: str | None = None
    handling: Handling | None = None
    conditions: tuple[HandlingCondition, ...] = ()


class _Traits(NamedTuple):
    """Everything that fixes a record class."""

    source: str
    controller: str
    regime: Regime
    open_data: bool
    holder: PartnerKind | None
    kind: Kind
    status: MappingStatus
    area: str | None
    behaviour: str | None
    sensitive: bool
    marking: Marking
    depersonalised_marking: Marking | None
    graded: _Graded
    roles: tuple[SubjectRole, ...]
    groups: tuple[FieldGroup, ...]
    grounds: tuple[Ground, ...]
    child: bool
    case: str | None
    patients: bool | None
    care: bool | None
    received_under: str | None
    stage: InterventionStage | None
    described: bool
    """Whether a rule of the crosswalk or a class says what it is; a kind by default says nothing."""


class _Coded(NamedTuple):
    """Every code of an incident that may make it sensitive."""

    behaviour: str | None
    sub_behaviour: str | None
    candidates: tuple[str, ...]
    others: tuple[str, ...]
    scheme: str | None
    code: str | None
    opening: str | None
    closing: tuple[str, ...]
    qualifiers: tuple[str, ...]


def classify(
    incident: Incident, feed: Feed, controller_kind: PartnerKind | None, kept: Kept = NOTHING
) -> RecordClass:
    """Return the record class of an incident version.

    Args:
        incident: As the adapter understood it.
        feed: The feed it came by: source, controller, regime, marking, licence.
        controller_kind: What the controller is on the day of recording; None when off the register.
        kept: What of the sealed fields is held (``policies.keeping``).
    """
    present = kept.present(incident) if kept.fields else frozenset()
    traits = _Traits(
        feed.name,
        feed.controller,
        feed.regime,
        feed.open_data_licence is not None,
        controller_kind,
        incident.kind,
        incident.mapping_status,
        incident.typology_area,
        incident.typology_behaviour,
        is_sensitive(incident),
        higher(feed.marking, incident.marking),
        feed.depersonalised_marking,
        _graded(incident.grading),
        _roles(kept.people(incident)) if "people" in present else (),
        _groups(present) if present else (),
        incident.grounds,
        bool(present) and concerns_a_child(incident),
        kept.case,
        feed.patient_information,
        feed.health_or_social_care,
        feed.received_under,
        stage_of(incident.intervention),
        incident.mapping_rule_id is not None or incident.nsir_class is not None,
    )
    return _class_of(traits)


def reclassify(
    before: RecordClass, incident: Incident, controller_kind: PartnerKind | None
) -> RecordClass:
    """Return the class of a recorded version whose codes mean something else now.

    Args:
        before: Its class so far: everything but what the codes say stays.
        incident: What the codes say, on the common schema; nothing else of it is read.
        controller_kind: As ``classify``.
    """
    traits = _Traits(
        before.source,
        before.controller,
        before.regime,
        before.open_data,
        controller_kind,
        incident.kind,
        incident.mapping_status,
        incident.typology_area,
        incident.typology_behaviour,
        is_sensitive(incident),
        before.marking,
        before.depersonalised_marking,
        _Graded(
            before.grading_scheme,
            before.source_grading,
            before.intelligence_grading,
            before.handling,
            before.handling_conditions,
        ),
        before.roles,
        before.field_groups,
        before.grounds,
        before.child,
        before.case,
        before.patient_information,
        before.health_or_social_care,
        before.received_under,
        before.stage,
        incident.mapping_rule_id is not None or incident.nsir_class is not None,
    )
    return _class_of(traits)


def is_sensitive(incident: Incident) -> bool:
    """Whether the incident's place is coarsened: by behaviour or source code, never by a hidden flag.

    Candidates and further behaviours count as well: what may be sensitive is treated as sensitive.
    Source: ``policies/data/sensitive.toml``.
    """
    coded = _Coded(
        incident.typology_behaviour,
        incident.typology_sub_behaviour,
        incident.candidate_behaviours,
        incident.other_behaviours,
        incident.source_category_scheme,
        incident.source_category_code,
        incident.opening_code,
        incident.closing_codes,
        incident.qualifier_codes,
    )
    return _sensitive_by_code(coded)


@lru_cache(maxsize=REMEMBERED)
def _sensitive_by_code(coded: _Coded) -> bool:
    sensitive = packaged_lists().sensitive
    excepted = sensitive.behaviours.get(coded.behaviour or "")
    if excepted is not None and coded.sub_behaviour not in excepted:
        return True
    if coded.sub_behaviour in sensitive.sub_behaviours:
        return True
    if any(other in sensitive.behaviours for other in (*coded.candidates, *coded.others)):
        return True
    codes = (coded.code, coded.opening, *coded.closing, *coded.qualifiers)
    return any((coded.scheme, each) in sensitive.codes for each in codes)


def _graded(grading: Grading | None) -> _Graded:
    if grading is None:
        return _Graded()
    conditions = tuple(sorted(set(grading.conditions)))
    return _Graded(
        grading.scheme, grading.source, grading.intelligence, grading.handling, conditions
    )


def _roles(people: tuple[Person, ...]) -> tuple[SubjectRole, ...]:
    return tuple(sorted({person.role for person in people}))


def _groups(present: frozenset[str]) -> tuple[FieldGroup, ...]:
    """Groups of the sealed fields that are held and have a value."""
    found = {SENSITIVITY[name].group for name in present}
    return tuple(sorted(group for group in found if group is not None))


@lru_cache(maxsize=REMEMBERED)
def _class_of(traits: _Traits) -> RecordClass:
    return RecordClass(
        source=traits.source,
        controller=traits.controller,
        regime=traits.regime,
        open_data=traits.open_data,
        kind=traits.kind,
        mapping_status=traits.status,
        typology_area=traits.area if traits.area in _KNOWN else None,
        typology_behaviour=traits.behaviour if traits.behaviour in _KNOWN else None,
        sensitive=traits.sensitive,
        marking=traits.marking,
        depersonalised_marking=traits.depersonalised_marking,
        grading_scheme=traits.graded.scheme,
        source_grading=traits.graded.source,
        intelligence_grading=traits.graded.intelligence,
        handling=traits.graded.handling,
        handling_conditions=traits.graded.conditions,
        roles=traits.roles,
        field_groups=traits.groups,
        grounds=tuple(sorted(set(traits.grounds))),
        child=traits.child,
        case=traits.case,
        patient_information=traits.patients,
        health_or_social_care=traits.care,
        received_under=traits.received_under,
        stage=traits.stage,
        si_paragraphs=_paragraphs(traits),
    )


def _paragraphs(traits: _Traits) -> tuple[int, ...]:
    """Paragraphs of the Schedule to SI 2007/1831 that prescribe the record for its holder."""
    if traits.status is MappingStatus.OUT_OF_SCOPE or not traits.described:
        return ()
    return tuple(
        paragraph.number
        for paragraph in packaged_lists().prescribed.paragraph
        if traits.holder in paragraph.holder_kinds
        and traits.kind in paragraph.incident_kinds
        and (paragraph.ground is None or paragraph.ground in traits.grounds)
    )
