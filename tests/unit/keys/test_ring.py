"""The key ring is made whole or not at all, and opened only when nobody else could read it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.keys.ring import P256_ORDER, KeyRing, KeysExist, KeysUnavailable


def counting(start: int = 1) -> Callable[[int], bytes]:
    """A source that gives 01…, 02…, and so on: the same keys in every run."""
    state = [start - 1]

    def give(size: int) -> bytes:
        state[0] += 1
        return bytes((state[0],)) * size

    return give


def test_what_is_created_is_what_is_opened(tmp_path: Path) -> None:
    made = KeyRing.create(tmp_path / "home", counting())
    opened = KeyRing.open(tmp_path / "home")

    for name in ("natural_key", "content", "cursor", "pseudonym_master", "idempotency"):
        assert getattr(made, name) == getattr(opened, name)
        assert len(getattr(made, name)) == 32
    assert made.token_kid == opened.token_kid
    assert made.ledger_key.private_bytes_raw() == opened.ledger_key.private_bytes_raw()
    assert made.token_key.private_numbers() == opened.token_key.private_numbers()
    sealed = made.wrapping.encrypt(b"n" * 12, b"x", None)
    assert opened.wrapping.decrypt(b"n" * 12, sealed, None) == b"x"


def test_only_the_owner_may_read_the_keys_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing.create(tmp_path / "home", counting())
    finally:
        os.umask(before)

    folder = tmp_path / "home" / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(folder.iterdir())
    assert len(files) == 10
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert sorted(p.name for p in (tmp_path / "home").iterdir()) == ["keys"]


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    first = KeyRing.create(tmp_path, counting())
    with pytest.raises(KeysExist):
        KeyRing.create(tmp_path, counting(20))
    assert KeyRing.open(tmp_path).cursor == first.cursor


def test_two_who_create_at_once_leave_the_first_ones_keys(tmp_path: Path) -> None:
    first: list[KeyRing] = []

    def racing(size: int) -> bytes:
        if not first:
            first.append(KeyRing.create(tmp_path, counting()))
        return os.urandom(size)

    with pytest.raises(KeysExist):
        KeyRing.create(tmp_path, racing)
    assert KeyRing.open(tmp_path).cursor == first[0].cursor
    assert [p.name for p in tmp_path.iterdir()] == ["keys"]


def test_a_random_source_that_gives_too_little_makes_no_keys(tmp_path: Path) -> None:
    with pytest.raises(KeysUnavailable, match="random source"):
        KeyRing.create(tmp_path, lambda _: b"short")
    with pytest.raises(KeysUnavailable, match="random source"):
        KeyRing.create(tmp_path, bytes)
    assert not (tmp_path / "keys").exists()


def test_a_token_key_is_drawn_again_when_it_is_no_p256_key(tmp_path: Path) -> None:
    source = counting()
    draws = [P256_ORDER.to_bytes(32, "big"), b"\xff" * 32]

    def give(size: int) -> bytes:
        usual = source(size)
        return draws.pop() if usual[0] > 7 and draws else usual

    assert KeyRing.create(tmp_path, give).token_key.private_numbers().private_value < P256_ORDER


def test_a_home_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysUnavailable, match="cannot be made"):
        KeyRing.create(tmp_path / "file", counting())


def test_a_home_without_keys_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeysUnavailable, match="no folder"):
        KeyRing.open(tmp_path)
    (tmp_path / "keys").write_text("")
    with pytest.raises(KeysUnavailable, match="0700"):
        KeyRing.open(tmp_path)


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path, mode: int) -> None:
    KeyRing.create(tmp_path, counting())
    (tmp_path / "keys").chmod(mode)
    with pytest.raises(KeysUnavailable, match="0700"):
        KeyRing.open(tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    KeyRing.create(tmp_path, counting())
    (tmp_path / "keys" / "cursor.key").chmod(mode)
    with pytest.raises(KeysUnavailable, match=r"cursor\.key.*0600"):
        KeyRing.open(tmp_path)


@pytest.mark.parametrize(
    "text", [b"", b"00" * 31, b"00" * 33, b"zz" * 32, b"00" * 32 + b"\n\n", "é".encode() * 32]
)
def test_a_malformed_file_is_refused_by_name_and_never_shown(tmp_path: Path, text: bytes) -> None:
    KeyRing.create(tmp_path, counting())
    (tmp_path / "keys" / "content.key").write_bytes(text)
    with pytest.raises(KeysUnavailable, match=r"content\.key.*64 hexadecimal") as refused:
        KeyRing.open(tmp_path)
    assert not text or text.decode(errors="replace") not in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    KeyRing.create(tmp_path, counting())
    (tmp_path / "keys" / "ledger.key").unlink()
    with pytest.raises(KeysUnavailable, match=r"ledger\.key.*missing"):
        KeyRing.open(tmp_path)


def test_one_key_copied_over_another_is_refused(tmp_path: Path) -> None:
    KeyRing.create(tmp_path, counting())
    folder = tmp_path / "keys"
    (folder / "cursor.key").write_bytes((folder / "content.key").read_bytes())
    with pytest.raises(KeysUnavailable, match="same key"):
        KeyRing.open(tmp_path)


def test_a_token_key_outside_the_curve_is_refused(tmp_path: Path) -> None:
    KeyRing.create(tmp_path, counting())
    (tmp_path / "keys" / "token.key").write_bytes(b"ff" * 32)
    with pytest.raises(KeysUnavailable, match=r"token\.key"):
        KeyRing.open(tmp_path)


def test_neither_the_ring_nor_an_error_shows_a_key(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path, counting())
    shown = repr(ring) + str(ring) + repr(ring._secrets)
    for file in (tmp_path / "keys").glob("*.key"):
        text = file.read_text().strip()
        assert text not in shown
        assert repr(bytes.fromhex(text)) not in shown
