"""How far the figures can be trusted: what is said of each incident, what is hidden and why, and editions."""

from __future__ import annotations

from typing import Any

from gateway.console.analysing.asked import Asking, page_of, query_of
from gateway.console.analysing.figures import KIND_SAYS, Tally, rules_of
from gateway.console.analysing.periods import months, period_name
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from schemas.analysis_pages import QualityQuestion
from schemas.counted import CountedBehaviour, CountedPlace

PATH = "/console/analysis/quality"


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Quality and coverage", ANALYST, NOMINATED)
    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/quality.html", QualityQuestion, told))


def told(asking: Asking[QualityQuestion]) -> dict[str, Any]:
    """Return what the page shows."""
    kind = asking.question.kind.value
    periods = months(asking.last, asking.question.months)
    asked = {
        "finest": asking.about(
            place="district", by=CountedBehaviour.BEHAVIOUR, first=periods[0], last=periods[-1]
        ),
        "placed": asking.about(place=CountedPlace.LSOA, first=periods[0], last=periods[-1]),
    }
    found = asking.answered(**asked)
    named = Tally.of(found, "finest", kind)
    placed = Tally.of(found, "placed", kind)
    return {
        "kind": KIND_SAYS[kind],
        "rows": [
            [
                period_name(one),
                named.value(one, lambda cell: bool(cell.behaviour)).says,
                named.value(one, lambda cell: not cell.behaviour).says,
                placed.value(one, lambda cell: bool(cell.place)).says,
                placed.value(one, lambda cell: not cell.place).says,
            ]
            for one in reversed(periods)
        ],
        "rules": rules_of([*found.cells["finest"], *found.cells["placed"]]),
        "queries": {name: query_of(one) for name, one in asked.items()},
        "found": found,
    }
