"""The tests of the law, run with one packaged file replaced. Imports nothing of the law before that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas import packaged

FILE, TEXT = "MUTANT_FILE", "MUTANT_TEXT"
"""Variables by which a run is told of the one file that is another, and where its text lies."""
SUITES = ("tests/spec", "tests/unit/policies")


def run_tests_on_mutant() -> int:
    """Run them; return pytest's code."""
    whole, name = packaged.packaged_text, os.environ[FILE]
    text = Path(os.environ[TEXT]).read_text(encoding="utf-8")

    def packaged_text(package: str, path: str) -> str:
        return text if (package, path) == ("policies", name) else whole(package, path)

    packaged.packaged_text = packaged_text
    quiet = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider")
    return int(pytest.main([*quiet, *SUITES]))
