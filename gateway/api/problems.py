"""Every error as an RFC 9457 problem document, without an echo.

FastAPI's stock 422 repeats the input, and an unhandled exception's text may hold a name; both are
replaced here (reliability.md §0.4).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gateway.errors import (
    GatewayError,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    RequestInvalid,
)
from gateway.events import Event, emit, where
from schemas.base import DAY_FAULTS, own_words
from schemas.problems import ProblemError

MEDIA_TYPE = "application/problem+json"
_BY_STATUS: dict[int, type[GatewayError]] = {
    401: NotAuthenticated,
    404: NotFound,
    405: MethodNotAllowed,
}


def answer(error: GatewayError, request: Request) -> Response:
    """Return the problem document of a catalogue error."""
    instance = getattr(request.state, "request_id", None)
    document: dict[str, Any] = error.problem(instance).model_dump(mode="json", exclude_none=True)
    document |= document.pop("extra", {})
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == NotAuthenticated.status:
        tools = getattr(request.state, "takes_basic", False)
        headers["WWW-Authenticate"] = f"Bearer, {_BASIC}" if tools else "Bearer"
        if tools:
            document["remedy"] = f"{document['remedy']} {_TOOLS}"
    return Response(json.dumps(document), error.status, headers, MEDIA_TYPE)


_BASIC = 'Basic realm="analysis", charset="UTF-8"'
"""What a tool that knows no token is asked for, where it may have one (RFC 7617)."""
_TOOLS = (
    "A tool that knows no token, such as Excel or QGIS, takes name and password of a credential of its own:"
    " make one at «My tools» in the console (/console/analysis/tools)."
)
_SAYS = {
    "missing": "This must be given.",
    "extra_forbidden": "There is a name here that this form does not have.",
    "enum": "It is none of these: {expected}.",
    "literal_error": "It is none of these: {expected}.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It must be at most {le}.",
    "string_too_long": "It has more than {max_length} characters.",
    "string_too_short": "It has fewer than {min_length} characters.",
    "too_long": "It has more than {max_length} members.",
    "too_short": "It has fewer than {min_length} members.",
    "int_parsing": "It is no whole number.",
    "int_type": "It is no whole number.",
    **DAY_FAULTS,
    "json_invalid": "It is not JSON as RFC 8259 defines it.",
    "value_error": "It is none of the list, or its parts do not fit together; see /openapi.json.",
}


def sentence_of(fault: Mapping[str, Any]) -> str:
    """Say what is wrong with a place of a request: the form's own words or limits, never what was given.

    Args:
        fault: One of Pydantic's errors, with its ``type`` and ``ctx``.
    """
    own = own_words(fault)
    if own is not None:
        return own
    limits = fault.get("ctx", {})
    pattern = _SAYS.get(fault["type"], "It does not fit its documented form; see /openapi.json.")
    try:
        return pattern.format_map({name: limits[name] for name in _OF_THE_FORM & limits.keys()})
    except KeyError:
        return "It does not fit its documented form; see /openapi.json."


_OF_THE_FORM = {"expected", "ge", "le", "max_length", "min_length"}
"""What of an error's context comes from the form. The rest may be what was given."""


def _rule(kind: str) -> str:
    return f"request.{kind.replace(' ', '_')}"


def install(app: FastAPI) -> None:
    """Replace every stock error answer of the application."""

    @app.exception_handler(GatewayError)
    async def _ours(request: Request, error: GatewayError) -> Response:
        return answer(error, request)

    @app.exception_handler(RequestValidationError)
    async def _form(request: Request, error: RequestValidationError) -> Response:
        faults = tuple(
            ProblemError(
                pointer="/" + "/".join(str(part) for part in _declared(fault["loc"])),
                rule=_rule(fault["type"]),
                says=sentence_of(fault),
            )
            for fault in error.errors()
        )
        return answer(RequestInvalid(errors=faults), request)

    @app.exception_handler(HTTPException)
    async def _stock(request: Request, error: HTTPException) -> Response:
        return answer(_BY_STATUS.get(error.status_code, RequestInvalid)(), request)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> Response:
        emit(
            Event.REQUEST_FAILED,
            request_id=getattr(request.state, "request_id", None),
            method=request.method,
            error_type=type(error).__name__,
            where=where(error),
        )
        return answer(GatewayError(), request)


def _declared(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Keep a location down to the first part that the input itself could have named."""
    kept = list(location[:2])
    kept += [part for part in location[2:] if isinstance(part, int)]
    return tuple(kept)
