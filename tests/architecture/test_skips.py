"""In CI a skip is a failure, but where real data is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

# sources of test files that are run below, not skips of this one
PLAIN = "import pytest\ndef test_a():\n    pytest.skip('because')\n"
REAL = "import pytest\n@pytest.mark.real_data\ndef test_a():\n    pytest.skip('not there')\n"
WHOLE = "import pytest\npytest.skip('because', allow_module_level=True)\n"


@pytest.mark.parametrize(
    ("source", "ci", "passes"),
    [
        (PLAIN, "true", False),
        (PLAIN, "", True),
        (REAL, "true", True),
        (WHOLE, "true", False),
    ],
)
def test_only_real_data_may_be_missing(tmp_path: Path, source: str, ci: str, passes: bool) -> None:
    (tmp_path / "test_it.py").write_text(source)
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}

    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            ROOT / "pyproject.toml",
            "-p",
            "tests.conftest",
            tmp_path,
        ],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )

    # 5 is pytest's «no tests collected»: the whole file was skipped
    assert (ran.returncode in {0, 5}) is passes, ran.stdout + ran.stderr
