"""Three feeds with a canary in every personal cell, each canary named after its column.

The name lets a search tell what a section 115 recipient was meant to get from what nobody was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

from adapters import synthetic_housing, synthetic_nsir, synthetic_street
from tests.support.canaries import LATIN, PHONE, POSTCODE, Planted, Search

FIRST = datetime(2025, 3, 1, 0, 7, tzinfo=UTC)
NEVER = ("01632 960", "EHCALL", "EHCUR")
"""Telephone numbers and officers that the generators write into every row; both are sealed."""


class Marks:
    """Makes canaries, remembers them, and takes those of listed columns out of a text."""

    def __init__(self, planted: Planted) -> None:
        self._planted = planted
        self._number = 0
        self.columns: dict[str, int] = {}

    def canary(self, feed: str, column: str) -> str:
        """Return a canary for one cell, such as ``ZanquirqPOLICEcallernameX0000012``."""
        self._number += 1
        name = _name(feed, column)
        self.columns[name] = self.columns.get(name, 0) + 1
        made = f"{LATIN}{name}X{self._number:07d}"
        self._planted.texts.append(made)
        return made

    def without(self, text: str, listed: Iterable[tuple[str, str]]) -> tuple[str, int]:
        """Take out the canaries of listed columns; return what is left, and how many they were."""
        names = "|".join(re.escape(_name(feed, column)) for feed, column in listed)
        return re.subn(rf"{LATIN}(?:{names})X\d{{7}}", "", text)


def _name(feed: str, column: str) -> str:
    return feed.upper() + re.sub(r"[^a-z]", "", column.lower())


def police(marks: Marks, count: int, seed: int) -> tuple[str, bytes, str]:
    """Return (feed, body, media type) of an extract of command and control."""
    canary = lambda column: marks.canary("police", column)  # noqa: E731 - the generator's seam
    rows = list(synthetic_nsir.rows(count, Random(seed), canary, FIRST))
    return "police-nsir", _lines(_numbered(rows, "URN", seed)), "application/x-ndjson"


def housing(marks: Marks, count: int, seed: int) -> tuple[str, bytes, str]:
    """Return (feed, body, media type) of a landlord's cases."""
    canary = lambda column: marks.canary("housing", column)  # noqa: E731 - the generator's seam
    rows = list(synthetic_housing.rows(count, Random(seed), canary, FIRST))
    return "cnh-housing", synthetic_housing.csv_bytes(rows), "text/csv"


def street(marks: Marks, count: int, seed: int) -> tuple[str, bytes, str]:
    """Return (feed, body, media type): by turns Open311 requests and the back office's export."""
    canary = lambda column: marks.canary("street", column)  # noqa: E731 - the generator's seam
    if seed % 2:
        rows = list(synthetic_street.rows(count, Random(seed), canary, FIRST))
        return "street-management", synthetic_street.csv_bytes(rows), "text/csv"
    asked = [
        {**one, "service_request_id": f"{one['service_request_id']}.{seed}"}
        for one in synthetic_street.requests(count, Random(seed), canary, FIRST)
    ]
    body = json.dumps(synthetic_street.document(asked)).encode()
    return "street-management", body, "application/json"


def _numbered(rows: list[dict[str, str]], column: str, seed: int) -> list[dict[str, str]]:
    return [{**row, column: f"{row[column]}.{seed}"} if row[column] else row for row in rows]


def _lines(rows: list[dict[str, str]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def never_in(search: Search, place: str, text: str) -> None:
    """Search for what the generators write by themselves: telephone numbers, postcodes, officers."""
    for word in (*NEVER, PHONE, f" {POSTCODE.split()[1]}"):
        if word in text:
            search.found.add((place, f"what the generator writes: {word}"))
