"""What left last and what was withheld last, with the reason: for the first page of the console."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from gateway.law.book import Edition
from gateway.release.disclosed import NAMELESS, RESTRICTED
from gateway.store.answering import newest_releases
from gateway.store.reading import Reader
from schemas.subscriptions import Subscription

_LOOKED_AT = 200
"""Releases that are looked through for the newest of a kind."""
_OURS = {
    RESTRICTED: ("The record is restricted: it is kept, and goes to nobody.", "UK GDPR art. 18"),
    NAMELESS: ("The key of the recipients’ ids of its quarter was destroyed.", "UK GDPR art. 25"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: its code, its sentence, its section, and how many records it kept back."""

    reason: str
    says: str
    cites: str
    records: int


@dataclass(frozen=True, slots=True)
class Last:
    """The newest release of a kind."""

    at: datetime
    subscription: str
    recipient: str
    number: int
    power: str
    lane: str
    records: int
    """That left, or that were withheld."""
    why: tuple[Why, ...]
    """Of a withheld one."""

    @property
    def path(self) -> str:
        """Its page in the console."""
        return f"/console/disclosures/{self.subscription}/{self.number}"


def last_released(reader: Reader, edition: Edition, partner: str | None = None) -> Last | None:
    """Return the newest release that held a record, of one recipient where it is named."""
    return _newest(reader, edition, partner, "released")


def last_withheld(reader: Reader, edition: Edition, partner: str | None = None) -> Last | None:
    """Return the newest release from which a record was withheld, and why.

    For the operator alone: to a recipient the existence of a withheld record is itself a disclosure, so
    that a partner is told nothing.
    """
    return None if partner is not None else _newest(reader, edition, None, "withheld")


def _newest(reader: Reader, edition: Edition, partner: str | None, what: str) -> Last | None:
    asked = subscriptions_of(reader, partner)
    with reader.connection() as connection:
        rows = newest_releases(connection, asked, _LOOKED_AT)
    for row in rows:
        counts = from_json(row["counts"])
        if counts[what]:
            one = asked[row["subscription"]]
            why = reasons_in(edition, counts) if what == "withheld" else ()
            at = datetime.fromtimestamp(row["at"], UTC)
            return Last(
                at,
                one.id,
                one.partner,
                row["number"],
                one.power.value,
                one.lane.value,
                counts[what],
                why,
            )
    return None


def subscriptions_of(
    reader: Reader, partner: str | None, only: Collection[str] = ()
) -> dict[str, Subscription]:
    """Return the subscriptions on the register by id: of one partner where it is named."""
    read = (
        Subscription.model_validate_json(body) for body in reader.bodies("subscription").values()
    )
    return {
        one.id: one
        for one in read
        if (partner is None or one.partner == partner) and (not only or one.id in only)
    }


def reasons_in(edition: Edition, counts: dict[str, Any]) -> tuple[Why, ...]:
    """Return every reason of a release's counts with its sentence, the most frequent first."""
    found = []
    for reason, number in sorted(counts["reasons"].items(), key=lambda pair: -pair[1]):
        rule = edition.law.bundle.rules.get(reason)
        says, cites = _OURS.get(reason, ("A rule of an earlier policy bundle.", ""))
        if rule is not None:
            says, cites = rule.says, rule.cites
        found.append(Why(reason, says, cites, number))
    return tuple(found)
