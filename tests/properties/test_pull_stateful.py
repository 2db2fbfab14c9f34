"""Pulling, whatever happens in between: revisions, retractions, crashes, a law that changes its mind.

Hypothesis plays senders, recipients and the register against a real house, without HTTP; after each step
the database must tell one consistent story, and so must what each recipient has in hand.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic_core import from_json, to_json
from typing_extensions import override

from gateway.assembly import House, database_path, open_house
from gateway.audit.verify import verify
from gateway.errors import LawRefuses
from gateway.intake import correct as orders
from gateway.intake.push import push
from gateway.intake.recorded import Desk, PushRequest
from gateway.law.register import PutSubscription, put_partner
from gateway.release.pull import Pulled
from gateway.release.sent import PageForm, written
from schemas.partners import DatedKind, HolderDecision, PartnerKind
from schemas.powers import Power, Purpose
from schemas.released import NoticeKind, RetractionReason
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

PARTNERS = {"fire-17a": "llr-fire", "council-17a": "charnwood-bc"}
POLICE = "leicestershire-police"
WITHHELD = HolderDecision(reference="d1", nominated_person="a post", reason="a reason")
TEMPLATE = Path(tempfile.mkdtemp(prefix="gateway-template-"))
WHO = st.sampled_from(sorted(PARTNERS))
PICK = st.integers(0, 1_000)


def template() -> Path:
    """A home with both subscriptions, made once and copied for each play."""
    home = TEMPLATE / "home"
    if not home.exists():
        with open_house(home, create=True) as house:
            for name, partner in PARTNERS.items():
                wanted = Subscription(
                    id=name,
                    partner=partner,
                    power=Power.SECTION_17A,
                    purpose=Purpose.SECTION_17A_DUTY,
                    lane=Lane.DEPERSONALISED,
                )
                house.writer.run(PutSubscription(wanted, house.act("operator")))
    return home


@dataclass
class Recipient:
    """What one recipient has in hand."""

    cursor: str | None = None
    cursors: list[str] = field(default_factory=list)
    holds: dict[str, int] = field(default_factory=dict)
    """Released id → version, as records and notices left it."""
    pages: dict[int, dict[str, Any]] = field(default_factory=dict)

    def read(self, page: dict[str, Any]) -> None:
        """Take a whole page in."""
        for notice in page["notices"]:
            self.holds.pop(notice["id"], None)
        for record in page["records"]:
            assert record["version"] >= self.holds.get(record["id"], 0)
            self.holds[record["id"]] = record["version"]
        first = self.pages.setdefault(page["release"], page)
        assert all(record in first["records"] for record in page["records"])
        self.cursor = page["cursor"]
        self.cursors.append(page["cursor"])


def sent(pulled: Pulled) -> dict[str, Any]:
    """Write a page out, as the edge does."""
    pieces = written(pulled.page, PageForm.JSON, pulled.look, pulled.broken)
    page: dict[str, Any] = from_json(b"".join(pieces))
    return page


class Pulling(RuleBasedStateMachine):
    """The play."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-play-"))
        shutil.copytree(template(), self.folder / "home")
        self.house: House = open_house(self.folder / "home")
        self.sql = sqlite3.connect(database_path(self.house.home))
        self.urns: list[str] = []
        self.recipients = {name: Recipient() for name in PARTNERS}
        self.without_kind: set[str] = set()
        self.holder_withholds = False

    @override
    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            self._at_last()
        finally:
            self.sql.close()
            self.house.close()
            shutil.rmtree(self.folder)

    # --- senders
    def _request(self) -> tuple[Desk, PushRequest]:
        house = self.house
        desk = house.desk("police-nsir", house.book.refresh())
        now = house.clock.now()
        made = PushRequest(house.new_id(), "police", POLICE, os.urandom(16), None, None, now)
        return desk, made

    def _push(self, urn: str, closing: str) -> None:
        desk, request = self._request()
        row = {"URN": urn, "CREATED": "31/10/2026 21:47", "OPENING_CODE": "215"}
        body = to_json({**row, "CLOSING_CODE_1": closing})
        push(body, "application/json", desk, request, self.house.writer, 10).result()

    @rule(number=st.integers(1, 3))
    def something_happens(self, number: int) -> None:
        for _ in range(number):
            self.urns.append(f"P-{len(self.urns):06d}")
            self._push(self.urns[-1], "213")

    @rule(which=PICK, closing=st.sampled_from(["213", "211", "202", "506"]))
    def it_is_revised_or_closed_as_a_duplicate(self, which: int, closing: str) -> None:
        if self.urns:
            self._push(self.urns[which % len(self.urns)], closing)

    @rule(which=PICK)
    def it_is_taken_back(self, which: int) -> None:
        if self.urns:
            house = self.house
            desk, _ = self._request()
            reason = RetractionReason.RECORDED_IN_ERROR
            order = orders.Request(house.new_id(), "police", POLICE, house.clock.now())
            orders.correct(
                NoticeKind.RETRACTED,
                [self.urns[which % len(self.urns)]],
                reason,
                desk,
                order,
                house.writer,
                house.erasures,
            ).result()

    # --- recipients
    def _refused(self, name: str) -> bool:
        return self.holder_withholds or name in self.without_kind

    def _pull(self, name: str, after: str | None, limit: int) -> Pulled | None:
        try:
            return self.house.door.pull(name, PARTNERS[name], "system", after, limit)
        except LawRefuses:
            assert name in self.without_kind
            return None

    @rule(name=WHO, limit=st.sampled_from([1, 2, 500]))
    def a_page_is_pulled_and_read(self, name: str, limit: int) -> None:
        self._pull_and_read(name, limit)

    def _pull_and_read(self, name: str, limit: int) -> bool:
        """Whether the cursor moved: a recipient has all when it does not."""
        recipient = self.recipients[name]
        pulled = self._pull(name, recipient.cursor, limit)
        if pulled is None:
            return False
        page = sent(pulled)
        assert page["complete"] is True
        assert not (page["records"] and self._refused(name))
        before = recipient.cursor
        recipient.read(page)
        return recipient.cursor != before

    @rule(name=WHO)
    def it_crashes_after_the_commit(self, name: str) -> None:
        self._pull(name, self.recipients[name].cursor, 500)
        self.house.close()
        self.house = open_house(self.folder / "home")

    @rule(name=WHO, which=PICK)
    def an_old_page_is_asked_for_again(self, name: str, which: int) -> None:
        recipient = self.recipients[name]
        if not recipient.cursors:
            return
        pulled = self._pull(name, recipient.cursors[which % len(recipient.cursors)], 500)
        if pulled is None:
            return
        page = sent(pulled)
        assert not (page["records"] and self._refused(name))
        first = recipient.pages.get(page["release"])
        if first is not None:
            assert all(record in first["records"] for record in page["records"])

    @rule(name=WHO)
    def what_was_read_is_acknowledged(self, name: str) -> None:
        cursor = self.recipients[name].cursor
        if cursor is not None:
            self.house.door.acknowledge(name, PARTNERS[name], "system", cursor)

    # --- the law
    def _turn(self, name: str) -> None:
        """A recipient stops or begins to be a relevant authority."""
        partner = self.house.book.refresh().register.partners[PARTNERS[name]]
        self.without_kind ^= {name}
        right = {"fire-17a": PartnerKind.COMBINED_FIRE_AUTHORITY}
        kind = right.get(name, PartnerKind.DISTRICT_COUNCIL)
        now = PartnerKind.UNIVERSITY if name in self.without_kind else kind
        changed = partner.model_copy(update={"kinds": (DatedKind(kind=now),)})
        self.house.writer.run(put_partner(changed, self.house.act("operator")))

    @rule(name=WHO)
    def a_recipient_changes_its_kind(self, name: str) -> None:
        self._turn(name)

    @rule()
    def the_holder_decides(self) -> None:
        partner = self.house.book.refresh().register.partners[POLICE]
        self.holder_withholds = not self.holder_withholds
        decisions = (WITHHELD,) if self.holder_withholds else ()
        changed = partner.model_copy(update={"withholds_section_17a": decisions})
        self.house.writer.run(put_partner(changed, self.house.act("operator")))

    @rule(name=WHO)
    def the_law_changes_between_commit_and_send(self, name: str) -> None:
        if self._refused(name):
            return
        pulled = self._pull(name, self.recipients[name].cursor, 500)
        self._turn(name)
        assert pulled is not None
        page = sent(pulled)
        assert page["records"] == []
        if page["complete"]:
            self.recipients[name].read(page)

    # --- what must be true after every step
    def _rows(self, query: str, *values: Any) -> list[Any]:
        return self.sql.execute(query, values).fetchall()

    def _releases(self, name: str) -> list[tuple[int, int, int, dict[str, Any]]]:
        """(number, from, to, counts) of every release that was not closed."""
        rows = self._rows(
            "SELECT r.number, r.from_position, r.to_position, r.counts FROM release r "
            "JOIN delivery d USING (subscription, number) "
            "WHERE r.subscription = ? AND d.state != 'unconfirmed' ORDER BY r.number",
            name,
        )
        return [(*row[:3], from_json(row[3])) for row in rows]

    def _disclosed(self, name: str, *, closed_too: bool) -> list[tuple[int, int, int, str, str]]:
        """(number, incident, version, released id, what)."""
        rows = self._rows(
            "SELECT number, incident, version, released_id, what, state FROM disclosure "
            "JOIN delivery USING (subscription, number) WHERE subscription = ? ORDER BY number",
            name,
        )
        return [row[:5] for row in rows if closed_too or row[5] != "unconfirmed"]

    @invariant()
    def every_version_is_accounted_for_once(self) -> None:
        for name in PARTNERS if hasattr(self, "sql") else ():
            releases = self._releases(name)
            decided_to = self._decided_to(name)
            (versions,) = self._rows(
                "SELECT count(*) FROM log WHERE entry_kind = 'recorded' AND position <= ?",
                decided_to,
            )
            counted = Counter[str]()
            for number, begin, end, counts in releases:
                counted.update({k: v for k, v in counts.items() if isinstance(v, int)})
                parts = ("released", "withheld", "held", "superseded")
                assert counts["considered"] == sum(counts[part] for part in parts), number
                assert begin <= end
            assert counted["considered"] == versions[0]
            assert all(one[2] == two[1] for one, two in pairwise(releases))
            assert decided_to == (releases[-1][2] if releases else 0)

    def _decided_to(self, name: str) -> int:
        return int(self._rows("SELECT decided_to FROM subscription WHERE id = ?", name)[0][0])

    @invariant()
    def nobody_gets_a_version_twice_or_under_two_names(self) -> None:
        names: dict[tuple[str, int], str] = {}
        for name in PARTNERS if hasattr(self, "sql") else ():
            given = self._disclosed(name, closed_too=False)
            versions = Counter((i, v) for _, i, v, _, what in given if what == "record")
            assert set(versions.values()) <= {1}
            for _, incident, _, released_id, _ in self._disclosed(name, closed_too=True):
                assert names.setdefault((name, incident), released_id) == released_id
        assert len(set(names.values())) == len(names)

    @invariant()
    def who_had_it_is_told_and_nobody_else(self) -> None:
        if not hasattr(self, "sql"):
            return
        taken_back = dict(
            self._rows("SELECT incident, position FROM log WHERE entry_kind = 'retracted'")
        )
        for name in PARTNERS:
            decided_to, first_had = self._decided_to(name), dict[int, int]()
            told: set[int] = set()
            for number, incident, _, _, what in self._disclosed(name, closed_too=True):
                if what == "record":
                    first_had.setdefault(incident, number)
                else:
                    assert first_had.get(incident, number) < number, "told of what it never had"
            for _, incident, _, _, what in self._disclosed(name, closed_too=False):
                told |= {incident} if what == "notice:retracted" else set()
            due = {i for i in first_had if taken_back.get(i, decided_to + 1) <= decided_to}
            assert due == told

    # --- the end of the play
    def _at_last(self) -> None:
        """The law allows again, both drain: each holds what it was given last, and nothing more."""
        for name in sorted(self.without_kind):
            self._turn(name)
        if self.holder_withholds:
            self.the_holder_decides()
        for name, recipient in self.recipients.items():
            while self._pull_and_read(name, 500):
                pass
            assert self._decided_to(name) == self.house.reader.head().log_size
            given: dict[int, tuple[str, int] | None] = {}
            for _, incident, version, released_id, what in self._disclosed(name, closed_too=False):
                given[incident] = (released_id, version) if what == "record" else None
            expected = dict(one for one in given.values() if one is not None)
            assert recipient.holds == expected
        self.every_version_is_accounted_for_once()
        self.who_had_it_is_told_and_nobody_else()
        report = verify(database_path(self.house.home), self.house.keys, ())
        assert report.whole, report.findings


TestPulling = Pulling.TestCase
TestPulling.settings = settings(
    max_examples=400 if settings().max_examples > 100 else 40, stateful_step_count=30
)
TestPulling.pytestmark = [pytest.mark.prove]  # type: ignore[attr-defined] # read by pytest
