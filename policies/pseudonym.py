"""Keyed names: that under which one recipient knows one incident, and that of a case."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_DOMAIN = b"released-id/1|"
_CASE = b"case/1|"
_ROW = b"return-row/1|"
_BLOCK = 64
"""Bytes of a block of SHA-256."""
_INNER, _OUTER = bytes(at ^ 0x36 for at in range(256)), bytes(at ^ 0x5C for at in range(256))
"""The pads of HMAC (RFC 2104) as tables of translation."""


def released_id(key: bytes, quarter: str, incident_id: bytes) -> str:
    """Return ``r1.<quarter>.<22 characters>``: HMAC-SHA256 cut to 128 bits, base64url.

    The same incident has the same id in all its versions, another id for another key. Keys are one a
    recipient and quarter, so that two recipients cannot join what they hold.

    Args:
        key: The recipient's key for the quarter.
        quarter: Quarter of the first report, such as ``2026Q4`` (``quarter_of``).
        incident_id: The incident's own id inside the gateway.
    """
    digest = hmac.digest(key, _DOMAIN + quarter.encode("ascii") + b"|" + incident_id, "sha256")
    return f"r1.{quarter}.{base64.urlsafe_b64encode(digest[:16])[:22].decode('ascii')}"


def released_ids(key: bytes, quarter: str, incident_ids: Iterable[bytes]) -> list[str]:
    """Return ``released_id`` of many incidents of one quarter: what is the same for all is hashed once.

    Raises:
        ValueError: The key is longer than a block, which no key of ours is.
    """
    if len(key) > _BLOCK:
        message = "a key of more than 64 bytes"
        raise ValueError(message)
    padded = key.ljust(_BLOCK, b"\0")
    inner = sha256(padded.translate(_INNER) + _DOMAIN + quarter.encode("ascii") + b"|").copy
    outer = sha256(padded.translate(_OUTER)).copy
    cut: list[bytes] = []
    for one in incident_ids:
        first, second = inner(), outer()
        first.update(one)
        second.update(first.digest())
        # two bytes of filling make 24 characters of 18 bytes, of which the first 22 are those of 16
        cut.append(second.digest()[:16] + b"\0\0")
    text = base64.urlsafe_b64encode(b"".join(cut)).decode("ascii")
    before = f"r1.{quarter}."
    return [before + text[at : at + 22] for at in range(0, len(text), 24)]


def row_id(key: bytes, quarter: str, incident_id: bytes) -> str:
    """Return ``s17a.<quarter>.<22 characters>``: a recipient's name for one row of a return.

    Args:
        key: One a recipient, quarter and paragraph: rows of two paragraphs cannot be joined by it.
        quarter: Quarter of the first report, such as ``2026Q4``.
        incident_id: As ``released_id``.
    """
    digest = hmac.digest(key, _ROW + incident_id, "sha256")
    return f"s17a.{quarter}.{base64.urlsafe_b64encode(digest[:16])[:22].decode('ascii')}"


def quarter_named(released_id: str) -> str:
    """Return the quarter that a released id names."""
    return released_id.split(".")[1]


def quarter_of(instant: datetime) -> str:
    """Return the calendar quarter of an aware instant by the clock of Europe/London, as ``2026Q4``.

    Source: SI 2007/1831 reg 1 (information period): three months from 1 July 2007, in local time.

    Raises:
        ValueError: The instant has no time zone.
    """
    if instant.tzinfo is None:
        message = "a quarter needs an aware instant"
        raise ValueError(message)
    local = instant.astimezone(LONDON)
    return f"{local.year:04d}Q{(local.month + 2) // 3}"


def case_key(key: bytes, reference: str) -> str:
    """Return the keyed hash under which an agreement lists a case, in hex: HMAC-SHA256.

    Blanks and letter case do not count, so that two systems that write a case differently still meet.
    """
    plain = "".join(reference.split()).casefold()
    return hmac.digest(key, _CASE + plain.encode(), "sha256").hex()
