"""The analysts' first page at very many incidents: the seconds from a request to its whole answer."""

from __future__ import annotations

import statistics
import time

from fastapi.testclient import TestClient

from gateway.access.people import Person, Role
from gateway.api.app import make_service
from gateway.assembly import House
from gateway.cli.application import application
from gateway.console.sessions import COOKIE, Sessions
from gateway.settings import Settings
from tests.support.house import FIRE, FIRE_SUBSCRIPTION

OPENED = 20
PAGE_SECONDS = 0.3
"""What issue 6 asks of 1,000,000 incidents."""
HERE = "http://127.0.0.1:8000"
PATH = f"/console/analysis?subscription={FIRE_SUBSCRIPTION}"
ANALYST = Person(
    account="bench-analyst", name="Jo Specimen", partner=FIRE, roles=frozenset({Role.ANALYST})
)


class Overview:
    """Somebody who opens the page, without a network between."""

    def __init__(self, house: House) -> None:
        settings = Settings(home=house.home, public_url=HERE)
        service = make_service(house, settings, settings.public_url)
        self._client = TestClient(application(service, settings), base_url=HERE)
        sessions = Sessions(house.reader, house.writer, house.clock, house.random)
        self._headers = {
            "Cookie": f"{COOKIE}={sessions.begin(ANALYST)}",
            "Accept": "text/html",
        }

    def once(self) -> float:
        """Return the seconds of one opening (raises ``ArithmeticError`` where it shows no figure)."""
        begun = time.perf_counter()
        answer = self._client.get(PATH, headers=self._headers)
        seconds = time.perf_counter() - begun
        if answer.status_code != 200 or "headline__number" not in answer.text:
            message = f"the page was not shown: {answer.status_code}"
            raise ArithmeticError(message)
        return seconds

    def often(self) -> tuple[float, float, float]:
        """Return the seconds of the first opening, of the median and of the slowest after it."""
        first = self.once()
        times = [self.once() for _ in range(OPENED)]
        return first, statistics.median(times), max(times)
