"""The motivated intruder against everything that one recipient got in two quarters; and that he can win.

Law reference L46 (ICO, motivated intruder), L48 (linkability): invented households round invented map points,
some farms by themselves, some catchments of 1 to 7 addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.clock import LONDON
from gateway.demo.geography import SOUTH, SPACING, SQUARE, WEST, load_invented_geography
from gateway.intake.addresses import count_addresses, parse_addresses
from gateway.intake.loaded import load_places
from gateway.intake.outlines import to_degrees, to_metres
from gateway.intake.recorded import natural_key
from gateway.law.geography import ADDRESSES, POINTS, Point, PutGeography
from gateway.release.treated import names_for
from policies.lists import packaged_lists
from schemas.cells import Cells
from schemas.released import NoticeKind
from tests.support.house import FEED, FIRE, change, new_house, send, subscribe
from tests.support.intruder import Address, Intruder, Public
from tests.support.recipients import sent
from tests.support.requirements import law

COUNCIL = "charnwood-bc"
LEFT, LOW, SQUARES = 450_000, 316_000, 2
"""Metres: the corner of the invented squares where somebody lives, and how many each way."""
CLOSINGS = ("204", "213", "202", "211", "210")
BEGINS = datetime(2026, 7, 1, tzinfo=LONDON)
Rows = dict[str, tuple[Address, datetime, str]]


def area_of(easting: int, northing: int) -> str:
    across, up = (easting - WEST) // SQUARE, (northing - SOUTH) // SQUARE
    return f"E01999{int(across * ((328_000 - SOUTH) // SQUARE) + up + 1):03}"


@dataclass
class World:
    """The truth: who lives where, what happened, and what the recipients got."""

    house: House
    dice: Random
    addresses: list[Address] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    pages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cursors: dict[str, str | None] = field(default_factory=dict)

    def people_move_in(self) -> None:
        """Most points have streets round them; others a few houses, one farm, or nobody."""
        half = SPACING // 2
        for across in range(SQUARES * SQUARE // SPACING):
            for up in range(SQUARES * SQUARE // SPACING):
                x, y = LEFT + across * SPACING + half, LOW + up * SPACING + half
                first_square = across < 4 and up < 4
                # one square has a single farm among its streets
                lone = (across, up) == (1, 2)
                many = self.dice.choice((0, 9, 14, 30, *((1, 2, 5, 7) if not first_square else ())))
                self.move_in(x, y, 1 if lone else many)

    def move_in(self, x: int, y: int, many: int) -> None:
        for _ in range(many):
            at = (x + self.dice.randint(-200, 200), y + self.dice.randint(-200, 200))
            self.addresses.append(Address(100_000_000 + len(self.addresses), *at))

    def count(self) -> None:
        """Load the count of addresses, as an operator does."""
        text = "\n".join(f"{one.easting},{one.northing},1" for one in self.addresses)
        listed = parse_addresses([BytesIO(f"easting,northing,addresses\n{text}".encode())])
        places = load_places(self.house.reader, {}, counted=False)
        found = count_addresses(listed, places, ["Charnwood"], "2026-06", "0" * 64).edition
        self.house.writer.run(
            PutGeography(
                ADDRESSES,
                "2026-06",
                "0" * 64,
                0,
                self.house.act("operator"),
                points=[Point(*row) for row in found.rows],
            )
        )

    def row(self, reference: str) -> dict[str, str]:
        one, at, closing = self.rows[reference]
        told = f"{at:%d/%m/%Y %H:%M}"
        return {
            "URN": reference,
            "CREATED": told,
            "INCIDENT_DATE": told,
            "OPENING_CODE": "215",
            "CLOSING_CODE_1": closing,
            "EASTING": str(one.easting),
            "NORTHING": str(one.northing),
        }

    def a_month_passes(self, month: int, many: int) -> None:
        """Incidents happen and are sent; some of before are corrected; everybody pulls."""
        dice = self.dice
        begun = (BEGINS + timedelta(days=31 * month)).replace(day=1)
        new = []
        alone = [one for one in self.addresses if self.intruder.small_catchment(one.uprn)]
        for _ in range(many):
            who = dice.choice(alone if dice.random() < 0.4 else self.addresses)
            at = begun + timedelta(minutes=dice.randint(0, 27 * 24 * 60))
            new.append(f"i{len(self.rows)}")
            self.rows[new[-1]] = (who, at, dice.choice(CLOSINGS))
        self._clock(begun + timedelta(days=28))
        before = sorted(self.rows.keys() - set(new))
        changed = dice.sample(before, min(6, len(before)))
        for reference in changed:
            who, at, _ = self.rows[reference]
            self.rows[reference] = (who, at, dice.choice(CLOSINGS))
        send(self.house, [self.row(name) for name in (*new, *changed)])
        self._orders(before)
        self.everybody_pulls()

    def _orders(self, before: list[str]) -> None:
        for kind in (NoticeKind.RETRACTED, NoticeKind.RESTRICTED, NoticeKind.LIFTED):
            if before:
                change(self.house, kind, [self.dice.choice(before)])

    def _clock(self, at: datetime) -> None:
        self.house.clock.at = at.astimezone(UTC)  # type: ignore[attr-defined]

    def everybody_pulls(self) -> None:
        for name, partner in (("fire", FIRE), ("fire-cells", FIRE), ("council", COUNCIL)):
            while True:
                page = self._page(name, partner, self.cursors.get(name))
                if page["cursor"] == self.cursors.get(name):
                    break
                self.cursors[name] = page["cursor"]

    def _page(self, name: str, partner: str, cursor: str | None) -> dict[str, Any]:
        page = sent(self.house.door.pull(name, partner, "system", cursor, 200))
        self.pages.setdefault(name, []).append(page)
        return page

    def replay(self) -> None:
        """Whoever asks for the first page again gets what still stands of it."""
        for page in self.pages["fire"][:3]:
            self._page("fire", FIRE, page["cursor"])

    # ------------------------------------------------------------------ what there is to know
    @cached_property
    def intruder(self) -> Intruder:
        return Intruder(self.addresses, self._points(), area_of, self._sensitive())

    @staticmethod
    def _sensitive() -> frozenset[str]:
        return frozenset(packaged_lists().sensitive.behaviours)

    def _points(self) -> dict[tuple[float, float], tuple[int, int]]:
        """The published points in reach of anybody who lives here."""
        rows = [row for row in self.house.reader.geographies() if row["kind"] == POINTS]
        spots = [(p[0], p[1]) for p in self.house.reader.points(rows[0]["id"])]
        near = {}
        for spot, metres in zip(spots, to_metres(spots), strict=True):
            assert metres is not None
            inside = all(
                low - 1_000 < at < low + SQUARES * SQUARE + 1_000
                for low, at in zip((LEFT, LOW), metres, strict=True)
            )
            if inside:
                near[spot] = (round(metres[0]), round(metres[1]))
        return near

    def published(self) -> list[Public]:
        """The month files, made from the truth by the publisher's own rule."""
        return [
            Public(f"{at:%Y-%m}", self.intruder.published_point(who.uprn))
            for who, at, _ in self.rows.values()
        ]

    def truth(self, partner: str) -> dict[str, Address]:
        """Whose each released id is."""
        desk = self.house.desk(FEED, self.house.book.current())
        names = names_for(self.house.keys, partner, ())
        found = {}
        for reference, (who, at, _) in self.rows.items():
            stored = self.house.reader.incident(desk.feed_id, natural_key(desk, reference))
            assert stored is not None
            quarter = f"{at.year}Q{(at.month + 2) // 3}"
            found[names.id_of(stored["id"], quarter)] = who
        return found

    def records(self, *names: str) -> list[dict[str, Any]]:
        return [one for name in names for page in self.pages[name] for one in page["records"]]


