"""Short marks beside what stands instead of a figure, and the rule that each means, said under its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.audience import HIDDEN_FROM, HIDDEN_TO

HIDDEN, LEFT_OUT, PART = "†", "‡", "¶"
MARK_SAYS: Mapping[str, str] = {
    HIDDEN: f"{HIDDEN_FROM} to {HIDDEN_TO}: a count so small is not shown",
    LEFT_OUT: "left out: what else is shown would give a hidden count away",
    PART: "a sum of which a part is hidden or left out",
}


def marks_in(rows: Iterable[Iterable[object]]) -> list[tuple[str, str]]:
    """Return mark and meaning of those that cells of a table end with, in the order of the rules."""
    ends = {str(cell)[-2:] for row in rows for cell in row}
    return [(mark, says) for mark, says in MARK_SAYS.items() if f" {mark}" in ends]
