"""Call logs, diaries, e-mails and reports as they are written, with every identifier marked. All invented.

``{kind:text}`` in ``tests/support/narratives_marked.txt`` marks what must not be read afterwards. Half of
four sets; the first was written before the rules were mended, each next one after the mending that the one
before caused. ``deploy/decisions/0024-narratives.md`` has the figures of the whole sets.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies.masking.narrative import mask
from policies.masking.normal import normal
from policies.masking.words import packaged_words
from tests.benchmarks.masking import surviving

WORDS = packaged_words()
MARKED = Path(__file__).parents[2] / "support" / "narratives_marked.txt"
MARK = re.compile(r"\{(\w+):([^{}]*)\}")
HIDDEN, LEAKED, KEPT = 0.95, 0.03, 0.975
"""Spans wholly masked, at least; letters of spans left, at most; harmless letters left, at least."""


def read(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a line without its marks, and where they stood."""
    text, spans, last = "", [], 0
    for mark in MARK.finditer(line):
        text += line[last : mark.start()]
        spans.append((len(text), len(text) + len(mark[2]), mark[1]))
        text, last = text + mark[2], mark.end()
    return text + line[last:], spans


def test_lines_as_they_are_written_name_nobody() -> None:
    hidden, exact, letters, left_over, harmless, kept = [], [], 0, 0, 0, 0
    for line in MARKED.read_text("utf-8").splitlines():
        text, spans = read(line)
        if text.startswith("#"):
            continue
        left = surviving(normal(text), mask(text, WORDS).text)
        inside = {at for start, end, _ in spans for at in range(start, end)}
        for start, end, kind in spans:
            here = [left[at] for at in range(start, end) if text[at].isalnum()]
            letters, left_over = letters + len(here), left_over + sum(here)
            (hidden if kind in ("name", "address", "place") else exact).append(not any(here))
        outside = [at for at, one in enumerate(text) if one.isalnum() and at not in inside]
        harmless, kept = harmless + len(outside), kept + sum(left[at] for at in outside)

    assert len(hidden) + len(exact) > 300
    assert all(exact), "what has a form of its own is found wherever it stands"
    assert sum(hidden) / len(hidden) >= HIDDEN
    assert left_over / letters <= LEAKED
    assert kept / harmless >= KEPT


def masked(text: str) -> str | None:
    return mask(text, WORDS).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SUBJECT IS MARK ROSE OF 22 WILL STREET", "SUBJECT IS [name] OF [address]"),
        ("7 THE GREEN, 22 LONG LANE, 6 OFF ROAD BIKES", "[address], [address], 6 OFF ROAD BIKES"),
        ("FLAT 3 THE MALTINGS; FLAT 4 THE MUSIC IS ON", "[address]; [address] THE MUSIC IS ON"),
        ("SUBJECTS: WOOD, STONE AND GREEN", "SUBJECTS: [name], [name] AND [name]"),
        ("JOY'S PARTNER SAW THE KING'S HEAD", "[name] PARTNER SAW THE KING'S HEAD"),
        ("NAMED AS PICKLES, NAME IS UNKNOWN", "NAMED AS [name], NAME IS UNKNOWN"),
        ("MALE KNOWN AS BIG TAM", "MALE KNOWN AS [name]"),
        ("AGG SAYS BEAN KEYED HIS CAR", "AGG SAYS [name] KEYED HIS CAR"),
        ("STATES WALL DAMAGED BY YOUTHS", "STATES WALL DAMAGED BY YOUTHS"),
        ("NIGHTINGALE, FLORA DOB 4/6/51", "[name], [name] DOB [date_of_birth]"),
        ("THE PRICE FAMILY, THE WHOLE FAMILY", "THE [name] FAMILY, THE WHOLE FAMILY"),
        ("Autumn and her partner left. Rain and wind.", "[name] and her partner left. Rain and wind."),
        ("rose next door, park opposite", "[name] next door, park opposite"),
        ("THEY WILL PARK, WILL RING LATER", "THEY WILL PARK, WILL RING LATER"),
        ("DARREN NI KOWALSKI AND PEN-Y-KOWALSKI", "[name] AND [name]"),
        ("He left Sunrise Court.", "He left [name] [address]."),
        ("TEN-0045521 AND P123 ABC", "[reference] AND [vehicle]"),
        ("BE GUY FOX AND LIKE GUY FOX", "BE [name] AND LIKE GUY FOX"),
        ("LOVE AT 8 LOVE LN, GREEN TEL 07700 900123", "[name] AT [address], GREEN TEL [telephone]"),
        ("KEYHOLDER ROB BANKS 07700 900123", "KEYHOLDER [name] [telephone]"),
        ("16 YOUTHS PARK, 3 MALES WOOD", "16 YOUTHS PARK, 3 MALES WOOD"),
        ("ADDRESS 31 ROSE, 31 BLACK", "ADDRESS [address], 31 BLACK"),
        ("DARREN AND BLACK AT 12", "[name] AND BLACK AT [address]"),
        ("DARREN AND MASON AT 12", "[name] AND [name] AT [address]"),
        ("PRICE FAMILY OUT, YOUNG FAMILY IN", "[name] FAMILY OUT, YOUNG FAMILY IN"),
        ("PENNY, IVY AND DARREN SAW", "[name], [name] AND [name] SAW"),
        ("THE YOUNG LAD, THE FROST LAD", "THE YOUNG LAD, THE [name]"),
        ("DARREN GRANT WEARING, DARREN WERE WEARING", "[name] WEARING, [name] WERE WEARING"),
        ("AT 3 WELL LANE", "AT [address]"),
        ("AT 12 THE KOWALSKI", "AT [address] [name]"),
        ("CAOIMHE NI DHOMHNAILL CALLED", "[name] CALLED"),
        ("DARREN TOUCAN, DARREN DRUNK", "[name], [name] DRUNK"),
        ("J.W. KOWALSKI, P.C. KOWALSKI, J.W. ROAD", "[name], P.C. [name], J.W. ROAD"),
    ],
)  # fmt: skip
def test_company_tells(text: str, expected: str) -> None:
    assert masked(text) == expected
