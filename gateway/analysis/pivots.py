"""No pivot on a person: the check that stands before every question of analysis is read.

For every edge at which questions come in, with the same answer: ``PivotOnPerson``, and never a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gateway.errors import PivotOnPerson
from schemas.identifiers import asks_by_identifier, names_identifier
from schemas.problems import ProblemError

_OWN_WORDS = frozenset({"subscription", "after"})
"""Parameters whose values name no column: a subscription of the caller's own, and a cursor."""


def refuse_pivots(
    asked: Iterable[tuple[str, str]], known: Collection[str] = (), shown: Collection[str] = ()
) -> None:
    """Look at a question's parameters as they came, before they are held against its form.

    Args:
        asked: Names and values.
        known: Parameters of the form; an unknown name is repeated to nobody.
        shown: Columns that this reader is shown anyway.

    Raises:
        PivotOnPerson: A name, or a column that a value names, is an identifier, an address or a reference.
    """
    places = {
        name if name in known else ""
        for name, value in asked
        if (name not in known and names_identifier(name))
        or (name not in _OWN_WORDS and asks_by_identifier(value, shown))
    }
    if places:
        raise PivotOnPerson(errors=tuple(map(_fault, sorted(places))))


def _fault(name: str) -> ProblemError:
    return ProblemError(
        pointer=f"/query/{name}" if name else "/query",
        rule="analysis.pivot_on_person",
        says="This names a person, a home or a report.",
    )
