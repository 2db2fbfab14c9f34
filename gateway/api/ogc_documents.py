"""The documents of the map interface: pure functions of an address and of what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gateway.analysis.feature_areas import PROPERTIES, Layer
from gateway.analysis.features import PLACE_PARTS, TIMES
from gateway.api.documented import closed, parameters_of
from schemas.base import Word
from schemas.features import MOST_FEATURES, AreaQuestion, FeatureQuestion, FormQuestion
from schemas.incident import FlyTip
from schemas.released import DepersonalisedIncident, PlaceLevel

ROOT = "/ogc"
JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CLASSES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
_GREAT_BRITAIN = [-9.0, 49.0, 2.2, 61.2]
"""Degrees: where everything lies. Anything narrower would be a figure of the records."""
_FORMATS = {
    "time_precision": "How long the times reach from their first instant; never less than an hour.",
    "version": "Number of the version of this incident.",
    "place_level": "How coarse the place is; only a map point has a geometry.",
    "place_code": "GSS code of the area at which it leaves.",
    "place_edition": "Edition of the points or areas that the place is of.",
}


def conformance() -> dict[str, Any]:
    """Return the classes that are met; ``oas30`` is not claimed."""
    return {"conformsTo": [f"{_CLASSES}/core", f"{_CLASSES}/geojson"]}


class Collection(NamedTuple):
    """A layer: a subscription's records, or an edition's areas."""

    id: str
    layer: Layer | None = None

    @property
    def title(self) -> str:
        """What a map program lists it as."""
        if self.layer is None:
            return f"Incidents of {self.id}"
        return f"Areas: {self.layer.says}"

    @property
    def says(self) -> str:
        """What is in it."""
        if self.layer is None:
            return (
                "Depersonalised incidents that you may have under this subscription. A map point is no"
                " address: it stands for eight homes or more, or none."
            )
        return "Outlines to draw records with. Another edition's codes name other outlines."


@dataclass(frozen=True, slots=True)
class Site:
    """Makes the documents of one gateway."""

    address: str
    """What partners call it, without a slash at its end."""

    def _link(self, path: str, rel: str, media_type: str, title: str) -> dict[str, str]:
        href = f"{self.address}{ROOT}{path}"
        return {"href": href, "rel": rel, "type": media_type, "title": title}

    def landing(self) -> dict[str, Any]:
        """Return the landing page."""
        return {
            "title": "Incidents and areas of the partnership",
            "description": "Depersonalised incidents for whoever may have them, and current areas.",
            "links": [
                self._link("", "self", JSON, "This page"),
                self._link("/api", "service-desc", OPENAPI, "This interface as OpenAPI"),
                {
                    "href": f"{self.address}/docs",
                    "rel": "service-doc",
                    "type": "text/html",
                    "title": "Everything that this gateway answers",
                },
                self._link("/conformance", "conformance", JSON, "Classes of the standard"),
                self._link("/collections", "data", JSON, "Layers"),
            ],
        }

    def collections(self, listed: Iterable[Collection]) -> dict[str, Any]:
        """Return the list of layers."""
        return {
            "links": [self._link("/collections", "self", JSON, "This list")],
            "collections": [self.collection(one) for one in listed],
        }

    def collection(self, one: Collection) -> dict[str, Any]:
        """Return the description of a layer."""
        here = f"/collections/{one.id}"
        extent: dict[str, Any] = {"spatial": {"bbox": [_GREAT_BRITAIN], "crs": CRS84}}
        if one.layer is None:
            extent["temporal"] = {"interval": [[None, None]], "trs": _GREGORIAN}
        return {
            "id": one.id,
            "title": one.title,
            "description": one.says,
            "extent": extent,
            "itemType": "feature",
            "crs": [CRS84],
            "links": [
                self._link(here, "self", JSON, "This layer"),
                self._link(f"{here}/items", "items", GEOJSON, "Its features"),
                self._link(f"{here}/schema", "describedby", SCHEMA, "Their properties"),
            ],
        }

    def page(
        self,
        path: str,
        query: str,
        features: Sequence[dict[str, Any]],
        following: str | None,
        at: str,
    ) -> dict[str, Any]:
        """Return a page of features; without ``numberMatched``, for nobody is told totals by the way."""
        links = [self._link(f"{path}?{query}" if query else path, "self", GEOJSON, "This page")]
        if following is not None:
            links.append(self._link(f"{path}?{following}", "next", GEOJSON, "The next page"))
        return {
            "type": "FeatureCollection",
            "timeStamp": at,
            "numberReturned": len(features),
            "links": links,
            "features": list(features),
        }

    def as_table(self, subscription: str, same: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the link to the same records for a spreadsheet."""
        query = urlencode([("subscription", subscription), *same])
        return {
            "href": f"{self.address}/v1/incidents?{query}",
            "rel": "alternate",
            "type": "text/csv",
            "title": "The same for a spreadsheet",
        }

    def item(self, collection: str, feature: Mapping[str, Any]) -> dict[str, Any]:
        """Return a feature by itself."""
        here = f"/collections/{collection}"
        links = [
            self._link(f"{here}/items/{feature['id']}", "self", GEOJSON, "This feature"),
            self._link(here, "collection", JSON, "Its layer"),
        ]
        return {**feature, "links": links}

    def schema(self, one: Collection) -> dict[str, Any]:
        """Return the JSON Schema of a layer's features."""
        known = _incident_properties() if one.layer is None else _area_properties()
        shapes = [{"$ref": "https://geojson.org/schema/Point.json"}, {"type": "null"}]
        if one.layer is not None:
            shapes = [{"$ref": "https://geojson.org/schema/MultiPolygon.json"}]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{self.address}{ROOT}/collections/{one.id}/schema",
            "title": one.title,
            "type": "object",
            "required": ["type", "id", "geometry", "properties"],
            "properties": {
                "type": {"const": "Feature"},
                "id": {"type": "string"},
                "geometry": {"oneOf": shapes},
                "properties": closed(known, *known),
            },
        }

    def definition(self) -> dict[str, Any]:
        """Return this interface as OpenAPI 3.0."""
        collection = _in_path("collection", "Id of a layer")
        feature = _in_path("feature", "Id of a feature")
        form = _in_query(FormQuestion)
        items = [*_in_query(FeatureQuestion)]
        paths = {
            "": _reads("Landing page", form, JSON),
            "/conformance": _reads("Classes of the standard", form, JSON),
            "/api": _reads("This document", form, OPENAPI),
            "/collections": _reads("Layers", form, JSON),
            "/collections/{collection}": _reads("A layer", [collection, *form], JSON),
            "/collections/{collection}/schema": _reads(
                "Schema of a layer", [collection, *form], SCHEMA
            ),
            "/collections/{collection}/items": _reads(
                "Features of a layer; one of areas takes "
                + ", ".join(AreaQuestion.model_fields)
                + " only",
                [collection, *items],
                GEOJSON,
            ),
            "/collections/{collection}/items/{feature}": _reads(
                "A feature", [collection, feature, *form], GEOJSON
            ),
        }
        return {
            "openapi": "3.0.3",
            "info": {"title": "Incidents and areas of the partnership", "version": "1"},
            "servers": [{"url": f"{self.address}{ROOT}"}],
            "security": [{"bearer": []}],
            "paths": {path or "/": about for path, about in paths.items()},
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        }


