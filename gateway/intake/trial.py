"""Trying rows on a source: what would become of them. Nothing is stored and nothing is released.

A sender sees its own rows here, as each lane would leave them: on its terminal (``gateway feed try``) or
on the first page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from sys import maxsize
from typing import Any

from adapters.coverage import Coverage
from adapters.source import CannotMap, Mapped, Mapper, Outcome, Row, Source
from adapters.tabular import CsvRow
from gateway.intake.located import Located, Places, located_batch
from gateway.intake.mapped import map_row
from gateway.intake.received import receive
from policies.classes import classify
from policies.depersonalise import depersonalise, open_half
from policies.pseudonym import LONDON, quarter_of, released_id
from policies.treatments import Treatments, packaged_treatments
from schemas.feeds import Feed
from schemas.incident import first_known_time
from schemas.open_half import OpenHalf
from schemas.partners import PartnerKind
from schemas.receipts import RowProblem
from schemas.sensitivity import Lane

SHOWN = 10
PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Bench:
    """What rows are tried with."""

    feed: Feed
    source: Source
    mapper: Mapper
    places: Places = field(default_factory=Places)
    controller_kind: PartnerKind | None = None


@dataclass(slots=True)
class Trial:
    """What became of the rows tried so far."""

    adapter: str
    coverage: Coverage = field(default_factory=Coverage)
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The first rows that were mapped: before, and what each lane leaves."""
    problems: list[RowProblem] = field(default_factory=list)
    """The first rows that would be quarantined, by number; fields and rules, never a value."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        c = self.coverage
        return {
            "adapter": self.adapter,
            "received": c.received,
            "outcomes": dict(c.outcomes),
            "mapping": dict(c.mapping),
            "kinds": dict(c.kinds),
            "reasons": dict(c.reasons),
            "faults": [
                {"pointer": pointer, "rule": rule, "rows": count}
                for (pointer, rule), count in c.faults.most_common()
            ],
            "dropped_fields": dict(c.dropped),
            "unlisted": dict(c.unlisted),
            "unlisted_csv": c.unlisted_csv if c.unlisted else "",
            "rows": self.rows,
        }


def try_body(
    body: bytes,
    media_type: str,
    bench: Bench,
    trial: Trial,
    random: Callable[[int], bytes],
    limit: int = maxsize,
) -> None:
    """Map and locate every row of a body as intake would, and count.

    Args:
        body: As it would be pushed.
        media_type: What it holds.
        bench: What it is tried with.
        trial: Takes the counts, the first rows and the first problems.
        random: Makes the ids of the rows shown; their key is thrown away with the trial.
        limit: Rows that the body may hold.

    Raises:
        BodyUnreadable, MediaTypeNotTaken, TooManyRecords: As for a push.
    """
    before = trial.coverage.received
    key = random(32)
    for number, row, outcome, located in outcomes(body, media_type, bench, limit):
        trial.coverage.count(outcome)
        if isinstance(outcome, CannotMap) and len(trial.problems) < PROBLEMS_SHOWN:
            trial.problems.append(RowProblem(row=before + number, faults=outcome.faults))
        if located is not None and len(trial.rows) < SHOWN:
            trial.rows.append(_shown(row, located, bench, key, random))


def outcomes(
    body: bytes, media_type: str, bench: Bench, limit: int = maxsize
) -> Iterator[tuple[int, Row, Outcome, Located | None]]:
    """Each row with its number and outcome; a place that cannot be right quarantines it, as in intake.

    Raises:
        BodyUnreadable, MediaTypeNotTaken, TooManyRecords: As for a push.
    """
    received = receive(body, media_type, bench.mapper, limit)
    for problem in received.refused:
        yield problem.row, {}, CannotMap(problem.faults), None
    made = [(number, row, map_row(row, bench.mapper, bench.feed)) for number, row in received.rows]
    mapped = [outcome.incident for _, _, outcome in made if isinstance(outcome, Mapped)]
    places = iter(located_batch(mapped, bench.places, bench.feed.district_code))
    for number, row, outcome in made:
        if not isinstance(outcome, Mapped):
            yield number, row, outcome, None
            continue
        located = next(places)
        if located.faults:
            yield number, row, CannotMap(tuple(located.faults)), None
        else:
            yield number, row, outcome, located


def _shown(
    row: Row, located: Located, bench: Bench, key: bytes, random: Callable[[int], bytes]
) -> dict[str, Any]:
    """One row as sent, and what the two lanes leave."""
    incident = located.incident
    tables = packaged_treatments()
    table = tables[Lane.DEPERSONALISED]
    half = open_half(incident, located.point, table)
    record_class = classify(incident, bench.feed, bench.controller_kind)
    known = first_known_time(incident) or datetime(2026, 1, 1, tzinfo=UTC)
    name = released_id(key, quarter_of(known), random(8))
    left = depersonalise(half, record_class, name, 1, table)
    return {
        "before": {column: value for column, value in _as_sent(row) if value not in (None, "")},
        "depersonalised": left.model_dump(mode="json", exclude_defaults=True),
        "statistics": counted_by(half, tables[Lane.STATISTICS]),
    }


def _as_sent(row: Row) -> list[tuple[str, Any]]:
    """The cells of a row in the order of its file."""
    if not isinstance(row, CsvRow):
        return list(row.items())
    return sorted(row.items(), key=lambda cell: row.header.first[cell[0]])


def counted_by(half: OpenHalf, table: Treatments) -> dict[str, Any]:
    """Return the dimensions by which a statistics table may count an incident."""
    kept = half.model_dump(mode="json")
    values = {**kept["detail"], **kept}
    months = {"occurred_from": half.occurred_from, "reported_at": half.reported}
    found = {
        line.releases: _month(months.get(name)) if line.op == "month" else values.get(name)
        for name, line in table.lines.items()
        if line.releases
    }
    return {name: value for name, value in found.items() if value is not None}


def _month(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, tz=LONDON).strftime("%Y-%m")
