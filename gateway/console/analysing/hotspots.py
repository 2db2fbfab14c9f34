"""Where incidents stand out: a map of Gi*, the places with most, and their course over the quarters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from gateway.analysis.hotspots.asked import Hotspots, ask_for_hotspots
from gateway.analysis.hotspots.found import Row
from gateway.analysis.hotspots.over_quarters import Course
from gateway.analysis.partnership.places_with_most import FIRES
from gateway.analysis.pictures.cells import Breaks, Told
from gateway.analysis.pictures.cells import Cell as Drawn
from gateway.analysis.pictures.maps import choropleth, squares
from gateway.analysis.pictures.significance import Judged
from gateway.analysis.shown import Shown
from gateway.clock import london_day
from gateway.console.analysing.areas import Areas, Atlas
from gateway.console.analysing.asked import Asking, desk_of, page_of, query_of
from gateway.console.analysing.figures import KIND_SAYS, RULE_SAYS, behaviour_name
from gateway.console.analysing.periods import month_back, period_name, period_short
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.console.words import when
from schemas.analysis_pages import HotspotsQuestion
from schemas.counted import CountedPlace
from schemas.hotspots import HotspotQuestion
from schemas.typology import TYPOLOGY

PATH = "/console/analysis/hotspots"
MOST_DRAWN = 3_000
"""Squares of a picture; of more, those alone that hold some or stand out."""
MOST_LISTED = 30
"""Rows of the table of all places with some; the file has every one."""
_HIDDEN = "hidden (a part is)"
_COURSES = {
    Course.PERSISTENT: "Persistent",
    Course.EMERGING: "Emerging",
    Course.FADING: "Fading",
    Course.ON_AND_OFF: "On and off",
}
_STANDS_OUT = {
    "hot": "Hot: more than chance",
    "cold": "Cold: fewer than chance",
    "": "Does not stand out",
}


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Hotspots", ANALYST, NOMINATED)
    shown = partial(_told, atlas=Atlas(desk.house.reader))
    page = page_of("analysis/hotspots.html", HotspotsQuestion, shown)
    desk.get(PATH, ANALYST, NOMINATED)(page)


def _told(asking: Asking[HotspotsQuestion], atlas: Atlas) -> dict[str, Any]:
    asked = _asked(asking)
    person, house = asking.visit.person, asking.visit.house
    found = ask_for_hotspots(desk_of(house), asked, person.partner or "", person.account)
    day = london_day(house.clock)
    areas = _areas(atlas, day, found)
    names = _names(found, areas)
    what = _what(asked)
    title = f"Where {what} stand out, {period_name(asked.first)} to {period_name(asked.last)}"
    rounds = atlas.areas(CountedPlace.DISTRICT, day).outlines
    several = "squares" if found.unit == "square" else "LSOAs"
    return {
        "what": what,
        "title": title,
        "several": several,
        "says": found.says,
        "edition": found.told["grid"] if found.unit == "square" else areas.says,
        "picture": _picture(found, areas, names, title, _round(asked, rounds)),
        "standing": _standing(found.rows, names),
        "tests": _tests(found, several) if found.told["tested"] else None,
        "listed": _listed(found.rows, names),
        "holding": sum(row.count != 0 for row in found.rows),
        "tops": _tops(found, areas),
        "courses": _courses(found.rows, names),
        "quarters": [period_short(one) for one in found.told["quarters"]],
        "unplaced": _unplaced(found),
        "coverage": _coverage(found.told.get("coverage", {})),
        "near": "that touch at a side or corner"
        if found.told["near"] == "queen"
        else "whose centres lie within two sides",
        "behaviours": [(one.code, one.name) for one in TYPOLOGY.behaviour],
        "subs": _subs(asked),
        "fires": ",".join(FIRES),
        "query": query_of(asked, "/v1/hotspots"),
        "rules": [(RULE_SAYS[found.told["rule"]], len(found.rows))],
        "found": {
            "at": found.at,
            "leaf": found.leaf,
            "marking": found.marking,
            "editions": found.told.get("editions", ()),
        },
    }


def _asked(asking: Asking[HotspotsQuestion]) -> HotspotQuestion:
    question = asking.question
    return HotspotQuestion(
        subscription=asking.subscription.id,
        first=month_back(asking.last, question.months - 1),
        last=asking.last,
        kind=question.kind,
        behaviour=question.behaviour,
        sub_behaviour=question.sub_behaviour,
        place=question.place,
        square=question.square,
        near=question.near,
        top=question.top,
    )


def _what(asked: HotspotQuestion) -> str:
    """Return what is counted, in words: «anti-social behaviour: Setting fires»."""
    parts = [*asked.behaviour, *asked.sub_behaviour]
    if set(asked.sub_behaviour) == set(FIRES) and not asked.behaviour:
        return f"fires that somebody set, among {KIND_SAYS[asked.kind]},"
    named = "; ".join(behaviour_name(one) for one in parts)
    counted = "incidents of anti-social behaviour" if asked.kind == "asb_incident" else None
    counted = counted or {"crime": "crimes"}.get(asked.kind, KIND_SAYS[asked.kind])
    return f"{counted} ({named})" if named else counted


def _subs(asked: HotspotQuestion) -> list[tuple[str, str, bool]]:
    """Return the sub-behaviours that the form offers: arson always, and those of the chosen behaviour."""
    chosen = ",".join(asked.sub_behaviour)
    offered = [("", "All"), (",".join(FIRES), "Arson: fires that somebody set")]
    offered += [
        (sub.code, sub.name)
        for one in TYPOLOGY.behaviour
        if one.code in asked.behaviour
        for sub in one.sub_behaviours
    ]
    if chosen not in {code for code, _ in offered}:
        offered.append((chosen, "; ".join(map(behaviour_name, asked.sub_behaviour))))
    return [(code, name, code == chosen) for code, name in offered]


def _areas(atlas: Atlas, day: date, found: Hotspots) -> Areas:
    """Return the areas that are named: the edition whose outlines it was worked out with."""
    edition = found.told.get("areas") or ""
    return atlas.areas(CountedPlace.LSOA, day, edition.partition(":")[2] or None)


def _names(found: Hotspots, areas: Areas) -> dict[str, str]:
    if found.unit == "square":
        return {one.key: one.name for one in found.squares}
    return {row.place: areas.name(row.place) for row in found.rows}


def _round(asked: HotspotQuestion, outlines: Mapping[str, bytes]) -> bytes | None:
    """Return the outline that is drawn over the squares: of the district asked for, or the only one."""
    if asked.place is not None:
        return outlines.get(asked.place)
    return next(iter(outlines.values())) if len(outlines) == 1 else None


def _picture(
    found: Hotspots, areas: Areas, names: Mapping[str, str], title: str, outline: bytes | None
) -> Markup | None:
    """Return the map; None where nothing can be drawn."""
    tested = bool(found.told["tested"])
    told = Told(
        title,
        "Gi*: how far the count here and near lies from the mean, in standard deviations"
        if tested
        else "Incidents; nothing was tested",
        found.told["grid"] if found.unit == "square" else areas.says,
        when(found.at),
        decimals=1 if tested else 0,
    )
    drawn = [Drawn(row.place, names[row.place], _shown(row, tested=tested)) for row in found.rows]
    breaks: Breaks | None = Judged.of_rows(found.rows) if tested else None
    if found.unit != "square":
        if not any(one.key in areas.outlines for one in drawn):
            return None
        return Markup(choropleth(drawn, areas.outlines, told, breaks, name="hotspots"))  # noqa: S704 - our own picture, escaped there
    cells = {
        square: cell
        for square, cell, row in zip(found.squares, drawn, found.rows, strict=True)
        if len(drawn) <= MOST_DRAWN or row.count or row.stands_out
    }
    if not 0 < len(cells) <= MOST_DRAWN:
        return None
    return Markup(squares(cells, told, breaks, round_about=outline, name="hotspots"))  # noqa: S704 - our own picture, escaped there


def _shown(row: Row, *, tested: bool) -> Shown:
    if not tested:
        return Shown(hidden=_HIDDEN) if row.count is None else Shown(row.count)
    says = row.stands_out or "does not stand out"
    return Shown(row.z, beside=f"{row.count:,} incidents; {says}")


def _count(row: Row) -> str:
    return _HIDDEN if row.count is None else f"{row.count:,}"


def _highest(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-(row.z or 0), -(row.count or 0), row.place))


def _standing(rows: Sequence[Row], names: Mapping[str, str]) -> list[list[str]]:
    """Rows of what stands out, the hottest first: the same as the picture."""
    return [
        [names[row.place], _count(row), f"{row.z:.1f}", _STANDS_OUT[row.stands_out]]
        for row in _highest(rows)
        if row.stands_out and row.z is not None
    ]


def _listed(rows: Sequence[Row], names: Mapping[str, str]) -> list[list[str]]:
    """Rows of every place with some, the first of them, with all that was worked out."""
    return [
        [
            names[row.place],
            _count(row),
            _said(row.z, 2),
            _chance(row.p),
            _chance(row.q),
            "yes" if row.bonferroni else "no",
            _STANDS_OUT[row.stands_out].partition(":")[0],
        ]
        for row in _highest(rows)
        if row.count != 0
    ][:MOST_LISTED]


def _said(value: float | None, decimals: int) -> str:
    return "not tested" if value is None else f"{value:.{decimals}f}"


def _chance(value: float | None) -> str:
    least = 0.001
    return "below 0.001" if value is not None and value < least else _said(value, 3)


def _tests(found: Hotspots, several: str) -> list[list[str]]:
    """Say how many stand out, and by which correction."""
    told, rows = found.told, found.rows
    hot = sum(row.stands_out == "hot" for row in rows)
    cold = sum(row.stands_out == "cold" for row in rows)
    level = f"{told['significance']:.0%}"
    return [
        [f"{several[0].upper()}{several[1:]} tested", f"{told['tested']:,}"],
        [f"Stand out before any correction, each at {level}", f"{told['stand_out_uncorrected']:,}"],
        ["Would do so by chance alone, about", f"{told['by_chance']:,.0f}"],
        [
            f"After Benjamini and Hochberg (of those named, at most {level} are wrong on average): hot",
            f"{hot:,}",
        ],
        ["After Benjamini and Hochberg: cold", f"{cold:,}"],
        [
            f"After Bonferroni, the strictest (a chance of at most {level} that any is wrong)",
            f"{sum(row.bonferroni for row in rows):,}",
        ],
    ]


def _tops(found: Hotspots, areas: Areas) -> list[dict[str, Any]]:
    """Return the rankings, each with its sentence."""
    titles = {
        "top_points": "Map points with most (latitude and longitude)",
        "top_areas": "Areas with most, of the records that leave at an area",
        "top": "LSOAs with most",
    }
    return [
        {
            "title": title,
            "says": found.told[name]["says"],
            "rows": [
                [
                    one["place"] if name == "top_points" else areas.name(one["place"]),
                    f"{one['rank']}",
                    f"{one['count']:,}",
                    *([_rate(one["rate"])] if name == "top" else []),
                ]
                for one in found.told[name]["places"]
            ],
            "rates": name == "top",
        }
        for name, title in titles.items()
        if name in found.told
    ]


def _rate(value: float | None) -> str:
    return "residents not loaded" if value is None else f"{value:,.1f}"


def _courses(rows: Sequence[Row], names: Mapping[str, str]) -> list[list[str]]:
    """Rows of what emerges, persists and fades, by course and then the hottest first."""
    return [
        [names[row.place], says, _count(row), _STANDS_OUT[row.stands_out].partition(":")[0]]
        for course, says in _COURSES.items()
        for row in _highest(rows)
        if row.course == course.value
    ]


def _unplaced(found: Hotspots) -> list[list[str]] | None:
    """Say what lies in no square; None where areas are counted."""
    told = found.told
    if found.unit != "square":
        return None
    apart, nowhere = told["at_an_area"], told["at_no_place"]
    return [
        ["Counted in squares", f"{told['records'] - apart - nowhere:,}"],
        ["Leave at an area, so in no square", f"{apart:,}"],
        ["Leave at no place", f"{nowhere:,}"],
        ["All", f"{told['records']:,}"],
    ]


def _coverage(coverage: Mapping[str, int]) -> list[list[str]]:
    whole = sum(coverage.values())
    return [
        [status.replace("_", " ").capitalize(), f"{number:,}", f"{number / whole:.0%}"]
        for status, number in coverage.items()
    ]
