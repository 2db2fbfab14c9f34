"""Invented street-management reports in both layouts: for the demonstration and for tests. Nobody exists.

Open311 service requests as FixMyStreet emits them, with every deviation from the standard that real ones
have, and a council's back-office export. Names and telephone numbers as in ``synthetic_nsir``; no plate
is real. About 88 % is no anti-social behaviour, as in real feeds; see the two lists of traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from adapters.source import JSON, Row
from adapters.synthetic_nsir import Canary, RandomSource, Trap, telephone

COLUMNS: Final = (
    "SRRef",
    "RecType",
    "RecTypeDesc",
    "Received",
    "HowReceived",
    "MapEast",
    "MapNorth",
    "UPRN",
    "USRN",
    "Location",
    "LandType",
    "WasteType",
    "Size",
    "Status",
    "ClosingAction",
    "CustName",
    "CustTel",
    "Officer",
)
"""The header of the back office's export."""

PERSONAL: Final = ("SRRef", "Location", "CustName", "CustTel")
"""Columns of the back office that hold what identifies somebody."""

PERSONAL_OF_REQUESTS: Final = ("detail", "description", "requestor_name", "media_url")
"""Members of a service request that hold what identifies somebody."""


@dataclass(frozen=True, slots=True)
class RequestTrap:
    """A kind of service request, how many of a thousand are of it, and the members that make it one."""

    name: str
    of_thousand: int
    members: Mapping[str, JSON]


def _is(category: str, **more: JSON) -> dict[str, JSON]:
    return {"service_code": category, "service_name": category, "title": category, **more}


REQUEST_TRAPS: Final = (
    RequestTrap("pothole", 300, _is("Potholes")),
    RequestTrap("street light", 180, _is("Street lighting")),
    RequestTrap("refuse", 150, _is("Rubbish (refuse and recycling)")),
    RequestTrap("trees", 100, _is("Trees")),
    RequestTrap("pavement", 90, _is("Pavements")),
    RequestTrap("fly-tipping", 60, _is("Flytipping")),
    RequestTrap("abandoned vehicle", 20, _is("Abandoned vehicles")),
    RequestTrap("litter", 15, _is("Litter")),
    RequestTrap("dog fouling", 10, _is("Dog fouling")),
    RequestTrap("graffiti", 10, _is("Graffiti")),
    RequestTrap("needles", 5, _is("Syringes / Needles")),
    RequestTrap("a category that no list knows", 10, _is("Something quite local")),
    RequestTrap("says nothing", 5, _is("Other")),
    RequestTrap("closed as a duplicate", 10, _is("Flytipping", status="duplicate")),
    RequestTrap("cancelled", 5, _is("Graffiti", status="cancelled")),
    RequestTrap("never kept", 5, _is("Unauthorised encampments")),
    RequestTrap(
        "changed before it was made",
        5,
        _is("Flytipping", updated_datetime="2026-09-01T09:00:00+01:00"),
    ),
    RequestTrap("metres where degrees belong", 5, _is("Litter", lat="319655", long="453412")),
    RequestTrap("no place at all", 5, _is("Flytipping", lat=None, long=None)),
    RequestTrap("bad: a point in Toronto", 5, _is("Flytipping", lat=43.691104, long=-79.272307)),
    RequestTrap("bad: no time", 5, _is("Litter", requested_datetime="yesterday")),
)
"""Every kind of service request; together they are the thousand."""

EXPORT_TRAPS: Final = (
    Trap("a full litter bin", 430, {"RecType": "BINOF", "RecTypeDesc": "Litter bin overflowing"}),
    Trap("a missed bin", 300, {"RecType": "MISS", "RecTypeDesc": "Missed bin"}),
    Trap("fly-tip, in the words of WasteDataFlow", 80, {}),
    Trap(
        "noise",
        50,
        {
            "RecType": "NOI2",
            "RecTypeDesc": "Noise - domestic music",
            "LandType": "",
            "WasteType": "",
            "Size": "",
            "Status": "4_INV",
        },
    ),
    Trap("the other form of a date", 40, {"Received": "27/10/2026"}),
    Trap("degrees in the columns of metres", 30, {"MapEast": "-1.2101", "MapNorth": "52.7712"}),
    Trap(
        "a number plate in the text",
        20,
        {
            "RecType": "ABV",
            "RecTypeDesc": "Abandoned vehicle",
            "Location": "SYNTHETIC ST, SILEBY (silver hatchback AB12 CDE)",
            "LandType": "",
            "WasteType": "",
            "Size": "",
        },
    ),
    Trap("closed as a duplicate", 20, {"ClosingAction": "DUPR"}),
    Trap("a colon for nothing", 15, {"WasteType": ":", "Size": ":"}),
    Trap("bad: coordinates", 10, {"MapEast": "9999999", "MapNorth": "1"}),
    Trap("bad: no reference", 5, {"SRRef": ""}),
)
"""Every kind of row of the back office; together they are the thousand."""

