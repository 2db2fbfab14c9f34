"""The parties of the record's own fields stay readable, and nobody who shares their name does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policies.allowance import Allowance
from policies.masking.disclosed import entries, kept_of, narrative
from policies.masking.narrative import mask
from policies.masking.parties import NOBODY, Agreed, agreed
from policies.masking.words import packaged_words
from schemas.incident import Incident, LogEntry
from schemas.onward import OnwardSharing
from schemas.powers import Purpose
from schemas.released import MaskedEntry, NarrativeWithheld
from tests.support.law import incident

WORDS = packaged_words()
KEPT = agreed(
    ["Mrs Agnieszka Kowalczyk", "Dev O'Sullivan", "Mr"],
    ["Piotr Kowalczyk", "T Smith"],
    ["07700 900118", "A.Kowalczyk@example.org", "AB12 CDE", "LE11 9ZZ", "1990-01-31", "x"],
    ["14 Synthetic Close, Loughborough LE11 9ZZ", "Flat 2 Example House"],
    WORDS,
)


def masked(text: str, kept: Agreed = KEPT) -> str | None:
    return mask(text, WORDS, kept).text


@pytest.mark.parametrize(
    "text",
    [
        "MRS KOWALCZYK AGNIESZKA STATES",
        "MRS A KOWALCZYK AND DEV O'SULLIVAN",
        "KOWALCZYK, AGNIESZKA RANG",
        "Spoke to Agnieszka's neighbour",
        "A. KOWALCZYK RANG ON 07700900118 OR +44 (0)7700 900 118",
        "EMAIL A.KOWALCZYK@EXAMPLE.ORG OR A.KOWALCZYK AT EXAMPLE DOT ORG",
        "HER CAR AB12CDE IS OUTSIDE LE119ZZ",
        "BORN 31ST JAN 1990 OR 31/01/90 OR 1990-01-31",
        "LIVES AT 14 SYNTHETIC CL AND FLAT 2, EXAMPLE HSE",
        "AT NO 14, SYNTHETIC CLOSE",
        "O'SULLIVAN STATES",
    ],
)
def test_what_is_agreed_stays(text: str) -> None:
    assert masked(text) == text
    assert masked(text, NOBODY) != text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MR KOWALCZYK RANG", "MR [name] RANG"),
        ("KOWALCZYK RANG", "[name] RANG"),
        ("MR AGNIESZKA KOWALCZYK RANG", "MR [name] RANG"),
        ("PIOTR KOWALCZYK RANG", "[name] RANG"),
        ("B KOWALCZYK RANG", "[name] RANG"),
        ("AGNIESZKA OKONKWO RANG", "[name] RANG"),
        ("DEV O'SULLIVAN, DARREN", "DEV O'SULLIVAN, [name]"),
        ("DARREN O'SULLIVAN", "[name]"),
        ("[name] O'SULLIVAN", "[name]"),
        ("RANG FROM 07700 900119", "RANG FROM [telephone]"),
        ("LIVES AT NO 16", "LIVES AT [address]"),
        ("AT 16 SYNTHETIC CLOSE", "AT [address]"),
        ("BORN 30/01/1990", "BORN [date_of_birth]"),
        ("CAR AB12 CDF", "CAR [vehicle]"),
    ],
)
def test_whoever_is_somebody_else_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def allowed(fields: frozenset[str], parts: frozenset[str]) -> Allowance:
    return Allowance(
        agreement="a",
        version=1,
        provision="s17",
        recipient_regime="general",
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        crossing=None,
        children=None,
        onward=OnwardSharing(),
        retention=timedelta(days=1),
        records_since=date(2026, 1, 1),
        fields=fields,
        person_parts=parts,
        roles=frozenset({"caller"}),  # type: ignore[arg-type] # a role is its word
    )


def told(**more: Any) -> Incident:
    people = (
        {
            "role": "caller",
            "name": "Ms Zofia Example",
            "telephone": "07700 900118",
            "address": "3 Example Road",
            "date_of_birth": date(1990, 1, 31),
        },
        {"role": "subject", "name": "Darren Okonkwo", "telephone": "07700 900119"},
    )
    return incident(people=people, officer="PC 77 Hill", contact="01632 960111", **more)


STORY = (
    "ZOFIA EXAMPLE OF 3 EXAMPLE RD (31/1/90, 07700900118) OR 01632 960111 SAW DARREN. PC HILL HERE"
)


def test_no_more_of_anybody_stays_than_leaves_beside_it() -> None:
    listed = frozenset({"description", "contact", "officer"})
    parts = frozenset({"name", "telephone", "address", "date_of_birth"})
    whole = kept_of(told(), allowed(listed, parts), WORDS)
    bare = kept_of(told(), allowed(frozenset(), frozenset()), WORDS)

    assert narrative(STORY, WORDS, whole) == {
        "description": STORY.replace("DARREN", "[name]"),
    }
    assert narrative(STORY, WORDS, bare) == {
        "description": "[word] EXAMPLE OF [address] ([date], [telephone]) OR [telephone] SAW [name]."
        " PC [name] HERE"
    }


def test_a_call_log_leaves_line_by_line_with_its_minutes_only_where_times_leave() -> None:
    at = datetime(2026, 10, 31, 21, 47, tzinfo=UTC)
    log = (
        LogEntry(at=at, operator="J EXAMPLE", text="DARREN RANG"),
        LogEntry(text="caf\ufffd"),
    )

    assert entries(log, WORDS, NOBODY, timed=True) == (
        MaskedEntry(at="2026-10-31T21:47+00:00", text="[name] RANG"),
        MaskedEntry(withheld=NarrativeWithheld.UNDECODABLE),
    )
    assert entries(log, WORDS, NOBODY, timed=False)[0].at is None
    assert narrative("caf\ufffd", WORDS, NOBODY) == {"description_withheld": "undecodable"}
