"""Where incidents stand out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from gateway.analysis.hotspots.asked import Hotspots, ask_for_hotspots
from gateway.analysis.hotspots.found import frame_of
from gateway.analysis.places.grid import Square
from gateway.api.asked_of_analysis import CSV, csv_table, desk_of, question_of
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.errors import RequestInvalid
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.hotspots import HotspotQuestion
from schemas.problems import ProblemError
from schemas.sensitivity import Lane

router = APIRouter(prefix="/v1", tags=["analysis"])
JSON, GEOJSON = "application/json", "application/geo+json"
_FORMATS = {"json": JSON, "csv": CSV, "geojson": GEOJSON}
_FORMAT = {
    "name": "format",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": list(_FORMATS)},
}
_DOCUMENTED = {"parameters": [*parameters_of(HotspotQuestion)["parameters"], _FORMAT]}


@router.get(
    "/hotspots",
    summary="Where incidents stand out, and what emerges, persists or fades",
    responses={200: {"content": {JSON: {}, "text/csv": {}, GEOJSON: {}}}},
    openapi_extra=_DOCUMENTED,
)
async def read_hotspots(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give Getis-Ord Gi* of every place, corrected for so many tests, and the places with most.

    A subscription of records has squares of the National Grid and its own true counts; one of statistics has
    areas and published figures, and no Gi* where one of them is hidden. `format=geojson` gives the squares
    with their outlines; of areas there is no GeoJSON here, their outlines are at `/ogc`.
    """
    media_type = _media_type(request)
    question = question_of(HotspotQuestion, request, aside=("format",))
    found = await asyncio.to_thread(
        ask_for_hotspots, desk_of(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value, "Gateway-As-Of": stamp(found.at)}
    if media_type == CSV:
        return Response(csv_table(frame_of(found.rows)), 200, headers, CSV)
    beside = _beside(question, found)
    if media_type == GEOJSON:
        features = list(_features(found))
        body = to_json({"type": "FeatureCollection", "features": features, "gateway": beside})
        return Response(body, 200, headers, GEOJSON)
    body = to_json({"places": [row._asdict() for row in found.rows], **beside})
    return Response(body, 200, headers, JSON)


def _media_type(request: Request) -> str:
    named = request.query_params.getlist("format")
    if named:
        if len(named) > 1 or named[0] not in _FORMATS:
            says = f"It is none of these: {', '.join(_FORMATS)}."
            fault = ProblemError(pointer="/query/format", rule="request.query", says=says)
            raise RequestInvalid(errors=(fault,))
        return _FORMATS[named[0]]
    accepted = request.headers.get("accept", "")
    wanted = (kind for name, kind in (("text/csv", CSV), (GEOJSON, GEOJSON)) if name in accepted)
    return next(wanted, JSON)


def _beside(question: HotspotQuestion, found: Hotspots) -> dict[str, Any]:
    return {
        "subscription": question.subscription,
        "unit": found.unit,
        "says": list(found.says),
        **found.told,
        "leaf": found.leaf,
        "as_of": stamp(found.at),
        "marking": found.marking.value,
        "quality": quality(stamp(found.at), Lane.STATISTICS).model_dump(mode="json"),
    }


def _features(found: Hotspots) -> Iterator[dict[str, Any]]:
    """Yield the squares; areas, and a square outside the grid's coverage, have no outline here."""
    squares: Sequence[Square | None] = found.squares or [None] * len(found.rows)
    for row, square in zip(found.rows, squares, strict=True):
        yield {
            "type": "Feature",
            "id": row.place,
            "geometry": None if square is None else _outline(square),
            "properties": row._asdict(),
        }


def _outline(square: Square) -> dict[str, Any] | None:
    try:
        ring = square.ring()
    except ValueError:
        return None
    return {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]}