_LETTERS: Final = "ABCDEFGHJKLMNPR"
_LAND: Final = ("Highway", "Footpath/Bridleway", "Back Alleyway", "Council Land")
_WASTE: Final = ("Black Bags - Household", "White Goods", "Tyres", "Other Household", "Green")
_SIZES: Final = ("Single Item", "Car Boot or Less", "Small Van Load", "Transit Van Load")
_LANES: Final = ("LAYBY SYNTHETIC LN, QUORN", "EXAMPLE ST, SILEBY", "SAMPLE PARK, SHEPSHED")
_SUMMER_ENDS: Final = datetime(2026, 10, 25, 1, tzinfo=UTC)


def requests(
    count: int, random: RandomSource, canary: Canary | None = None, first: datetime | None = None
) -> Iterator[Row]:
    """Invent Open311 service requests from ``first`` (1 October 2026, 07:00, where not given).

    Args:
        count: How many.
        random: Decides everything that varies.
        canary: Gives a token that is added to every personal member.
        first: Before the first request.
    """
    at = first or datetime(2026, 10, 1, 7, tzinfo=UTC)
    below = tuple(accumulate(trap.of_thousand for trap in REQUEST_TRAPS))
    for number in range(1, count + 1):
        at += timedelta(minutes=random.randrange(2, 30))
        drawn = random.randrange(0, 1000)
        trap = next(t for t, end in zip(REQUEST_TRAPS, below, strict=True) if drawn < end)
        request = {**_plain_request(number, at, random), **trap.members}
        detail = f"SYNTHETIC: outside {random.randrange(1, 90)} Example Rd, {telephone(random)}"
        request |= {"detail": detail, "description": f"{request['title']}: {detail}"}
        if canary is not None:
            for member in PERSONAL_OF_REQUESTS:
                request[member] = f"{request[member]}-{canary(member)}"
        yield request


def document(requests: Sequence[Row]) -> JSON:
    """The requests as FixMyStreet wraps them."""
    return {"service_requests": list(requests)}


def rows(
    count: int, random: RandomSource, canary: Canary | None = None, first: datetime | None = None
) -> Iterator[dict[str, str]]:
    """Invent rows of the back office (arguments as of ``requests``)."""
    at = first or datetime(2026, 10, 1, 7, tzinfo=UTC)
    below = tuple(accumulate(trap.of_thousand for trap in EXPORT_TRAPS))
    for number in range(1, count + 1):
        at += timedelta(minutes=random.randrange(2, 30))
        drawn = random.randrange(0, 1000)
        trap = next(t for t, end in zip(EXPORT_TRAPS, below, strict=True) if drawn < end)
        row = {**_plain_row(number, at, random), **trap.cells}
        if canary is not None:
            for column in PERSONAL:
                if row[column]:
                    row[column] = f"{row[column]}-{canary(column)}"
        yield row


def csv_bytes(rows: Sequence[dict[str, str]]) -> bytes:
    """The rows as the back office writes them: UTF-8, every text with a comma quoted."""
    lines = [COLUMNS, *(tuple(row[column] for column in COLUMNS) for row in rows)]
    cells = (",".join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines)
    return "".join(f"{line}\n" for line in cells).encode()


def _plain_request(number: int, at: datetime, random: RandomSource) -> dict[str, JSON]:
    """A service request with what FixMyStreet does: texts for numbers, an object for an agency."""
    offset = "+01:00" if at < _SUMMER_ENDS else "+00:00"
    local = at + timedelta(hours=1) if at < _SUMMER_ENDS else at
    later = local + timedelta(hours=random.randrange(1, 72))
    return {
        "service_request_id": 9_000_000 + number,
        "lat": f"{random.randrange(52_690_000, 52_820_000) / 1e6:.6f}",
        "long": f"{random.randrange(-1_330_000, -1_050_000) / 1e6:.6f}",
        "status": random.choice(("open", "open", "closed", "fixed")),
        "requested_datetime": f"{local:%Y-%m-%dT%H:%M:%S}{offset}",
        "updated_datetime": f"{later:%Y-%m-%dT%H:%M:%S}{offset}",
        "agency_responsible": {"recipient": ["Charnwood Borough Council"]},
        "interface_used": random.choice(("mobile", "desktop")),
        "comment_count": random.randrange(0, 4),
        "requestor_name": f"{random.choice(_LETTERS)} Example",
        "media_url": f"https://example.org/photo/{number}.jpeg",
    }


def _plain_row(number: int, at: datetime, random: RandomSource) -> dict[str, str]:
    return {
        "SRRef": f"26/{number:05d}/SR",
        "RecType": "FLY",
        "RecTypeDesc": "Fly-tipping",
        "Received": f"{at:%Y-%m-%d %H:%M}",
        "HowReceived": random.choice(("WEB", "PHONE", "FMS")),
        "MapEast": str(random.randrange(446_000, 466_000)),
        "MapNorth": str(random.randrange(309_000, 324_000)),
        "UPRN": "",
        "USRN": str(random.randrange(11_000_001, 11_009_999)),
        "Location": random.choice(_LANES),
        "LandType": random.choice(_LAND),
        "WasteType": random.choice(_WASTE),
        "Size": random.choice(_SIZES),
        "Status": random.choice(("8_CLO", "4_INV", "1_REC")),
        "ClosingAction": "",
        "CustName": f"{random.choice(_LETTERS)} Example",
        "CustTel": telephone(random),
        "Officer": "EHCALL",
    }
