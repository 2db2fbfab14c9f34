"""Answers about the law: agreements (Q5), returns (Q6), refusals (Q8), what policy said on a day (Q9)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import Any

from pydantic_core import from_json

from gateway.audit.answers_people import refused_requests
from gateway.audit.policy_bundles import overview
from gateway.audit.questions import Asked, faulty
from gateway.audit.returns import matrix
from gateway.clock import LONDON
from gateway.errors import NotFound
from gateway.ledger.leaf import Operation
from gateway.release.disclosed import NAMELESS, RESTRICTED
from gateway.store.answering import (
    classes_in_release,
    leaves_that_say,
    snapshot_texts,
)
from gateway.store.releasing import release_row
from policies.due import due_on
from policies.law import Law
from policies.periods import Quarter
from policies.refusals import PolicyRefused
from schemas.subscriptions import Subscription

_OURS = {
    RESTRICTED: ("The record is restricted: it is kept and goes to nobody.", "UK GDPR art. 18"),
    NAMELESS: ("The key of the recipients’ ids of its quarter was destroyed.", "UK GDPR art. 25"),
}


def agreements_due(asked: Asked) -> dict[str, Any]:
    """Q5: what lapses, is overdue for review, unsigned or unassessed, and who lacks a nominated person."""
    edition, day = asked.house.book.current(), asked.day("day")
    listed = due_on(edition.law, day)
    if asked.partner is not None:
        own = {one.id for one in edition.register.agreements if asked.partner in one.parties}
        listed = tuple(
            one
            for one in listed
            if (one.kind == "agreement" and one.id in own) or one.id == asked.partner
        )
    return {"day": day.isoformat(), "due": [one.model_dump(mode="json") for one in listed]}


def returns_due(asked: Asked) -> dict[str, Any]:
    """Q6: authority × paragraph × recipient of a quarter: due, sent, late, withheld, why."""
    name = asked.text("quarter") or Quarter.of(asked.house.clock.now()).name
    try:
        quarter = Quarter.parse(name)
    except ValueError:
        raise faulty("quarter", "Give a quarter from 2007Q3 on, as 2026Q3.") from None
    made = matrix(asked.house.returns, quarter)
    return (made if asked.partner is None else made.seen_by(asked.partner)).document()


def refused(asked: Asked) -> dict[str, Any]:
    """Q8: everything that was refused in a month: records by reason, requests for disclosure, attempts."""
    begins, ends = asked.month("month")
    house = asked.house
    rules = house.book.current().law.bundle.rules
    bodies = house.reader.bodies("subscription")
    partners = {key: Subscription.model_validate_json(body).partner for key, body in bodies.items()}
    reasons, offenders = Counter[str](), defaultdict[tuple[str, str], Counter[str]](Counter)
    considered = withheld = 0
    for subscription, at, counts in house.reader.counts_of_releases():
        if begins.timestamp() <= at < ends.timestamp():
            told = from_json(counts)
            considered += told["considered"]
            withheld += told["withheld"]
            reasons.update(told["reasons"])
            offenders[subscription, partners[subscription]].update(told["reasons"])
    return {
        "month": f"{begins:%Y-%m}",
        "considered": considered,
        "withheld": withheld,
        "reasons": [
            {"reason": key, "records": number, **_words(rules.get(key), key)}
            for key, number in reasons.most_common()
        ],
        "repeat_offenders": [
            {
                "subscription": name,
                "recipient": partner,
                "unmet": sum(counted.values()),
                "reasons": dict(counted.most_common()),
            }
            for (name, partner), counted in sorted(
                offenders.items(), key=lambda pair: -sum(pair[1].values())
            )
            if counted
        ],
        "requests": refused_requests(asked, begins, ends),
        "attempts": _attempts(asked, begins, ends),
    }


def _words(rule: Any, key: str) -> dict[str, str]:  # noqa: ANN401 - a rule of the bundle, or none
    if rule is not None:
        return {"says": rule.says, "cites": rule.cites}
    says, cites = _OURS.get(key, ("A rule of an earlier policy bundle.", ""))
    return {"says": says, "cites": cites}


def _attempts(asked: Asked, begins: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Return refused pushes, looks and requests of a month, counted by who, what and why."""
    counted: Counter[tuple[str, str, str]] = Counter()
    with asked.house.reader.connection() as connection:
        for _, stored in leaves_that_say(
            connection, [f'"operation":"{Operation.REFUSAL.value}"'.encode()]
        ):
            leaf = from_json(stored)
            if begins <= datetime.fromisoformat(leaf["at"]) < ends:
                who = leaf.get("partner") or leaf.get("recipient") or leaf["actor"]
                counted[who, leaf["action"], leaf["reason"]] += 1
    return [
        {"who": who, "action": action, "reason": reason, "times": times}
        for (who, action, reason), times in counted.most_common()
    ]


def policy_on(asked: Asked) -> dict[str, Any]:
    """Q9: the law that was in force at the end of a day, by hash; and a release decided again by its own."""
    day = asked.day("day")
    ends = datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=LONDON)
    adopted: list[dict[str, Any]] = []
    with asked.house.reader.connection() as connection:
        for index, stored in leaves_that_say(
            connection,
            [f'"operation":"{Operation.POLICY.value}"'.encode(), b'"change":"adopted"'],
        ):
            leaf = from_json(stored)
            if datetime.fromisoformat(leaf["at"]) <= ends:
                adopted.append({"leaf": index, "at": leaf["at"], "snapshot": leaf["snapshot"]})
        texts = None
        if adopted:
            texts = snapshot_texts(connection, adopted[-1]["snapshot"])
    answer: dict[str, Any] = {
        "day": day.isoformat(),
        "in_force": adopted[-1] if adopted else None,
        "adopted_until_then": len(adopted),
        "documents": sorted(texts or {}),
        "bundles": overview(asked.house.reader, asked.house.book.current())["bundles"],
    }
    subscription, number = asked.text("subscription"), asked.text("release")
    if subscription or number:
        answer["decided_again"] = decided_again(asked, subscription, number)
    return answer


def decided_again(asked: Asked, subscription: str, number: str) -> dict[str, Any]:
    """Decide a release's record classes again, by the law that its entry names, and compare.

    Raises:
        NotFound: There is no such release, or its law is not kept.
        RequestInvalid: The number is none.
    """
    if not number.isdecimal():
        raise faulty("release", "Give the release's number.")
    reader = asked.house.reader
    with reader.connection() as connection:
        row = release_row(connection, subscription, int(number))
        if row is None:
            raise NotFound
        texts = snapshot_texts(connection, row["snapshot"])
        counted = classes_in_release(connection, subscription, int(number))
    try:
        law = None if texts is None else Law.from_parts(texts)
    except PolicyRefused:
        law = None
    if law is None or law.sha256 != row["snapshot"]:
        raise NotFound
    body = reader.bodies("subscription")[subscription]
    wanted, day = Subscription.model_validate_json(body), date.fromisoformat(row["day"])
    classes = asked.house.book.classes()
    outcomes = {
        class_id: law.decide(wanted, classes[class_id], day).releases for class_id in counted
    }
    return {
        "subscription": subscription,
        "release": int(number),
        "snapshot": row["snapshot"],
        "day": row["day"],
        "at": datetime.fromtimestamp(row["at"], UTC).isoformat(),
        "record_classes": len(counted),
        "records": sum(counted.values()),
        "same": all(outcomes.values()),
        "not_allowed_again": sum(number for key, number in counted.items() if not outcomes[key]),
    }
