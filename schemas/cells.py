"""Cells: the levels of place and time at which records leave where a minimum cell (k) is asked for."""

from __future__ import annotations

from enum import StrEnum

from schemas.base import Word


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
