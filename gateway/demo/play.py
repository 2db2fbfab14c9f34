"""The play: simulated partner systems do the whole job over HTTP, scene by scene."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from gateway.assembly import database_path
from gateway.audit.verify import Report, kept_notes, verify
from gateway.client.pages import Page
from gateway.client.system import PartnerSystem
from gateway.client.witness import LedgerNotBelieved
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.correcting import correcting, lifted
from gateway.demo.pushing import caught_up, delivered, missed
from gateway.demo.receiving import exemplary, followed, receiving
from gateway.demo.sending import sending
from gateway.demo.stage import COUNCIL_115, COUNTY_COUNTS, FIRE, FIRE_17A
from gateway.demo.summary import Account, LedgerState, Summary, account_of, summed


@dataclass(slots=True)
class Play:
    """One performance. ``perform`` yields its scenes."""

    cast: Cast
    counted: Account | None = None
    """What the analyst's questions came to, in cells."""

    def perform(self) -> Iterator[scenes.Scene]:
        """Do the whole job.

        Raises:
            ClientError: The gateway answered what a partner cannot go on from.
        """
        cast = self.cast
        with ExitStack() as systems:
            for partner, proof in cast.stage.proofs.items():
                system = PartnerSystem(cast.url, proof, ledger_key=cast.stage.ledger_key)
                cast.systems[partner] = systems.enter_context(system)
            yield scenes.StageSet(cast.stage)
            cast.publish()
            older = cast.systems[FIRE].witness.newest().size
            yield from sending(cast)
            yield delivered(cast)
            for scene in receiving(cast):
                if isinstance(scene, scenes.Counted):
                    self.counted = scene.account
                yield scene
            found = exemplary(cast)
            yield from followed(cast, found)
            cast.subscriber.switch_off()
            contested = exemplary(cast, but=(found.row["URN"],)).row["URN"]
            for scene in correcting(cast, found.row, contested):
                if isinstance(scene, scenes.Retracted):
                    retracted = scene.retracted
                yield scene
            yield missed(cast)
            yield caught_up(cast)
            yield lifted(cast, contested)
            cast.publish()
            proved = scenes.Proved(self._witnessed(older), self._verified())
            yield proved
        start = cast.house.door.cursor(FIRE_17A, 0)
        yield scenes.Ended(self._summary(retracted, proved), found.row["URN"], start)

    def _witnessed(self, older: int) -> scenes.Witnessed:
        """Let the fire authority check the ledger by itself, from nothing but what it was given."""
        inbox = self.cast.inboxes[FIRE_17A]
        witness, first = inbox.system.witness, inbox.first
        try:
            newer = witness.newest().size
        except LedgerNotBelieved:
            return scenes.Witnessed(0, older, older, consistent=False, content_matches=False)
        matches = first is not None and self._names(first)
        entry = 0 if first is None or first.entry is None else first.entry
        return scenes.Witnessed(entry, older, newer, consistent=True, content_matches=matches)

    def _names(self, page: Page) -> bool:
        """Whether the ledger's entry of a page names the hash of exactly what arrived."""
        if page.entry is None:
            return False
        try:
            self.cast.systems[FIRE].witness.prove_content(page.entry, list(page.lines))
        except LedgerNotBelieved:
            return False
        return True

    def _verified(self) -> Report:
        """Prove the whole, as `gateway verify` does."""
        home, keys = self.cast.house.home, self.cast.house.keys
        return verify(database_path(home), keys, kept_notes(home / "checkpoints"))

    def _summary(self, retracted: int, proved: scenes.Proved) -> Summary:
        cast, reader = self.cast, self.cast.house.reader
        accounts = {name: account_of(reader, name) for name in (*cast.inboxes, COUNCIL_115)}
        if self.counted is not None:
            accounts[COUNTY_COUNTS] = self.counted
        return Summary(
            feeds={feed: summed(feed, listed) for feed, listed in cast.receipts.items()},
            subscriptions=accounts,
            retracted=retracted,
            ledger=LedgerState(size=reader.head().ledger_size, verified=proved.holds),
            seconds=round(time.monotonic() - cast.started, 2),
        )
