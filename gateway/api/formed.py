"""In which form an answer is asked for: ``format=`` says it, else the header Accept, else JSON."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from gateway.analysis.written.forms import FORMS, Form
from gateway.errors import RequestInvalid
from schemas.problems import ProblemError

PARAMETER = "format"
_NAMED = {form.value: form for form in Form}
_BY_TYPE = {writing.media_type.partition(";")[0]: form for form, writing in FORMS.items()}
_BY_TYPE[FORMS[Form.PARQUET].media_type] = Form.PARQUET
_BY_TYPE |= {"application/ndjson": Form.NDJSON, "application/jsonl": Form.NDJSON}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {writing.media_type: {} for writing in FORMS.values()}}
}
"""What an answer may be, for /openapi.json."""
FORMAT_PARAMETER = {
    "name": PARAMETER,
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": [form.value for form in Form]},
}
_NO_FORM = ProblemError(
    pointer=f"/query/{PARAMETER}",
    rule="request.query",
    says=f"It is none of these: {', '.join(Form)}.",
)


def form_of(request: Request, otherwise: Form = Form.JSON) -> Form:
    """Return the form that is asked for; ``otherwise`` where nothing that there is was named.

    Raises:
        RequestInvalid: ``format`` names none.
    """
    named = request.query_params.getlist(PARAMETER)
    if named:
        if len(named) > 1 or named[0] not in _NAMED:
            raise RequestInvalid(errors=(_NO_FORM,))
        return _NAMED[named[0]]
    best, found = 0.0, otherwise
    for part in request.headers.get("accept", "").split(","):
        media_type, *more = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(more)
        if media_type in _BY_TYPE and weight > best:
            best, found = weight, _BY_TYPE[media_type]
    return found


def _weight(parameters: list[str]) -> float:
    for one in parameters:
        name, _, value = one.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
