"""`gateway serve`: first start, one at a time, and a stop in good order."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.support.commands import Shell
from tests.support.nsir_rows import nsir_file


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_the_first_start_makes_everything_and_answers(shell: Shell) -> None:
    with shell.serving() as (_, url), httpx.Client(trust_env=False) as http:
        ready = http.get(f"{url}/readyz")
        described = http.get(f"{url}/.well-known/oauth-authorization-server").json()

    assert ready.status_code == 200
    assert "server" not in ready.headers
    assert described["issuer"] == url
    assert {feed["name"] for feed in shell.ok("feed", "list", "--json").json["feeds"]} == {
        "police-nsir",
        "cnh-housing",
        "street-management",
        "police-uk",
    }


def test_a_second_serve_on_the_same_home_is_told_so(shell: Shell) -> None:
    with shell.serving():
        second = shell("serve", "--port", "0")

    assert second.code == 69
    assert "Another `gateway serve` runs" in second.err


def test_an_address_that_is_taken_is_a_sentence(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert shell("serve", "--port", port).code == 69


def test_a_stop_in_good_order_publishes_a_checkpoint(shell: Shell) -> None:
    shell.settings["GATEWAY_CLIENT_SECRETS"] = "true"
    with shell.serving() as (process, _):
        shell.ok("partner", "system", "add", "llr-fire", "--id", "fire", "--secret",
                 "--scope", "records:read")  # fmt: skip
        process.terminate()
        ended = process.wait(30)

    latest = (shell.home / "checkpoints" / "latest").read_text(encoding="utf-8")
    assert ended == 0
    assert int(latest.splitlines()[1]) == shell.ok("db", "status", "--json").json["ledger_size"]


def test_a_system_added_meanwhile_gets_a_token_and_loses_it_when_off(shell: Shell) -> None:
    shell.settings["GATEWAY_CLIENT_SECRETS"] = "true"
    shell.ok("db", "upgrade")
    with shell.serving() as (_, url), httpx.Client(trust_env=False) as http:
        added = shell.ok("partner", "system", "add", "llr-fire", "--id", "fire", "--secret",
                         "--scope", "records:read")  # fmt: skip
        secret = added.out.strip()
        asked = {"grant_type": "client_credentials"}
        first = http.post(f"{url}/oauth/token", data=asked, auth=("fire", secret))
        shell.ok("partner", "system", "disable", "fire")
        second = http.post(f"{url}/oauth/token", data=asked, auth=("fire", secret))

    assert first.status_code == 200
    assert second.status_code == 401
    assert secret not in shell.ok("partner", "system", "list", "--json").out


def test_a_backup_of_a_running_gateway_is_whole(shell: Shell, tmp_path: Path) -> None:
    file, target = tmp_path / "cad.csv", tmp_path / "copy.sqlite3"
    file.write_bytes(nsir_file(200))

    with shell.serving():
        shell.ok("ingest", "police-nsir", file)
        made = shell.ok("backup", target, "--json").json
        again = shell("backup", target)

    with sqlite3.connect(target) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM log").fetchone() == (made["log_size"],)
        last = copy.execute('SELECT leaf FROM ledger ORDER BY "index" DESC LIMIT 1').fetchone()[0]
    copy.close()
    assert b'"operation":"backup"' in last
    assert made["log_size"] > 100
    assert target.stat().st_mode & 0o077 == 0
    assert again.code == 1
    assert "never overwrites" in again.err


def test_a_backup_where_it_cannot_be_made_leaves_the_ledger_alone(
    shell: Shell, tmp_path: Path
) -> None:
    shell.ok("db", "upgrade")
    before = shell.ok("db", "status", "--json").json["ledger_size"]

    refused = shell("backup", tmp_path / "no-such-folder" / "copy")

    assert refused.code == 1
    assert shell.ok("db", "status", "--json").json["ledger_size"] == before


def test_a_backup_that_fails_leaves_nothing(shell: Shell, tmp_path: Path) -> None:
    shell.ok("db", "upgrade")
    (tmp_path / "copy.part").mkdir()  # stands where the copy would be written

    refused = shell("backup", tmp_path / "copy")

    assert refused.code == 1
    assert "nothing of it is left" in refused.err
    assert not (tmp_path / "copy").exists()
