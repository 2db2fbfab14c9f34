"""Where: a map of every place of a level, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from markupsafe import Markup

from gateway.analysis.on_the_map import points_of
from gateway.analysis.pictures.cells import Cell as Drawn
from gateway.analysis.pictures.cells import Told
from gateway.analysis.pictures.maps import choropleth
from gateway.analysis.pictures.tiles import cartogram
from gateway.analysis.places.standing import area_kind
from gateway.analysis.shown import Shown
from gateway.clock import london_day
from gateway.console.analysing.areas import LEVEL_SAYS, Areas, Atlas, words_of
from gateway.console.analysing.asked import Asking, counts_himself, desk_of, page_of, query_of
from gateway.console.analysing.figures import KIND_SAYS, Tally, rules_of
from gateway.console.analysing.periods import Compared, period_name
from gateway.console.analysing.squares import DRAWING_SAYS, drawn
from gateway.console.charts.parts import Value
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.console.words import when
from gateway.errors import LawRefuses
from gateway.law.area_documents import tile_layouts
from schemas.analysis_pages import MapDrawing, MapQuestion
from schemas.areas import TileLayout

PATH = "/console/analysis/map"
NO_PLACE = "No place known"
_NOT_PUBLISHED = {
    "id": "statistics.not_in_editions",
    "says": "Published editions hold areas: squares and points are for who may have the records.",
    "cites": "Data Protection Act 2018 s.57(3)",
}
NOT_MADE = Value(None, "not known", missing=True)


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Map", ANALYST, NOMINATED)
    shown = partial(_told, atlas=Atlas(desk.house.reader))
    desk.get(PATH, ANALYST, NOMINATED)(page_of("analysis/map.html", MapQuestion, shown))


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
    today = london_day(asking.visit.house.clock)
    drawing = _drawing(asking, atlas.areas(question.level, today))
    beside = None
    if drawing is not MapDrawing.AREAS:
        months = compared.first_month, compared.last_month
        beside = points_of(desk_of(asking.visit.house), question.kind, compared.now, months)
    found = asking.answered_beside(beside, {"places": asked})
    tally = Tally.of(found, "places", question.kind.value)
    grouping = found.groupings["places"]
    areas = atlas.grouped(question.level, today, grouping)
    values = values_of(tally, compared.now, areas)
    one, several, by = words_of(question.level, grouping)
    title = f"{KIND_SAYS[tally.kind].capitalize()} {by}, {period_name(compared.now)}"
    shown = {
        "drawings": _drawings(asking),
        "drawing": drawing,
        "without": "",
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
    if drawing is MapDrawing.AREAS:
        return shown
    title = f"{KIND_SAYS[tally.kind].capitalize()}, {period_name(compared.now)}"
    replaced = areas.says if areas.current is False else ""
    return shown | {"title": title} | drawn(found, drawing, title, replaced)


def _drawing(asking: Asking[MapQuestion], areas: Areas) -> MapDrawing:
    """Return what is drawn: areas that were replaced only for whoever asks for them, or has no records."""
    question = asking.question
    his = counts_himself(asking.subscription)
    if question.drawn is not None and question.drawn is not MapDrawing.AREAS and not his:
        raise LawRefuses(extra={"conditions": [_NOT_PUBLISHED]})
    own = not (question.set or question.on)
    default = (
        MapDrawing.SQUARES_1_KM if his and own and areas.current is False else MapDrawing.AREAS
    )
    return question.drawn or default


def _drawings(asking: Asking[MapQuestion]) -> list[tuple[str, str]]:
    if not counts_himself(asking.subscription):
        return []
    return [(one.value, says) for one, says in DRAWING_SAYS.items()]


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
