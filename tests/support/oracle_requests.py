"""The oracle on one decided request: what stands against it, and what of it may be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.record_class import RecordClass
from schemas.requests import Terms
from schemas.subscriptions import Subscription
from tests.support.oracle_lists import LIVE_PROVISIONS, PURPOSES_OF
from tests.support.oracle_powers import (
    COUNCILS,
    HEALTH_BODIES,
    POLICE,
    is_co_opted,
    may_be_competent,
)
from tests.support.oracle_register import (
    agent_of,
    has_post,
    inside,
    kind_of,
    listed_115,
    oracle_holder,
    within_115,
)

OF_REQUESTS = {"section_115_request", "asb_case_review_request"}


def oracle_request(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    protocols: Iterable[Protocol],
) -> set[str]:
    """The conditions of a power under one decided request that are unmet, by their ids."""
    holder, terms = oracle_holder(partners, cls.controller, day), asked.request
    met = {
        "lane_is_personal": asked.lane == "personal",
        "recipient_is_not_holder": holder != asked.partner,
        "not_withheld_by_crosswalk": cls.mapping_status != "withheld",
        "request_is_decided": terms is not None and not terms.withdrawn,
        "decision_runs": terms is not None and day < terms.ends_on,
        # a request is a subscription of its asker: whom it names is whom it is collected by
        "request_names_recipient": terms is not None,
        "request_names_holder": terms is not None and terms.holder == holder,
        "regime_crossing_is_authorised": _crosses(partners, asked, cls, day, terms),
        "children_have_a_reason": not cls.child or (terms is not None and terms.children),
    }
    if asked.power == "section_115_request":
        met |= _of_section_115(partners, asked, holder, day, protocols)
    else:
        met |= _of_a_review(partners, asked, day)
    return {f"{asked.power.value}.{name}" for name, is_met in met.items() if not is_met}


def _crosses(
    partners: Mapping[str, Partner],
    asked: Subscription,
    cls: RecordClass,
    day: date,
    terms: Terms | None,
) -> bool:
    if terms is None:
        return False
    competent = may_be_competent(kind_of(partners.get(asked.partner), day), day)
    stays = competent and terms.recipient_regime == "law_enforcement"
    return cls.regime == "general" or stays or terms.crossing


def _of_section_115(
    partners: Mapping[str, Partner],
    asked: Subscription,
    holder: str,
    day: date,
    protocols: Iterable[Protocol],
) -> dict[str, bool]:
    terms, recipient, held_by = asked.request, partners.get(asked.partner), partners.get(holder)
    declines = () if held_by is None else held_by.withholds_section_115
    agents = agent_of(partners, asked.partner, day)
    names = set() if terms is None else set(terms.on_behalf_of)
    return {
        "recipient_is_relevant_authority": within_115(partners, asked.partner, day),
        "agency_is_stated": listed_115(recipient, day) or len(agents & names) > 0,
        "recipient_has_nominated_person": has_post(recipient),
        "holder_has_nominated_person": has_post(held_by),
        "holder_has_not_declined": not any(inside(one, day) for one in declines),
        "purpose_is_of_the_act": asked.purpose in PURPOSES_OF["section_115"],
        "provision_is_live": terms is not None and terms.provision in LIVE_PROVISIONS,
        "protocol_is_in_force": terms is not None
        and any(_binds(one, asked.partner, terms.holder, day) for one in protocols),
    }


def _of_a_review(
    partners: Mapping[str, Partner], asked: Subscription, day: date
) -> dict[str, bool]:
    recipient = partners.get(asked.partner)
    body = kind_of(recipient, day) in COUNCILS | POLICE | HEALTH_BODIES
    return {
        "recipient_is_review_body": body or is_co_opted(recipient, day),
        "case_review_is_named": asked.case_review is not None,
        "purpose_is_a_case_review": asked.purpose == "asb_case_review",
    }


def _binds(one: Protocol, asker: str, holder: str, day: date) -> bool:
    signed = {signature.party for signature in one.signatures if signature.signed_on <= day}
    whole = len(one.parties) > 0 and signed >= set(one.parties)
    both = asker in one.parties and holder in one.parties
    return whole and both and one.covers_section_115 and inside(one, day)
