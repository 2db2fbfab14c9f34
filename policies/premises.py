"""One spelling for a UK address and for a telephone number, so that two systems' spellings meet.

Nothing is looked up: words are compared as written. What names no single home gives nothing: a street
without a number, a junction, a building of many flats told without the flat's postcode.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import jellyfish

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})\b")
_APART = re.compile(r"[^A-Z0-9/\-]+")
_FLATS = (
    (re.compile(r"([0-9]+[A-Z]?)/([0-9]+[A-Z]?)"), r"FLAT \1 \2"),
    (re.compile(r"\b([A-Z])/([0-9]+)\b"), r"FLAT \1 \2"),
    (re.compile(r"\b([0-9]+)/([A-Z])\b"), r"FLAT \2 \1"),
    (re.compile(r"\(\s*([0-9]+[A-Z]?)\s*\)"), r" FLAT \1 "),
    (re.compile(r"\b(?:FLAT|FLT|FT|FL|F|APARTMENT|APT|APPT|UNIT|ROOM|RM)-?([0-9]+)\b"), r"FLAT \1"),
)
"""A flat without a word of its own: ``2/14``, ``14/B``, ``14 (2)``, ``F2``."""
_FLAT = frozenset(
    {
        "FLAT",
        "FLT",
        "FT",
        "FL",
        "APARTMENT",
        "APT",
        "APPT",
        "APART",
        "UNIT",
        "ROOM",
        "RM",
        "STUDIO",
        "BEDSIT",
    }
)
_NUMBER_WORDS = frozenset({"NO", "NUM", "NUMBER", "HSE", "AT"})
_JUNCTION = frozenset(
    {"J/W", "JW", "JCT", "JUNCTION", "JN", "OPP", "OPPOSITE", "O/S", "OUTSIDE", "NEAR", "NR"}
)
_FLOORS = {
    "GROUND": "F0", "GRND": "F0", "GND": "F0", "G/F": "F0", "GFF": "F0",
    "FIRST": "F1", "1ST": "F1", "FFF": "F1",
    "SECOND": "F2", "2ND": "F2", "SFF": "F2",
    "THIRD": "F3", "3RD": "F3",
    "TOP": "FT", "TFF": "FT",
    "BASEMENT": "FB", "BSMT": "FB", "LOWER": "FL", "UPPER": "FU",
}  # fmt: skip
_FLOOR_ALONE = frozenset({"GFF", "FFF", "SFF", "TFF"})
_FLOOR_WORDS = frozenset({"FLOOR", "FLR", "FLAT", "MAISONETTE"})
_HOMES = frozenset(
    {
        "BARN",
        "BUNGALOW",
        "COTTAGE",
        "CROFT",
        "FARM",
        "FARMHOUSE",
        "FORGE",
        "GRANGE",
        "HOUSE",
        "LODGE",
        "MANOR",
        "RECTORY",
        "STABLES",
        "VICARAGE",
        "VILLA",
    }
)
"""Last words of a name that a single home has without a number."""
_ROAD_WORDS = """
    ROAD RD STREET ST STR LANE LN AVENUE AVE AV DRIVE DR CLOSE CL CRESCENT CRES WAY GROVE TERRACE TERR
"""
_ROADS = frozenset(_ROAD_WORDS.split())
"""Last words of a street that leave no doubt, so that a number after them is a house's."""
_BEFORE_A_STREET = frozenset({"THE", "SAINT", "ST"})
"""First words that a great many streets have: the next one tells them apart."""
_HOUSE = re.compile(r"[0-9]{1,4}(?:-[0-9]{1,4})?[A-Z]?")
_LETTER = re.compile(r"[A-Z]")

_EXTENSION = re.compile(r"(?i)\b(?:ext(?:ension|n)?|x)\.?\s*[0-9]{1,6}\b")
_SEVERAL = re.compile(r"(?i)[;,|&#\n]|[a-z]+[:.]?| / |/(?=\s*(?:\+|0))")
"""What stands between two numbers, or between one and a remark: «07700 900123 after 6pm»."""
_NEXT = re.compile(r"(?<=[0-9])\s+(?=\+|\(?0[0-9])")
"""Where a second number begins, if both together are too long to be one."""
_OF_A_SPREADSHEET = re.compile(r"\.0+\s*$")
_NATIONAL = re.compile(r"[1-35789][0-9]{8,9}")
"""What follows +44: nine or ten digits; 4 and 6 begin none (Ofcom, National Telephone Numbering Plan)."""
_LONGEST, _SHORTEST = 15, 8
"""Digits of a number of another country (ITU-T E.164)."""
_UK = "44"
_WITHOUT_ZERO = 10


class Premises(NamedTuple):
    """One home, as far as an address names it."""

    postcode: str
    flat: str
    """Number, letter or floor of the flat; empty where none is told."""
    house: str
    """Its number, or its name where it has none."""
    street: str
    """How the first telling word of the street sounds (Soundex, its figures in order), so that one wrong
    letter or two that changed places do no harm."""

    @property
    def text(self) -> str:
        """Return it as one text."""
        return ":".join(self)

    @property
    def door(self) -> str:
        """Return it without its postcode: far too little to match by, enough to propose a record."""
        return ":".join(self[1:])

    @property
    def exchanged(self) -> Premises | None:
        """Return the home whose flat has this house's number: who writes ``14/2`` may mean either."""
        if not (self.flat.isdigit() and self.house.isdigit()) or self.flat == self.house:
            return None
        return self._replace(flat=self.house, house=self.flat)


