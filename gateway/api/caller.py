"""Who is calling: the bearer token, its scope, and the partner behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.service import Service
from gateway.errors import ScopeMissing


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


Sender = Annotated[Access, Depends(needs(Scope.FEED_WRITE))]
Recipient = Annotated[Access, Depends(needs(Scope.RECORDS_READ))]
Analyst = Annotated[Access, Depends(needs(Scope.ANALYSIS_READ))]
Witness = Annotated[Access, Depends(needs(Scope.LEDGER_READ))]
Administrator = Annotated[Access, Depends(needs(Scope.ADMIN))]
