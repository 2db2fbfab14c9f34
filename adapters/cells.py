"""One JSON value as the text of a cell, as a delimited file would have held it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from adapters.source import JSON

MAX_FIELD: Final = 10_000
"""Characters in one field, the same for both ways in."""

LIST_SEPARATOR: Final = ";"
"""Joins the members of a JSON list in a column that takes lists; the readers split at it."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, or the rule that the value broke."""

    text: str = ""
    rule: str = ""


def has_surrogate(text: str) -> bool:
    """Whether a text holds a lone surrogate, which no encoding writes."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def cell_text(value: JSON, *, many: bool = False) -> Cell:
    """Write a JSON value as a cell: stripped text, ``Y``/``N``, whole numbers without a fraction.

    Args:
        value: Any JSON value.
        many: Whether a list of plain values may stand here.
    """
    if isinstance(value, str):
        return _checked(value.strip())
    if value is None:
        return Cell()
    if isinstance(value, bool):
        return Cell("Y" if value else "N")
    if isinstance(value, int):
        return (
            _checked(str(value)) if abs(value) < 10**MAX_DIGITS else Cell(rule="row.field_too_long")
        )
    if isinstance(value, float):
        return _number(value)
    if many and isinstance(value, Sequence):
        return _joined([cell_text(one) for one in value])
    return Cell(rule="value.not_a_scalar")


MAX_DIGITS: Final = 30
"""Digits of a whole number; Python refuses to write out numbers of more than 4,300."""


def _number(value: float) -> Cell:
    if not isfinite(value):
        return Cell(rule="value.not_finite")
    return Cell(
        str(int(value)) if value.is_integer() and abs(value) < 10**MAX_DIGITS else str(value)
    )


def _checked(text: str) -> Cell:
    if len(text) > MAX_FIELD:
        return Cell(rule="row.field_too_long")
    if "\0" in text or has_surrogate(text):
        return Cell(rule="text.not_allowed")
    return Cell(text)


def _joined(cells: list[Cell]) -> Cell:
    broken = next((cell for cell in cells if cell.rule), None)
    return broken or _checked(LIST_SEPARATOR.join(cell.text for cell in cells))
