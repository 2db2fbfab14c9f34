"""Release by cells, whatever happens in between: an independent model says what may have left, and when.

Rows come, move, are retracted, restricted and lifted; months pass; pages are small, lost, asked for again.
After every page: no cell left in part, none with fewer than k incidents, nothing before its month closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import open_house
from gateway.audit.verify import verify
from gateway.clock import LONDON, FixedClock
from gateway.demo.summary import account_of
from gateway.errors import LawRefuses
from gateway.intake.recorded import natural_key
from gateway.law.register import put_partner
from gateway.release.treated import names_for
from schemas.cells import Cells
from schemas.partners import DatedKind, PartnerKind
from schemas.released import NoticeKind
from tests.support.house import (
    FEED,
    FIRE,
    FIRE_SUBSCRIPTION,
    change,
    later,
    new_house,
    pull,
    row,
    send,
    subscribe,
)
from tests.support.recipients import sent
from tests.support.requirements import law
from tests.support.stores import Store, database_for

K = 3
PLACES = ("E01025700", "E01025701", "E01025702")
DAYS = ("30/09/2026", "02/10/2026", "20/10/2026")
SENSITIVE, PLAIN = "210", "213"


@dataclass
class Known:
    """What the model knows of one incident."""

    cell: tuple[str, str]
    offered: datetime
    state: str = "live"
    given: bool = False
    """Whether what was last offered of it has left."""
    had_in: set[tuple[str, str]] = field(default_factory=set)


class Play:
    """Senders, one recipient and the calendar."""

    def __init__(self, home: Path, seed: int) -> None:
        self.dice, self.house = Random(seed), new_house(home)
        self.home = home
        self._clock().at = datetime(2026, 9, 28, 9, tzinfo=UTC)
        subscribe(self.house, minimum_cell=K, cells=Cells(place="lsoa", time="month"))
        self.known: dict[str, Known] = {}
        self.ids: dict[str, str] = {}
        self.cursor: str | None = None
        self.pages: dict[int, dict[str, Any]] = {}
        self.records = self.coarse = 0

    def _clock(self) -> Any:
        return self.house.clock

    # ------------------------------------------------------------------ senders
    def rows_come(self) -> None:
        dice = self.dice
        names = [f"r{len(self.known) + n}" for n in range(dice.randint(1, 6))]
        self._send({name: (dice.choice(PLACES), dice.choice(DAYS)) for name in names})

    def rows_move(self) -> None:
        live = [name for name, one in self.known.items() if one.state == "live"]
        chosen = self.dice.sample(live, min(2, len(live)))
        self._send({name: (self.dice.choice(PLACES), self.dice.choice(DAYS)) for name in chosen})

    def _send(self, placed: dict[str, tuple[str, str]]) -> None:
        rows = []
        for name, (place, day) in placed.items():
            closing = SENSITIVE if place == PLACES[0] else PLAIN
            cell = (place, "-".join(reversed(day.split("/")[1:])))
            before = self.known.get(name)
            if before is not None and before.cell == cell:
                continue  # the same content may be a duplicate and no new version
            one = row(name, closing, LSOA_CODE=place)
            del one["EASTING"], one["NORTHING"]
            # reported in October, so that every id is of one quarter
            rows.append(one | {"INCIDENT_DATE": f"{day} 21:40", "CREATED": "21/10/2026 21:47"})
            had = before.had_in if before else set()
            self.known[name] = Known(cell, self._clock().at, had_in=had)
        if rows:
            send(self.house, rows)
        self._learn()

    def _learn(self) -> None:
        """The recipient's ids, worked out from what the house knows of each incident."""
        house = self.house
        desk = house.desk(FEED, house.book.current())
        names = names_for(house.keys, FIRE, ())
        for name in self.known.keys() - set(self.ids.values()):
            found = house.reader.incident(desk.feed_id, natural_key(desk, name))
            assert found is not None
            self.ids[names.id_of(found["id"], "2026Q4")] = name

    def something_is_ordered(self) -> None:
        kind = self.dice.choice((NoticeKind.RETRACTED, NoticeKind.RESTRICTED, NoticeKind.LIFTED))
        wanted = "restricted" if kind is NoticeKind.LIFTED else "live"
        found = [name for name, one in self.known.items() if one.state == wanted]
        if not found:
            return
        name = self.dice.choice(found)
        change(self.house, kind, [name])
        one = self.known[name]
        one.state = {"restricted": "restricted", "lifted": "live"}.get(kind.value, "retracted")
        if kind is NoticeKind.LIFTED:
            one.offered, one.given = self._clock().at, False

    # ------------------------------------------------------------------ time and law
    def time_passes(self) -> None:
        later(self.house, self.dice.choice((3_600, 86_400, 5 * 86_400, 12 * 86_400)))

    def it_crashes(self) -> None:
        at = self._clock().at
        pull(self.house, self.cursor)
        self.house.close()
        self.house = open_house(self.home, database=database_for(self.home), clock=FixedClock(at))

    def the_law_looks_away(self) -> None:
        """A page is made, the recipient loses its standing, and gets it back: it was never sent."""
        pull(self.house, self.cursor)
        partner = self.house.book.refresh().register.partners[FIRE]
        for kind in (PartnerKind.UNIVERSITY, PartnerKind.COMBINED_FIRE_AUTHORITY):
            changed = partner.model_copy(update={"kinds": (DatedKind(kind=kind),)})
            self.house.writer.run(put_partner(changed, self.house.act("operator")))

    # ------------------------------------------------------------------ the recipient
    def a_page_is_read(self) -> None:
        self._read(self.dice.choice((1, 4, 500)))

    def _read(self, limit: int) -> bool:
        """Read one page; whether there was one."""
        page = sent(pull(self.house, self.cursor, limit))
        before, self.cursor = self.cursor, page["cursor"]
        if page["release"] in self.pages:
            assert page["records"] in ([], self.pages[page["release"]]["records"])
            return before != self.cursor
        self.pages[page["release"]] = page
        self._check(page["records"], page["quality"]["as_of"])
        return before != self.cursor

    def _check(self, records: list[dict[str, Any]], as_of: str) -> None:
        close, made = _closed_before(as_of), datetime.fromisoformat(as_of)
        touched: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for record in records:
            one = self.known[self.ids[record["id"]]]
            cell = (record["place"]["code"], record["occurred"])
            assert (one.state, one.given, one.cell) == ("live", False, cell)
            # a page made before its record was restricted and lifted goes again as it was made
            assert one.offered < close or one.offered >= made
            assert record.keys().isdisjoint({"reported", "occurred_to", "repeat_at_place"})
            touched[cell].append(record)
        for record in records:
            one = self.known[self.ids[record["id"]]]
            one.given = one.offered < close
            one.had_in.add(one.cell)
        for cell, left in touched.items():
            had = [one for one in self.known.values() if cell in one.had_in]
            assert len(had) >= K
            assert not [n for n, one in self._waiting(close) if one.cell == cell]
            coarse = cell[0] == PLACES[0]
            assert {"typology_behaviour" not in record for record in left} == {coarse}
            self.coarse += len(left) if coarse else 0
        self.records += len(records)

    def _waiting(self, close: datetime) -> list[tuple[str, Known]]:
        return [
            (name, one)
            for name, one in self.known.items()
            if one.state == "live" and not one.given and one.offered < close
        ]

    def everything_is_read(self) -> None:
        while self._read(4):
            pass
        close = _closed_before(self._clock().at.isoformat())
        waiting: dict[tuple[str, str], set[str]] = defaultdict(set)
        for name, one in self._waiting(close):
            waiting[one.cell].add(name)
        for cell, names in waiting.items():
            had = {name for name, one in self.known.items() if cell in one.had_in}
            assert len(had | names) < K, cell

    def _balance(self) -> None:
        counts = [from_json(text) for text in self.house.reader.release_counts(FIRE_SUBSCRIPTION)]
        kept = 0
        for one in counts:
            parts = ("released", "withheld", "held", "superseded")
            assert one["considered"] == sum(one[part] for part in parts)
            if "held_before" in one:
                assert one["held_before"] == kept
                kept = one["held"]
        account = account_of(self.house.reader, FIRE_SUBSCRIPTION)
        assert account.balances
        assert account.held == kept

    def run(self, steps: int) -> None:
        actions: list[tuple[int, Callable[[], None]]] = [
            (6, self.rows_come),
            (2, self.rows_move),
            (3, self.something_is_ordered),
            (4, self.time_passes),
            (4, self.a_page_is_read),
            (2, self.everything_is_read),
            (1, self.it_crashes),
            (1, self.the_law_looks_away),
        ]
        weights = [weight for weight, _ in actions]
        for _ in range(steps):
            self.dice.choices([action for _, action in actions], weights)[0]()
        later(self.house, 32 * 86_400)
        self.everything_is_read()
        self._balance()
        found = verify(self.house.database, self.house.keys).document()
        assert found["found"] == {}


