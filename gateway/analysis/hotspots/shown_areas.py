"""Hotspots for readers of statistics: over areas, and from published figures alone.

What is worked out from figures that everybody was shown tells nothing more. Gi* compares each place with the
mean of all, so one hidden cell hides the whole of it; then those that are shown are ranked, and that is all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import shapely

from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.hotspots.found import Found, found, not_tested
from gateway.analysis.hotspots.neighbours import of_outlines
from gateway.analysis.hotspots.top_places import Ranking, top_places
from gateway.analysis.statistics import answered
from gateway.errors import LawRefuses
from gateway.intake.geography import district_in
from gateway.store.populations import residents_of
from schemas.counted import CountedPeriod, CountedPlace, StatisticsQuestion
from schemas.hotspots import HotspotQuestion

_PLAIN = {
    "id": "statistics.whole_totals_only",
    "says": "Published tables count all behaviours and sources; one less could be subtracted from them.",
    "cites": "Data Protection Act 2018 s.57(3)",
}
HIDDEN = "A figure among them is hidden, and every Gi* rests on all: none is computed."
NO_OUTLINES = "No outlines of these areas are loaded: nobody can say which are neighbours."


@dataclass(frozen=True, slots=True)
class OfAreas:
    """What is found of areas."""

    found: Found
    top: Ranking
    hidden: int
    """How many areas have a hidden figure."""
    edition: str | None
    """Edition of the outlines."""
    editions: tuple[str, ...]
    """Published editions that it is read from."""
    classes: frozenset[int]

    def says(self) -> list[str]:
        """Say it in plain words."""
        said = self.found.says("areas")
        if self.hidden:
            said.append(f"{self.hidden} areas have a hidden figure and stand in no ranking.")
        return said


def of_published(desk: Desk, question: HotspotQuestion, entitled: Entitled) -> OfAreas:
    """Work it out; nothing is on record yet.

    Raises:
        LawRefuses: It asks by more than the kind, or the editions hold what is not the reader's.
    """
    if not question.is_plain:
        raise LawRefuses(extra={"conditions": [_PLAIN]})
    asked = StatisticsQuestion(
        subscription=question.subscription,
        place=CountedPlace.LSOA,
        period=CountedPeriod.QUARTER,
        first=question.first,
        last=question.last,
        kind=(question.kind,),
    )
    told = answered(desk, asked, entitled)
    cells = [one for one in told.cells if one.place is not None]
    by_quarter: dict[str, dict[str, int | None]] = defaultdict(dict)
    for one in cells:
        by_quarter[one.period][str(one.place)] = one.count
    outlines, edition = _outlines(desk, {str(one.place) for one in cells})
    names = sorted({str(one.place) for one in cells} | outlines.keys())
    counts = [_sum([quarter.get(name, 0) for quarter in by_quarter.values()]) for name in names]
    shown = {name: count for name, count in zip(names, counts, strict=True) if count is not None}
    worked = _worked(names, counts, by_quarter, outlines)
    return OfAreas(
        worked,
        top_places(shown, question.top, _residents(desk)),
        len(names) - len(shown),
        edition,
        told.editions,
        told.classes,
    )


def _residents(desk: Desk) -> dict[str, float]:
    """Return who live where, by the newest year that is loaded."""
    with desk.reader.connection() as connection:
        return {code: years[0].number for code, years in residents_of(connection).items()}


def _worked(
    names: list[str],
    counts: list[int | None],
    by_quarter: Mapping[str, Mapping[str, int | None]],
    outlines: Mapping[str, bytes],
) -> Found:
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return not_tested(names, counts, HIDDEN)
    if not set(names) <= outlines.keys():
        return not_tested(names, counts, NO_OUTLINES)
    near = of_outlines(list(shapely.from_wkb([outlines[name] for name in names])))
    quarters = {
        quarter: [shown.get(name) or 0 for name in names]
        for quarter, shown in sorted(by_quarter.items())
    }
    return found(names, known, near, quarters)


def _sum(parts: list[int | None]) -> int | None:
    known = [one for one in parts if one is not None]
    return sum(known) if len(known) == len(parts) else None


def _outlines(desk: Desk, codes: set[str]) -> tuple[dict[str, bytes], str | None]:
    """Return the outlines of the districts of these areas, those without any incident among them."""
    loaded = [row for row in desk.reader.geographies() if row["kind"] == "lsoa"]
    for row in sorted(loaded, key=lambda one: one["edition"], reverse=True):
        areas = desk.reader.areas(row["id"])
        if codes <= {code for code, _, _ in areas}:
            districts = {district_in(name) for code, name, _ in areas if code in codes}
            inside = {
                code: wkb
                for code, name, wkb in areas
                if code in codes or (district_in(name) or "") in districts - {None}
            }
            return inside, f"lsoa:{row['edition']}"
    return {}, None
