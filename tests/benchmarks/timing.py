"""Rounds, ratios, load, and the judgement that is not made on a busy machine."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

REPORT = Path(__file__).resolve().parent.parent / "reports" / "bench.json"
ROUNDS = 5
TOO_BUSY = 1.5
"""Load average before the first round above which figures are printed and not judged."""


@dataclass
class Figure:
    """One measured ratio: ours to the bare thing, both in the same rounds."""

    name: str
    ratio: float
    floor: float
    target: float
    ours: float
    bare: float
    unit: str
    judged: bool = True

    @property
    def verdict(self) -> str:
        """What the ratio means."""
        if not self.judged:
            return "not judged"
        if not self.floor:
            return "no floor"
        if self.ratio >= self.target:
            return "target"
        return "floor" if self.ratio >= self.floor else "MISSED"


def rate(count: int, work: Callable[[], object]) -> float:
    """Return how many a second."""
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def figure(
    name: str,
    unit: str,
    floor: float,
    rounds: list[tuple[float, float]],
    target: float | None = None,
) -> Figure:
    """Return the median of within-round ratios; targets are double the floors."""
    ratios = [ours / bare for ours, bare in rounds]
    return Figure(
        name=name,
        ratio=round(statistics.median(ratios), 4),
        floor=floor,
        target=2 * floor if target is None else target,
        ours=round(statistics.median(ours for ours, _ in rounds), 1),
        bare=round(statistics.median(bare for _, bare in rounds), 1),
        unit=unit,
    )


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def report(figures: list[Figure], before: float) -> int:
    """Print and write the figures; return 1 when a floor is missed on a quiet machine."""
    for one in figures:
        one.judged = before <= TOO_BUSY
        print(
            f"{one.name:<58} {one.ratio:>8.3f}  floor {one.floor:<6} target {one.target:<6} "
            f"{one.verdict:<11} ours {one.ours:,.0f} bare {one.bare:,.0f} {one.unit}"
        )
    print(f"load before the first round {before:.2f}, now {load():.2f}; {os.cpu_count()} cores")
    lines = [{**asdict(one), "verdict": one.verdict, "load": round(before, 2)} for one in figures]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
    return int(any(one.verdict == "MISSED" for one in figures))
