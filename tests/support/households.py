"""Households as three feeds tell of them, in the spellings of three systems. Everything is invented."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from adapters import synthetic_housing, synthetic_street
from gateway.assembly import House, matching_of, signals_of
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest
from gateway.law.register import put_feed
from schemas.agreements import Agreement
from schemas.signals import StepKind
from tests.support.agreed import COUNCIL, agree, prepare, terms
from tests.support.house import SENDER
from tests.support.signed_in import LEAD

POLICE_FEED, HOUSING_FEED, STREET_FEED = "police-nsir", "cnh-housing", "street-management"
FEEDS = (POLICE_FEED, HOUSING_FEED, STREET_FEED)
HEADERS = {
    HOUSING_FEED: synthetic_housing.COLUMNS,
    STREET_FEED: (*synthetic_street.COLUMNS, "Postcode"),
}
POSTCODE = "LE11 9ZZ"
CLAUSE: dict[str, Any] = {"keys": ("uprn", "address", "phone"), "signalled": (COUNCIL,)}
BACK: dict[str, Any] = {**CLAUSE, "signalled": (SENDER,)}


def two_ways(house: House, **more: Any) -> None:
    """Police and council share both ways, and both agreements name matching."""
    prepare(house)
    _, told = house.book.refresh().register.feeds[HOUSING_FEED]
    for feed in (HOUSING_FEED, STREET_FEED):
        _, told = house.book.refresh().register.feeds[feed]
        said = told.model_copy(update={"settings": {**told.settings, "assertion": "fact"}})
        house.writer.run(put_feed(said, house.act("operator")))
    agree(house, one_way(**more))
    agree(house, other_way(**more))
    house.book.refresh()


def one_way(**more: Any) -> Agreement:
    """Police to council."""
    return terms(**{"fields": ("occurred_from",), "roles": ROLES, "matching": CLAUSE, **more})


def other_way(**more: Any) -> Agreement:
    """Council to police."""
    named = {"id": "council-police", "holders": (COUNCIL,), "recipients": (SENDER,)}
    return one_way(**{**named, "matching": BACK, **more})


ROLES = ("caller", "complainant")


@dataclass(frozen=True)
class Place:
    """A home: how systems may write it."""

    flat: str
    house: str
    street: str
    uprn: int
    phone: str
    """Of whoever reports about it; ten digits after the 0."""

    def spelt(self, dice: Random) -> str:
        """One of many spellings of the address, without its postcode."""
        road = self.street.replace("Road", dice.choice(("Road", "Rd", "Rd.", "ROAD")))
        road = dice.choice((road, road.upper(), road.lower()))
        if not self.flat:
            number = dice.choice((self.house, f"No. {self.house}", f"{self.house},"))
            return dice.choice((f"{number} {road}", f"{number} {road}, Loughborough"))
        flat = dice.choice(("Flat", "FLAT", "Flt", "Apt", "apartment"))
        return dice.choice(
            (
                f"{flat} {self.flat}, {self.house} {road}",
                f"{self.house} {road} {flat} {self.flat}",
                f"{self.flat}/{self.house} {road}",
                f"{flat} No {self.flat} {self.house} {road}, Loughborough",
            )
        )

    def called(self, dice: Random) -> str:
        """One of many spellings of the telephone number."""
        area, local = self.phone[:4], self.phone[4:]
        return dice.choice(
            (
                f"0{area} {local}",
                f"+44 {area} {local}",
                f"+44 (0){area}{local}",
                f"0044{area}{local}",
                f"(0{area}) {local[:3]}-{local[3:]}",
                f"{area}{local}",
            )
        )


def row_of(feed: str, number: int, at: datetime, place: Place, dice: Random) -> dict[str, str]:
    """A report of noise or rubbish at a home, as one system writes it."""
    postcode = dice.choice((POSTCODE, POSTCODE.lower(), POSTCODE.replace(" ", "")))
    if feed == POLICE_FEED:
        return {
            "URN": f"H{number}",
            "CREATED": f"{at:%d/%m/%Y %H:%M}",
            "OPENING_CODE": "214",
            "CLOSING_CODE_1": "204",
            "EASTING": "453412",
            "NORTHING": "319655",
            "LOCATION": f"{place.spelt(dice)} {postcode}",
            "POSTCODE": postcode,
            "CALLER_NAME": "P Example",
            "CALLER_TEL": place.called(dice),
        }
    if feed == HOUSING_FEED:
        return {
            "CaseRef": f"ASB/2026/{number:04d}",
            "DateReported": f"{at:%d/%m/%Y %H:%M}",
            "CatScheme": "HM",
            "Category": "A",
            "UPRN": str(place.uprn),
            "Address": place.spelt(dice),
            "Postcode": postcode,
            "Complainant": "P Example",
            "ComplainantTel": place.called(dice),
        }
    return {
        "SRRef": f"26/{number:05d}/FLY",
        "RecType": "FLY",
        "RecTypeDesc": "Fly-tipping",
        "Received": f"{at:%Y-%m-%d %H:%M}",
        "MapEast": "453000",
        "MapNorth": "319000",
        "UPRN": dice.choice((str(place.uprn), "")),
        "Location": place.spelt(dice),
        "Postcode": postcode,
        "CustName": "P Example",
        "CustTel": place.called(dice),
    }


def send_to(house: House, feed: str, rows: Sequence[dict[str, str]]) -> None:
    """Push rows of a feed as its controller's system, and demand that all were recorded."""
    names = HEADERS.get(feed, ())
    if feed == POLICE_FEED:
        body, kind = json.dumps(list(rows)).encode(), "application/json"
    else:
        mark = ";" if feed == HOUSING_FEED else ","
        lines = [mark.join(names)]
        lines += [mark.join(f'"{row.get(name, "")}"' for name in names) for row in rows]
        body, kind = "\n".join(lines).encode(), "text/csv"
    edition = house.book.current()
    desk = house.desk(feed, edition)
    request = PushRequest(
        receipt_id=house.new_id(),
        client_id="a-system",
        partner=desk.feed.controller,
        fingerprint=house.random(32),
        key_hmac=None,
        unit=None,
        at=house.clock.now(),
    )
    answer = push(body, kind, desk, request, house.writer, 10_000).result()
    assert answer.receipt.recorded == len(rows), answer.problems


def later(house: House, days: int) -> None:
    """Move the clock on."""
    house.clock.at += timedelta(days=days)  # type: ignore[attr-defined] # tests stand still


def street_of(count: int, first: int = 1, *, flats: Iterable[str] = ("",)) -> list[Place]:
    """So many houses of one street and postcode, each with the flats named, all different homes."""
    return [
        Place(
            flat, str(first + n), "Example Road", 100_000_000 + 100 * n + index, f"1632960{n:03d}"
        )
        for n in range(count)
        for index, flat in enumerate(flats)
    ]


def fill(house: House) -> None:
    """Two reports of one home by two partners, signalled, handed out and decided about."""
    agree(house, one_way(id="matching"))
    agree(house, other_way(id="matching-back"))
    house.book.refresh()
    (home,) = street_of(1)
    for number, feed in enumerate((HOUSING_FEED, POLICE_FEED), start=9_000):
        send_to(house, feed, [row_of(feed, number, house.clock.now(), home, Random(number))])
    matching_of(house).run()
    desk = signals_of(house)
    (told, *_) = desk.hand_out(COUNCIL, "council-system")
    desk.decide(LEAD, told["id"], StepKind.CONFIRMED, "Both looked at their own reports.")
