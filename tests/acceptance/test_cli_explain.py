"""``gateway explain`` of a described record: by command, without and with a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policies.description_form import EXAMPLES
from tests.support.commands import Shell

CASE, DUTY = EXAMPLES[0], EXAMPLES[1]
KEYS = ["decision", "lane", "fields", "place", "time", "met", "unmet"]


def test_a_command_judges_without_any_database(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "nowhere")

    ran = shell("explain", "--json", stdin=json.dumps(CASE))
    text = shell("explain", stdin=json.dumps({**CASE, "marking": "SECRET"}))

    assert ran.code == 0, ran.err
    assert (list(ran.json), ran.json["decision"]) == (KEYS, "release")
    assert not (tmp_path / "nowhere").exists()
    assert text.out.startswith("WITHHOLD · personal lane")
    assert "no higher than OFFICIAL-SENSITIVE" in text.out
    assert shell("explain", "--schema").json["properties"].keys() >= {"source", "agreement", "day"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "json."),
        ('{"power": "section_17"}', "/power"),
        ('{"recipient": "zebedee-canary"}', "/recipient: No partner"),
        ('{"agreement": "zebedee-canary"}', "/agreement: No agreement"),
        ('{"protocol": "zebedee-canary"}', "/protocol: No protocol"),
        ('{"source": "zebedee-canary"}', "/source: There is no feed"),
        ('{"source": {"received_from": "zebedee-canary"}}', "/source/received_from: No partner"),
        (f'{{"case": "{"x" * 300_000}"}}', "description.too_long"),
    ],
)
def test_what_does_not_fit_is_told_by_place_and_never_echoed(
    tmp_path: Path, text: str, told: str
) -> None:
    ran = Shell(tmp_path / "nowhere")("explain", "--json", stdin=text)

    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "zebedee" not in ran.err
    assert Shell(tmp_path / "nowhere")("explain", "--feed", "police-nsir").code == 2


def test_with_a_database_ids_are_those_of_its_register(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    shell.ok("db", "upgrade")
    partner = tmp_path / "parish.toml"
    partner.write_text('id = "a-parish"\nname = "A"\n[[kinds]]\nkind = "parish_council"\n')
    asked = json.dumps({**DUTY, "recipient": "a-parish", "source": "police-nsir"})

    before = shell("explain", "--json", stdin=asked)
    shell.ok("partner", "add", partner)
    after = shell("explain", "--json", stdin=asked)

    assert (before.code, after.json["decision"]) == (2, "release")
