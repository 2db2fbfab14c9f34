"""One row of a crosswalk: under which conditions a source's code means which behaviour.

Written as strings (a CSV row, or an object in a feed's settings), checked against the typology and
compiled once. What may be left empty is derived, so that ``code, label, default`` is already a rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from pydantic import Field

from schemas.base import Word
from schemas.codes import Confidence, Kind, MappingRelation, MappingStatus, NsirClass, SourceCode
from schemas.typology import TYPOLOGY

CODE_PATTERN: Final = re.compile(get_args(SourceCode)[1].pattern)
"""What a code looks like. Free text does not fit."""

EXCLUDED: Final = "excluded"
"""The one status of a rule that is no ``MappingStatus``: such a row is never kept."""

_CONFIDENCE: Final[dict[MappingRelation, Confidence | None]] = {
    MappingRelation.EXACT: Confidence.HIGH,
    MappingRelation.NARROW: Confidence.HIGH,
    MappingRelation.BROAD: Confidence.MEDIUM,
    MappingRelation.RELATED: Confidence.LOW,
    MappingRelation.NONE: None,
}

Role = Literal["", "class", "qualifier", "anywhere"]


class CrosswalkRefused(Exception):
    """A rule cannot stand in a crosswalk. Names the rule and why."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"rule {rule}: {why}")
        self.rule = rule
        self.why = why


class RuleRow(Word):
    """A crosswalk row as it is written; its fields are the header of the CSV files, in order.

    Lists are separated by ``|``. Conditions in different columns must all hold; within one column any
    code of the list is enough. Rules of one code are tried from top to bottom, the first that holds
    wins, and the last has no condition.
    """

    rule_id: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9_./:-]{0,31})?$")
    """Stable for ever, kept with each incident; empty: made of scheme and code."""
    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./:-]{0,31}$")
    """A code, or a block of numbers such as ``001-018`` for all that have no rule of their own."""
    label: str = Field(min_length=1, max_length=200)
    also: str = ""
    """Other spellings of the same code, as systems print them."""
    when_opening: str = ""
    when_closing: str = ""
    when_qualifier: str = ""
    when_class: str = ""
    relation: Literal["", "exact", "broad", "narrow", "related", "none"] = ""
    """How wide the code is against the typology; empty: exact with a default, else none."""
    candidates: str = ""
    default: str = ""
    sub_behaviour: str = ""
    confidence: Literal["", "high", "medium", "low"] = ""
    status: Literal[
        "", "mapped", "ambiguous", "unclassified", "excluded", "out_of_scope", "withheld"
    ] = ""
    """Empty: mapped with a default, ambiguous with candidates alone, else unclassified."""
    reason: str = Field(default="", pattern=r"^[a-z_]{0,32}$")
    """Why a row is excluded or out of scope: what the receipt counts by."""
    kind: Literal["", "asb_incident", "crime", "other_prescribed"] = ""
    """Empty: asb_incident."""
    role: Role = ""
    """``class`` and ``qualifier`` codes decide only where no other code stands; an ``anywhere`` code
    excludes its row in any position. Any other exclusion acts where the code decides or closes."""
    gives_class: Literal["", "personal", "nuisance", "environmental"] = ""
    note: str = ""
    owner: str = ""
    """Who answers for a local convention, that is: for a default that the source's code alone does
    not bear out."""


RULE_COLUMNS: Final = tuple(RuleRow.model_fields)
"""The header of a crosswalk file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule: its conditions, and the fields of ``Incident`` that it fills."""

    rule_id: str
    code: str
    opening: frozenset[str]
    closing: frozenset[str]
    qualifier: frozenset[str]
    nsir_class: frozenset[str]
    status: str
    reason: str
    kind: Kind
    behaviour: str | None
    role: Role
    gives_class: NsirClass | None
    fields: dict[str, Any]
    row: RuleRow

    @property
    def conditions(self) -> tuple[frozenset[str], ...]:
        """The four condition columns; an empty set always holds."""
        return (self.opening, self.closing, self.qualifier, self.nsir_class)

    def shadows(self, later: Rule) -> bool:
        """Whether this rule holds wherever the later one does, which could then never be reached."""
        return all(
            not mine or (bool(its) and its <= mine)
            for mine, its in zip(self.conditions, later.conditions, strict=True)
        )


