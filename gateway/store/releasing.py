"""Reading the log for one subscription: the candidates of its next release, counts, notices.

The filter is a list of record classes, because the law is decided per class; which incidents are live
and which version is current is read in the same consistent read.

What is considered, and what becomes of it, stands at ``gateway.store.offers``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from gateway.store import tables as t
from gateway.store.offers import (
    CANDIDATE_COLUMNS,
    CANDIDATES,
    COUNTS,
    COUNTS_LIFTED,
    LIFTED,
    LIVE,
    RECORDED,
    RESTRICTED,
    Candidate,
    stands,
)
from gateway.store.states import CLOSED, Delivery

__all__ = ["CANDIDATE_COLUMNS", "Candidate"]

_L, _I, _D = t.LOG, t.INCIDENT, t.DISCLOSURE


class Held(NamedTuple):
    """A record that the recipient was given before and that something happened to."""

    position: int
    incident: int
    entry_kind: str
    reason: str | None
    version: int
    """The version that the recipient was last given."""
    released_id: str
    now: int
    """The version that the entry is about."""
    follows: bool
    """Whether the release holds a record of the incident too."""


@dataclass(frozen=True, slots=True)
class Period:
    """What becomes of a period's rows beside those that leave (``gateway.store.periods``)."""

    kept: list[tuple[int, Candidate]]
    """Offers that the law lets go and whose cell is not full yet: place of the offer, and row."""
    before: int
    """How many offers had been kept back and are considered again."""
    coarsened: frozenset[int]
    """Positions of the rows that leave without their behaviour."""
    more: bool
    """Whether full cells wait for the next page."""


@dataclass(slots=True)
class Window:
    """What one read of the log found for one subscription."""

    log_size: int
    law_epoch: int
    to_position: int
    candidates: list[Candidate]
    held: list[Held]
    current_by_class: dict[int, int] = field(default_factory=dict)
    """Offers in the window that stand and are live, by class id, those that the law withholds included."""
    restricted_by_class: dict[int, int] = field(default_factory=dict)
    """Offers in the window that stand and are restricted, by class id."""
    superseded: int = 0
    nameless: int = 0
    """Live offers that are withheld because the key of their quarter's ids was destroyed."""
    period: Period | None = None
    """Where records leave in cells at the close of a period, what is kept back."""


_GIVEN = and_(
    _D.c.subscription == bindparam("subscription"),
    _D.c.incident == _L.c.incident,
    _D.c.what == "record",
    # a release that was withdrawn was never tried: nobody had what it holds
    ~select(t.DELIVERY.c.number)
    .where(t.DELIVERY.c.subscription == _D.c.subscription, t.DELIVERY.c.number == _D.c.number)
    .where(t.DELIVERY.c.state == Delivery.WITHDRAWN.value)
    .exists(),
)
_AGAIN = t.DISCLOSURE.alias("again")
_TOLD = (
    select(_AGAIN.c.position)
    .join(
        t.DELIVERY,
        and_(
            t.DELIVERY.c.subscription == _AGAIN.c.subscription,
            t.DELIVERY.c.number == _AGAIN.c.number,
        ),
    )
    .where(
        _AGAIN.c.subscription == bindparam("subscription"),
        _AGAIN.c.incident == _L.c.incident,
        _AGAIN.c.position == _L.c.position,
        _AGAIN.c.what != "record",
        t.DELIVERY.c.state.not_in(CLOSED),
    )
    .exists()
)
"""A notice about this very entry was given already, while the law let no record go."""
_LAST_GIVEN = select(func.max(_D.c.version)).where(_GIVEN).scalar_subquery()
_GIVEN_BEFORE = (
    select(func.max(_D.c.version)).where(_GIVEN, _D.c.version < _L.c.version).scalar_subquery()
)
_ABOUT_HELD = (
    select(
        _L.c.position,
        _L.c.incident,
        _L.c.entry_kind,
        _L.c.reason,
        _L.c.version,
        _LAST_GIVEN,
        _GIVEN_BEFORE,
    )
    .join(_I, _I.c.id == _L.c.incident)
    .where(
        _L.c.position > bindparam("after"),
        _L.c.position <= bindparam("until"),
        ~_TOLD,
        select(_D.c.incident).where(_GIVEN).exists(),
    )
    .order_by(_L.c.position)
    .limit(bindparam("most"))
)
_CORRECTIONS = _ABOUT_HELD.where(_L.c.entry_kind != literal_column("'recorded'"))
_REVISIONS = _ABOUT_HELD.where(
    _L.c.entry_kind == RECORDED,
    _L.c.version > 1,
    stands(_L),
    _I.c.state == LIVE,
    # one that may go corrects what the recipient had; one that may not is no longer his
    or_(
        _L.c.class_id.not_in(bindparam("classes", expanding=True)),
        _L.c.recorded_at < bindparam("since"),
        _GIVEN_BEFORE.is_not(None),
    ),
)
_RELEASED_ID = select(_D.c.released_id).where(
    _D.c.subscription == bindparam("subscription"), _D.c.incident == bindparam("incident")
)


