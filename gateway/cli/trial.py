"""Trying a file on a source: what would become of its rows. Nothing is stored, nothing is released.

A sender sees its own rows here, on its own terminal, beside what each lane would leave of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sys import maxsize
from typing import Any

from adapters import sources
from adapters.coverage import Coverage
from adapters.source import CannotMap, Mapped, Mapper, Row, SettingsRefused, Source
from adapters.tabular import CsvRow
from gateway.cli.documents import refused_for
from gateway.cli.parcels import Parcel, look_over, parcels
from gateway.cli.terminal import Stopped
from gateway.errors import BodyUnreadable
from gateway.intake.located import Located, Places, located_batch
from gateway.intake.received import Received, receive
from policies.classes import classify
from policies.depersonalise import depersonalise, open_half
from policies.pseudonym import LONDON, quarter_of, released_id
from policies.treatments import Treatments, packaged_treatments
from schemas.feeds import Feed
from schemas.incident import first_known_time
from schemas.open_half import OpenHalf
from schemas.partners import PartnerKind
from schemas.sensitivity import Lane

SHOWN = 10
PARCEL = 5_000


@dataclass(frozen=True, slots=True)
class Bench:
    """What rows are tried with."""

    feed: Feed
    source: Source
    mapper: Mapper
    places: Places = field(default_factory=Places)
    controller_kind: PartnerKind | None = None
    kept: frozenset[str] = frozenset()


@dataclass(slots=True)
class Trial:
    """What became of a file."""

    adapter: str
    coverage: Coverage = field(default_factory=Coverage)
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The first rows that were mapped: before, and what each lane leaves."""

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


def compiled(adapter: str, settings: dict[str, Any]) -> tuple[Source, Mapper]:
    """Return a source with settings applied.

    Raises:
        Stopped: There is no such source.
        DocumentRefused: The settings do not fit; names each and the rule.
    """
    source = sources().get(adapter)
    if source is None:
        raise Stopped(
            "No adapter of that name is installed.", f"There are: {', '.join(sorted(sources()))}."
        )
    try:
        return source, source.compile(settings)
    except SettingsRefused as refusal:
        raise refused_for(refusal.faults, "/settings") from None


def guessed(file: Path, media_type: str) -> str:
    """Return the adapter whose own settings map most rows of the file's beginning.

    Raises:
        Stopped: None of them reads it.
    """
    first = next(iter(parcels(file, media_type, 200, ",")))
    best = {name: _mapped_by(source, first, media_type) for name, source in sources().items()}
    name = max(best, key=lambda one: best[one], default="")
    if not best.get(name):
        raise Stopped(
            "No adapter reads this file by its own settings.",
            "Name one by --feed or --adapter, and its columns and codes by --settings.",
        )
    return name


def _mapped_by(source: Source, parcel: Parcel, media_type: str) -> int:
    try:
        mapper = source.compile({})
        rows = receive(parcel.body, media_type, mapper, maxsize).rows
    except (SettingsRefused, BodyUnreadable):
        return 0
    return sum(isinstance(mapper.map(row), Mapped) for _, row in rows)


def tried(file: Path, media_type: str, bench: Bench, show: Callable[[float], None]) -> Trial:
    """Map and locate every row of a file as intake would, and count.

    Raises:
        BodyUnreadable, MediaTypeNotTaken, FileUnreadable: As for ``gateway ingest``.
    """
    look_over(file, media_type)
    trial = Trial(bench.source.name)
    key = os.urandom(32)
    checked = bench.source.settings_model.model_validate(bench.feed.settings)
    delimiter = str(getattr(checked, "delimiter", ","))
    for number, parcel in enumerate(parcels(file, media_type, PARCEL, delimiter)):
        try:
            received = receive(parcel.body, media_type, bench.mapper, maxsize)
        except BodyUnreadable as refusal:
            if not number or {error.rule for error in refusal.errors} != {"body.empty"}:
                raise
            continue
        for row, outcome, located in _outcomes(received, bench):
            trial.coverage.count(outcome)
            if located is not None and len(trial.rows) < SHOWN:
                trial.rows.append(_shown(row, located, bench, key))
        show(parcel.read)
    return trial


def _outcomes(received: Received, bench: Bench) -> Iterator[tuple[Row, Any, Located | None]]:
    """Each row with its outcome; a place that cannot be right sends it to quarantine, as in intake."""
    for problem in received.refused:
        yield {}, CannotMap(problem.faults), None
    outcomes = [(row, bench.mapper.map(row)) for _, row in received.rows]
    mapped = [outcome.incident for _, outcome in outcomes if isinstance(outcome, Mapped)]
    places = iter(located_batch(mapped, bench.places, bench.feed.district_code))
    for row, outcome in outcomes:
        if not isinstance(outcome, Mapped):
            yield row, outcome, None
            continue
        located = next(places)
        if located.faults:
            yield row, CannotMap(tuple(located.faults)), None
        else:
            yield row, outcome, located


def _shown(row: Row, located: Located, bench: Bench, key: bytes) -> dict[str, Any]:
    """One row as sent, and what the two lanes leave. The id's key is thrown away with the trial."""
    incident = located.incident
    tables = packaged_treatments()
    table = tables[Lane.DEPERSONALISED]
    half = open_half(incident, located.point, table)
    record_class = classify(incident, bench.feed, bench.controller_kind, bench.kept)
    known = first_known_time(incident) or datetime(2026, 1, 1, tzinfo=UTC)
    name = released_id(key, quarter_of(known), os.urandom(8))
    left = depersonalise(half, record_class, name, 1, table)
    return {
        "before": {column: value for column, value in _as_sent(row) if value not in (None, "")},
        "depersonalised": left.model_dump(mode="json", exclude_defaults=True),
        "statistics": _dimensions(half, tables[Lane.STATISTICS]),
    }


def _as_sent(row: Row) -> list[tuple[str, Any]]:
    """The cells of a row in the order of its file."""
    if not isinstance(row, CsvRow):
        return list(row.items())
    return sorted(row.items(), key=lambda cell: row.header.first[cell[0]])


def _dimensions(half: OpenHalf, table: Treatments) -> dict[str, Any]:
    """The dimensions by which a statistics table may count the row."""
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
