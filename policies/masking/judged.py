"""Every word by itself and where it stands: harmless, or masked.

A word passes only if it is known to be harmless. A word that is also a name («mark», «rose», «will») is
judged by its place: after a title, a role, «called», beside another name, before «states». A capital inside
a sentence masks, where capitals say something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

from policies.masking.capitals import where_capitals_tell
from policies.masking.company import Company
from policies.masking.numbers import AREAS
from policies.masking.standing import CLOSE, ENDS
from policies.masking.tokens import Kind, Token
from policies.masking.words import Words, Worth


class Level(IntEnum):
    """How strict: each hides what the one before hides, and more."""

    PATTERNS = 1
    """Identifiers with a form of their own."""
    ALLOW_LIST = 2
    """And every word that is not known to be harmless."""
    STRICT = 3
    """And capitals inside a sentence, and words that are also names where they stand like one."""
    RARE = 4
    """And rare words."""


_HARMLESS_NUMBER = re.compile(
    r"\d{1,3}|(?:19|20)\d\d|(?:[01]\d|2[0-3])[0-5]\d(?:hrs?|hours)?|\d{1,4}(?:st|nd|rd|th|am|pm|hrs?|mins?|secs?|yrs?|yo|y|m|km|ft"
    r"|kg|mph|k|x|ish|s|cm|mm|lbs?|g|ml|l|in|cc|p|days?|wks?|mths?|years?)|\d{1,2}x\d{1,2}|[gptx]\d|s\d{1,3}|\d{1,3}[/x-]\d{1,3}|m\d{1,2}"
)
_ROAD = re.compile(r"[abm]\d{1,4}")
_OUTWARD = re.compile(r"([a-z]{1,2})\d{1,2}[a-z]?")
_SPELT = 3
_ODD = frozenset({Worth.EITHER, Worth.RARE})
_BY_LOOKS = frozenset(
    {"big", "lil", "little", "old", "young", "wee", "mad", "fat", "tiny", "crazy"}
)
"""What goes before the rest of a nickname: «BIG TAM»."""
_FILLERS = frozenset({"as", "is", "by", "of", "the", "just", "only"})


class Judge(Company):
    """Judges the tokens of one text."""

    def __init__(self, tokens: Sequence[Token], words: Words, level: Level) -> None:
        super().__init__(tokens, words)
        self.level = level
        self.telling = where_capitals_tell(tokens, words.lists["function"])

    def labels(self) -> None:
        """Give a label to every token that is to be masked."""
        if self.level is Level.PATTERNS:
            return
        for at, token in enumerate(self.tokens):
            if token.label is not None:
                continue
            if token.kind is Kind.WORD:
                token.label = self._word(at, token)
            elif token.kind is Kind.LETTER:
                token.label = self._letter(at, token)
            elif token.kind is Kind.NUMBER:
                token.label = self._number(at, token)
        self._spelt_out()
        self._hyphened()
        self.joined()

    # --- one word

    def _word(self, at: int, token: Token) -> str | None:
        if token.worth is Worth.NAME:
            return "name"
        if token.worth is Worth.UNKNOWN:
            return "name" if self.stands_as_name(at, token) else "word"
        if token.worth is Worth.RARE and self.level is Level.RARE:
            return "word"
        if self.level < Level.STRICT:
            return None
        if self._capital(at, token) or self._after_title(at, token) or self._after_cue(at, token):
            return "name"
        if token.worth is Worth.EITHER and self.stands_as_name(at, token):
            return "name"
        if self._after_initial(at, token) or self._is_surname(at, token):
            return "name"
        return "name" if self.in_company(at, token) else None

    def _capital(self, at: int, token: Token) -> bool:
        """Whether a capital inside a sentence says that this is a name."""
        if not self.telling[at] or token.text[0].islower():
            return False
        if token.low in self.lists["capitals"] or token.low in self.lists["roles"]:
            return False
        if token.low in self.lists["titles"] or token.low in self.lists["makes"]:
            return False
        if token.text.isupper() and len(token.text) > 1:
            return (
                token.low not in self.lists["abbreviations"]
                and token.low not in self.lists["function"]
            )
        if not self._starts(at):
            return token.low not in self.lists["function"] or token.worth is Worth.EITHER
        if token.low in self.lists["given_words"]:
            return token.low not in self.lists["function"]
        follower = self.next(at)
        return (
            token.worth in (Worth.EITHER, Worth.RARE)
            and token.low not in self.lists["function"]
            and follower is not None
            and follower.gap == " "
            and (follower.label == "name" or self._plain_capital(at + 1, follower))
        )

    def _plain_capital(self, at: int, token: Token) -> bool:
        return (
            token.kind is Kind.WORD
            and self.telling[at]
            and token.text[0].isupper()
            and token.low not in self.lists["capitals"]
            and token.low not in self.lists["function"]
            and token.low not in self.lists["abbreviations"]
        )

    def _after_title(self, at: int, token: Token) -> bool:
        """Whether the word follows «MRS», «PC 1234», «MR A»."""
        back = at - 1
        while back >= 0 and self.tokens[back + 1].gap in CLOSE | {" ("}:
            before = self.tokens[back]
            if before.kind is Kind.LETTER or before.label == "collar_number":
                back -= 1
                continue
            if before.low not in self.lists["titles"]:
                return False
            break
        else:
            return False
        if token.low in self.lists["function"] or token.low in self.lists["after_rank"]:
            return False
        if self.tokens[back].low in self.lists["soft_titles"] and back == at - 1:
            return token.worth is Worth.EITHER and token.low not in self.lists["verbs"]
        if token.low in self.lists["does"] or token.low in self.lists["abbreviations"]:
            return False
        return token.worth >= Worth.EITHER or not token.low.endswith(("ing", "ed"))

    def _after_cue(self, at: int, token: Token) -> bool:
        """Whether the word follows «AKA», «KNOWN AS», «GOES BY», «NICKNAME IS»."""
        if token.low in self.lists["function"] and token.worth is not Worth.EITHER:
            return False
        back = at - 1
        if back > 0 and self.tokens[back].label == "name" and self.tokens[back].low in _BY_LOOKS:
            back -= 1
        while back >= 0 and self.tokens[back].low in _FILLERS:
            back -= 1
        if back < 0:
            return False
        cue = self.tokens[back].low
        if cue in self.lists["certain"]:
            return True
        return back < at - 1 and cue in ("known", "goes", "go", "going") and token.low != "far"

    def _after_initial(self, at: int, token: Token) -> bool:
        """Whether the word follows a single letter: «C EXAMPLE»."""
        before = self.before(at)
        if before is None or before.kind is not Kind.LETTER or token.gap not in (" ", ".", ". "):
            return False
        if before.label != "name":
            return False
        return token.low not in self.lists["function"] and token.low not in self.lists["does"]

    def _is_surname(self, at: int, token: Token) -> bool:
        """Whether the word stands between a name and what that person does: «DARREN EXAMPLE STATES»."""
        before, after = self.before(at), self.next(at)
        if before is None or before.label != "name" or token.gap != " ":
            return False
        if after is None or after.kind is Kind.MASK or after.gap.strip() in (",", "."):
            return token.worth is Worth.RARE and not token.low.endswith(("ing", "ed", "ly", "s"))
        stays = self.lists["function"] | self.lists["does"] | self.lists["roles"]
        return (
            after.gap == " "
            and after.low in self.lists["does"]
            and token.low not in stays
            and not token.low.endswith(("ing", "ed", "ly"))
        )

    # --- letters, numbers

    def _letter(self, at: int, token: Token) -> str | None:
        """A single letter: an initial beside a name, and else nothing."""
        before, after = self.before(at), self.next(at)
        if (
            before is not None
            and before.label == "name"
            and token.gap in CLOSE
            and token.low not in "ai"
        ):
            return "name"
        if before is not None and before.kind is Kind.NUMBER:
            return None
        if (
            after is None
            or after.gap not in (" ", ".", ". ", "")
            or after.low in self.lists["after_letter"]
        ):
            return None
        if before is not None and before.low in self.lists["lettered"]:
            return None
        if after.kind is Kind.MASK and after.label == "name":
            return "name" if token.low not in "ai" or "." in after.gap else None
        titled = before is not None and before.low in self.lists["titles"]
        if token.low in "ai" and not titled and "." not in after.gap:
            return None
        if self.telling[at] and token.text.islower():
            return None
        function = after.kind is Kind.WORD and after.low in self.lists["function"]
        named = after.kind is Kind.LETTER or (after.kind is Kind.WORD and not function)
        return "name" if titled or named else None

    def _number(self, at: int, token: Token) -> str | None:
        low, before, after = token.low, self.before(at), self.next(at)
        for other, gap in ((before, token.gap), (after, after.gap if after else "")):
            if (
                other is not None
                and gap == " "
                and other.label in ("name", "word")
                and self.level >= Level.STRICT
            ):
                return "address"
        if _HARMLESS_NUMBER.fullmatch(low) or token.worth > Worth.UNKNOWN:
            return None
        if _ROAD.fullmatch(low) and before is not None and before.low in self.lists["to_a_road"]:
            return None
        outward = _OUTWARD.fullmatch(low)
        if outward and outward[1].upper() in AREAS:
            return "postcode"
        return "number" if low.isdigit() else "reference"

    # --- over several

    def _spelt_out(self) -> None:
        """Letters with gaps between them spell a word: «J O H N»."""
        run: list[Token] = []
        for token in (*self.tokens, None):
            if (
                token is not None
                and token.kind is Kind.LETTER
                and (not run or token.gap in (" ", ".", "-", "  ", ". "))
            ):
                run.append(token)
                continue
            if len(run) >= _SPELT:
                for one in run:
                    one.label = "name"
            run = [token] if token is not None and token.kind is Kind.LETTER else []

    def _hyphened(self) -> None:
        """Of a double-barrelled word every part masks, or none."""
        pairs = [
            (before, token)
            for before, token in pairwise(self.tokens)
            if token.gap == "-" and {token.kind, before.kind} <= {Kind.WORD, Kind.LETTER}
        ]
        for one, other in (*pairs, *((token, before) for before, token in reversed(pairs))):
            named = one.label == "name" or (one.label == "word" and other.worth in _ODD)
            if named and other.label is None:
                other.label = "name"

    # --- where

    def _starts(self, at: int) -> bool:
        """Whether a sentence starts here."""
        before = self.before(at)
        if before is None or "\n" in self.tokens[at].gap:
            return True
        if not ENDS.search(self.tokens[at].gap):
            return False
        return not (before.kind is Kind.LETTER or before.low in self.lists["titles"])
