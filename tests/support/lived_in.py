"""Invented lives in a district, and all that the recipients of their incidents got in two quarters.

Households round invented map points, some farms by themselves, some catchments of 1 to 7 addresses, some that
an LSOA's border cuts; police and council rows, corrections, returns under section 17A, editions of counts.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from gateway.analysis.editions import publish
from gateway.analysis.entitled import Desk
from gateway.assembly import House
from gateway.clock import LONDON
from gateway.demo.geography import NORTH, SOUTH, SPACING, SQUARE, WEST, load_invented_geography
from gateway.intake.addresses import count_addresses, parse_addresses
from gateway.intake.geography import parse_areas
from gateway.intake.loaded import load_places
from gateway.intake.outlines import to_metres
from gateway.law.geography import ADDRESSES, POINTS, Area, Point, PutGeography
from gateway.release.return_lines import RowNames
from gateway.release.returned import hand
from gateway.release.treated import names_for
from gateway.store import tables as t
from gateway.store.publishing import editions_of
from policies.edition_text import Row, read_shown
from policies.lists import packaged_lists
from schemas.cells import Cells
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support import returning as r
from tests.support.house import FEED, FIRE, change, new_house, send, subscribe
from tests.support.intruder import Address, Intruder, Public
from tests.support.recipients import sent

COUNCIL = "charnwood-bc"
LEFT, LOW, SQUARES = 450_000, 316_000, 2
"""Metres: the corner of the invented squares where somebody lives, and how many each way."""
CLOSINGS = ("204", "213", "202", "211", "210", "010")
CRIME = "010"
BEGINS = datetime(2026, 7, 1, tzinfo=LONDON)
ASIDE = 150
"""Metres by which LSOAs lie aside of the lattice of points: their borders cut catchments."""
Rows = dict[str, tuple[Address, datetime, str]]


def area_of(easting: int, northing: int) -> str:
    across, up = (easting - WEST - ASIDE) // SQUARE, (northing - SOUTH) // SQUARE
    return f"E01999{int(across * ((NORTH - SOUTH) // SQUARE) + up + 1):03}"


def areas_aside(house: House) -> PutGeography:
    """A later edition of the invented LSOAs, each a little to the east."""
    features = []
    for x in range(WEST + ASIDE, WEST + 8 * SQUARE, SQUARE):
        for y in range(SOUTH, NORTH, SQUARE):
            east, north = x + SQUARE, y + SQUARE
            ring = [[x, y], [east, y], [east, north], [x, north], [x, y]]
            named = {"LSOA21CD": area_of(x, y), "LSOA21NM": f"Charnwood {area_of(x, y)[-3:]}A"}
            shape = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": named, "geometry": shape})
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    text = json.dumps({"type": "FeatureCollection", "crs": system, "features": features}).encode()
    made = parse_areas("lsoa", text, "2025-aside")
    rows = [Area(*row) for row in made.rows]
    return PutGeography(made.kind, "2025-aside", made.sha256, 0, house.act("operator"), areas=rows)


@dataclass
class World:
    """The truth: who lives where, what happened, and what the recipients got."""

    house: House
    dice: Random
    addresses: list[Address] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    pages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cursors: dict[str, str | None] = field(default_factory=dict)
    council: Rows = field(default_factory=dict)
    """What the council's own system holds, by case; some of it about race."""
    files: list[tuple[int, list[dict[str, Any]]]] = field(default_factory=list)
    """Paragraph and lines of every return that the fire authority was handed."""
    editions: list[list[Row]] = field(default_factory=list)

    def people_move_in(self) -> None:
        """Most points have streets round them; others a few houses, one farm, or nobody."""
        half = SPACING // 2
        for across in range(SQUARES * SQUARE // SPACING):
            for up in range(SQUARES * SQUARE // SPACING):
                x, y = LEFT + across * SPACING + half, LOW + up * SPACING + half
                streets = across < 6 and up < 4
                # one square has a single farm among its streets; its border with the next cuts streets too
                lone = (across, up) == (1, 2)
                many = self.dice.choice((0, 9, 14, 30, *((1, 2, 5, 7) if not streets else ())))
                if (across, up) == (4, 2):
                    # a street of which the border cuts off one house
                    east = [Address(200_000_000 + n, x + 20 * n, y) for n in range(12)]
                    self.addresses += [*east, Address(200_000_099, x - ASIDE, y)]
                else:
                    self.move_in(x, y, 1 if lone else many)

    def move_in(self, x: int, y: int, many: int) -> None:
        for _ in range(many):
            at = (x + self.dice.randint(-200, 200), y + self.dice.randint(-200, 200))
            # the border that cuts catchments is the one in the middle: an LSOA has 400 households
            at = max(at[0], LEFT + ASIDE + 1), at[1]
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
        for _ in range(many):
            who = dice.choice(dice.choice((self._alone, self._cut_off, self.addresses)))
            at = begun + timedelta(minutes=dice.randint(0, 27 * 24 * 60))
            new.append(f"i{len(self.rows)}")
            self.rows[new[-1]] = (who, at, dice.choice(CLOSINGS))
        self._clock(begun + timedelta(days=28))
        before = sorted(self.rows.keys() - set(new))
        changed = dice.sample(before, min(10, len(before)))
        for reference in changed:
            who, at, _ = self.rows[reference]
            self.rows[reference] = (who, at, dice.choice(CLOSINGS))
        send(self.house, [self.row(name) for name in (*new, *changed)])
        self._the_council_has_cases(begun, many // 2)
        self._orders(before)
        self.everybody_pulls()

    @cached_property
    def _alone(self) -> list[Address]:
        return [one for one in self.addresses if self.intruder.small_catchment(one.uprn)]

    @cached_property
    def _cut_off(self) -> list[Address]:
        """Households on the far side of an LSOA's border from their map point."""
        return [one for one in self.addresses if self.intruder.is_cut_off(one)]

    def _the_council_has_cases(self, begun: datetime, many: int) -> None:
        """On few days, so that racial ones among them find a crowd; some move to a neighbour's later."""
        for _ in range(many):
            at = begun + timedelta(days=self.dice.randint(3, 4), hours=self.dice.randint(8, 22))
            strand = "Race" if self.dice.random() < 0.15 else ""
            self.council[f"c{len(self.council)}"] = self.dice.choice(self.addresses), at, strand
        moved = self.dice.sample(sorted(self.council), 2)
        for name in moved:
            _, at, strand = self.council[name]
            self.council[name] = self.dice.choice(self.addresses), at, strand
        rows = [self.case(name) for name in (*list(self.council)[-many:], *moved)]
        r.send(self.house, rows)

    def case(self, reference: str) -> dict[str, str]:
        one, at, strand = self.council[reference]
        told = dict.fromkeys(("DateReported", "DateOfIncident"), f"{at:%d/%m/%Y %H:%M}")
        place = {"Easting": str(one.easting), "Northing": str(one.northing)}
        row = r.housing_row(reference, strand, **told, **place)
        return {name: text for name, text in row.items() if name not in {"Address", "Postcode"}}

    def a_quarter_is_returned(self, quarter: r.Quarter) -> None:
        """Every file that the Act gives the fire authority of the quarter."""
        if quarter == r.Q3:
            r.bring(self.house)
        files = [(r.POLICE, 1), (r.POLICE, 2), (r.COUNCIL, 7), (r.COUNCIL, 8)]
        for holder, number in files:
            handed = hand(self.house.return_desk, r.ask(holder, quarter=quarter), number, "system")
            self.files.append((number, [json.loads(line) for line in handed.lines]))
        if quarter == r.Q3:
            hand(self.house.return_desk, r.ask(r.COUNTY), 6, "system")

    def counts_are_published(self, period: str) -> None:
        house = self.house
        desk = Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)
        made = publish(desk, period, "operator", 0.0, dry_run=False)
        with house.reader.connection() as connection:
            shown = editions_of(connection, made.quarter)[-1]["shown"]
        self.editions.append(read_shown(shown))

    def totals(self) -> dict[tuple[str, str], int]:
        """ASB by LSOA and month, as last published."""
        return {
            (row.place, row.period): row.number or 0
            for rows in self.editions
            for row in rows
            if (row.level, row.by, row.rule) == ("lsoa", "none", "published_total")
            and len(row.period) == len("2026-07")
        }

    def daily_totals_of_own_areas(self) -> dict[tuple[str, str], int]:
        """ASB by the day, each incident counted where it truly was: what nobody publishes."""
        plain = [(who, at) for who, at, closing in self.rows.values() if closing != CRIME]
        both = [*plain, *((who, at) for who, at, _ in self.council.values())]
        return Counter(
            (area_of(who.easting, who.northing), f"{at.astimezone(UTC):%Y-%m-%d}")
            for who, at in both
        )

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
        names = names_for(self.house.keys, partner, ())
        rows = RowNames(self.house.keys.quarters, partner)
        found = {}
        for feed, held in ((FEED, self.rows), (r.HOUSING, self.council)):
            for incident, (who, at, _) in zip(self._incidents(feed), held.values(), strict=True):
                quarter = f"{at.year}Q{(at.month + 2) // 3}"
                found[names.id_of(incident, quarter)] = who
                for number in (1, 2, 7, 8):
                    found[rows.id_of(incident, quarter, number)] = who
        return found

    def _incidents(self, feed: str) -> list[int]:
        """Every incident of a feed, in the order in which they came."""
        number = self.house.desk(feed, self.house.book.current()).feed_id
        column = t.INCIDENT.c
        known = select(column.id).where(column.feed == number).order_by(column.id)
        with self.house.reader.connection() as connection:
            return list(connection.execute(known).scalars())

    def records(self, *names: str) -> list[dict[str, Any]]:
        return [one for name in names for page in self.pages[name] for one in page["records"]]


def lived(home: Path, seed: int, *, counted: bool = True, months: int = 6) -> World:
    """Two quarters of one world; without the count of addresses every map point is used."""
    world = World(new_house(home), Random(seed))
    world._clock(BEGINS - timedelta(days=1))
    load_invented_geography(world.house, "operator")
    world.house.writer.run(areas_aside(world.house))
    world.people_move_in()
    if counted:
        world.count()
    subscribe(world.house, "fire")
    subscribe(world.house, "council", COUNCIL)
    subscribe(world.house, "fire-cells", minimum_cell=5, cells=Cells(place="lsoa", time="month"))
    subscribe(world.house, "fire-tables", lane=Lane.STATISTICS)
    for month in range(months):
        world.a_month_passes(month, 30)
        if month == 2:
            world._clock(datetime(2026, 10, 1, 9, tzinfo=LONDON))
            world.a_quarter_is_returned(r.Q3)
            world.counts_are_published("2026Q3")
    world._clock(datetime(2027, 1, 2, 9, tzinfo=LONDON))
    world.everybody_pulls()
    if months > 3:
        world.a_quarter_is_returned(r.Q4)
        world.counts_are_published("2026Q4")
        world.counts_are_published("2026Q3")
    world.replay()
    return world
