"""JSON as it may come in: strict, bounded, and without an echo.

Refused: NaN and infinities, NUL and lone surrogates, duplicate keys, more than 32 levels, text over
10,000 characters, bad UTF-8. pydantic's parser takes duplicate keys and NUL in silence
(reliability.md §0.9), so both are looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

from pydantic_core import from_json

from gateway.errors import BodyUnreadable
from schemas.problems import ProblemError

MAX_DEPTH = 32
MAX_TEXT = 10_000

# possessive quantifiers: linear on any input
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BEFORE_COLON = (b" :", b"\t:", b"\n:", b"\r:")
_NESTING = re.compile(rb"[\[\]{}]")
_SENTENCES = {
    "json.malformed": "It is not JSON as RFC 8259 defines it.",
    "json.duplicate_key": "An object names the same key twice.",
    "json.too_deep": "It is nested more than 32 levels deep.",
    "json.nul": "A text holds the character NUL.",
    "json.text_too_long": "A text is longer than 10,000 characters.",
    "json.empty": "There is nothing in it.",
}


class NotJson(Exception):
    """Bytes that are refused, by rule; carries the rule and nothing of the bytes."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.says = _SENTENCES[rule]


def strict_json(body: bytes, longest: int = MAX_TEXT) -> Any:  # noqa: ANN401 - any JSON document
    """Parse one JSON document.

    Args:
        body: Its bytes.
        longest: Characters that one text in it may have; a policy document is longer than a record.

    Raises:
        NotJson: With the rule that it breaks.
    """
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _check_depth(_STRING.sub(b"", body))
    try:
        document = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise NotJson("json.malformed") from error
    if _count_pairs(document) != _pairs_at_most(body):
        _check_keys(document, body)
    # the two are rare, and each leaves a trace in the bytes that is cheap to look for
    if len(body) > MAX_TEXT or b"\\u0000" in body:
        _check_values(document, longest)
    return document


def _pairs_at_most(body: bytes) -> int:
    """Count quotes with a colon behind them: every pair has one, a text may hold some too."""
    if any(blank in body for blank in _BEFORE_COLON):
        return -1
    return body.count(b'":')


def _check_keys(document: Any, body: bytes) -> None:  # noqa: ANN401 - any JSON document
    """Take the strings out and count the colons left: one for each pair."""
    if _count_pairs(document) != _STRING.sub(b"", body).count(b":"):
        raise NotJson("json.duplicate_key")


def _check_depth(skeleton: bytes) -> None:
    if skeleton.count(b"[") + skeleton.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _NESTING.finditer(skeleton):
        depth += 1 if match.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            raise NotJson("json.too_deep")


def _count_pairs(value: Any) -> int:  # noqa: ANN401 - any JSON document
    """Count keys at every level; refuse a number too large to be finite on the way."""
    members = value.values() if value.__class__ is dict else value
    pairs = len(value) if value.__class__ is dict else 0
    if value.__class__ is dict or value.__class__ is list:
        for member in members:
            kind = member.__class__
            if kind is dict or kind is list:
                pairs += _count_pairs(member)
            elif kind is float and not isfinite(member):
                raise NotJson("json.malformed")
    return pairs


def _check_values(value: Any, longest: int) -> None:  # noqa: ANN401 - any JSON document
    if isinstance(value, str):
        if len(value) > longest:
            raise NotJson("json.text_too_long")
        if "\x00" in value:
            raise NotJson("json.nul")
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_values(key, longest)
            _check_values(member, longest)
    elif isinstance(value, list):
        for member in value:
            _check_values(member, longest)


def ndjson_lines(body: bytes) -> Iterator[bytes]:
    """Split newline-delimited JSON; blank lines are passed over, a last line may lack its newline."""
    for line in body.split(b"\n"):
        stripped = line.strip()
        if stripped:
            yield stripped


def unreadable(fault: NotJson) -> BodyUnreadable:
    """Return the problem for a whole body that is not JSON."""
    return BodyUnreadable(errors=(ProblemError(pointer="", rule=fault.rule, says=fault.says),))