def lived(home: Path, seed: int, *, counted: bool = True) -> World:
    """Two quarters of one world; without the count of addresses every map point is used."""
    world = World(new_house(home), Random(seed))
    world._clock(BEGINS - timedelta(days=1))
    load_invented_geography(world.house, "operator")
    world.people_move_in()
    if counted:
        world.count()
    subscribe(world.house, "fire")
    subscribe(world.house, "council", COUNCIL)
    subscribe(world.house, "fire-cells", minimum_cell=5, cells=Cells(place="lsoa", time="month"))
    for month in range(6):
        world.a_month_passes(month, 30)
    world._clock(datetime(2027, 1, 2, 9, tzinfo=LONDON))
    world.everybody_pulls()
    world.replay()
    return world


def named_in(world: World, records: list[dict[str, Any]]) -> tuple[int, int, int]:
    """What he says: households named rightly, of them in catchments of 1 to 7; the fewest left over."""
    truth, claims = world.truth(FIRE), world.intruder.claims(records, world.published())
    right = [name for name, left in claims.items() if left == {truth[name].uprn}]
    small = [name for name in claims if world.intruder.small_catchment(truth[name].uprn)]
    fewest = min(len(claims[name]) for name in small)
    return len(right), len(set(right) & set(small)), fewest


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = lived(tmp_path_factory.mktemp("intruder") / "home", 3)
    yield made
    made.house.close()


