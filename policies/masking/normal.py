"""One way of writing: what looks alike is made alike before anything is looked for.

NFKC, invisible characters out, Cyrillic and Greek look-alikes to Latin, dashes and quotes plain. The
``shadow`` has the same length as the text: in runs that are mostly digits, letters written for digits
(O, I, l, S, B, Z) are read as such, and everything is in capitals.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁһԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινυαρκτ‐‑‒–—―−’‘‛ʼ`´“”„«»\u00a0\t\u2028\u2029\r",
    "ABEKMHOPCTYXIJSaeopcyxijsdhqwlABEZHIKMNOPTYXoivuapkt-------''''''\"\"\"\"\"     ",
)
_UNREADABLE = re.compile("[\ufffd\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]")
_NUMERIC = re.compile(
    r"(?<![A-Za-z\[])[0-9OoIlLSsBbZz|](?:[ .\-()/]{0,2}[0-9OoIlLSsBbZz|]){4,}(?![A-Za-z])"
)
_WORTHS = str.maketrans("OoIlL|SsBbZz", "001111558822")
_PIECES = re.compile(r"([ .\-()/]+)")
_A_DIGIT = re.compile(r"\d")
_ZEROS = re.compile(r"[Oo]{1,3}")
_DIGIT_SHARE = 0.4
_DIGITS = 4


def readable(text: str) -> bool:
    """Whether every character is one that text is made of."""
    return _UNREADABLE.search(text) is None


def normal(text: str) -> str:
    """Return a text in the one way of writing that is searched and released."""
    if text.isascii():
        return text.translate(_ALIKE) if "\t" in text or "`" in text or "\r" in text else text
    composed = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_ALIKE)
    return _INVISIBLE.sub("", composed)


def shadow(text: str) -> str:
    """Return a text of the same length in which numbers are digits and letters are capitals."""
    upper = text.upper()
    if len(upper) != len(text):  # ß and a few more grow; they stand as they are
        upper = "".join(one.upper() if len(one.upper()) == 1 else one for one in text)
    return _NUMERIC.sub(_as_digits, upper)


def _as_digits(found: re.Match[str]) -> str:
    """Read a run as digits: pieces that hold one, and zeros written as O before another."""
    run = found[0]
    signs = [one for one in run if one.isalnum() or one == "|"]
    digits = sum(one.isdigit() for one in signs)
    if digits < max(_DIGITS, _DIGIT_SHARE * len(signs)):
        return run
    pieces = _PIECES.split(run)
    last = max(at for at, piece in enumerate(pieces) if _A_DIGIT.search(piece))
    return "".join(
        piece.translate(_WORTHS)
        if _A_DIGIT.search(piece) or (at < last and _ZEROS.fullmatch(piece))
        else piece
        for at, piece in enumerate(pieces)
    )
