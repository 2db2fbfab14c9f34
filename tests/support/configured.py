"""A configuration in which every field of every form is set: invented, and never the default."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from gateway.access.clients import Client, Method, Scope
from gateway.audit.documents.configuration import Configuration, PublishedEdition
from gateway.settings import AccessibilityStatus, Settings
from policies.bundle import packaged_bundle
from policies.edition_text import Row
from policies.law import Law
from policies.treatments import packaged_treatments
from schemas.agreements import Agreement
from schemas.clauses import Clauses
from schemas.feeds import Feed
from schemas.partners import Contacts, Partner
from schemas.powers import Protocol
from schemas.subscriptions import Subscription

TODAY = date(2026, 11, 26)
DAYS: dict[str, Any] = {"valid_from": "2026-01-01", "valid_to": "2028-01-01"}
POLICE, COUNCIL, FIRE = "police", "council", "fire"
AGREED = "police-council"


def contact(what: str) -> dict[str, str]:
    """A contact: a post, a mailbox, a drama number."""
    return {
        "post": f"Head of {what}",
        "email": f"{what}@example.org",
        "telephone": "01632 960123",
        "hours": "always",
    }


def partner(name: str, kind: str, **more: Any) -> Partner:
    """A partner of which everything is recorded."""
    fields: dict[str, Any] = {
        "id": name,
        "name": f"The {name}",
        "kinds": [{"kind": kind, **DAYS}],
        "acts_on_behalf_of": [{"principal": COUNCIL, **DAYS}],
        "succeeded_by": "another",
        "nominated_person": f"Head of {name}",
        "deputies": ["Duty Inspector"],
        "withholds_section_17a": [_decision("d-1")],
        "withholds_section_115": [_decision("d-2")],
        "co_opted_for_case_reviews": [DAYS],
        "address": "1 Example Road, LE11 9ZZ",
        "ico_registration": "Z0000000",
        "privacy_notice": "https://example.org/privacy",
        "contacts": {one: contact(one.replace("_", "-")) for one in Contacts.model_fields},
        **DAYS,
        **more,
    }
    return Partner.model_validate(fields)


def _decision(reference: str) -> dict[str, Any]:
    said = {"nominated_person": "Head of police", "reason": "looked into"}
    return {"reference": reference, **said, **DAYS}


def agreement(**more: Any) -> Agreement:
    """An agreement in which every term is set, signed by nobody yet."""
    fields: dict[str, Any] = {
        "id": AGREED,
        "title": "Noise",
        "protocol": "charnwood",
        "holders": [POLICE],
        "recipients": [COUNCIL],
        "on_behalf_of": [FIRE],
        "purpose": "preventing_crime_and_disorder",
        "provision": "s17",
        "necessity": "Case officers visit.",
        "dpia": "dpia-12",
        "fields": ["people.name", "address_text"],
        "roles": ["caller", "victim"],
        "coverage": {
            "sources": ["police-nsir"],
            "kinds": ["asb_incident"],
            "behaviours": ["noise"],
            "cases": ["ab" * 32],
        },
        "special_category": _condition("Sch. 8 para. 1"),
        "offence": _condition("Sch. 1 para. 6"),
        "children": "It keeps them safe.",
        "crossing": "Civil action, authorised by s.115.",
        "onward": {"rule": "named", "to": [FIRE]},
        "handling_conditions": ["consult_originator"],
        "minimum_cell": 6,
        "cells": {"place": "lsoa", "time": "month"},
        "retention_days": 365,
        "review_by": "2027-11-01",
        "records_from": "2026-01-01",
        "document_sha256": "cd" * 32,
        "matching": {"keys": ["uprn"], "signalled": [COUNCIL]},
        "suspensions": [{"party": POLICE, "reason": "asked", **DAYS}],
        "terminated": {"party": POLICE, "reason": "over", "on": "2027-12-01"},
        "documents": [{"sha256": "ef" * 32, "attached_on": "2026-02-01"}],
        "clauses": {name: f"What is agreed on {name}." for name in Clauses.model_fields},
        **DAYS,
        **more,
    }
    made = Agreement.model_validate(fields)
    signed = {"party": POLICE, "office": "Head of police", "signed_on": "2026-01-01"}
    terms = {"signatures": [{**signed, "terms_sha256": made.terms_sha256}]}
    return Agreement.model_validate({**fields, **terms})


def _condition(named: str) -> dict[str, Any]:
    return {"condition": named, "policy_document": "APD-1", "policy_version": "2", **DAYS}


def configuration(**more: Any) -> Configuration:
    """Everything configured, once."""
    protocol = Protocol.model_validate(
        {
            "id": "charnwood",
            "title": "Protocol",
            "linking": [POLICE],
            "parties": [POLICE, COUNCIL],
            "signatures": [{"party": POLICE, "office": "Head", "signed_on": "2026-01-01"}],
            **DAYS,
        }
    )
    asked = Subscription.model_validate(
        {
            "id": "council-115",
            "partner": COUNCIL,
            "power": "section_115",
            "purpose": "preventing_crime_and_disorder",
            "lane": "personal",
            "mode": "push",
            "filter": {"sources": ["police-nsir"], "kinds": ["crime"], "behaviours": ["noise"]},
            "agreement": AGREED,
            "case_review": "12" * 32,
            "minimum_cell": 7,
            "version": 3,
        }
    )
    parts: dict[str, Any] = {
        "day": TODAY,
        "law": law_of(
            (
                partner(POLICE, "chief_officer_of_police"),
                partner(COUNCIL, "district_council"),
                partner(FIRE, "combined_fire_authority"),
            ),
            (protocol,),
            (agreement(),),
        ),
        "feeds": {"police-nsir": feed()},
        "subscriptions": {asked.id: asked},
        "systems": {
            "police-system": Client(
                client_id="police-system",
                partner=POLICE,
                scopes=frozenset({Scope.FEED_WRITE}),
                method=Method.CLIENT_SECRET_BASIC,
                secret_sha256="0" * 64,
            )
        },
        "settings": settings(),
        "edition": EDITION,
        **more,
    }
    return Configuration(**parts)


def feed() -> Feed:
    """A feed of which everything is said."""
    return Feed.model_validate(
        {
            "name": "police-nsir",
            "title": "Police incidents",
            "adapter": "police_nsir",
            "controller": POLICE,
            "role": "processor",
            "contract": "contract-7",
            "sender": COUNCIL,
            "regime": "law_enforcement",
            "depersonalised_marking": "OFFICIAL",
            "keep_days": 400,
            "patient_information": False,
            "health_or_social_care": False,
            "received_under": AGREED,
            "open_data_licence": "OGL-UK-3.0",
            "district_code": "E07000130",
            "district_name": "Charnwood",
        }
    )


def settings() -> Settings:
    """Settings of which everything that a document states is set."""
    return Settings(
        home=Path("/nowhere"),
        operator=COUNCIL,
        oidc_issuer="https://sign-in.example.org",
        hosted_by="nobody",
        hosted_in="United Kingdom",
        egress_allow=("10.0.0.0/8",),
        accessibility_status=AccessibilityStatus.PARTIALLY,
        accessibility_checked_on=TODAY,
        accessibility_checked_by="axe",
        accessibility_problems="none known",
    )


EDITION = PublishedEdition(
    "2026Q3",
    2,
    1_790_000_000,
    41,
    (
        Row(
            "asb_incident", "2026-07", "district", "E07000130", "none", "", 31, "published_total", 1
        ),
        Row(
            "asb_incident",
            "2026-07",
            "district",
            "E07000130",
            "behaviour",
            "noise",
            None,
            "hidden_1_to_7",
            1,
        ),
        Row("crime", "2026Q3", "ward", "E05000001", "behaviour", "", None, "split_left_out", 0),
        Row("crime", "2026Q3", "lsoa", "E01000001", "none", "", 10, "rounded_to_5", 2),
    ),
)


def law_of(partners: Any, protocols: Any, agreements: Any) -> Law:
    """The packaged law over a register."""
    return Law(packaged_bundle(), packaged_treatments(), partners, protocols, None, agreements)


# ---------------------------------------------------------------------- every other value


def others(word: BaseModel, skipped: frozenset[str] = frozenset()) -> list[tuple[str, BaseModel]]:
    """Return (path, the same with one value changed) for every value of a form that is set."""
    found = []
    for name in type(word).model_fields:
        if name in skipped:
            continue
        value = getattr(word, name)
        for path, other in _others_of(value):
            place = f"{name}/{path}" if path else name
            found.append((place, word.model_copy(update={name: other})))
    return found


def _others_of(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        return list(others(value))
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        inside = [(f"0/{path}", (one, *value[1:])) for path, one in others(value[0])]
        return [*inside, ("", (*value, *value))]
    return [("", another(value))]


def another(value: Any) -> Any:
    """Return another value of the same sort.

    Raises:
        AssertionError: Nothing is set: the sample configuration must be completed.
    """
    assert value is not None, "the sample configuration leaves this unset"
    if isinstance(value, Enum):
        members = list(type(value))
        return members[(members.index(value) + 1) % len(members)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, tuple | frozenset):
        assert value, "the sample configuration leaves this empty"
        return type(value)((*value, another(max(value))))
    return KNOWN.get(value, f"{value}x")


KNOWN = {"people.name": "people.telephone"}
"""Names that are looked up: another of them, for one that nobody knows."""
