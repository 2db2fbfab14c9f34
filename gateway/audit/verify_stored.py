"""What stands in a table of bodies: its hash, and how a row that no operation names is told of."""

from __future__ import annotations

from hashlib import sha256


def body_sha256(text: object) -> str:
    """The hash of a text; of anything else none, because nothing else was ever written."""
    if not isinstance(text, str):
        return ""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def unnamed(name: object) -> str:
    """A key that no operation names may hold anything, so it is not repeated."""
    return "(no operation names it)" if name else "(empty)"
