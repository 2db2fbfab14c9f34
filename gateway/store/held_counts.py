"""The roll-ups held in memory, month by month, so that any question over them is a few array operations.

A month is read again when a commit changed it (``rollup_change``), inside the reader's one consistent
read: what is held is never older than the log that the answer names. Measured at decision 0038.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from gateway.store import tables as t
from gateway.store.bulk import read_columns
from gateway.store.counted_log import counted_since, log_size, nothing_before
from gateway.store.rollups import Cell, folded, quarter_of_month

Ints = NDArray[np.signedinteger[Any]]
_R, _H, _C = t.ROLLUP, t.ROLLUP_HOUR, t.ROLLUP_CHANGE
_KIND = ("class_id", "nsir_class", "sub_behaviour")
_PLACE = ("lsoa_code", "msoa_code", "ward_code", "district_code")


class What(NamedTuple):
    """What a number counts."""

    class_id: int
    nsir_class: str
    sub_behaviour: str


class Where(NamedTuple):
    """The areas round it; empty where one is not known."""

    lsoa: str
    msoa: str
    ward: str
    district: str


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of one month, or of one quarter with hours: columns of the same length."""

    versions: tuple[int, ...]
    what: Ints
    """Places in ``HeldCounts.whats``."""
    where: Ints
    """Places in ``HeldCounts.wheres``."""
    number: Ints
    slot: Ints | None = None
    """Hours of the week, where they are asked for (``rollups.slot_of``)."""
    coarser: dict[str, Block] = field(default_factory=dict, compare=False, repr=False)
    """The same by areas of one level alone, once it was asked for."""


