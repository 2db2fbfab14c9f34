"""What a row says about how it may be handled: its grading, its MoPI group, fact or opinion.

A grading names its scheme, by a column or by the feed's setting, and is taken as it was given: 5x5x5 is
never turned into 3x5x2. Conditions in words that are none of the list become ``other``, which nobody meets.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import ValidationError

from adapters.cells import LIST_SEPARATOR
from adapters.columns import ColumnName, ColumnNames
from adapters.faults import UnreadableError
from adapters.readers import listed
from schemas.base import Word
from schemas.grading import Assertion, Grading, GradingScheme, HandlingCondition

_SCHEMES: Final = {
    **{one.value: one for one in GradingScheme},
    "352": GradingScheme.THREE_FIVE_TWO,
    "555": GradingScheme.FIVE_FIVE_FIVE,
}
_ASSERTIONS: Final = {
    **{one.value: one for one in Assertion},
    "F": Assertion.FACT,
    "O": Assertion.OPINION,
    "assessment": Assertion.OPINION,
}
_CONDITIONS: Final = {one.value: one for one in HandlingCondition}
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
GRADING: Final = ("grading_scheme", "source_grading", "intelligence_grading", "handling")
"""Settings of the columns of a grading; a fault names the first of them that the row fills."""


class HandlingColumns(ColumnNames):
    """Columns that any source may have; none but a handling code is expected of one."""

    handling: ColumnName | None = "HANDLING"
    """Handling code: P or C of 3x5x2, 1 to 5 of 5x5x5."""
    handling_conditions: ColumnName | None = None
    """What comes with code C or 5, separated by semicolons."""
    grading_scheme: ColumnName | None = None
    source_grading: ColumnName | None = None
    intelligence_grading: ColumnName | None = None
    mopi_group: ColumnName | None = None
    assertion: ColumnName | None = None
    """Whether the row's narrative is fact or opinion."""


class HandlingSettings(Word):
    """What is said once for a whole feed."""

    grading_scheme: GradingScheme | None = None
    """The scheme of gradings of rows that name none; without it such a grading is a fault."""
    assertion: Assertion | None = None
    """What narratives are where no column says so (DPA 2018 s.38(2))."""


def read_grading(cells: dict[str, str], default: GradingScheme | None) -> Grading | None:
    """Make the grading of a row; ``None`` where it has none.

    Args:
        cells: The cells of ``GRADING`` and of ``handling_conditions``, empty where there is none.
        default: The scheme of rows that name none.

    Raises:
        UnreadableError: No scheme, an unknown one, or a code that the scheme does not have.
    """
    codes: dict[str, Any] = {
        "source": cells["source_grading"].upper() or None,
        "intelligence": cells["intelligence_grading"].upper() or None,
        "handling": cells["handling"].upper() or None,
    }
    conditions = _conditions(cells["handling_conditions"])
    if not (cells["grading_scheme"] or conditions or any(codes.values())):
        return None
    scheme = default
    if cells["grading_scheme"]:
        scheme = listed(_SCHEMES, "grading.scheme_unreadable")(cells["grading_scheme"])
    if scheme is None:
        raise UnreadableError("grading.scheme_missing")
    try:
        return Grading(scheme=scheme, conditions=conditions, **codes)
    except ValidationError:
        raise UnreadableError("grading.not_of_scheme") from None


def _conditions(cell: str) -> tuple[HandlingCondition, ...]:
    words = (_NOT_WORD.sub("_", part.casefold()).strip("_") for part in cell.split(LIST_SEPARATOR))
    return tuple(
        dict.fromkeys(_CONDITIONS.get(word, HandlingCondition.OTHER) for word in words if word)
    )


def mopi_group(cell: str) -> int:
    """Read a group of police information, as a digit or «Group 1» (raises ``UnreadableError``)."""
    digit = cell.casefold().removeprefix("group").strip()
    if digit not in {"1", "2", "3", "4"}:
        raise UnreadableError("mopi.unreadable")
    return int(digit)


assertion = listed(_ASSERTIONS, "assertion.unreadable")
"""Read whether a narrative is fact or opinion (raises ``UnreadableError``)."""
