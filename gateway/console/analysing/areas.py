"""The areas of a level of place: the loaded edition, its names and outlines, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from gateway.analysis.grouping import Grouping
from gateway.analysis.places.outlined import joined
from gateway.analysis.places.standing import Editions, area_kind
from gateway.law.area_documents import area_sets, dates_of_editions, fitted_onto
from gateway.store.reading import Reader
from schemas.counted import CountedPlace

LEVEL_SAYS: Final[Mapping[CountedPlace, tuple[str, str]]] = {
    CountedPlace.LSOA: ("LSOA", "LSOAs"),
    CountedPlace.MSOA: ("MSOA", "MSOAs"),
    CountedPlace.WARD: ("ward", "wards"),
    CountedPlace.DISTRICT: ("district", "districts"),
}
"""One and several of a level."""


@dataclass(frozen=True, slots=True)
class Areas:
    """One edition of one level."""

    edition: str
    says: str
    """Which edition, and whether it stands: printed on every picture."""
    current: bool | None
    names: Mapping[str, str]
    outlines: Mapping[str, bytes]
    beside: Mapping[str, str] = field(default_factory=dict)
    """By area: how much of what is shown there lies elsewhere."""
    unmade: frozenset[str] = frozenset()
    """Areas of which nothing is made, so that their figures are not known."""
    coded: bool = True
    """Whether codes are printed beside names; those of a set say nothing more."""

    def name(self, code: str) -> str:
        """Return «Loughborough Ashby (E05005426)», or the code where no name is loaded."""
        named = self.names.get(code)
        if named and not self.coded:
            return named
        return f"{named} ({code})" if named and named != code else code


NOT_LOADED: Final = Areas("", "no edition of these areas is loaded", None, {}, {})


class Choices(NamedTuple):
    """What a form offers beside the level's own areas."""

    sets: list[tuple[str, str]]
    """Name and title of each."""
    editions: list[str]
    """Onto which a fit is kept."""


@dataclass(slots=True)
class Atlas:
    """Reads each edition once: an edition never changes. Safe to share between threads."""

    reader: Reader
    _read: dict[int, tuple[Mapping[str, str], Mapping[str, bytes]]] = field(default_factory=dict)

    def areas(self, level: CountedPlace, day: date, edition: str | None = None) -> Areas:
        """Return an edition: of that name, else the one that stands on a day, else the newest loaded."""
        kind = area_kind(level.value)
        loaded = {
            row["edition"]: row["id"] for row in self.reader.geographies() if row["kind"] == kind
        }
        if not loaded:
            return NOT_LOADED
        editions = Editions.of(dates_of_editions(self.reader))
        chosen = editions.current(kind, loaded, day) or list(loaded)[-1]
        if edition is not None and edition in loaded:
            chosen = edition
        standing = editions.on(kind, chosen, day)
        names, outlines = self._of(loaded[chosen])
        return Areas(chosen, standing.says, standing.current, names, outlines)

    def grouped(self, level: CountedPlace, day: date, grouping: Grouping | None) -> Areas:
        """Return the areas that figures are given for: of the level, of a set, or of another edition.

        A set's areas are drawn by the outlines of those that they are made of; another edition's by its own,
        where it is loaded.
        """
        if grouping is None:
            return self.areas(level, day)
        kind = area_kind(level.value)
        own = self.areas(level, day)
        if grouping.edition is None:
            outlines: Mapping[str, bytes] = joined(own.outlines, grouping.area_of)
        else:
            loaded = (
                row["id"]
                for row in self.reader.geographies()
                if (row["kind"], row["edition"]) == (kind, grouping.edition)
            )
            outlines = next((self._of(one)[1] for one in loaded), {})
        return Areas(
            own.edition,
            grouping.says,
            own.current,
            grouping.names,
            {code: outlines[code] for code in grouping.names if code in outlines},
            grouping.beside,
            frozenset(grouping.names.keys() - set(grouping.area_of.values())),
            coded=grouping.edition is not None,
        )

    def choices(self, level: CountedPlace, day: date) -> Choices:
        """Return by which other areas the figures of a level may be shown."""
        sets = [(one.name, one.title) for one in area_sets(self.reader)]
        return Choices(
            sets, fitted_onto(self.reader, area_kind(level.value), self.areas(level, day).edition)
        )

    def _of(self, number: int) -> tuple[Mapping[str, str], Mapping[str, bytes]]:
        if number not in self._read:
            rows = self.reader.areas(number)
            names = {code: name for code, name, _ in rows}
            self._read[number] = names, {code: wkb for code, _, wkb in rows}
        return self._read[number]


def words_of(level: CountedPlace, grouping: Grouping | None) -> tuple[str, str, str]:
    """Return what areas are called: one of them, several, and «by» what a title says."""
    one, several = LEVEL_SAYS[level]
    if grouping is None:
        return one, several, f"by {one}"
    if grouping.edition is None:
        one, several = "area", "areas"
    return one, several, f"by {one} ({grouping.title})"
