"""What a word's company says of it: a pair of names, a list, an address, a genitive, a deed."""

from __future__ import annotations

import re
from itertools import pairwise

from policies.masking.standing import ENDS, Standing
from policies.masking.tokens import Kind, Token
from policies.masking.words import Worth

_TWO_LETTERS = re.compile(r"[^\W\d_]\.[^\W\d_]\.?")
_OF_A_HOME = frozenset({"at", "of", "from"})
_AND = frozenset({"and", "&"})
_NAMING = frozenset({"named", "name", "names", "identified"})
_NAMING_LINKS = frozenset({"as", "is", "are"})
_PLACED = frozenset({"address", "street", "postcode", "telephone", "email", "date_of_birth"})
_PLACES = frozenset({"address", "street", "name", "word"})
_LISTED = frozenset({", ", ",", " / ", "/"})
_OPENED = frozenset({": ", ":", " : ", ":- ", " :- ", " = ", "="})
_RUNG = frozenset({"tel", "mob", "dob", "d.o.b", "aged"})
_TOGETHER = frozenset({" ", "-", ". ", "  "})


class Company(Standing):
    """The tokens of one text, and what those in a word's company say of it."""

    def in_company(self, at: int, token: Token) -> bool:
        """Whether what stands around says that a word is a name."""
        before, after = self.before(at), self.next(at)
        if self._named_as(at, token, before):
            return True
        if token.worth is not Worth.EITHER or not self._listed_name(token):
            return False
        if before is not None and before.low in self.lists["determiners"]:
            kin = after is not None and after.low in self.lists["kindred"]
            return kin and token.low in self.lists["family"] - self.lists["colours"]
        return (
            self._pair(at, token, before, after)
            or self._at_a_home(at, token, before, after)
            or self._in_a_list(at, token, before, after)
            or self._whose(token, after)
            or self._did(at, token, before, after)
            or self._with(at, token, after)
            or self._ends_a_role(token, before, after)
            or self._inverted(at, token, after)
        )

    def _listed_name(self, token: Token) -> bool:
        """Whether a word is a given name, a family name or a nickname."""
        low, lists = token.low.removesuffix("'s"), self.lists
        return low in lists["given"] or low in lists["family"] or low in lists["nick_words"]

    def _named_as(self, at: int, token: Token, before: Token | None) -> bool:
        """Whether it follows «NAMED AS», «NAME IS», «IDENTIFIED AS»: any word that is no grammar."""
        if before is None or token.worth is Worth.UNKNOWN or not at:
            return False
        cue = before
        if before.low in _NAMING_LINKS and at > 1:
            cue = self.tokens[at - 2]
        elif before.low != "named" and token.gap not in _OPENED:
            return False
        if cue.low not in _NAMING:
            return False
        lists = self.lists
        stays = lists["function"] | lists["roles"] | lists["after_name"] | lists["determiners"]
        return token.low not in stays and not token.low.endswith(("ed", "ing"))

    def _pair(self, at: int, token: Token, before: Token | None, after: Token | None) -> bool:
        """Whether a given and a family name stand together: «STATES MARK ROSE FROM»."""
        lists = self.lists
        if after is None or after.gap not in (" ", "-") or after.worth is not Worth.EITHER:
            return False
        if token.low not in lists["given"] or not self._can_be_family(after):
            return False
        if token.low not in lists["given_words"] and not self._comes_in(at, before):
            return False
        if token.low in lists["verbs"] and not self._noun_comes(at, before, after):
            return False
        last = self.next(at + 1)
        return (
            last is None
            or last.gap != " "
            or last.kind is not Kind.WORD
            or last.label is not None
            or last.low in lists["does"] | lists["function"] | lists["roles"]
        )

    def _comes_in(self, at: int, before: Token | None) -> bool:
        """Whether somebody is brought in: at the start of a clause, «IS», «BE», «SAYS», «TENANT», «TO»."""
        if self._opens(at, before) or before is None:
            return True
        return before.low in self.lists["does"] or before.low == "be"

    def _can_be_family(self, token: Token) -> bool:
        low = token.low.removesuffix("'s")
        return low in self.lists["family"] or low in self.lists["given"]

    def _noun_comes(self, at: int, before: Token | None, after: Token) -> bool:
        """Whether no verb can come here: «STATES MARK ROSE», not «THEY WILL PARK»."""
        if after.low in self.lists["verbs"] or before is None or ENDS.search(self.tokens[at].gap):
            family = after.low in self.lists["family_words"] | self.lists["given_words"]
            return family and after.low not in self.lists["verbs"]
        lists = self.lists
        known = before.low in lists["roles"] | lists["does"] | lists["before"] | lists["named"]
        return known and before.low != "to"

    def _at_a_home(self, at: int, token: Token, before: Token | None, after: Token | None) -> bool:
        """Whether somebody begins a clause and an address or number follows: «LOVE AT [address]»."""
        if after is None or not self._opens(at, before):
            return False
        if after.low in _RUNG:
            return token.low not in self.lists["colours"]
        if after.kind is Kind.MASK:
            return after.label in _PLACED and after.gap in (" ", ", ", " - ", " (")
        last = self.next(at + 1)
        at_home = after.gap == " " and after.low in _OF_A_HOME
        return at_home and last is not None and last.label in ("address", "street")

    def _opens(self, at: int, before: Token | None) -> bool:
        if before is None or ENDS.search(self.tokens[at].gap):
            return True
        return before.low in self.lists["roles"] or before.label == "name"

    def _in_a_list(self, at: int, token: Token, before: Token | None, after: Token | None) -> bool:
        """Whether names are listed: «SUBJECTS: WOOD, STONE AND GREEN», each ended by a sign or «and»."""
        at_home = after is not None and after.low in _OF_A_HOME
        if before is None or not (self._ended(after) or at_home):
            return False
        if token.gap in _OPENED:
            return before.low in self.lists["roles"] and self._lists_on(after)
        if token.gap in _LISTED:
            return before.label == "name"
        two_before = self.before(at - 1)
        return (
            before.low in _AND
            and two_before is not None
            and two_before.label == "name"
            and token.low not in self.lists["verbs"]
            and not (at_home and token.low in self.lists["colours"])
        )

    def _ended(self, after: Token | None) -> bool:
        if after is None or after.gap.strip():
            return True
        return after.low in _AND or after.low in self.lists["does"]

    def _lists_on(self, after: Token | None) -> bool:
        return after is None or "\n" in after.gap or after.gap in _LISTED or after.low in _AND

    def _whose(self, token: Token, after: Token | None) -> bool:
        """Whether somebody's kin follows: «JOY'S SON», «MARK'S PARTNER»."""
        return (
            token.low.endswith("'s")
            and after is not None
            and (after.low in self.lists["roles"] or after.low in ("house", "flat", "home", "car"))
        )

    def _did(self, at: int, token: Token, before: Token | None, after: Token | None) -> bool:
        """Whether a deed follows: «Will answered», «SAYS BEAN KEYED HIS CAR»."""
        if after is None or after.gap != " " or after.kind is not Kind.WORD:
            return False
        if not after.low.endswith("ed") or after.low.endswith("eed"):
            return False
        if self._starts_clause(at) and token.low in self.lists["given_words"]:
            return True
        last = self.next(at + 1)
        said = before is not None and before.low in self.lists["does"]
        return (
            (said or self._starts_clause(at)) and last is not None and last.low in self._objects()
        )

    def _objects(self) -> frozenset[str]:
        return self.lists["determiners"] - {"on", "in", "of", "at", "no"}

    def _with(self, at: int, token: Token, after: Token | None) -> bool:
        """Whether company is told of: «CASH AND [name]», «Autumn and her partner», «THE PRICE FAMILY»."""
        if after is None:
            return False
        if after.gap != " ":
            return after.gap == ", " and after.label == "name" and self._starts_clause(at)
        if after.low in self.lists["kindred"]:
            return token.low not in self.lists["colours"]
        starts = self._starts_clause(at) or token.gap == ", "
        if not starts or token.low in self.lists["colours"]:
            return False
        if after.low in self.lists["nearby"]:
            return token.low in self.lists["given_words"]
        last = self.next(at + 1)
        if after.low not in _AND or last is None:
            return False
        if last.low in ("his", "her", "their"):
            kin = self.next(at + 2)
            return kin is not None and kin.low in self.lists["roles"]
        return last.label == "name"

    def _inverted(self, at: int, token: Token, after: Token | None) -> bool:
        """Whether a family name stands before the given one: «NIGHTINGALE, FLORA [date]»."""
        before = self.before(at)
        if token.gap == ", " and before is not None and before.label == "name":
            dated = after is not None and (after.kind is Kind.MASK or after.low in _RUNG)
            return dated and token.low in self.lists["given"]
        if after is None or after.gap != ", " or after.low not in self.lists["given"]:
            return False
        last = self.next(at + 1)
        dated = last is None or last.kind is Kind.MASK or last.low in _RUNG
        return dated and self._starts_clause(at) and token.low in self.lists["family"]

    def _starts_clause(self, at: int) -> bool:
        return not at or bool(ENDS.search(self.tokens[at].gap))

    def _ends_a_role(self, token: Token, before: Token | None, after: Token | None) -> bool:
        """Whether a role goes before and nothing that a verb would need comes after: «CALLER PRICE AT»."""
        if before is None or token.gap != " " or before.low not in self.lists["roles"]:
            return False
        if token.low in self.lists["colours"]:
            return False
        at_place = after is not None and after.low in _OF_A_HOME and after.gap == " "
        named = after is not None and after.gap == " " and after.label in ("name", "word")
        return after is None or at_place or named or after.gap.strip() in (",", ".", ";", ")")

    # --- over several

    def joined(self) -> None:
        """Give a label to what stands inside a name or an address: «NI», «THE», «14 ROSE, …»."""
        for at in range(1, len(self.tokens)):
            token, before, after = self.tokens[at], self.tokens[at - 1], self.next(at)
            if token.label is None and token.kind is Kind.WORD and token.gap in _TOGETHER:
                token.label = self._inside(token, before, after)
        for token, after in pairwise(self.tokens):
            if token.kind is Kind.KEPT and after.label == "name" and after.gap in (" ", ""):
                token.label = "name" if self._initials(token) else None

    def _initials(self, token: Token) -> bool:
        """Whether an abbreviation with points can be two initials: «J.W. OKAFOR», not «P.C. OKAFOR»."""
        two = _TWO_LETTERS.fullmatch(token.text)
        return two is not None and token.low.replace(".", "") not in self.lists["titles"]

    def _inside(self, token: Token, before: Token, after: Token | None) -> str | None:
        following = None if after is None or after.gap not in _TOGETHER else after.label
        if before.label == "name" == following and token.low in self.lists["particles"]:
            return "name"
        if before.label in ("name", "word") and token.low in self.lists["buildings"]:
            return "address" if token.gap == " " and token.text.istitle() else None
        if before.label != "address" or token.gap != " ":
            return None
        if following in _PLACES and token.low in self.lists["in_addresses"]:
            return "address"
        names = token.worth is Worth.EITHER and token.low not in self.lists["colours"]
        return "address" if names and (after is None or after.gap.strip() != "") else None
