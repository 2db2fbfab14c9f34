"""Canaries: values that nobody else would write, planted in every personal cell, and the search for them.

The words are few and the numbers behind them unique, so that a search for some hundred byte patterns
finds every token in every form. Plainly hashed tokens are found the other way round: whatever could be a
digest is gathered while looking, and then every planted value is hashed and compared.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus
from zoneinfo import ZoneInfo

import httpx
from pydantic_core import from_json

from adapters.synthetic_nsir import rows as invented_rows
from tests.support.opened_files import opened
from tests.support.server import RunningGateway

LATIN = "Zanquirq"
SPACED = "Zan Qui Rqx"
ACCENTED = "Zañqüîrqé"
SCRIPTS = ("Занкуирк", "Ζανκουιρκ", "زانكويرك", "赞奎尔克")
PHONE, POSTCODE = "07700 900", "LE11 9ZZ"
WORDS = (LATIN, SPACED, ACCENTED, *SCRIPTS, PHONE, POSTCODE)
"""Every planted text begins with one of these."""

LONDON = ZoneInfo("Europe/London")
DIGEST_SIZES = (16, 20, 32, 64)
ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
_HEX = re.compile(rb"[0-9A-Fa-f]{32,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{22,}")
_METRES = re.compile(rb"(?<![\w.])\d{6}(?![\w])")
_SECONDS = re.compile(rb"(?<![\w.])\d{10}(?![\w.])")


# ------------------------------------------------------------------ planting


@dataclass
class Planted:
    """What was planted."""

    texts: list[str] = field(default_factory=list)
    metres: set[int] = field(default_factory=set)
    seconds: set[int] = field(default_factory=set)
    """Exact instants that are not full hours, as seconds since 1970."""

    def row(self, number: int, row: dict[str, str], *, scripts: bool) -> dict[str, object]:
        """Plant canaries in every personal cell of one row."""

        def token(word: str, where: str) -> str:
            made = f"{word} {where}{number:07d}"
            self.texts.append(made)
            return made

        others = SCRIPTS if scripts else (ACCENTED,)
        other = others[number % len(others)]
        planted: dict[str, object] = dict(row)
        if row["URN"]:
            planted["URN"] = token(LATIN, "URN").replace(" ", "-")
            self.texts.append(str(planted["URN"]))
        planted["CALLER_NAME"] = token((LATIN, SPACED, other)[number % 3], "N")
        planted["CALLER_TEL"] = f"{PHONE}{number % 1000:03d}"
        planted["LOCATION"] = token((other, LATIN)[number % 2], "L") + f", {POSTCODE}"
        planted["OPENING_DESC"] = token(LATIN, "D")
        planted["RESULT_TEXT"] = (
            f"{token(SPACED, 'T')}\n{token(other, 'U')}\r\n{row['RESULT_TEXT']}"
        )
        planted["BEAT"] = f"{LATIN.upper()}.B{number}"
        planted["PREMISES"] = token(other, "P")
        planted["POSTCODE"] = POSTCODE
        planted["NOTES"] = token(LATIN, "O")
        if number % 10 == 3:
            planted["QUALIFIERS"] = token(SPACED, "Q")
        self.texts += [str(planted["CALLER_TEL"]), str(planted["BEAT"]), str(planted["LOCATION"])]
        if row["EASTING"] not in {"0", "9999999"}:
            east, north = 440_000 + number * 3 % 40_000, 310_000 + number * 7 % 30_000
            planted |= {"EASTING": str(east), "NORTHING": str(north)}
            self.metres |= {east, north}
            self.texts += [f"{east},{north}", f"{east} {north}"]
        self._times(row)
        return planted

    def _times(self, row: dict[str, str]) -> None:
        for cell in (row["CREATED"], row["INCIDENT_DATE"]):
            try:
                wall = datetime.strptime(cell, "%d/%m/%Y %H:%M").replace(tzinfo=LONDON)
            except ValueError:
                continue
            if wall.minute:
                self.seconds.add(int(wall.timestamp()))
                self.texts.append(cell)


def planted_rows(
    count: int, planted: Planted, *, scripts: bool, first: int = 1
) -> Iterator[dict[str, object]]:
    """Invent rows with every trap of real extracts, canaries in all that is personal."""
    begin = datetime(2024, 3, 1, 0, 7)  # noqa: DTZ001 - wall-clock time, as the generator takes it
    for number, row in enumerate(invented_rows(count, Random(first), first=begin), start=first):
        yield planted.row(number, row, scripts=scripts)


# ------------------------------------------------------------------ looking


def _spellings(word: str) -> Iterator[str]:
    for text in dict.fromkeys((word, word.replace(" ", ""))):
        for turned in (text, text[::-1]):
            folds = (turned, turned.lower(), turned.upper(), turned.title(), turned.casefold())
            yield from dict.fromkeys(folds)


def _encodings(text: str) -> Iterator[tuple[str, bytes]]:
    yield "utf-8", text.encode()
    yield "utf-16", text.encode("utf-16-le")
    yield "utf-16", text.encode("utf-16-be")
    try:
        yield "windows-1252", text.encode("windows-1252")
    except UnicodeEncodeError:
        return


def _base64_of(raw: bytes) -> Iterator[bytes]:
    """The middle of a base64 text that holds these bytes, for each of the three alignments."""
    for before in range(3):
        spelt = base64.b64encode(bytes(before) + raw).rstrip(b"=")
        begin = (0, 2, 3)[before]
        middle = spelt[begin : len(spelt) - (1 if (before + len(raw)) % 3 else 0)]
        yield middle
        yield middle.replace(b"+", b"-").replace(b"/", b"_")


def _patterns() -> tuple[dict[bytes, str], dict[bytes, str]]:
    folded: dict[bytes, str] = {}
    exact: dict[bytes, str] = {}
    for word in WORDS:
        for spelling in _spellings(word):
            for name, raw in _encodings(spelling):
                folded.setdefault(raw.lower(), f"{word}: {name}")
                folded.setdefault(raw.hex().encode(), f"{word}: hex of {name}")
                for middle in _base64_of(raw):
                    exact.setdefault(middle, f"{word}: base64 of {name}")
            for escaped in (
                quote(spelling),
                quote_plus(spelling),
                json.dumps(spelling)[1:-1],
            ):
                folded.setdefault(escaped.encode().lower(), f"{word}: escaped")
    assert min(map(len, (*folded, *exact))) >= 7
    return folded, exact


_FOLDED, _EXACT = _patterns()


@dataclass
class Search:
    """Looks at everything that left or lies at rest, and remembers where a canary was."""

    planted: Planted
    found: set[tuple[str, str]] = field(default_factory=set)
    looked_at: dict[str, int] = field(default_factory=dict)
    """Bytes by place: a search that looked at nothing proves nothing."""
    _digests: set[bytes] = field(default_factory=set)

    def look(self, place: str, data: bytes | str) -> None:
        """Search one piece of what left or lies at rest."""
        raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        self.looked_at[place] = self.looked_at.get(place, 0) + len(raw)
        low = raw.lower()
        self.found |= {(place, form) for pattern, form in _FOLDED.items() if pattern in low}
        self.found |= {(place, form) for pattern, form in _EXACT.items() if pattern in raw}
        self._gather(raw)

    def text(self, place: str, data: bytes | str) -> None:
        """Search something readable, exact numbers included."""
        self.look(place, data)
        raw = data if isinstance(data, bytes) else data.encode()
        self.numbers(place, (int(n) for n in _METRES.findall(raw)))
        self.numbers(place, (int(n) for n in _SECONDS.findall(raw)))

    def file(self, place: str, data: bytes) -> None:
        """Search whatever was answered or written: what is compressed is opened first."""
        for part in opened(data):
            self.text(place, part)

    def numbers(self, place: str, values: Iterable[float]) -> None:
        """Search numbers for exact coordinates and exact instants."""
        for value in values:
            if value in self.planted.metres:
                self.found.add((place, "exact coordinate"))
            if value in self.planted.seconds:
                self.found.add((place, "exact minute"))

    def _gather(self, raw: bytes) -> None:
        for run in _HEX.findall(raw):
            for size in DIGEST_SIZES:
                if len(run) == 2 * size:
                    self._digests.add(bytes.fromhex(run.decode())[:16])
        for run in _BASE64.findall(raw):
            if len(run) in {22, 27, 43, 86}:
                padded = run.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(run) % 4)
                self._digests.add(base64.b64decode(padded)[:16])

    def digests_of(self, place: str) -> set[tuple[str, str]]:
        """Hash everything planted and compare it with all that could be a digest."""
        hits: set[tuple[str, str]] = set()
        for text in dict.fromkeys(self.planted.texts + [str(m) for m in self.planted.metres]):
            for spelling in _spellings(text):
                raw = spelling.encode()
                for name in ALGORITHMS:
                    digest = hashlib.new(name, raw, usedforsecurity=False).digest()
                    if digest[:16] in self._digests:
                        hits.add((place, f"{name} of a planted value"))
        return hits

    def database(self, place: str, path: Path) -> None:
        """Search every value of every table of a SQLite file."""
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
                self._values(f"{place}, {table}", (value for row in rows for value in row))
        finally:
            connection.close()
        assert "log" in names

    def _values(self, place: str, values: Iterable[object]) -> None:
        kept: list[bytes] = []
        for value in values:
            if isinstance(value, int | float):
                self.numbers(place, (value,))
            elif value is not None:
                raw = value if isinstance(value, bytes) else str(value).encode()
                kept.append(raw)
                if len(raw) in DIGEST_SIZES:
                    self._digests.add(raw[:16])
        self.look(place, b"\x00\n".join(kept))


# ------------------------------------------------------------------ listening

FEED = "/v1/feeds/police-nsir"
FORMS = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "events": "application/cloudevents-batch+json",
}


class Listener:
    """Calls a gateway and lets a search hear everything that it answers."""

    def __init__(self, gateway: RunningGateway, search: Search) -> None:
        self.gateway, self.search = gateway, search
        self._tokens = {name: gateway.token(name) for name in gateway.secrets}

    def call(self, place: str, method: str, path: str, system: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens[system]}", **more.pop("headers", {})}
        answer = self.gateway.http.request(method, self.gateway.url + path, headers=headers, **more)
        self.search.text(f"{place}: headers", b"\n".join(b": ".join(h) for h in answer.headers.raw))
        self.search.file(place, answer.content)
        return answer

    def push(self, body: bytes, media_type: str, **headers: str) -> httpx.Response:
        sent = {"Content-Type": media_type, **headers}
        return self.call(
            "push", "POST", FEED + "/records", "police-system", content=body, headers=sent
        )

    def drain(self, form: str) -> tuple[int, int]:
        """Pull one subscription to its end; return how many records and notices came."""
        cursor, records, notices = None, 0, 0
        path = f"/v1/subscriptions/fire-{form}/records"
        while True:
            query = {"limit": 1000} | ({"after": cursor} if cursor else {})
            headers = {"Accept": FORMS[form]}
            answer = self.call(
                f"pull {form}", "GET", path, "fire-system", params=query, headers=headers
            )
            assert answer.status_code == 200, answer.text
            page = _page(form, answer.text)
            records, notices = records + page["records"], notices + page["notices"]
            if not page["records"] and not page["notices"]:
                return records, notices
            cursor = page["cursor"]


def _page(form: str, text: str) -> dict[str, Any]:
    if form == "json":
        whole = from_json(text)
        return {**whole, "records": len(whole["records"]), "notices": len(whole["notices"])}
    if form == "ndjson":
        lines = [from_json(line) for line in text.splitlines()]
        kinds = [next(iter(line)) for line in lines]
        page = lines[-1]["page"]
    else:
        parts = from_json(text)
        kinds = [
            {"incident": "record"}.get(part["type"].split(".")[-2], part["type"].split(".")[-2])
            for part in parts
        ]
        page = parts[-1]["data"]
    return {**page, "records": kinds.count("record"), "notices": kinds.count("notice")}
