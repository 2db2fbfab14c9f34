"""The first page of an analyst: how much there was last, what changed, where, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from gateway.analysis.counting import Coverage
from gateway.clock import london_day
from gateway.console.analysing.areas import Areas, Atlas
from gateway.console.analysing.asked import Asking, page_of, query_of
from gateway.console.analysing.figures import (
    KIND_SAYS,
    Tally,
    behaviour_name,
    compared_with,
    incidents,
    rules_of,
)
from gateway.console.analysing.mapped import NO_PLACE
from gateway.console.analysing.periods import (
    Compared,
    month_back,
    months,
    period_name,
    period_short,
)
from gateway.console.charts.bars import Bar, bar_chart
from gateway.console.charts.lines import Line, line_chart
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from schemas.analysis_pages import OverviewQuestion
from schemas.codes import Kind
from schemas.counted import CountedBehaviour, CountedPlace

PATH = "/console/analysis"
MONTHS = 24
"""Of the trend."""
PLACES = 10
"""How many of the places with most."""


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Overview", ANALYST, NOMINATED)
    shown = partial(told, atlas=Atlas(desk.house.reader))
    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/overview.html", OverviewQuestion, shown))


def told(asking: Asking[OverviewQuestion], atlas: Atlas) -> dict[str, Any]:
    """Return what the page shows."""
    period = asking.question.period
    compared = Compared.of(asking.last, period)
    now, ends = compared.now, compared.last_month
    begins = min(month_back(ends, MONTHS - 1), compared.earliest)
    months_in = {"first": compared.first_month, "last": ends}
    questions = {
        "trend": asking.about(place="district", first=begins, last=ends),
        "totals": asking.about(place="district", period=period, first=begins, last=ends),
        "areas": asking.about(
            place="district", period=period, by=CountedBehaviour.AREA, **months_in
        ),
        "places": asking.about(place=CountedPlace.LSOA, period=period, **months_in),
    }
    found = asking.answered(**questions)
    kind = asking.question.kind.value
    totals = Tally.of(found, "totals", kind)
    figure = totals.value(now)
    areas = atlas.areas(CountedPlace.LSOA, london_day(asking.visit.house.clock))
    every = [cell for cells in found.cells.values() for cell in cells]
    return {
        "period": period.value,
        "now": period_name(now),
        "kind": KIND_SAYS[kind],
        "figure": figure,
        "counted": incidents(figure, kind),
        "changes": [
            compared_with(figure, totals.value(other), period_name(other))
            for other in (compared.before, compared.year_before)
        ],
        "kinds": [(KIND_SAYS[one], Tally.of(found, "totals", one).value(now).says) for one in Kind],
        "trend": _trend(Tally.of(found, "trend", kind), months(ends, MONTHS)),
        "areas": _areas(Tally.of(found, "areas", kind), now),
        "places": _places(Tally.of(found, "places", kind), now, areas),
        "coverage": _coverage(found.coverage.get("areas"), kind, now),
        "edition": areas.says,
        "rules": rules_of(every),
        "queries": {name: query_of(one) for name, one in questions.items()},
        "found": found,
    }


def _trend(tally: Tally, periods: Sequence[str]) -> dict[str, Any]:
    values = tally.series(periods)
    labels = [period_short(one) for one in periods]
    title = f"{KIND_SAYS[tally.kind].capitalize()}, month by month"
    shown = [(one.number, label) for one, label in zip(values, labels, strict=True) if one.number]
    most, least = (max(shown)[1], min(shown)[1]) if shown else ("none", "none")
    describes = f"A line over {len(labels)} months; most in {most}, fewest in {least}."
    return {
        "picture": line_chart("trend", title, describes, labels, [Line("Incidents", values)]),
        "title": title,
        "rows": [
            [period_name(one), value.says] for one, value in zip(periods, values, strict=True)
        ][::-1],
    }


def _areas(tally: Tally, now: str) -> dict[str, Any]:
    split = tally.split(now, lambda one: behaviour_name(one.behaviour))
    title = f"By area of the typology, {period_name(now)}"
    return {
        "picture": bar_chart(
            "areas", title, "One bar an area.", [Bar(name, value) for name, value in split]
        ),
        "title": title,
        "rows": [[name, value.says] for name, value in split],
    }


def _places(tally: Tally, now: str, areas: Areas) -> dict[str, Any]:
    split = tally.split(now, lambda one: areas.name(one.place) if one.place else NO_PLACE)
    top = [one for one in split if one[0] != NO_PLACE][:PLACES]
    title = f"LSOAs with most, {period_name(now)}"
    return {
        "picture": bar_chart(
            "places", title, "One bar a place.", [Bar(name, value) for name, value in top]
        ),
        "title": title,
        "of": len(split),
        "rows": [[name, value.says] for name, value in top],
    }


def _coverage(coverage: Sequence[Coverage] | None, kind: str, now: str) -> list[list[str]]:
    """Return how the rows behind the figures could be mapped; empty where editions hold none."""
    rows = [one for one in coverage or () if (one.kind, one.period) == (kind, now)]
    whole = sum(one.rows for one in rows)
    parts = (
        ("Mapped to a behaviour", sum(one.mapped for one in rows)),
        ("Ambiguous between several", sum(one.ambiguous for one in rows)),
        (
            "Unclassified, the class of the police alone is known",
            sum(one.class_only for one in rows),
        ),
        ("Unclassified, with no class either", sum(one.unclassified for one in rows)),
    )
    return (
        [[name, f"{number:,}", f"{number / whole:.0%}"] for name, number in parts] if whole else []
    )
