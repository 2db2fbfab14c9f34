"""The areas of current editions as features: what the codes of records are drawn with.

Outlines are open data and say nothing of any record, so that reading them is no disclosure.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from gateway.analysis.places.standing import Editions
from gateway.errors import CursorInvalid, NotFound
from gateway.law.area_documents import dates_of_editions
from gateway.law.geography import ADDRESSES, POINTS, POSTCODES
from gateway.store.outlines import areas_after
from gateway.store.populations import POPULATION
from gateway.store.reading import Reader
from schemas.features import MOST_FEATURES, AreaQuestion, Box, read_box

_NO_AREAS = frozenset({POINTS, ADDRESSES, POPULATION, *POSTCODES})
_PREFIX = "areas-"
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z _.-]{0,31}", re.ASCII)
_DECIMALS = 6
"""Of a degree: a tenth of a metre."""
PROPERTIES = ("code", "name", "kind", "edition")


class Layer(NamedTuple):
    """One edition of areas."""

    id: str
    """Of the collection, such as ``areas-wards``."""
    kind: str
    edition: str
    geography: int
    says: str
    """Whether it stands: «2013 wards, replaced in May 2023»."""


class Areas(NamedTuple):
    """A page of areas."""

    features: Sequence[dict[str, Any]]
    after: str | None


def layers(reader: Reader, day: date) -> dict[str, Layer]:
    """Return the editions that stand on a day, or of which nobody said, by the id of their collection.

    One a kind: the one that is known to stand, else the newest by name. Areas that were replaced are no
    layer, so that nobody draws with them as if they stood.
    """
    return {
        layer.id: layer
        for layer in editions_in_use(reader, day).values()
        if _dates(reader).on(layer.kind, layer.edition, day).current is not False
    }


def editions_in_use(reader: Reader, day: date) -> dict[str, Layer]:
    """Return the edition of each kind of areas that is used on a day; a replaced one where no other is."""
    dates = _dates(reader)
    loaded: dict[str, dict[str, int]] = {}
    for row in reader.geographies():
        if row["kind"] not in _NO_AREAS:
            loaded.setdefault(row["kind"], {})[row["edition"]] = row["id"]
    found = {}
    for kind, editions in loaded.items():
        edition = dates.current(kind, editions, day) or max(editions)
        says = dates.on(kind, edition, day).says
        found[kind] = Layer(f"{_PREFIX}{kind}", kind, edition, editions[edition], says)
    return found


def _dates(reader: Reader) -> Editions:
    return Editions.of(dates_of_editions(reader))


def areas_of(reader: Reader, layer: Layer, question: AreaQuestion) -> Areas:
    """Return a page of an edition's areas by code (raises ``CursorInvalid``)."""
    after = "" if question.after is None else _code(question.after)
    box = None if question.bbox is None else read_box(question.bbox)
    most = min(question.limit, MOST_FEATURES)
    found: list[dict[str, Any]] = []
    while True:
        rows = areas_after(reader, layer.geography, after, most + 1)
        found += [
            _feature(layer, code, name, wkb)
            for code, name, wkb in rows
            if box is None or _meets(wkb, box)
        ]
        if len(found) > most:
            return Areas(found[:most], _cursor(found[most - 1]["id"]))
        if len(rows) <= most:
            return Areas(found, None)
        after = rows[-1][0]


def area_of(reader: Reader, layer: Layer, code: str) -> dict[str, Any]:
    """Return one area (raises ``NotFound``)."""
    for found, name, wkb in areas_after(reader, layer.geography, "", 1, code):
        return _feature(layer, found, name, wkb)
    raise NotFound


def _shape(wkb: bytes) -> Any:  # noqa: ANN401 - shapely has no types
    # numpy and shapely take 0.25 s to import, which a gateway without maps need not spend
    from shapely import from_wkb, set_precision  # noqa: PLC0415

    return set_precision(from_wkb(wkb), 10**-_DECIMALS)


def _feature(layer: Layer, code: str, name: str, wkb: bytes) -> dict[str, Any]:
    from shapely import orient_polygons  # noqa: PLC0415 - as above
    from shapely.geometry import mapping  # noqa: PLC0415 - as above

    # RFC 7946, 3.1.6: outer rings counter-clockwise
    shape = mapping(orient_polygons(_shape(wkb)))
    properties = dict(zip(PROPERTIES, (code, name or None, layer.kind, layer.edition), strict=True))
    return {"type": "Feature", "id": code, "geometry": shape, "properties": properties}


def _meets(wkb: bytes, box: Box) -> bool:
    from shapely import box as rectangle  # noqa: PLC0415 - as above

    shape = _shape(wkb)
    if box.west <= box.east:
        return bool(shape.intersects(rectangle(*box)))
    west = rectangle(box.west, box.south, 180, box.north)
    east = rectangle(-180, box.south, box.east, box.north)
    return bool(shape.intersects(west) or shape.intersects(east))


def _cursor(code: str) -> str:
    return base64.urlsafe_b64encode(code.encode()).decode().rstrip("=")


def _code(cursor: str) -> str:
    try:
        code = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    if not _CODE.fullmatch(code):
        raise CursorInvalid
    return code
