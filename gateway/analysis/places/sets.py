"""Named sets of areas: which area of a set something lies in, and whether the set cuts the level asked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.analysis.places.fitted import best, moved_words
from gateway.analysis.places.standing import area_kind
from gateway.analysis.shown import Shown, added
from gateway.law.area_documents import area_fit, area_sets
from gateway.store.reading import Reader
from schemas.areas import AreaFit, AreaSet

WHOLE: Final = 0.995
"""A member of which at least so much lies in its area counts as whole: the rest is how borders are drawn."""
_HALF: Final = 0.5


class SetUnusable(Exception):
    """A set cannot be used at a level: ``says`` is a sentence for the reader. No code or figure is in it."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True, slots=True)
class SetAreas:
    """A set, ready to be asked at one level and edition of places."""

    set: AreaSet
    level: str
    """The kind of areas that are looked up, such as ``lsoa``."""
    edition: str
    area_of: Mapping[str, str]
    """Code of a whole area of that level → code of the set's area; others lie in none."""
    shares: Mapping[str, float]
    """How much of each of those lies in its area of the set."""

    def cut(self, area: str) -> tuple[str, ...]:
        """Return the areas of the level that a set's area cuts, so that part of them lies elsewhere."""
        return tuple(
            code
            for code, one in sorted(self.area_of.items())
            if one == area and self.shares[code] < WHOLE
        )

    def says(self, area: str) -> str:
        """Return what stands beside a figure of a set's area: how much of what it counts lies elsewhere."""
        shares = [self.shares[code] for code, one in self.area_of.items() if one == area]
        lost = 1 - sum(shares) / len(shares) if self.cut(area) else 0
        return moved_words(lost).replace("was moved", "lies elsewhere")

    def grouped(self, figures: Mapping[str, Shown]) -> dict[str, Shown]:
        """Return the figure of each area of the set: the sum of shown cells, hidden where one part is.

        Args:
            figures: By code of the level's areas, as they may be shown; one that is missing is not known.
        """
        parts: dict[str, list[Shown]] = defaultdict(list)
        for code, area in self.area_of.items():
            parts[area].append(figures.get(code, Shown()))
        return {one.code: added(parts[one.code], self.says(one.code)) for one in self.set.areas}


def areas_of(found: AreaSet, level: str, edition: str, by: AreaFit | None = None) -> SetAreas:
    """Make a set ready for the level at which records or cells leave.

    Args:
        found: The set.
        level: Level of place or kind of areas.
        edition: Of those areas.
        by: How that edition fits the one that the set is made of, where they differ.

    Raises:
        SetUnusable: The set is made of other areas than that level's, and no fit says how they lie.
    """
    kind = area_kind(level)
    if (kind, edition) == (found.level, found.level_edition):
        members = {code: (a.code, s) for a in found.areas for code, s in a.members.items()}
    elif by is not None and _fits(by, found, kind, edition):
        own = {
            code: (area.code, share) for area in found.areas for code, share in area.members.items()
        }
        members = {
            code: (own[one.after][0], one.share * own[one.after][1])
            for code, one in best(by).items()
            if one.after in own
        }
    else:
        says = (
            f"The set is made of {found.level} of {found.level_edition} and cuts across {kind} of {edition}."
            " Ask at its own level, or have the fit worked out: `gateway geography fit"
            f" {kind}:{edition} {found.level}:{found.level_edition}`."
        )
        raise SetUnusable(says)
    if any(share <= _HALF for _, share in members.values()):
        says = f"Areas of the set are smaller than {kind} of {edition}; ask at a finer level."
        raise SetUnusable(says)
    area_of = {code: area for code, (area, _) in members.items()}
    return SetAreas(found, kind, edition, area_of, {code: s for code, (_, s) in members.items()})


def _fits(by: AreaFit, found: AreaSet, kind: str, edition: str) -> bool:
    onto: tuple[Any, ...] = (kind, edition, found.level, found.level_edition)
    return (by.kind, by.before, by.onto, by.after) == onto


def loaded_set(reader: Reader, name: str, level: str, edition: str) -> SetAreas | None:
    """Return a set by its name, ready for a level; None where there is no such set.

    Raises:
        SetUnusable: As ``areas_of``.
    """
    found = next((one for one in area_sets(reader) if one.name == name), None)
    if found is None:
        return None
    fit = area_fit(reader, area_kind(level), edition, found.level, found.level_edition)
    return areas_of(found, level, edition, fit)
