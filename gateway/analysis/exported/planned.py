"""Step 1: what stands in each part of the data set now, without reading a record.

A part is a month by the calendar of Europe/London, by when the incident occurred, else was reported. Its
fingerprint hashes the positions of the versions that stand in it and everything else that its bytes depend
on; while it is the same the file is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import polars as pl

from gateway.analysis.exported.manifest import FILE, UNKNOWN
from gateway.analysis.frames import Column, dictionary
from gateway.store.bulk import ROWS


@dataclass(slots=True)
class Part:
    """One month."""

    path: str
    digest: Any = field(default_factory=sha256)
    rows: int = 0
    classes: set[int] = field(default_factory=set)
    windows: list[int] = field(default_factory=list)
    """Beginnings of the windows of the log in which its versions stand."""
    newest: int = 0
    """The latest second of recording among its versions."""

    def take(self, window: int, found: pl.DataFrame) -> None:
        """Take in the versions of one window."""
        self.digest.update(found["position"].to_numpy().astype("<i8").tobytes())
        self.rows += len(found)
        self.classes |= set(found["class_id"].unique())
        self.windows.append(window)
        newest = found["recorded_at"].max()
        assert isinstance(newest, int)
        self.newest = max(self.newest, newest)

    def fingerprint(self, basis: bytes) -> str:
        """Return the fingerprint of the part's file."""
        return sha256(basis + self.digest.digest()).hexdigest()


def parts_of(moments: Iterable[pl.DataFrame]) -> dict[str, Part]:
    """Return the parts by path.

    Args:
        moments: As ``gateway.store.bulk.standing_moments``.
    """
    parts: dict[str, Part] = {}
    for number, window in enumerate(moments):
        for (path,), found in window.with_columns(path=path_of(pl.col("moment"))).group_by(
            "path", maintain_order=True
        ):
            part = parts.setdefault(str(path), Part(str(path)))
            part.take(number * ROWS, found)
    return dict(sorted(parts.items()))


def path_of(moment: pl.Expr) -> pl.Expr:
    """Return in which file a row lies, by its moment in seconds since 1970."""
    local = pl.from_epoch(moment, "s").dt.replace_time_zone("UTC")
    month = local.dt.convert_time_zone("Europe/London").dt.strftime(f"year=%Y/month=%-m/{FILE}")
    return month.fill_null(f"year={UNKNOWN}/month={UNKNOWN}/{FILE}")


def basis_of(columns: Iterable[Column], said: Mapping[str, Any]) -> bytes:
    """Return the hash of what the bytes of every file depend on beside its rows."""
    told = {"columns": dictionary(list(columns)), **said}
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).digest()
