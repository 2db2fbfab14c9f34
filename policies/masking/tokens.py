"""A text as a row of tokens: words, letters, numbers, masks that stand already, stretches that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from policies.masking.patterns import Found
from policies.masking.words import Words, Worth, plain

LABELS = (
    "name", "word", "email", "link", "what3words", "handle", "ip_address", "date_of_birth", "date", "iban",
    "driving_licence", "national_insurance", "nhs_number", "uprn", "passport", "account", "card", "telephone",
    "number", "postcode", "collar_number", "reference", "vehicle", "address", "street",
)  # fmt: skip
"""What a mask may say stood there."""
_MASK = rf"\[(?:{'|'.join(LABELS)})\]"
MASK = re.compile(_MASK)
_TOKEN = re.compile(
    rf"(?P<mask>{_MASK})"
    r"|(?P<dotted>(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?)"
    r"|(?P<slashed>(?<![\w/])(?:[^\W\d_]{1,3}/)+[^\W\d_]{1,3}(?![\w/])|(?<![\w/])[^\W\d_]/(?=\W|$))"
    r"|(?P<word>(?<![\w])[^\W\d_]+(?:'[^\W\d_]+)*+'?(?!\w))"
    r"|(?P<other>\w+)"
)
_MERGED = re.compile(r"\[(\w+)\](?:[ .'\-]{1,3}\[\1\])+")


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    LETTER = "letter"
    NUMBER = "number"
    """Digits, or digits and letters."""
    MASK = "mask"
    KEPT = "kept"


class Token:
    """One piece of a text. ``label`` is what it is masked as, if it is."""

    __slots__ = ("end", "gap", "kind", "label", "low", "start", "text", "worth")

    def __init__(self, kind: Kind, text: str, start: int, gap: str) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.gap = gap
        """What stands between the token before and this one."""
        self.low = plain(text).rstrip("'") if kind is Kind.WORD else text.lower()
        self.worth = Worth.UNKNOWN
        self.label: str | None = None


def tokens_of(text: str, found: Sequence[tuple[Found, bool]], words: Words) -> list[Token]:
    """Return a text's tokens in order.

    Args:
        text: Normal text.
        found: Identifiers in order, and whether each is one to keep.
        words: What is known of words.
    """
    tokens: list[Token] = []
    at = end = 0
    for one, kept in found:
        for token in _between(text, at, one.start, end, words):
            tokens.append(token)
            end = token.end
        token = Token(
            Kind.KEPT if kept else Kind.MASK,
            text[one.start : one.end],
            one.start,
            text[end : one.start],
        )
        token.label = None if kept else one.label
        tokens.append(token)
        at = end = one.end
    tokens += _between(text, at, len(text), end, words)
    return tokens


def _between(text: str, start: int, stop: int, end: int, words: Words) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, stop):
        for kind, piece, at in _pieces(match, words):
            token = Token(kind, piece, at, text[end:at])
            if kind is Kind.MASK:
                token.label = piece[1:-1]
            elif kind is not Kind.LETTER:
                token.worth = words.of(token.low)
            yield token
            end = token.end


def _pieces(match: re.Match[str], words: Words) -> Iterator[tuple[Kind, str, int]]:
    text, at = match[0], match.start()
    if match["mask"]:
        yield Kind.MASK, text, at
    elif match["word"]:
        yield Kind.LETTER if len(text) == 1 else Kind.WORD, text, at
    elif match["dotted"] or match["slashed"]:
        joined = plain(text).replace(".", "")
        if words.worth.get(joined, Worth.UNKNOWN) or words.worth.get(
            joined.rstrip("/"), Worth.UNKNOWN
        ):
            yield Kind.KEPT, text, at
            return
        for piece in re.finditer(r"[^\W\d_]+", text):
            yield Kind.LETTER if len(piece[0]) == 1 else Kind.WORD, piece[0], at + piece.start()
    else:
        yield Kind.NUMBER, text, at


def written(text: str, tokens: Sequence[Token]) -> str:
    """Return the text with every labelled token as its mask; neighbours of one kind become one."""
    pieces: list[str] = []
    at = 0
    for token in tokens:
        if token.label is not None:
            pieces += (text[at : token.start], "[", token.label, "]")
            at = token.end
    pieces.append(text[at:])
    return _MERGED.sub(r"[\1]", "".join(pieces))
