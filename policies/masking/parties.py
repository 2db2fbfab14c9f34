"""The parties of the record's own fields: what is known of them stays readable, as agreed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.masking import numbers
from policies.masking.addresses import long_form
from policies.masking.normal import normal, shadow
from policies.masking.patterns import Found
from policies.masking.tokens import Kind, Token
from policies.masking.words import Words, plain

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CENTURY = 100
_HIS = frozenset({"mr", "sir", "lord", "fr", "father"})
_HERS = frozenset({"mrs", "ms", "miss", "dame", "lady", "sister"})
_YEAR_DIGITS = 4
_NUMBER_WORDS = frozenset({"NO", "NOS", "NUM", "NUMBER", "NUMBERS", "HOUSE", "DOOR"})
"""Before the number of a home, and in no written address."""


@dataclass(frozen=True, slots=True)
class Party:
    """One person who is kept, by the words of the name and the title, if one was given."""

    words: tuple[str, ...]
    """Lower case, no accents; an initial is a word of one letter."""
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an agreement keeps readable in the narrative of one record."""

    parties: tuple[Party, ...] = ()
    others: frozenset[str] = frozenset()
    """Words of names of people of the record who are not kept: alone they say nothing about whom."""
    values: frozenset[str] = frozenset()
    """Telephone numbers, postcodes, registrations and so on, written as ``value_of`` does."""
    addresses: tuple[tuple[str, ...], ...] = ()
    """Words of addresses, long forms."""


NOBODY = Agreed()


def agreed(
    names: Iterable[str],
    others: Iterable[str],
    values: Iterable[str],
    addresses: Iterable[str],
    words: Words,
) -> Agreed:
    """Make what is kept from fields as they came.

    Args:
        names: Names of people in roles that the agreement names.
        others: Names of everybody else in the record.
        values: Telephone numbers, e-mail addresses, registrations, postcodes, dates (``1990-01-31``).
        addresses: Addresses, whole.
        words: Which words are titles.
    """
    return Agreed(
        parties=tuple(party for name in names for party in [_party(name, words)] if party.words),
        others=frozenset(word for name in others for word in _party(name, words).words),
        values=frozenset(_exact(shadow(normal(value))) for value in values),
        addresses=tuple(tuple(long_form(normal(one))) for one in addresses),
    )


def _party(name: str, words: Words) -> Party:
    parts = [plain(one) for one in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", normal(name))]
    title = next((one for one in parts if one in words.lists["titles"]), None)
    return Party(tuple(one for one in parts if one not in words.lists["titles"]), title)


def _exact(value: str) -> str:
    """Write a value so that its spellings are one: a date, a telephone number, or its letters and digits."""
    dated = _date(value)
    return (
        dated
        or numbers.telephone_of(value)
        or re.sub(r"[^A-Z0-9@]", "", value.replace(" AT ", "@").replace(" DOT ", "."))
    )


def _date(value: str) -> str | None:
    parts = re.findall(r"\d+|[A-Z]{3,}", re.sub(r"(?<=\d)(?:ST|ND|RD|TH)\b", "", value))
    short = 3
    if len(parts) != short:
        return None
    if len(parts[0]) == _YEAR_DIGITS:
        parts.reverse()
    day, month, year = parts if parts[0].isdigit() else (parts[1], parts[0], parts[2])
    if month[:3] in _MONTHS:
        month = str(_MONTHS.index(month[:3]) + 1)
    if (
        not (day.isdigit() and month.isdigit() and year.isdigit())
        or len(day + month) > _YEAR_DIGITS
    ):
        return None
    return f"{int(day)}.{int(month)}.{int(year) % _CENTURY}" if len(year) in (2, 4) else None


def keeps(found: Found, shaded: str, kept: Agreed) -> bool:
    """Whether an identifier is one of a kept party."""
    text = shaded[found.start : found.end]
    if found.label in ("address", "street"):
        part = long_form(text)
        while part and part[0] in _NUMBER_WORDS:
            part.pop(0)
        return any(_inside(part, one) for one in kept.addresses)
    return bool(kept.values) and _exact(text) in kept.values


def _inside(part: list[str], whole: Sequence[str]) -> bool:
    """Whether words stand in an address in their order; a bare number is the first of its numbers."""
    size = len(part)
    return bool(part) and any(
        tuple(part) == tuple(whole[at : at + size]) for at in range(len(whole))
    )


def keep_named(tokens: Sequence[Token], kept: Agreed, words: Words) -> None:
    """Take the label from the names of kept parties.

    Names that stand together are one run. A run is kept if one party's name explains every word of it;
    a word that a third party of the record shares explains nothing by itself.
    """
    if not kept.parties:
        return
    for run in _runs(tokens):
        title = _title(tokens, run[0], words)
        pieces = [run] if _explained(tokens, run, title, kept) else _split(tokens, run)
        for piece in pieces:
            if _explained(tokens, piece, title if piece[0] == run[0] else None, kept):
                for at in piece:
                    tokens[at].label = None


def _runs(tokens: Sequence[Token]) -> list[list[int]]:
    """Return the positions of names that stand together."""
    runs: list[list[int]] = []
    for at, token in enumerate(tokens):
        if token.kind not in (Kind.WORD, Kind.LETTER) or token.label not in ("name", "word"):
            continue
        if runs and runs[-1][-1] == at - 1 and token.gap in (" ", ", ", ",", ".", ". ", "-", "  "):
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _split(tokens: Sequence[Token], run: list[int]) -> list[list[int]]:
    """Part a run at its commas."""
    pieces = [[run[0]]]
    for at in run[1:]:
        if "," in tokens[at].gap:
            pieces.append([])
        pieces[-1].append(at)
    return pieces if len(pieces) > 1 else []


def _title(tokens: Sequence[Token], at: int, words: Words) -> str | None:
    low = tokens[at - 1].low if at else ""
    return low if low in words.lists["titles"] else None


def _explained(tokens: Sequence[Token], run: list[int], title: str | None, kept: Agreed) -> bool:
    said = [tokens[at].low.removesuffix("'s") for at in run]
    if _is_masked_beside(tokens, run):
        return False
    whole = [one for one in said if len(one) > 1]
    if not whole or (set(said) & kept.others and len(whole) == len(said) == 1):
        return False
    return any(_is_party(said, title, party) for party in kept.parties)


def _is_masked_beside(tokens: Sequence[Token], run: list[int]) -> bool:
    """Whether a mask of the pass before stands where the rest of a name would."""
    for mask, gap in ((run[0] - 1, run[0]), (run[-1] + 1, run[-1] + 1)):
        stands = 0 <= mask < len(tokens) and tokens[mask].kind is Kind.MASK
        if stands and tokens[mask].label == "name" and "," not in tokens[gap].gap:
            return True
    return False


def _is_party(said: list[str], title: str | None, party: Party) -> bool:
    """Whether each word said is the party's, in full or as an initial, and the title no other's."""
    for his, hers in ((title, party.title), (party.title, title)):
        if his in _HIS and hers in _HERS:
            return False
    initials = {one[0] for one in party.words}
    return all(one in party.words or (len(one) == 1 and one in initials) for one in said)
