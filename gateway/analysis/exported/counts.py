"""Counts of one subscription as the parts of a data set.

A reader of statistics gets the newest published editions, month by month and quarter by quarter (a quarter
lies in the part of its first month); a reader of records his own counts, month by month, with coverage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import BinaryIO

import polars as pl

from gateway.analysis.counting import COVERED, Coverage
from gateway.analysis.editions import is_read_from_editions
from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.exported.planned import Part, basis_of, path_of
from gateway.analysis.frames import CELL_COLUMNS, Column, frame_of_cells, schema_of
from gateway.analysis.statistics import Answered, answered
from gateway.analysis.written.about import About
from gateway.analysis.written.forms import FORMS, Form
from gateway.clock import london_day
from gateway.store.bulk import Standing
from gateway.store.counted_log import first_month
from gateway.store.publishing import newest_editions
from policies.edition_tables import CURRENT, Key, keys_of
from policies.marking import high_water
from schemas.codes import Kind
from schemas.counted import (
    CountedBehaviour,
    CountedPeriod,
    CountedPlace,
    Split,
    StatisticsQuestion,
    month_named,
    month_number,
)
from schemas.sensitivity import Lane

RULES = (
    "Periods are closed, kinds are never added up, and only asb_incident is anti-social behaviour.",
    "A number that its rule hides is empty; a cell that a split does not name is zero.",
)
"""What a reader of counts must know."""
_LEFT_OUT = frozenset({"value", "percent", "says"})
"""What a plain count has nothing to say in."""
_PLACES = tuple(one.value for one in CountedPlace if one is not CountedPlace.NONE)
_WAYS = {one.value: (one, Split.NONE) for one in CountedBehaviour} | {
    one.value: (CountedBehaviour.NONE, one) for one in (Split.NSIR_CLASS, Split.MAPPING_STATUS)
}
"""How a table is split: name → behaviour and further split of a question."""
COUNT_COLUMNS: tuple[Column, ...] = (
    Column(
        "place_level", pl.String, "the level of place", tuple(one.value for one in CountedPlace)
    ),
    Column("by", pl.String, "how it is split", tuple(_WAYS)),
    *(one for one in CELL_COLUMNS if one.name not in _LEFT_OUT),
    Column("rows", pl.Int64, "coverage: rows of the kind, period and place; empty in editions"),
    Column("mapped", pl.Int64, "coverage: of these, mapped to the typology"),
    Column("ambiguous", pl.Int64, "coverage: of these, ambiguous"),
    Column("unclassified", pl.Int64, "coverage: of these, unclassified"),
    Column("class_only", pl.Int64, "coverage: of these, known by NSIR class alone"),
)
_SCHEMA = schema_of(COUNT_COLUMNS)
_NO_RECORD = Standing((), 0)
_OF_PLACE = ("kind", "period", "place")


@dataclass(slots=True)
class Counts:
    """What a reader may count, by part."""

    desk: Desk
    entitled: Entitled
    kinds: Sequence[Kind]
    columns: Sequence[Column] = COUNT_COLUMNS
    rules: Sequence[str] = RULES
    standing: Standing = _NO_RECORD
    """No record leaves: nothing that is taken back makes it stale."""
    editions: set[str] = field(default_factory=set)
    lane: Lane = Lane.STATISTICS
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def parts(self) -> dict[str, Part]:
        """Return what stands in each part.

        Raises:
            LawRefuses: The editions hold what the law does not let this reader have today.
        """
        tables: list[pl.DataFrame] = []
        classes: set[int] = set()
        for question in self._questions():
            found = answered(self.desk, question, self.entitled)
            classes |= found.classes
            self.editions |= set(found.editions)
            tables.append(_table(question, found))
        whole = pl.concat([pl.DataFrame(schema=_SCHEMA), *tables])
        moment = pl.col("period_start").cast(pl.Datetime("us")).dt.epoch("s") + 43_200
        parts: dict[str, Part] = {}
        placed = whole.with_columns(path=path_of(moment)).sort("path", maintain_order=True)
        for (path,), frame in placed.group_by("path", maintain_order=True):
            part = parts[str(path)] = Part(str(path), rows=len(frame), classes=classes)
            self._frames[part.path] = frame.drop("path")
            part.digest.update(self._frames[part.path].write_ndjson().encode())
        return parts

    def basis(self) -> bytes:
        """Return the hash of what every file depends on beside its rows."""
        asked = self.entitled.subscription
        said = {"subscription": asked.id, "recipient": asked.partner, "power": asked.power.value}
        return basis_of(self.columns, said | {"rules": list(self.rules)})

    def write(self, part: Part, sink: BinaryIO) -> None:
        """Write the file of a part."""
        asked, decided = self.entitled.subscription, self.entitled.decided
        marked = high_water((decided.classes[one] for one in part.classes), self.lane)
        frame = self._frames[part.path]
        about = About(
            what="Counts",
            # of the period, so that a file says the same until something in it changes
            as_of=str(frame["period_start"].max()),
            subscription=asked.id,
            power=asked.power.value,
            marking=marked.leaves.value,
            columns=self.columns,
            rules=self.rules,
        )
        FORMS[Form.PARQUET].write([frame], about, sink)

    def _questions(self) -> Iterator[StatisticsQuestion]:
        """Every table there is, cut so that none is too large."""
        last = london_day(self.desk.clock)
        ends = month_named(last.year * 12 + last.month - 2)
        with self.desk.reader.connection() as connection:
            if is_read_from_editions(self.entitled.subscription):
                found = newest_editions(connection, "1900Q1", "2999Q4")
                quarter = found[0]["quarter"] if found else None
                begins = quarter and f"{quarter[:4]}-{int(quarter[5]) * 3 - 2:02d}"
                keys = {key for kind in Kind for key in keys_of(CURRENT, kind.value)}
                spans = [(begins, ends)] if begins else []
            else:
                begins = first_month(connection)
                keys = {Key(place, "month", way) for place in _PLACES for way in _WAYS}
                numbers = range(month_number(begins), month_number(ends) + 1) if begins else ()
                spans = [(month_named(one), month_named(one)) for one in numbers]
        for (first, until), key in product(spans, sorted(keys)):
            if key.level in _PLACES and key.by in _WAYS:
                by, split = _WAYS[key.by]
                yield StatisticsQuestion(
                    subscription=self.entitled.subscription.id,
                    place=CountedPlace(key.level),
                    period=CountedPeriod(key.length),
                    by=by,
                    split=split,
                    first=first,
                    last=until,
                    kind=tuple(self.kinds),
                )


def _way_of(question: StatisticsQuestion) -> str:
    return question.by.value if question.split is Split.NONE else question.split.value


def _table(question: StatisticsQuestion, found: Answered) -> pl.DataFrame:
    cells = frame_of_cells(found.cells).with_columns(
        place_level=pl.lit(question.place.value), by=pl.lit(_way_of(question))
    )
    rows = [tuple(getattr(one, name) for name in Coverage._fields) for one in found.coverage or ()]
    names = {name: pl.String if name in _OF_PLACE else pl.Int64 for name in Coverage._fields}
    coverage = pl.DataFrame(rows, schema=names, orient="row")
    joined = cells.join(coverage, on=_OF_PLACE, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(_SCHEMA.names())


if not set(COVERED) <= set(_SCHEMA):
    raise LookupError("coverage has a part without a column")  # at import: none is left out
