"""Invented command-and-control rows: for the demonstration and for tests. Nobody in them exists.

Names are example names, telephone numbers come from Ofcom's ranges for drama (01632 960xxx and
07700 900xxx), postcodes have the inward code 9ZZ, which is not in use. Every trap that real extracts
hold is in them, in fixed proportions; see ``TRAPS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final, Protocol, TypeVar

Item = TypeVar("Item")


class RandomSource(Protocol):
    """What is needed of a random source; ``random.Random(seed)`` is one."""

    def random(self) -> float:
        """A number from 0 up to 1."""
        ...

    def randrange(self, start: int, stop: int, /) -> int:
        """A whole number from ``start`` up to, but not including, ``stop``."""
        ...

    def choice(self, options: Sequence[Item], /) -> Item:
        """One of the options."""
        ...


COLUMNS: Final = (
    "URN",
    "CREATED",
    "INCIDENT_DATE",
    "OPENING_CODE",
    "OPENING_DESC",
    "CLOSING_CODE_1",
    "CLOSING_CODE_2",
    "QUALIFIERS",
    "GRADE",
    "LOCATION",
    "EASTING",
    "NORTHING",
    "BEAT",
    "CALLER_NAME",
    "CALLER_TEL",
    "REPEAT",
    "VULNERABLE",
    "RESULT_TEXT",
)
"""The header of the extract."""

PERSONAL: Final = ("URN", "LOCATION", "CALLER_NAME", "CALLER_TEL", "RESULT_TEXT")
"""Columns that hold what identifies somebody: each carries a canary where one is asked for."""

Canary = Callable[[str], str]
"""Gives a unique token for a personal column; it must be without commas, quotes and line breaks."""

_CLASSES: Final = {
    "214": ("Personal - Opening Code", "PERSONAL", "Personal – Opening Code"),
    "215": ("Nuisance - Opening Code", "NUISANCE", "Nuisance – opening code"),
    "216": ("Environmental - Opening Code", "ENVIRONMENTAL", "Environmental — Opening Code"),
}
_FIRST_NAMES: Final = ("A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R")
_TITLES: Final = ("MR", "MRS", "MS", "DR")
_STREETS: Final = ("EXAMPLE ST", "SAMPLE ROAD", "SYNTHETIC CLOSE", "SPECIMEN WAY", "DUMMY LANE")
_TOWNS: Final = ("LOUGHBOROUGH", "SHEPSHED", "SYSTON", "BIRSTALL", "MOUNTSORREL", "SILEBY")
_BEATS: Final = ("CL21", "CL22", "CL23", "CL31", "CL32")
_TEXTS: Final = (
    "YOUTHS SHOUTING IN STREET, MOVED ON BEFORE ARRIVAL",
    "CALLER HEARS LOUD MUSIC NEXT DOOR, WORDS OF ADVICE GIVEN",
    "GROUP ON BIKES ROUND AND ROUND THE CAR PARK",
    "RUBBISH TIPPED ON THE VERGE OVERNIGHT",
    "NO TRACE ON ARRIVAL",
)
_HEALTH: Final = "CALLER HAS EPILEPSY AND IS FRIGHTENED TO GO OUT"
_NEEDLES: Final = "NEEDLES LEFT BY THE SWINGS"


@dataclass(frozen=True, slots=True)
class Trap:
    """A kind of row, how many of a thousand are of it, and the cells that make it one."""

    name: str
    of_thousand: int
    cells: dict[str, str]


TRAPS: Final = (
    Trap("class only", 730, {}),
    Trap("fireworks, closed with a code of behaviour", 20, {"CLOSING_CODE_1": "213"}),
    Trap("noise", 20, {"CLOSING_CODE_1": "211"}),
    Trap("one area, two behaviours", 20, {"CLOSING_CODE_1": "202"}),
    Trap(
        "two areas, decided by the class",
        15,
        {"OPENING_CODE": "214", "CLOSING_CODE_1": "204", "QUALIFIERS": "610;635"},
    ),
    Trap("two areas, undecided", 10, {"OPENING_CODE": "215", "CLOSING_CODE_1": "204"}),
    Trap(
        "needles only in the text",
        10,
        {"OPENING_CODE": "216", "CLOSING_CODE_1": "205", "RESULT_TEXT": _NEEDLES},
    ),
    Trap("closed as a duplicate", 15, {"CLOSING_CODE_1": "506"}),
    Trap("closed as an error", 5, {"CLOSING_CODE_1": "505"}),
    Trap("test call", 5, {"OPENING_CODE": "509", "CLOSING_CODE_1": "509"}),
    Trap("administration", 5, {"OPENING_CODE": "500", "CLOSING_CODE_1": "501"}),
    Trap("domestic", 10, {"OPENING_CODE": "304"}),
    Trap("crime", 15, {"CLOSING_CODE_1": "010"}),
    Trap("transport", 10, {"OPENING_CODE": "100", "CLOSING_CODE_1": "100"}),
    Trap("public safety", 10, {"OPENING_CODE": "309", "CLOSING_CODE_1": "309"}),
    Trap("unknown local code", 15, {"CLOSING_CODE_1": "L77"}),
    Trap("coordinates 0,0", 20, {"EASTING": "0", "NORTHING": "0"}),
    Trap("no time of the incident", 20, {"INCIDENT_DATE": ""}),
    Trap("health in the text", 10, {"RESULT_TEXT": _HEALTH}),
    Trap("line break in quotes", 10, {"RESULT_TEXT": "SHOUTED AT, AGAIN\nSAME MAN AS LAST WEEK"}),
    Trap("hour that happens twice", 5, {"INCIDENT_DATE": "25/10/2026 01:30"}),
    Trap("bad: hour that does not exist", 5, {"INCIDENT_DATE": "29/03/2026 01:30"}),
    Trap("bad: time", 5, {"INCIDENT_DATE": "31/02/2026 10:00"}),
    Trap("bad: coordinates", 5, {"EASTING": "9999999", "NORTHING": "1"}),
    Trap("bad: no reference", 5, {"URN": ""}),
)
"""Every kind of row, with its share of a thousand; together they are the thousand."""

EXAMPLE: Final = {
    "URN": "26-0000412-20261031",
    "CREATED": "31/10/2026 21:47",
    "INCIDENT_DATE": "31/10/2026 21:40",
    "OPENING_CODE": "215",
    "OPENING_DESC": "Nuisance - Opening Code",
    "CLOSING_CODE_1": "213",
    "CLOSING_CODE_2": "",
    "QUALIFIERS": "610;638",
    "GRADE": "2",
    "LOCATION": "14 SYNTHETIC CLOSE, LOUGHBOROUGH, LE11 9ZZ",
    "EASTING": "453412",
    "NORTHING": "319655",
    "BEAT": "CL21",
    "CALLER_NAME": "MRS A EXAMPLE",
    "CALLER_TEL": "01632 960441",
    "REPEAT": "Y",
    "VULNERABLE": "Y",
    "RESULT_TEXT": f"YOUTHS THROWING FIREWORKS AT CARS. {_HEALTH}",
}
"""One row in which every kind of column has a value, to be followed from end to end."""

_BELOW: Final = tuple(accumulate(trap.of_thousand for trap in TRAPS))


def rows(
    count: int, random: RandomSource, canary: Canary | None = None, first: datetime | None = None
) -> Iterator[dict[str, str]]:
    """Invent rows, one every few minutes from ``first`` (1 October 2026, 00:00, where not given).

    Args:
        count: How many.
        random: Decides everything that varies.
        canary: Gives a token that is added to every personal cell that is not empty.
        first: Wall-clock time of the first report.
    """
    created = first or datetime(2026, 10, 1, tzinfo=UTC)
    for number in range(1, count + 1):
        created += timedelta(minutes=random.randrange(1, 8))
        row = {**_plain_row(number, created, random), **_trap(random).cells}
        if canary is not None:
            for column in PERSONAL:
                if row[column]:
                    row[column] = f"{row[column]}-{canary(column)}"
        yield row


def csv_bytes(rows: Sequence[dict[str, str]]) -> bytes:
    """The rows as the extract is written: Windows-1252, CRLF, every text with a comma quoted."""
    lines = [COLUMNS, *(tuple(row[column] for column in COLUMNS) for row in rows)]
    text = "".join(",".join(_quoted(cell) for cell in line) + "\r\n" for line in lines)
    return text.encode("windows-1252")


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in ',"\n\r'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _trap(random: RandomSource) -> Trap:
    drawn = random.randrange(0, 1000)
    return next(trap for trap, below in zip(TRAPS, _BELOW, strict=True) if drawn < below)


def _plain_row(number: int, created: datetime, random: RandomSource) -> dict[str, str]:
    """A row with a class and no behaviour, in a town of the Charnwood district."""
    code = random.choice(tuple(_CLASSES))
    address = f"{random.randrange(1, 200)} {random.choice(_STREETS)}, {random.choice(_TOWNS)}"
    occurred = created - timedelta(minutes=random.randrange(0, 50))
    anonymous = random.random() < 1 / 4
    return {
        "URN": f"{created:%y}-{number:07d}-{created:%Y%m%d}",
        "CREATED": f"{created:%d/%m/%Y %H:%M}",
        "INCIDENT_DATE": f"{occurred:%d/%m/%Y %H:%M}",
        "OPENING_CODE": code,
        "OPENING_DESC": random.choice(_CLASSES[code]),
        "CLOSING_CODE_1": code,
        "CLOSING_CODE_2": "",
        "QUALIFIERS": random.choice(("", "", "", "638", "610", "610;635")),
        "GRADE": random.choice(("1", "2", "2", "3", "3", "3", "4")),
        "LOCATION": f"{address}, LE{random.randrange(11, 13)} 9ZZ",
        "EASTING": str(random.randrange(446000, 466000)),
        "NORTHING": str(random.randrange(309000, 324000)),
        "BEAT": random.choice(_BEATS),
        "CALLER_NAME": "ANON"
        if anonymous
        else f"{random.choice(_TITLES)} {random.choice(_FIRST_NAMES)} EXAMPLE",
        "CALLER_TEL": "" if anonymous else telephone(random),
        "REPEAT": random.choice("NNNY"),
        "VULNERABLE": random.choice("NNNNNY"),
        "RESULT_TEXT": random.choice(_TEXTS),
    }


def telephone(random: RandomSource) -> str:
    """Return a telephone number of the ranges for drama."""
    return f"{random.choice(('01632 960', '07700 900'))}{random.randrange(0, 1000):03d}"
