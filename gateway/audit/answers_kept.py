"""Answers about what is kept and how safe it is: Q4, Q10, Q12, Q14, Q15."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from gateway.audit.exposed import Exposure, Span, of_house
from gateway.audit.questions import Asked, faulty
from gateway.audit.verify import verify
from gateway.law.retention_holds import retention_holds
from gateway.store.answering import points_given
from gateway.store.retaining import restricted
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_INTRUDER = Path(__file__).resolve().parents[2] / "tests" / "reports" / "motivated-intruder.jsonl"
"""What the last whole run of the motivated intruder left, in a checkout."""
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def span_of(asked: Asked) -> Span:
    """Return the span that a question names (raises RequestInvalid)."""
    span = Span(asked.instant("from"), asked.instant("to"))
    if span.ends <= span.begins:
        raise faulty("to", "The end comes after the beginning.")
    return span


def given_between(asked: Asked) -> dict[str, Any]:
    """Q4: all that a recipient was given between two instants, counted."""
    recipient, span = asked.recipient(), span_of(asked)
    with asked.house.reader.connection() as connection:
        return exposure(asked, connection).pack(recipient, span).document()


def exposure(asked: Asked, connection: Any) -> Exposure:  # noqa: ANN401 - a connection lent by the reader
    """Return what counts disclosures on an open connection."""
    house = asked.house
    return of_house(
        connection, house.book.current(), house.book.classes(), house.reader.bodies("subscription")
    )


def past_review(asked: Asked) -> dict[str, Any]:
    """Q10: what is over its time, what is held back and why, what is restricted."""
    house, today = asked.house, asked.house.today
    holds = [one for one in retention_holds(house.reader) if one.lifted_at is None]
    with house.reader.connection() as connection:
        kept = restricted(connection)
    reasons = Counter((one["name"], one["reason"]) for one in kept)
    return {
        "day": today.isoformat(),
        "feeds": {name: over.document() for name, over in house.retention.due().items()},
        "holds": [
            {
                "id": one.id,
                "reason": one.reason,
                "until": one.until.isoformat(),
                "stands": one.stands_on(today),
                "feed": one.feed,
                "records": one.records,
                "placed_by": one.placed_by,
                "placed_at": one.placed_at,
            }
            for one in holds
        ],
        "restricted": [
            {"feed": feed, "reason": reason, "records": number}
            for (feed, reason), number in sorted(reasons.items())
        ],
    }


def whole(asked: Asked) -> dict[str, Any]:
    """Q12: every hash, every row, every checkpoint, each against the other."""
    house = asked.house
    report = verify(house.database, house.keys, house.notes())
    newest = house.reader.newest_checkpoint()
    checkpoint = None
    if newest is not None:
        at = datetime.fromtimestamp(newest[2], UTC).isoformat()
        checkpoint = {"size": newest[0], "note": newest[1], "at": at}
    return {**report.document(), "newest_checkpoint": checkpoint}


def tagged(asked: Asked) -> dict[str, Any]:
    """Q14: disclosures with special-category, offence or child fields, by condition and document."""
    begins = asked.instant("from") if asked.text("from") else _BEGINNING
    ends = asked.instant("to") if asked.text("to") else asked.house.clock.now()
    with asked.house.reader.connection() as connection:
        counting = exposure(asked, connection)
        personal = [key for key, one in counting.subscriptions.items() if one.lane is Lane.PERSONAL]
        # the second that is running counts too
        listed = counting.tagged(personal, Span(begins, ends.replace(microsecond=0) + _SECOND))
    return {
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "counted": [one.document() for one in listed],
    }


_SECOND = datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC) - _BEGINNING


def depersonalising(asked: Asked) -> dict[str, Any]:
    """Q15: how much is suppressed and why, the smallest catchment used, the last motivated intruder."""
    house = asked.house
    mine = {
        key: one
        for key, body in house.reader.bodies("subscription").items()
        if (one := Subscription.model_validate_json(body)).lane is Lane.DEPERSONALISED
    }
    totals, reasons = Counter[str](), Counter[str]()
    for subscription, _, counts in house.reader.counts_of_releases():
        if subscription in mine:
            told = from_json(counts)
            reasons.update(told["reasons"])
            for name in ("considered", "released", "withheld", "held", "superseded"):
                totals[name] += told[name]
    kept_back = totals["withheld"] + totals["held"]
    return {
        "subscriptions": len(mine),
        **{name: totals[name] for name in ("considered", "released", "withheld", "held")},
        "suppression_rate": round(kept_back / totals["considered"], 4)
        if totals["considered"]
        else None,
        "reasons": dict(reasons.most_common()),
        "smallest_minimum_cell": min(
            (one.minimum_cell for one in mine.values() if one.minimum_cell), default=None
        ),
        **_catchments(asked, list(mine)),
        "motivated_intruder": _intruder(),
    }


def _catchments(asked: Asked, subscriptions: list[str]) -> dict[str, Any]:
    addresses = {
        (longitude, latitude): number
        for edition in asked.house.reader.geographies()
        for longitude, latitude, _, number in asked.house.reader.points(edition["id"])
    }
    with asked.house.reader.connection() as connection:
        used = set(points_given(connection, subscriptions))
    known = [number for one in used if (number := addresses.get(one)) is not None]
    return {
        "map_points_used": len(used),
        "smallest_catchment": min((one for one in known if one), default=None),
        "points_without_addresses": sum(one == 0 for one in known),
        "points_of_unknown_catchment": len(used) - len(known),
    }


def _intruder() -> dict[str, Any] | None:
    if not _INTRUDER.is_file():
        return None
    lines = _INTRUDER.read_text(encoding="utf-8").splitlines()
    return dict(from_json(lines[-1])) if lines else None
