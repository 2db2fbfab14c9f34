"""Absence from a full extract raises a question, on both stores; it never deletes anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.assembly import House
from gateway.intake.correct import Request
from gateway.intake.push import push
from gateway.intake.questions import Answer, Answering, listed
from gateway.intake.recorded import PushRequest, fingerprint, idempotency_hmac
from gateway.law.register import put_feed
from gateway.log.entries import PushAnswer
from gateway.store import tables as t
from schemas.feeds import FeedMode
from schemas.released import NoticeKind
from tests.support.house import FEED, SENDER, SYSTEM, change, later, new_house, row


@pytest.fixture
def house(store: str, tmp_path: Path) -> Any:
    with new_house(tmp_path / "home") as opened:
        full(opened)
        yield opened


def full(house: House) -> None:
    """Say that the police feed sends full extracts."""
    feed = house.book.refresh().register.feeds[FEED][1]
    changed = feed.model_copy(update={"mode": FeedMode.FULL})
    house.writer.run(put_feed(changed, house.act("operator")))
    house.book.refresh()


def extract(
    house: House,
    references: list[str],
    *,
    unit: str | None = None,
    complete: bool = True,
    more: tuple[dict[str, str], ...] = (),
) -> PushAnswer:
    """Push a part of an extract, or the whole."""
    body = json.dumps([*map(row, references), *more]).encode()
    key = None if unit is None else f"{unit} {references}"
    request = PushRequest(
        receipt_id=house.new_id(),
        client_id=SYSTEM,
        partner=SENDER,
        fingerprint=fingerprint(house.keys, FEED, "application/json", body),
        key_hmac=None if key is None else idempotency_hmac(house.keys, SYSTEM, key),
        unit=None if unit is None else unit.encode(),
        at=house.clock.now(),
        complete=complete,
    )
    desk = house.desk(FEED, house.book.current())
    return push(body, "application/json", desk, request, house.writer, 10_000).result()


def asked(house: House) -> int:
    """How many questions are open."""
    return len(questions(house))


def questions(house: House) -> list[dict[str, Any]]:
    return listed(house.reader, house.desk(FEED, house.book.current()).feed_id)


def answer(house: House, said: Answer, named: list[str] | list[int]) -> tuple[int, int, int]:
    desk = house.desk(FEED, house.book.current())
    order = Request(house.new_id(), SYSTEM, SENDER, house.clock.now())
    done = Answering(house.reader, house.writer, house.erasures).answer(named, said, desk, order)
    return done.answered, done.retracted, done.unknown


def live(house: House) -> int:
    with house.reader.connection() as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT count(*) FROM incident WHERE state = 'live'"
            ).scalar_one()
        )


def test_what_a_full_extract_does_not_hold_is_asked_after_and_kept(house: House) -> None:
    extract(house, ["a", "b", "c"])
    later(house)

    extract(house, ["a", "b"])

    (question,) = questions(house)
    assert question["asks"] == "absent-from-full-extract"
    assert question["record"]["kind"] == "asb_incident"
    assert live(house) == 3


def test_a_unit_ends_where_its_sender_says_so_and_not_before(house: House) -> None:
    extract(house, ["a", "b", "c", "d"])

    extract(house, ["a"], unit="run 2", complete=False)
    assert asked(house) == 0
    extract(house, ["b"], unit="run 2", complete=False)
    extract(house, ["c"], unit="run 2", complete=True)

    assert asked(house) == 1  # d


def test_a_failed_or_partial_extract_raises_nothing(house: House) -> None:
    extract(house, ["a", "b"])

    extract(house, ["a"], complete=False)
    extract(house, ["a"], unit="broke off", complete=False)
    broken = {**row("x"), "CREATED": "soon", "INCIDENT_DATE": "soon"}
    extract(house, [], more=(broken,))

    assert asked(house) == 0


def test_a_quarantined_row_counts_as_there_where_its_reference_can_be_read(house: House) -> None:
    extract(house, ["a", "b", "c"])
    unreadable = {**row("b"), "CREATED": "soon", "INCIDENT_DATE": "soon"}
    nameless = {**row("c"), "URN": ""}

    extract(house, ["a"], more=(unreadable, nameless))

    assert asked(house) == 1  # c: nobody can tell that it was there


def test_a_row_that_is_now_excluded_is_taken_back_and_not_asked_after(house: House) -> None:
    extract(house, ["a", "b"])

    extract(house, ["a"], more=(row("b", "506"),))

    assert asked(house) == 0
    assert live(house) == 1


def test_what_is_asked_already_is_not_asked_twice_and_closes_when_it_is_seen(house: House) -> None:
    extract(house, ["a", "b"])
    extract(house, ["a"])
    extract(house, ["a"])
    assert asked(house) == 1

    extract(house, ["a", "b"])
    assert asked(house) == 0

    extract(house, ["a"])
    assert asked(house) == 1


def test_gone_takes_the_record_back_and_still_there_keeps_it(house: House) -> None:
    extract(house, ["a", "b", "c"])
    extract(house, ["a"])

    assert answer(house, Answer.GONE, ["b", "a"]) == (1, 1, 1)
    assert answer(house, Answer.STILL_THERE, [questions(house)[0]["id"]]) == (1, 0, 0)

    assert (asked(house), live(house)) == (0, 2)
    extract(house, ["a"])
    assert asked(house) == 0  # it was said to be still there, and was not seen since
    assert answer(house, Answer.GONE, ["b"]) == (0, 0, 1)


def test_a_question_about_a_record_that_was_corrected_meanwhile_is_no_longer_asked(
    house: House,
) -> None:
    extract(house, ["a", "b"])
    extract(house, ["a"])

    change(house, NoticeKind.RETRACTED, ["b"])

    assert asked(house) == 0


def test_an_unfinished_extract_forgets_what_was_erased(house: House) -> None:
    extract(house, ["a", "b"], unit="week 1", complete=False)
    with house.reader.connection() as connection:
        held = {bytes(one["natural_key"]) for one in _rows(connection, t.INCIDENT)}
        assert {bytes(one["content"]) for one in _rows(connection, t.UNIT_COUNT)} == held

    change(house, NoticeKind.ERASED, ["a"])

    with house.reader.connection() as connection:
        assert len(_rows(connection, t.UNIT_COUNT)) == 1


def _rows(connection: Any, table: Any) -> list[Any]:
    return list(connection.execute(table.select()).mappings())


def test_a_delta_feed_asks_nothing(store: str, tmp_path: Path) -> None:
    with new_house(tmp_path / "home") as house:
        extract(house, ["a", "b"])
        extract(house, ["a"])

        assert asked(house) == 0


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True),
        min_size=1,
        max_size=4,
    ),
    cut=st.integers(1, 3),
)
def test_the_open_questions_are_always_those_of_the_last_extract(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[str]], cut: int
) -> None:
    with new_house(tmp_path_factory.mktemp("home")) as house:
        full(house)
        known: set[str] = set()
        for number, run in enumerate(runs):
            parts = [run[at : at + cut] for at in range(0, len(run), cut)]
            for part in parts:
                extract(house, part, unit=f"run {number}", complete=part is parts[-1])
            known |= set(run)

            assert asked(house) == len(known - set(run))
        assert live(house) == len(known)
