"""Figures by areas other than those that records leave at: a named set, or another edition by best fit.

A record is never looked at more closely for it: whole areas of the level asked at are added up, as a reader
may see them. What is added from a hidden cell is hidden (``policies.derived.total``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.analysis.counting import Cell
from gateway.analysis.feature_areas import editions_in_use
from gateway.analysis.places.fitted import best, moved_by_area, moved_words
from gateway.analysis.places.sets import SetUnusable, loaded_set
from gateway.analysis.places.standing import Editions, area_kind
from gateway.errors import NotFound, RequestInvalid
from gateway.law.area_documents import area_fit, area_sets, dates_of_editions
from gateway.store.populations import Residents
from gateway.store.reading import Reader
from policies.audience import CountRule, Shown
from policies.derived import total
from schemas.areas import PLURAL
from schemas.counted import StatisticsQuestion
from schemas.problems import ProblemError

NOTHING_FITS = "no area of the earlier edition fits it best"


@dataclass(frozen=True, slots=True)
class Grouping:
    """Into which area each area of the level goes, whole."""

    title: str
    """What they are called together: «Beats», «LSOAs of 2031»."""
    says: str
    """Which areas, and of which editions: printed with every figure."""
    names: Mapping[str, str]
    """Of every area that figures are given for, by code."""
    area_of: Mapping[str, str]
    """Code at the level asked at → code of the area; what is in none is left out."""
    beside: Mapping[str, str]
    """By area: how much of what is counted there lies elsewhere; nothing where none does."""
    edition: str | None = None
    """The other edition, where the areas are the level's own kind."""

    def cells(self, cells: Iterable[Cell]) -> list[Cell]:
        """Return shown cells added up by area; those of no known place stay as they are.

        Where a place's parts were left out without their names, no part of its area is known.
        """
        parts: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
        closed: set[tuple[str, ...]] = set()
        found: list[Cell] = []
        for one in cells:
            if one.place is None:
                found.append(one)
            elif one.place in self.area_of:
                key = one.kind, one.period, self.area_of[one.place]
                parts[*key, one.behaviour or "", one.split or ""].append(one)
                if one.rule == CountRule.LEFT_OUT and (one.behaviour, one.split) == (None, None):
                    closed.add(key)
        for area, listed in parts.items():
            sums = total(Shown(one.count, CountRule(one.rule)) for one in listed)
            if area[:3] in closed:
                sums = Shown(None, CountRule.LEFT_OUT)
            newest = max((one.edition for one in listed if one.edition), default=None)
            found.append(
                listed[0]._replace(
                    place=area[2], count=sums.number, rule=sums.rule.value, edition=newest
                )
            )
        return sorted(found, key=lambda one: tuple(part or "" for part in one[:4]))

    def residents(self, known: Mapping[str, Sequence[Residents]]) -> dict[str, list[Residents]]:
        """Return who lives in each area: of years in which the residents of all its parts are known."""
        parts: dict[str, list[dict[tuple[int, str], int]]] = defaultdict(list)
        for code, area in self.area_of.items():
            listed = known.get(code, ())
            parts[area].append({(one.year, one.edition): one.number for one in listed})
        return {
            area: [
                Residents(sum(one[key] for one in listed), *key)
                for key in sorted(listed[0], reverse=True)
                if all(key in one for one in listed)
            ]
            for area, listed in parts.items()
        }

    def told(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return cells with what stands beside their areas."""
        return [
            one._replace(says=f"{one.says}; {beside}" if one.says else beside)
            if (beside := self.beside.get(one.place or ""))
            else one
            for one in cells
        ]


def grouping_of(reader: Reader, question: StatisticsQuestion, day: date) -> Grouping | None:
    """Return by which areas a question is answered; None where by those of its level.

    Args:
        reader: Of the database.
        question: What is asked.
        day: Today, by which the edition of the level is known.

    Raises:
        NotFound: There is no set of that name.
        RequestInvalid: The set, or the other edition, cannot be used at that level; it says why.
    """
    if question.set is None and question.on is None:
        return None
    kind = area_kind(question.place.value)
    used = editions_in_use(reader, day).get(kind)
    if question.set is not None:
        return _set(reader, question.set, kind, used.edition if used else None)
    if used is None:
        raise _unusable("on", f"No edition of {kind} is loaded, so nothing says how they lie.")
    return _edition(reader, kind, used.edition, str(question.on), day)


def _set(reader: Reader, name: str, kind: str, edition: str | None) -> Grouping:
    kept = next((one for one in area_sets(reader) if one.name == name), None)
    if kept is None:
        raise NotFound
    try:
        # where no edition of the level is loaded, the set is the only one to say which it is
        found = loaded_set(reader, name, kind, edition or kept.level_edition)
    except SetUnusable as unusable:
        raise _unusable("set", unusable.says) from None
    if found is None:
        raise NotFound
    names = {one.code: one.name for one in kept.areas}
    filled = set(found.area_of.values())
    beside = {code: found.says(code) for code in names if code in filled}
    of = f"{kept.title}, {kept.edition}, made of {kept.level} of {kept.level_edition}"
    by = "" if edition in {None, kept.level_edition} else f", by best fit of {kind} of {edition}"
    return Grouping(
        kept.title, of + by, names, found.area_of, {k: v for k, v in beside.items() if v}
    )


def _edition(reader: Reader, kind: str, before: str, after: str, day: date) -> Grouping:
    fit = None if before == after else area_fit(reader, kind, before, kind, after)
    if fit is None:
        says = (
            f"Figures are of {kind} of {before}, and how they lie in those of {after} is not kept:"
            f" `gateway geography fit {kind}:{before} {kind}:{after}`."
        )
        if before == after:
            says = f"Figures are of {kind} of {before} as they stand."
        raise _unusable("on", says)
    area_of = {code: one.after for code, one in best(fit).items() if one.after is not None}
    beside = {code: moved_words(share) for code, share in moved_by_area(fit).items()}
    names = {row.after: row.name or row.after for row in fit.rows if row.after is not None}
    beside |= dict.fromkeys(names.keys() - set(area_of.values()), NOTHING_FITS)
    editions = Editions.of(dates_of_editions(reader))
    says = f"{editions.on(kind, after, day).says}; by best fit from {editions.on(kind, before, day).says}"
    title = f"{PLURAL.get(kind, kind)} of {after}"
    return Grouping(title, says, names, area_of, {k: v for k, v in beside.items() if v}, after)


def _unusable(parameter: str, says: str) -> RequestInvalid:
    fault = ProblemError(pointer=f"/query/{parameter}", rule="request.query", says=says)
    return RequestInvalid(errors=(fault,))
