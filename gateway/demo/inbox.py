"""What a pulling system keeps: what it may hold, the notices it got, its first page as it arrived."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.client.holdings import Holdings
from gateway.client.pages import Page
from gateway.client.system import PartnerSystem
from schemas.released import Notice


@dataclass(slots=True)
class Inbox:
    """One subscription at its recipient."""

    system: PartnerSystem
    subscription: str
    holdings: Holdings = field(default_factory=Holdings)
    notices: list[Notice] = field(default_factory=list)
    pages: int = 0
    first: Page | None = None
    start: str | None = None
    """The cursor that gives the first page again."""

    def pull_all(self) -> list[Notice]:
        """Pull until nothing is left; return the notices that came.

        Raises:
            Unexpected: The law refuses, or another error answer.
        """
        told: list[Notice] = []
        for page in self.system.pages(self.subscription):
            self.first = self.first or page
            self.holdings.apply(page)
            self.pages += 1
            told += page.notices
        self.notices += told
        return told
