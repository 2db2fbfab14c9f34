"""How an agreement stands on a day: its state, and what the law has against any use of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.law.book import Edition
from policies.explain import FLAGS
from policies.probe import NO_CASE, NO_RECORD
from schemas.agreements import Agreement, AgreementState, Review, Suspension
from schemas.decisions import About, Condition
from schemas.powers import Power
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class AgreementStanding:
    """One version of an agreement on one day."""

    agreement: Agreement
    day: date
    state: AgreementState
    unmet: tuple[Condition, ...]
    """Conditions of its power that no record of any holder could meet; empty where it may be used."""
    flags: tuple[str, ...]
    speaks: bool
    """Whether it is the version that counts for its id on the day; else ``unmet`` is said of that one."""
    suspensions: tuple[Suspension, ...]

    @property
    def review(self) -> Review:
        """How near its review is on the day."""
        return self.agreement.review_on(self.day)

    @property
    def days_to_review(self) -> int:
        """Days until its review is due; negative after it."""
        return (self.agreement.review_by - self.day).days

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "day": self.day.isoformat(),
            "state": self.state.value,
            "speaks": self.speaks,
            "unmet": [one.model_dump(mode="json") for one in self.unmet],
            "flags": list(self.flags),
            "review": self.review.value,
            "days_to_review": self.days_to_review,
            "agreement": self.agreement.model_dump(mode="json", exclude_none=True),
        }


def standing_of(edition: Edition, agreement: Agreement, day: date) -> AgreementStanding:
    """Ask the law about every holder and recipient of an agreement, without any record.

    A later version may speak for its id already; the conditions are then those of that version.
    """
    law, bound = edition.law, edition.law.bound(agreement.id, day)
    unmet: dict[str, Condition] = {}
    flags: dict[str, None] = {}
    for holder in agreement.holders:
        for recipient in agreement.recipients:
            asked = Subscription(
                id="standing",
                partner=recipient,
                power=agreement.power,
                purpose=agreement.purpose,
                lane=Lane.PERSONAL,
                agreement=agreement.id,
                case_review=NO_CASE if agreement.power is Power.ASB_CASE_REVIEW else None,
            )
            holders_class = NO_RECORD.model_copy(update={"controller": holder})
            decision = law.decide(asked, holders_class, day)
            flags |= dict.fromkeys(FLAGS[flag] for flag in decision.flags)
            unmet |= {one.id: one for one in decision.unmet if one.about is not About.RECORD}
    return AgreementStanding(
        agreement=agreement,
        day=day,
        state=agreement.state_on(day, edition.register.agreements),
        unmet=tuple(unmet.values()),
        flags=tuple(flags),
        speaks=bound is not None and bound.agreement == agreement,
        suspensions=agreement.suspended_on(day),
    )
