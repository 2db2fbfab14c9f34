"""How often a feed told of one place: what names a place, and the four bands in which it is told.

The band is counted while an incident is recorded, before its address goes (``gateway.log.repeats``), and
is all that is kept: «first, second, third to fifth, sixth or later at this place in this quarter».
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from schemas.codes import LocationPrecision, RepeatAtPlace
from schemas.incident import Incident

PLACE_FIELDS = frozenset(
    {"uprn", "address_text", "premises_name", "postcode", "easting", "northing"}
)
"""Fields of an incident that may name its place."""

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b")
_WORDS = re.compile(r"[^\W_]+")
_UP_TO_FIFTH, _SECOND = 5, 2


def band(number: int) -> RepeatAtPlace:
    """Return the band of the ``number``-th incident at one place, counted from 1."""
    if number > _UP_TO_FIFTH:
        return RepeatAtPlace.SIXTH_OR_LATER
    if number > _SECOND:
        return RepeatAtPlace.THIRD_TO_FIFTH
    return RepeatAtPlace.SECOND if number == _SECOND else RepeatAtPlace.FIRST


def place_named(incident: Incident, may_read: Container[str]) -> bytes | None:
    """Return the text that names an incident's place, or None where nothing names it finely enough.

    It is the UPRN; else the address, or the name of the premises, with its postcode, both without
    regard to case, punctuation and blanks; else the metre on the national grid where that is where it
    happened. A point that was published instead of the place names nothing. The text is personal as
    the address is: it is hashed under a key at once and kept nowhere.

    Args:
        incident: Located, so that degrees have become metres.
        may_read: Fields that the lane's table counts by (``Treatments.counts_by``).
    """
    if incident.location_precision is LocationPrecision.PUBLISHED_POINT:
        return None
    if incident.uprn is not None and "uprn" in may_read:
        return b"uprn:%d" % incident.uprn
    return _addressed(incident, may_read) or _metre(incident, may_read)


def _addressed(incident: Incident, may_read: Container[str]) -> bytes | None:
    address = incident.address_text if "address_text" in may_read else None
    premises = incident.premises_name if "premises_name" in may_read else None
    stated = incident.postcode if "postcode" in may_read else None
    named = address or premises
    if not named:
        return None
    text = _plain(named)
    found = _POSTCODE.search(text)
    code = (_POSTCODE.search(_plain(stated)) if stated else None) or found
    if code is None:
        return None
    if found:
        # the postcode stands beside the address in one system and at its end in another
        text = f"{text[: found.start()]} {text[found.end() :]}"
    words = _WORDS.findall(text)
    return f"address:{code[1]}{code[2]}:{' '.join(words)}".encode() if words else None


def _plain(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper()


def _metre(incident: Incident, may_read: Container[str]) -> bytes | None:
    if "easting" not in may_read or "northing" not in may_read:
        return None
    easting, northing = incident.easting, incident.northing
    exact = incident.location_precision is LocationPrecision.POINT
    if not exact or easting is None or northing is None:
        return None
    return b"metre:%d:%d" % (easting, northing)
