"""Open311 GeoReport v2 in XML: requests as rows, whatever the order of their elements.

An empty element is null. A document type declaration is refused, entities are not resolved, nothing is
fetched, and the parser's own limits on depth and size stay on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from adapters.source import JSON, BodyUnreadable, Row

XML: Final = frozenset({"application/xml", "text/xml"})
"""The media types of XML."""

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]+)", re.IGNORECASE)
_SERVICES: Final = frozenset({"services", "service", "service_definition"})
_MARK: Final = b"\xef\xbb\xbf"


def read_requests(body: bytes, media_type: str) -> list[Row]:
    """The requests of a document: of a list, or the one that is its root.

    Args:
        body: The bytes as sent.
        media_type: Its charset counts more than the XML declaration, a byte order mark more than both
            (RFC 7303 §3).

    Raises:
        BodyUnreadable: Not well formed, with a document type, or not a document of requests.
    """
    root = _root(body, media_type)
    name = _name(root)
    if name in _SERVICES:
        raise BodyUnreadable("body.service_list")
    if name == "request":
        return [_row(root)]
    if name != "service_requests":
        raise BodyUnreadable("body.not_requests")
    return [_row(child) for child in root]


def _root(body: bytes, media_type: str) -> etree._Element:
    named = _CHARSET.search(media_type)
    try:
        parser = etree.XMLParser(
            encoding=named[1] if named and not body.startswith(_MARK) else None,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    except LookupError:
        raise BodyUnreadable("body.charset_unknown") from None
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BodyUnreadable("body.xml_malformed") from None
    if etree.ElementTree(root).docinfo.doctype:  # type: ignore[attr-defined] # not in its stubs
        raise BodyUnreadable("body.xml_doctype")
    return root


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _row(element: etree._Element) -> Row:
    row: dict[str, JSON] = {}
    for child in element:
        name, value = _name(child), _value(child)
        # an element that stands twice is kept as a list; a column that takes one value refuses it
        row[name] = value if name not in row else _both(row[name], value)
    return row


def _value(element: etree._Element) -> JSON:
    if len(element):
        return {_name(child): _value(child) for child in element}
    return element.text


def _both(first: JSON, second: JSON) -> JSON:
    return [*first, second] if isinstance(first, list) else [first, second]


def unwrapped(document: JSON, own: frozenset[str]) -> list[JSON]:
    """The rows of a JSON document as real servers write it: bare, wrapped, or one request alone.

    Args:
        document: Any JSON document.
        own: Names of which a request has at least one, such as ``service_request_id``.

    Raises:
        BodyUnreadable: A list of services, or a document of something else.
    """
    if isinstance(document, Mapping):
        if own & document.keys():
            return [document]
        for name in ("service_requests", "requests", "request", "service_request"):
            if name in document:
                return _members(document[name], own)
        raise BodyUnreadable(
            "body.service_list" if _SERVICES & document.keys() else "body.not_requests"
        )
    return _members(document, own)


def _members(inside: JSON, own: frozenset[str]) -> list[JSON]:
    if isinstance(inside, Mapping):
        return unwrapped(inside, own)
    if not isinstance(inside, list):
        raise BodyUnreadable("json.not_rows")
    rows = [_without_wrapper(one) for one in inside]
    if rows and all(_is_service(one, own) for one in rows):
        raise BodyUnreadable("body.service_list")
    return rows


def _without_wrapper(row: JSON) -> JSON:
    if isinstance(row, Mapping) and len(row) == 1 and isinstance(row.get("request"), Mapping):
        return row["request"]
    return row


def _is_service(row: JSON, own: frozenset[str]) -> bool:
    return isinstance(row, Mapping) and "service_code" in row and not own & row.keys()
