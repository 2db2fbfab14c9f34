"""Pulling, whatever happens in between: revisions, corrections of every kind, crashes, a changing law.

Hypothesis plays senders, recipients and the register against a real house, without HTTP; after each step
the database must tell one consistent story, and so must what each recipient has in hand.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pydantic_core import from_json, to_json
from typing_extensions import override

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.errors import LawRefuses
from gateway.intake import correct as orders
from gateway.intake.push import push
from gateway.intake.recorded import Desk, PushRequest
from gateway.law.register import put_partner
from gateway.release.pull import Pulled
from schemas.partners import DatedKind, HolderDecision, PartnerKind
from schemas.released import REASONS, NoticeKind
from tests.conftest import PROVING
from tests.support.recipients import PARTNERS, Recipient, begun, opened, sent

POLICE = "leicestershire-police"
WITHHELD = HolderDecision(reference="d1", nominated_person="a post", reason="a reason")
_RESTRICT_AND_LIFT = (NoticeKind.RESTRICTED, NoticeKind.LIFTED) * 3
ORDERS = (*_RESTRICT_AND_LIFT, NoticeKind.RETRACTED, NoticeKind.ERASED)
REVISED = {"notice:corrected", "notice:amended_delete"}
WHO = st.sampled_from(sorted(PARTNERS))
PICK = st.integers(0, 1_000)


class Pulling(RuleBasedStateMachine):
    """The play."""

    steps: ClassVar[int] = 0
    """Steps over all plays."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-play-"))
        self.house: House = begun(self.folder / "home")
        self.urns: list[str] = []
        self.recipients = {name: Recipient() for name in PARTNERS}
        self.restricted: set[str] = set()
        self.without_kind: set[str] = set()
        self.holder_withholds = False
        self.something_happens(3)

    @override
    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            self._at_last()
        finally:
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
        self._push(self.urns[which % len(self.urns)], closing)

    def _order(self, kind: NoticeKind, references: list[str]) -> None:
        house, (desk, _) = self.house, self._request()
        order = orders.Request(house.new_id(), "police", POLICE, house.clock.now())
        reason, writer = REASONS[kind]("other"), house.writer
        orders.correct(kind, references, reason, desk, order, writer, house.erasures).result()

    @rule(which=PICK, many=st.integers(1, 3), kind=st.sampled_from(ORDERS))
    def something_is_ordered(self, which: int, many: int, kind: NoticeKind) -> None:
        named = [self.urns[(which + n) % len(self.urns)] for n in range(many)]
        if kind is NoticeKind.LIFTED:
            named = sorted(self.restricted)[:many]
            self.restricted.difference_update(named)
        elif kind is NoticeKind.RESTRICTED:
            self.restricted.update(named)
        self._order(kind, named)

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

    @rule(limit=st.sampled_from([2, 500]))
    def both_pull_until_they_have_all(self, limit: int) -> None:
        for name in PARTNERS:
            while self._pull_and_read(name, limit):
                pass

    def _pull_and_read(self, name: str, limit: int) -> bool:
        """Whether the cursor moved: a recipient has all when it does not."""
        recipient = self.recipients[name]
        pulled = self._pull(name, recipient.cursor, limit)
        if pulled is None:
            return False
        page = sent(pulled)
        assert page["complete"] is True
        assert not (page["records"] and self._refused(name))
        self._only_live(name, page)
        before = recipient.cursor
        recipient.read(page)
        return recipient.cursor != before

    def _only_live(self, name: str, page: dict[str, Any]) -> None:
        """Nothing that is restricted, retracted or erased is in a page."""
        for record in page["records"]:
            states = self._rows(
                "SELECT DISTINCT i.state FROM disclosure d JOIN incident i ON i.id = d.incident "
                "WHERE d.subscription = ? AND d.released_id = ?",
                name,
                record["id"],
            )
            assert states == [("live",)]

    @rule(name=WHO)
    def it_crashes_after_the_commit(self, name: str) -> None:
        self._pull(name, self.recipients[name].cursor, 500)
        self.house.close()
        self.house = opened(self.folder / "home")

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
        recipient.compare(page)
        self._only_live(name, page)

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

    @rule(name=st.sampled_from([*PARTNERS, POLICE]))
    def the_register_changes(self, name: str) -> None:
        if name == POLICE:
            self._holder_decides()
        else:
            self._turn(name)

    def _holder_decides(self) -> None:
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
        if self.house.database.shared:
            query = query.replace("?", "%s")
        with self.house.reader.connection() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, values)]

    def _releases(self, name: str) -> list[tuple[int, int, int, dict[str, Any]]]:
        """(number, from, to, counts) of every release that was not closed."""
        rows = self._rows(
            "SELECT r.number, r.from_position, r.to_position, r.counts FROM release r "
            "JOIN delivery d USING (subscription, number) "
            "WHERE r.subscription = ? AND d.state != 'unconfirmed' ORDER BY r.number",
            name,
        )
        return [(*row[:3], from_json(row[3])) for row in rows]

    def _disclosed(
        self, name: str, *, closed_too: bool
    ) -> list[tuple[int, int, int, str, str, int]]:
        """(number, incident, version, released id, what, position)."""
        rows = self._rows(
            "SELECT number, incident, version, released_id, what, position, state FROM disclosure "
            "JOIN delivery USING (subscription, number) WHERE subscription = ? "
            "ORDER BY number, sequence",
            name,
        )
        return [row[:6] for row in rows if closed_too or row[6] != "unconfirmed"]

    @invariant()
    def a_step_was_made(self) -> None:
        Pulling.steps += 1

    @invariant()
    def every_version_is_accounted_for_once(self) -> None:
        for name in PARTNERS if hasattr(self, "house") else ():
            releases = self._releases(name)
            decided_to = self._decided_to(name)
            (versions,) = self._rows(
                "SELECT count(*) FROM log WHERE entry_kind IN ('recorded', 'lifted') "
                "AND position <= ?",
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
        for name in PARTNERS if hasattr(self, "house") else ():
            given = self._disclosed(name, closed_too=False)
            versions = Counter((i, v) for _, i, v, _, what, _ in given if what == "record")
            lifted = self._rows("SELECT incident, version FROM log WHERE entry_kind = 'lifted'")
            versions.subtract(lifted)
            assert max(versions.values(), default=0) <= 1
            for _, incident, _, released_id, _, _ in self._disclosed(name, closed_too=True):
                assert names.setdefault((name, incident), released_id) == released_id
        assert len(set(names.values())) == len(names)

    @invariant()
    def who_had_it_is_told_and_nobody_else(self) -> None:
        if not hasattr(self, "house"):
            return
        corrections = self._rows(
            "SELECT position, incident FROM log WHERE entry_kind <> 'recorded' ORDER BY position"
        )
        for name in PARTNERS:
            had: dict[int, list[tuple[int, int]]] = {}
            told: dict[int, set[tuple[int, str]]] = {}
            for number, incident, version, _, what, position in self._disclosed(
                name, closed_too=True
            ):
                if what == "record":
                    had.setdefault(incident, []).append((number, version))
                else:
                    told.setdefault(number, set()).add((position, what))
            for number, begin, end, _ in self._releases(name):
                due = {
                    position
                    for position, incident in corrections
                    if begin < position <= end and self._before(had, incident, number)
                }
                notices = told.get(number, set())
                revised = {p for p, what in notices if what in REVISED}
                assert {position for position, _ in notices} - revised == due - revised
                self._corrected(name, number, had, notices)

    @staticmethod
    def _before(had: dict[int, list[tuple[int, int]]], incident: int, number: int) -> set[int]:
        """The versions that were given before a release."""
        return {version for n, version in had.get(incident, ()) if n < number}

    def _corrected(
        self,
        name: str,
        number: int,
        had: dict[int, list[tuple[int, int]]],
        notices: set[tuple[int, str]],
    ) -> None:
        """A new version comes with «corrected» to who had an older one, and to nobody else."""
        for n, incident, version, _, what, position in self._disclosed(name, closed_too=False):
            if n != number or what != "record":
                continue
            older = min(self._before(had, incident, number), default=version) < version
            lifted = self._rows(
                "SELECT 1 FROM log JOIN release r ON log.position <= r.to_position "
                "AND log.position > r.from_position WHERE r.subscription = ? AND r.number = ? "
                "AND incident = ? AND version = ? AND entry_kind = 'lifted'",
                name,
                number,
                incident,
                version,
            )
            assert ((position, "notice:corrected") in notices) == (older and not lifted)

    # --- the end of the play
    def _at_last(self) -> None:
        """The law allows again, both drain: each holds what it was given last, and nothing more."""
        for name in sorted(self.without_kind):
            self._turn(name)
        if self.holder_withholds:
            self._holder_decides()
        for name, recipient in self.recipients.items():
            while self._pull_and_read(name, 500):
                pass
            assert self._decided_to(name) == self.house.reader.head().log_size
            given: dict[int, tuple[str, int] | None] = {}
            for _, incident, version, released_id, what, _ in self._disclosed(
                name, closed_too=False
            ):
                given[incident] = (released_id, version) if what == "record" else None
            expected = dict(one for one in given.values() if one is not None)
            assert recipient.holds == expected
        self.every_version_is_accounted_for_once()
        self.who_had_it_is_told_and_nobody_else()
        report = verify(self.house.database, self.house.keys, ())
        assert report.whole, report.findings


@pytest.mark.prove
@pytest.mark.on_sqlite
def test_whatever_happens_the_counts_balance_and_the_notices_are_right(
    store: str, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    Pulling.steps = 0
    many = settings(max_examples=400 if PROVING else 5, stateful_step_count=50)
    run_state_machine_as_test(Pulling, settings=many)

    assert Pulling.steps >= count(10_000)
    figures = {"steps": Pulling.steps, "notices_missing": 0, "notices_to_others": 0}
    proved(f"corrections-{store}", **figures)
