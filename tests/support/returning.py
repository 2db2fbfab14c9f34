"""A house with a closed quarter behind it: police and housing rows of August 2026, invented."""

from __future__ import annotations

import json
from typing import Any

from gateway.assembly import House
from gateway.intake.correct import Request, correct
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest, fingerprint
from gateway.law.register import put_feed
from gateway.release.return_asked import Ask, ReturnDesk
from gateway.release.return_brought import Bringing
from gateway.release.returned import hand, receive
from policies.exclusions import Exclusion, exclusions_table
from policies.periods import Quarter
from schemas.released import REASONS, NoticeKind
from tests.support import house as houses

Q3, Q4 = Quarter(2026, 3), Quarter(2026, 4)
POLICE, COUNCIL, FIRE = houses.SENDER, "charnwood-bc", houses.FIRE
COUNTY = "leicestershire-cc"
HOUSING = "cnh-housing"
DISTRICT = "E07000130"


def desk(house: House) -> ReturnDesk:
    """What returns of a house are made with."""
    return house.return_desk


def ask(holder: str = POLICE, recipient: str = FIRE, quarter: Quarter = Q3, **more: Any) -> Ask:
    """Police information of the third quarter for the fire authority, unless told otherwise."""
    return Ask(holder, recipient, quarter, **more)


def police_row(reference: str, closing: str = "204", day: int = 10, **more: str) -> dict[str, str]:
    """A police row of August 2026."""
    when = f"{day:02d}/08/2026 21:40"
    return houses.row(reference, closing, CREATED=when, INCIDENT_DATE=when, **more)


def housing_row(reference: str, strand: str = "", hour: int = 20, **more: str) -> dict[str, str]:
    """A housing row of 12 August 2026."""
    return {
        "CaseRef": reference,
        "DateReported": "12/08/2026 23:30",
        "DateOfIncident": f"12/08/2026 {hour:02d}:15",
        "CatScheme": "HM",
        "Category": "A",
        "SubCategory": "Loud music",
        "HateStrand": strand,
        "Address": "1 Example Court Loughborough",
        "Postcode": "LE11 9ZZ",
        "Complainant": "Ms A Example",
        "ComplainantTel": "07700 900123",
        **more,
    }


def send(house: House, rows: list[dict[str, str]], feed: str = HOUSING) -> Any:
    """Push rows to a feed of the council's and wait for the commit."""
    body = json.dumps(rows).encode()
    request = PushRequest(
        receipt_id=house.new_id(),
        client_id="council-system",
        partner=COUNCIL,
        fingerprint=fingerprint(house.keys, feed, "application/json", body),
        key_hmac=None,
        unit=None,
        at=house.clock.now(),
    )
    to = house.desk(feed, house.book.current())
    return push(body, "application/json", to, request, house.writer, 10_000).result()


def grade(house: House) -> None:
    """Let the police feed's handling codes be those of 3x5x2: C has conditions that nobody meets."""
    _, feed = house.book.refresh().register.feeds["police-nsir"]
    settings = {**feed.settings, "grading_scheme": "3x5x2"}
    graded = feed.model_copy(update={"settings": settings, "accepts_intelligence": True})
    house.writer.run(put_feed(graded, house.act("operator")))
    house.book.refresh()


def pupils(count: int = 9) -> list[Exclusion]:
    """Pupils excluded, none of whom exists."""
    return [
        Exclusion(
            age=13 + n % 2,
            gender="female",
            school_name="Example High",
            school_address="Example Road",
            reason="PP",
        )
        for n in range(count)
    ]


def bring(house: House, count: int = 9) -> bool:
    """Keep the county's table of exclusions."""
    cells, at = exclusions_table(pupils(count)), int(house.clock.now().timestamp())
    return house.writer.run(Bringing(COUNTY, Q3.name, cells, house.act("county"), at))


def fill(house: House) -> None:
    """A return of the police and one of the council, handed out; the first of them received."""
    houses.send(house, [police_row(f"r{n}") for n in range(3)])
    send(house, [housing_row("hate", "Race"), *(housing_row(f"h{n}") for n in range(5))])
    at = desk(house)
    for number in (1, 2):
        content = hand(at, ask(), number, "fire-system").manifest.content_sha256
        if number == 1:
            receive(at, ask(), number, content, "fire-system")
    hand(at, ask(COUNCIL), 7, "fire-system")
    bring(house)
    hand(at, ask(COUNTY), 6, "fire-system")


def take_back(house: House, incidents: list[int], feed: str = HOUSING) -> None:
    """Retract incidents of a feed by their ids."""
    kind = NoticeKind.RETRACTED
    to = house.desk(feed, house.book.current())
    about = Request(house.new_id(), "council-system", COUNCIL, house.clock.now())
    reason = REASONS[kind]("other")
    correct(kind, incidents, reason, to, about, house.writer, house.erasures).result()


def content_of(house: House, asked: Ask, paragraph: int = 1) -> str:
    """Hand a file out and return the hash of its content, as its recipient repeats it."""
    return hand(desk(house), asked, paragraph, "fire-system").manifest.content_sha256
