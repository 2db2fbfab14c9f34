"""What is found of places over a period: counts, Gi*, courses over its quarters, in rows for an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from gateway.analysis.hotspots.getis_ord import Scores, gi_star
from gateway.analysis.hotspots.neighbours import Neighbours
from gateway.analysis.hotspots.over_quarters import (
    QUARTERS_FOR_TREND,
    QUARTERS_FOR_WORDS,
    Course,
    course_of,
)
from gateway.analysis.hotspots.several_tests import Findings, judged

ROUGH = "The chances are by the normal distribution: where most places have none or one, they are rough."


class Row(NamedTuple):
    """One place that was compared."""

    place: str
    count: int | None  # type: ignore[assignment] # nobody counts values in it
    z: float | None
    p: float | None
    q: float | None
    """After the false discovery rate."""
    stands_out: str
    """``hot``, ``cold`` or nothing, by ``q``."""
    bonferroni: bool
    course: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is said of the places of one question."""

    rows: Sequence[Row]
    findings: Findings
    courses: Mapping[str, int]
    quarters: Sequence[str]

    def says(self, places: str) -> list[str]:
        """Say it in plain words."""
        said = [self.findings.says(places)]
        if self.findings.untested is None:
            said.append(ROUGH)
        number = len(self.quarters)
        if number < QUARTERS_FOR_WORDS:
            said.append(
                f"{number} whole quarters: what emerges, persists or fades is said from"
                f" {QUARTERS_FOR_WORDS} quarters on, with a trend from {QUARTERS_FOR_TREND} on."
            )
        else:
            told = ", ".join(
                f"{self.courses.get(one, 0)} {one.value}"
                for one in (Course.PERSISTENT, Course.EMERGING, Course.FADING)
            )
            trend = (
                ""
                if number >= QUARTERS_FOR_TREND
                else f"; a trend needs {QUARTERS_FOR_TREND} quarters"
            )
            said.append(f"Over {number} quarters: {told}{trend}.")
        return said


def found(
    names: Sequence[str],
    counts: Sequence[int],
    neighbours: Neighbours,
    by_quarter: Mapping[str, Sequence[int]],
) -> Found:
    """Work it out.

    Args:
        names: Of the places.
        counts: Of the whole period, one a place.
        neighbours: Of the same places.
        by_quarter: Counts of each whole quarter, oldest first.
    """
    scores = gi_star(counts, neighbours)
    findings = judged(scores)
    each = [gi_star(one, neighbours) for one in by_quarter.values()]
    hot = [judged(one).hot for one in each]
    courses = [
        course_of([bool(one[place]) for one in hot], [float(one.z[place]) for one in each])
        for place in range(len(names))
    ]
    rows = [
        Row(
            name,
            counts[place],
            _number(scores.z[place]),
            _number(scores.p[place]),
            _number(findings.q[place]),
            "hot" if findings.hot[place] else "cold" if findings.cold[place] else "",
            bool(findings.bonferroni[place]),
            courses[place].value,
        )
        for place, name in enumerate(names)
    ]
    return Found(rows, findings, Counter(courses), list(by_quarter))


def not_tested(names: Sequence[str], counts: Sequence[int | None], why: str) -> Found:
    """Return shown counts of which no Gi* is computed, and why."""
    nothing = np.full(len(names), np.nan)
    findings = judged(Scores(nothing, nothing.copy(), why))
    rows = [
        Row(name, count, None, None, None, "", False, Course.TOO_FEW_QUARTERS.value)  # noqa: FBT003
        for name, count in zip(names, counts, strict=True)
    ]
    return Found(rows, findings, {}, ())


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 9)


_COLUMNS = {
    "place": pl.String,
    "count": pl.Int64,
    "z": pl.Float64,
    "p": pl.Float64,
    "q": pl.Float64,
    "stands_out": pl.String,
    "bonferroni": pl.Boolean,
    "course": pl.String,
}


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as columns."""
    return pl.DataFrame([row._asdict() for row in rows], schema=_COLUMNS)
