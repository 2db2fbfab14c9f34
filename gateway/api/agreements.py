"""Agreements: a partner sees those that it is a party to, and no other; the administrator sees all."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.caller import ServiceDep, caller
from gateway.clock import london_day
from gateway.errors import NotFound, ScopeMissing
from gateway.law.book import Edition
from gateway.law.standing import standing_of
from schemas.agreements import Agreement
from schemas.codes import Slug

router = APIRouter(prefix="/v1/agreements", tags=["governance"])
Caller = Annotated[Access, Depends(caller)]
Day = Annotated[date | None, Query(description="The day to judge by; today where absent.")]


@router.get("", summary="The agreements that you are a party to")
def list_agreements(service: ServiceDep, access: Caller, day: Day = None) -> Response:
    """List every version with its state on a day, and every condition of section 115 unmet then."""
    edition, judged = service.house.book.current(), day or london_day(service.house.clock)
    listed = [standing_of(edition, one, judged).document() for one in _own(edition, access)]
    return _json({"agreements": listed})


@router.get("/{agreement}", summary="One agreement, all its versions")
def show_agreement(
    agreement: Annotated[Slug, Path(description="Id of the agreement.")],
    service: ServiceDep,
    access: Caller,
    day: Day = None,
) -> Response:
    """Show the versions of an agreement; one of others does not exist for you."""
    edition, judged = service.house.book.current(), day or london_day(service.house.clock)
    versions = [one for one in _own(edition, access) if one.id == agreement]
    if not versions:
        raise NotFound
    return _json({"versions": [standing_of(edition, one, judged).document() for one in versions]})


def _own(edition: Edition, access: Access) -> list[Agreement]:
    if not access.scopes & {Scope.ADMIN, Scope.RECORDS_READ}:
        raise ScopeMissing
    known = edition.register.agreements
    if Scope.ADMIN in access.scopes:
        return list(known)
    return [one for one in known if access.partner in one.parties]


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), media_type="application/json")
