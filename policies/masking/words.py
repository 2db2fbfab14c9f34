"""The words: which are known to be harmless, which are names, which are either.

The dictionary is what two packages agree on: SymSpell's frequency list (SCOWL and Google Books) and
LemmInflect's lemmas (the SPECIALIST Lexicon); the names are Faker's of the British Isles and of those
who live here. Own lists (``policies/data/narrative_words.toml``) add what a call log says and no
dictionary holds. Sources and licences: ``deploy/decisions/0024-narratives.md``.
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import import_module

from schemas.packaged import packaged_bytes, packaged_toml

FREQUENT = 700_000
"""Occurrences among 5.4·10¹¹ words of books from which a word is no rare one (some 22,000 words)."""
_SHORT_FREQUENT = 2_000_000
"""The same for three letters, where nearly everything is also a name or an abbreviation."""
_LOCALES = (
    "en",
    "en_GB",
    "en_IE",
    "en_IN",
    "en_KE",
    "en_NG",
    "en_PK",
    "en_US",
    "pl_PL",
    "ro_RO",
    "tw_GH",
    "yo_NG",
    "lt_LT",
)
_SUFFIXES = (("ly", ""), ("ily", "y"), ("ness", ""), ("iness", "y"), ("ing", ""), ("ing", "e"))
_MORE_SUFFIXES = (("ed", ""), ("d", ""), ("s", ""), ("es", ""), ("able", ""), ("able", "e"))
_PREFIXES = ("un", "re", "non", "over", "out", "mis", "pre", "anti")
_SHORTEST = 3


class Worth(IntEnum):
    """What is known of a word by itself."""

    UNKNOWN = 0
    RARE = 1
    """Harmless; rarer than ``FREQUENT``."""
    HARMLESS = 2
    EITHER = 3
    """A word and a name: its place decides."""
    NAME = 4
    """Also a word perhaps, but a name first."""


@dataclass(frozen=True, slots=True)
class Words:
    """Every list, in lower case without accents."""

    worth: Mapping[str, Worth]
    lists: Mapping[str, frozenset[str]]
    """The own lists by name, as ``narrative_words.toml`` has them; words that are also names
    (``given``, ``family``)."""

    def of(self, word: str) -> Worth:
        """Return what is known of a word: lower case, no accents; a genitive's ``'s`` is set aside."""
        found = self.worth.get(word)
        if found is not None:
            return found
        if word.endswith(("'s", "s'")):
            return self.worth.get(word[:-2] if word[-1] == "s" else word[:-1], Worth.UNKNOWN)
        return Worth.UNKNOWN


def plain(word: str) -> str:
    """Return a word in lower case without accents."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize(
        "NFKD", word.replace("’", "'").replace("ł", "l").replace("Ł", "L")
    )
    return "".join(one for one in parts if not unicodedata.combining(one)).lower()


@cache
def packaged_words() -> Words:
    """Return the words that travel with the package and its pinned dependencies."""
    own = {
        name: frozenset(plain(one) for one in text.split())
        for name, text in packaged_toml("policies", "data/narrative_words.toml").items()
    }
    given, family = _names()
    names = given | family
    counted = _frequencies()
    lemmas = _lemmas()
    worth: dict[str, Worth] = {}
    for word, count in counted.items():
        if len(word) < _SHORTEST or (len(word) == _SHORTEST and count < _SHORT_FREQUENT):
            continue
        if word in lemmas or (word not in names and _derived(word, lemmas, names)):
            worth[word] = Worth.HARMLESS if count >= FREQUENT else Worth.RARE
    for name in names:
        if name in worth or len(name) > _SHORTEST - 1:
            worth[name] = Worth.EITHER if name in own["words_first"] else Worth.NAME
    for listed in (
        "function",
        "spoken",
        "abbreviations",
        "misspelt",
        "makes",
        "does",
        "titles",
        "roles",
    ):
        worth |= dict.fromkeys(own[listed] - own["words_first"], Worth.HARMLESS)
    both = own["words_first"] | own["given_words"] | own["nick_words"] | own["family_words"]
    certain = {name for name in names if worth.get(name) is Worth.NAME}
    worth |= dict.fromkeys(both - certain, Worth.EITHER)
    own |= {
        "given": frozenset(one for one in given if worth.get(one) is Worth.EITHER)
        | own["given_words"],
        "family": frozenset(one for one in family if worth.get(one) is Worth.EITHER)
        | own["family_words"],
    }
    return Words(worth, own)


def _frequencies() -> dict[str, int]:
    text = packaged_bytes("symspellpy", "frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    lines = (line.split() for line in text.splitlines())
    return {word: int(count) for word, count in lines}


def _lemmas() -> frozenset[str]:
    """Every form of every common word; what the lexicon writes with a capital is a proper name."""
    forms: set[str] = set()
    for name in ("lemma_lu", "infl_lu"):
        data = gzip.decompress(packaged_bytes("lemminflect", f"resources/{name}.csv.gz"))
        for line in data.decode().splitlines():
            lemma, _, more = line.partition(",")
            if lemma.islower():
                forms.add(lemma)
                forms.update(more.partition(",")[2].replace(",", "/").split("/"))
    return frozenset(forms)


def _names() -> tuple[frozenset[str], frozenset[str]]:
    """Given names and family names."""
    found: dict[bool, set[str]] = {False: set(), True: set()}
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for field in dir(provider):
            if field.endswith("_names") and field != "language_names":
                for name in getattr(provider, field):
                    found["last" in field].update(plain(name).replace("-", " ").split())
    return frozenset(found[False]), frozenset(found[True])


def _derived(word: str, lemmas: frozenset[str], names: frozenset[str]) -> bool:
    """Whether a word is made of a harmless one by an ending or a beginning."""
    for ending, instead in (*_SUFFIXES, *_MORE_SUFFIXES):
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) > _SHORTEST and stem in lemmas and stem not in names:
            return True
    return any(
        word.startswith(one) and len(word) > len(one) + _SHORTEST and word[len(one) :] in lemmas
        for one in _PREFIXES
    )
