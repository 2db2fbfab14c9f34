"""Tokens: OAuth 2.0 client credentials (RFC 6749 §4.4), by assertion or secret."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.access.assertion import ASSERTION_TYPE
from gateway.api.caller import ServiceDep
from gateway.api.documented import body, closed
from gateway.events import Event, emit

router = APIRouter(tags=["access"])
_TEXT = {"type": "string"}
_ASKED = {
    **closed(
        {
            "grant_type": {"const": "client_credentials"},
            "scope": {**_TEXT, "description": "Scopes with spaces between; left out: all yours."},
            "client_id": {**_TEXT, "description": "Where it is said, the one that signs."},
            "client_assertion_type": {"const": ASSERTION_TYPE},
            "client_assertion": {**_TEXT, "description": "A JWT by your key (RFC 7523)."},
        },
        "grant_type",
    ),
    # RFC 6749 §3.2: what is not known is ignored
    "additionalProperties": True,
}


@router.post(
    "/oauth/token",
    summary="Get an access token",
    openapi_extra=body(_ASKED, "application/x-www-form-urlencoded"),
)
async def token(request: Request, service: ServiceDep) -> Response:
    """Give a token of at most ten minutes for `grant_type=client_credentials`."""
    status, headers, body = await asyncio.to_thread(
        service.tokens.answer,
        await request.body(),
        request.headers.get("content-type", ""),
        request.headers.get("authorization"),
    )
    if "error" in body:
        emit(Event.TOKEN_REFUSED, request_id=request.state.request_id, reason=body["error"])
    else:
        emit(Event.TOKEN_ISSUED, scopes=str(body.get("scope", "none")).replace(" ", "+"))
    return Response(json.dumps(body), status, headers, "application/json")


@router.get("/.well-known/oauth-authorization-server", summary="Metadata (RFC 8414)")
async def metadata(request: Request, service: ServiceDep) -> Response:
    """Give the authorization server's metadata."""
    return published(request, service.tokens.metadata())


@router.get("/.well-known/jwks.json", summary="Public keys of our tokens")
async def jwks(request: Request, service: ServiceDep) -> Response:
    """Give the keys whose signatures are good now: of access tokens (ES256), of webhooks (EdDSA)."""
    keys = [*service.tokens.jwks()["keys"], *await asyncio.to_thread(service.webhook_keys)]
    return published(request, {"keys": keys})


PUBLISHED_SECONDS = 300
"""How long a published document may be kept; a rotated key is accepted for longer than that."""


def published(request: Request, document: dict[str, Any]) -> Response:
    """Answer with a public document that may be kept, or 304 where the caller has it (RFC 9110 §13)."""
    body = json.dumps(document).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    kept = {"ETag": tag, "Cache-Control": f"public, max-age={PUBLISHED_SECONDS}"}
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=kept)
    return Response(body, headers=kept, media_type="application/json")
