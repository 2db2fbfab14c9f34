"""Where a word stands: whether its place says that a word which can be a name is one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.masking.tokens import Kind, Token
from policies.masking.words import Words, Worth

ENDS = re.compile(r"[.!?:;\n\"(\[•*|]| - |^$")
"""What stands between two tokens where one clause ends."""
CLOSE = frozenset({" ", "-", ", ", ". ", ".", "  ", " - ", ",", "; ", "/", " / ", "'"})
"""What may stand between two words of which one says something of the other."""


class Standing:
    """The tokens of one text, and what the place of each says."""

    def __init__(self, tokens: Sequence[Token], words: Words) -> None:
        self.tokens = tokens
        self.words = words
        self.lists = words.lists

    def before(self, at: int) -> Token | None:
        """Return the token before one."""
        return self.tokens[at - 1] if at > 0 else None

    def next(self, at: int) -> Token | None:
        """Return the token after one."""
        return self.tokens[at + 1] if at + 1 < len(self.tokens) else None

    def _begins(self, at: int) -> bool:
        """Whether something begins here: a clause, or who it is after a role or title."""
        before = self.before(at)
        if before is None or ENDS.search(self.tokens[at].gap):
            return True
        return before.low in self.lists["roles"] or before.low in self.lists["before"]

    def stands_as_name(self, at: int, token: Token) -> bool:
        """Whether a word that can be a name stands where a name does."""
        before, after = self.before(at), self.next(at)
        acts = (
            after is not None
            and after.gap in (" ", " - ", ": ", " : ")
            and after.low in self.lists["does"]
        )
        if before is not None and token.gap in CLOSE and self._led_in(at, before, after, acts=acts):
            return True
        if self._before_surname(at, token, after) or self._before_name(at, token, after):
            return True
        if self._after_copula(at, token):
            return True
        if acts and (before is None or before.low not in self.lists["determiners"]):
            return self._nameable(token, verbs=True)
        return bool(
            after is not None
            and after.worth is Worth.NAME
            and (after.gap == ", " or (after.gap == " " and self._begins(at)))
            and token.low
            not in self.lists["function"] | self.lists["verbs"] | self.lists["colours"]
        )

    def _led_in(self, at: int, before: Token, after: Token | None, *, acts: bool) -> bool:
        """Whether what stands before says that a name comes."""
        token = self.tokens[at]
        verb = token.worth is Worth.EITHER and token.low in self.lists["verbs"]
        return (
            self._beside(token, before, after, acts=acts)
            or (before.low in self.lists["titles"] and not verb)
            or (before.low in self.lists["roles"] and self._in_role(token, before, acts=acts))
            or (before.low in self.lists["named"] and self._nameable(token))
            or (before.low in self.lists["before"] and self._introduced(at, token, before))
        )

    def _beside(self, token: Token, before: Token, after: Token | None, *, acts: bool) -> bool:
        """Whether the word follows a name as its surname does."""
        if before.label != "name" or token.gap not in (" ", "-", "'", "  ", ". ", "."):
            return False
        if token.worth is not Worth.EITHER:
            return True
        if token.low not in self.lists["verbs"] and token.low not in self.lists["function"]:
            return True
        if acts or token.low in self.lists["does"]:
            return acts
        return after is None or after.gap.strip() != "" or self._no_verb_needs(token, after)

    def _no_verb_needs(self, token: Token, after: Token) -> bool:
        """Whether a word is no verb before another: «DARREN MAY AND», «CALLUM GRANT WEARING»."""
        if after.low in ("and", "of", "from"):
            return True
        return token.low not in self.lists["function"] and after.low.endswith(("ated", "ing"))

    def _before_surname(self, at: int, token: Token, after: Token | None) -> bool:
        """Whether two words that can be names stand where one person would: «INFT MARK WHITE STATES»."""
        if after is None or after.gap not in (" ", "-") or after.worth is not Worth.EITHER:
            return False
        if token.low not in self.lists["given_words"] and token.low not in self.lists["nick_words"]:
            return False
        if after.low not in self.lists["family_words"] or not self._begins(at):
            return False
        last = self.next(at + 1)
        return (
            last is None
            or last.gap != " "
            or last.low in self.lists["does"]
            or last.low in self.lists["function"]
        )

    def _before_name(self, at: int, token: Token, after: Token | None) -> bool:
        """Whether a given name that is also a word stands before a name: «ROB KOWALSKI», not «TO ROB»."""
        if (
            after is None
            or after.gap not in (" ", "-")
            or token.low not in self.lists["given_words"]
        ):
            return False
        unknown = after.kind is Kind.WORD and after.worth is Worth.UNKNOWN
        if after.worth is not Worth.NAME and after.label != "name" and not unknown:
            return False
        if token.low not in self.lists["verbs"] or self._begins(at):
            return True
        before = self.before(at)
        return before is not None and before.low in ("is", "was", "called", "named")

    def _after_copula(self, at: int, token: Token) -> bool:
        """Whether the word says who somebody is: «SUSPECT IS PAT SPARROW», not «MALE IS YOUNG»."""
        copula, who = self.before(at), self.before(at - 1)
        if copula is None or who is None or copula.low not in ("is", "was", "being", "as"):
            return False
        if who.low not in self.lists["roles"] and who.low not in self.lists["named"]:
            return False
        if token.worth is not Worth.EITHER or token.low in self.lists["given_words"]:
            return True
        return self._nameable(token) and token.low not in self.lists["colours"]

    def _in_role(self, token: Token, role: Token, *, acts: bool) -> bool:
        if token.worth is not Worth.EITHER or acts:
            return True
        if token.low in self.lists["verbs"]:
            return False
        return token.low not in self.lists["colours"] or role.low not in self.lists["described"]

    def _introduced(self, at: int, token: Token, before: Token) -> bool:
        """Whether it follows «spoke to», «with», «told»: only what can be a given name."""
        if token.worth is not Worth.EITHER:
            return True
        if token.low not in self.lists["given_words"]:
            return False
        if before.low != "to" or token.low not in self.lists["verbs"]:
            return token.low not in ("will", "may", "can") or before.low != "and"
        earlier = self.before(at - 1)
        return earlier is not None and earlier.low in (
            "spoke",
            "spoken",
            "speak",
            "speaking",
            "talked",
            "talking",
            "known",
        )

    def _nameable(self, token: Token, *, verbs: bool = False) -> bool:
        """Whether a word after «called» or before «states» is a name rather than a thing."""
        if token.worth is not Worth.EITHER:
            return True
        if token.low in self.lists["given_words"]:
            return True
        listed = token.low in self.lists["nick_words"] or token.low in self.lists["family_words"]
        return listed and (verbs or token.low not in self.lists["verbs"])
