"""Seeded police rows for tests: the product's own invented rows, as a list or as a file."""

from __future__ import annotations

from random import Random

from adapters.synthetic_nsir import Canary, csv_bytes, rows


def nsir_rows(count: int, seed: int = 1, canary: Canary | None = None) -> list[dict[str, str]]:
    """So many rows; the same seed gives the same ones."""
    return list(rows(count, Random(seed), canary))


def nsir_file(count: int, seed: int = 1, canary: Canary | None = None) -> bytes:
    """The same rows as a Windows-1252 file with CRLF."""
    return csv_bytes(nsir_rows(count, seed, canary))
