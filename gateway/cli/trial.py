"""Trying a file on a source, parcel by parcel (``gateway.intake.trial``)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from sys import maxsize
from typing import Any

from adapters import sources
from adapters.source import Mapped, Mapper, SettingsRefused, Source
from gateway.cli.documents import refused_for
from gateway.cli.parcels import Parcel, look_over, parcels
from gateway.cli.terminal import Stopped
from gateway.errors import BodyUnreadable, MediaTypeNotTaken
from gateway.intake.received import receive
from gateway.intake.trial import Bench, Trial, try_body

PARCEL = 5_000


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
    except (SettingsRefused, BodyUnreadable, MediaTypeNotTaken):
        return 0
    return sum(isinstance(mapper.map(row), Mapped) for _, row in rows)


def tried(file: Path, media_type: str, bench: Bench, show: Callable[[float], None]) -> Trial:
    """Map and locate every row of a file as intake would, and count.

    Raises:
        BodyUnreadable, MediaTypeNotTaken, FileUnreadable: As for ``gateway ingest``.
    """
    look_over(file, media_type)
    trial = Trial(bench.source.name)
    checked = bench.source.settings_model.model_validate(bench.feed.settings)
    delimiter = str(getattr(checked, "delimiter", ","))
    for number, parcel in enumerate(parcels(file, media_type, PARCEL, delimiter)):
        try:
            try_body(parcel.body, media_type, bench, trial, os.urandom)
        except BodyUnreadable as refusal:
            if not number or {error.rule for error in refusal.errors} != {"body.empty"}:
                raise
        show(parcel.read)
    return trial
