"""OGC API – Features, Part 1: Core (17-069r3), for map programs: the classes ``core`` and ``geojson``.

Collections are the caller's own subscriptions of depersonalised records, and the areas of current
editions beside them. A page of records is one disclosure, as a page of ``/v1/incidents`` is. A parameter
that is unknown or does not fit is 400, as the standard wants. No place says how many there are in all.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response

from gateway.analysis.feature_areas import area_of, areas_of, layers
from gateway.analysis.features import (
    NOT_ASKED,
    Features,
    ask_for_feature,
    ask_for_features,
    collections_of,
)
from gateway.api import ogc_documents as documents
from gateway.api.asked_of_analysis import asks_nothing, desk_of, question_of
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.api.service import Service
from gateway.clock import london_day
from gateway.errors import FeatureQueryInvalid, NotFound, RequestInvalid
from gateway.ledger.leaf import stamp
from schemas.base import Word
from schemas.features import AreaQuestion, FeatureQuestion, FormQuestion

router = APIRouter(prefix=documents.ROOT, tags=["map programs"])
CollectionId = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="Its id.")]
FeatureId = Annotated[
    str, Path(max_length=64, description="Id of a feature, as it was given to you.")
]
Question = TypeVar("Question", bound=Word)
_FORM = parameters_of(FormQuestion)


def _asked(form: type[Question], request: Request) -> Question:
    """Read the query (raises ``FeatureQueryInvalid``, ``PivotOnPerson``)."""
    try:
        return question_of(form, request)
    except RequestInvalid as refused:
        raise FeatureQueryInvalid(errors=refused.errors) from None


def _answer(document: Any, media_type: str, **headers: str) -> Response:  # noqa: ANN401 - JSON
    text = json.dumps(document, separators=(",", ":"))
    return Response(text, 200, headers, media_type)


def _site(service: Service) -> documents.Site:
    return documents.Site(service.tokens.issuer)


@router.get("", summary="What map programs find here", openapi_extra=_FORM)
async def read_landing_page(request: Request, service: ServiceDep) -> Response:
    """Give the landing page, with links to all the rest."""
    _asked(FormQuestion, request)
    return _answer(_site(service).landing(), documents.JSON)


@router.get("/conformance", summary="The classes of the standard", openapi_extra=_FORM)
async def read_conformance(request: Request) -> Response:
    """Name the conformance classes: `core` and `geojson`, and no other."""
    _asked(FormQuestion, request)
    return _answer(documents.conformance(), documents.JSON)


@router.get("/api", summary="The map interface as OpenAPI 3.0", openapi_extra=_FORM)
async def read_definition(request: Request, service: ServiceDep) -> Response:
    """Give the definition of this interface alone; `/openapi.json` has everything."""
    _asked(FormQuestion, request)
    return _answer(_site(service).definition(), documents.OPENAPI)


@router.get("/collections", summary="Your layers", openapi_extra=_FORM)
async def read_collections(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """List your subscriptions of records and the areas to draw them with."""
    _asked(FormQuestion, request)
    found = await asyncio.to_thread(_collections, service, access.partner)
    return _answer(_site(service).collections(found.values()), documents.JSON)


def _collections(service: Service, partner: str) -> dict[str, documents.Collection]:
    reader = service.house.reader
    found = {one: documents.Collection(one) for one in collections_of(reader, partner)}
    found |= {
        one: documents.Collection(one, layer)
        for one, layer in layers(reader, london_day(service.house.clock)).items()
    }
    return found


async def _collection(service: Service, partner: str, name: str) -> documents.Collection:
    found = await asyncio.to_thread(_collections, service, partner)
    if name not in found:
        raise NotFound
    return found[name]


@router.get("/collections/{collection}", summary="One layer", openapi_extra=_FORM)
async def read_collection(
    collection: CollectionId, request: Request, service: ServiceDep, access: Analyst
) -> Response:
    """Describe a layer: its extent, its coordinates, where its features and their schema are."""
    _asked(FormQuestion, request)
    found = await _collection(service, access.partner, collection)
    return _answer(_site(service).collection(found), documents.JSON)


@router.get("/collections/{collection}/schema", summary="A layer's properties", openapi_extra=_FORM)
async def read_schema(
    collection: CollectionId, request: Request, service: ServiceDep, access: Analyst
) -> Response:
    """Give the JSON Schema of a layer's features: each property with its type and its meaning."""
    _asked(FormQuestion, request)
    found = await _collection(service, access.partner, collection)
    return _answer(_site(service).schema(found), documents.SCHEMA)


