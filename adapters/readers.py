"""Small readers: one cell's text in, one value of the common schema out.

A reader is never given an empty text. It raises ``UnreadableError`` with a rule where the value cannot
be used, and answers ``None`` where the value is left out and counted as dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, get_args

from adapters.faults import UnreadableError
from adapters.placing import normal_label
from adapters.rules import CODE_PATTERN
from schemas.codes import GssCode, Marking

Value = TypeVar("Value")

_GSS: Final = re.compile(get_args(GssCode)[1].pattern)
_DIGITS: Final = re.compile(r"[0-9]{1,12}")
_ABOVE: Final = "secret"
"""Stands in every marking above OFFICIAL-SENSITIVE, and in none that is accepted."""
_OFFICIAL, _SENSITIVE, _UK = "official", "sensitive", "uk"
_DESCRIPTORS: Final = frozenset(
    {
        "",
        "personal data",
        "commercial",
        "legal privilege",
        "market sensitive",
        "recipients only",
        "organisational use only",
        "for public release",
    }
)
"""Handling words and descriptors that may follow a marking «mem» (law reference §6); others are not read."""


def code(cell: str) -> str | None:
    """A code as sent, leading zeros and all; what does not look like one is dropped."""
    return cell if CODE_PATTERN.fullmatch(cell) else None


def number(cell: str) -> int | None:
    """A UPRN (up to 12 digits) or USRN (8); anything else is dropped."""
    return int(cell) if _DIGITS.fullmatch(cell) else None


def area_code(cell: str) -> str:
    """A GSS code of the Office for National Statistics, in capitals.

    Raises:
        UnreadableError: It is none.
    """
    capital = cell.upper()
    if not _GSS.fullmatch(capital):
        raise UnreadableError("area.unreadable")
    return capital


def marking(cell: str) -> Marking:
    """A government security classification, however its words are joined.

    Raises:
        UnreadableError: It is above OFFICIAL-SENSITIVE, or not a marking of the present scheme.
    """
    words = normal_label(unicodedata.normalize("NFKC", cell))
    if _ABOVE in "".join(filter(str.isalnum, words)):
        raise UnreadableError("marking.above_official_sensitive")
    said = words.removeprefix(_UK).strip()
    if not said.startswith(_OFFICIAL):
        raise UnreadableError("marking.unreadable")
    rest = said.removeprefix(_OFFICIAL).strip()
    found = Marking.OFFICIAL
    if rest.startswith(_SENSITIVE):
        found, rest = Marking.OFFICIAL_SENSITIVE, rest.removeprefix(_SENSITIVE).strip()
    if rest not in _DESCRIPTORS:
        raise UnreadableError("marking.unreadable")
    return found


def flag(yes: tuple[str, ...], no: tuple[str, ...]) -> Callable[[str], bool | None]:
    """A reader for the words that a feed uses for yes and no; it raises on any other word."""
    words = {word.casefold(): True for word in yes} | {word.casefold(): False for word in no}
    return _from_list(words, "flag.not_in_list")


def listed(values: Mapping[str, Value], rule: str | None = None) -> Callable[[str], Value | None]:
    """A reader for a closed list of words; others raise ``rule``, or are dropped without one."""
    return _from_list({word.casefold(): value for word, value in values.items()}, rule)


def _from_list(words: Mapping[str, Value], rule: str | None) -> Callable[[str], Value | None]:
    def read(cell: str) -> Value | None:
        value = words.get(cell.casefold())
        if value is None and rule is not None:
            raise UnreadableError(rule)
        return value

    return read
