"""The Merkle tree of RFC 9162: roots, proofs, and that nothing false verifies."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    MemoryNodes,
    batch_root,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

# Inputs and roots of the certificate-transparency reference tests (RFC 6962 trees, same hashing).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 writes it, recursively: the second opinion."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def a_tree(size: int) -> tuple[list[bytes], MemoryNodes]:
    leaves = [b"leaf %d" % number for number in range(size)]
    return leaves, MemoryNodes(map(leaf_hash, leaves))


def test_roots_are_those_of_the_reference_vectors() -> None:
    frontier = Frontier()
    assert frontier.root().hex() == hashlib.sha256(b"").hexdigest() == EMPTY_ROOT.hex()

    for leaf, root in zip(INPUTS, ROOTS, strict=True):
        frontier.append(leaf_hash(leaf))
        assert frontier.root().hex() == root
    assert batch_root(INPUTS).hex() == ROOTS[-1]


def test_an_inclusion_proof_is_that_of_the_reference_vectors() -> None:
    nodes = MemoryNodes(map(leaf_hash, INPUTS))

    assert [step.hex() for step in inclusion_proof(nodes, 0, 8)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [step.hex() for step in inclusion_proof(nodes, 5, 8)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_consistency_proof_is_that_of_the_reference_vectors() -> None:
    nodes = MemoryNodes(map(leaf_hash, INPUTS))

    assert [step.hex() for step in consistency_proof(nodes, 6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_every_proof_of_every_small_tree_verifies() -> None:
    leaves, nodes = a_tree(34)
    roots = [by_definition(leaves[:size]) for size in range(35)]

    for size in range(1, 35):
        for index in range(size):
            proof = inclusion_proof(nodes, index, size)
            assert verify_inclusion(leaf_hash(leaves[index]), index, size, proof, roots[size])
        for old in range(size + 1):
            proof = consistency_proof(nodes, old, size)
            assert verify_consistency(old, size, proof, roots[old], roots[size])


def test_no_proof_of_a_small_tree_passes_for_another_place_or_size() -> None:
    leaves, nodes = a_tree(17)
    roots = [by_definition(leaves[:size]) for size in range(18)]

    for size in range(1, 18):
        for index in range(size):
            proof = inclusion_proof(nodes, index, size)
            for other in range(size):
                found = verify_inclusion(leaf_hash(leaves[index]), other, size, proof, roots[size])
                assert found is (other == index)
        for old in range(size + 1):
            proof = consistency_proof(nodes, old, size)
            for other in range(size + 1):
                found = verify_consistency(other, size, proof, roots[old], roots[size])
                assert found is (other == old)


@given(st.lists(st.binary(max_size=40), max_size=200))
def test_the_root_grows_as_the_definition_says(leaves: list[bytes]) -> None:
    frontier = Frontier()
    stored = {}
    for leaf in leaves:
        for level, index, hashed in frontier.append(leaf_hash(leaf)):
            assert stored.setdefault((level, index), hashed) == hashed

    assert frontier.root() == by_definition(leaves) == batch_root(leaves)
    restored = Frontier.restored(len(leaves), lambda level, index: stored[level, index])
    assert (restored.size, restored.peaks) == (frontier.size, frontier.peaks)
    assert Frontier(frontier.size, frontier.peaks).root() == frontier.root()


@given(st.integers(1, 3000), st.data())
def test_a_proof_of_any_size_holds_and_none_with_a_changed_byte(
    size: int, data: st.DataObject
) -> None:
    leaves, nodes = a_tree(size)
    index = data.draw(st.integers(0, size - 1))
    hashed, root = leaf_hash(leaves[index]), nodes.frontier.root()
    proof = inclusion_proof(nodes, index, size)

    assert verify_inclusion(hashed, index, size, proof, root)
    assert not verify_inclusion(hashed, index, size, [*proof, root], root)
    if proof:
        assert not verify_inclusion(hashed, index, size, proof[:-1], root)
    parts = [hashed, root, *proof]
    changed = data.draw(st.integers(0, len(parts) - 1))
    parts[changed] = flip(parts[changed], data)
    assert not verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@given(st.integers(1, 3000), st.data())
def test_an_older_tree_is_proved_and_no_changed_byte_is(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    leaves, nodes = a_tree(new)
    old_root, new_root = batch_root(leaves[:old]), nodes.frontier.root()
    proof = consistency_proof(nodes, old, new)

    assert verify_consistency(old, new, proof, old_root, new_root)
    assert not verify_consistency(old, new, [*proof, new_root], old_root, new_root)
    if proof:
        assert not verify_consistency(old, new, proof[:-1], old_root, new_root)
        assert not verify_consistency(old, new, [], old_root, new_root)
    parts = [old_root, new_root, *proof]
    changed = data.draw(st.integers(0, len(parts) - 1))
    parts[changed] = flip(parts[changed], data)
    assert not verify_consistency(old, new, parts[2:], parts[0], parts[1])


def flip(value: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, len(value) - 1))
    return value[:at] + bytes((value[at] ^ data.draw(st.integers(1, 255)),)) + value[at + 1 :]


def test_a_copied_frontier_goes_its_own_way() -> None:
    kept = Frontier()
    kept.append(leaf_hash(b"one"))
    before = kept.root()

    tried = kept.copy()
    tried.append(leaf_hash(b"two"))

    assert (kept.size, kept.root()) == (1, before)
    assert tried.root() == node_hash(leaf_hash(b"one"), leaf_hash(b"two"))


def test_a_frontier_with_too_few_peaks_is_refused() -> None:
    with pytest.raises(ValueError, match="one peak"):
        Frontier(3, [bytes(32)])
    with pytest.raises(ValueError, match="one peak"):
        Frontier(-1, [bytes(32)])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    _, nodes = a_tree(3)
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(nodes, index, size)
    assert not verify_inclusion(bytes(32), index, size, [], bytes(32))


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_a_tree_is_never_consistent_with_a_larger_past(old: int, new: int) -> None:
    _, nodes = a_tree(3)
    with pytest.raises(ValueError, match="cannot be larger"):
        consistency_proof(nodes, old, new)
    assert not verify_consistency(old, new, [], bytes(32), bytes(32))


def test_the_empty_tree_is_the_beginning_of_every_tree_only_by_its_own_root() -> None:
    _, nodes = a_tree(3)
    root = nodes.frontier.root()

    assert verify_consistency(0, 3, [], EMPTY_ROOT, root)
    assert verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(0, 3, [], root, root)
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, root)
    assert not verify_consistency(0, 3, [root], EMPTY_ROOT, root)


def test_a_hash_of_another_length_proves_nothing() -> None:
    assert not verify_inclusion(b"short", 0, 1, [], b"short")
    assert not verify_consistency(1, 1, [], b"short", b"short")
