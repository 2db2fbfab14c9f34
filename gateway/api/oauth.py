"""Tokens: OAuth 2.0 client credentials (RFC 6749 §4.4), by assertion or secret."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request, Response

from gateway.api.caller import ServiceDep
from gateway.events import Event, emit

router = APIRouter(tags=["access"])


@router.post("/oauth/token", summary="Get an access token")
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
async def metadata(service: ServiceDep) -> Response:
    """Give the authorization server's metadata."""
    return Response(json.dumps(service.tokens.metadata()), media_type="application/json")


@router.get("/.well-known/jwks.json", summary="Public keys of our tokens")
async def jwks(service: ServiceDep) -> Response:
    """Give the keys that access tokens are signed with."""
    return Response(json.dumps(service.tokens.jwks()), media_type="application/json")
