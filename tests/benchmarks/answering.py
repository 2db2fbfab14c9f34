"""Who holds one record among 1,000,000 disclosures, and a breach pack over 1,000,000 ledger entries."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from gateway.audit import questions
from gateway.audit.answers import QUESTIONS
from gateway.audit.questions import Asked
from gateway.settings import Settings
from tests.support import disclosed
from tests.support.house import FEED, FIRE, new_house

NUMBER = 1_000_000
ASKED = 50
"""Records that are asked for in a round; the slowest counts."""
HELD_SECONDS, PACK_SECONDS = 0.05, 5.0


class Answering:
    """One house, filled once."""

    def __init__(self, folder: Path, number: int = NUMBER) -> None:
        self._house = new_house(folder / "answering")
        disclosed.fill(self._house, number, number)
        self._asking = questions.House.of(self._house, Settings())
        self._number, self._dice = number, Random(1)

    def held(self) -> tuple[float, float]:
        """Return (seconds allowed, seconds of the slowest of some records)."""
        slowest = 0.0
        for _ in range(ASKED):
            reference = disclosed.REFERENCE.format(self._dice.randrange(1, self._number // 2))
            asked = Asked(self._asking, {"feed": FEED, "reference": reference})
            begun = time.perf_counter()
            QUESTIONS.ask(2, asked)
            slowest = max(slowest, time.perf_counter() - begun)
        return HELD_SECONDS, slowest

    def pack(self) -> tuple[float, float]:
        """Return (seconds allowed, seconds of one pack); its totals are those of another count."""
        begins, ends = 0, 2_000_000_000
        span = [datetime.fromtimestamp(at, UTC).isoformat() for at in (begins, ends)]
        given = {"recipient": FIRE, "from": span[0], "to": span[1]}
        begun = time.perf_counter()
        pack = QUESTIONS.ask(4, Asked(self._asking, given))["answer"]
        seconds = time.perf_counter() - begun
        counted = (pack["records"], pack["incidents"], pack["notices"])
        if counted != disclosed.independent(self._house, FIRE, begins, ends)[:3]:
            message = "the pack's totals are not those of the independent count"
            raise ArithmeticError(message)
        return PACK_SECONDS, seconds

    def close(self) -> None:
        """Give the house back."""
        self._house.close()
