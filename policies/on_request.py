"""One request for disclosure as the law sees it on a day, asked or decided, and its days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from policies.clocks import BankHolidays, packaged_holidays
from policies.lists import Lists
from schemas.powers import Protocol
from schemas.requests import Asking, Terms
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

RECORDED_WITH_IT = "Recorded with the holder's decision on this request."
"""What a record says of a reason in words: the words stay with the holder."""


@dataclass(frozen=True, slots=True)
class DecidedRequest:
    """One request on a day: who decided for whom, and whether what was decided still stands."""

    id: str
    recipient: str
    terms: Terms
    runs: bool
    provision_is_live: bool
    protocol_in_force: bool
    special_category: bool
    """A condition is named and its policy document is in date."""
    offence: bool


def request_on(
    subscription: Subscription, protocols: Iterable[Protocol], lists: Lists, day: date
) -> DecidedRequest | None:
    """Return how the request of a subscription stands on a day; None where it has none.

    Args:
        subscription: By which what was decided is collected.
        protocols: The partnership's protocols.
        lists: The dated facts.
        day: The day, in Europe/London.
    """
    terms = subscription.request
    if terms is None:
        return None
    parties = {subscription.partner, terms.holder}
    provision = terms.provision
    special, offence = terms.special_category, terms.offence
    return DecidedRequest(
        id=subscription.id,
        recipient=subscription.partner,
        terms=terms,
        runs=day < terms.ends_on,
        provision_is_live=provision is not None and lists.provisions.is_live(provision, day),
        protocol_in_force=any(
            one.covers_section_115 and one.live_on(day) and parties <= set(one.parties)
            for one in protocols
        ),
        special_category=special is not None and special.covers(day),
        offence=offence is not None and offence.covers(day),
    )


def as_if_released(
    request: str, asker: str, asking: Asking, day: date, case_review: str | None
) -> Subscription:
    """Return what a request would be collected by, had its holder released one record of it today.

    With it the law is asked who may ask, and which of the holder's records could go.

    Args:
        request: The id of the request.
        asker: The partner that asks.
        asking: What is asked.
        day: Today.
        case_review: Keyed hash of the case review's reference, where one is named.
    """
    return Subscription(
        id=request,
        partner=asker,
        power=asking.power,
        purpose=asking.purpose,
        lane=Lane.PERSONAL,
        case_review=case_review,
        request=Terms(
            holder=asking.holder,
            on_behalf_of=asking.on_behalf_of,
            provision=asking.provision,
            necessity=asking.necessity,
            positions=(1,),
            children=True,
            crossing=True,
            delete_by=day,
            ends_on=day + timedelta(days=1),
        ),
    )


def working_days_after(day: date, days: int, holidays: BankHolidays | None = None) -> date:
    """Return the working day so many working days after a day (a bank holiday is none)."""
    known = holidays or packaged_holidays()
    while days > 0:
        day += timedelta(days=1)
        days -= known.is_working_day(day)
    return day
