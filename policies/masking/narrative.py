"""A narrative, masked until nothing changes any more, or withheld whole with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from policies.masking.judged import Judge, Level
from policies.masking.normal import normal, readable, shadow
from policies.masking.parties import NOBODY, Agreed, keep_named, keeps
from policies.masking.patterns import found_in
from policies.masking.tokens import MASK, Kind, Token, tokens_of, written
from policies.masking.words import Words, Worth
from schemas.released import NarrativeWithheld as Withheld

LONGEST = 10_000
"""Characters of a narrative at most, as ``Incident`` takes them."""
PASSES = 8
"""How often a text is gone over: each pass only adds masks, three are usual."""
_ENOUGH_WORDS = 6
_ENGLISH = 0.4
_FOREIGN_LETTERS = 0.2
_LATIN = 0x24F
"""The last letter of Latin Extended-B."""


@dataclass(frozen=True, slots=True)
class Masked:
    """What became of a narrative: its text, or why there is none."""

    text: str | None
    withheld: Withheld | None = None


def mask(
    text: str,
    words: Words,
    kept: Agreed = NOBODY,
    level: Level = Level.STRICT,
    passes: int = PASSES,
) -> Masked:
    """Mask everybody but the kept parties. What is masked already stays as it is.

    Args:
        text: As it came, at most ``LONGEST`` characters.
        words: Which words are harmless (``packaged_words``).
        kept: The parties of the record that the agreement keeps.
        level: How strict.
        passes: The bound of the work; a text that still changes then is withheld.
    """
    if len(text) > LONGEST:
        return Masked(None, Withheld.TOO_LONG)
    if not readable(text):
        return Masked(None, Withheld.UNDECODABLE)
    now = normal(text)
    for number in range(passes):
        shaded = shadow(now)
        tokens = _judged(now, shaded, words, kept, level)
        if not number and level > Level.PATTERNS and not _is_english(tokens):
            return Masked(None, Withheld.OTHER_LANGUAGE)
        after = written(now, tokens)
        if after == now:
            return Masked(now)
        now = after
    return Masked(None, Withheld.TOO_MUCH_WORK)


def _judged(text: str, shaded: str, words: Words, kept: Agreed, level: Level) -> list[Token]:
    opaque = [match.span() for match in MASK.finditer(text)] if "[" in text else []
    found = [(one, keeps(one, shaded, kept)) for one in found_in(shaded, words, opaque)]
    tokens = tokens_of(text, found, words)
    Judge(tokens, words, level).labels()
    keep_named(tokens, kept, words)
    return tokens


def _is_english(tokens: list[Token]) -> bool:
    """Whether enough of the words are known, and the letters Latin."""
    said = [one for one in tokens if one.kind is Kind.WORD]
    letters = sum(len(one.text) for one in said)
    foreign = sum(not one.isascii() and ord(one) > _LATIN for word in said for one in word.text)
    if foreign > _FOREIGN_LETTERS * letters:
        return False
    known = sum(one.worth > Worth.UNKNOWN for one in said)
    return len(said) < _ENOUGH_WORDS or known >= _ENGLISH * len(said)