def _reads(summary: str, parameters: Sequence[dict[str, Any]], media_type: str) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {
                "200": {
                    "description": summary,
                    "content": {media_type: {"schema": {"type": "object"}}},
                },
                "400": {
                    "description": "A parameter is unknown or does not fit",
                    "content": problem,
                },
                "404": {"description": "There is nothing here for you", "content": problem},
            },
        }
    }


def _in_path(name: str, says: str) -> dict[str, Any]:
    about = {"type": "string"}
    return {"name": name, "in": "path", "required": True, "description": says, "schema": about}


def _in_query(form: type[Word]) -> list[dict[str, Any]]:
    """Describe a form's parameters in the words of OpenAPI 3.0, which knows no type «null»."""
    described = []
    for one in parameters_of(form)["parameters"]:
        about = dict(one["schema"])
        kinds = [kind for kind in about.pop("anyOf", ()) if kind != {"type": "null"}]
        about |= kinds[0] if kinds else {}
        about = {key: about[key] for key in _OPENAPI_WORDS & about.keys() if about[key] is not None}
        if one["name"] == "limit":
            about["maximum"] = MOST_FEATURES
        described.append({**one, "schema": about})
    return described


_OPENAPI_WORDS = {"type", "enum", "pattern", "minimum", "maximum", "maxLength", "default"}


def _text(says: str | None = None) -> dict[str, Any]:
    return {"type": ["string", "null"]} | ({} if says is None else {"description": says})


def _incident_properties() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in DepersonalisedIncident.model_fields:
        if name == "place":
            found |= {f"place_{part}": _text(_FORMATS.get(f"place_{part}")) for part in PLACE_PARTS}
            found["place_level"] |= {"enum": [one.value for one in PlaceLevel], "type": "string"}
        elif name == "fly_tip":
            found |= {f"fly_tip_{part}": _text() for part in FlyTip.model_fields}
        elif name == "version":
            found[name] = {"type": "integer", "minimum": 1, "description": _FORMATS[name]}
        elif name in TIMES:
            found[name] = _text("The first instant of the time that is known, UTC.")
            found[name]["format"] = "date-time"
        elif name != "id":
            found[name] = _text(_FORMATS.get(name))
    return found


def _area_properties() -> dict[str, Any]:
    return {name: _text() for name in PROPERTIES}
