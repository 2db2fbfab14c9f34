"""One request to the engine: the facts of the day as Cedar entities, the rest as a small context.

Measured (cedarpy 4.12): reading the class on top of two partners, and evaluating against one power's
rules, is what a cold decision costs; the two partners are read once a day.
"""

from __future__ import annotations

import json
from typing import Any

import cedarpy

from policies.register import Standing
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription

RESOURCE = {"type": "RecordClass", "id": "asked"}
ACTION = {"type": "Action", "id": "receive"}


def _partner(name: str, standing: Standing) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "on_register": standing.on_register,
        "relevant_authority": standing.relevant_authority,
        "withholds_section_17a": standing.withholds_section_17a,
    }
    if standing.kind is not None:
        attributes["kind"] = standing.kind.value
    return {"uid": {"type": "Partner", "id": name}, "attrs": attributes, "parents": []}


def partners(standings: dict[str, Standing], schema: cedarpy.Schema) -> cedarpy.Entities:
    """Return the partners of one request as entities, checked against the schema."""
    stated = [_partner(name, standing) for name, standing in standings.items()]
    return cedarpy.Entities.from_json_str(json.dumps(stated), schema)


def with_class(
    base: cedarpy.Entities, record_class: RecordClass, holder: str, schema: cedarpy.Schema
) -> cedarpy.Entities:
    """Return the partners with the record class beside them, checked against the schema."""
    attributes: dict[str, Any] = {
        "source": record_class.source,
        "controller": {"__entity": {"type": "Partner", "id": holder}},
        "regime": record_class.regime,
        "open_data": record_class.open_data,
        "kind": record_class.kind,
        "mapping_status": record_class.mapping_status,
        "sensitive": record_class.sensitive,
        "marking": record_class.marking,
        "roles": record_class.roles,
        "field_groups": record_class.field_groups,
        "grounds": record_class.grounds,
        "si_paragraphs": record_class.si_paragraphs,
    }
    if record_class.handling is not None:
        attributes["handling"] = record_class.handling
    if record_class.typology_area is not None:
        attributes["typology_area"] = record_class.typology_area
    if record_class.typology_behaviour is not None:
        attributes["typology_behaviour"] = record_class.typology_behaviour
    entity = {"uid": RESOURCE, "attrs": attributes, "parents": []}
    return base.with_added_json_str(json.dumps([entity]), schema)


def asked(subscription: Subscription, counts_for: tuple[str, ...]) -> dict[str, Any]:
    """Return the request of a subscription.

    Args:
        subscription: Who asks, under which power, in which lane.
        counts_for: Powers for which its purpose counts.
    """
    return {
        "principal": {"type": "Partner", "id": subscription.partner},
        "action": ACTION,
        "resource": RESOURCE,
        "context": {
            "power": subscription.power,
            "lane": subscription.lane,
            "purpose": subscription.purpose,
            "purpose_counts_for": counts_for,
            "minimum_cell": subscription.minimum_cell,
        },
    }
