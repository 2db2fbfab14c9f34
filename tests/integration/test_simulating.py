"""A draft replayed over what is recorded: the totals are those that pulling then gives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.simulated import LogSimulation, draft_of_agreement, simulated
from gateway.audit.verify import verify
from gateway.clock import london_day
from gateway.ledger.leaf import read_leaf
from schemas.released import NoticeKind
from schemas.simulations import Change
from tests.support import agreed
from tests.support.agreed import COUNCIL, page, personal_row, terms
from tests.support.house import change, new_house, rows, send, take_back
from tests.support.stores import Store

pytestmark = pytest.mark.usefixtures("store")


def test_a_signer_is_shown_what_then_leaves(tmp_path: Path, store: Store) -> None:
    del store
    with new_house(tmp_path) as house:
        agreed.ready(house)
        send(house, [personal_row(f"a{n}", CALLER_NAME="") for n in range(4)])
        send(house, [personal_row(f"b{n}") for n in range(3)])
        take_back(house, ["b0"])
        change(house, NoticeKind.RESTRICTED, ["a0"])
        wider = terms(
            version=2, fields=("people.name", "people.telephone", "address_text"), dpia="DPIA-2"
        )
        day = london_day(house.clock)
        draft = draft_of_agreement(house.reader, house.book.current(), wider, day)
        before = house.reader.head().log_size

        found = simulated(house.reader, house.book, house.book.current(), draft)

        asked = {one.subscription: one for one in found.subscriptions}[agreed.ASKED]
        assert asked.leave_now == asked.would_leave == len(page(house)["records"]) == 5
        assert (asked.newly_leaves, asked.newly_stops, asked.other_fields) == (0, 0, 5)
        assert asked.fields_leaving == {"people.telephone:caller": 5}
        stopping = ("description", "occurred_from", "source_reference")
        assert asked.fields_stopping == dict.fromkeys(stopping, 5)
        assert {one.change for one in asked.classes} == {Change.FIELDS}
        assert house.reader.head().log_size == before


def test_what_was_recorded_before_the_agreement_reaches_is_told_apart(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        agreed.ready(house)
        send(house, [personal_row(f"a{n}") for n in range(4)])
        house.clock.at += timedelta(days=2)
        send(house, [personal_row(f"b{n}") for n in range(3)])
        day = london_day(house.clock)
        later = terms(version=2, records_from=day.isoformat())
        draft = draft_of_agreement(house.reader, house.book.current(), later, day)

        found = simulated(house.reader, house.book, house.book.current(), draft)

        asked = {one.subscription: one for one in found.subscriptions}[agreed.ASKED]
        assert asked.stopped_by == {"recorded_before_agreed": 4}
        assert (asked.leave_now, asked.would_leave) == (7, 3)
        since = simulated(house.reader, house.book, house.book.current(), draft, day)
        assert since.records == 3


def test_a_recipient_who_asks_for_nothing_yet_is_asked_about(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        agreed.prepare(house)
        send(house, rows(8))
        day = london_day(house.clock)
        draft = draft_of_agreement(house.reader, house.book.current(), terms(), day)

        found = simulated(house.reader, house.book, house.book.current(), draft)
        logged = LogSimulation(draft, found, None, house.act("ig-lead"))
        index = house.writer.run(logged)

        would_be = {one.subscription: one for one in found.subscriptions}[f"would-be-{COUNCIL}"]
        assert would_be.newly_leaves == 6
        assert set(would_be.let_go_by) >= {"section_115.agreement_is_live"}
        stored = house.reader.leaf(index)
        assert stored is not None
        leaf = read_leaf(stored[0])
        assert (leaf["operation"], leaf["newly_leaves"]) == ("simulation", 6)
        assert leaf["content_sha256"] == terms().terms_sha256
        assert verify(house.database, house.keys).findings == ()
