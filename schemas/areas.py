"""Areas beyond their outlines: when an edition stands, how one fits another, sets with a name, tiles.

Each is a document that the house keeps under a name, one ledger leaf a change. None of them says anything
of a person: they hold codes of areas, names of areas, days and shares.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from schemas.base import DoesNotFit, Word
from schemas.codes import Slug

AreaLevel = Literal["lsoa", "msoa", "wards", "districts"]
"""The kinds of areas that editions are loaded of; ``wards`` and ``districts`` as the files are called."""

LoadedKind = Literal[
    "lsoa",
    "msoa",
    "wards",
    "districts",
    "points",
    "addresses",
    "code-point-open",
    "onspd",
    "population",
]
"""The kinds of everything that editions are loaded of."""

EditionName = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z._-]{0,31}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z _.-]{0,31}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]

PLURAL: dict[str, str] = {
    "lsoa": "LSOAs",
    "msoa": "MSOAs",
    "wards": "wards",
    "districts": "districts",
}
_ROUNDING = 1e-6


class EditionDates(Word):
    """From which day an edition of areas stands, until when, what replaced it, and where it came from."""

    kind: LoadedKind
    edition: EditionName
    starts: date | None = None
    ends: date | None = None
    """The first day on which it no longer stands."""
    superseded_by: EditionName | None = None
    source: Name | None = None

    @model_validator(mode="after")
    def _in_order(self) -> EditionDates:
        if self.starts is not None and self.ends is not None and self.ends <= self.starts:
            message = "an edition ends after it starts"
            raise DoesNotFit(message)
        if self.superseded_by == self.edition:
            message = "an edition is not replaced by itself"
            raise DoesNotFit(message)
        return self


class FitRow(Word):
    """How much of an area of one edition lies in an area of another; ``after`` is None for «in none»."""

    before: Code
    after: Code | None = None
    share: Share
    name: str = ""
    """Of the area after."""


class AreaFit(Word):
    """What share of each area of one edition lies in which areas of another. Shares of an area add to 1."""

    kind: AreaLevel
    before: EditionName
    onto: AreaLevel
    after: EditionName
    weight: Literal["area", "postcodes"]
    postcodes: str | None = None
    """The list that was the weight, such as ``onspd:2025-02``."""
    rows: tuple[FitRow, ...]
    weights: dict[Code, Annotated[float, Field(ge=0)]]
    """Of each area before: square metres, or postcodes."""

    @model_validator(mode="after")
    def _adds_up(self) -> AreaFit:
        sums = dict.fromkeys(self.weights, 0.0)
        for row in self.rows:
            if row.before not in sums:
                message = "a row is of an area that has no weight"
                raise DoesNotFit(message)
            sums[row.before] += row.share
        if any(abs(total - 1) > _ROUNDING for total in sums.values()):
            message = "the shares of an area do not add up to one"
            raise DoesNotFit(message)
        return self


class SetArea(Word):
    """One area of a set: its own code and name, and the whole areas that it is made of."""

    code: Slug
    name: Name
    members: dict[Code, Share]
    """Code of each member → how much of it lies in this area: 1 where the set was made of whole areas."""


class AreaSet(Word):
    """A named set of areas: priority neighbourhoods, Joint Action Group areas, beats.

    A member belongs to one area only, so that what is summed is counted once.
    """

    name: Slug
    title: Name
    kind: Literal["priority_neighbourhoods", "joint_action_group_areas", "beats", "other"]
    edition: EditionName
    level: AreaLevel
    level_edition: EditionName
    areas: Annotated[tuple[SetArea, ...], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _each_once(self) -> AreaSet:
        if len({area.code for area in self.areas}) < len(self.areas):
            message = "two areas of the set have one code"
            raise DoesNotFit(message)
        members = [code for area in self.areas for code in area.members]
        if len(set(members)) < len(members):
            message = "an area belongs to two areas of the set"
            raise DoesNotFit(message)
        if not members:
            message = "the set has no area in it"
            raise DoesNotFit(message)
        return self


class Tile(Word):
    """The place of one area in a tile cartogram: columns from the west, rows from the north, from 0."""

    code: Code
    name: Name
    column: Annotated[int, Field(ge=0, lt=100)]
    row: Annotated[int, Field(ge=0, lt=100)]


class TileLayout(Word):
    """A tile cartogram: every area one square of the same size, neighbours kept as well as possible."""

    name: Slug
    title: Name
    kind: AreaLevel
    edition: EditionName
    tiles: Annotated[tuple[Tile, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _one_a_place(self) -> TileLayout:
        if len({(tile.column, tile.row) for tile in self.tiles}) < len(self.tiles):
            message = "two tiles lie in one place"
            raise DoesNotFit(message)
        if len({tile.code for tile in self.tiles}) < len(self.tiles):
            message = "two tiles have one code"
            raise DoesNotFit(message)
        return self
