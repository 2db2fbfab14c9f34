"""What an answer is made of: sentences, and tables whose columns say what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gateway.analysis.partnership.figures import Figures
from gateway.analysis.partnership.periods import Months
from policies.audience import Shown
from schemas.codes import Marking
from schemas.partnership import PartnershipQuestion

Value = str | int | float | bool | None
"""Of one place of a table; None: hidden, not known, or without a meaning, which ``rule`` tells."""


class Column(NamedTuple):
    """One column."""

    name: str
    type: str
    """``text``, ``count``, ``number`` or ``yes_no``."""
    says: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an answer."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]

    def records(self) -> list[dict[str, Value]]:
        """Return its rows by the names of its columns."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Residents:
    """How many live where, and by which source."""

    says: str
    """Source and edition."""
    number: Mapping[str, float]
    """By code of the area."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Areas put together under names: urban and rural, districts, neighbourhoods."""

    title: str
    edition: str
    names: Mapping[str, str]
    """Name of each group by its code."""
    group_of: Mapping[str, str]
    """Code of the group by code of the area."""
    cut: tuple[str, ...] = ()
    """What is said of groups that cut an area of the level."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything that its answer is made from."""

    question: PartnershipQuestion
    figures: Mapping[str, Figures]
    """By the name that the question's plan gives them."""
    period: Months
    earlier: Mapping[str, Months] = field(default_factory=dict)
    """What the period is compared with, by name."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of areas by code, of the current edition."""
    groups: Groups | None = None
    residents: Residents | None = None
    areas: frozenset[str] = frozenset()
    """Every area of the level in the edition in use: one that no count names has none."""

    def name(self, code: str) -> str:
        """Return what an area is called."""
        known = self.groups.names if self.groups is not None else {}
        return known.get(code) or self.names.get(code) or code

    @property
    def where(self) -> str | None:
        """The area of a set that alone is asked about; None: everywhere."""
        area = self.question.area
        return area if self.groups is not None and area in self.groups.names else None

    def places(
        self, plan: str, kind: str, months: Iterable[str], behaviours: Iterable[str] | None = None
    ) -> dict[str, Shown]:
        """Return a count by place, of the asked area's places alone where one is asked about."""
        found = self.figures[plan].places(kind, months, behaviours)
        if self.where is None or self.groups is None:
            return found
        inside = self.groups.group_of
        return {place: one for place, one in found.items() if inside.get(place) == self.where}

    def whole(self, plan: str, kind: str, months: Iterable[str]) -> Shown:
        """Return a count of everything, or of the area that is asked about."""
        figures = self.figures[plan]
        if self.where is None:
            return figures.whole(kind, months)
        return figures.sum_of(self.places(plan, kind, months).values())

    def behaviours(self, plan: str, kind: str, months: Iterable[str]) -> dict[str, Shown]:
        """Return a count by behaviour, of the area that is asked about; empty name: none is told."""
        if self.where is None or self.groups is None:
            return self.figures[plan].behaviours(kind, months)
        inside = [one for one, group in self.groups.group_of.items() if group == self.where]
        return self.figures[plan].behaviours(kind, months, frozenset(inside))

    @property
    def says_where(self) -> str:
        """What a title says of the area that is asked about."""
        return "" if self.where is None else f" in {self.name(self.where)}"


class Told(NamedTuple):
    """What a question's function makes: sentences and tables."""

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, on record before it leaves."""

    name: str
    asks: str
    """The question as the partnership puts it."""
    told: Told
    period: Months
    at: datetime
    leaf: int
    marking: Marking
    rules: Mapping[str, str]
    """What each rule in the tables means."""
    coverage: Mapping[str, Any]
    editions: tuple[str, ...]
    """Published editions of counts that it is read from."""
    areas: tuple[str, ...]
    """Editions of areas, sets and residents used."""
