"""One place on one page, to print for a Joint Action Group: how much, what, and where it ranks."""

from __future__ import annotations

from functools import partial
from typing import Any

from gateway.clock import london_day
from gateway.console.analysing.areas import LEVEL_SAYS, Atlas, words_of
from gateway.console.analysing.asked import Asking, page_of, query_of
from gateway.console.analysing.compare import ranked
from gateway.console.analysing.figures import (
    KIND_SAYS,
    Tally,
    behaviour_name,
    compared_with,
    incidents,
    rules_of,
)
from gateway.console.analysing.mapped import NO_PLACE, ordered, values_of
from gateway.console.analysing.periods import Compared, months, period_name, period_short
from gateway.console.charts.bars import Bar, bar_chart
from gateway.console.charts.lines import Line, line_chart
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.errors import NotFound
from schemas.analysis_pages import PlaceQuestion
from schemas.counted import CountedBehaviour, CountedPeriod

PATH = "/console/analysis/place"
_SORT = 3
"""Characters of a GSS code that say of which sort an area is."""


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "One place", ANALYST, NOMINATED)
    shown = partial(_told, atlas=Atlas(desk.house.reader))
    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/place.html", PlaceQuestion, shown))


def _told(asking: Asking[PlaceQuestion], atlas: Atlas) -> dict[str, Any]:
    question = asking.question
    compared = Compared.of(asking.last, CountedPeriod.QUARTER)
    periods = months(asking.last, question.months)
    of = {"place": question.level, "set": question.set, "on": question.on}
    asked = {
        "months": asking.about(**of, first=periods[0], last=periods[-1]),
        "quarters": asking.about(
            **of,
            period=CountedPeriod.QUARTER,
            first=compared.earliest,
            last=compared.last_month,
        ),
        "parts": asking.about(
            **of,
            period=CountedPeriod.QUARTER,
            by=CountedBehaviour.BEHAVIOUR,
            first=compared.first_month,
            last=compared.last_month,
        ),
    }
    found = asking.answered(**asked)
    kind = question.kind.value
    grouping = found.groupings["quarters"]
    today = london_day(asking.visit.house.clock)
    areas = atlas.grouped(question.level, today, grouping)
    quarters = Tally.of(found, "quarters", kind)
    values = values_of(quarters, compared.now, areas)
    places = [one for one in ordered(values) if one[0] != NO_PLACE]
    code = question.place
    named = {cell.place for cells in found.cells.values() for cell in cells} | values.keys()
    if code not in named:
        # the form named a place of other areas, or none; of these areas there is none of that code
        if code is not None and any(code[:_SORT] == one[0][:_SORT] for one in places):
            raise NotFound
        code = places[0][0] if places else None
    one, several, _ = words_of(question.level, grouping)
    shown: dict[str, Any] = {
        "kind": KIND_SAYS[kind],
        "level": one,
        "several": several,
        "by_areas": atlas.choices(question.level, today),
        "carried": areas.beside.get(code or "", ""),
        "levels": [(level.value, said[0]) for level, said in LEVEL_SAYS.items()],
        "code": code,
        "named": areas.name(code) if code else "",
        "places": sorted((areas.name(place), place) for place, _ in places),
        "edition": areas.says,
        "rules": rules_of(cell for cells in found.cells.values() for cell in cells),
        "queries": {name: query_of(one) for name, one in asked.items()},
        "found": found,
    }
    if code is not None:
        here = [Tally.of(found, name, kind).of_place(code) for name in asked]
        shown |= _profile(here, compared, periods)
        shown["rank"] = ranked(places).get(code, "not ranked")
        shown["of"] = sum(value.number is not None for _, value in places)
    return shown


def _profile(here: list[Tally], compared: Compared, periods: list[str]) -> dict[str, Any]:
    """Return what is told of one place: figure, changes, trend and parts."""
    by_month, by_quarter, parts = here
    figure = by_quarter.value(compared.now)
    others = [(one, by_quarter.value(one)) for one in (compared.before, compared.year_before)]
    split = parts.split(compared.now, lambda cell: behaviour_name(cell.behaviour))
    values = by_month.series(periods)
    trend = f"Month by month, {period_short(periods[0])} to {period_short(periods[-1])}"
    what = f"By behaviour, {period_name(compared.now)}"
    return {
        "figure": figure,
        "counted": incidents(figure, by_quarter.kind),
        "now": period_name(compared.now),
        "changes": [compared_with(figure, one, period_name(at)) for at, one in others],
        "trend": {
            "title": trend,
            "picture": line_chart(
                "trend",
                trend,
                "A line through the months.",
                [period_short(one) for one in periods],
                [Line("Incidents", values)],
            ),
            "rows": [
                [period_name(one), value.says] for one, value in zip(periods, values, strict=True)
            ][::-1],
        },
        "parts": {
            "title": what,
            "picture": bar_chart(
                "parts", what, "One bar a behaviour.", [Bar(name, value) for name, value in split]
            ),
            "rows": [[name, value.says] for name, value in split],
        },
    }