class HeldCounts:
    """The roll-ups of one database, for one process; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.whats: list[What] = []
        self.wheres: list[Where] = []
        self._what: dict[str, int] = {}
        self._where: dict[str, int] = {}
        self._months: dict[str, Block] = {}
        self._quarters: dict[str, Block] = {}
        self._years: dict[tuple[str, str], tuple[list[Block], Block]] = {}
        self._since: tuple[tuple[int, int], Mapping[Cell, int]] | None = None

    def blocks(
        self, connection: Connection, since: int, months: tuple[str, str], *, hours: bool
    ) -> dict[str, Block]:
        """Return the cells of months, or by hour of the quarters in them, by month or quarter.

        Args:
            connection: Inside one consistent read.
            since: Only what was recorded from this second on.
            months: First and last.
            hours: Whether by hour.
        """
        if not nothing_before(connection, since):
            # the roll-ups do not know when a version was recorded, the log does
            key = since, log_size(connection)
            cells = self.since(key, lambda: counted_since(connection, since))
            return self.of_cells(cells, months, hours=hours)
        return self.quarters(connection, *months) if hours else self.months(connection, *months)

    def months(self, connection: Connection, first: str, last: str) -> dict[str, Block]:
        """Return the cells of the months from one to another, both in it, that have any."""
        with self._lock:
            now = _changes(connection, first, last)
            versions = {month: (changes,) for month, changes in now.items()}
            self._refresh(connection, self._months, versions, _R, _R.c.month, _PLACE)
            return {month: self._months[month] for month in sorted(versions)}

    def quarters(self, connection: Connection, first: str, last: str) -> dict[str, Block]:
        """Return the cells by hour of the quarters that lie in these months whole."""
        with self._lock:
            versions: dict[str, tuple[int, ...]] = {}
            for month, changes in sorted(_changes(connection, first, last).items()):
                quarter = quarter_of_month(month)
                versions[quarter] = (*versions.get(quarter, ()), int(month[5:]), changes)
            self._refresh(
                connection, self._quarters, versions, _H, _H.c.quarter, ("district_code",)
            )
            return {quarter: self._quarters[quarter] for quarter in sorted(versions)}

    def since(
        self, key: tuple[int, int], count: Callable[[], Mapping[Cell, int]]
    ) -> Mapping[Cell, int]:
        """Return counts that are not of the roll-ups: counted once for a second and a size of the log."""
        with self._lock:
            if self._since is None or self._since[0] != key:
                self._since = key, count()
            return self._since[1]

    def of_cells(
        self, cells: Mapping[Cell, int], months: tuple[str, str], *, hours: bool
    ) -> dict[str, Block]:
        """Return counts that were made otherwise as blocks, like ``months`` and ``quarters``."""
        chosen = {
            cell: number for cell, number in cells.items() if months[0] <= cell.month <= months[1]
        }
        by_place, by_hour, _ = folded(chosen)
        table = _H if hours else _R
        names = tuple(column.name for column in table.columns)
        places = ("district_code",) if hours else _PLACE
        frame = pl.DataFrame(by_hour if hours else by_place, schema=_schema(names), orient="row")
        with self._lock:
            parts = frame.partition_by(names[0], as_dict=True)
            return {
                str(name): self._block(part, places, ()) for (name,), part in sorted(parts.items())
            }

    def at_level(
        self, blocks: Mapping[str, Block], level: str, *, years: bool
    ) -> Mapping[str, Block]:
        """Return months by the areas of one level alone: a month of streets is summed once, not a question.

        Args:
            blocks: By month, as ``blocks`` returned them; those by hour, or not of the roll-ups, stay.
            level: ``lsoa``, ``msoa``, ``ward`` with the finer, ``district``, or ``none``.
            years: Whether the twelve months of a year may come as one, by its name.
        """
        if not all(one.versions and one.slot is None for one in blocks.values()):
            return blocks
        with self._lock:
            found = {month: self._coarser(one, level) for month, one in blocks.items()}
            if not years:
                return found
            for year in sorted({month[:4] for month in found if month}):
                months = [f"{year}-{month:02d}" for month in range(1, 13)]
                if found.keys() >= set(months):
                    found[year] = self._year(year, level, [found.pop(one) for one in months])
            return dict(sorted(found.items()))

    def _coarser(self, block: Block, level: str) -> Block:
        if level not in block.coarser:
            onto = self._areas(np.unique(block.where).tolist(), level)
            block.coarser[level] = _summed(
                block.versions, block.what, onto[block.where], block.number
            )
        return block.coarser[level]

    def _areas(self, used: Iterable[int], level: str) -> Ints:
        """Return, by place in ``wheres``, that of its area of one level with nothing finer or wider."""
        # in which ward an area of the census is counted whole, is said by its code
        kept = ("lsoa", "msoa", "ward") if level == "ward" else (level,)
        onto = np.zeros(len(self.wheres), np.int64)
        for one in used:
            pairs = zip(Where._fields, self.wheres[one], strict=True)
            names = [name if part in kept else "" for part, name in pairs]
            key = "|".join(names)
            if key not in self._where:
                self._where[key] = len(self._where)
                self._add_where(names)
            onto[one] = self._where[key]
        return onto

    def _year(self, year: str, level: str, months: list[Block]) -> Block:
        held = self._years.get((year, level))
        # a month that was read again is another block
        if held is None or any(old is not new for old, new in zip(held[0], months, strict=True)):
            columns = [
                np.concatenate([getattr(one, name) for one in months])
                for name in ("what", "where", "number")
            ]
            held = months, _summed(months[0].versions, *columns)
            self._years[year, level] = held
        return held[1]

    def _refresh(
        self,
        connection: Connection,
        held: dict[str, Block],
        versions: Mapping[str, tuple[int, ...]],
        table: Any,  # noqa: ANN401 - a table of the store
        period: Any,  # noqa: ANN401 - its column
        places: Sequence[str],
    ) -> None:
        stale = [
            one for one, now in versions.items() if one not in held or held[one].versions != now
        ]
        if not stale:
            return
        more = ("slot",) if table is _H else ()
        columns = (*_KIND, *places, *more, "number")
        statement = select(period.label("period"), *(table.c[name] for name in columns))
        chosen = statement.where(period.in_(stale))
        frame = read_columns(connection, chosen, _schema(("period", *columns)))
        frame = frame.with_columns(pl.col(pl.String).fill_null(""))
        parts = frame.partition_by("period", as_dict=True)
        for one in stale:
            part = parts.get((one,), frame.clear())
            held[one] = self._block(part, places, versions[one])

    def _block(
        self, frame: pl.DataFrame, places: Sequence[str], versions: tuple[int, ...]
    ) -> Block:
        what = self._coded(frame, _KIND, self._what, self._add_what)
        where = self._coded(frame, places, self._where, self._add_where)
        number = frame["number"].to_numpy().astype(np.int32)
        slot = frame["slot"].to_numpy().astype(np.int32) if "slot" in frame.columns else None
        return Block(versions, what, where, number, slot)

    def _coded(
        self,
        frame: pl.DataFrame,
        names: Sequence[str],
        known: dict[str, int],
        add: Callable[[list[str]], None],
    ) -> Ints:
        """Number the combinations of some columns, the same in every block."""
        if not frame.height:
            return np.empty(0, np.int32)
        joined = frame.select(pl.concat_str(names, separator="|").alias("key"))["key"]
        distinct = joined.unique()
        for key in distinct:
            if key not in known:
                known[key] = len(known)
                add(key.split("|"))
        codes = [known[key] for key in distinct]
        coded = joined.replace_strict(distinct, pl.Series(codes, dtype=pl.Int32))
        found: Ints = coded.to_numpy()
        return found

    def _add_what(self, parts: list[str]) -> None:
        self.whats.append(What(int(parts[0]), parts[1], parts[2]))

    def _add_where(self, parts: list[str]) -> None:
        self.wheres.append(Where(*(["", "", ""] if len(parts) == 1 else []), *parts))


def _summed(versions: tuple[int, ...], what: Ints, where: Ints, number: Ints) -> Block:
    """Add up what is of one kind at one place."""
    width = int(where.max(initial=0)) + 1
    keys, at = np.unique(what.astype(np.int64) * width + where, return_inverse=True)
    sums = np.bincount(at, number, len(keys)).astype(np.int32)
    kinds, places = np.divmod(keys, width)
    return Block(versions, kinds.astype(np.int32), places.astype(np.int32), sums)


def _changes(connection: Connection, first: str, last: str) -> dict[str, int]:
    statement = select(_C.c.month, _C.c.changes).where(_C.c.month >= first, _C.c.month <= last)
    return {row[0]: int(row[1]) for row in connection.execute(statement)}


def _schema(columns: Sequence[str]) -> pl.Schema:
    numbers = {"class_id", "slot", "number"}
    return pl.Schema({name: pl.Int64() if name in numbers else pl.String() for name in columns})