@router.get(
    "/collections/{collection}/items",
    summary="Features of a layer, page by page",
    responses={200: {"content": {documents.GEOJSON: {}}}},
    openapi_extra=parameters_of(FeatureQuestion),
)
async def read_items(
    collection: CollectionId, request: Request, service: ServiceDep, access: Analyst
) -> Response:
    """Give a page of features; the link `next` leads to the one behind it, until there is none.

    Of a subscription, `bbox` and `datetime` are matched against the place and the time that leave.
    """
    asks_nothing(request, FeatureQuestion)
    found = await _collection(service, access.partner, collection)
    site, here = _site(service), f"/collections/{collection}/items"
    if found.layer is not None:
        wanted = _asked(AreaQuestion, request)
        page = await asyncio.to_thread(areas_of, service.house.reader, found.layer, wanted)
        following = _following(request, page.after)
        now = stamp(service.house.clock.now())
        made = site.page(here, request.url.query, page.features, following, now)
        return _answer(made, documents.GEOJSON)
    question = _asked(FeatureQuestion, request)
    given = await asyncio.to_thread(
        ask_for_features, desk_of(service), collection, question, access.partner, access.client_id
    )
    receipted(request, given.leaf)
    following = _following(request, given.after)
    made = site.page(here, request.url.query, given.features, following, stamp(given.at))
    if question.datetime is None:
        given_here = request.query_params.multi_items()
        same = [(name, value) for name, value in given_here if name not in NOT_ASKED]
        made["links"].append(site.as_table(collection, same))
    return _answer(made, documents.GEOJSON, **_said(given))


@router.get(
    "/collections/{collection}/items/{feature}",
    summary="One feature of a layer",
    responses={200: {"content": {documents.GEOJSON: {}}}},
    openapi_extra=_FORM,
)
async def read_item(
    collection: CollectionId,
    feature: FeatureId,
    request: Request,
    service: ServiceDep,
    access: Analyst,
) -> Response:
    """Give one feature by its id; an id of another recipient does not exist here."""
    _asked(FormQuestion, request)
    found = await _collection(service, access.partner, collection)
    site = _site(service)
    if found.layer is not None:
        area = await asyncio.to_thread(area_of, service.house.reader, found.layer, feature)
        return _answer(site.item(collection, area), documents.GEOJSON)
    given = await asyncio.to_thread(
        ask_for_feature, desk_of(service), collection, feature, access.partner, access.client_id
    )
    receipted(request, given.leaf)
    (one,) = given.features
    return _answer(site.item(collection, one), documents.GEOJSON, **_said(given))


def _said(given: Features) -> dict[str, str]:
    return {"Gateway-Marking": given.marking.value}


def _following(request: Request, after: str | None) -> str | None:
    """Return the query of the next page."""
    if after is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return urlencode([*kept, ("after", after)])


for _path, _answers in (
    ("", read_landing_page),
    ("/conformance", read_conformance),
    ("/api", read_definition),
    ("/collections", read_collections),
    ("/collections/{collection}", read_collection),
    ("/collections/{collection}/schema", read_schema),
    ("/collections/{collection}/items", read_items),
    ("/collections/{collection}/items/{feature}", read_item),
):
    router.add_api_route(_path, _answers, methods=["HEAD"], include_in_schema=False)
"""A HEAD asks as its GET does, is on record like it, and leaves the body out."""
