"""The ledger for its witnesses: checkpoint, proofs, and a partner's own entries."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from gateway.access.clients import Scope
from gateway.api.caller import ServiceDep, Witness
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.proofs import proof_of
from gateway.errors import NotFound
from gateway.ledger.leaf import read_leaf
from gateway.ledger.tree import consistency_proof, inclusion_proof

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])
Size = Annotated[int, Query(ge=1, le=2**53)]


@router.get("/checkpoint", summary="The last published checkpoint (C2SP signed note)")
def checkpoint(service: ServiceDep, _access: Witness) -> Response:
    """Give the signed note; keep it, and ask for consistency with it later."""
    published = service.house.reader.newest_checkpoint()
    if published is None:
        raise NotFound
    key = ledger_verifier_key(service.house.keys).line()
    return Response(published[1], media_type="text/plain", headers={"Ledger-Key": key})


@router.get("/key", summary="The key that checkpoints and receipts are checked by")
def key(service: ServiceDep, _access: Witness) -> Response:
    """Give the ledger's verifier key (C2SP signed note); compare it with the one handed over on paper."""
    return _json({"key": ledger_verifier_key(service.house.keys).line()})


@router.get("/entries/{index}/proof", summary="What proves one of your own entries, as one file")
def entry_proof(
    service: ServiceDep,
    access: Witness,
    index: Annotated[int, Path(ge=0, le=2**53)],
    since: Annotated[int | None, Query(alias="from", ge=1, le=2**53)] = None,
) -> Response:
    """Give checkpoint, hash and audit path of an entry of your own, for `gateway receipt verify --proof`.

    With `from`, the size of a checkpoint that you kept, it also proves that the ledger extends that one.
    404 also while no checkpoint covers the entry; ask again after the next one.
    """
    found = service.house.reader.leaf(index)
    if found is None:
        raise NotFound
    whole = Scope.ADMIN in access.scopes
    leaf = read_leaf(found[0])
    if not whole and access.partner not in {leaf.get("partner"), leaf.get("recipient")}:
        raise NotFound
    made = proof_of(service.house.reader, service.house.keys, index, with_leaf=whole, since=since)
    if made is None:
        raise NotFound
    return Response(made, media_type="application/json")


@router.get("/proof", summary="Inclusion proof of an entry (RFC 9162 §2.1.3)")
def proof(
    service: ServiceDep, _access: Witness, index: Annotated[int, Query(ge=0)], size: Size
) -> Response:
    """Give the audit path of entry `index` in the tree of `size` entries."""
    if index >= size or size > service.house.reader.head().ledger_size:
        raise NotFound
    found = service.house.reader.leaf(index)
    if found is None:
        raise NotFound
    path = inclusion_proof(service.house.reader.node, index, size)
    return _json({"index": index, "size": size, "leaf_hash": _b64(found[1]), "path": _all(path)})


@router.get("/consistency", summary="Consistency proof between two sizes (RFC 9162 §2.1.4)")
def consistency(
    service: ServiceDep,
    _access: Witness,
    first: Annotated[int, Query(alias="from", ge=1, le=2**53)],
    to: Size,
) -> Response:
    """Prove that the ledger of size `to` extends the ledger of size `from`."""
    if first > to or to > service.house.reader.head().ledger_size:
        raise NotFound
    path = consistency_proof(service.house.reader.node, first, to)
    return _json({"from": first, "to": to, "path": _all(path)})


_NOT_TOLD = frozenset(
    {
        "first",
        "from_position",
        "to_position",
        "considered",
        "withheld",
        "held",
        "superseded",
        "reasons",
        "nonce",
    }
)
"""What an entry does not tell a partner: places in the log of all, and what was withheld from it. The
nonce goes with them, or the entry's hash would let them be tried out."""


@router.get("/entries/{index}", summary="One of your own entries")
def entry(
    service: ServiceDep, access: Witness, index: Annotated[int, Path(ge=0, le=2**53)]
) -> Response:
    """Give an entry that concerns the caller's partner; another's does not exist for it.

    A partner is told what was sent and received, never what was withheld or where it stands in the log;
    whoever runs the gateway (`admin`) gets the whole entry.
    """
    found = service.house.reader.leaf(index)
    if found is None:
        raise NotFound
    leaf = read_leaf(found[0])
    if Scope.ADMIN in access.scopes:
        whole = {"leaf": _b64(found[0]), "hash": _b64(found[1])}
        return _json({"index": index, **whole, "says": leaf})
    if access.partner not in {leaf.get("partner"), leaf.get("recipient")}:
        raise NotFound
    told = {key: value for key, value in leaf.items() if key not in _NOT_TOLD}
    return _json({"index": index, "hash": _b64(found[1]), "says": told})


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _all(path: list[bytes]) -> list[str]:
    return [_b64(one) for one in path]


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), media_type="application/json")
