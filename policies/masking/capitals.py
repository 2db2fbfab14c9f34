"""Where a capital says something: in a line that is written in both cases, and not as a title is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from policies.masking.tokens import Kind, Token

_TITLE_SHARE = 0.7
"""Function words with a capital from which a line is written «Like A Title»."""
_SMALL_SHARE = 0.3
"""Small letters under which a line is written in capitals."""
_RUN = 3
"""Words in capitals, one after another, that are no name but loud."""


def where_capitals_tell(tokens: Sequence[Token], function: frozenset[str]) -> list[bool]:
    """Say of each token whether its line writes capitals for names only."""
    tells = [False] * len(tokens)
    starts = [at for at, token in enumerate(tokens) if not at or "\n" in token.gap]
    for start, stop in pairwise([*starts, len(tokens)]):
        if _in_both_cases(tokens[start:stop], function):
            _tell(tokens, tells, range(start, stop))
    return tells


def _in_both_cases(line: Sequence[Token], function: frozenset[str]) -> bool:
    words = [one for one in line if one.kind is Kind.WORD]
    signs = sum(len(one.text) for one in words)
    capitals = sum(sum(map(str.isupper, one.text)) for one in words)
    small = [one for one in words if one.low in function]
    titled = sum(one.text[0].isupper() for one in small)
    if not capitals or (len(small) > 1 and titled >= _TITLE_SHARE * len(small)):
        return False
    return signs - capitals >= _SMALL_SHARE * signs


def _tell(tokens: Sequence[Token], tells: list[bool], line: range) -> None:
    """Mark a line, but not its runs of words in capitals."""
    run: list[int] = []
    for at in line:
        if tokens[at].kind not in (Kind.WORD, Kind.LETTER):
            continue
        tells[at] = True
        run = [*run, at] if tokens[at].text.isupper() else []
        if len(run) >= _RUN:
            for one in run:
                tells[one] = False
