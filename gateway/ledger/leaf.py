"""What one operation says in the ledger: canonical JSON, never personal data.

The ledger can never be erased from, so nobody may put a personal value in, not even by accident: each
operation has a closed list of keys, each key one tight form (ids, hashes, codes, numbers, instants),
and no form takes free text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from gateway.ledger.catalogue import CATALOGUE, FORMS, Form, Operation, Statutory

__all__ = ["LeafRefused", "Operation", "Statutory", "canonical", "leaf", "read_leaf", "stamp"]

Value = str | int | bool | Sequence[str] | Mapping[str, int] | None

MAX_LEAF = 16_384
"""Bytes in a leaf at most."""

MAX_DEPTH = 3
"""Levels of objects and arrays that canonical JSON takes."""

_MAX_INTEGER = 2**53 - 1
_MAX_ITEMS = 256
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

# A run of seven digits or more would fit a telephone number, a UPRN or a reference.
_CODE = r"(?!.*[0-9]{7})[a-z0-9]+(?:[-_.:/][a-z0-9]+)*"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}"
_TEXT_FORMS = {
    Form.ID: re.compile(rf"{_UUID}|(?=.{{1,80}}$){_CODE}"),
    Form.CODE: re.compile(rf"(?=.{{1,80}}$){_CODE}"),
    Form.HASH: re.compile(r"[0-9a-f]{64}"),
    Form.NONCE: re.compile(r"[0-9a-f]{32,64}"),
    Form.INSTANT: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00)"),
    Form.DAY: re.compile(r"\d{4}-\d\d-\d\d"),
}


class LeafRefused(ValueError):
    """A leaf that its catalogue does not permit; names the key, never the value."""


def stamp(at: datetime) -> str:
    """An aware instant as leaves write it: UTC, microseconds where there are any, ``Z``.

    Raises:
        LeafRefused: the instant has no time zone.
    """
    if at.tzinfo is None:
        raise LeafRefused("at: an instant without a time zone")
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def leaf(operation: Operation, *, at: str, actor: str, nonce: str, **content: Value) -> bytes:
    """Make the bytes of one leaf.

    Args:
        operation: What was done; its entry in the catalogue says which keys may stand in ``content``.
        at: When, by the injected clock: ISO 8601 in UTC (``stamp``).
        actor: Who: a client's or an account's id.
        nonce: 16 to 32 random bytes in hex, so that a leaf cannot be guessed from its hash.
        content: What the operation says; a key whose value is None is left out.

    Raises:
        LeafRefused: a key that the operation does not have, lacks, or a value not of the key's form.
    """
    entry = CATALOGUE[operation]
    said = {key: value for key, value in content.items() if value is not None}
    for key in said:
        if key not in entry.required and key not in entry.optional:
            raise LeafRefused(f"{operation.value}: the key {_named(key)} is not in the catalogue")
    missing = entry.required - said.keys()
    if missing:
        raise LeafRefused(f"{operation.value}: the key {min(missing)} is missing")
    said |= {"at": at, "actor": actor, "nonce": nonce}
    for key, value in said.items():
        _check(operation, key, value)
    made = _spelt({"v": 1, "operation": operation.value, **said})  # every form is canonical
    if len(made) > MAX_LEAF:
        raise LeafRefused(f"{operation.value}: longer than a leaf may be")
    return made


def read_leaf(stored: bytes) -> dict[str, Any]:
    """Read a leaf back.

    Raises:
        LeafRefused: not the canonical JSON of a leaf.
    """
    try:
        document = json.loads(stored)  # noqa: TID251 - our own bytes, compared with their canonical form below
    except (ValueError, RecursionError) as bad:
        raise LeafRefused("not JSON") from bad
    if not isinstance(document, dict) or canonical(document) != stored:
        raise LeafRefused("not canonical JSON")
    if not {"v", "operation", "at", "actor", "nonce"} <= document.keys():
        raise LeafRefused("not a leaf")
    return document


def canonical(document: Mapping[str, Any]) -> bytes:
    """A document as canonical JSON: sorted keys, no blanks, ASCII; a subset of RFC 8785.

    The subset: keys of lower-case letters, digits and ``_`` (nested keys: any code); strings of
    printable ASCII; whole numbers up to 2^53 − 1; no null, no fraction; three levels.

    Raises:
        LeafRefused: anything else, named by its key.
    """
    for key in document:
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise LeafRefused(f"the key {_named(key)} is not a key")
        _plain(key, document[key], depth=1)
    return _spelt(document)


def _spelt(document: Mapping[str, Any]) -> bytes:
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def _plain(key: str, value: object, depth: int) -> None:
    """Refuse what canonical JSON has no single spelling for."""
    if depth > MAX_DEPTH:
        raise LeafRefused(f"{key}: nested too deep")
    match value:
        case bool():
            return
        case int():
            if abs(value) > _MAX_INTEGER:
                raise LeafRefused(f"{key}: a number that JSON cannot hold exactly")
        case str():
            if not value.isascii() or not value.isprintable():
                raise LeafRefused(f"{key}: more than printable ASCII")
        case list() | tuple():
            for item in value:
                _plain(key, item, depth + 1)
        case dict():
            for inner, item in value.items():
                if not isinstance(inner, str) or not _TEXT_FORMS[Form.CODE].fullmatch(inner):
                    raise LeafRefused(f"{key}: a nested key that is no code")
                _plain(key, item, depth + 1)
        case _:
            raise LeafRefused(f"{key}: not a whole number, text, list or object")


def _check(operation: Operation, key: str, value: object) -> None:
    if not _fits(FORMS[key], value):
        raise LeafRefused(f"{operation.value}: the value of {key} does not have the key's form")


def _fits(form: Form, value: object) -> bool:
    match form:
        case Form.FLAG:
            return isinstance(value, bool)
        case Form.COUNT:
            return type(value) is int and 0 <= value <= _MAX_INTEGER
        case Form.CODES | Form.HASHES:
            one = Form.CODE if form is Form.CODES else Form.HASH
            return (
                isinstance(value, list | tuple)
                and len(value) <= _MAX_ITEMS
                and all(_fits(one, item) for item in value)
            )
        case Form.COUNTS:
            return (
                isinstance(value, dict)
                and len(value) <= _MAX_ITEMS
                and all(_fits(Form.CODE, k) and _fits(Form.COUNT, v) for k, v in value.items())
            )
        case _:
            return isinstance(value, str) and _is_text_of(form, value)


def _is_text_of(form: Form, value: str) -> bool:
    if not value.isascii() or not _TEXT_FORMS[form].fullmatch(value):
        return False
    try:
        if form is Form.INSTANT:
            datetime.fromisoformat(value)
        elif form is Form.DAY:
            date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _named(key: object) -> str:
    """A key that may be repeated in a message: one that looks like a key."""
    return key if isinstance(key, str) and _KEY.fullmatch(key) else "(unreadable)"
