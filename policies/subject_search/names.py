"""Names as words that can be compared: one alphabet, no accents, no titles, prefixes joined."""

from __future__ import annotations

import re
import unicodedata

_TABLE = """
    łl øo đd ðd þth ßss æae œoe ıi ħh
    аa бb вv гh ґg дd еe єye жzh зz иy іi їyi йy кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь
    эe юyu яya ёyo
    αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs τt υy φf χch ψps ωo ςs
"""
_LETTERS = str.maketrans({pair[0]: pair[1:] for pair in _TABLE.split()})
"""Latin letters that are no accented ones; Cyrillic by the table of Ukraine's Cabinet of Ministers (2010),
with the Russian letters that it lacks; Greek as in passports (ELOT 743). Simplified: letter by letter."""
_TITLES = """mr mrs ms miss mx dr prof rev revd fr sir dame lord lady pc pcso sgt cllr master"""
TITLES = frozenset(_TITLES.split())
_JOINED = frozenset({"o", "mc", "mac", "d", "fitz", "abd", "ab"})
"""Beginnings of a name that are written apart as often as not: O'Connor, Mc Allister."""
_ONE_LETTER = re.compile(r"\b([od])['’‘`´ʼ]")
"""A beginning that is left away as often as not (O'Connor), or is an initial (J D Lloyd)."""
_QUOTES = re.compile(r"['’‘`´ʼ]")
_WORD = re.compile(r"[a-z]+")
MOST_WORDS = 6
"""Words of a name that are looked at."""


def latin(text: str) -> str:
    """Return a text in small Latin letters without accents; letters of no table are left out."""
    lowered = unicodedata.normalize("NFC", text).lower()
    parts = unicodedata.normalize("NFKD", lowered.translate(_LETTERS)).translate(_LETTERS)
    return "".join(one for one in parts if not unicodedata.combining(one))


def name_readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of a name; and where O’ or D is in it, the same without: «J D Lloyd» is j, lloyd."""
    joined = name_words(name)
    found = _apart(_ONE_LETTER.sub(r"\1 ", latin(name)))
    left = [one for at, one in enumerate(found) if not (_begins(found, at) and len(one) == 1)]
    return (joined,) if len(left) == len(found) else (joined, _together(left))


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in its order: «Dr Zoë O’Connor-Lloyd» is zoe, oconnor, lloyd."""
    return _together(_apart(latin(name)))


def _apart(written: str) -> list[str]:
    return [one for one in _WORD.findall(_QUOTES.sub("", written)) if one not in TITLES]


def _begins(found: list[str], at: int) -> bool:
    # what follows an initial is another one, and no rest of a name
    return found[at] in _JOINED and at + 1 < len(found) and len(found[at + 1]) > 2  # noqa: PLR2004


def _together(found: list[str]) -> tuple[str, ...]:
    joined: list[str] = []
    at = 0
    while at < len(found):
        begins = _begins(found, at)
        joined.append(found[at] + found[at + 1] if begins else found[at])
        at += 2 if begins else 1
    return tuple(joined[:MOST_WORDS])
