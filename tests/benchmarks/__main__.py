"""Run every benchmark, interleaved, and write ``tests/reports/bench.json``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.appending import Appending
from tests.benchmarks.pushing import Pushing
from tests.benchmarks.releasing import Releasing
from tests.benchmarks.timing import ROUNDS, figure, load, report


def main() -> int:
    """Run; return 1 when a floor is missed on a quiet machine."""
    before = load()
    print(f"load before the first round: {before:.2f}")
    append: list[tuple[float, float]] = []
    batches: list[tuple[float, float]] = []
    singles: list[tuple[float, float]] = []
    release: list[tuple[float, float]] = []
    pages: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        appending, releasing, pushing = Appending(folder), Releasing(folder), Pushing(folder)
        for number in range(ROUNDS + 1):
            appended = appending.round()
            pushed = pushing.batches()
            single = pushing.singles()
            released = releasing.round()
            paged = pushing.pages()
            if number:  # the first round warms up
                append.append(appended)
                batches.append((pushed, appended[1]))
                singles.append(single)
                release.append(released)
                pages.append((paged, 1.0))
                print(f"round {number}: load {load():.2f}")
        for one in (appending, releasing, pushing):
            one.close()
    figures = [
        figure("SQLite append through the sequencer / bare executemany", "records/s", 0.35, append),
        figure("NDJSON push over HTTP / bare executemany", "records/s", 0.25, batches),
        figure("single durable push, 32 connections / bare POST", "pushes/s", 0.06, singles),
        figure("release with ledger / validate_json", "records/s", 0.15, release),
        figure("pull pages of 1,000 over HTTP, records/s", "records/s", 5_000, pages, 10_000),
    ]
    return report(figures, before)


if __name__ == "__main__":
    sys.exit(main())
