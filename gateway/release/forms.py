"""Gives rows the form of their subscription's lane, opening sealed halves where that lane reads them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.keys.ring import KeyRing
from gateway.law.book import Edition
from gateway.release.decided import Decided
from gateway.release.leaves import Record
from gateway.release.treated import names_for, treat, treat_in_cells, treat_under_115
from gateway.release.windows import leaves_in_cells
from gateway.store.opening import sealed_at
from gateway.store.releasing import Candidate
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Rendered:
    """A release in its form: what a page is made of."""

    subscription: Subscription
    number: int
    at: int
    """When the release was made, in seconds since 1970."""
    lines: Sequence[bytes]
    """JSON of each notice and then of each record."""
    notices: int
    """How many of the lines are notices."""
    rows: Sequence[Candidate]
    """The row of each record."""
    decided: Decided
    edition: Edition
    log_size: int
    """How far the log went where the rows were read: what happened after it is looked at."""


class Forms:
    """Renders records with the keys of one gateway."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def records(
        self,
        connection: Any,  # noqa: ANN401 - a connection lent by the reader
        rows: Sequence[Candidate],
        decided: Decided,
        edition: Edition,
        subscription: Subscription,
        coarsened: Container[int] = (),
    ) -> Sequence[Record]:
        """Return the records of rows that may go, inside the read that found them."""
        names = names_for(self._keys, subscription.partner, edition.eras)
        if leaves_in_cells(subscription):
            cells = subscription.cells
            return treat_in_cells(rows, decided.classes, edition.law, names, cells, coarsened)
        if subscription.lane is not Lane.PERSONAL:
            return treat(rows, decided.classes, edition.law, names)
        sealed = sealed_at(connection, [row.position for row in rows])
        return treat_under_115(rows, decided, edition.law, names, sealed, self._keys)
