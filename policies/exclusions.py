"""Paragraph 6: pupils excluded, only ever as a table of counts that hides the small ones.

Age, gender, school and reason of one pupil name that pupil to anybody at the school, so no row of it is
depersonalised (section 17A(4)). What leaves is how many: 1 to 7 as «*», other numbers to the nearest 5,
and no total, so that nothing can be taken off anything (NHS Digital, Hospital Episode Statistics, 2018).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from policies.audience import masked
from schemas.base import Word

EXCLUSIONS = 6
"""The paragraph."""
HIDDEN = "*"
Text = Annotated[str, Field(min_length=1, max_length=120)]


class Exclusion(Word):
    """One pupil excluded, as the holder has it. Read at the holder's side; never stored, never sent."""

    age: Annotated[int, Field(ge=2, le=20)]
    gender: Text
    school_name: Text
    school_address: Text
    reason: Text


class ExclusionCell(Word):
    """How many pupils of one age and gender were excluded from one school for one reason."""

    age: int
    gender: str
    school_name: str
    school_address: str
    reason: str
    number: str
    """``*`` for 1 to 7, else a number rounded to 5."""


def exclusions_table(rows: Iterable[Exclusion]) -> list[ExclusionCell]:
    """Count exclusions, hiding small numbers; cells in the order of their words, without a total."""
    counted = Counter(
        (row.school_name, row.school_address, row.reason, row.gender, row.age) for row in rows
    )
    cells = []
    for (name, address, reason, gender, age), count in sorted(counted.items()):
        shown = masked(count).number
        cells.append(
            ExclusionCell(
                age=age,
                gender=gender,
                school_name=name,
                school_address=address,
                reason=reason,
                number=HIDDEN if shown is None else str(shown),
            )
        )
    return cells
