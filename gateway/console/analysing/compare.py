"""Places side by side: ranked with ties, with the period before and the same a year before."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from gateway.analysis.measuring import residents_in
from gateway.clock import london_day
from gateway.console.analysing.areas import LEVEL_SAYS, Atlas, words_of
from gateway.console.analysing.asked import Asking, page_of, query_of
from gateway.console.analysing.figures import HIDDEN, KIND_SAYS, NONE, Tally, change, rules_of
from gateway.console.analysing.mapped import NO_PLACE, ordered, values_of
from gateway.console.analysing.periods import Compared, period_name
from gateway.console.charts.bars import Bar, bar_chart
from gateway.console.charts.parts import Value
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.store.populations import residents_of
from gateway.store.reading import Reader
from schemas.analysis_pages import CompareQuestion
from schemas.counted import CountedMeasure

PATH = "/console/analysis/compare"
CARRIED = "Carried"
"""Head of the column that says how much of a figure lies elsewhere."""
IN_PICTURE = 12
"""How many places the picture shows; the table has all."""


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Compare", ANALYST, NOMINATED)
    shown = partial(_told, atlas=Atlas(desk.house.reader))
    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/compare.html", CompareQuestion, shown))


def _told(asking: Asking[CompareQuestion], atlas: Atlas) -> dict[str, Any]:
    question = asking.question
    compared = Compared.of(asking.last, question.period)
    asked = asking.about(
        measure=CountedMeasure.RATE,
        place=question.level,
        set=question.set,
        on=question.on,
        period=question.period,
        first=compared.earliest,
        last=compared.last_month,
    )
    found = asking.answered(places=asked)
    tally = Tally.of(found, "places", question.kind.value)
    grouping = found.groupings["places"]
    today = london_day(asking.visit.house.clock)
    areas = atlas.grouped(question.level, today, grouping)
    periods = (compared.now, compared.before, compared.year_before)
    now, before, year = (values_of(tally, one, areas) for one in periods)
    every = [one for one in ordered(now) if one[0] != NO_PLACE]
    ranks = ranked(every)
    places = [
        one
        for one in every
        if any(values.get(one[0], NONE) != NONE for values in (now, before, year))
    ]
    rates, residents = _rates(tally, compared.now)
    if grouping is None:
        rates = _of_none(asking.visit.house.reader, compared.now, now) | rates
    one, several, by = words_of(question.level, grouping)
    title = f"{KIND_SAYS[tally.kind].capitalize()} {by}, {period_name(compared.now)}"
    none = tally.series([compared.now], lambda _: False)[0]
    return {
        "kind": KIND_SAYS[tally.kind],
        "title": title,
        "levels": [(level.value, said[0]) for level, said in LEVEL_SAYS.items()],
        "several": several,
        "by_areas": atlas.choices(question.level, today),
        "edition": areas.says,
        "picture": _picture(title, [(areas.name(code), value) for code, value in places]),
        "heads": _heads(one, compared) + ([CARRIED] if areas.beside else []),
        "rows": [
            (code, areas.name(code), [ranks[code], value.says, rates.get(code, "not known"), *rest])
            for code, value in places
            for rest in [
                _others(value, before.get(code, none), year.get(code, none))
                + ([areas.beside.get(code, "nothing")] if areas.beside else [])
            ]
        ],
        "without": len(every) - len(places),
        "residents": residents,
        "rules": rules_of(found.cells["places"]),
        "queries": {"places": query_of(asked)},
        "found": found,
    }


def _others(value: Value, before: Value, year: Value) -> list[str]:
    """Return what a figure is compared with, and the changes."""
    return [before.says, year.says, change(value, before), change(value, year)]


def _picture(title: str, places: list[tuple[str, Value]]) -> Markup:
    most = places[:IN_PICTURE]
    return bar_chart(
        "compared", title, f"The {len(most)} with most.", [Bar(name, value) for name, value in most]
    )


def _heads(one: str, compared: Compared) -> list[str]:
    return [
        one.capitalize() if one.islower() else one,
        "Rank",
        period_name(compared.now),
        "Per 1,000 residents",
        period_name(compared.before),
        period_name(compared.year_before),
        "Than the period before",
        "Than the year before",
    ]


def _rates(tally: Tally, period: str) -> tuple[dict[str, str], str]:
    """Return the rates of a period by place, and of whose residents they are."""
    cells = [one for one in tally.cells if one.period == period and one.place]
    said = sorted({one.says for one in cells if one.says})
    rates = {
        one.place or "": HIDDEN if one.count is None else f"{one.value:,.2f}"
        for one in cells
        if one.count is None or one.value is not None
    }
    return rates, "; ".join(said)


def _of_none(reader: Reader, period: str, values: Mapping[str, Value]) -> dict[str, str]:
    """Return the rates of places that have none, where their residents are known."""
    with reader.connection() as connection:
        known = residents_of(connection)
    return {
        code: f"{0:.2f}"
        for code, value in values.items()
        if value.number == 0 and residents_in(known.get(code, ()), int(period[:4]))
    }


def ranked(places: list[tuple[str, Value]]) -> dict[str, str]:
    """Return the rank of each place, equals sharing one («=2»); of what is not shown there is none."""
    numbers = [value.number for _, value in places]
    ranks = {}
    for code, value in places:
        if value.number is None:
            ranks[code] = "not ranked"
            continue
        rank = 1 + sum(one is not None and one > value.number for one in numbers)
        ranks[code] = f"={rank}" if numbers.count(value.number) > 1 else str(rank)
    return ranks
