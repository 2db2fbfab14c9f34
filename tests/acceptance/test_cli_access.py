"""`gateway partner system` and `gateway keys rotate`: who may ask for tokens, and with which keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.support.commands import Shell
from tests.support.token_house import jwk_of, private_key

ADD = ("partner", "system", "add", "llr-fire", "--id", "hub", "--scope", "records:read")
ROTATE = ("partner", "system", "rotate", "hub")
FIRST, SECOND = jwk_of(private_key(31), "first"), jwk_of(private_key(32), "second")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path / "home")
    shell.ok("db", "upgrade")
    return shell


def key_file(folder: Path, *keys: Any, name: str = "keys.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"keys": keys}))
    return path


def kids(shell: Shell) -> list[str]:
    (system,) = shell.ok("partner", "system", "list", "--json").json["systems"]
    found: list[str] = system["keys"]
    return found


def test_a_system_may_have_several_keys_and_change_them_without_a_gap(
    shell: Shell, tmp_path: Path
) -> None:
    added = shell.ok(*ADD, "--jwks", key_file(tmp_path, FIRST), "--json").json
    assert (added["client_id"], added["method"], added["keys"], added["active"]) == (
        "hub",
        "private_key_jwt",
        ["first"],
        True,
    )

    shell.ok(*ROTATE, "--jwks", key_file(tmp_path, SECOND))
    assert kids(shell) == ["first", "second"]
    shell.ok(*ROTATE, "--drop", "first")
    assert kids(shell) == ["second"]
    shell.ok(*ROTATE, "--jwks", key_file(tmp_path, FIRST), "--only")
    assert kids(shell) == ["first"]
    assert "jwks.empty" in shell(*ROTATE, "--drop", "first").err
    assert "jwks.no_such_kid" in shell(*ROTATE, "--drop", "second").err
    assert kids(shell) == ["first"]

    off = shell.ok("partner", "system", "disable", "hub", "--json").json
    assert off["active"] is False


def _private(key: Any) -> dict[str, Any]:
    return {**key.as_dict(private=True), "kid": "one"}


P384 = ECKey.import_key(ec.derive_private_key(9, ec.SECP384R1()).public_key())
REFUSED: dict[str, tuple[Any, str]] = {
    "a private EC key": (_private(ECKey.import_key(private_key(33))), "jwks.private"),
    "a private RSA key": (
        _private(RSAKey.import_key(rsa.generate_private_key(65537, 2048))),
        "jwks.private",
    ),
    "a private Ed25519 key": (_private(OKPKey.generate_key("Ed25519")), "jwks.private"),
    "a symmetric key": (_private(OctKey.generate_key(256)), "jwks.private"),
    "a key without a kid": ({k: v for k, v in FIRST.items() if k != "kid"}, "jwks.kid"),
    "a key on P-384": ({**P384.as_dict(private=False), "kid": "one"}, "jwks.curve"),
    "a key that is a text": ("key", "jwks.form"),
    "a point that is not on the curve": ({**FIRST, "x": "A" * 43}, "form."),
    "an address of a certificate": ({**FIRST, "x5u": "https://evil.example"}, "form."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_not_registered_and_the_reason_is_told(shell: Shell, tmp_path: Path, name: str) -> None:
    key, rule = REFUSED[name]
    refused = shell(*ADD, "--jwks", key_file(tmp_path, key))

    assert refused.code == 1
    assert rule in refused.err
    for secret in ("d", "k", "p"):
        if isinstance(key, dict) and secret in key:
            assert str(key[secret]) not in refused.err
    assert shell.ok("partner", "system", "list", "--json").json == {"systems": []}


def test_a_private_key_in_a_pem_file_is_told_apart_from_a_malformed_file(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(
        private_key(3).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    assert "jwks.private" in shell(*ADD, "--jwks", file).err
    assert "jwks.form" in shell(*ADD, "--jwks", key_file(tmp_path)).err


def test_a_key_of_tokens_is_rotated_with_an_entry_in_the_ledger(shell: Shell) -> None:
    def size() -> int:
        found: int = shell.ok("db", "status", "--json").json["ledger_size"]
        return found

    before = size()
    rotated = shell.ok("keys", "rotate", "token", "--json").json
    shown = shell.ok("keys", "show", "--json").json["tokens"]["keys"]

    assert size() == before + 1
    assert {key["kid"] for key in shown} == {rotated["old"], rotated["new"]}
    shell.ok("keys", "rotate", "token", "--at-once")
    assert len(shell.ok("keys", "show", "--json").json["tokens"]["keys"]) == 1
    assert shell.ok("verify").code == 0
    assert shell("keys", "rotate", "ledger").code == 2
