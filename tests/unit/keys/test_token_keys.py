"""The key of tokens is replaced without a moment in which a good token is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.keys.ring import KeyRing, KeysUnavailable
from gateway.keys.token_keys import MOST_RETIRED, TokenKeys, rotate
from tests.unit.keys.test_ring import counting

NOW, LATER = 1_000, 1_610


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path, counting())


def test_the_old_key_verifies_until_its_last_token_is_over_and_never_signs(ring: KeyRing) -> None:
    running = TokenKeys(ring)
    old = running.signing(NOW).kid

    rotated = rotate(ring.folder, counting(100), NOW, LATER)

    assert rotated == (old, running.signing(NOW).kid)
    assert old != running.signing(NOW).kid
    assert running.accepted(LATER - 1).keys() == set(rotated)
    assert running.accepted(LATER).keys() == {rotated[1]}
    assert TokenKeys(KeyRing.open(ring.folder.parent)).accepted(NOW).keys() == set(rotated)


def test_a_process_that_has_not_looked_again_does_so_for_a_key_it_does_not_know(
    ring: KeyRing,
) -> None:
    running = TokenKeys(ring)
    running.accepted(NOW)
    _, new = rotate(ring.folder, counting(100), NOW, LATER)

    assert new not in running.accepted(NOW)
    assert new in running.accepted(NOW, unless=new)


def test_a_key_that_leaked_is_refused_at_once_with_all_before_it(ring: KeyRing) -> None:
    running = TokenKeys(ring)
    rotate(ring.folder, counting(100), NOW, LATER)
    rotate(ring.folder, counting(101), NOW, None)

    assert running.accepted(NOW + 1).keys() == {running.signing(NOW + 1).kid}


def test_of_the_old_key_only_the_public_half_is_kept_and_by_its_owner_alone(ring: KeyRing) -> None:
    old = (ring.folder / "token.key").read_text().strip()
    rotate(ring.folder, counting(100), NOW, LATER)

    assert all(old not in path.read_text() for path in ring.folder.iterdir())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in ring.folder.iterdir()}
    assert modes == {0o600}


def test_retired_keys_are_few_and_go_when_their_time_is_over(ring: KeyRing) -> None:
    for number in range(12):
        rotate(ring.folder, counting(100 + number), NOW, LATER)
    assert len(TokenKeys(ring).accepted(NOW)) == MOST_RETIRED + 1

    rotate(ring.folder, counting(200), LATER, LATER + 610)
    assert len((ring.folder / "token-retired.txt").read_text().splitlines()) == 1


@pytest.mark.parametrize("text", ["", "x", "1 00", "1 " + "04" * 65 + "\n", "1 " + "ff" * 65])
def test_a_malformed_list_stops_a_rotation_and_not_what_runs(ring: KeyRing, text: str) -> None:
    running = TokenKeys(ring)
    kid = running.signing(NOW).kid
    (ring.folder / "token-retired.txt").write_text(text or "\n")
    (ring.folder / "token-retired.txt").chmod(0o600)

    assert running.signing(NOW + 1).kid == kid
    with pytest.raises(KeysUnavailable, match=r"token-retired\.txt"):
        rotate(ring.folder, counting(100), NOW, LATER)


def test_a_source_that_gives_the_same_key_again_rotates_nothing(ring: KeyRing) -> None:
    same = bytes.fromhex((ring.folder / "token.key").read_text())
    with pytest.raises(KeysUnavailable, match="there already"):
        rotate(ring.folder, lambda _: same, NOW, LATER)
