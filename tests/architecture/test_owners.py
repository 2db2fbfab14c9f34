"""Each outside library has one place in the house, so that it can be changed there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT, files, tree

OWNERS = {
    "sqlalchemy": ("gateway/store/",),
    "sqlite3": ("gateway/store/",),
    "psycopg": ("gateway/store/",),
    "alembic": ("gateway/store/",),
    "httpx": ("gateway/client/",),
    "httpcore": ("gateway/net/",),
    "structlog": ("gateway/events.py",),
    "fastapi": ("gateway/api/", "gateway/console/"),
    "starlette": ("gateway/api/", "gateway/console/"),
    "uvicorn": ("gateway/api/", "gateway/cli/"),
    "typer": ("gateway/cli/",),
    "rich": ("gateway/cli/",),
    "cedarpy": ("policies/",),
    "pydantic_settings": ("gateway/settings.py",),
    # systems prove themselves to access/; people by their organisation's sign-in, which pages lead to
    "authlib": ("gateway/access/", "gateway/console/issuer.py", "gateway/console/organisation.py"),
    "joserfc": ("gateway/access/", "gateway/console/organisation.py"),
    "convertbng": ("gateway/intake/", "gateway/analysis/pictures/", "gateway/analysis/places/"),
    "shapely": ("gateway/intake/", "gateway/analysis/"),
    "polars": (
        "gateway/analysis/",
        "gateway/store/bulk.py",
        "gateway/store/analysing.py",
        "gateway/store/held_counts.py",
        "gateway/api/asked_of_analysis.py",
    ),
    "xlsxwriter": ("gateway/analysis/written/",),
}


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_only_by_its_owner(library: str) -> None:
    elsewhere = [
        name
        for path in files(*PACKAGES)
        if library in _imported(path)
        and not (name := path.relative_to(ROOT).as_posix()).startswith(OWNERS[library])
    ]

    assert elsewhere == []


@cache
def _imported(path: Path) -> set[str]:
    """Top-level names of everything that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found
