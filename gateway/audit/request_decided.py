"""From a holder's answer to the terms that the law and the door know: records, fields, and what they need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gateway.audit.request_rules import AnswerRefused, RecordMoved, RequestRules
from gateway.errors import NotFound
from gateway.law.book import Edition, LawBook
from gateway.store.consulting import versions_at
from gateway.store.reading import Reader
from policies.allowance import Allowance, allowance
from policies.existence import existence_may_be_told
from policies.law import Law
from schemas.decisions import Condition
from schemas.incident import PERSON_GROUPS, SENSITIVITY
from schemas.record_class import RecordClass
from schemas.requests import RELEASES, Answer, Outcome, Terms
from schemas.subscriptions import Subscription

_PEOPLE = "people"
EVERY_FIELD = (
    *(name for name, one in SENSITIVITY.items() if one.group is not None and name != _PEOPLE),
    *(f"{_PEOPLE}.{part}" for part in PERSON_GROUPS),
)
"""Every sealed field that a decision can list."""
_NOT_TOLD = {
    "id": "existence.may_not_be_told",
    "says": "No record named could be released to this asker today, or all are of a sensitive kind: "
    "that they exist may not be told.",
    "cites": "Data Protection Act 2018 s.35(2), s.37",
}


@dataclass(frozen=True, slots=True)
class Deciding:
    """What an answer is judged by."""

    reader: Reader
    book: LawBook
    edition: Edition
    day: date
    holder: str


def decided_terms(
    deciding: Deciding, supposed: Subscription, answer: Answer, rules: RequestRules
) -> Terms | None:
    """Return the terms of an answer that releases; None of any other.

    Args:
        deciding: The law of the moment, and whose records are meant.
        supposed: What the request would be collected by.
        answer: What the holder answers.
        rules: How long it may be collected, and kept.

    Raises:
        NotFound: A record is none of the holder's.
        RecordMoved: A record has a newer version, or is not live.
        AnswerRefused: The law withholds a record or a field, or existence may not be told.
    """
    classes = _own_classes(deciding, answer.positions)
    law, day = deciding.edition.law, deciding.day
    if answer.outcome not in RELEASES:
        told = answer.outcome is Outcome.EXISTENCE_ONLY
        if told and not existence_may_be_told(law, supposed, classes, day):
            raise AnswerRefused(extra={"conditions": [_NOT_TOLD]})
        return None
    assert supposed.request is not None
    days = answer.keep_days or rules.recipient_days
    terms = supposed.request.model_copy(
        update={
            "positions": tuple(sorted(set(answer.positions))),
            "fields": _listed(answer),
            "roles": answer.roles,
            "special_category": answer.special_category,
            "offence": answer.offence,
            "children": answer.children is not None,
            "crossing": answer.crossing is not None,
            "recipient_regime": answer.recipient_regime,
            "delete_by": day + timedelta(days=days),
            "ends_on": day + timedelta(days=rules.collect_days),
        }
    )
    asked = supposed.model_copy(update={"request": terms})
    unmet = {one.id: one for cls in classes for one in law.decide(asked, cls, day).unmet}
    if unmet:
        raise AnswerRefused(extra={"conditions": [_told(one) for one in unmet.values()]})
    allowed = [found for cls in classes if (found := allowance(law, asked, cls, day)) is not None]
    leaves = frozenset(name for one in allowed for name in _names(one))
    withheld = set(_listed(answer)) - leaves if answer.fields else set()
    if withheld:
        why = _why(law, asked, classes, day)
        raise AnswerRefused(extra={"fields": sorted(withheld), "conditions": why})
    # a released field that the law withholds is not listed: what is listed is what may leave
    return terms.model_copy(update={"fields": tuple(sorted(leaves & set(terms.fields)))})


def _listed(answer: Answer) -> tuple[str, ...]:
    """Return the fields that an answer lists, people part by part."""
    if answer.outcome is Outcome.RELEASED and not answer.fields:
        return EVERY_FIELD
    parts = tuple(f"{_PEOPLE}.{part}" for part in PERSON_GROUPS)
    return tuple(name for one in answer.fields for name in (parts if one == _PEOPLE else (one,)))


def _own_classes(deciding: Deciding, positions: tuple[int, ...]) -> list[RecordClass]:
    """Return the classes of records that are the holder's, current and live."""
    with deciding.reader.connection() as connection:
        versions = versions_at(connection, positions)
    classes, register = deciding.book.classes(), deciding.edition.law.register
    found = [classes[one.row.class_id] for one in versions.values()]
    own = all(register.holder(cls.controller, deciding.day) == deciding.holder for cls in found)
    if len(versions) < len(set(positions)) or not own:
        raise NotFound
    if not all(one.current and one.state == "live" for one in versions.values()):
        raise RecordMoved
    return found


def _names(allowed: Allowance) -> frozenset[str]:
    return allowed.fields | {f"{_PEOPLE}.{part}" for part in allowed.person_parts}


def _why(
    law: Law, asked: Subscription, classes: list[RecordClass], day: date
) -> list[dict[str, str]]:
    unmet = {
        one.id: one
        for cls in classes
        for group in law.see(asked, cls, day).decided
        for one in group.unmet
        if not one.id.endswith(".request_lists_it")
    }
    return [_told(one) for one in unmet.values()]


def _told(condition: Condition) -> dict[str, str]:
    return {"id": condition.id, "says": condition.says, "cites": condition.cites}
