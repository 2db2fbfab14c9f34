"""Invented housing cases of anti-social behaviour: for the demonstration and for tests. Nobody exists.

Names, telephone numbers and postcodes as in ``synthetic_nsir``. Every trap that a landlord's export holds is
in them, in fixed proportions; see ``TRAPS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from adapters.synthetic_nsir import Canary, RandomSource, Trap, telephone

COLUMNS: Final = (
    "CaseRef",
    "DateReported",
    "DateOfIncident",
    "CatScheme",
    "Category",
    "SubCategory",
    "HateStrand",
    "PropertyRef",
    "UPRN",
    "Address",
    "Postcode",
    "TenancyRef",
    "Complainant",
    "ComplainantTel",
    "Subject",
    "RiskScore",
    "Stage",
    "DateClosed",
    "Outcome",
    "Notes",
)
"""The header of the export."""

PERSONAL: Final = (
    "CaseRef",
    "Address",
    "TenancyRef",
    "Complainant",
    "ComplainantTel",
    "Subject",
    "Notes",
)
"""Columns that hold what identifies somebody: each carries a canary where one is asked for."""

LOCAL_SETTINGS: Final = {
    "schemes": {"HM": "housemark_asb", "HouseMark ASB": "housemark_asb", "LOCAL": "cnh"},
    "local": [
        {
            "name": "cnh",
            "version": "1",
            "rows": [
                {"code": "A", "label": "Threats, priority A", "default": "intimidation_harassment"},
                {"code": "B", "label": "Noise, priority B", "default": "noise"},
                {
                    "code": "C",
                    "label": "Litter and gardens, priority C",
                    "default": "litter_rubbish",
                },
            ],
        }
    ],
}
"""Settings of a landlord whose own letters are priorities: its B is noise, HouseMark's is harassment."""

_PLAIN: Final = (
    ("A", "Loud music"),
    ("A", "Noisy neighbours"),
    ("A", ""),
    ("B", "Verbal abuse"),
    ("B", "Threats"),
    ("D", ""),
    ("D", "Graffiti"),
    ("E", "Barking"),
    ("F", "Car repairs"),
    ("F", "Parking"),
    ("G", "Drug dealing"),
    ("K", "Fly tipping"),
    ("K", ""),
    ("M", ""),
)
_STAGES: Final = ("", "Advice", "Warning Letter", "Mediation Referral", "ABC", "CPW", "Injunction")
_STREETS: Final = ("Example Court", "Sample Close", "Synthetic Walk", "Specimen House")
_TOWNS: Final = ("Loughborough", "Shepshed", "Syston", "Sileby")
_LETTERS: Final = "ABCDEFGHJKLMNPR"
_NOTES: Final = (
    "Diary sheets returned x3",
    "Spoke to both parties",
    "Letter sent, no reply yet",
    "Recording equipment installed",
)
_HEALTH: Final = "Complainant is diabetic and cannot sleep"

TRAPS: Final = (
    Trap("plain", 560, {}),
    Trap("a local letter that HouseMark has too", 60, {"CatScheme": "LOCAL", "Category": "B"}),
    Trap("a letter of no scheme that is known", 15, {"CatScheme": "PRIORITY", "Category": "A"}),
    Trap("hate, with its strand", 30, {"Category": "C", "SubCategory": "", "HateStrand": "Race"}),
    Trap(
        "hate, written on a wall",
        10,
        {"Category": "C", "SubCategory": "Graffiti", "HateStrand": "Homophobic"},
    ),
    Trap("domestic: counted, never kept", 40, {"Category": "I", "SubCategory": ""}),
    Trap("crime", 15, {"Category": "O", "SubCategory": ""}),
    Trap("violence", 10, {"Category": "J", "SubCategory": ""}),
    Trap("alcohol, in no place that is coded", 20, {"Category": "H", "SubCategory": ""}),
    Trap("garden, with no home in the typology", 20, {"Category": "L", "SubCategory": ""}),
    Trap("sensitive", 10, {"Category": "N", "SubCategory": "Kerb crawling"}),
    Trap("no dated incident", 40, {"DateOfIncident": ""}),
    Trap("a second incident of the case before", 50, {"CaseRef": ""}),
    Trap(
        "closed, the outcome cut off at 20 letters and misspelt",
        30,
        {"DateClosed": "30/11/2026", "Outcome": "Comp Refused Actio", "Stage": "NOSP/Demotion"},
    ),
    Trap("entered in error", 10, {"DateClosed": "05/11/2026", "Outcome": "Entered In Eror"}),
    Trap("a duplicate case", 10, {"DateClosed": "05/11/2026", "Outcome": "Dup Case"}),
    Trap("health in the notes", 20, {"Notes": _HEALTH}),
    Trap("line break in quotes", 15, {"Notes": "Rang again\nSame people as before"}),
    Trap("hour that happens twice", 10, {"DateOfIncident": "25/10/2026 01:30"}),
    Trap("bad: hour that does not exist", 5, {"DateOfIncident": "29/03/2026 01:30"}),
    Trap("bad: date", 5, {"DateOfIncident": "31/02/2026"}),
    Trap("bad: no category", 10, {"Category": "", "SubCategory": ""}),
    Trap("bad: day and month exchanged", 5, {"DateReported": "11/25/2026"}),
)
"""Every kind of row, with its share of a thousand; together they are the thousand."""