def read_window(
    connection: Connection,
    subscription: str,
    after: int,
    asked: Sequence[int],
    allowed: Sequence[int],
    limit: int,
    *,
    since: int = 0,
    told_only: bool = False,
) -> Window:
    """Read the log after a position for one subscription.

    Args:
        connection: Inside one consistent read.
        subscription: Whose disclosures tell what the recipient holds.
        after: Position up to which the subscription is decided.
        asked: Class ids that the subscription's filter asks for.
        allowed: Of those, the class ids that the law lets go.
        limit: Records and notices together at most; a record and the notice that it corrects an
            earlier version go together, so there may be one more.
        since: Only versions recorded from this second on are asked for.
        told_only: Read notices alone and decide about no record: the window ends where it begins.
    """
    head = connection.execute(select(t.HEAD.c.log_size, t.HEAD.c.law_epoch)).one()
    until = int(head[0])
    span = {"after": after, "most": limit, "classes": list(allowed), "since": since}
    about = {"subscription": subscription, **span}
    offers = [] if told_only else _rows(connection, CANDIDATES, {**span, "until": until})
    if len(offers) >= limit:
        # no further than these reach
        until = offers[limit - 1][0]
    if not told_only:
        offers += _rows(connection, LIFTED, {**span, "until": until})
    entries = notable(connection, {**about, "until": until})
    both = sorted(row[0] for row in (*entries, *offers))
    if len(both) >= limit:
        until = both[limit - 1]
    # no two offers stand at one position, and no two entries
    offers = sorted(row for row in offers if row[0] <= until)
    candidates = [Candidate._make(row[1:]) for row in offers]
    end = after if told_only else until
    window = Window(int(head[0]), int(head[1]), end, candidates, [])
    going = {candidate.incident for candidate in candidates}
    entries = sorted(row for row in entries if row[0] <= until)
    window.held = told_about(connection, subscription, entries, going)
    count_window(connection, window, {**span, "until": end, "classes": list(asked)})
    return window


def notable(connection: Connection, about: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the entries of a window that a recipient is to be told about, unsorted.

    Args:
        connection: Inside the read.
        about: subscription, after, until, most, classes (those that may go), since.
    """
    return _rows(connection, _CORRECTIONS, about) + _rows(connection, _REVISIONS, about)


def told_about(
    connection: Connection,
    subscription: str,
    entries: Sequence[tuple[Any, ...]],
    going: Collection[int],
) -> list[Held]:
    """Return what the entries are to a recipient, where records of some incidents go beside them."""
    return [_held(connection, subscription, row, going) for row in entries]


def _rows(
    connection: Connection, statement: Select[Any], values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(statement, values)]


def _held(
    connection: Connection, subscription: str, row: tuple[Any, ...], going: Collection[int]
) -> Held:
    position, incident, kind, reason, now, last, before = row
    about = {"subscription": subscription, "incident": incident}
    released_id = connection.execute(_RELEASED_ID, about).scalars().first()
    follows = incident in going
    version = before if follows and kind == RECORDED else last
    return Held(position, incident, kind, reason, version, str(released_id), now, follows)


def count_window(connection: Connection, window: Window, span: dict[str, Any]) -> None:
    """Count what has become of the offers of a window (after, until, since; classes that are asked for)."""
    live, restricted = Counter[int](), Counter[int]()
    for statement in (COUNTS, COUNTS_LIFTED):
        for class_id, state, number in connection.execute(statement, span):
            if state == LIVE:
                live[class_id] += number
            elif state == RESTRICTED:
                restricted[class_id] += number
            else:
                window.superseded += number
    window.current_by_class, window.restricted_by_class = dict(live), dict(restricted)


def corrected_since(connection: Connection, position: int) -> set[int]:
    """Return the incidents that something other than a revision happened to after a position."""
    correction = _L.c.entry_kind != literal_column("'recorded'")
    statement = select(_L.c.incident).where(_L.c.position > position, correction)
    return set(connection.execute(statement).scalars())


def states_of(connection: Connection, incidents: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return (current version, state) of incidents: what a release checks again inside the lock."""
    found: dict[int, tuple[int, str]] = {}
    for start in range(0, len(incidents), 500):
        part = incidents[start : start + 500]
        statement = select(_I.c.id, _I.c.version, _I.c.state).where(_I.c.id.in_(part))
        found.update({row[0]: (row[1], row[2]) for row in connection.execute(statement)})
    return found


def disclosed_in(connection: Connection, subscription: str, number: int) -> list[dict[str, Any]]:
    """Return what a release held: records and notices in their order."""
    statement = (
        select(_D)
        .where(_D.c.subscription == subscription, _D.c.number == number)
        .order_by(_D.c.sequence)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def candidates_at(connection: Connection, positions: Sequence[int]) -> dict[int, Candidate]:
    """Return the log rows at these positions that are still current and live, by position."""
    found: dict[int, Candidate] = {}
    for start in range(0, len(positions), 500):
        statement = (
            select(*CANDIDATE_COLUMNS)
            .join(_I, _I.c.id == _L.c.incident)
            .where(
                _L.c.position.in_(positions[start : start + 500]),
                _I.c.version == _L.c.version,
                _I.c.state == LIVE,
            )
        )
        found.update({row[0]: Candidate._make(row) for row in connection.execute(statement)})
    return found


def log_size(connection: Connection) -> int:
    """Return how far the log goes in this read."""
    return int(connection.execute(select(t.HEAD.c.log_size)).scalar_one())


def release_row(connection: Connection, subscription: str, number: int) -> dict[str, Any] | None:
    """Return one release of a subscription."""
    statement = select(t.RELEASE).where(
        t.RELEASE.c.subscription == subscription, t.RELEASE.c.number == number
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)
