"""An edition as text: what readers are shown, and apart from it what it was made from and nobody is shown.

Both are canonical JSON, so that their hashes stand in the ledger and a second making is the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from policies.audience import CountRule
from policies.edition_history import published
from policies.editions import (
    Atom,
    Cell,
    Edition,
    Figure,
    Reported,
    Split,
    Spot,
    World,
)

_FIRST = 1
"""The set of tables of editions that name none."""
_FIRST_NAMES = 3
"""How many names they give what was reported."""


class Row(NamedTuple):
    """One published figure, or a split that is left out."""

    kind: str
    period: str
    level: str
    place: str
    by: str
    name: str
    number: int | None
    rule: str
    since: int
    """The edition of the quarter in which it was last shown anew; 0 where the split is left out."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What an edition was made from."""

    edition: Edition
    classes: tuple[int, ...]
    """Ids of the record classes that are counted."""


def shown_text(editions: Sequence[Edition]) -> str:
    """Return what the newest edition of a quarter shows, as JSON."""
    return _json(list(_rows(published(editions)[-1], editions[-1])))


def read_shown(text: str) -> list[Row]:
    """Read what ``shown_text`` wrote."""
    return [Row(*row) for row in json.loads(text)]  # noqa: TID251 - our own text, hashed in the ledger


def basis_text(edition: Edition, classes: Iterable[int]) -> str:
    """Return what an edition was made from, as JSON; atoms that worlds need are numbered after its own."""
    atoms = sorted(edition.truth)
    numbers = {atom: number for number, atom in enumerate(atoms)}
    for world in edition.worlds:
        for atom, _ in world.move:
            numbers.setdefault(atom, len(numbers))
    return _json(
        _of_later_tables(edition)
        | {
            "atoms": [[a.kind, a.month, *a.spot, *_told_of(a, edition)] for a in numbers],
            "classes": sorted(classes),
            "counts": [edition.truth[atom] for atom in atoms],
            "left_out": [list(one) for one in sorted(edition.left_out)],
            "months": list(edition.months),
            "worlds": [
                [[[numbers[atom], change] for atom, change in world.move], world.first, world.stop]
                for world in edition.worlds
            ],
        }
    )


def read_basis(text: str) -> Basis:
    """Read what ``basis_text`` wrote."""
    found: dict[str, Any] = json.loads(text)  # noqa: TID251 - our own text, hashed in the ledger
    atoms = [
        Atom(kind, month, Spot(*codes[:4]), Reported(*codes[4:]))
        for kind, month, *codes in found["atoms"]
    ]
    worlds = tuple(
        World(tuple((atoms[number], change) for number, change in move), first, stop)
        for move, first, stop in found["worlds"]
    )
    truth = dict(zip(atoms, found["counts"], strict=False))
    left_out = frozenset(Split(*one) for one in found["left_out"])
    hours = {(kind, district): parts for kind, district, parts in found.get("hours", ())}
    edition = Edition(
        truth, tuple(found["months"]), left_out, worlds, hours, found.get("tables", _FIRST)
    )
    return Basis(edition, tuple(found["classes"]))


def _of_later_tables(edition: Edition) -> dict[str, Any]:
    """Return what the first set of tables did not have; an edition of it is the same bytes as ever."""
    if edition.tables == _FIRST:
        return {}
    hours = [[*key, dict(parts)] for key, parts in sorted(edition.hours.items())]
    return {"tables": edition.tables, "hours": hours}


def _told_of(atom: Atom, edition: Edition) -> tuple[str, ...]:
    return atom.what[:_FIRST_NAMES] if edition.tables == _FIRST else atom.what


def _rows(shown: Mapping[Cell, Figure], edition: Edition) -> Iterator[Row]:
    """Yield what is told, in order. Zeros go unsaid, all of them, or one that stands still would tell."""
    for cell, figure in sorted(shown.items()):
        if figure.shown.number != 0:
            yield Row(*cell.split, cell.name, *_told(figure))
    for split in sorted(edition.left_out):
        total = shown.get(Cell(split._replace(by="none"), ""))
        if total is None or total.shown.number != 0:
            yield Row(*split, "", None, CountRule.LEFT_OUT.value, 0)


def _told(figure: Figure) -> tuple[int | None, str, int]:
    return figure.shown.number, figure.shown.rule.value, figure.since


def _json(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