_BELOW: Final = tuple(accumulate(trap.of_thousand for trap in TRAPS))


def rows(
    count: int, random: RandomSource, canary: Canary | None = None, first: datetime | None = None
) -> Iterator[dict[str, str]]:
    """Invent rows: some a day from ``first`` (1 October 2026, 08:00, where not given).

    Args:
        count: How many.
        random: Decides everything that varies.
        canary: Gives a token that is added to every personal cell that is not empty.
        first: Wall-clock time before the first report.
    """
    reported = first or datetime(2026, 10, 1, 8, tzinfo=UTC)
    case = ""
    for number in range(1, count + 1):
        reported += timedelta(minutes=random.randrange(5, 90))
        row = {**_plain_row(number, reported, random), **_trap(random).cells}
        # an empty reference stands for the case of the row before, which has one more incident
        row["CaseRef"] = case = row["CaseRef"] or case or f"ASB/{reported:%Y}/{number:05d}"
        if canary is not None:
            for column in PERSONAL:
                if row[column]:
                    row[column] = f"{row[column]}-{canary(column)}"
        yield row


def csv_bytes(rows: Sequence[dict[str, str]]) -> bytes:
    """The rows as the export is written: UTF-8 with a byte order mark, semicolons, CRLF."""
    lines = [COLUMNS, *(tuple(row[column] for column in COLUMNS) for row in rows)]
    text = "".join(";".join(_quoted(cell) for cell in line) + "\r\n" for line in lines)
    return text.encode("utf-8-sig")


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in ';"\n\r'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _trap(random: RandomSource) -> Trap:
    drawn = random.randrange(0, 1000)
    return next(trap for trap, below in zip(TRAPS, _BELOW, strict=True) if drawn < below)


def _plain_row(number: int, reported: datetime, random: RandomSource) -> dict[str, str]:
    category, sub_category = random.choice(_PLAIN)
    occurred = reported - timedelta(minutes=random.randrange(30, 3_000))
    day_only = random.random() < 1 / 4
    return {
        "CaseRef": f"ASB/{reported:%Y}/{number:05d}",
        "DateReported": f"{reported:%d/%m/%Y}",
        "DateOfIncident": f"{occurred:%d/%m/%Y}" if day_only else f"{occurred:%d/%m/%Y %H:%M}",
        "CatScheme": random.choice(("HM", "HM", "HouseMark ASB")),
        "Category": category,
        "SubCategory": sub_category,
        "HateStrand": "",
        "PropertyRef": f"CNH{random.randrange(1, 9_000):06d}",
        "UPRN": "",
        "Address": f"{random.randrange(1, 90)} {random.choice(_STREETS)} {random.choice(_TOWNS)}",
        "Postcode": random.choice(("LE11 9ZZ", "LE12 9ZZ", "LE7 9ZZ")),
        "TenancyRef": f"T00{random.randrange(10_000, 99_999)}",
        "Complainant": f"Ms {random.choice(_LETTERS)} Example",
        "ComplainantTel": telephone(random),
        "Subject": random.choice(("", "unknown youths", f"{random.choice(_LETTERS)} Example")),
        "RiskScore": str(random.randrange(5, 40)),
        "Stage": random.choice(_STAGES),
        "DateClosed": "",
        "Outcome": "",
        "Notes": random.choice(_NOTES),
    }
