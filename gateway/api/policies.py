"""Policy bundles and simulations, for the IG role: which law is in force, and what another would do."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import ValidationError

from gateway.api.caller import Administrator, ServiceDep
from gateway.api.documented import body_of
from gateway.assembly import House
from gateway.audit.policy_bundles import documents_of, overview, shown
from gateway.audit.simulated import (
    Draft,
    LogSimulation,
    draft_of_agreement,
    draft_of_documents,
    draft_of_partner,
    simulated,
)
from gateway.clock import london_day
from gateway.errors import RequestInvalid
from gateway.intake.wire import NotJson, strict_json, unreadable
from gateway.law.book import Edition
from policies.differences import difference
from policies.documents import LONGEST, Documents, packaged_documents
from policies.refusals import PolicyRefused
from schemas.agreements import Agreement
from schemas.base import Word
from schemas.incident import SENSITIVITY
from schemas.partners import Partner
from schemas.problems import ProblemError

router = APIRouter(prefix="/v1", tags=["governance"])
Named = Annotated[
    str,
    Path(
        description="Hash of a bundle, its first 8 digits, `packaged` or `in-force`.",
        pattern=r"^([0-9a-f]{8,64}|packaged|in-force)$",
    ),
]


class SimulationRequest(Word):
    """One draft: documents of a policy bundle, the hash of a stored one, an agreement, or a partner."""

    policies: dict[str, str] | None = None
    policies_sha256: str | None = None
    agreement: Agreement | None = None
    partner: Partner | None = None
    since: date | None = None
    """Only what was recorded from this day on."""

    @property
    def drafts(self) -> int:
        """How many drafts are given."""
        given = (self.policies, self.policies_sha256, self.agreement, self.partner)
        return sum(one is not None for one in given)


@router.get("/policies", summary="Every policy bundle, and which one is in use")
def list_bundles(service: ServiceDep, _access: Administrator) -> Response:
    """List policy bundles with their steps: who proposed and who approved, by office."""
    house = service.house
    return _json(overview(house.reader, house.book.current()))


@router.get("/policies/{bundle}", summary="One policy bundle")
def show_bundle(bundle: Named, service: ServiceDep, _access: Administrator) -> Response:
    """Show a policy bundle with the names and hashes of its documents."""
    return _json(shown(service.house.reader, bundle))


@router.get("/policies/{bundle}/difference/{other}", summary="What another bundle says otherwise")
def show_difference(
    bundle: Named, other: Named, service: ServiceDep, _access: Administrator
) -> Response:
    """Say which rules and documents differ between a policy bundle and another."""
    reader = service.house.reader
    try:
        told = difference(documents_of(reader, bundle), documents_of(reader, other))
    except PolicyRefused as refusal:
        raise _not_whole(refusal, "") from None
    return _json(told.model_dump(mode="json"))


@router.post(
    "/simulations",
    summary="What would a draft of the law newly release and newly stop?",
    openapi_extra=body_of(SimulationRequest),
)
async def simulate(request: Request, service: ServiceDep, access: Administrator) -> Response:
    """Replay a draft over what is recorded: by subscription, condition and record class.

    Counts and words only. Nothing is sent; that it was asked stands in the ledger.
    """
    wanted = _wanted(await request.body())
    return await asyncio.to_thread(_simulated, service.house, wanted, access.client_id)


def _simulated(house: House, wanted: SimulationRequest, actor: str) -> Response:
    edition = house.book.refresh()
    draft = _draft(house, edition, wanted)
    found = simulated(house.reader, house.book, edition, draft, wanted.since)
    house.writer.run(LogSimulation(draft, found, wanted.since, house.act(actor)))
    return _json(found.model_dump(mode="json"))


def _draft(house: House, edition: Edition, wanted: SimulationRequest) -> Draft:
    day = london_day(house.clock)
    if wanted.agreement is not None:
        return draft_of_agreement(house.reader, edition, wanted.agreement, day)
    if wanted.partner is not None:
        return draft_of_partner(edition, wanted.partner, day)
    try:
        if wanted.policies is not None:
            documents = Documents.load(wanted.policies)
        else:
            documents = documents_of(house.reader, str(wanted.policies_sha256))
    except PolicyRefused as refusal:
        raise _not_whole(refusal, "/policies") from None
    return draft_of_documents(edition, documents, day)


def _not_whole(refusal: PolicyRefused, pointer: str) -> RequestInvalid:
    """Name document and rule where they are ours: what a caller wrote is repeated nowhere."""
    ours = packaged_documents()
    names = {name.rpartition("/")[2] for name in ours.texts}
    file = refusal.file.rpartition("/")[2]
    rule = refusal.rule if refusal.rule in {*ours.bundle.rules, *SENSITIVITY} else None
    where = file if file in names else "a document"
    says = f"The policy bundle is not whole: {where}, {rule or 'as a whole'}."
    return RequestInvalid(
        errors=(ProblemError(pointer=pointer, rule="policies.not_whole", says=says),)
    )


def _wanted(body: bytes) -> SimulationRequest:
    try:
        document = strict_json(body, LONGEST)
        if isinstance(document, dict):
            wanted = SimulationRequest.model_validate_json(json.dumps(document))
            if wanted.drafts == 1:
                return wanted
    except NotJson as fault:
        raise unreadable(fault) from None
    except ValidationError:
        pass
    says = (
        'It holds one of "policies" (name to text), "policies_sha256", "agreement" and "partner",'
        ' and at will "since".'
    )
    raise RequestInvalid(errors=(ProblemError(pointer="", rule="simulation.form", says=says),))


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), media_type="application/json")
