"""Closed lists of words that systems print in many spellings: stages, outcomes, what was tipped where.

Each list is a file of ``adapters/data`` with a code, its label and other spellings, the misspelt ones that
real systems print among them. A system that cuts its labels off is understood where what is left fits one
code only.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from adapters.placing import normal_label
from adapters.rules import parts
from schemas.packaged import packaged_csv

_CUT_FROM: Final = 12
"""Characters from which a word may be the beginning of a longer one; real systems cut at 18 to 20."""


class WordList:
    """A closed list of words with their codes."""

    def __init__(self, spellings: dict[str, str]) -> None:
        self._codes = {normal_label(spelling): code for spelling, code in spellings.items()}

    def read(self, cell: str) -> str | None:
        """The code of a word, or ``None`` where the list has none, or several, that it could be."""
        word = normal_label(cell)
        code = self._codes.get(word)
        if code is not None or len(cell) < _CUT_FROM:
            return code
        longer = {code for spelling, code in self._codes.items() if spelling.startswith(word)}
        return longer.pop() if len(longer) == 1 else None

    def extended(self, own: dict[str, str]) -> WordList:
        """The same list with a feed's own words, which come first."""
        return WordList({**self._codes, **own})

    @property
    def codes(self) -> frozenset[str]:
        """Every code of the list."""
        return frozenset(self._codes.values())


@cache
def word_list(name: str) -> WordList:
    """A packaged list by the name of its file, such as ``housing_stages``."""
    return WordList(
        {
            spelling: row["code"]
            for row in packaged_csv("adapters", f"data/{name}.csv")
            for spelling in (row["code"], row["label"], *parts(row["also"]))
        }
    )
