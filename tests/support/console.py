"""A gateway that was lived in: the demonstration's quarter and every capability's story, and who signs in."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.synthetic_nsir import Canary
from gateway.access.people import Person, Role
from gateway.clock import HistoryClock
from gateway.demo.history import BEGINS, tell_stories, write_history
from gateway.demo.people import LEAD, PEOPLE
from gateway.demo.stage import set_stage
from gateway.settings import Settings
from tests.security.page_roles import EXAMPLES
from tests.support.pages import need_assets
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import Reading, signed_in

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9/nobody-listens"
CANARY = "Zanquirq"
"""Stands in every personal cell of every record of a home that ``lived_in_again`` serves."""


@dataclass(frozen=True)
class LivedIn:
    """The gateway, and what paths with parts are filled with."""

    gateway: RunningGateway
    filled: dict[str, str]
    readings: dict[str, Reading] = field(default_factory=dict)
    """Who is signed in already, by account."""

    def path(self, path: str) -> str | None:
        """Return a path of the matrix with its parts filled; None where no story fills them."""
        return path if "{" not in path else self.filled.get(path) or EXAMPLES.get(path)

    def reads(self, roles: frozenset[Role], path: str) -> Reading:
        """Sign in somebody of the demonstration who may open a page: the IG lead, then analysts."""
        able = [one for one in PEOPLE if one.has(*roles)]
        able.sort(key=lambda one: (one != LEAD, not one.has(Role.ANALYST)))
        found = (one for one in map(self.as_, able) if one.get(path).status_code == 200)
        return next(found, self.as_(able[0]))

    def as_(self, person: Person) -> Reading:
        """Sign somebody in, once."""
        if person.account not in self.readings:
            self.readings[person.account] = signed_in(self.gateway, person)
        return self.readings[person.account]


@contextmanager
def lived_in(home: Path, canary: Canary | None = None, now: datetime = NOW) -> Iterator[LivedIn]:
    """Serve it; its clock stands at the end of the quarter.

    Args:
        home: An empty folder.
        canary: Marks every personal cell of the records.
        now: Where the clock ends.
    """
    need_assets()
    clock = HistoryClock(now - BEGINS)
    home.mkdir(exist_ok=True)
    settings = Settings(home=home, local_accounts=True)
    with running_gateway(home, clock, settings) as gateway:
        house = gateway.house
        gateway.service.dispatcher.stop()  # weeks pass in seconds: every try would be overdue
        set_stage(house, NOWHERE, bytes(range(32)), with_open_data=False)
        write_history(house, clock, canary)
        clock.at = now
        filled = tell_stories(house)
        clock.at = now
        house.book.refresh()
        yield LivedIn(gateway, filled)


def prepared(factory: pytest.TempPathFactory) -> Path:
    """Write the quarter with canaries once a run, whichever process comes first; return its folder.

    What paths with parts are filled with stands beside it.
    """
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    home, filled = root / "quarter", root / "quarter.json"
    with (root / "quarter.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not filled.exists():
            with lived_in(home, lambda column: f"{CANARY}{column}") as made:
                told = json.dumps(made.filled)
            filled.write_text(told, encoding="utf-8")
    return home


@contextmanager
def lived_in_again(
    factory: pytest.TempPathFactory, settings: Settings | None = None
) -> Iterator[LivedIn]:
    """Serve a copy of the quarter with canaries, which takes a tenth of the time of writing it.

    Args:
        factory: Of temporary folders.
        settings: Other than those of ``lived_in``; their home is set here.
    """
    need_assets()
    written = prepared(factory)
    home = factory.mktemp("again") / "home"
    shutil.copytree(written, home)
    filled = json.loads(written.with_suffix(".json").read_text(encoding="utf-8"))
    settings = settings or Settings(local_accounts=True)
    own = settings.model_copy(update={"home": home})
    with running_gateway(home, HistoryClock(NOW), own) as gateway:
        gateway.service.dispatcher.stop()
        yield LivedIn(gateway, filled)
