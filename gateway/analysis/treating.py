"""Treated in columns: exactly what ``gateway.release.treated.treat`` gives row by row, for very many rows.

Each part of a record (``policies.factors``) is worked out once for all rows that agree in what it depends
on, by the treatment that releases use; the rest is putting columns together. What every row has for itself
is its id, a keyed hash, which is most of what is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from gateway.analysis.frames import NESTED, RECORD_SCHEMA, frame_of
from gateway.release.treated import Names, open_half_of
from gateway.store.bulk import SCHEMA
from gateway.store.offers import Candidate
from policies.depersonalise import depersonalise
from policies.factors import OF_THE_ROW, Factor, factors_of
from policies.law import Law
from policies.treatments import packaged_treatments
from schemas.open_half import OpenDetail
from schemas.record_class import RecordClass
from schemas.released import DepersonalisedIncident
from schemas.sensitivity import Lane

_NOBODY = "r1.2000Q1.AAAAAAAAAAAAAAAAAAAAAA"
"""The id of a record that stands for all rows that agree with it; it leaves with none of them."""
_MOST = 200_000
"""How many different values of one part are kept; beyond, what was kept is let go."""
factors_of(packaged_treatments()[Lane.DEPERSONALISED])  # at import: every field has its part


class InColumns:
    """Treats frames of rows under one law for one recipient; what was worked out is kept between them."""

    def __init__(self, classes: Mapping[int, RecordClass], law: Law, names: Names) -> None:
        """As ``treat``; the classes are those of every row that will be given."""
        self._names, self._classes = names, classes
        table = law.treatments[Lane.DEPERSONALISED]

        def treated(row: tuple[Any, ...]) -> DepersonalisedIncident:
            candidate = Candidate._make(row)
            half = open_half_of(candidate)
            return depersonalise(half, classes[candidate.class_id], _NOBODY, 1, table)

        self._parts = [_Part(at, one, treated) for at, one in enumerate(factors_of(table))]
        of = {name: part for part in self._parts for name in part.gives}
        fields = [name for name in DepersonalisedIncident.model_fields if name not in OF_THE_ROW]
        for number, (part, run) in enumerate(groupby(fields, of.__getitem__)):
            part.runs[f"run_{number}"] = frozenset(run)
        self._runs = [f"run_{number}" for number in range(sum(len(p.runs) for p in self._parts))]
        self._marks = _marks(classes, self._parts)
        self._details = _Details(self._parts)

    def frame(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows as one frame of ``RECORD_SCHEMA``, in their order.

        Args:
            rows: Of ``gateway.store.bulk.SCHEMA``, of quarters that can be named.
        """
        keyed = self._keyed(rows)
        found = [part.columns(keyed) for part in self._parts]
        own = pl.DataFrame({"id": self._ids(rows), "version": rows["version"]})
        return pl.concat([own, *found], how="horizontal").select(RECORD_SCHEMA.names())

    def lines(self, rows: pl.DataFrame) -> pl.Series:
        """Return each row as the JSON that a release writes, as ``frame``."""
        keyed = self._keyed(rows)
        found = pl.concat([part.texts(keyed) for part in self._parts], how="horizontal")
        before = [pl.lit('{"id":"'), pl.lit(self._ids(rows)), pl.lit('","version":')]
        version = pl.lit(rows["version"].cast(pl.String))
        runs = [pl.col(name) for name in self._runs]
        return found.select(pl.concat_str([*before, version, *runs, pl.lit("}")])).to_series()

    def _ids(self, rows: pl.DataFrame) -> pl.Series:
        if rows["quarter"].n_unique() == 1:
            quarter = rows["quarter"][0]
            return pl.Series(self._names.ids_of(rows["incident"].to_list(), quarter))
        found: list[pl.DataFrame] = []
        numbered = rows.select("incident", "quarter").with_row_index("at")
        for part in numbered.partition_by("quarter"):
            named = self._names.ids_of(part["incident"].to_list(), part["quarter"][0])
            found.append(pl.DataFrame({"at": part["at"], "id": named}))
        return pl.concat(found).sort("at")["id"] if found else pl.Series([], dtype=pl.String)

    def _keyed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Put beside the rows, a part, what of class and detail it depends on, as a number."""
        marked = rows.join(self._marks, on="class_id", how="left", maintain_order="left")
        return marked.join(self._details.of(rows), on="detail", how="left", maintain_order="left")


def _marks(classes: Mapping[int, RecordClass], parts: Sequence[_Part]) -> pl.DataFrame:
    columns: dict[str, Any] = {"class_id": pl.Series(list(classes), dtype=pl.Int64)}
    for part in parts:
        if part.of_class:
            seen: dict[Any, int] = {}
            columns[part.of_class] = [
                seen.setdefault(tuple(getattr(one, name) for name in part.class_fields), len(seen))
                for one in classes.values()
            ]
    return pl.DataFrame(columns)


class _Details:
    """What of a detail each part depends on, as numbers; a few hundred details make up a month."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = [part for part in parts if part.of_detail]
        self._seen: list[dict[Any, int]] = [{} for _ in self._parts]
        self._schema = {"detail": pl.String, **{part.of_detail: pl.Int64 for part in self._parts}}
        self._known = pl.DataFrame(schema=self._schema)

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return one row a detail, those of ``rows`` among them."""
        new = rows.select("detail").unique().join(self._known, on="detail", how="anti")
        if len(new):
            if len(self._known) > _MOST:
                self._known = self._known.clear()
                return self.of(rows)
            told = [[text, *self._numbers(text)] for text in new["detail"]]
            more = pl.DataFrame(told, schema=self._schema, orient="row")
            self._known = pl.concat([self._known, more])
        return self._known

    def _numbers(self, text: str) -> list[int]:
        detail = OpenDetail.model_validate_json(text)
        return [
            seen.setdefault(
                text
                if part.detail_fields is None
                else tuple(getattr(detail, name) for name in part.detail_fields),
                len(seen),
            )
            for part, seen in zip(self._parts, self._seen, strict=True)
        ]


class _Part:
    """One part of the record: what was worked out of it so far, by what it depends on."""

    def __init__(self, number: int, factor: Factor, treated: Any) -> None:  # noqa: ANN401 - a function
        self.gives, self._treated = factor.gives, treated
        self.runs: dict[str, frozenset[str]] = {}
        """Fields that stand side by side in the record, by the name of their column of text."""
        self.class_fields, self.detail_fields = factor.of_class, factor.details
        self.of_class = f"class_{number}" if factor.of_class else ""
        self.of_detail = f"detail_{number}" if factor.details != () else ""
        self._keys = [*factor.columns, *filter(None, (self.of_class, self.of_detail))]
        self._given = [
            column
            for column in RECORD_SCHEMA.names()
            if any(_is_of(column, name) for name in self.gives)
        ]
        self._index: pl.DataFrame | None = None
        self._columns = pl.DataFrame(schema={name: RECORD_SCHEMA[name] for name in self._given})
        self._texts: pl.DataFrame | None = None

    def columns(self, keyed: pl.DataFrame) -> pl.DataFrame:
        """Return the part's columns of the rows."""
        at = self._found(keyed)  # first: it may add to the columns
        return self._columns[at] if len(keyed) else self._columns.clear()

    def texts(self, keyed: pl.DataFrame) -> pl.DataFrame:
        """Return the part's runs of fields of the rows, as JSON with a comma in front."""
        at = self._found(keyed)
        if self._texts is None:
            return pl.DataFrame(schema=dict.fromkeys(self.runs, pl.String))
        return self._texts[at]

    def _found(self, keyed: pl.DataFrame) -> pl.Series:
        if self._index is None or len(self._index) > _MOST:
            self._index = keyed.select(self._keys).clear().with_columns(at=pl.lit(0, pl.Int64))
            self._columns, self._texts = self._columns.clear(), None
        found = self._look_up(keyed, self._index)
        if found.null_count():
            self._work_out(keyed.filter(found.is_null()), self._index)
            found = self._look_up(keyed, self._index)
        return found

    def _look_up(self, keyed: pl.DataFrame, index: pl.DataFrame) -> pl.Series:
        wanted = keyed.select(self._keys)
        return wanted.join(
            index, on=self._keys, how="left", nulls_equal=True, maintain_order="left"
        )["at"]

    def _work_out(self, keyed: pl.DataFrame, index: pl.DataFrame) -> None:
        new = keyed.unique(subset=self._keys, keep="first", maintain_order=True)
        records = [self._treated(row) for row in new.select(SCHEMA.names()).iter_rows()]
        at = pl.Series("at", range(len(index), len(index) + len(new)), dtype=pl.Int64)
        self._index = pl.concat([index, new.select(self._keys).with_columns(at)])
        self._columns = pl.concat([self._columns, frame_of(records).select(self._given)])
        texts = pl.DataFrame(
            {
                name: pl.Series([_written(record, run) for record in records], dtype=pl.String)
                for name, run in self.runs.items()
            }
        )
        self._texts = texts if self._texts is None else pl.concat([self._texts, texts])


def _is_of(column: str, field: str) -> bool:
    """Whether a column of the frame is of a field of the record."""
    if field in NESTED:
        return column in {f"{field}_{part}" for part in NESTED[field].model_fields}
    return column in {field, f"{field}_at", f"{field}_day"}


def _written(record: DepersonalisedIncident, run: frozenset[str]) -> str:
    inner = record.model_dump_json(exclude_defaults=True, include=set(run))[1:-1]
    return f",{inner}" if inner else ""
