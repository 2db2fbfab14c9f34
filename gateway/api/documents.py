"""Generated documents as JSON: for the IG role, and to each party the agreements that it is a party to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.caller import ServiceDep, caller
from gateway.audit.documents import sharing
from gateway.audit.documents.kinds import document
from gateway.audit.documents.made import LogDocument, content_of
from gateway.clock import london_day
from gateway.errors import NotFound, ScopeMissing
from gateway.law.book import Edition

router = APIRouter(prefix="/v1/documents", tags=["governance"])
Kind = Annotated[
    str, Path(description="Such as record-of-processing.", pattern=r"^[a-z0-9-]{1,40}$")
]
About = Annotated[
    str,
    Query(
        description="What it is about: a partner, `operator`, agreement.version, a quarter.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,80}$",
    ),
]


@router.get("/{kind}", summary="A document, made from the configuration in force")
def make_document(
    kind: Kind,
    service: ServiceDep,
    access: Annotated[Access, Depends(caller)],
    about: About = "",
) -> Response:
    """Make a document in its machine form: statements with the value and the place that each states.

    One entry of the ledger each, with the hash of what is answered. A party may have the text of its own
    agreements; everything else is for the IG role.
    """
    if not access.scopes & {Scope.ADMIN, Scope.RECORDS_READ}:
        raise ScopeMissing
    house = service.house
    edition, day = house.book.current(), london_day(house.clock)
    if Scope.ADMIN not in access.scopes:
        if kind != sharing.KIND:
            raise NotFound
        _check_party(edition, access, about)
    made = document(house.reader, edition, service.settings, day, kind, about)
    content = content_of(made, "json")
    act = house.act(access.client_id)
    house.writer.run(LogDocument(made, "json", content, act))
    return Response(content, media_type="application/json")


def _check_party(edition: Edition, access: Access, about: str) -> None:
    """Let a party pass (raises ``NotFound``: an agreement of others does not exist for it)."""
    name = about.rpartition(".")[0]
    known = (one for one in edition.register.agreements if one.id == name)
    if not any(access.partner in one.parties for one in known):
        raise NotFound
