"""Programs of the system that tests drive. What is not installed is skipped with what to install."""

from __future__ import annotations

import shutil

import pytest


def program(name: str, package: str) -> str:
    """Return a program's path; skip where it is not installed."""
    path = shutil.which(name)
    if path is None:
        # Debian gives it, not `make`; .ci/run installs it, and there a skip is a failure
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return path
