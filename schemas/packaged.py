"""Reading the data files that travel inside packages (no input from outside comes this way)."""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from typing import Any


def packaged_text(package: str, name: str) -> str:
    """Return the text of a data file of one of the four packages.

    Args:
        package: Import name of the package that carries the file, such as ``schemas``.
        name: Path of the file inside it, such as ``data/typology.toml``.

    Raises:
        FileNotFoundError: The package carries no such file.
    """
    return files(package).joinpath(name).read_text(encoding="utf-8")


def packaged_bytes(package: str, name: str) -> bytes:
    """Return a data file of a package or of a pinned dependency (raises as ``packaged_text``)."""
    return files(package).joinpath(name).read_bytes()


def packaged_toml(package: str, name: str) -> dict[str, Any]:
    """Return a packaged TOML file as a dictionary (raises as ``packaged_text``, or TOMLDecodeError)."""
    return tomllib.loads(packaged_text(package, name))


def packaged_csv(package: str, name: str) -> list[dict[str, str]]:
    """Return a packaged CSV file as one dictionary a row, keyed by its header."""
    return list(csv.DictReader(packaged_text(package, name).splitlines()))
