"""Agreements: a partner sees those that it is a party to, and no other; the administrator sees all."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.caller import Administrator, ServiceDep, caller
from gateway.clock import london_day
from gateway.errors import NotFound, ScopeMissing
from gateway.law.book import Edition
from gateway.law.difference import difference, neighbours
from gateway.law.standing import standing_of
from policies.due import due_on
from schemas.agreements import Agreement
from schemas.codes import Slug

router = APIRouter(prefix="/v1/agreements", tags=["governance"])
Caller = Annotated[Access, Depends(caller)]
Day = Annotated[date | None, Query(description="The day to judge by; today where absent.")]

Earlier = Annotated[
    int | None, Query(ge=1, description="The earlier version; the one before where absent.")
]
Later = Annotated[int | None, Query(ge=1, description="The later version; the last where absent.")]


@router.get("", summary="The agreements that you are a party to")
def list_agreements(service: ServiceDep, access: Caller, day: Day = None) -> Response:
    """List every version with its state on a day, and every condition of section 115 unmet then."""
    edition, judged = service.house.book.current(), day or london_day(service.house.clock)
    listed = [standing_of(edition, one, judged).document() for one in _own(edition, access)]
    return _json({"agreements": listed})


@router.get("/due", summary="What is due, overdue or missing, for the IG role")
def list_due(service: ServiceDep, _: Administrator, day: Day = None) -> Response:
    """List what lapses or is overdue for review at 90, 30 and 0 days, and what is missing.

    Agreements unsigned or without an assessment, policy documents out of date, relevant authorities and
    parties without a nominated person, protocols that end. The most pressing comes first.
    """
    edition, judged = service.house.book.current(), day or london_day(service.house.clock)
    found = due_on(edition.law, judged)
    listed = [one.model_dump(mode="json") for one in found]
    return _json({"day": judged.isoformat(), "due": listed})


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


@router.get("/{agreement}/diff", summary="What one version changes against another")
def show_difference(
    agreement: Annotated[Slug, Path(description="Id of the agreement.")],
    service: ServiceDep,
    access: Caller,
    before: Earlier = None,
    after: Later = None,
) -> Response:
    """Show every term that differs, and whether that tightens or loosens what was agreed."""
    edition = service.house.book.current()
    found = neighbours([one for one in _own(edition, access) if one.id == agreement], before, after)
    if found is None:
        raise NotFound
    return _json(difference(*found))


def _own(edition: Edition, access: Access) -> list[Agreement]:
    if not access.scopes & {Scope.ADMIN, Scope.RECORDS_READ}:
        raise ScopeMissing
    known = edition.register.agreements
    if Scope.ADMIN in access.scopes:
        return list(known)
    return [one for one in known if access.partner in one.parties]


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), media_type="application/json")
