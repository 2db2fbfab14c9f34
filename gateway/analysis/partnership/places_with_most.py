"""The places with most criminal damage, or arson; those that share the last rank are all there.

Behaviours count incidents whose behaviour was told. data.police.uk tells of crimes only its category
«Criminal damage and arson», of which neither part can be told from the other: readers of records get that
category in a table of its own, beside the behaviour and never added to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.analysis.hotspots.top_places import top_places
from gateway.analysis.partnership.tables import Asked, Column, Table, Told, Value
from gateway.analysis.partnership.words import KINDS, begun, counted, listed
from policies.audience import Shown
from schemas.codes import Kind

CATEGORY = "criminal-damage-arson"
"""Of data.police.uk (https://data.police.uk/docs/method/crime-categories/)."""
DAMAGE = "criminal_damage_vandalism"
FIRES = ("setting_fires", "setting_vehicles_alight")
"""Sub-behaviours of the typology that are a fire that somebody set."""
COLUMNS = (
    Column("rank", "count", "1 has most; equals share a rank."),
    Column("area", "text", "Code of the area."),
    Column("name", "text", "What it is called."),
    Column("kind", "text", "What is counted; kinds are never added up."),
    Column("count", "count", "Incidents."),
    Column("rate", "number", "Per 1,000 residents; empty where these are not known."),
    Column("tied", "count", "How many places share the rank."),
    Column("rule", "text", "Why the count is shown as it is."),
)
_KINDS = (Kind.ASB_INCIDENT.value, Kind.CRIME.value)


def most_criminal_damage(asked: Asked) -> Told:
    """List the places with most criminal damage."""
    return _told(asked, "criminal damage", (DAMAGE,), "a behaviour")


def most_arson(asked: Asked) -> Told:
    """List the places with most fires that somebody set."""
    return _told(
        asked, "fires that somebody set", FIRES, "a sub-behaviour, which alone names a fire"
    )


def _told(asked: Asked, what: str, behaviours: tuple[str, ...], finely: str) -> Told:
    said: list[str] = []
    rows: list[tuple[Value, ...]] = []
    months = asked.period.names
    for kind in _KINDS:
        found = asked.places("split", kind, months, behaviours)
        label = f"{what} among {KINDS[kind]}"
        more, sentence = _ranked(asked, kind, label, found)
        rows += more
        said.append(_untold(asked, kind, what, finely) or sentence)
    tables = [Table("places", f"Most {what}{asked.says_where}, {asked.period.says}", COLUMNS, rows)]
    if "category" in asked.figures:
        found = asked.places("category", Kind.CRIME.value, months, (CATEGORY,))
        label = "crimes that data.police.uk calls «Criminal damage and arson»"
        rows, sentence = _ranked(asked, Kind.CRIME.value, label, found)
        said += [sentence, "Neither part of that category can be told from the other."]
        title = (
            f"«Criminal damage and arson» at data.police.uk{asked.says_where}, {asked.period.says}"
        )
        tables.append(Table("category", title, COLUMNS, rows))
    return Told(tuple(said), tuple(tables))


def _untold(asked: Asked, kind: str, what: str, finely: str) -> str | None:
    """Return what is said where no incident of a kind was told so finely: that is no zero."""
    parts = asked.behaviours("split", kind, asked.period.names)
    if set(parts) != {""}:
        return None
    number = parts[""].number
    none = "none" if number is None else f"none of {counted(number, kind)}"
    begins = f"{begun(what)}{asked.says_where}, {asked.period.says}"
    return f"{begins}: {none} was told {finely}, so nothing can be said of it."


def _ranked(
    asked: Asked, kind: str, what: str, found: Mapping[str, Shown]
) -> tuple[list[tuple[Value, ...]], str]:
    counts = {place: float(one.number) for place, one in found.items() if one.number is not None}
    hidden = len(found) - len(counts)
    residents = None if asked.residents is None else asked.residents.number
    ranking = top_places(counts, asked.question.top, residents)
    rows: list[tuple[Value, ...]] = [
        (
            one.rank,
            one.place,
            asked.name(one.place),
            kind,
            int(one.count),
            one.rate,
            one.tied,
            found[one.place].rule.value,
        )
        for one in ranking.places
    ]
    beside = f" In {hidden} places the figure is hidden, and they are not ranked." if hidden else ""
    begins = f"{begun(what)}{asked.says_where}, {asked.period.says}: "
    if not ranking.places:
        return rows, f"{begins}no place has a figure above zero that may be shown.{beside}"
    first = [asked.name(one.place) for one in ranking.places if one.rank == 1]
    top = ranking.places[0]
    each = " each" if len(first) > 1 else ""
    listing = f"{listed(first)} had most, {int(top.count):,}{each}. {ranking.says}"
    return rows, f"{begins}{listing}{beside}"
