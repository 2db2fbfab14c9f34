"""Which incident at its place a row is: counted inside the recording transaction, kept as a band.

A place is 16 bytes under a key that the database does not hold, one a feed and quarter. Only an
incident's first version counts; a revision keeps the band of the version before it. Counts of quarters
that ended more than a year ago are deleted.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.log.entries import Entry
from gateway.store.tx import Standing, Tx
from policies.repeats import band

KEPT_QUARTERS = 4
"""Quarters before the present one whose counts are kept: what is usual for repeats is twelve months."""
_QUARTERS = 4


def oldest_counted(quarter: str) -> str:
    """Return the oldest quarter whose places are counted while ``quarter`` is the present one."""
    number = int(quarter[:4]) * _QUARTERS + int(quarter[5]) - 1 - KEPT_QUARTERS
    return f"{number // _QUARTERS:04d}Q{number % _QUARTERS + 1}"


class Repeats:
    """The places of one push. Made anew each time the recording job runs."""

    def __init__(
        self, tx: Tx, keyed: Sequence[tuple[bytes, Entry]], known: dict[bytes, Standing]
    ) -> None:
        wanted: dict[str, dict[bytes, None]] = {}
        revised: list[int] = []
        for key, entry in keyed:
            before = known.get(key)
            if before is None:
                if entry.place is not None:
                    wanted.setdefault(entry.quarter, {})[entry.place] = None
            elif before.content_hmac != entry.content_hmac:
                revised.append(before.position)
        self._seen = {
            (quarter, place): seen
            for quarter, places in wanted.items()
            for place, seen in tx.place_counts(quarter, list(places)).items()
        }
        self._bands = tx.repeats_at(revised) if revised else {}
        self._counted: set[tuple[str, bytes]] = set()

    def first(self, entry: Entry, position: int) -> str | None:
        """Count a first version at ``position`` and return its band."""
        told = None
        if entry.place is not None:
            at = entry.quarter, entry.place
            self._seen[at] = number = self._seen.get(at, 0) + 1
            self._counted.add(at)
            told = band(number).value
        self._bands[position] = told
        return told

    def revision(self, before: int, position: int) -> str | None:
        """Return the band of the version at ``before`` for its revision at ``position``."""
        self._bands[position] = told = self._bands[before]
        return told

    def keep(self, tx: Tx, oldest: str) -> None:
        """Write the counts, and delete those of quarters before ``oldest``."""
        if self._counted:
            counts = [(*at, self._seen[at]) for at in sorted(self._counted)]
            tx.keep_place_counts(counts, oldest)
