"""Who counts as near: queen contiguity of squares, a distance band, contiguity of outlines; itself always.

Binary and symmetric. Every list holds the place itself (the star of Gi*), so a place without neighbours
(an island) is compared by its own count alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Square = tuple[int, int]
"""Column and row of a square: easting and northing of its south-west corner over its side."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of places by number, each with itself: ``near[i]`` is near ``of[i]``. Sorted by both."""

    size: int
    of: npt.NDArray[np.int64]
    near: npt.NDArray[np.int64]

    def counts(self) -> npt.NDArray[np.int64]:
        """How many places are near each, itself among them."""
        return np.bincount(self.of, minlength=self.size)

    def sums(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Add the values of all places near each, its own among them."""
        added = np.bincount(self.of, weights=values[self.near], minlength=self.size)
        return added.astype(np.float64, copy=False)

    def islands(self) -> list[int]:
        """Places that are near nothing but themselves."""
        return [int(one) for one in np.flatnonzero(self.counts() == 1)]


def of_squares(squares: Sequence[Square], reach: float = 1.5) -> Neighbours:
    """Return which squares are near which.

    Args:
        squares: Distinct squares.
        reach: Greatest distance of two centres, in sides of a square; 1.5 is queen contiguity.
    """
    number = {square: place for place, square in enumerate(squares)}
    far = int(reach)
    steps = [
        (across, up)
        for across in range(-far, far + 1)
        for up in range(-far, far + 1)
        if across * across + up * up <= reach * reach
    ]
    pairs = [
        (place, number[column + across, row + up])
        for (column, row), place in number.items()
        for across, up in steps
        if (column + across, row + up) in number
    ]
    return _made(len(number), pairs)


def of_outlines(outlines: Sequence[shapely.Geometry]) -> Neighbours:
    """Return which areas touch or overlap, by their outlines."""
    shapes = np.array(outlines, dtype=object)
    pairs = {(place, place) for place in range(len(shapes))}
    if len(shapes):
        of, near = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs |= set(zip(of.tolist(), near.tolist(), strict=True))
    return _made(len(shapes), sorted(pairs))


def _made(size: int, pairs: Sequence[tuple[int, int]]) -> Neighbours:
    both = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return Neighbours(size, both[:, 0], both[:, 1])