def premises(address: str | None, postcode: str | None) -> Premises | None:
    """Return the home that an address names, or None where it names none by itself.

    Args:
        address: As written, its postcode at its end or not.
        postcode: As written in a field of its own; it stands over the address's.
    """
    home = doorway(address, postcode)
    return home if home is not None and home.postcode else None


def doorway(address: str | None, postcode: str | None) -> Premises | None:
    """Return the same, its postcode empty where none is told: then it is one of several homes."""
    text = _plain(address or "")
    found = _POSTCODE.search(text)
    code = (_POSTCODE.search(_plain(postcode)) if postcode else None) or found
    if found is not None:
        text = f"{text[: found.start()]} {text[found.end() :]}"
    named = _named(_words(text))
    return None if named is None else Premises("" if code is None else code[1] + code[2], *named)


def _plain(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return plain.upper().replace("’", "").replace("'", "").replace(".", " ")


def _words(text: str) -> list[str]:
    for written, spread in _FLATS:
        text = written.sub(spread, text)
    return [word.strip("-") for word in _APART.split(text) if word.strip("-/")]


def _named(words: list[str]) -> tuple[str, str, str] | None:
    """Return flat, house and how the street sounds."""
    if not _JUNCTION.isdisjoint(words):
        return None
    words = _joined(words)
    flat, rest = _flat_of(words)
    at = next((i for i, word in enumerate(rest) if _HOUSE.fullmatch(word)), None)
    if at is not None:
        if not flat and rest[at + 2 :] and _HOUSE.fullmatch(rest[at + 1]):
            flat, at = rest[at], at + 1  # «2, 14 Example Road»
        house, after = rest[at], rest[at + 1 :]
        before = [word for word in rest[:at] if word not in _NUMBER_WORDS]
        turned = bool(before) and before[-1] in _ROADS  # «Example Road 14»
        street = before if turned else [word for word in after if word not in _NUMBER_WORDS]
        if len(flat) == 1 and flat.isalpha() and house.isdigit():
            flat, house = "", house + flat  # «Flat A, 14» is written «14A» as well
        return (flat, house, _sound(street)) if street else None
    name = [word for word in rest if word not in _NUMBER_WORDS]
    ends = next((i for i, word in enumerate(name) if word in _HOMES and i), None)
    if ends is not None:
        return flat, " ".join(name[ends > 1 and name[0] == "THE" : ends + 1]), ""
    # «Flat 3, Example Court» is written «3 Example Court» as well
    return ("", flat, _sound(name)) if flat and name else None


def _joined(words: list[str]) -> list[str]:
    """Join a number and the single letter that belongs to it: ``14 A`` is ``14A``."""
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        of_flat = len(joined) > 1 and joined[-2] in _FLAT
        if _LETTER.fullmatch(word) and before.isdigit() and not of_flat:
            joined[-1] = before + word
        else:
            joined.append(word)
    return joined


def _flat_of(words: list[str]) -> tuple[str, list[str]]:
    """Return what names the flat, and the other words."""
    for at, word in enumerate(words):
        after = words[at + 1 : at + 2]
        if word in _FLOOR_ALONE:
            return _FLOORS[word], words[:at] + words[at + 1 :]
        if word in _FLOORS and after and after[0] in _FLOOR_WORDS:
            end = at + 2
            while words[end : end + 1] and words[end] in _FLOOR_WORDS:
                end += 1
            return _FLOORS[word], words[:at] + words[end:]
        if word in _FLAT:
            number = at + 1
            while words[number : number + 1] and words[number] in _NUMBER_WORDS:
                number += 1
            if words[number : number + 1] and _is_flat(words[number]):
                return words[number].lstrip("0") or "0", words[:at] + words[number + 1 :]
    return "", words


def _is_flat(word: str) -> bool:
    return bool(_HOUSE.fullmatch(word) or _LETTER.fullmatch(word))


def _sound(street: list[str]) -> str:
    words = [one for one in street if one.isalpha()]
    telling = words[1:2] if words[:1] and words[0] in _BEFORE_A_STREET else words[:1]
    if not words:
        return "".join(street[:1])
    sound = jellyfish.soundex((telling or words)[0])
    return sound[:1] + "".join(sorted(sound[1:]))


def telephones(text: str | None) -> tuple[str, ...]:
    """Return the telephone numbers that a cell holds, in E.164 (``+441632960101``), each once.

    What is written as in the United Kingdom is taken as a number there: ``01632 960101``,
    ``+44 (0)1632 960101``, ``0044 …``, or without its first 0, as spreadsheets write it.
    """
    if not text:
        return ()
    parts: list[str] = []
    for part in _SEVERAL.split(_EXTENSION.sub("", text)):
        several = sum(map(str.isdigit, part)) > _LONGEST
        parts += _NEXT.split(part) if several else [_OF_A_SPREADSHEET.sub("", part)]
    return tuple(dict.fromkeys(one for one in map(_number, parts) if one))


def _number(written: str) -> str | None:
    begins_plus = written.strip().lstrip("(").startswith("+")
    digits = re.sub(r"[^0-9]", "", written.replace("(0)", ""))
    if digits.startswith("00"):
        begins_plus, digits = True, digits[2:]
    if begins_plus and not digits.startswith(_UK):
        return f"+{digits}" if _SHORTEST <= len(digits) <= _LONGEST else None
    if digits.startswith(_UK) and (begins_plus or len(digits) > _WITHOUT_ZERO):
        digits = digits[len(_UK) :].removeprefix("0")
    elif digits.startswith("0"):
        digits = digits[1:]
    elif len(digits) != _WITHOUT_ZERO:
        return None  # a short number or one without its area: it names nobody
    return f"+{_UK}{digits}" if _NATIONAL.fullmatch(digits) else None
