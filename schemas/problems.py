"""Problem documents: RFC 9457, closed; never an input's value, an exception's text or a name."""

from __future__ import annotations

from typing import Any

from schemas.base import Word


class ProblemError(Word):
    """One fault: where (JSON Pointer), which rule, in a sentence."""

    pointer: str
    rule: str
    says: str


class Problem(Word):
    """An error answer, media type ``application/problem+json``."""

    type: str
    """``urn:gateway:problem:`` + the catalogue's code."""
    title: str
    status: int
    detail: str
    remedy: str
    instance: str | None = None
    """An opaque id under which the log holds the event."""
    errors: tuple[ProblemError, ...] = ()
    extra: dict[str, Any] | None = None
    """Members that one problem alone has, such as a receipt or the unmet conditions."""
