"""A figure as a reader may see it: shown, hidden by a rule, or not known. Nothing else is drawn or summed.

What is hidden has no number here at all, so that no picture, table or sum can let it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HIDDEN = "hidden (1 to 7)"
"""What is said of a cell that the audience rule hides."""

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure: a number, or the words of the rule that hid it, or neither where nobody knows it.

    Raises:
        ValueError: A number and a rule that hides it.
    """

    value: float | None = None
    hidden: str | None = None
    beside: str = ""
    """What stands beside the figure, such as «12 % was moved»."""

    def __post_init__(self) -> None:
        if self.hidden is not None and self.value is not None:
            message = "a hidden figure has no number"
            raise ValueError(message)

    def text(self, decimals: int = 0) -> str:
        """Return the figure as it is printed, without what stands beside it."""
        if self.hidden is not None:
            return self.hidden
        return NOT_KNOWN if self.value is None else f"{self.value:,.{decimals}f}"


def added(parts: Iterable[Shown], beside: str = "") -> Shown:
    """Return the sum of shown figures: hidden where one part is, else not known where one part is."""
    listed = tuple(parts)
    hidden = next((one.hidden for one in listed if one.hidden is not None), None)
    if hidden is not None:
        return Shown(hidden=hidden, beside=beside)
    values = [one.value for one in listed if one.value is not None]
    if len(values) < len(listed):
        return Shown(beside=beside)
    return Shown(sum(values), beside=beside)
