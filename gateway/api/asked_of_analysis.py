"""What both kinds of questions of analysts share: reading a question, and tables for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import polars as pl
from fastapi import Request
from pydantic import ValidationError

from gateway.analysis.entitled import Desk
from gateway.analysis.pivots import refuse_pivots
from gateway.analysis.written import as_csv
from gateway.api.problems import sentence_of
from gateway.api.service import Service
from gateway.errors import RequestInvalid
from schemas.analysis import IncidentQuestion
from schemas.base import Word
from schemas.problems import ProblemError
from schemas.released import RELEASED_NAMES

Question = TypeVar("Question", bound=Word)
CSV = "text/csv; charset=utf-8"
_SHOWN: Mapping[type[Word], frozenset[str]] = MappingProxyType({IncidentQuestion: RELEASED_NAMES})
"""Columns that a question's reader is shown under these names."""
FORMS: dict[int | str, Any] = {200: {"content": {"application/json": {}, "text/csv": {}}}}


def desk_of(service: Service) -> Desk:
    """Return what questions are answered with."""
    house = service.house
    return Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)


def question_of(form: type[Question], request: Request, aside: Collection[str] = ()) -> Question:
    """Read a question from the query; what it does not know is refused, and no value is repeated.

    Args:
        form: Of the question.
        request: Whose query it is.
        aside: Parameters that say how it is answered, and are read elsewhere.

    Raises:
        PivotOnPerson: It asks by what names a person, a home or a report.
        RequestInvalid: A parameter is unknown, stands twice or does not fit.
    """
    given = [one for one in request.query_params.multi_items() if one[0] not in aside]
    refuse_pivots(given, form.model_fields, _SHOWN.get(form, frozenset()))
    asked = _together(given, _lists(form))
    try:
        if asked is not None:
            return form.model_validate_strings(asked)
    except ValidationError as refused:
        faults = refused.errors(include_input=False, include_url=False)
        said = {_name(fault["loc"]): sentence_of(fault) for fault in faults}
        errors = [_fault(name, said[name]) for name in sorted(said.keys() & form.model_fields)]
        errors += [_fault("", said[""])] if "" in said else []
        errors += [_UNKNOWN] if said.keys() - form.model_fields.keys() - {""} else []
        raise RequestInvalid(errors=tuple(errors)) from None
    raise RequestInvalid(errors=(_UNKNOWN,))


def asks_nothing(request: Request, form: type[Word] | None = None) -> None:
    """Look at the query of a route that reads no question, or reads it later: it names no person either.

    Args:
        request: Whose query it is.
        form: Of the question that is read later.

    Raises:
        PivotOnPerson: It asks by what names a person, a home or a report.
    """
    known = () if form is None else form.model_fields
    refuse_pivots(request.query_params.multi_items(), known)


@cache
def _lists(form: type[Word]) -> frozenset[str]:
    """Return the parameters that take several values."""
    about = form.model_json_schema()["properties"]
    return frozenset(name for name, schema in about.items() if schema.get("type") == "array")


def _together(given: Sequence[tuple[str, str]], lists: Collection[str]) -> dict[str, str] | None:
    """Return parameters by name, the values of a list apart by commas; None: one that is no list is twice."""
    asked: dict[str, str] = {}
    for name, value in given:
        if name in asked and name not in lists:
            return None
        asked[name] = f"{asked[name]},{value}" if name in asked else value
    return asked


def _name(location: tuple[int | str, ...]) -> str:
    """Return the parameter that a fault lies in; empty where it is of several together."""
    return str(location[0]) if location else ""


def _fault(name: str, says: str) -> ProblemError:
    pointer = f"/query/{name}" if name else "/query"
    return ProblemError(pointer=pointer, rule="request.query", says=says)


_UNKNOWN = ProblemError(
    pointer="/query", rule="request.query", says="A parameter is unknown or stands twice."
)


def wants_csv(request: Request) -> bool:
    """Whether a table was asked for."""
    return "text/csv" in request.headers.get("accept", "")


def csv_table(frame: pl.DataFrame) -> bytes:
    """Write a table for a spreadsheet: UTF-8 with a mark, and no text that is taken for a formula."""
    out = io.BytesIO()
    as_csv.write_table([frame], frame.columns, out)
    return out.getvalue()