def _closed_before(at: str) -> datetime:
    """When the last month had closed at an instant: a page is of its making, not of its reading."""
    local = datetime.fromisoformat(at).astimezone(LONDON)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.prove
@law("L46", "L50")
def test_no_cell_leaves_in_part_or_with_fewer_than_k(
    store: Store, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    # the two stores share the code that is played with: one play shows that they agree
    few = 1 if store is Store.POSTGRESQL else 2
    plays, steps = (count(100), 45) if count(100) > 2 else (few, 30)
    records = coarse = 0
    for seed in range(plays):
        play = Play(tmp_path / str(seed), seed)
        try:
            play.run(steps)
        finally:
            play.house.close()
        records += play.records
        coarse += play.coarse

    assert records > 10 * plays
    assert coarse > 0
    proved("cells", plays=plays, steps=plays * steps, records=records, coarsened=coarse, broken=0)


def test_a_recipient_without_standing_is_refused_at_the_close_too(tmp_path: Path) -> None:
    play = Play(tmp_path / "home", 1)
    with play.house as house:
        play.rows_come()
        partner = house.book.refresh().register.partners[FIRE]
        other = partner.model_copy(update={"kinds": (DatedKind(kind=PartnerKind.UNIVERSITY),)})
        house.writer.run(put_partner(other, house.act("operator")))
        later(house, int(timedelta(days=40).total_seconds()))

        with pytest.raises(LawRefuses):
            pull(house)
        account = account_of(house.reader, FIRE_SUBSCRIPTION)
        assert (account.withheld, account.held) == (account.considered, 0)
