"""The areas of a level of place: the loaded edition, its names and outlines, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from gateway.analysis.places.standing import Editions, area_kind
from gateway.law.area_documents import dates_of_editions
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

    def name(self, code: str) -> str:
        """Return «Loughborough Ashby (E05005426)», or the code where no name is loaded."""
        named = self.names.get(code)
        return f"{named} ({code})" if named and named != code else code


NOT_LOADED: Final = Areas("", "no edition of these areas is loaded", None, {}, {})


@dataclass(slots=True)
class Atlas:
    """Reads each edition once: an edition never changes. Safe to share between threads."""

    reader: Reader
    _read: dict[int, tuple[Mapping[str, str], Mapping[str, bytes]]] = field(default_factory=dict)

    def areas(self, level: CountedPlace, day: date) -> Areas:
        """Return the edition that stands on a day, else the newest that is loaded."""
        kind = area_kind(level.value)
        loaded = {
            row["edition"]: row["id"] for row in self.reader.geographies() if row["kind"] == kind
        }
        if not loaded:
            return NOT_LOADED
        editions = Editions.of(dates_of_editions(self.reader))
        chosen = editions.current(kind, loaded, day) or list(loaded)[-1]
        standing = editions.on(kind, chosen, day)
        names, outlines = self._of(loaded[chosen])
        return Areas(chosen, standing.says, standing.current, names, outlines)

    def _of(self, number: int) -> tuple[Mapping[str, str], Mapping[str, bytes]]:
        if number not in self._read:
            rows = self.reader.areas(number)
            names = {code: name for code, name, _ in rows}
            self._read[number] = names, {code: wkb for code, _, wkb in rows}
        return self._read[number]
