"""Health, readiness, metrics, and the plain page of addresses."""

from __future__ import annotations

import asyncio
import html
import json

from fastapi import APIRouter, Request, Response

from gateway import events
from gateway.api.caller import Administrator, ServiceDep
from gateway.errors import GatewayError
from gateway.events import Event, emit

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="The process runs")
async def healthz() -> Response:
    """Answer while the process runs."""
    return Response('{"status":"up"}', media_type="application/json")


@router.get("/readyz", summary="The gateway can do its work")
async def readyz(service: ServiceDep) -> Response:
    """Answer 200 when database, writer and law are there, 503 with the failed checks otherwise."""
    house = service.house
    checks = {"writer": house.writer.alive}
    try:
        await asyncio.to_thread(house.reader.head)
        checks["database"] = True
        house.book.current()
        checks["law"] = True
    except GatewayError as error:
        checks["law" if "database" in checks else "database"] = False
        checks[error.code] = False
    ready = all(checks.values())
    for name, passed in checks.items():
        if not passed:
            emit(Event.NOT_READY, check=name)
    return Response(
        json.dumps({"ready": ready, "checks": checks}),
        200 if ready else 503,
        {} if ready else {"Retry-After": "2"},
        "application/json",
    )


@router.get("/metrics", summary="Figures for Prometheus")
def metrics(service: ServiceDep, _access: Administrator) -> Response:
    """Give counters to whoever runs the gateway: how much others send and get is no partner's business."""
    head = service.house.reader.head()
    text = service.figures.text(
        head.log_size, head.ledger_size, service.refused, events.JOURNAL.dropped
    )
    return Response(text, media_type="text/plain; version=0.0.4")


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """Show every address with its method and sentence; /openapi.json holds the whole form."""
    rows = []
    for path, methods in request.app.openapi()["paths"].items():
        for method, operation in methods.items():
            cells = (method.upper(), path, operation.get("summary", ""))
            rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells))
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Gateway: addresses</title>'
        "<h1>Addresses of this gateway</h1><p>The whole form of every request and answer: "
        '<a href="/openapi.json">openapi.json</a>.<table><thead><tr><th>Method<th>Address<th>What '
        "it does<tbody>" + "\n".join(rows) + "</table></html>"
    )
    csp = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    return Response(page, headers={"Content-Security-Policy": csp}, media_type="text/html")
