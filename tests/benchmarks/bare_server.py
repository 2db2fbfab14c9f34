"""The bare thing: a Starlette route that validates one record with pydantic and stores nothing."""

from __future__ import annotations

import sys

import uvicorn
from pydantic import BaseModel, TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Record(BaseModel):
    """The same columns that the police push."""

    URN: str
    CREATED: str
    INCIDENT_DATE: str
    OPENING_CODE: str
    CLOSING_CODE_1: str
    QUALIFIERS: str
    GRADE: str
    LOCATION: str
    EASTING: str
    NORTHING: str
    BEAT: str
    CALLER_NAME: str
    CALLER_TEL: str
    REPEAT: str
    VULNERABLE: str
    RESULT_TEXT: str


_VALIDATE = TypeAdapter(Record).validate_json


async def take(request: Request) -> Response:
    """Validate one record."""
    _VALIDATE(await request.body())
    return Response(b'{"ok":true}', 201, media_type="application/json")


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
