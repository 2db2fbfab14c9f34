"""Are some communities worse? Is one district worse than the others? By residents, where these are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from gateway.analysis.partnership.figures import by_chance
from gateway.analysis.partnership.tables import Asked, Column, Table, Told, Value
from gateway.analysis.partnership.words import KINDS, begun, counted, listed, most_of
from policies.audience import Shown
from policies.derived import PER, known_of, known_of_total, rate
from schemas.codes import Kind

COLUMNS = (
    Column("area", "text", "Code of the area or group."),
    Column("name", "text", "What it is called."),
    Column("kind", "text", "What is counted; kinds are never added up."),
    Column("count", "count", "Incidents; empty where it is hidden."),
    Column("least", "count", "The least that the true count may be."),
    Column("most", "count", "The most that it may be; empty where there is no bound."),
    Column("areas", "count", "Areas of the level that have at least one."),
    Column("residents", "number", "Who live there; empty where no table of residents is loaded."),
    Column("rate", "number", "Per 1,000 residents in the period."),
    Column("rate_from", "number", "Chance alone would put the rate between here …"),
    Column("rate_to", "number", "… and here, 19 times in 20."),
    Column("rule", "text", "Why the count is shown as it is."),
)
_KINDS = (Kind.ASB_INCIDENT.value, Kind.CRIME.value)
_NO_RESIDENTS = (
    "No table of residents is loaded, so these are counts and no rates: who has more residents has more of"
    " everything, and «worse» cannot be told from them."
)


class Group(NamedTuple):
    """One group with what is known of it."""

    shown: Shown
    parts: tuple[Shown, ...]
    residents: float | None

    @property
    def rate(self) -> float | None:
        """Per 1,000 residents."""
        return rate(self.shown, self.residents).value

    @property
    def between(self) -> tuple[float, float] | None:
        """Where chance would put the rate, from the least and the most that the true count may be."""
        known = known_of_total(known_of(one) for one in self.parts)
        if self.rate is None or not self.residents or known.most is None:
            return None
        low, high = by_chance(known.least)[0], by_chance(known.most)[1]
        return low / self.residents * PER, high / self.residents * PER


def are_some_worse(asked: Asked) -> Told:
    """Compare the groups of a set, or the areas of a level, with each other."""
    said, rows = [], []
    for kind in _KINDS:
        found = _groups(asked, kind)
        said.append(_says_most(asked, kind, found))
        rows += _rows(asked, kind, found)
    return _told(asked, said, rows)


def is_one_worse(asked: Asked) -> Told:
    """Compare one area with the others; where none is named, all of them with each other."""
    if asked.question.area is None:
        return are_some_worse(asked)
    said, rows = [], []
    for kind in _KINDS:
        found = _groups(asked, kind)
        said.append(_says_of_one(asked, kind, found))
        rows += _rows(asked, kind, found)
    return _told(asked, said, rows)


def _told(asked: Asked, said: list[str], rows: list[tuple[Value, ...]]) -> Told:
    if asked.residents is None:
        said.append(_NO_RESIDENTS)
    title = asked.groups.title if asked.groups is not None else f"By {asked.question.level.value}"
    return Told(tuple(said), (Table("areas", title, COLUMNS, rows),))


def _groups(asked: Asked, kind: str) -> dict[str, Group]:
    """Return every group of the set, or every area of the level: one that no count names has none."""
    figures = asked.figures["counted"]
    places = figures.places(kind, asked.period.names)
    parts: dict[str, list[Shown]] = defaultdict(list)
    living: dict[str, list[float | None]] = defaultdict(list)
    residents = asked.residents.number if asked.residents is not None else {}
    if asked.groups is None:
        for place in places.keys() | _without(asked):
            parts[place] += [places[place]] if place in places else []
            living[place].append(residents.get(place))
    else:
        for area, group in asked.groups.group_of.items():
            living[group].append(residents.get(area))
            if area in places:
                parts[group].append(places[area])
    codes = parts.keys() if asked.groups is None else asked.groups.names.keys()
    return {
        code: Group(figures.sum_of(parts[code]), tuple(parts[code]), _sum(living[code]))
        for code in sorted(codes)
    }


def _without(asked: Asked) -> frozenset[str]:
    """Return the areas of the level; none where the figures are of areas of another edition."""
    figures, months = asked.figures["counted"], asked.period.names
    known = asked.areas & {place for kind in _KINDS for place in figures.places(kind, months)}
    return asked.areas if known else frozenset()


def _sum(living: list[float | None]) -> float | None:
    known = [one for one in living if one is not None]
    return sum(known) if known and len(known) == len(living) else None


def _rows(asked: Asked, kind: str, found: Mapping[str, Group]) -> list[tuple[Value, ...]]:
    rows: list[tuple[Value, ...]] = []
    for code, group in found.items():
        known = known_of_total(known_of(one) for one in group.parts)
        between = group.between
        rows.append(
            (
                code,
                asked.name(code),
                kind,
                group.shown.number,
                known.least,
                known.most,
                sum(one.number != 0 for one in group.parts),
                group.residents,
                group.rate,
                None if between is None else between[0],
                None if between is None else between[1],
                group.shown.rule.value,
            )
        )
    return rows


def _says_most(asked: Asked, kind: str, found: Mapping[str, Group]) -> str:
    when, what = asked.period.says, KINDS[kind]
    rates = {asked.name(code): one.rate for code, one in found.items() if one.rate is not None}
    counts = {
        asked.name(code): one.shown.number
        for code, one in found.items()
        if one.shown.number is not None
    }
    if not counts:
        return f"{begun(what)}, {when}: " + ("every figure is hidden." if found else "none at all.")
    hidden = len(found) - len(counts)
    beside = f" {hidden} of {len(found)} figures are hidden." if hidden else ""
    if not any(counts.values()):
        return f"{begun(what)}, {when}: none at all.{beside}"
    if len(rates) < len(counts):
        top, _ = most_of(counts)
        return (
            f"{begun(what)}, {when}: {listed(top)} had most, {counts[top[0]]:,}"
            f"{' each' if len(top) > 1 else ''}, of {sum(counts.values()):,} in {len(counts)} areas."
            f"{beside}"
        )
    return f"{begun(what)}, {when}: {_says_rates(asked, found, rates)}{beside}"


def _says_rates(asked: Asked, found: Mapping[str, Group], rates: Mapping[str, float]) -> str:
    if len(rates) == 1:
        ((name, only),) = rates.items()
        return f"{name} had {only:.1f} per 1,000 residents; there is no other to compare it with."
    top, bottom = most_of(rates)
    if top == bottom:
        return f"all had {rates[top[0]]:.1f} per 1,000 residents."
    named = {asked.name(code): one for code, one in found.items()}
    apart = _are_apart(named[top[0]], named[bottom[0]])
    chance = "more apart than chance explains" if apart else "no further apart than chance explains"
    return (
        f"{listed(top)} had most, {rates[top[0]]:.1f} per 1,000 residents, and {listed(bottom)} least,"
        f" {rates[bottom[0]]:.1f}: {chance}."
    )


def _are_apart(one: Group, other: Group) -> bool:
    first, second = one.between, other.between
    return first is not None and second is not None and first[0] > second[1]


def _says_of_one(asked: Asked, kind: str, found: Mapping[str, Group]) -> str:
    when, what = asked.period.says, KINDS[kind]
    code = asked.question.area or ""
    own = found.get(code)
    others = {other: group for other, group in found.items() if other != code}
    if own is None:
        return f"{begun(what)}, {when}: nothing is counted in {asked.name(code) or 'that area'}."
    if own.shown.number is None:
        return f"{begun(what)}, {when}: the figure of {asked.name(code)} is hidden."
    name = asked.name(code)
    if not others:
        return f"{begun(what)}, {when}: {name} had {own.shown.number:,}; no other area is counted."
    hidden = sum(one.shown.number is None for one in others.values())
    beside = f" {hidden} of the others are hidden." if hidden else ""
    if own.rate is None or any(one.rate is None for one in others.values()):
        larger = [o for o in others.values() if (o.shown.number or 0) > own.shown.number]
        equal = [o for o in others.values() if o.shown.number == own.shown.number]
        tied = f", {len(equal)} as many" if equal else ""
        return (
            f"{begun(what)}, {when}: {name} had {counted(own.shown.number, kind)};"
            f" of {len(others)} others {len(larger)} had more{tied}.{beside}"
        )
    above = [o for o in others.values() if (o.rate or 0) > own.rate]
    surely = [o for o in others.values() if _are_apart(own, o)]
    return (
        f"{begun(what)}, {when}: {name} had {own.rate:.1f} per 1,000 residents; of {len(others)} others"
        f" {len(above)} had a higher rate, and than {len(surely)} it was higher by more than chance"
        f" explains.{beside}"
    )
