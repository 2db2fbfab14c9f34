"""All that one subscription may have, as columns, however much it is.

What may go is decided per class, as for every question; rows are read in windows of the log, inside one
consistent read, while those before are being treated, so that memory holds two windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl

from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.treating import InColumns
from gateway.release.treated import names_for
from gateway.store.bulk import ROWS, Standing, standing_columns


def treatment_for(desk: Desk, entitled: Entitled) -> InColumns:
    """Return the treatment of a reader's rows under the law by which he was entitled."""
    names = names_for(desk.keys, entitled.subscription.partner, entitled.edition.eras)
    return InColumns(entitled.decided.classes, entitled.edition.law, names)


def standing_of(entitled: Entitled) -> Standing:
    """Return which versions the law lets go to a reader."""
    return Standing(entitled.decided.allowed, entitled.decided.since)


def rows_of(
    connection: Any,  # noqa: ANN401 - a connection lent by the reader
    desk: Desk,
    standing: Standing,
    until: int,
) -> Iterator[pl.DataFrame]:
    """Yield rows in the order of the log, those that cannot be named any more left out.

    Args:
        connection: Inside one consistent read; nobody else may use it meanwhile.
        desk: Whose keys tell which quarters cannot be named.
        standing: Which versions.
        until: The last position.
    """
    gone = sorted(desk.keys.quarters.destroyed)

    def read(after: int) -> pl.DataFrame:
        rows = standing_columns(connection, standing, after, min(until, after + ROWS))
        return rows.filter(~pl.col("quarter").is_in(gone)) if gone else rows

    with ThreadPoolExecutor(1) as ahead:
        begins = range(0, until, ROWS)
        waiting = ahead.submit(read, 0) if begins else None
        for after in begins:
            assert waiting is not None
            rows = waiting.result()
            waiting = ahead.submit(read, after + ROWS) if after + ROWS < until else None
            if len(rows):
                yield rows
