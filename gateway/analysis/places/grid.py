"""Squares of the British National Grid, for maps where no edition of areas stands.

A square is half-open: its west and south side are its own, the others its neighbours', so that every point
lies in exactly one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gateway.intake.outlines import Pair, to_degrees, to_metres

Size = Literal[500, 1000]
"""Metres: the side of a square."""

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_HUNDRED_KM = 100_000
_HUNDRED_M, _ONE_KM = 100, 1_000


class Square(NamedTuple):
    """One square: the metres (EPSG:27700) of its south-west corner, and its side."""

    easting: int
    northing: int
    size: int

    @property
    def name(self) -> str:
        """The grid reference of the corner: «SK 53 19» for a kilometre, «SK 535 195» for half of one."""
        east, north = divmod(self.easting, _HUNDRED_KM), divmod(self.northing, _HUNDRED_KM)
        across, down = east[0], 19 - north[0]
        first = _LETTERS[down - down % 5 + (across + 10) // 5]
        second = _LETTERS[down * 5 % 25 + across % 5]
        unit, digits = (_ONE_KM, 2) if self.size % _ONE_KM == 0 else (_HUNDRED_M, 3)
        return f"{first}{second} {east[1] // unit:0{digits}} {north[1] // unit:0{digits}}"

    @property
    def key(self) -> str:
        """A name without blanks, as ``sk5319`` or ``sk535195``."""
        return self.name.replace(" ", "").lower()

    def ring(self) -> list[Pair]:
        """Return the corners in degrees, anticlockwise from the south-west, the first again at the end.

        Raises:
            ValueError: It lies outside Great Britain.
        """
        e, n, s = float(self.easting), float(self.northing), self.size
        corners = to_degrees([(e, n), (e + s, n), (e + s, n + s), (e, n + s)])
        found = [one for one in corners if one is not None]
        if len(found) < len(corners):
            message = "the square lies outside Great Britain"
            raise ValueError(message)
        return [*found, found[0]]


def square_of(easting: float, northing: float, size: Size) -> Square:
    """Return the one square that holds a point in metres."""
    return Square(int(easting // size) * size, int(northing // size) * size, size)


@dataclass(frozen=True, slots=True)
class Gridded:
    """How many of some points lie in each square, and how many places had no point to be put on a grid."""

    counts: Counter[Square]
    without: int


def gridded(degrees: Sequence[Pair], size: Size, without: int = 0) -> Gridded:
    """Put points (longitude, latitude) on the grid.

    Args:
        degrees: One a record: the map point that left with it, never an exact place.
        size: Metres of a side.
        without: Records that left without a point.
    """
    metres = to_metres(degrees)
    counts = Counter(square_of(*one, size) for one in metres if one is not None)
    return Gridded(counts, without + sum(one is None for one in metres))


def covering(squares: Iterable[Square]) -> list[Square]:
    """Return all squares of the rectangle round some, row by row from the south-west."""
    listed = list(squares)
    if not listed:
        return []
    size = listed[0].size
    easts = range(
        min(one.easting for one in listed), max(one.easting for one in listed) + size, size
    )
    norths = range(
        min(one.northing for one in listed), max(one.northing for one in listed) + size, size
    )
    return [Square(east, north, size) for north in norths for east in easts]
