"""Keying what was recorded before sealed halves were found by keys: downwards, in parts, begun again at will.

On a clock in ``gateway serve`` and ``gateway work``, and by ``gateway signal index``. New versions are keyed
as they are recorded and need none of this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import stamp
from gateway.log.subjects import BATCH, Filling, subject_keys_of
from gateway.store.reading import Reader
from gateway.store.subjects import IndexMark, index_mark, unkeyed
from gateway.store.writer import Writer
from policies.subject_keys import EDITION


@dataclass(frozen=True, slots=True)
class SubjectIndex:
    """Keys sealed halves that have no keys yet."""

    reader: Reader
    writer: Writer
    keys: KeyRing
    clock: Clock
    random: Callable[[int], bytes]

    def mark(self) -> IndexMark:
        """Return how far sealed halves are keyed."""
        with self.reader.connection() as connection:
            return index_mark(connection)

    def is_whole(self) -> bool:
        """Whether every sealed half is keyed."""
        return self.mark() == (EDITION, 1)

    def fill(self, actor: str = "gateway") -> int:
        """Key everything that is not; return how many sealed halves that were.

        Raises:
            StoreUnavailable: The database does not answer; what is done is done.
            SealBroken: A sealed half does not open; ``gateway verify`` says which.
        """
        done = 0
        while not self.is_whole():
            done += self._part(actor) or 0
        return done

    def _part(self, actor: str) -> int | None:
        with self.reader.connection() as connection:
            mark = index_mark(connection)
            rows = unkeyed(connection, mark.begins, BATCH) if mark.edition == EDITION else {}
        keyed = {at: subject_keys_of(self.keys, at, row) for at, row in rows.items()}
        job = Filling(
            mark,
            keyed,
            last=len(rows) < BATCH,
            actor=actor,
            at=stamp(self.clock.now()),
            nonce=self.random(16).hex(),
        )
        return self.writer.submit(job, weight=max(1, len(keyed))).result()