def parts(cell: str) -> tuple[str, ...]:
    """Split a ``|``-separated cell."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def compile_rule(row: RuleRow, code: str, scheme: str, version: str) -> Rule:
    """Check one row against the typology and derive what it leaves empty.

    Args:
        row: The row as written.
        code: The code it is compiled for: its own, or one of its block.
        scheme: Name of the scheme, for ``source_category_scheme``.
        version: Version of the crosswalk, kept with each incident.

    Raises:
        CrosswalkRefused: The row contradicts itself or names a code that the typology does not have.
    """
    rule_id = row.rule_id or f"{scheme}.{code}"[:32]
    candidates = parts(row.candidates) or parts(row.default)
    behaviour = row.default or None
    relation = MappingRelation(row.relation or ("exact" if behaviour else "none"))
    areas = sorted({TYPOLOGY.area_of.get(one, "") for one in candidates})
    status = row.status or _derived_status(behaviour, candidates, relation)
    for refused, why in (
        (set(candidates) - TYPOLOGY.area_of.keys(), "a candidate is not in the typology"),
        (len(set(candidates)) < len(candidates), "a candidate stands twice"),
        (behaviour and behaviour not in candidates, "the default is not among the candidates"),
        (*_wrong_sub_behaviour(row),),
        *_contradictions(row, relation, candidates, status, len(areas)),
    ):
        if refused:
            raise CrosswalkRefused(rule_id, why)
    kind = Kind(row.kind or Kind.ASB_INCIDENT)
    kept_area = status != MappingStatus.UNCLASSIFIED and len(areas) == 1
    fields = {
        "kind": kind,
        "mapping_status": status if status == EXCLUDED else MappingStatus(status),
        "typology_area": areas[0] if kept_area else TYPOLOGY.area_of.get(row.default),
        "typology_behaviour": behaviour,
        "typology_sub_behaviour": row.sub_behaviour or None,
        "candidate_behaviours": candidates if len(candidates) > 1 or not behaviour else (),
        "mapping_relation": relation,
        "mapping_confidence": _confidence(row, relation, status),
        "mapping_rule_id": rule_id,
        "crosswalk_version": version,
        "source_category_scheme": scheme,
        "source_category_code": code,
        "source_category_label": row.label,
    }
    return Rule(
        rule_id=rule_id,
        code=code,
        opening=frozenset(parts(row.when_opening)),
        closing=frozenset(parts(row.when_closing)),
        qualifier=frozenset(parts(row.when_qualifier)),
        nsir_class=frozenset(parts(row.when_class)),
        status=status,
        reason=row.reason,
        kind=kind,
        behaviour=behaviour,
        role=row.role,
        gives_class=NsirClass(row.gives_class) if row.gives_class else None,
        fields=fields,
        row=row,
    )


def _derived_status(
    behaviour: str | None, candidates: tuple[str, ...], relation: MappingRelation
) -> str:
    if behaviour:
        return MappingStatus.MAPPED
    if candidates and relation is MappingRelation.BROAD:
        return MappingStatus.AMBIGUOUS
    return MappingStatus.UNCLASSIFIED


def _confidence(row: RuleRow, relation: MappingRelation, status: str) -> Confidence | None:
    if status != MappingStatus.MAPPED:
        return None
    return Confidence(row.confidence) if row.confidence else _CONFIDENCE[relation]


def _wrong_sub_behaviour(row: RuleRow) -> tuple[bool, str]:
    wrong = bool(row.sub_behaviour) and (
        not row.default or TYPOLOGY.behaviour_of.get(row.sub_behaviour) != row.default
    )
    return wrong, "the sub-behaviour does not belong to the default behaviour"


def _contradictions(
    row: RuleRow,
    relation: MappingRelation,
    candidates: tuple[str, ...],
    status: str,
    areas: int,
) -> tuple[tuple[bool, str], ...]:
    """What a row may not say: each contradiction with its sentence."""
    one_meaning = relation in {MappingRelation.EXACT, MappingRelation.NARROW}
    conditional = bool(row.when_opening or row.when_closing or row.when_qualifier or row.when_class)
    convention = bool(row.owner and row.note)
    counted = status in {EXCLUDED, MappingStatus.OUT_OF_SCOPE}
    classes = {one.value for one in NsirClass}
    return (
        (one_meaning and len(candidates) != 1, "exact and narrow mean exactly one behaviour"),
        (relation is MappingRelation.NONE and bool(candidates), "none has no candidates"),
        (
            relation is MappingRelation.RELATED and bool(row.default) and not convention,
            "a related code is mapped only by a convention with note and owner",
        ),
        (
            areas > 1 and bool(row.default) and not (conditional or convention),
            "across areas only a coded condition, or a convention with note and owner, decides",
        ),
        (
            (status == MappingStatus.MAPPED) != bool(row.default),
            "mapped needs a default, and nothing else has one",
        ),
        (counted != bool(row.reason), "excluded and out of scope need a reason, others have none"),
        (row.role == "anywhere" and status != EXCLUDED, "only an exclusion acts anywhere"),
        (
            (row.role == "class") != bool(row.gives_class),
            "a class code gives a class, and no other code does",
        ),
        (
            not set(parts(row.when_class)) <= classes,
            "when_class names something that is not one of the three classes",
        ),
    )
