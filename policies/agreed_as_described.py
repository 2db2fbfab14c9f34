"""A described agreement as a real one: built so that what is not stated is not in it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from schemas.agreements import (
    Agreement,
    AgreementSignature,
    AgreementState,
    Coverage,
    LegalCondition,
    Statement,
)
from schemas.cells import FINEST, LEAST_CELL
from schemas.codes import Marking, Regime
from schemas.described import Description
from schemas.described_agreement import DescribedAgreement, DescribedCondition
from schemas.grading import HandlingCondition
from schemas.powers import Power, Purpose

_PROVISION = re.compile(
    r"(?:s|s\.|section)? ?([0-9]{1,3}[a-z]?)(?: ?\([0-9a-z]{1,4}\))*"
    r"(?:,?(?: of)?(?: the)? (?:cda|crime and disorder act)(?: 1998)?)?"
)
"""One section as lawyers write it, with or without its subsection and the name of this Act."""
_NO_PROVISION = "s0"
"""No section of any Act: stands in where none is cited."""
_NOT_NAMED = "not-named"


def described_agreement(
    told: DescribedAgreement,
    name: str,
    description: Description,
    holder: str,
    recipient: str,
    for_whom: tuple[str, ...],
    protocol: str,
    day: date,
) -> Agreement:
    """Return the agreement that a description describes.

    Args:
        told: The description of it.
        name: The id under which it is asked about.
        description: Of record and request.
        holder: Id of the holder.
        recipient: Id of the recipient.
        for_whom: Ids of the bodies on whose behalf the recipient acts on the day.
        protocol: Id of the protocol that it is made under.
        day: The day judged.
    """
    sides = {"holder": holder, "recipient": recipient}
    holders = sides["holder"] if "holder" in told.parties else f"{_NOT_NAMED}-holder"
    recipients = sides["recipient"] if "recipient" in told.parties else f"{_NOT_NAMED}-recipient"
    if holders == recipients:
        recipients = f"{_NOT_NAMED}-recipient"
    made = Agreement.model_validate(
        {
            "id": name,
            "title": "described",
            "protocol": protocol,
            "holders": (holders,),
            "recipients": (recipients,),
            "on_behalf_of": for_whom if told.on_behalf_of else (),
            **_terms(told, description, day),
            **_standing(told, holders, day),
        }
    )
    return (
        made if not told.signed or told.state is AgreementState.DRAFT else _signed(made, told, day)
    )


def _terms(told: DescribedAgreement, description: Description, day: date) -> dict[str, Any]:
    """Return what it says, as the form of an agreement has it."""
    return {
        "power": told.power or _another(description.power),
        "purpose": told.purpose or Purpose.OTHER,
        "provision": _provision(told.provision),
        "necessity": _said(told.necessity),
        "dpia": _said(told.dpia),
        "fields": told.fields,
        "roles": told.roles,
        "coverage": _coverage(told),
        "special_category": _condition(told.special_category),
        "offence": _condition(told.offence),
        "children": _said(told.children),
        "recipient_regime": told.recipient_regime or Regime.GENERAL,
        "crossing": _said(told.crossing),
        "marking": told.marking or Marking.OFFICIAL,
        "handling_conditions": tuple(
            one for one in told.handling_conditions if one is not HandlingCondition.OTHER
        ),
        "minimum_cell": told.minimum_cell or LEAST_CELL,
        "cells": told.cells or FINEST,
        "retention_days": told.retention_days or 1,
        "review_by": told.review_by or day,
        "records_from": told.records_from or date.min,
        "valid_from": told.valid_from,
        "valid_to": told.valid_to,
    }


def _signed(made: Agreement, told: DescribedAgreement, day: date) -> Agreement:
    """Return it signed by a post of every party."""
    signatures = tuple(
        AgreementSignature(
            party=party,
            office=f"post at {party}",
            signed_on=min(day, told.valid_from or day),
            terms_sha256=made.terms_sha256,
        )
        for party in made.parties
    )
    return made.model_copy(update={"signatures": signatures})


def _standing(told: DescribedAgreement, party: str, day: date) -> dict[str, Any]:
    """Return what makes it stand as it is said to stand; its dates may still say less."""
    match told.state:
        case AgreementState.LIVE | AgreementState.DRAFT:
            return {}
        case AgreementState.SIGNED:
            return {"valid_from": max(told.valid_from or day, day + timedelta(days=1))}
        case AgreementState.EXPIRED:
            return {"valid_to": min(told.valid_to or day, day)}
        case AgreementState.TERMINATED:
            return {"terminated": {"party": party, "reason": "described", "on": day}}
        case _:
            # suspended, superseded, or not stated: it does not run
            stopped = {"party": party, "reason": "described", "valid_from": day}
            return {"suspensions": (stopped,)}


def _another(power: Power | None) -> Power:
    """A power other than the one asked for: the agreement does not say that it was made under that."""
    return Power.SECTION_115 if power is not Power.SECTION_115 else Power.POLICE_COMMON_LAW


def _provision(text: str | None) -> str:
    found = _PROVISION.fullmatch((text or "").strip().lower())
    return f"s{found[1]}" if found else _NO_PROVISION


def _said(text: Statement | None) -> str | None:
    return (text or "").strip()[:200] or None


def _coverage(told: DescribedAgreement) -> Coverage:
    covers = told.coverage
    cases = [one.strip() for one in covers.cases if one.strip()]
    return Coverage(
        sources=covers.sources,
        kinds=covers.kinds,
        behaviours=covers.behaviours,
        cases=tuple(sha256(one.encode()).hexdigest() for one in cases),
    )


def _condition(told: DescribedCondition | None) -> LegalCondition | None:
    """A condition with its policy document; without either it is none (DPA 2018 s.35(5), s.42)."""
    if told is None or _said(told.condition) is None or _said(told.policy_document) is None:
        return None
    return LegalCondition(
        condition=str(_said(told.condition)),
        policy_document=str(_said(told.policy_document)),
        valid_from=told.valid_from,
        valid_to=told.valid_to,
    )
