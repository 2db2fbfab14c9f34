"""One request to the engine: the facts of the day as Cedar entities, the rest as a small context.

Measured (cedarpy 4.12): reading the class on top of two partners, and evaluating against one power's
rules, is what a cold decision costs; the two partners are read once a day.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import cedarpy

from policies.agreements import Bound
from policies.lists import Lists
from policies.on_request import DecidedRequest
from policies.register import Standing
from policies.vocabulary import Vocabulary
from schemas.matching import MatchKey
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup
from schemas.subscriptions import Subscription

RESOURCE = {"type": "RecordClass", "id": "asked"}
RECEIVE = {"type": "Action", "id": "receive"}
SEE = {"type": "Action", "id": "see"}
MATCH = {"type": "Action", "id": "match"}
LINK = {"type": "Action", "id": "link"}


def _partner(name: str, standing: Standing) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "on_register": standing.on_register,
        "relevant_authority": standing.relevant_authority,
        "within_section_115": standing.within_section_115,
        "listed_in_section_115": standing.listed_in_section_115,
        "acts_for": standing.acts_for,
        "nominated_person": standing.nominated_person,
        "withholds_section_17a": standing.withholds_section_17a,
        "withholds_section_115": standing.withholds_section_115,
        "co_opted_for_case_reviews": standing.co_opted_for_case_reviews,
        "may_be_competent_authority": standing.may_be_competent_authority,
    }
    if standing.kind is not None:
        attributes["kind"] = standing.kind.value
    return {"uid": {"type": "Partner", "id": name}, "attrs": attributes, "parents": []}


def _agreement(bound: Bound) -> dict[str, Any]:
    agreement, covers = bound.agreement, bound.agreement.coverage
    attributes: dict[str, Any] = {
        "power": agreement.power,
        "state": bound.state,
        "signed": bound.signed,
        "holders": _references(agreement.holders),
        "recipients": _references(agreement.recipients),
        "on_behalf_of": agreement.on_behalf_of,
        "purpose": agreement.purpose,
        "provision_is_live": bound.provision_is_live,
        "protocol_in_force": bound.protocol_in_force,
        "protocol_parties": _references(bound.protocol_parties),
        "necessity": agreement.necessity is not None,
        "dpia": agreement.dpia is not None,
        "loosening_assessed": bound.loosening_assessed,
        "is_narrow": covers.is_narrow,
        "sources": covers.sources,
        "kinds": covers.kinds,
        "behaviours": covers.behaviours,
        "cases": covers.cases,
        "field_groups": sorted(agreement.groups),
        "roles": agreement.roles,
        "special_category": bound.special_category,
        "offence": bound.offence,
        "children": agreement.children is not None,
        "recipient_regime": agreement.recipient_regime,
        "crossing_authorised": agreement.crossing is not None,
        "markings": bound.markings,
        "handling_conditions": agreement.handling_conditions,
        "minimum_cell": agreement.minimum_cell,
        "cell_places": agreement.cells.places,
        "cell_times": agreement.cells.times,
        "matching_keys": () if agreement.matching is None else agreement.matching.keys,
        "signalled": _references(
            () if agreement.matching is None else agreement.matching.signalled
        ),
    }
    uid = {"type": "Agreement", "id": agreement.id}
    return {"uid": uid, "attrs": attributes, "parents": []}


def _request_entity(decided: DecidedRequest) -> dict[str, Any]:
    terms = decided.terms
    holder, recipient = _references((terms.holder, decided.recipient))
    attributes: dict[str, Any] = {
        "holder": holder,
        "recipient": recipient,
        "on_behalf_of": terms.on_behalf_of,
        "stands": not terms.withdrawn,
        "runs": decided.runs,
        "provision_is_live": decided.provision_is_live,
        "protocol_in_force": decided.protocol_in_force,
        "field_groups": sorted(terms.groups),
        "roles": terms.roles,
        "special_category": decided.special_category,
        "offence": decided.offence,
        "children": terms.children,
        "recipient_regime": terms.recipient_regime,
        "crossing_authorised": terms.crossing,
    }
    return {"uid": {"type": "Request", "id": decided.id}, "attrs": attributes, "parents": []}


def _references(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"__entity": {"type": "Partner", "id": name}} for name in names]


def parties(
    standings: dict[str, Standing],
    bound: Bound | None,
    words: Vocabulary,
    decided: DecidedRequest | None = None,
) -> cedarpy.Entities:
    """Return the partners of one request, and the agreement or decided request it names, checked."""
    stated = [_partner(name, standing) for name, standing in standings.items()]
    if bound is not None:
        stated.append(_agreement(bound))
    if decided is not None and words.knows_requests:
        stated.append(_request_entity(decided))
    for one in stated:
        one["attrs"] = words.spoken(one["uid"]["type"], one["attrs"])
    return cedarpy.Entities.from_json_str(json.dumps(stated), words.schema)


def with_class(
    base: cedarpy.Entities, record_class: RecordClass, holder: str, words: Vocabulary
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
        "handling_conditions": record_class.handling_conditions,
        "roles": record_class.roles,
        "field_groups": record_class.field_groups,
        "grounds": record_class.grounds,
        "child": record_class.child,
        "si_paragraphs": record_class.si_paragraphs,
    }
    if record_class.patient_information is not None:
        attributes["patient_information"] = record_class.patient_information
    if record_class.health_or_social_care is not None:
        attributes["health_or_social_care"] = record_class.health_or_social_care
    if record_class.case is not None:
        attributes["case"] = record_class.case
    for name in ("grading_scheme", "source_grading", "intelligence_grading", "handling"):
        value = getattr(record_class, name)
        if value is not None:
            attributes[name] = value
    if record_class.typology_area is not None:
        attributes["typology_area"] = record_class.typology_area
    if record_class.typology_behaviour is not None:
        attributes["typology_behaviour"] = record_class.typology_behaviour
    spoken = words.spoken("RecordClass", attributes)
    entity = {"uid": RESOURCE, "attrs": spoken, "parents": []}
    return base.with_added_json_str(json.dumps([entity]), words.schema)


def asked(
    subscription: Subscription,
    lists: Lists,
    bound: Bound | None,
    day: date,
    *,
    onward_allowed: bool = True,
) -> dict[str, Any]:
    """Return the request of a subscription.

    Args:
        subscription: Who asks, under which power, in which lane.
        lists: The dated facts: what the power is on the day, for which powers the purpose counts.
        bound: The agreement that it names, if that is on the register.
        day: The day, in Europe/London.
        onward_allowed: Whether the record is its holder's own, or may be passed on to the recipient.
    """
    power = lists.powers.by_code[subscription.power]
    context: dict[str, Any] = {
        "power": subscription.power,
        "power_in_force": power.in_force(day),
        "power_carries_personal": power.carries_personal,
        "recipient_kinds": power.recipients,
        "holder_kinds": power.holders,
        "case_review": subscription.case_review is not None,
        "lane": subscription.lane,
        "purpose": subscription.purpose,
        "purpose_counts_for": lists.counts_for.get(subscription.purpose, ()),
        "minimum_cell": subscription.minimum_cell,
        "cell_place": subscription.cells.place,
        "cell_time": subscription.cells.time,
        "onward_allowed": onward_allowed,
    }
    return _request(subscription, RECEIVE, context, bound)


def asked_to_see(
    subscription: Subscription, group: FieldGroup, bound: Bound | None
) -> dict[str, Any]:
    """Return the request to see one group of sealed fields."""
    context: dict[str, Any] = {
        "power": subscription.power,
        "lane": subscription.lane,
        "group": group,
    }
    return _request(subscription, SEE, context, bound)


def asked_to_match(
    subscription: Subscription, key: MatchKey, bound: Bound | None
) -> dict[str, Any]:
    """Return the request to compare a record by one key, for whom the subscription stands for."""
    context: dict[str, Any] = {"power": subscription.power, "key": key}
    return _request(subscription, MATCH, context, bound)


def asked_to_link(
    subscription: Subscription, controllers: tuple[str, ...], bound: Bound | None
) -> dict[str, Any]:
    """Return the request to link a record with others, for whom the subscription stands for.

    Args:
        subscription: Who asks, under which power, in which lane.
        controllers: Who allows linking in a protocol in force that the recipient is party to.
        bound: The agreement that it names, if that is on the register.
    """
    context: dict[str, Any] = {
        "power": subscription.power,
        "lane": subscription.lane,
        "linked_controllers": _references(controllers),
    }
    return _request(subscription, LINK, context, bound)


def _request(
    subscription: Subscription, action: dict[str, str], context: dict[str, Any], bound: Bound | None
) -> dict[str, Any]:
    if bound is not None:
        named = {"type": "Agreement", "id": bound.agreement.id}
        context["agreement"] = {"__entity": named}
    if subscription.request is not None:
        context["request"] = {"__entity": {"type": "Request", "id": subscription.id}}
    principal = {"type": "Partner", "id": subscription.partner}
    return {"principal": principal, "action": action, "resource": RESOURCE, "context": context}
