"""Cells: the levels of place and time at which records leave where a minimum cell (k) is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from schemas.base import Word

LEAST_CELL = 5
"""k for whoever gets depersonalised records otherwise than under section 17A or as open data."""


class CellPlace(StrEnum):
    """Areas, finest first."""

    LSOA = "lsoa"
    MSOA = "msoa"
    WARD = "ward"
    DISTRICT = "district"


class CellTime(StrEnum):
    """Stretches of the calendar of Europe/London, shortest first; also how often a period closes."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"


class Cells(Word):
    """What one cell is: place × time × source.

    The levels are fixed by the request, published with it, and never searched anew from one release to
    the next, so that two releases cannot be laid over each other (policy.md §3).
    """

    place: CellPlace = CellPlace.MSOA
    time: CellTime = CellTime.MONTH

    @property
    def places(self) -> tuple[CellPlace, ...]:
        """Areas that tell no more than this one: itself and what is made of whole ones of it."""
        return NO_FINER[self.place]

    @property
    def times(self) -> tuple[CellTime, ...]:
        """Stretches that tell no more than this one."""
        return tuple(CellTime)[tuple(CellTime).index(self.time) :]


NO_FINER: Mapping[CellPlace, tuple[CellPlace, ...]] = MappingProxyType(
    {
        CellPlace.LSOA: tuple(CellPlace),
        # an MSOA and a ward cut each other: neither is the coarser one
        CellPlace.MSOA: (CellPlace.MSOA, CellPlace.DISTRICT),
        CellPlace.WARD: (CellPlace.WARD, CellPlace.DISTRICT),
        CellPlace.DISTRICT: (CellPlace.DISTRICT,),
    }
)
"""Area → those that are no finer."""

FINEST = Cells(place=CellPlace.LSOA, time=CellTime.DAY)
"""Where an agreement says nothing of the levels: every one may be asked for."""
