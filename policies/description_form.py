"""The form of a described record: its JSON Schema for whoever writes one, and every fault with its place.

A fault names where, which rule and what is allowed there; never what was given.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from schemas.base import DAY_FAULTS
from schemas.described import Description
from schemas.problems import ProblemError

_TAGS = frozenset({"id", "described"})
_NOTE = (
    "One record and one request, as facts. What is not stated counts as not there: it is named in "
    "`unmet`, and the record is withheld where the law needs it. No other name and no other code is "
    "taken. source, recipient, agreement and protocol are ids of this gateway's register, or described "
    "in their place. A valid_to is the first day that no longer counts. For a "
    "release under section_115 state at least: source.controller.kind, kind, "
    "recipient.kind, purpose, protocol.in_force, and of the agreement power, state, signed, parties, "
    "purpose, provision, necessity, dpia, coverage, fields (with roles for people), review_by, "
    "retention_days, and crossing where the police's records go to a body under the UK GDPR. The answer "
    'is {"decision","lane","fields","place","time","met","unmet"}.'
)
_AGREEMENT: dict[str, Any] = {
    "power": "section_115",
    "state": "live",
    "signed": True,
    "valid_from": "2026-01-01",
    "review_by": "2027-01-01",
    "parties": ["holder", "recipient"],
    "purpose": "preventing_crime_and_disorder",
    "provision": "s17",
    "necessity": "Case officers visit complainants and act on repeat noise.",
    "dpia": "dpia-12",
    "coverage": {"kinds": ["asb_incident"], "behaviours": ["noise"]},
    "fields": ["people.name", "address_text", "occurred_from"],
    "roles": ["victim", "complainant"],
    "recipient_regime": "general",
    "crossing": "Civil action against noise, authorised by s.115.",
    "marking": "OFFICIAL-SENSITIVE",
    "retention_days": 365,
    "onward": "forbidden",
}
_POLICE = {"kind": "chief_officer_of_police", "nominated_person": True}
_COUNCIL = {"kind": "district_council", "nominated_person": True}
EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "source": {"controller": _POLICE, "regime": "law_enforcement"},
        "kind": "asb_incident",
        "behaviour": "noise",
        "subject_roles": ["victim"],
        "fields": ["kind", "place", "people.name", "people.telephone", "address_text"],
        "recipient": _COUNCIL,
        "power": "section_115",
        "purpose": "preventing_crime_and_disorder",
        "agreement": _AGREEMENT,
        "protocol": {"in_force": True},
        "day": "2026-11-23",
    },
    {
        "source": {"controller": {"kind": "chief_officer_of_police"}},
        "kind": "asb_incident",
        "behaviour": "noise",
        "fields": ["kind", "typology_behaviour", "occurred", "place"],
        "recipient": {"kind": "parish_council"},
        "power": "section_17a",
        "purpose": "section_17a_duty",
        "day": "2026-11-23",
    },
    {
        "source": {"controller": _POLICE},
        "kind": "asb_incident",
        "behaviour": "intimidation_harassment",
        "subject_roles": ["victim"],
        "fields": ["people.name", "address_text"],
        "recipient": {
            "kind": "non_profit_registered_provider",
            "co_opted_for_case_reviews": True,
        },
        "power": "asb_case_review",
        "purpose": "asb_case_review",
        "case_review": "review 12",
        "agreement": {
            **{
                name: value
                for name, value in _AGREEMENT.items()
                if name not in {"provision", "onward"}
            },
            "power": "asb_case_review",
            "purpose": "asb_case_review",
            "coverage": {"behaviours": ["intimidation_harassment"]},
        },
        "day": "2026-11-23",
    },
    {
        "source": {"controller": {"kind": "government_department"}, "open_data": True},
        "kind": "asb_incident",
        "recipient": {"kind": "university"},
        "power": "non_personal",
        "purpose": "academic_research",
        "day": "2026-11-23",
    },
)
"""Descriptions that are released."""


class DescriptionFaulty(ValueError):
    """A document that is no description: every fault, with its place and what is allowed there."""

    def __init__(self, faults: tuple[ProblemError, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{one.pointer}: {one.says}" for one in faults))


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a description, with examples that are released."""
    made = Description.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "A described record, as `gateway explain` judges it",
        "description": _NOTE,
        "examples": list(EXAMPLES),
    }


def description_of(document: Any) -> Description:  # noqa: ANN401 - any JSON document
    """Read a JSON document as a description.

    Raises:
        DescriptionFaulty: It is none.
    """
    try:
        return Description.model_validate_json(json.dumps(document))
    except ValidationError as broken:
        raise DescriptionFaulty(tuple(_fault(one) for one in broken.errors())) from None


def _fault(error: Any) -> ProblemError:  # noqa: ANN401 - pydantic's error, a mapping
    # the alternatives of «an id, or described» are no places of the document
    places = [one for one in error["loc"] if one not in _TAGS]
    rule, says = str(error["type"]), str(error["msg"]).removeprefix("Value error, ")
    if rule == "extra_forbidden":
        # the name is input; the place above it and what that knows are told
        places = places[:-1]
        says = f"There is a name here that this form does not have; it has: {_names(places)}."
    elif places[:1] == ["power"] and rule == "enum":
        says += ". Section 17 is a duty to have regard, no power; nor is an exemption of the DPA."
    elif rule in DAY_FAULTS:
        says = DAY_FAULTS[rule]
    elif rule == "value_error":
        says += "; `gateway explain --schema` lists what there is."
    pointer = "".join(f"/{one}" for one in places)
    return ProblemError(pointer=pointer, rule=f"description.{rule}", says=says)


def _names(places: list[Any]) -> str:
    """Return the names that the form has at a place."""
    whole = schema()
    here: dict[str, Any] = whole
    for one in places:
        here = _object(whole, here)["properties"][one]
    return ", ".join(_object(whole, here)["properties"])


def _object(whole: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return the object that a node of the schema means, through references and alternatives."""
    if "$ref" in node:
        node = whole["$defs"][node["$ref"].rpartition("/")[2]]
    if "properties" in node:
        return node
    found = [_object(whole, one) for one in (*node.get("anyOf", ()), *node.get("oneOf", ()))]
    return next((one for one in found if "properties" in one), {})
