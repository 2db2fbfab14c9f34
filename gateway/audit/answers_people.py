"""Answers about people (subject access, Q1; refused requests, of Q8) and the record of processing (Q11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gateway.access.people import Person, Role
from gateway.audit.documents.kinds import document
from gateway.audit.documents.processing import KIND, OPERATOR
from gateway.audit.questions import Asked
from gateway.audit.request_desk import requests_of
from gateway.audit.request_words import is_refusal
from gateway.audit.subject_cases import SubjectCase, SubjectCases
from gateway.audit.subject_disclosures import Disclosures

READER = Person(account="operator", name="operator", roles=frozenset({Role.IG_LEAD}))
"""Who asks a question: it is for the operator's IG lead alone."""


def shared_about_person(asked: Asked) -> dict[str, Any]:
    """Q1: every disclosure of the records that were confirmed in a case; without one, how the cases stand.

    Who somebody is, a person decides in a case, after searches with a reason (``gateway subject``): no
    question takes a name. No body is opened here.

    Raises:
        NotFound: There is no such case.
    """
    house = asked.house
    cases = SubjectCases(house.reader, house.writer, house.keys, house.clock, house.random)
    named = asked.text("case")
    if not named:
        return {"cases": [_standing(one) for one in cases.every(READER)]}
    case = cases.of(READER, named)
    confirmed = sorted(case.case.confirmed)
    told = Disclosures(house.reader, house.book).of(confirmed)
    withheld = case.case.withheld
    return {
        **_standing(case),
        "recipients": sorted({one.recipient_name for one in told}),
        "disclosures": [one.document() for one in told],
        "restrictions": [
            {
                "incident": one.incident,
                "ground": one.ground,
                "reason_recorded": one.has_reason,
            }
            for one in withheld.values()
        ],
    }


def _standing(case: SubjectCase) -> dict[str, Any]:
    return {
        "case": case.id,
        "state": case.case.state.value,
        "received": case.case.received.isoformat(),
        "due": case.due.due.isoformat(),
        "overdue": case.overdue,
        "records_confirmed": len(case.case.confirmed),
        "records_undecided": len(case.case.undecided),
        "records_withheld": len(case.case.withheld),
    }


def processing_record(asked: Asked) -> dict[str, Any]:
    """Q11: the record of processing of a partner as controller, or of the operator as processor.

    It is made from the configuration in force: each heading with its statements, and what nobody recorded.

    Raises:
        NotFound: No partner of this id is on the register.
    """
    house = asked.house
    about = asked.text("about") or OPERATOR
    made = document(
        house.reader, house.book.current(), house.settings, house.today, KIND, about
    ).machine()
    return {
        "about": made["about"],
        "title": made["title"],
        "day": made["day"],
        "snapshot": made["snapshot"],
        "stated": [
            {"heading": section["title"], "says": says}
            for section in made["sections"]
            for says in _sentences(section["blocks"])
        ],
    }


def _sentences(blocks: Iterable[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if "rows" in block:
            found += [
                "; ".join(
                    f"{column}: {cell['text']}"
                    for column, cell in zip(block["columns"], row, strict=True)
                )
                for row in block["rows"]
            ]
        elif block.get("text"):
            label = block.get("label")
            found.append(f"{label}: {block['text']}" if label else block["text"])
    return found


def refused_requests(asked: Asked, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Return the requests for disclosure that were answered with less than all, counted (part of Q8)."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for one in requests_of(asked.house, asked.house.settings).every(None):
        answer = one.answer
        if answer is not None and is_refusal(one) and begins <= answer.at < ends:
            outcome = "" if one.outcome is None else one.outcome.value
            counted[one.partner, one.holder, outcome, answer.said["refusal"]] += 1
    return [
        {"asker": asker, "holder": holder, "answer": outcome, "reason": reason, "requests": times}
        for (asker, holder, outcome, reason), times in counted.most_common()
    ]
