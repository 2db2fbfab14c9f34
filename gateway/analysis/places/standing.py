"""Which edition of areas stands on a day, and the words that every picture prints about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.areas import PLURAL, EditionDates

CENSUS_2021 = date(2021, 3, 21)
"""Day of the census of England and Wales of which LSOAs and MSOAs of 2021 are."""

KNOWN: Final = tuple(
    EditionDates.model_validate({"kind": kind, **dated})
    for kind in ("lsoa", "msoa")
    for dated in (
        {
            "edition": "2011",
            "starts": date(2011, 3, 27),
            "ends": CENSUS_2021,
            "superseded_by": "2021",
        },
        {"edition": "2021", "starts": CENSUS_2021},
    )
)
"""What is known of editions without being told: the census areas of England and Wales (ONS)."""

_LEVEL = {"lsoa": "lsoa", "msoa": "msoa", "ward": "wards", "district": "districts"}


def area_kind(level: str) -> str:
    """Return the kind of areas of a level of place: ``wards`` of ``ward``; a kind is its own."""
    return _LEVEL.get(level, level)


@dataclass(frozen=True, slots=True)
class Standing:
    """An edition on a day: whether it stands, and the words that are printed.

    ``current`` is None where nobody said when it starts or ends.
    """

    kind: str
    edition: str
    current: bool | None
    says: str


@dataclass(frozen=True, slots=True)
class Editions:
    """The dates of all editions: what is known, and over it what the operator said."""

    dates: Mapping[tuple[str, str], EditionDates]

    @classmethod
    def of(cls, said: Iterable[EditionDates] = ()) -> Editions:
        """Return them with what an operator said."""
        return cls({(one.kind, one.edition): one for one in (*KNOWN, *said)})

    def on(self, kind: str, edition: str, day: date) -> Standing:
        """Return whether an edition stands on a day, in words: «2013 wards, replaced in May 2023»."""
        kind = area_kind(kind)
        named = f"{edition} {PLURAL.get(kind, kind)}"
        dates = self.dates.get((kind, edition))
        if dates is None or (dates.starts, dates.ends) == (None, None):
            return Standing(kind, edition, None, f"{named}; nobody said whether they are current")
        if dates.ends is not None and dates.ends <= day:
            by = f" by those of {dates.superseded_by}" if dates.superseded_by else ""
            return Standing(kind, edition, False, f"{named}, replaced in {dates.ends:%B %Y}{by}")  # noqa: FBT003
        if dates.starts is not None and day < dates.starts:
            says = f"{named}, not yet in force (from {dates.starts:%B %Y})"
            return Standing(kind, edition, False, says)  # noqa: FBT003
        since = f" since {dates.starts:%B %Y}" if dates.starts else ""
        return Standing(kind, edition, True, f"{named}, in force{since}")  # noqa: FBT003

    def current(self, kind: str, loaded: Iterable[str], day: date) -> str | None:
        """Return the newest of the loaded editions that stands on a day; None where none is known to."""
        standing = (one for one in loaded if self.on(kind, one, day).current)
        return max(standing, default=None, key=lambda one: self._since(kind, one))

    def _since(self, kind: str, edition: str) -> tuple[date, str]:
        dates = self.dates[area_kind(kind), edition]
        return dates.starts or date.min, edition
