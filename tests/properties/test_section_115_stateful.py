"""An agreement stopped between any two steps: no record after it, notices go on, nothing is passed over.

Hypothesis plays the source, the council and both parties against a real house, without HTTP. While the
agreement or the protocol is not live, no page may hold a record; once it is live again, the council ends
up holding exactly the current versions that its agreement covers.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from gateway.assembly import House, open_house
from gateway.audit.verify import verify
from gateway.clock import FixedClock, london_day
from gateway.errors import LawRefuses
from gateway.law.register import put_protocol
from tests.support import agreed
from tests.support.house import FIRE, NOW, SENDER, send, take_back
from tests.support.law import protocol

TEMPLATE = Path(tempfile.mkdtemp(prefix="gateway-agreed-"))
PARTY = st.sampled_from((SENDER, agreed.COUNCIL))
PICK = st.integers(0, 1_000)


def template() -> Path:
    """A home with an agreement in force, made once and copied for each play."""
    home = TEMPLATE / "home"
    if not home.exists():
        with open_house(home, clock=FixedClock(NOW), create=True) as house:
            agreed.ready(house)
    return home


class Agreeing(RuleBasedStateMachine):
    """The play."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-agreed-play-"))
        shutil.copytree(template(), self.folder / "home")
        self._open()
        self.urns: dict[str, int] = {}
        """Reference → how often it was sent."""
        self.taken_back: set[str] = set()
        self.suspended: set[str] = set()
        self.lapsed = False
        self.cursor: str | None = None
        self.cursors: list[str] = []
        self.holds: dict[str, dict[str, Any]] = {}

    def _open(self) -> None:
        self.house: House = open_house(self.folder / "home", clock=FixedClock(NOW))

    @override
    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            self._at_last()
        finally:
            self.house.close()
            shutil.rmtree(self.folder)

    @property
    def stopped(self) -> bool:
        """Whether anything is not live."""
        return bool(self.suspended) or self.lapsed

    # --- the source
    def _send(self, urn: str) -> None:
        self.urns[urn] = self.urns.get(urn, 0) + 1
        send(self.house, [agreed.personal_row(urn, PREMISES=f"v{self.urns[urn]}")])

    @rule()
    def something_happens(self) -> None:
        self._send(f"s{len(self.urns)}")

    @rule(which=PICK)
    def it_turns_out_otherwise(self, which: int) -> None:
        # what comes while nothing is live is kept without its sealed half, as a version of its own
        live = sorted(self.urns.keys() - self.taken_back)
        if live:
            urn = live[which % len(live)]
            self.urns[urn] += 1
            closing = ("204", "213")[self.urns[urn] % 2]
            send(self.house, [agreed.personal_row(urn, closing)])

    @rule(which=PICK)
    def it_is_taken_back(self, which: int) -> None:
        live = sorted(self.urns.keys() - self.taken_back)
        if live:
            urn = live[which % len(live)]
            take_back(self.house, [urn])
            self.taken_back.add(urn)

    # --- the parties
    @rule(party=PARTY)
    def a_party_suspends_or_resumes(self, party: str) -> None:
        (agreed.resume if party in self.suspended else agreed.suspend)(self.house, party)
        self.suspended ^= {party}

    @rule()
    def the_protocol_lapses_or_is_renewed(self) -> None:
        self.lapsed = not self.lapsed
        ends = london_day(self.house.clock) if self.lapsed else None
        parties = (SENDER, agreed.COUNCIL, FIRE)
        made = protocol(parties=parties, valid_to=ends)
        self.house.writer.run(put_protocol(made, self.house.act("operator")))

    # --- the council
    def _page(self, cursor: str | None, limit: int = 500) -> dict[str, Any] | None:
        try:
            page: dict[str, Any] = agreed.page(self.house, cursor, limit)
        except LawRefuses:
            assert self.stopped
            return None
        return page

    @rule(limit=st.sampled_from((1, 2, 500)))
    def a_page_is_pulled_and_read(self, limit: int) -> None:
        self._pull_and_read(limit)

    def _pull_and_read(self, limit: int) -> bool:
        page = self._page(self.cursor, limit)
        if page is None:
            return False
        assert page["complete"] is True
        assert not (self.stopped and page["records"])
        for notice in page["notices"]:
            self.holds.pop(notice["id"], None)
        for record in page["records"]:
            self.holds[record["id"]] = record
        before, self.cursor = self.cursor, page["cursor"]
        self.cursors.append(page["cursor"])
        return before != self.cursor

    @rule(party=PARTY, at=st.integers(0, 3))
    def it_is_suspended_while_a_page_is_written(self, party: str, at: int) -> None:
        if self.stopped:
            return
        made = agreed.pulled(self.house, self.cursor)
        look = made.look

        def looks(index: int) -> bool:
            if index == at:
                agreed.suspend(self.house, party)
                self.suspended.add(party)
            return look(index)

        made.look = looks
        records = len(made.page.records)
        page = agreed.page_of(made)
        assert len(page["records"]) == min(at, records)
        assert page["complete"] == (records <= at)

    @rule(which=PICK)
    def an_old_page_is_asked_for_again(self, which: int) -> None:
        if self.cursors:
            page = self._page(self.cursors[which % len(self.cursors)])
            assert page is None or not (self.stopped and page["records"])

    @rule()
    def it_crashes_after_the_commit(self) -> None:
        if not self.stopped:
            agreed.pulled(self.house, self.cursor)
        self.house.close()
        self._open()

    @rule()
    def the_fire_authority_is_owed_its_share_all_the_time(self) -> None:
        if self.urns.keys() - self.taken_back:
            assert agreed.page(self.house, name=agreed.DUTY)["release"] > 0

    @invariant()
    def only_listed_fields_are_held(self) -> None:
        listed = {"source_reference", "people", "address_text", "occurred_from", "time_precision"}
        listed |= {"description", "assertion"}
        for record in getattr(self, "holds", {}).values():
            assert set(record.get("agreed", {})) <= listed

    # --- the end of the play
    def _at_last(self) -> None:
        """Everything is live again: what the council holds is what stands, and the whole verifies."""
        for party in sorted(self.suspended):
            agreed.resume(self.house, party)
        self.suspended.clear()
        if self.lapsed:
            self.the_protocol_lapses_or_is_renewed()
        while self._pull_and_read(500):
            pass
        assert len(self.holds) == len(self.urns.keys() - self.taken_back)
        report = verify(self.house.database, self.house.keys, ())
        assert report.whole, report.findings


TestAgreeing = Agreeing.TestCase
TestAgreeing.settings = settings(
    max_examples=300 if settings().max_examples > 100 else 15, stateful_step_count=25
)
TestAgreeing.pytestmark = [pytest.mark.prove]  # type: ignore[attr-defined] # read by pytest
