"""Partners, systems, protocols, subscriptions, keys, tables, checks: on the register by command."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from gateway.keys.ring import KeyRing
from tests.support.commands import Shell

CANARY = "zebedee-canary-ffoulkes"
PARTNER = """
id = "example-housing"
name = "Example Housing Association"
[[kinds]]
kind = "non_profit_registered_provider"
valid_from = 2020-04-01
"""
PROTOCOL = """
id = "charnwood"
title = "Charnwood information-sharing protocol"
parties = ["charnwood-bc", "leicestershire-police"]
[[signatures]]
party = "charnwood-bc"
office = "chief executive"
signed_on = 2020-05-01
[[signatures]]
party = "leicestershire-police"
office = "chief constable"
signed_on = 2020-05-02
"""
ASKED = ("--power", "section_17a", "--purpose", "section_17a_duty", "--lane", "depersonalised")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "home")
    made.ok("db", "upgrade")
    return made


def written(tmp_path: Path, text: str, name: str = "a.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def ledger_size(shell: Shell) -> int:
    return int(shell.ok("db", "status", "--json").json["ledger_size"])


def test_a_partner_is_added_once_and_shown(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, PARTNER)

    shell.ok("partner", "add", file)
    shell.ok("partner", "list")  # the law with the new partner is a leaf of its own
    size = ledger_size(shell)
    shell.ok("partner", "add", file)

    shown = shell.ok("partner", "show", "example-housing", "--json").json
    assert ledger_size(shell) == size
    assert shown["kind"] == "non_profit_registered_provider"
    assert shown["relevant_authority"] is True
    assert "Example Housing Association" in shell.ok("partner", "list").out
    assert shell("partner", "show", "nobody").code == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'id = "a"\n{CANARY} = [', "toml.malformed"),
        (f'id = "{CANARY.upper()}"', "/id"),
        (f'{PARTNER}\n"{CANARY}" = 1', "form.extra_forbidden"),
        (PARTNER.replace("non_profit_registered_provider", CANARY), "/kinds/0/kind"),
        (PARTNER.replace("2020-04-01", f'"{CANARY}"'), "/kinds/0/valid_from"),
    ],
)
def test_a_bad_file_is_refused_by_place_and_rule_never_by_value(
    shell: Shell, tmp_path: Path, text: str, says: str
) -> None:
    before = ledger_size(shell)

    ran = shell("partner", "add", written(tmp_path, text))

    assert ran.code == 1
    assert says in ran.err
    assert CANARY not in (ran.out + ran.err).lower()
    assert ledger_size(shell) == before


def test_a_file_that_is_not_there_or_not_text_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")

    assert shell("partner", "add", tmp_path / "absent.toml").code == 1
    assert "toml.not_utf8" in shell("partner", "add", tmp_path / "b.toml").err


def test_an_id_that_the_ledger_cannot_take_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    before = ledger_size(shell)

    ran = shell("partner", "add", written(tmp_path, PARTNER.replace("housing", "01632960123")))

    assert ran.code == 1
    assert "no seven" in ran.err
    assert ledger_size(shell) == before


def test_a_system_signs_by_its_registered_public_key(shell: Shell, tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "theirs", os.urandom)
    public = Shell(tmp_path / "theirs").ok("keys", "show", "--json").json["tokens"]
    file = written(tmp_path, json.dumps(public), "keys.json")
    private = {"keys": [{**public["keys"][0], "d": CANARY}]}
    secret = written(tmp_path, json.dumps(private), "private.json")
    added = ("partner", "system", "add", "charnwood-bc", "--id", "civica", "--scope", "feed:write")

    shell.ok(*added, "--jwks", file)
    refused = shell(*added, "--jwks", secret)
    both = shell(*added, "--jwks", file, "--secret")
    other = shell(*(word.replace("charnwood-bc", "llr-fire") for word in added), "--jwks", file)

    systems = shell.ok("partner", "system", "list", "--json").json["systems"]
    assert [(s["client_id"], s["method"], s["active"]) for s in systems] == [
        ("civica", "private_key_jwt", True)
    ]
    assert (refused.code, both.code, other.code) == (1, 1, 1)
    assert "private key" in refused.err
    assert "system.id_taken" in other.err
    assert CANARY not in refused.err


def test_a_secret_is_shown_once_and_not_kept(shell: Shell) -> None:
    asked = ("partner", "system", "add", "llr-fire", "--id", "fire", "--secret",
             "--scope", "records:read", "--scope", "ledger:read")  # fmt: skip
    refused = shell(*asked)
    shell.settings["GATEWAY_CLIENT_SECRETS"] = "true"
    added = shell.ok(*asked)

    secret = added.out.strip()
    assert (refused.code, "GATEWAY_CLIENT_SECRETS" in refused.err) == (78, True)
    assert len(secret) == 43
    assert "demonstrations" in added.err
    kept = b"".join(path.read_bytes() for path in shell.home.glob("gateway.sqlite3*"))
    assert secret.encode() not in kept
    assert shell("partner", "system", "disable", "nobody").code == 1


def test_a_protocol_is_in_force_when_every_party_signed(shell: Shell, tmp_path: Path) -> None:
    half = PROTOCOL[: PROTOCOL.rindex("[[signatures]]")]

    empty = shell.ok("protocol", "show")
    unsigned = shell.ok("protocol", "add", written(tmp_path, half))
    signed = shell.ok("protocol", "add", written(tmp_path, PROTOCOL))
    strange = shell("protocol", "add", written(tmp_path, PROTOCOL.replace("-police", "-nobody")))

    assert "section 17A goes on without" in empty.err
    assert "not in force" in unsigned.out
    assert "not in force" not in signed.out
    assert shell.ok("protocol", "show", "--json").json["protocols"][0]["live"] is True
    assert strange.code == 1
    assert "protocol.party" in strange.err


def test_a_subscription_is_added_by_options_or_file(shell: Shell, tmp_path: Path) -> None:
    shell.ok("subscription", "add", "--id", "fire", "--partner", "llr-fire", *ASKED,
             "--source", "police-nsir", "--kind", "asb_incident")  # fmt: skip
    file = written(
        tmp_path,
        'id = "icb"\npartner = "llr-icb"\npower = "section_17a"\n'
        'purpose = "section_17a_duty"\nlane = "depersonalised"\n',
    )
    shell.ok("subscription", "add", file, "--from-now")

    listed = shell.ok("subscription", "list", "--json").json["subscriptions"]
    assert [(s["id"], s["filter"]["sources"]) for s in listed] == [
        ("fire", ["police-nsir"]),
        ("icb", []),
    ]


def test_what_the_law_would_refuse_is_said_when_a_subscription_is_added(
    shell: Shell, tmp_path: Path
) -> None:
    university = PARTNER.replace("non_profit_registered_provider", "university")
    shell.ok("partner", "add", written(tmp_path, university))

    added = shell.ok("subscription", "add", "--id", "study", "--partner", "example-housing", *ASKED)

    assert "the law refuses it today" in added.err
    assert "relevant authority" in added.err


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (("--id", "x", "--partner", "nobody", *ASKED), "subscription.partner"),
        (("--id", "x", "--partner", "llr-fire", *ASKED[:4], "--lane", CANARY), "/lane"),
        (("--id", "x", "--partner", "llr-fire", *ASKED[:2]), "form.missing"),
        (("--id", "x", "--partner", "llr-fire", *ASKED, "--source", CANARY), "/filter/sources/0"),
    ],
)
def test_a_subscription_that_does_not_fit_is_refused(
    shell: Shell, options: tuple[str, ...], rule: str
) -> None:
    ran = shell("subscription", "add", *options)

    assert ran.code == 1
    assert rule in ran.err
    assert CANARY not in ran.err


def test_keys_are_made_once_and_only_public_ones_are_shown(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    shell.ok("keys", "create")
    again = shell("keys", "create")

    shown = shell.ok("keys", "show")

    assert again.code == 1
    assert shell.ok("keys", "show", "--json").json["ledger"].startswith("charnwood-gateway+")
    for file in (shell.home / "keys").glob("*.key"):
        assert file.read_text().strip() not in shown.out


def test_a_database_that_lost_its_keys_gets_no_new_ones(shell: Shell) -> None:
    (shell.home / "keys").rename(shell.home / "elsewhere")

    codes = [shell(*line).code for line in (("keys", "create"), ("db", "upgrade"), ("check",))]

    assert codes == [78, 78, 78]
    assert not (shell.home / "keys").exists()


def test_the_tables_are_made_and_their_state_told(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")

    nothing = shell("db", "status")
    shell.ok("db", "upgrade")
    again = shell.ok("db", "upgrade")

    assert nothing.code == 69
    assert "was up to date" in again.out
    status = shell.ok("db", "status", "--json").json
    assert status["up_to_date"] is True
    assert status["log_size"] == 0


def test_check_says_what_is_in_order_and_what_is_not(shell: Shell, tmp_path: Path) -> None:
    good = shell.ok("check", "--json").json
    (shell.home / "keys" / "ledger.key").chmod(0o644)
    wrong = shell("check")
    nothing = Shell(tmp_path / "nowhere")("check", "--json")

    assert good["ok"]
    assert [line["check"] for line in good["checks"]] == [
        "installation",
        "settings",
        "keys",
        "policies",
        "database",
        "writing",
        "policy bundle",
        "clock",
        "releases",
    ]
    (bundle,) = [line["says"] for line in good["checks"] if line["check"] == "policy bundle"]
    assert re.fullmatch("[0-9a-f]{12} is in use: the packaged one; none was approved yet.", bundle)
    assert wrong.code == 78
    assert "WRONG  keys: the key file `ledger.key` must be a file with mode 0600" in wrong.out
    assert nothing.code == 78
    assert not nothing.json["ok"]


def test_check_ends_with_1_where_the_database_is_open_to_others(shell: Shell) -> None:
    (shell.home / "gateway.sqlite3").chmod(0o644)

    ran = shell("check")

    assert ran.code == 1
    assert "others may read its file" in ran.out


def test_a_command_without_a_database_says_how_to_make_one(tmp_path: Path) -> None:
    ran = Shell(tmp_path / "home")("feed", "list")

    assert ran.code == 69
    assert "gateway db upgrade" in ran.err
