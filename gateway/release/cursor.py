"""The cursor: a subscription's own release number with a tag, never a position of the log."""

from __future__ import annotations

import base64
import hmac
import re

from gateway.errors import CursorInvalid
from gateway.keys.derive import keyed_hash

_FORM = re.compile(r"(0|[1-9][0-9]{0,14})\.([A-Za-z0-9_-]{22})")


def make_cursor(key: bytes, subscription: str, number: int) -> str:
    """Return the cursor that says «I have every release up to ``number``»."""
    return f"{number}.{_tag(key, subscription, number)}"


def read_cursor(key: bytes, subscription: str, cursor: str) -> int:
    """Return the release number of a cursor.

    Raises:
        CursorInvalid: It was not made with this key for this subscription.
    """
    match = _FORM.fullmatch(cursor)
    if match is None:
        raise CursorInvalid
    number = int(match[1])
    if not hmac.compare_digest(match[2], _tag(key, subscription, number)):
        raise CursorInvalid
    return number


def _tag(key: bytes, subscription: str, number: int) -> str:
    digest = keyed_hash(key, subscription.encode(), str(number).encode())
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
