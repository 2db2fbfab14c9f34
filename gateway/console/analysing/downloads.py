"""Taking figures away: every form, what its columns mean, and lines to copy for an analyst's tools.

The lines hold the question's own address and no secret: they read a tool credential from where each tool
keeps it.
"""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.analysis.frames import CELL_COLUMNS, RECORD_COLUMNS, Column
from gateway.analysis.pivots import refuse_pivots
from gateway.clock import london_day
from gateway.console.analysing.asked import faults_of, query_of, subscriptions_of
from gateway.console.analysing.periods import month_back, months
from gateway.console.analysing.snippets import FORM_SAYS, snippets, whole
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.errors import NotFound
from schemas.counted import (
    CountedBehaviour,
    CountedMeasure,
    CountedPeriod,
    CountedPlace,
    StatisticsQuestion,
)
from schemas.sensitivity import Lane

PATH = "/console/analysis/downloads"
MONTHS = 12
MEASURE_SAYS = {
    CountedMeasure.COUNT: "Nothing",
    CountedMeasure.RATE: "Rate per 1,000 residents",
    CountedMeasure.CHANGE: "Change on the period before",
    CountedMeasure.YEAR_CHANGE: "Change on the year before",
    CountedMeasure.ROLLING_12: "Rolling twelve months",
}


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Downloads and tools", ANALYST, NOMINATED)
    desk.get(PATH, ANALYST, NOMINATED)(_shown)


def _shown(visit: Visit) -> Response:
    refuse_pivots(visit.request.query_params.multi_items(), StatisticsQuestion.model_fields)
    choices = subscriptions_of(visit.house, visit.person)
    if not choices:
        return visit.page("analysis/none.html", has_partner=visit.person.partner is not None)
    closed = month_back(f"{london_day(visit.house.clock):%Y-%m}", 1)
    given = {
        "subscription": choices[0].id,
        "first": months(closed, MONTHS)[0],
        "last": closed,
        **{name: value for name, value in visit.request.query_params.multi_items() if value},
    }
    try:
        question = StatisticsQuestion.model_validate_strings(given)
    except ValidationError as refused:
        faults = faults_of(refused, StatisticsQuestion)
        return visit.page("analysis/not_asked.html", 422, faults=faults)
    chosen = next((one for one in choices if one.id == question.subscription), None)
    if chosen is None:
        raise NotFound
    origin = str(visit.request.base_url).rstrip("/")
    counts = origin + query_of(question)
    records = f"{origin}/v1/incidents?subscription={chosen.id}"
    has_records = chosen.lane is Lane.DEPERSONALISED
    return visit.page(
        "analysis/downloads.html",
        choices=choices,
        chosen=chosen,
        asked=question,
        counts=counts,
        records=records if has_records else None,
        fields=_fields(),
        files=[
            [form.value, says, whole(origin, chosen.id, form)] for form, says in FORM_SAYS.items()
        ]
        if has_records
        else [],
        snippets=snippets(origin, counts, chosen.id if has_records else None),
        cell_columns=list(map(_described, CELL_COLUMNS)),
        record_columns=list(map(_described, RECORD_COLUMNS)) if has_records else [],
    )


def _fields() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return name, label and choices of each level that the form offers."""
    return [
        ("place", "Level of place", [(one.value, one.value.upper()) for one in CountedPlace]),
        (
            "period",
            "Period",
            [(one.value, one.value.replace("_", " ").capitalize()) for one in CountedPeriod],
        ),
        (
            "by",
            "Split by",
            [(one.value, _spoken(one.value)) for one in CountedBehaviour],
        ),
        (
            "measure",
            "Beside each count",
            [(one.value, MEASURE_SAYS[one]) for one in CountedMeasure],
        ),
    ]


def _described(column: Column) -> list[Any]:
    return [column.name, column.called, column.says, ", ".join(column.codes)]


def _spoken(code: str) -> str:
    return code.replace("_", " ").capitalize()
