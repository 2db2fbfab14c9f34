"""`gateway depersonalise text`: a line in, a line out, and nothing of a person on either stream."""

from __future__ import annotations

import io
import json
import sys

import pytest

from gateway import cli
from gateway.cli.narrative import lines_of, of_line
from policies.masking.narrative import LONGEST, Masked
from policies.masking.words import packaged_words
from schemas.released import NarrativeWithheld as Withheld


def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: bytes,
    *arguments: str,
) -> tuple[str, str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert cli.main(["depersonalise", "text", *arguments]) == 0
    out, err = capsys.readouterr()
    return out, err


def test_each_line_is_masked_and_twice_is_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (
        "INFT DARREN EXAMPLE STATES\r\n\nł\u2028b\n".encode() + b"\xff\n" + b"A" * 99_999 + b"\nok"
    )

    out, err = run(monkeypatch, capsys, given)
    again, _ = run(monkeypatch, capsys, out.encode())

    assert out.splitlines() == [
        "INFT [name] STATES",
        "",
        "[name]",
        "[withheld: undecodable]",
        "[withheld: too_long]",
        "ok",
    ]
    assert again == out
    assert err.splitlines() == [
        "gateway: 1 lines withheld: too_long",
        "gateway: 1 lines withheld: undecodable",
    ]


def test_it_writes_json_and_says_how_strict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = b"Seen by Darren near the apiary\n\xff\n"

    told, _ = run(monkeypatch, capsys, given, "--json", "--level", "rare")
    patterns, _ = run(monkeypatch, capsys, given[:-2], "--level", "patterns")

    assert [json.loads(line) for line in told.splitlines()] == [
        {"text": "Seen by [name] near the [word]", "withheld": None},
        {"text": None, "withheld": "undecodable"},
    ]
    assert patterns == "Seen by Darren near the apiary\n"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_is_never_read_further_than_a_narrative_may_be_long(end: bytes) -> None:
    words = packaged_words()
    lines = list(lines_of(io.BytesIO(b"x" * (LONGEST + 1) + b"\n" + b"y" * 8 * LONGEST + end)))

    assert [line is None for line in lines] == [False, True]
    assert {of_line(line, words) for line in lines} == {Masked(None, Withheld.TOO_LONG)}
