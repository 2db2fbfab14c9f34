"""``gateway export``: a data set on disk that other tools read, and the check of one without the gateway."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import OPERATOR, Actor, AsJson
from schemas.codes import Kind


class Partition(StrEnum):
    """How a data set is cut into files."""

    YEAR_MONTH = "year/month"


class Forms(StrEnum):
    """What its files are."""

    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"


class What(StrEnum):
    """What it holds."""

    RECORDS = "records"
    STATISTICS = "statistics"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the data set lies.")],
    *,
    subscription: Annotated[
        str | None, typer.Option(help="The subscription under which it leaves.")
    ] = None,
    partition: Annotated[
        Partition,
        typer.Option(
            help="How it is cut: by month in London, of when it occurred, else was reported; counts by"
            " the month of the first report."
        ),
    ] = Partition.YEAR_MONTH,
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Only these kinds; may be repeated.")
    ] = None,
    form: Annotated[
        Forms, typer.Option(help="GeoParquet has the map point as a geometry.")
    ] = Forms.PARQUET,
    what: Annotated[What, typer.Option(help="What it holds.")] = What.RECORDS,
    check: Annotated[
        bool, typer.Option("--check", help="Check a data set against manifest and receipt instead.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(help="For --check: the ledger's public key (`gateway keys show`), or a file."),
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Write a subscription's records or counts as Parquet by month; run again, it writes what changed.

    `DIR/year=2026/month=10/data.parquet`, read by DuckDB, polars, pyarrow, Spark or Trino. What was taken
    back or erased leaves its file; a month in which nothing changed stays byte for byte. `_manifest.json`
    lists the files with their hashes and holds the receipt; each run is one entry of the ledger. A run that
    was killed is simply run again. `--check` needs no gateway, only the ledger's public key.
    """
    del partition  # there is one
    # help must cost nothing: what does the work is imported when the command runs
    from gateway.cli.exporting import check_data_set, write_data_set  # noqa: PLC0415 - as said above

    if check:
        check_data_set(folder, key, as_json=as_json)
        return
    kinds = tuple(kind or ())
    write_data_set(folder, subscription, kinds, form.value, what.value, actor, as_json=as_json)