@law("L46", "L47")
@pytest.mark.prove
def test_the_intruder_names_no_household_of_a_small_catchment(
    world: World, count: Callable[[int], int], tmp_path: Path, proved: Callable[..., None]
) -> None:
    worlds = [world, *(lived(tmp_path / str(n), n) for n in range(10, 9 + count(50)))]
    named, small, fewest, records = 0, 0, 1_000, 0
    for one in worlds:
        held = one.records("fire", "fire-cells")
        right, of_few, left = named_in(one, held)
        named, small, fewest = named + right, small + of_few, min(fewest, left)
        records += len(held)
        if one is not world:
            one.house.close()

    assert world.records("fire-cells")
    assert any(page["notices"] for page in world.pages["fire"])
    assert (named, small) == (0, 0)
    proved(
        "motivated-intruder",
        worlds=len(worlds),
        records=records,
        named=named,
        named_of_1_to_7=small,
        fewest_households_left=fewest,
    )


@law("L46")
def test_he_can_win_exact_points_and_uncounted_points_name_households(
    world: World, tmp_path: Path
) -> None:
    truth = world.truth(FIRE)
    exact = []
    for record in world.records("fire"):
        who = truth[record["id"]]
        ((x, y),) = to_degrees([(who.easting, who.northing)])  # type: ignore[misc]
        place = {"level": "map_point", "longitude": x, "latitude": y}
        exact.append(record | {"place": place})
    right, small, _ = named_in(world, exact)
    assert small > 10
    assert right >= small

    bare = lived(tmp_path / "bare", 3, counted=False)
    with bare.house:
        _, small, fewest = named_in(bare, bare.records("fire"))
    assert small > 0
    assert fewest == 1


@law("L48")
def test_two_recipients_and_two_quarters_do_not_join(world: World) -> None:
    fire = {record["id"] for record in world.records("fire", "fire-cells")}
    council = {record["id"] for record in world.records("council")}
    by_quarter: dict[str, set[str]] = {}
    for name in fire:
        by_quarter.setdefault(name.split(".")[1], set()).add(name.split(".")[2])

    assert len(fire) > 100
    assert len(council) > 100
    assert not fire & council
    assert set(by_quarter) == {"2026Q3", "2026Q4"}
    assert not by_quarter["2026Q3"] & by_quarter["2026Q4"]
    # the same incident under both recipients' ids: the ids alone say nothing of it
    truth, theirs = world.truth(FIRE), world.truth(COUNCIL)
    assert not truth.keys() & theirs.keys()
    tails = {name.split(".")[2] for name in truth}
    assert not tails & {name.split(".")[2] for name in theirs}
    assert verify(world.house.database, world.house.keys).document()["found"] == {}
