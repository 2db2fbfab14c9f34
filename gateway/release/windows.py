"""What the next release of a subscription is made of: a stretch of the log, or a closed period by cells.

Where a minimum cell (k) is asked for, records leave when a period has closed and not before; between two
closes only notices go, because a recipient is owed them without delay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gateway.release.decided import Decided
from gateway.release.treated import Names, open_half_of
from gateway.store.periods import closed_to, given_to, kept_back, read_period
from gateway.store.releasing import Candidate, Held, Period, Window, read_window, told_about
from gateway.store.requesting import read_requested
from policies.cells import Cell, Row, choose, last_close, row_of
from policies.pseudonym import quarter_named
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription


def leaves_in_cells(subscription: Subscription) -> bool:
    """Whether a subscription's records leave in whole cells at the close of a period."""
    return subscription.minimum_cell > 0 and subscription.lane is Lane.DEPERSONALISED


def window_of(
    connection: Any,  # noqa: ANN401 - a connection lent by the reader
    row: Mapping[str, Any],
    subscription: Subscription,
    decided: Decided,
    names: Names,
    limit: int,
    now: datetime,
    *,
    told_only: bool,
) -> Window:
    """Read what the next release of a subscription may hold.

    Args:
        connection: Inside one consistent read.
        row: Where the subscription stands.
        subscription: What it asks for.
        decided: The law's word on every class.
        names: The recipient's ids: rows of one cell leave in their order, which tells no time.
        limit: As ``read_window``; a cell that is larger leaves whole.
        now: The present instant.
        told_only: Whether only notices go, because what was agreed stands still.
    """
    after = row["decided_to"]
    if subscription.request is not None and not told_only:
        places = subscription.request.positions
        return read_requested(
            connection, subscription.id, after, decided.asked, decided.allowed, places, limit
        )
    if leaves_in_cells(subscription) and not told_only:
        until = closed_to(connection, after, _seconds(now, subscription))
        if until > after or kept_back(connection, subscription.id).more:
            return _period(connection, after, until, subscription, decided, names, limit)
        told_only = True
    return read_window(
        connection,
        subscription.id,
        after,
        decided.asked,
        decided.allowed,
        limit,
        since=decided.since,
        told_only=told_only,
    )


def _seconds(now: datetime, subscription: Subscription) -> int:
    return int(last_close(now, subscription.cells.time).timestamp())


def _period(
    connection: Any,  # noqa: ANN401 - a connection lent by the reader
    after: int,
    until: int,
    subscription: Subscription,
    decided: Decided,
    names: Names,
    limit: int,
) -> Window:
    window, offers, entries, before = read_period(
        connection,
        subscription.id,
        after,
        until,
        kept_back(connection, subscription.id).offers,
        decided.asked,
        decided.allowed,
        decided.since,
    )
    can = set(nameable(window, (one for _, one in offers), names))
    offers = [(place, one) for place, one in offers if one in can]
    rows = rows_of((one for _, one in offers), decided, subscription)
    gone: dict[Cell, dict[int, str | None]] = defaultdict(dict)
    for given in rows_of(given_to(connection, subscription.id), decided, subscription):
        gone[given.cell][given.incident] = given.sensitive
    choice = choose(rows, gone, subscription.minimum_cell, max(1, limit - len(entries)))
    rank = {cell: n for n, cell in enumerate(dict.fromkeys(rows[p].cell for p in choice.leaving))}

    def order(place: int) -> tuple[int, str]:
        one = offers[place][1]
        return rank[rows[place].cell], names.id_of(one.incident, one.quarter)

    leaving = set(choice.leaving)
    window.candidates = [offers[place][1] for place in sorted(leaving, key=order)]
    going = {one.incident for one in window.candidates}
    window.held = told_about(connection, subscription.id, entries, going)
    window.period = Period(
        kept=[one for place, one in enumerate(offers) if place not in leaving],
        before=before,
        coarsened=frozenset(offers[place][1].position for place in choice.coarsened),
        more=choice.more,
    )
    return window


def nameable(window: Window, offers: Iterable[Candidate], names: Names) -> list[Candidate]:
    """Return the offers that still can be named; the others are counted as withheld."""
    left: list[Candidate] = []
    unknown = names.unknown
    for one in offers:
        if one.quarter not in unknown:
            left.append(one)
            continue
        window.current_by_class[one.class_id] -= 1
        window.nameless += 1
    return left


def still_held(entries: Iterable[Held], names: Names) -> list[Held]:
    """Return the entries that a recipient is still to be told about.

    What it had of a quarter whose key was destroyed has passed its time there.
    """
    unknown = names.unknown
    return [one for one in entries if quarter_named(one.released_id) not in unknown]


def rows_of(
    candidates: Iterable[Candidate], decided: Decided, subscription: Subscription
) -> list[Row]:
    """Return in which cell each row lies."""
    return [
        row_of(
            one.incident,
            one.quarter,
            open_half_of(one),
            decided.classes[one.class_id],
            subscription.cells,
        )
        for one in candidates
    ]
