"""What a route reads by hand, described for /openapi.json: parameters of a question, body of a POST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.base import Word

JSON = "application/json"


def parameters_of(form: type[Word]) -> dict[str, Any]:
    """Describe a question's parameters."""
    schema = form.model_json_schema()
    required = schema.get("required", ())
    whole = _whole(schema)
    parameters = [
        {"name": name, "in": "query", "required": name in required, "schema": about}
        | (_APART if about.get("type") == "array" else {})
        for name, about in whole["properties"].items()
    ]
    return {"parameters": parameters}


_APART = {"style": "form", "explode": False}
"""A list stands apart by commas (OpenAPI 3.1, ``style``)."""


def body_of(*forms: type[Word]) -> dict[str, Any]:
    """Describe a JSON body that is of one of the forms."""
    schemas = [_whole(form.model_json_schema()) for form in forms]
    return body(schemas[0] if len(schemas) == 1 else {"anyOf": schemas})


def body_with(name: str, says: str) -> dict[str, Any]:
    """Describe a JSON body that holds one text and nothing else."""
    text = {"type": "string", "description": says}
    return body(closed({name: text}, name))


def body(
    schema: dict[str, Any], media_type: str = JSON, *, required: bool = True
) -> dict[str, Any]:
    """Describe a body, which there must be unless it is said otherwise."""
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema}}}}


def closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return the schema of an object that has these names and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with what it refers to written out: the document has no place for its $defs."""
    defined = schema.pop("$defs", {})
    found: dict[str, Any] = _resolved(schema, defined)
    return found


def _resolved(about: Any, defined: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a piece of JSON Schema
    if isinstance(about, list):
        return [_resolved(one, defined) for one in about]
    if not isinstance(about, dict):
        return about
    name = str(about.get("$ref", "")).rpartition("/")[2]
    if name in defined:
        # what stands beside a reference says more of it here than its own definition does
        beside = {key: value for key, value in about.items() if key != "$ref"}
        return _resolved({**defined[name], **beside}, defined)
    # a title is a word of JSON Schema, and the name of a property: that is an object
    return {
        key: _resolved(value, defined)
        for key, value in about.items()
        if key != "title" or isinstance(value, dict)
    }
