"""How far the figures can be trusted: coverage by source and month, places, what is hidden, and editions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.analysis.counting import Coverage
from gateway.console.analysing.asked import Asking, counts_himself, page_of, query_of
from gateway.console.analysing.figures import KIND_SAYS, Tally, rules_of
from gateway.console.analysing.periods import months, period_name
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from schemas.analysis_pages import QualityQuestion
from schemas.counted import CountedBehaviour, CountedPlace, Split, StatisticsQuestion

PATH = "/console/analysis/quality"
_LEVELS = (CountedPlace.LSOA, CountedPlace.MSOA, CountedPlace.WARD, CountedPlace.DISTRICT)


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Quality and coverage", ANALYST, NOMINATED)
    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/quality.html", QualityQuestion, told))


def told(asking: Asking[QualityQuestion]) -> dict[str, Any]:
    """Return what the page shows."""
    kind = asking.question.kind.value
    periods = months(asking.last, asking.question.months)
    span = {"first": periods[0], "last": periods[-1]}
    asked = {
        "finest": asking.about(place="district", by=CountedBehaviour.BEHAVIOUR, **span),
        **{level.value: asking.about(place=level, **span) for level in _LEVELS},
    }
    if counts_himself(asking.subscription):
        asked["source"] = asking.about(place="none", split=Split.SOURCE, **span)
    found = asking.answered(**asked)
    named = Tally.of(found, "finest", kind)
    by_level = [Tally.of(found, level.value, kind) for level in _LEVELS]
    return {
        "kind": KIND_SAYS[kind],
        "known": [
            [
                period_name(one),
                named.value(one, lambda cell: bool(cell.behaviour)).says,
                named.value(one, lambda cell: not cell.behaviour).says,
                *(tally.value(one, lambda cell: bool(cell.place)).says for tally in by_level),
            ]
            for one in reversed(periods)
        ],
        "coverage": _covered(found.coverage.get("source"), kind),
        "sources": _sources(Tally.of(found, "source", kind), periods)
        if "source" in asked
        else None,
        "rules": rules_of(cell for cells in found.cells.values() for cell in cells),
        "queries": _queries(asked),
        "found": found,
    }


def _queries(asked: dict[str, StatisticsQuestion]) -> dict[str, str]:
    return {name: query_of(one) for name, one in asked.items()}


def _covered(coverage: Sequence[Coverage] | None, kind: str) -> list[list[str]] | None:
    """Rows of the coverage by month, the newest first; None where published editions hold none."""
    if coverage is None:
        return None
    return [
        [
            period_name(one.period),
            *(
                f"{number:,}"
                for number in (
                    one.rows,
                    one.mapped,
                    one.ambiguous,
                    one.unclassified,
                    one.class_only,
                )
            ),
            f"{one.mapped / one.rows:.0%}" if one.rows else "none",
        ]
        for one in sorted(coverage, key=lambda one: one.period, reverse=True)
        if one.kind == kind
    ]


def _sources(tally: Tally, periods: Sequence[str]) -> dict[str, Any]:
    """Incidents of each source by month: when one of them began, or fell silent, is seen here."""
    names = sorted({one.split or "" for one in tally.cells})
    return {
        "heads": ["Month", *names],
        "rows": [
            [
                period_name(period),
                *(tally.of_split(name).value(period).says for name in names),
            ]
            for period in reversed(periods)
        ],
    }
