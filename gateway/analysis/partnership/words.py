"""Figures in plain English: what is said is true of ties, of nothing, and of what is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.audience import CountRule

KINDS: Mapping[str, str] = {
    "asb_incident": "anti-social behaviour incidents",
    "crime": "crimes",
    "other_prescribed": "other prescribed incidents",
}
RULES: Mapping[str, str] = {
    CountRule.OWN_COUNT: "Your own records, counted.",
    CountRule.PUBLISHED_TOTAL: "A published total of anti-social behaviour.",
    CountRule.ROUNDED: "Published, rounded to the nearest 5.",
    CountRule.HIDDEN: "Between 1 and 7 and so not shown, or a sum with such a part.",
    CountRule.LEFT_OUT: "Not shown: with what else is shown a small count could be worked out.",
}
"""What each rule means for whoever reads a figure."""
_FEW = 4


def listed(names: Sequence[str]) -> str:
    """Return names as one phrase: «A», «A and B», «A, B and 3 others»."""
    if len(names) > _FEW:
        return f"{', '.join(names[: _FEW - 1])} and {len(names) - _FEW + 1} others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(number: int, kind: str) -> str:
    """Return a count with what is counted: «1 crime», «no crimes», «2,297 crimes»."""
    what = KINDS[kind]
    if number == 1:
        return f"1 {what.removesuffix('s')}"
    return f"{number:,} {what}" if number else f"no {what}"


def begun(sentence: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def most_of(values: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """Return who has most and who has least, each in order of name; both are all where all are equal."""
    top, bottom = max(values.values()), min(values.values())
    return (
        sorted(name for name, value in values.items() if value == top),
        sorted(name for name, value in values.items() if value == bottom),
    )
