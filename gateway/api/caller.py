"""Who is calling: the bearer token, its scope, and the partner behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Any

from fastapi import Depends, Request

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.service import Service
from gateway.errors import NotAuthenticated, ScopeMissing


async def service_of(request: Request) -> Service:
    """Return what the application was assembled with (async: a thread would cost more than it)."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]


async def caller(request: Request) -> Access:
    """Return who the bearer token speaks for.

    Raises:
        NotAuthenticated: There is none, or it is not valid.
        RateLimited: The partner's systems send more than their quota.
    """
    service: Service = request.app.state.service
    access = service.verifier.verify_header(request.headers.get("authorization"))
    request.state.caller = access.client_id  # whose receipt it is, also where the answer is no
    service.quota(access.partner)
    return access


def needs(scope: Scope) -> Callable[[Access], Any]:
    """Return the dependency that lets a caller with a scope pass."""

    async def entitled(access: Annotated[Access, Depends(caller)]) -> Access:
        if scope not in access.scopes:
            raise ScopeMissing
        return access

    entitled.__name__ = f"needs_{scope.name.lower()}"
    return entitled


async def analyst(request: Request) -> Access:
    """Return who asks a question of analysis: by a token, or by a credential of his tool.

    A credential reads (GET and HEAD), over TLS or from this machine, and opens nothing but these routes.

    Raises:
        NotAuthenticated, RateLimited: As ``caller``.
        ToolThrottled: Too many wrong passwords were given.
        ScopeMissing: The token is not for analysis.
    """
    request.state.takes_basic = True
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("basic "):
        access = await caller(request)
        if Scope.ANALYSIS_READ not in access.scopes:
            raise ScopeMissing
        return access
    service: Service = request.app.state.service
    address = request.client.host if request.client is not None else ""
    if request.method not in _READING or not _is_private(service, address):
        raise NotAuthenticated
    access = await asyncio.to_thread(service.tools.verify, header, address)
    request.state.caller = access.client_id
    service.quota(access.partner)
    return access


_READING = frozenset({"GET", "HEAD"})


def _is_private(service: Service, address: str) -> bool:
    """Whether nobody reads a password on its way: over TLS, or from this machine itself."""
    if service.settings.public_url.startswith("https://"):
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


Sender = Annotated[Access, Depends(needs(Scope.FEED_WRITE))]
Recipient = Annotated[Access, Depends(needs(Scope.RECORDS_READ))]
Analyst = Annotated[Access, Depends(analyst)]
Witness = Annotated[Access, Depends(needs(Scope.LEDGER_READ))]
Administrator = Annotated[Access, Depends(needs(Scope.ADMIN))]
