"""Why one stored record may or may not go to a subscription, and who has had it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.clock import LONDON
from gateway.errors import NotFound
from gateway.intake.recorded import Desk, natural_key
from gateway.law.book import Edition
from gateway.store.reading import Reader
from gateway.store.returning import returned_of
from policies.explain import Explanation, explain, rendered
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Explained:
    """One record, one subscription, one day."""

    explanation: Explanation
    subscription: Subscription
    record_class: RecordClass
    state: str
    version: int
    asked_for: bool
    """Whether the subscription's filter asks for such records at all."""
    given: tuple[dict[str, Any], ...]
    """Every disclosure and notice of it, over all recipients, and every line of a section 17A return."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        decision = self.explanation.decision
        return {
            "subscription": self.subscription.id,
            "recipient": self.subscription.partner,
            "decision": decision.outcome.value,
            "power": decision.power.value,
            "lane": decision.lane.value,
            "day": decision.day.isoformat(),
            "basis": self.explanation.basis,
            "asked_for": self.asked_for,
            "state": self.state,
            "version": self.version,
            "met": [c.model_dump(mode="json") for c in decision.met],
            "unmet": [c.model_dump(mode="json") for c in decision.unmet],
            "errors": list(decision.errors),
            "flags": list(self.explanation.flags),
            "agreement": self.subscription.agreement,
            "fields": [one.model_dump(mode="json") for one in self.explanation.fields],
            "class": self.record_class.model_dump(mode="json"),
            "snapshot": decision.snapshot,
            "given": list(self.given),
        }

    def text(self) -> str:
        """Return it as text for a terminal."""
        lines = []
        if self.state != "live":
            lines.append(f"NOT RELEASED · the record is {self.state}: no version goes to anybody.")
        if not self.asked_for:
            lines.append("NOT RELEASED · the subscription's filter does not ask for such records.")
        if lines:
            lines.append("What the law would say of it:")
        lines.append(rendered(self.explanation).rstrip())
        lines += [
            f"Given: {row['what']} version {row['version']} to {row['partner']}, {row['at']}"
            f" ({row['state']})"
            for row in self.given
        ]
        return "\n".join(lines) + "\n"


def told_to(source: str | None, subscription: Subscription) -> bool:
    """Whether a source may know of a subscription: every standing one, of requests those that it is party to.

    That one partner asked another about somebody is nobody else's to know. None: the IG role.
    """
    request = subscription.request
    return source is None or request is None or source in {request.holder, subscription.partner}


def explain_record(
    reader: Reader,
    edition: Edition,
    desk: Desk,
    reference: str,
    subscription_id: str,
    day: date,
    source: str | None = None,
) -> Explained:
    """Explain a record that a source knows by ``reference``. For the IG role and the source only.

    Args:
        reader: The database.
        edition: The law of now.
        desk: The feed's.
        reference: The source's own.
        subscription_id: For which subscription.
        day: On which day.
        source: The partner that asks; None: the IG role.

    Raises:
        NotFound: There is no such record of this feed, or no such subscription, or it is a request
            between others.
    """
    row = reader.incident(desk.feed_id, natural_key(desk, reference))
    body = reader.bodies("subscription").get(subscription_id)
    if row is None or body is None:
        raise NotFound
    subscription = Subscription.model_validate_json(body)
    if not told_to(source, subscription):
        raise NotFound
    record_class = RecordClass.model_validate_json(row["canonical_json"])
    return Explained(
        explanation=explain(edition.law, subscription, record_class, day),
        subscription=subscription,
        record_class=record_class,
        state=row["state"],
        version=row["version"],
        asked_for=subscription.filter.asks_for(record_class),
        given=(
            *(_given(given) for given in reader.disclosures_of(row["id"])),
            *in_returns(reader, row["id"]),
        ),
    )


def _given(row: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromtimestamp(row["at"], tz=LONDON).isoformat()
    named = (
        "subscription",
        "partner",
        "number",
        "version",
        "released_id",
        "what",
        "reason",
        "leaf",
        "state",
    )
    return {name: row[name] for name in named} | {"at": at}


def in_returns(reader: Reader, incident: int) -> list[dict[str, Any]]:
    """Every line of a section 17A return about an incident; «pending» is made and was handed to nobody."""
    with reader.connection() as connection:
        rows = returned_of(connection, incident)
    return [
        {
            "partner": row["recipient"],
            "holder": row["holder"],
            "quarter": row["quarter"],
            "paragraph": row["paragraph"],
            "version": row["version"],
            "released_id": row["row_id"],
            "what": f"return:{row['change']}",
            "leaf": row["leaf"],
            "state": _state(row),
            "at": datetime.fromtimestamp(row["handed_at"] or row["at"], tz=LONDON).isoformat(),
        }
        for row in rows
    ]


def _state(row: dict[str, Any]) -> str:
    if row["acknowledged_at"] is not None:
        return "acknowledged"
    return "handed_out" if row["attempts"] else "pending"
