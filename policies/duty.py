"""How a duty under section 17A stands: due, sent, late, withheld, in default. Pure functions of dates.

Source: Crime and Disorder Act 1998 s.17A(1), (5); SI 2007/1831 reg 3 and 4; SI 2007/1830 reg 4 (the
protocol, whose absence stops nothing here). How a standing subscription counts: decision 0022.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from policies.periods import Quarter
from policies.register import Register


class DutyState(StrEnum):
    """How what one authority owes another for one period and paragraph stands."""

    PERIOD_RUNS = "period_runs"
    NO_FEED = "no_feed"
    """The holder has no feed here that yields it: the gateway cannot say."""
    DUE = "due"
    SENT = "sent"
    SENT_LATE = "sent_late"
    MET_BY_STANDING = "met_by_standing_subscription"
    """The recipient has acknowledged every row of it on a standing subscription."""
    OVERDUE = "overdue"
    WITHHELD = "withheld"
    """By a recorded decision of the holder's nominated person."""
    NEEDS_LEGAL_VIEW = "needs_legal_view"


IN_DEFAULT = frozenset({DutyState.OVERDUE, DutyState.WITHHELD})
"""States in which the duty is not done."""


def due_recipients(register: Register, holder: str, day: date) -> list[str]:
    """Return every relevant authority of the day but the holder: to all of them it is owed."""
    return [
        one.id
        for one in register.partners
        if one.id != holder and register.standing(one.id, day).relevant_authority
    ]


def state_of(
    quarter: Quarter,
    now: datetime,
    received: datetime | None,
    *,
    withheld: bool,
    standing: bool,
) -> DutyState:
    """Return how the duty of a holder with a feed stands.

    Args:
        quarter: The information period.
        now: The present instant, aware.
        received: When the recipient said that it has the return.
        withheld: Whether a decision of the holder's nominated person withholds today.
        standing: Whether every row was acknowledged on a standing subscription.
    """
    if received is not None:
        return DutyState.SENT if received < quarter.due_ends else DutyState.SENT_LATE
    if now < quarter.ends:
        return DutyState.PERIOD_RUNS
    if standing:
        return DutyState.MET_BY_STANDING
    if withheld:
        return DutyState.WITHHELD
    return DutyState.DUE if now < quarter.due_ends else DutyState.OVERDUE
