"""Offices by name: when two texts name the same office, and when they only look as if they did not.

Two questions, answered apart. Whether a text *is* the office on the register is asked strictly, so that a
look-alike does not sign for it. Whether two offices may be *one* is asked loosely, so that one office does
not sign for two parties under two spellings.
"""

from __future__ import annotations

import unicodedata

_CAPITALS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
"""Greek capitals, which look otherwise than their small letters."""
_LOOKS_LIKE = str.maketrans(
    {
        **dict(zip("аеорсухіјѕһԁԛԝӏкмтвнґ", "aeopcyxljshdqwlkmtbhr", strict=True)),
        **dict(zip("αορντικυχηβγε", "aopvtlkyxnbye", strict=True)),
        **dict(zip("ıi1|!0ɡł", "lllllogl", strict=True)),
    }
)
"""Letters of other alphabets, and figures, that are read as a Latin letter; i, l and 1 as one letter."""


def spelt(text: str | None) -> str:
    """Return an office as it is compared: letter case, width and blanks aside; none is the empty text."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def same_office(one: str | None, other: str | None) -> bool:
    """Whether two texts name the same office; none is no office."""
    return spelt(one) == spelt(other) != ""


def looks(text: str) -> str:
    """Return what a reader takes an office for: accents, marks, blanks and other alphabets aside."""
    capitals = unicodedata.normalize("NFKC", text).translate(_CAPITALS)
    plain = unicodedata.normalize("NFKD", capitals.casefold())
    read = plain.translate(_LOOKS_LIKE)
    return "".join(letter for letter in read if letter.isalnum())
