"""In CI a skip is a failure, but where real data is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

# sources of test files that are run below, not skips of this one
PLAIN = "import pytest\ndef test_a():\n    pytest.skip('because')\n"
REAL = "import pytest\n@pytest.mark.real_data\ndef test_a():\n    pytest.skip('not there')\n"
WHOLE = "import pytest\npytest.skip('because', allow_module_level=True)\n"


def ran(folder: Path, ci: str) -> str:
    """Run the three as a run of tests does; return what pytest said."""
    for name, source in (("plain", PLAIN), ("real", REAL), ("whole", WHOLE)):
        (folder / f"test_{name}.py").write_text(source)
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-c",
        ROOT / "pyproject.toml",
        "-p",
        "tests.conftest",
    )
    return subprocess.run(
        [*command, "-rEf", "--continue-on-collection-errors", folder],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize(("ci", "failing"), [("true", {"plain", "whole"}), ("", set())])
def test_only_real_data_may_be_missing(tmp_path: Path, ci: str, failing: set[str]) -> None:
    said = ran(tmp_path, ci)

    assert (
        set(re.findall(r"^(?:FAILED|ERROR) \S*test_([a-z]+)\.py", said, re.MULTILINE)) == failing
    ), said
    assert re.search(r"\d+ (failed|error)", said.splitlines()[-1]) is not None or not failing
    assert "skipped" in said.splitlines()[-1]
