"""What tests of the pages share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.clock import FixedClock
from gateway.console.built import Built
from gateway.settings import Settings
from tests.support.server import RunningGateway, running_gateway

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def need_assets() -> None:
    """Skip where ``make assets`` was not run; in CI a skip is a failure."""
    if not Built().whole:
        # pytest by itself does not build them; `make test` does
        pytest.skip("the pages' files are not here: run `make assets`")


@contextmanager
def demonstration(home: Path) -> Iterator[RunningGateway]:
    """Serve a fresh home as the demonstration does, with a clock that stands."""
    need_assets()
    settings = Settings(home=home, demonstration=True)
    with running_gateway(home, FixedClock(NOW), settings) as gateway:
        yield gateway
