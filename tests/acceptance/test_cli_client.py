"""`gateway client`: a partner's side from the first key to the last page, against `gateway serve`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from adapters.synthetic_nsir import csv_bytes
from tests.support.commands import Shell
from tests.support.nsir_rows import nsir_rows

SCOPES = [
    word for scope in ("feed:write", "records:read", "ledger:read") for word in ("--scope", scope)
]
SUBSCRIPTION = """
id = "fire-17a"
partner = "llr-fire"
power = "section_17a"
purpose = "section_17a_duty"
lane = "depersonalised"
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def joined(shell: Shell, folder: Path, partner: str, url: str) -> Path:
    """Make a key, have it registered, return the configuration."""
    shell.ok("client", "key", f"{partner}-hub", "--url", url, "--folder", folder)
    shell.ok("partner", "system", "add", partner, "--id", f"{partner}-hub", *SCOPES,
             "--jwks", folder / f"{partner}-hub.jwks.json")  # fmt: skip
    return folder / "gateway-client.toml"


def test_a_partner_joins_checks_pushes_and_another_pulls(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "fire-17a.toml").write_text(SUBSCRIPTION)
    rows = tmp_path / "incidents.csv"
    rows.write_bytes(csv_bytes(nsir_rows(230, 3)))
    out = tmp_path / "pages"
    with shell.serving() as (_, url):
        shell.ok("subscription", "add", tmp_path / "fire-17a.toml")
        police = joined(shell, tmp_path / "police", "leicestershire-police", url)
        fire = joined(shell, tmp_path / "fire", "llr-fire", url)

        checks = shell.ok("client", "check", "--config", fire, "--json").json["checks"]
        sent = ("client", "push", "police-nsir", rows, "--batch", "100", "--config", police)
        first, again = (shell.ok(*sent, "--json").json for _ in range(2))
        pulled = ("client", "pull", "fire-17a", "--out", out, "--limit", "90", "--config", fire)
        counted, later = (shell.ok(*pulled, "--json").json for _ in range(2))

    assert [one["check"] for one in checks if one["well"]] == [
        "address",
        "clock",
        "token",
        "subscriptions",
        "ledger",
    ]
    assert first == again
    assert first["received"] == 230
    lines = [
        line for page in sorted(out.glob("*.ndjson")) for line in page.read_text().splitlines()
    ]
    assert len({json.loads(line)["record"]["id"] for line in lines}) == first["recorded"]
    assert counted["records"] == first["recorded"] == len(lines)
    assert counted["pages"] == len(list(out.iterdir())) > 1
    assert later == {"pages": 0, "records": 0, "notices": 0}
    assert stat.S_IMODE((tmp_path / "fire" / "llr-fire-hub.pem").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten_and_one_that_others_read_is_not_used(
    shell: Shell, tmp_path: Path
) -> None:
    made = ("client", "key", "hub", "--url", "http://127.0.0.1:1", "--folder", tmp_path)
    shell.ok(*made)
    before = (tmp_path / "hub.pem").read_bytes()

    assert shell(*made).code == 1
    assert (tmp_path / "hub.pem").read_bytes() == before
    (tmp_path / "hub.pem").chmod(0o644)
    refused = shell("client", "check", "--config", tmp_path / "gateway-client.toml")
    assert (refused.code, "0600" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("url = 'http://a'", "/client_id"),
        ("url = 'ftp://x'", "/url"),
        ("url = 'http://a'\nnonsense = 1", "extra_forbidden"),
    ],
)
def test_a_configuration_that_does_not_fit_is_named(
    shell: Shell, tmp_path: Path, text: str, says: str
) -> None:
    config = tmp_path / "c.toml"
    config.write_text(text)

    refused = shell("client", "check", "--config", config)
    assert refused.code == 1
    assert says in refused.err


def test_a_gateway_that_is_not_there_is_a_sentence_for_every_check(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.client.retries.Retries.pause", lambda *_: 0.0)
    shell.ok("client", "key", "hub", "--url", "http://127.0.0.1:1", "--folder", tmp_path)
    checked = shell("client", "check", "--config", tmp_path / "gateway-client.toml", "--json")

    assert checked.code == 1
    assert {one["well"] for one in checked.json["checks"]} == {False}
    assert all("does not answer" in one["says"] for one in checked.json["checks"])
