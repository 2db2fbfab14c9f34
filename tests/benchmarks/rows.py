"""Synthetic NSIR rows for the benchmarks: invented, one like another, unique by reference."""

from __future__ import annotations

import json
from itertools import count

_CLOSING = ("", "", "", "213", "202", "204", "")
_numbers = count(1)


def row() -> dict[str, str]:
    """Return one row with a reference of its own."""
    n = next(_numbers)
    return {
        "URN": f"26-{n:07d}-20261031",
        "CREATED": f"31/10/2026 {n % 24:02d}:{n % 60:02d}",
        "INCIDENT_DATE": f"31/10/2026 {n % 24:02d}:{n % 60:02d}",
        "OPENING_CODE": ("214", "215", "216")[n % 3],
        "CLOSING_CODE_1": _CLOSING[n % 7],
        "QUALIFIERS": "638",
        "GRADE": "2",
        "LOCATION": "SYNTHETIC RD J/W EXAMPLE ST, LOUGHBOROUGH LE11 9ZZ",
        "EASTING": str(453_000 + n % 1_000),
        "NORTHING": str(319_000 + n % 997),
        "BEAT": "CL21",
        "CALLER_NAME": "MRS A EXAMPLE",
        "CALLER_TEL": "01632 960441",
        "REPEAT": "N",
        "VULNERABLE": "N",
        "RESULT_TEXT": "INFT STATES YOUTHS THROWING FIREWORKS AT CARS IN EXAMPLE STREET",
    }


def one() -> bytes:
    """Return one record as JSON."""
    return json.dumps(row()).encode()


def ndjson(number: int) -> bytes:
    """Return so many records as NDJSON."""
    return b"\n".join(one() for _ in range(number))
