"""Run every benchmark, interleaved, and write ``tests/reports/bench.json``."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path

from gateway import events
from tests.benchmarks import fanning
from tests.benchmarks.answering import Answering
from tests.benchmarks.appending import Appending
from tests.benchmarks.copying import Copying
from tests.benchmarks.delivering import Delivering
from tests.benchmarks.exporting import Exporting
from tests.benchmarks.large import Counting
from tests.benchmarks.opening import PAGE_SECONDS, Overview
from tests.benchmarks.pushing import Pushing
from tests.benchmarks.reading_pages import ReadingPages
from tests.benchmarks.releasing import Releasing
from tests.benchmarks.timing import ROUNDS, Figure, figure, load, rate, report

Pair = tuple[float, float]
"""(ours, bare) of one round."""
OPENED_AT = 100_000
"""Incidents behind the analysts' first page; ``make bench-large`` opens it over them all."""


class OnSqlite:
    """The embedded engine: append, pushes, releases, pages."""

    def __init__(self, folder: Path) -> None:
        self._appending, self._releasing = Appending(folder), Releasing(folder)
        self._pushing = Pushing(folder / "http")
        self._delivering = Delivering(folder / "push")
        self._answering = Answering(folder)
        self._reading = ReadingPages(folder)

    def round(self) -> dict[str, Pair]:
        """Measure everything once."""
        appended = self._appending.round()
        return {
            "append": appended,
            "ndjson": (self._pushing.batches(), appended[1]),
            "single": self._pushing.singles(),
            "release": self._releasing.round(),
            "pages": (self._pushing.pages(), 1.0),
            "push": (self._delivering.batches(), 1.0),
            "push latency": self._delivering.latency(),
            "who holds": self._answering.held(),
            "breach pack": self._answering.pack(),
            "filtered pages": self._reading.round(),
        }

    def close(self) -> None:
        """Stop what was started."""
        parts = (
            self._appending,
            self._releasing,
            self._pushing,
            self._delivering,
            self._answering,
            self._reading,
        )
        for one in parts:
            one.close()


class OnPostgresql:
    """PostgreSQL with fsync on: append and pushes against raw COPY, and 20 readers of one log."""

    def __init__(self, folder: Path) -> None:
        self._copying = Copying(folder)
        server = self._copying.server
        self._exporting = Exporting(folder, server)
        self._pushing = Pushing(folder / "http-postgres", server.new_database())
        fan = server.new_database(empty=True)
        self._log, self._outbox, self._stream = (
            fanning.Log(fan),
            fanning.Outbox(fan),
            fanning.JetStream(),
        )
        self._counting = Counting(folder / "opening", server, OPENED_AT, nullcontext)
        self._overview = Overview(self._counting.house)
        self._door = fanning.Door(folder / "fan", server.new_database())

    def round(self) -> dict[str, Pair]:
        """Measure everything once."""
        appended = self._copying.round()
        number = fanning.RECORDS * fanning.READERS
        log = rate(number, self._log.run)
        return {
            "postgres append": appended,
            "postgres ndjson": (self._pushing.batches(), appended[1]),
            "bulk ndjson": self._exporting.ndjson(),
            "bulk parquet": self._exporting.parquet(),
            "outbox": (log, rate(number, self._outbox.run)),
            "stream": (log, rate(number, self._stream.run)),
            "overview": (PAGE_SECONDS, self._overview.often()[1]),
            "door": (rate(number, self._door.run), 1.0),
        }

    def close(self) -> None:
        """Stop what was started."""
        parts = (
            self._pushing,
            self._stream,
            self._door,
            self._exporting,
            self._counting,
            self._copying,
        )
        for one in parts:
            one.close()


def figures(rounds: dict[str, list[Pair]]) -> list[Figure]:
    """Return every figure; a floor of 0 is a figure that no issue sets a floor for."""
    r = rounds
    return [
        figure(
            "SQLite append through the sequencer / bare executemany", "records/s", 0.35, r["append"]
        ),
        figure("NDJSON push over HTTP / bare executemany", "records/s", 0.25, r["ndjson"]),
        figure("single durable push, 32 connections / bare POST", "pushes/s", 0.06, r["single"]),
        figure("release with ledger / validate_json", "records/s", 0.15, r["release"]),
        figure("pull pages of 1,000 over HTTP, records/s", "records/s", 5_000, r["pages"], 10_000),
        figure("commit to verified receipt by push, records/s", "records/s", 2_000, r["push"]),
        figure("100 ms / p95 of commit to receipt at 100 records/s", "s", 1.0, r["push latency"]),
        figure("50 ms / who holds one record of 1,000,000 given", "s", 1.0, r["who holds"]),
        figure("5 s / breach pack over 1,000,000 ledger entries", "s", 1.0, r["breach pack"]),
        figure(
            "filtered pages of 1,000 of 400,000 incidents / of 100,000",
            "pages/s",
            0.5,
            r["filtered pages"],
            0.8,
        ),
        figure("300 ms / analysts' overview of 100,000 incidents", "s", 1.0, r["overview"]),
        figure("PostgreSQL append / raw COPY", "records/s", 0.20, r["postgres append"]),
        figure("PostgreSQL NDJSON over HTTP / raw COPY", "records/s", 0.08, r["postgres ndjson"]),
        figure("bulk NDJSON, decided and treated / raw COPY", "records/s", 0.25, r["bulk ndjson"]),
        figure("bulk Parquet, decided and treated / raw COPY", "records/s", 0, r["bulk parquet"]),
        figure("20 readers: log with cursors / outbox SKIP LOCKED", "deliveries/s", 0, r["outbox"]),
        figure("20 readers: log with cursors / NATS JetStream", "deliveries/s", 0, r["stream"]),
        figure(
            "20 readers: with law, treatment and ledger, deliveries/s",
            "deliveries/s",
            0,
            r["door"],
        ),
    ]


def main() -> int:
    """Run; return 1 when a floor is missed on a quiet machine."""
    events.configure("error")
    before = load()
    print(f"load before the first round: {before:.2f}")
    rounds: dict[str, list[Pair]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = (OnSqlite(folder), OnPostgresql(folder))
        for number in range(ROUNDS + 1):
            measured = {what: pair for part in parts for what, pair in part.round().items()}
            if number:  # the first round warms up
                for what, pair in measured.items():
                    rounds[what].append(pair)
                print(f"round {number}: load {load():.2f}")
        for part in parts:
            part.close()
    return report(figures(rounds), before)


if __name__ == "__main__":
    sys.exit(main())
