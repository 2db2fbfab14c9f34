"""A changed crosswalk places what was recorded anew: only what changes, provable, on both stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters import source
from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.errors import LawMoved
from gateway.intake import remapped
from gateway.intake.remapped import Decision, apply, differences
from gateway.law.register import put_feed
from gateway.log.remapping import Remapped
from gateway.store import tables as t
from schemas.powers import Power, Purpose
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support.agreed import ASKED, COUNCIL, agree, personal_row, prepare, terms
from tests.support.house import (
    FEED,
    change,
    later,
    new_house,
    pull,
    row,
    send,
    subscribe,
    take_back,
)

FORCE = {
    "name": "example",
    "version": "2",
    "rows": [
        {
            "code": "801",
            "label": "Fly tipping",
            "relation": "narrow",
            "default": "litter_rubbish",
            "sub_behaviour": "fly_tipping",
        },
        {"code": "213", "label": "Fireworks", "status": "out_of_scope", "reason": "licensing"},
        {"code": "210", "label": "Prostitution", "default": "sexual_acts"},
    ],
}


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as opened:
        yield opened


def adopt(house: House, settings: dict[str, Any]) -> None:
    """Give the police feed other settings beside those that it has."""
    feed = house.book.refresh().register.feeds[FEED][1]
    changed = feed.model_copy(update={"settings": {**feed.settings, **settings}})
    house.writer.run(put_feed(changed, house.act("operator")))


def applied(house: House) -> Remapped:
    desk = house.desk(FEED, house.book.refresh())
    decision = Decision("asb-lead", date(2026, 11, 1), house.clock.now())
    return apply(house.reader, house.writer, desk, decision)


def proven(house: House) -> bool:
    return verify(house.database, house.keys).findings == ()


def leaves(house: House, operation: str) -> int:
    with house.reader.connection() as connection:
        rows = connection.execute(t.LEDGER.select()).mappings()
        return sum(f'"operation":"{operation}"'.encode() in bytes(one["leaf"]) for one in rows)


def test_an_unlisted_code_is_placed_once_a_force_names_it(house: House) -> None:
    send(house, [row("a", "801"), row("b", "204"), row("c", "213")])
    adopt(house, {"force": FORCE})
    later(house)

    done = applied(house)
    again = applied(house)

    assert done == Remapped(revised=1, retracted=1, moved=0)
    assert again == Remapped(revised=0, retracted=0, moved=0)
    assert leaves(house, "remapping") == 1
    assert leaves(house, "crosswalk") == 2
    assert proven(house)


def test_the_same_rows_sent_again_are_known_after_a_re_mapping(house: House) -> None:
    sent = [row("a", "801"), row("b", "204"), personal_row("d", "210")]
    send(house, sent)
    adopt(house, {"force": FORCE})
    applied(house)
    house.book.refresh()

    receipt = send(house, sent).receipt

    assert (receipt.recorded, receipt.revised) == (0, 1)  # b: another version of the same list
    assert receipt.duplicate == 2
    assert proven(house)


def test_whoever_holds_a_record_gets_its_new_version_or_a_notice(house: House) -> None:
    prepare(house)
    subscribe(house)
    send(house, [row("a", "801"), row("b", "213"), row("c", "204")])
    first = pull(house).page
    adopt(house, {"force": FORCE})
    applied(house)
    house.book.refresh()

    second = pull(house, first.cursor).page
    third = pull(house, second.cursor).page

    told = [json.loads(one) for one in (*second.notices, *third.notices)]
    records = [json.loads(one) for one in (*second.records, *third.records)]
    assert "retracted" in {notice["kind"] for notice in told}
    assert [(one["typology_sub_behaviour"], one["version"]) for one in records] == [
        ("fly_tipping", 2)
    ]
    assert proven(house)


def test_the_sealed_half_is_carried_over_and_opens_for_those_who_may_see_it(house: House) -> None:
    prepare(house)
    agree(house, terms())
    house.book.refresh()
    send(house, [personal_row("a", "801", OPENING_CODE="215")])
    with house.reader.connection() as connection:
        before = connection.execute(t.SEALED.select()).mappings().all()
    adopt(house, {"force": FORCE})

    assert applied(house).revised == 1

    with house.reader.connection() as connection:
        after = connection.execute(t.SEALED.select()).mappings().all()
    assert before[0]["ciphertext"] is not None
    assert after[-1]["ciphertext"] is not None
    assert bytes(after[-1]["wrapped_secret"]) != bytes(before[0]["wrapped_secret"])
    subscribe(
        house,
        ASKED,
        COUNCIL,
        power=Power.SECTION_115,
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        lane=Lane.PERSONAL,
        agreement="police-council",
    )
    page = house.door.pull(ASKED, COUNCIL, "council-system", None, 10).page
    assert "A. Example" in str(page)
    assert proven(house)


def test_what_moved_or_was_taken_back_meanwhile_is_left_alone(house: House) -> None:
    send(house, [row("a", "801"), row("b", "801")])
    take_back(house, ["b"])
    adopt(house, {"force": FORCE})

    assert applied(house) == Remapped(1, 0, 0)
    assert proven(house)


@pytest.mark.parametrize("kind", [NoticeKind.RETRACTED, NoticeKind.ERASED])
def test_what_was_taken_back_between_reading_and_recording_is_not_brought_back(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: NoticeKind
) -> None:
    send(house, [row("a", "801"), row("b", "213"), row("c", "801")])
    adopt(house, {"force": FORCE})
    read = remapped._changes

    def changes(*arguments: Any) -> Any:
        made = list(read(*arguments))
        change(house, kind, ["a", "b"])
        return iter(made)

    monkeypatch.setattr(remapped, "_changes", changes)

    assert applied(house) == Remapped(revised=1, retracted=0, moved=2)
    with house.reader.connection() as connection:
        kinds = [one["entry_kind"] for one in connection.execute(t.LOG.select()).mappings()]
    assert kinds.count("recorded") == 4
    assert kinds.count(kind.value) == 2
    assert proven(house)


def test_a_law_that_moves_meanwhile_stops_it(house: House) -> None:
    send(house, [row("a", "801")])
    adopt(house, {"force": FORCE})
    desk = house.desk(FEED, house.book.refresh())
    adopt(house, {"force": {**FORCE, "version": "3"}})

    with pytest.raises(LawMoved):
        apply(
            house.reader,
            house.writer,
            desk,
            Decision("asb-lead", date(2026, 11, 1), house.clock.now()),
        )


def test_a_version_that_has_become_sensitive_loses_its_point(house: House) -> None:
    send(house, [row("a", "801")])
    rows = [{"code": "801", "label": "Kerb crawling", "default": "kerb_crawling"}]
    adopt(house, {"force": {"name": "example", "version": "2", "rows": rows}})

    assert applied(house).revised == 1

    with house.reader.connection() as connection:
        log = connection.execute(t.LOG.select().order_by(t.LOG.c.position)).mappings().all()
    assert log[-1]["typology_behaviour"] == "kerb_crawling"
    assert log[-1]["point_longitude"] is None
    assert proven(house)


def test_what_would_change_is_told_before_anything_does(house: House) -> None:
    send(house, [row("a", "801"), row("b", "213"), row("c", "204")])
    feed_id = house.desk(FEED, house.book.current()).feed_id
    mapper = source("police_nsir").compile({"force": FORCE})

    found = differences(house.reader, feed_id, mapper)

    assert found.read == 3
    assert dict(found.changed) == {
        ("801", "unclassified", "fly_tipping"): 1,
        ("213", "fireworks", "taken back: licensing"): 1,
    }
    other = source("police_nsir").compile({"scheme": "nsir_2011"})
    assert differences(house.reader, feed_id, other).unreadable == 3
