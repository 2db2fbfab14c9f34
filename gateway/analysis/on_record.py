"""Putting an answer on record: one leaf, sealed only while law and records are those it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.errors import StoreUnavailable
from gateway.ledger.leaf import Operation, leaf
from gateway.release.disclosed import Stale
from gateway.store.releasing import states_of
from gateway.store.tx import Tx

MAX_DRAFTS = 8
"""How often an answer that went stale is worked out anew before the caller is asked to come again."""
_LIVE = "live"
Answer = TypeVar("Answer")


def until_it_stands(answer: Callable[[], Answer]) -> Answer:
    """Work an answer out, and anew where law or records moved before it was on record.

    Raises:
        StoreUnavailable: They moved faster than it could be answered.
    """
    for _ in range(MAX_DRAFTS):
        try:
            return answer()
        except Stale:
            continue
    raise StoreUnavailable


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The job that seals the leaf of an answer."""

    operation: Operation
    epoch: int
    """Of the law by which it was decided."""
    said: Mapping[str, Any]
    rows: Mapping[int, int] = field(default_factory=dict)
    """Version of each incident that is in it; none where it holds counts alone."""

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf; return its index.

        Raises:
            Stale: Law or records moved since they were read.
        """
        states = states_of(tx.connection, list(self.rows)) if self.rows else {}
        moved = any(states[one] != (version, _LIVE) for one, version in self.rows.items())
        if moved or tx.head.law_epoch != self.epoch:
            raise Stale
        return tx.seal(leaf(self.operation, log_size=tx.head.log_size, **self.said))
