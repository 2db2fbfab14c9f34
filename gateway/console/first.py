"""The first page: one incident followed to everyone who asks, why not, the proof, the retraction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters import sources
from gateway.assembly import House
from gateway.audit.followed import Fate, Followed, follow
from gateway.audit.shown import ExampleProof, example_proof, standing
from gateway.clock import london_day
from gateway.console.rendered import Pages

MEBIBYTE = 1024 * 1024
LARGEST_FILE = MEBIBYTE
"""Bytes of a file that is tried."""


@dataclass(slots=True)
class Console:
    """What the pages are made with."""

    house: House
    pages: Pages
    demonstration: bool
    """Whether whoever reaches the page may try a file."""
    signed_in: Callable[[str | None], bool]
    """Whether an ``Authorization`` header speaks for a partner's system that sends."""
    _followed: tuple[str, date, Followed, ExampleProof | None] | None = field(default=None)

    def followed(self) -> tuple[Followed, ExampleProof | None]:
        """Return the example under the law in force today; worked out once a law and day."""
        law, day = self.house.book.current().law, london_day(self.house.clock)
        known = self._followed
        if known is None or known[:2] != (law.sha256, day):
            found = follow(law, day)
            known = self._followed = (law.sha256, day, found, example_proof(found))
        return known[2], known[3]

    def feeds(self) -> list[tuple[str, str]]:
        """Return name and title of every feed that something installed reads."""
        register = self.house.book.current().register
        return sorted(
            (feed.name, feed.title)
            for _, feed in register.feeds.values()
            if feed.adapter in sources()
        )

    def may_try(self, authorization: str | None) -> bool:
        """Return whether a caller may try a file: in the demonstration, or signed in."""
        return self.demonstration or (authorization is not None and self.signed_in(authorization))

    def first_page(self, authorization: str | None) -> dict[str, Any]:
        """Return what the first page shows."""
        followed, proof = self.followed()
        return {
            "followed": followed,
            "readers": followed.asked,
            "proof": proof,
            "ledger": standing(self.house.reader, self.house.keys),
            "fates": list(Fate),
            "rules": _rules(followed),
            "may_try": self.may_try(authorization),
            "demonstration": self.demonstration,
            "feeds": self.feeds(),
            "largest": LARGEST_FILE // MEBIBYTE,
        }


def _rules(followed: Followed) -> list[tuple[str, str]]:
    """Every rule that the picture names, with its sentence, in the order of its first use."""
    return list(
        dict.fromkeys((cell.op, cell.says) for asked in followed.asked for cell in asked.cells)
    )
