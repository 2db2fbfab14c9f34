"""The cursor: a subscription's own release number with a tag, never a position of the log."""

from __future__ import annotations

import base64
import hmac
import re

from gateway.errors import CursorInvalid
from gateway.keys.derive import keyed_hash

_FORM = re.compile(r"(0|[1-9][0-9]{0,14})\.([A-Za-z0-9_-]{22})")


def make_cursor(key: bytes, subscription: str, number: int, content: bytes) -> str:
    """Return the cursor that says «I have every release up to ``number``».

    Args:
        key: The gateway's cursor key.
        subscription: Whose cursor it is.
        number: Of the release; 0 before the first.
        content: The release's content hash, empty before the first: a gateway restored to the past
            makes other releases under the same numbers, and must know its old cursors for strange.
    """
    return f"{number}.{_tag(key, subscription, number, content)}"


def cursor_number(cursor: str) -> int:
    """Return the release number that a cursor names; whether it is ours, ``is_ours`` tells.

    Raises:
        CursorInvalid: It does not have a cursor's form.
    """
    match = _FORM.fullmatch(cursor)
    if match is None:
        raise CursorInvalid
    return int(match[1])


def is_ours(key: bytes, subscription: str, cursor: str, content: bytes) -> bool:
    """Whether a cursor was made with this key for this release of this subscription."""
    number = cursor_number(cursor)
    return hmac.compare_digest(cursor, make_cursor(key, subscription, number, content))


def _tag(key: bytes, subscription: str, number: int, content: bytes) -> str:
    digest = keyed_hash(key, subscription.encode(), str(number).encode(), content)
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
