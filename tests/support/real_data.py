"""The real data beside the project, which nobody here wrote and which is never copied into it.

The one place in the tests that may skip: a clone has no ``../shared/data``, so what reads it cannot run
there. It is skipped, counted, and only under the mark ``real_data``; in CI every other skip is a failure
(``tests/conftest.py``).
"""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def real(name: str) -> Path:
    """The path of one real file; skips the test, counted, where it is not there."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data not here: shared/data/{name}")  # a clone does not bring it
    return path


def street_month(month: str) -> Path:
    """The police.uk street file of a month, such as ``2025-01``."""
    return real(f"police/{month}-leicestershire-street.csv.gz")
