"""Where: a map of every place of a level, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from gateway.analysis.pictures.cells import Cell as Drawn
from gateway.analysis.pictures.cells import Told
from gateway.analysis.pictures.maps import choropleth
from gateway.analysis.pictures.tiles import cartogram
from gateway.analysis.places.standing import area_kind
from gateway.analysis.shown import Shown
from gateway.clock import london_day
from gateway.console.analysing.areas import LEVEL_SAYS, Areas, Atlas, words_of
from gateway.console.analysing.asked import Asking, page_of, query_of
from gateway.console.analysing.figures import KIND_SAYS, Tally, rules_of
from gateway.console.analysing.periods import Compared, period_name
from gateway.console.charts.parts import Value
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.console.words import when
from gateway.law.area_documents import tile_layouts
from schemas.analysis_pages import MapQuestion
from schemas.areas import TileLayout

PATH = "/console/analysis/map"
NO_PLACE = "No place known"
NOT_MADE = Value(None, "not known", missing=True)


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Map", ANALYST, NOMINATED)
    atlas = Atlas(desk.house.reader)

    def told(asking: Asking[MapQuestion]) -> dict[str, Any]:
        return _told(asking, atlas)

    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/map.html", MapQuestion, told))


def _told(asking: Asking[MapQuestion], atlas: Atlas) -> dict[str, Any]:
    question = asking.question
    compared = Compared.of(asking.last, question.period)
    asked = asking.about(
        place=question.level,
        set=question.set,
        on=question.on,
        period=question.period,
        first=compared.first_month,
        last=compared.last_month,
    )
    found = asking.answered(places=asked)
    tally = Tally.of(found, "places", question.kind.value)
    grouping = found.groupings["places"]
    today = london_day(asking.visit.house.clock)
    areas = atlas.grouped(question.level, today, grouping)
    values = values_of(tally, compared.now, areas)
    one, several, by = words_of(question.level, grouping)
    title = f"{KIND_SAYS[tally.kind].capitalize()} {by}, {period_name(compared.now)}"
    return {
        "kind": KIND_SAYS[tally.kind],
        "title": title,
        "level": one,
        "levels": [(level.value, said[0]) for level, said in LEVEL_SAYS.items()],
        "several": several,
        "by_areas": atlas.choices(question.level, today),
        "carried": bool(areas.beside),
        "edition": areas.says,
        "picture": picture_of(values, areas, title, when(found.at)),
        "tiles": tiles_of(
            tile_layouts(asking.visit.house.reader) if grouping is None else (),
            area_kind(question.level.value),
            values,
            areas,
            title,
            when(found.at),
        ),
        "rows": [
            (code, areas.name(code), [value.says, areas.beside.get(code, "nothing")])
            for code, value in ordered(values)
        ],
        "rules": rules_of(found.cells["places"]),
        "queries": {"places": query_of(asked)},
        "found": found,
    }


def values_of(tally: Tally, period: str, areas: Areas) -> dict[str, Value]:
    """Return the figure of every place by its code: all that are loaded, and all that have one."""
    known = dict(tally.split(period, lambda cell: cell.place or NO_PLACE))
    of_none = tally.series([period], lambda _: False)[0]
    return dict.fromkeys(areas.names, of_none) | dict.fromkeys(areas.unmade, NOT_MADE) | known


def ordered(values: dict[str, Value]) -> list[tuple[str, Value]]:
    """Return the places with a figure first, the highest first, then what is hidden, then none."""
    return sorted(
        values.items(), key=lambda one: (one[1].number is None, -(one[1].number or 0), one[0])
    )


def picture_of(values: dict[str, Value], areas: Areas, title: str, as_of: str) -> Markup | None:
    """Return the map; None where no place has an outline."""
    cells = [
        Drawn(code, areas.name(code), replace(shown_of(value), beside=areas.beside.get(code, "")))
        for code, value in values.items()
    ]
    if not any(cell.key in areas.outlines for cell in cells):
        return None
    told = Told(title, "Incidents", areas.says, as_of)
    return Markup(choropleth(cells, areas.outlines, told))  # noqa: S704 - our own picture, escaped there


def tiles_of(
    layouts: Sequence[TileLayout],
    kind: str,
    values: dict[str, Value],
    areas: Areas,
    title: str,
    as_of: str,
) -> Markup | None:
    """Return a tile cartogram of the edition, a small place as large as any; None where there is none."""
    layout = next(
        (one for one in layouts if (one.kind, one.edition) == (kind, areas.edition)), None
    )
    if layout is None:
        return None
    cells = [Drawn(code, areas.name(code), shown_of(value)) for code, value in values.items()]
    told = Told(f"{title}: a tile for each", "Incidents", areas.says, as_of)
    return Markup(cartogram(_by_name(cells, layout), layout, told))  # noqa: S704 - our own picture, escaped there


def _by_name(cells: Sequence[Drawn], layout: TileLayout) -> list[Drawn]:
    """Return the cells by the short names of their tiles."""
    names = {tile.code: tile.name for tile in layout.tiles}
    return [Drawn(one.key, names[one.key], one.shown) for one in cells if one.key in names]


def shown_of(value: Value) -> Shown:
    """Return a figure as a map draws it."""
    if value.missing:
        return Shown()
    return Shown(hidden=value.says) if value.number is None else Shown(value.number)
