"""Succession: who answers for a partner on a day, and what must be novated when it is replaced.

Backwards, what an ended body held is its successor's (``Register.holder``). Forwards, its agreements and
subscriptions do not pass by themselves: a signature binds who gave it, so that each is named here until the
successor has signed an agreement of its own and taken over the subscription.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from policies.register import Register
from schemas.agreements import Agreement, AgreementState
from schemas.base import Word
from schemas.subscriptions import Subscription

_OVER = frozenset({AgreementState.TERMINATED, AgreementState.EXPIRED, AgreementState.SUPERSEDED})


class Succession(Word):
    """How a partner stands between those before and after it."""

    successor: str | None = None
    """Who answers for it once it has ended; None where nobody is named."""
    on: date | None = None
    """The first day on which it is no longer on the register."""
    predecessors: tuple[str, ...] = ()
    """Ended partners for which it answers on the day."""
    agreements_to_novate: tuple[str, ...] = ()
    """Agreements that name it as a party and are not over: the successor signs others."""
    subscriptions_to_novate: tuple[str, ...] = ()
    """Its standing requests: the successor takes each over with where it had come to."""


def succession(
    register: Register,
    name: str,
    agreements: Iterable[Agreement],
    subscriptions: Iterable[Subscription],
    day: date,
) -> Succession:
    """Return how a partner of the register stands in succession on a day."""
    partner = next((one for one in register.partners if one.id == name), None)
    before = tuple(
        one.id
        for one in register.partners
        if one.id != name and one.kind_on(day) is None and register.holder(one.id, day) == name
    )
    if partner is None or partner.succeeded_by is None:
        return Succession(predecessors=before)
    known = tuple(agreements)
    return Succession(
        successor=register.holder(partner.succeeded_by, partner.valid_to or day),
        on=partner.valid_to,
        predecessors=before,
        agreements_to_novate=tuple(
            dict.fromkeys(
                one.id
                for one in known
                if name in one.parties and one.state_on(day, known) not in _OVER
            )
        ),
        subscriptions_to_novate=tuple(one.id for one in subscriptions if one.partner == name),
    )
