"""The keys of recipients' ids: stable while they are needed, gone when they are destroyed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gateway.errors import QuarterKeyDestroyed
from gateway.keys import quarters
from gateway.keys.derive import place_key, pseudonym_key
from gateway.keys.files import KeysUnavailable
from gateway.keys.quarters import FIRST, MASTER, QUARTERS, InUse
from gateway.keys.ring import KeyRing
from tests.support.requirements import law

Q1, Q2, Q3, LATER = "2026Q1", "2026Q2", "2026Q3", "2027Q1"
USED = InUse(frozenset({Q1, Q2, Q3}), frozenset({"fire", "council"}), frozenset({"police-nsir"}))


def ring_of(home: Path) -> KeyRing:
    home.mkdir(parents=True, exist_ok=True)
    return KeyRing.create(home, os.urandom)


def older_ring(home: Path) -> KeyRing:
    """Keys as they were before quarters had secrets of their own."""
    ring = ring_of(home)
    (ring.folder / QUARTERS).unlink()
    return KeyRing.open(home)


def named(ring: KeyRing, *which: str) -> dict[tuple[str, str], bytes]:
    found = {}
    for quarter in which or (Q1, Q2, Q3):
        for recipient in USED.recipients:
            found[recipient, quarter] = ring.quarters.recipient_key(recipient, quarter)
        found["place", quarter] = ring.quarters.place_key("police-nsir", quarter)
        found["row", quarter] = ring.quarters.return_key("fire", quarter, 1)
    return found


@law("L48")
def test_no_two_recipients_and_no_two_quarters_share_a_key(tmp_path: Path) -> None:
    made = named(ring_of(tmp_path / "home"), Q1, Q2, Q3, LATER)

    assert len(set(made.values())) == len(made)


def test_after_a_rotation_what_was_used_keeps_its_ids_and_later_quarters_get_others(
    tmp_path: Path,
) -> None:
    ring = ring_of(tmp_path / "home")
    before, later = named(ring), named(ring, LATER)
    quarters.rotate(ring.folder, os.urandom(32), USED)

    assert named(ring) == before == named(KeyRing.open(tmp_path / "home"))
    assert not set(named(ring, LATER).values()) & set(later.values())


def test_a_destroyed_quarter_cannot_be_named_again_by_anything_that_is_left(
    tmp_path: Path,
) -> None:
    ring = ring_of(tmp_path / "home")
    before = named(ring)
    quarters.rotate(ring.folder, os.urandom(32), USED)
    quarters.destroy(ring.folder, os.urandom(32), Q1, USED)

    assert ring.quarters.destroyed == {Q1}
    for ask in (
        lambda: ring.quarters.recipient_key("fire", Q1),
        lambda: ring.quarters.place_key("police-nsir", Q1),
        lambda: ring.quarters.return_key("fire", Q1, 1),
    ):
        with pytest.raises(QuarterKeyDestroyed):
            ask()
    assert named(ring, Q2, Q3) == {key: one for key, one in before.items() if key[1] != Q1}
    left = "".join((ring.folder / name).read_text() for name in (MASTER, QUARTERS))
    assert Q1 + " destroyed" in left
    assert Q1 + " kept" not in left
    for secret in (MASTER, QUARTERS):
        assert stat.S_IMODE((ring.folder / secret).stat().st_mode) == 0o600
    quarters.rotate(ring.folder, os.urandom(32), USED)
    assert ring.quarters.destroyed == {Q1}


def test_an_older_home_keeps_every_id_and_gets_quarters_that_can_go(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ring = older_ring(home)
    old = {
        (name, one): pseudonym_key(ring.pseudonym_master, name, one)
        for name in USED.recipients
        for one in (Q1, Q2, Q3)
    }
    place = place_key(ring.pseudonym_master, "police-nsir", Q2)

    def keeps(*which: str) -> None:
        for (name, quarter), key in old.items():
            if quarter in which:
                assert ring.quarters.recipient_key(name, quarter) == key

    keeps(Q1, Q2, Q3)
    assert KeyRing.complete(home, os.urandom, Q3)
    assert not KeyRing.complete(home, os.urandom, LATER)
    keeps(Q1, Q2, Q3)
    assert ring.quarters.place_key("police-nsir", Q2) == place
    quarters.rotate(ring.folder, os.urandom(32), USED)
    keeps(Q1, Q2, Q3)
    quarters.destroy(ring.folder, os.urandom(32), Q1, USED)
    keeps(Q2, Q3)
    assert ring.quarters.place_key("police-nsir", Q2) == place
    assert not (ring.folder / FIRST).exists()
    assert ring.quarters.destroyed == {Q1}


@pytest.mark.parametrize("text", ["2026Q1 keep\n", "2026Q5 destroyed\n", "2026Q1 kept 00\n"])
def test_a_list_that_is_malformed_is_not_read_past(tmp_path: Path, text: str) -> None:
    ring = ring_of(tmp_path / "home")
    (ring.folder / QUARTERS).write_text(text)

    with pytest.raises(KeysUnavailable):
        ring.quarters.recipient_key("fire", Q1)


def test_a_random_source_that_repeats_itself_destroys_nothing(tmp_path: Path) -> None:
    ring = ring_of(tmp_path / "home")

    with pytest.raises(KeysUnavailable):
        quarters.destroy(ring.folder, ring.pseudonym_master, Q1, USED)
    assert ring.quarters.destroyed == frozenset()
