"""An edition of geography enters the house: its rows, one ledger leaf, a new epoch of the law.

The epoch makes every running process load it. An edition replaces nothing, since areas that left with
an edition's codes must stay explainable; another content under the same edition is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.store import tables as t
from gateway.store.tx import Tx

POINTS = "points"
"""The kind of an edition of map points."""

ADDRESSES = "addresses"
"""The kind of an edition of map points with the addresses that each stands for."""

POSTCODES = ("code-point-open", "onspd")
"""The kinds of lists of postcodes; every kind beside these and ``POPULATION`` is one of areas."""


class Resident(NamedTuple):
    """How many live in one area in one year, as it is stored."""

    code: str
    year: int
    number: int


class EditionTaken(Exception):
    """The edition is loaded with another content."""


class Area(NamedTuple):
    """One area as it is stored."""

    code: str
    name: str
    wkb: bytes


class Point(NamedTuple):
    """One map point as it is stored."""

    longitude: float
    latitude: float
    district: str
    addresses: int | None = None


class Postcode(NamedTuple):
    """One postcode as it is stored."""

    postcode: str
    longitude: float | None
    latitude: float | None
    lsoa_code: str | None
    msoa_code: str | None
    ward_code: str | None
    district_code: str | None


@dataclass(frozen=True, slots=True)
class PutGeography:
    """The job that stores an edition. Callable as a job of the writer; may be called again."""

    kind: str
    edition: str
    sha256: str
    loaded_at: int
    act: Act
    areas: Sequence[Area] = ()
    points: Sequence[Point] = ()
    postcodes: Sequence[Postcode] = ()
    residents: Sequence[Resident] = ()
    notes: str | None = None
    """How it was read: editions of a list's codes, what was kept of it (canonical JSON)."""

    def __call__(self, tx: Tx) -> bool:
        """Store it; return False where it is stored already.

        Raises:
            EditionTaken: Another content stands under this kind and edition.
            LeafRefused: The ledger does not take the edition's name.
        """
        named = {"kind": self.kind, "edition": self.edition}
        before = tx.one(t.GEOGRAPHY, named)
        if before is not None:
            if (before["sha256"], before["notes"]) != (self.sha256, self.notes):
                raise EditionTaken
            return False
        sealed = self._leaf()
        rest = {"sha256": self.sha256, "loaded_at": self.loaded_at, "notes": self.notes}
        tx.add(t.GEOGRAPHY, [{**named, **rest}])
        stored = tx.one(t.GEOGRAPHY, named)
        key: dict[str, Any] = {"geography": stored["id"] if stored else None}
        tx.add(t.GEOGRAPHY_AREA, ({**key, **area._asdict()} for area in self.areas))
        tx.add(t.GEOGRAPHY_POINT, ({**key, **point._asdict()} for point in self.points))
        tx.add(t.GEOGRAPHY_POPULATION, ({**key, **one._asdict()} for one in self.residents))
        if stored and self.postcodes:
            tx.keep_postcodes(stored["id"], self.postcodes)
        tx.seal(sealed)
        tx.raise_law_epoch()
        return True

    def _leaf(self) -> bytes:
        if self.postcodes or self.residents:
            counted = {"count": len(self.postcodes) + len(self.residents)}
        else:
            counted = {"points": len(self.points)} if self.points else {"features": len(self.areas)}
        return leaf(
            Operation.GEOGRAPHY,
            at=self.act.stamp,
            actor=self.act.actor,
            nonce=self.act.nonce,
            change="added",
            area_kind=self.kind,
            edition=self.edition,
            file_sha256=self.sha256,
            **counted,
        )
