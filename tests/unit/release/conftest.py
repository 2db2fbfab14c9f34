"""A new house for each test of returns: its tables are made once, and every test has a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly import House
from tests.support import house as houses


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new home: its tables are made once, and every test has a copy."""
    home = Path(tmp_path_factory.mktemp("begun")) / "home"
    with houses.new_house(home):
        pass
    return home


@pytest.fixture
def house(begun: Path, tmp_path: Path) -> Iterator[House]:
    home = Path(shutil.copytree(begun, tmp_path / "home"))
    with houses.new_house(home) as opened:
        yield opened
