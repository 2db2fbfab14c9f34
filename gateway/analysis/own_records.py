"""A reader's own records, treated, in columns: what is worked out from single records begins here."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from gateway.analysis.bulk import treatment_for
from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.frames import RECORD_SCHEMA
from gateway.analysis.incidents_asked import lying_where_asked, wanted_by
from gateway.errors import RequestInvalid
from gateway.store.analysing import Place, columns_after
from schemas.analysis import IncidentQuestion
from schemas.problems import ProblemError

_CHUNK = 20_000
BESIDE = ("position", "incident", "class_id", "district_code", "recorded_at")
"""Columns of the log beside those that leave; none of them is shown."""


def own_records(
    desk: Desk, entitled: Entitled, question: IncidentQuestion, most: int
) -> pl.DataFrame:
    """Return current, live records that fit a question, as they leave, with ``BESIDE``.

    Raises:
        LawRefuses: As ``wanted_by``.
        RequestInvalid: There are more than ``most``.
    """
    wanted, treat = wanted_by(question, entitled), treatment_for(desk, entitled)
    gone = sorted(desk.keys.quarters.destroyed)
    after: Place | None = None
    found: list[pl.DataFrame] = []
    number = 0
    with desk.reader.connection() as connection:
        while True:
            rows, after = columns_after(connection, wanted, after, _CHUNK)
            rows = rows.filter(~pl.col("quarter").is_in(gone))
            records = treat.frame(rows).with_columns(rows.select(BESIDE).get_columns())
            found.append(lying_where_asked(question, rows, records))
            number += len(found[-1])
            if number > most:
                says = f"More than {most} records fit: ask for a shorter period or a place."
                fault = ProblemError(pointer="/query/last", rule="request.query", says=says)
                raise RequestInvalid(errors=(fault,))
            if after is None:
                return pl.concat(found) if found else pl.DataFrame(schema=RECORD_SCHEMA)


def month_begins(month: str) -> date:
    """Return the first day of a month."""
    return date(int(month[:4]), int(month[5:]), 1)


def month_ends(month: str) -> date:
    """Return the last day of a month."""
    after = month_begins(month) + timedelta(days=31)
    return after.replace(day=1) - timedelta(days=1)
