"""The Merkle tree of RFC 9162 §2.1 (SHA-256): roots, proofs and their verification.

A *node* is the hash of a complete subtree: ``(level, index)`` covers leaves ``index · 2^level`` up
to, not including, ``(index + 1) · 2^level``. Complete subtrees never change: the store keeps each
once and every proof is made of them. Sizes and indices count leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

Node = tuple[int, int, bytes]
"""Level, index and hash of one complete subtree."""

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at (level, index)."""

EMPTY_ROOT = sha256(b"").digest()
"""The root of no leaves (RFC 9162 §2.1.1)."""

HASH_SIZE = 32


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes: SHA-256(0x00 ‖ leaf)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of the tree: all that appending and the root need, ≤ 64 hashes.

    ``peaks`` are the roots of the complete subtrees, largest (leftmost) first: one for each one-bit
    of ``size``.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)
        if size < 0 or len(self._peaks) != size.bit_count():
            raise ValueError("a frontier has one peak for each one-bit of its size")

    @classmethod
    def restored(cls, size: int, nodes: NodeReader) -> Frontier:
        """Read the frontier of a tree of ``size`` leaves back from its stored nodes."""
        return cls(size, [nodes(level, index) for level, index in _complete_parts(0, size)])

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees, largest first."""
        return tuple(self._peaks)

    def append(self, hashed: bytes) -> list[Node]:
        """Add one leaf by its ``leaf_hash``; return the nodes now complete, the leaf first."""
        index = self.size
        level = 0
        completed = [(0, index, hashed)]
        while index & 1:
            hashed = sha256(b"\x01" + self._peaks.pop() + hashed).digest()
            index >>= 1
            level += 1
            completed.append((level, index, hashed))
        self._peaks.append(hashed)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return _folded(self._peaks) if self._peaks else EMPTY_ROOT

    def copy(self) -> Frontier:
        """A second frontier that goes its own way: what a transaction works on until it commits."""
        twin = Frontier.__new__(Frontier)
        twin.size = self.size
        twin._peaks = self._peaks.copy()  # noqa: SLF001 - its own kind
        return twin


class MemoryNodes:
    """A tree held whole in memory: its nodes, for proofs over one batch and for verification."""

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        self.frontier = Frontier()
        self._levels: list[list[bytes]] = []
        for hashed in hashes:
            self.append(hashed)

    def append(self, hashed: bytes) -> None:
        """Add one leaf by its ``leaf_hash``."""
        for level, _, node in self.frontier.append(hashed):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree at (level, index); LookupError where there is none."""
        return self._levels[level][index]


def batch_root(entries: Iterable[bytes]) -> bytes:
    """The root over a batch's entries, such as commitments of one push's rows; each a leaf."""
    level = [sha256(b"\x00" + entry).digest() for entry in entries]
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        if len(level) & 1:
            paired.append(level[-1])
        level = paired
    return level[0]


def inclusion_proof(nodes: NodeReader, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 §2.1.3.1: proves that a leaf is in a tree of that size.

    Raises:
        ValueError: there is no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(nodes, middle, end))
            end = middle
        else:
            proof.append(_range_root(nodes, start, middle))
            start = middle
    proof.reverse()
    return proof


def consistency_proof(nodes: NodeReader, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162 §2.1.4.1: the newer tree begins with the older one.

    Empty where ``old`` is 0 or equal to ``new``.

    Raises:
        ValueError: ``old`` is negative or larger than ``new``.
    """
    if not 0 <= old <= new:
        raise ValueError("the older tree cannot be larger than the newer")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    start, end, known = 0, new, True
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(nodes, middle, end))
            end = middle
        else:
            proof.append(_range_root(nodes, start, middle))
            start, known = middle, False
    if not known:
        proof.append(_range_root(nodes, start, end))
    proof.reverse()
    return proof


def verify_inclusion(
    hashed: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """RFC 9162 §2.1.3.2: whether the leaf of this hash is at ``index`` in the tree of this root."""
    if not 0 <= index < size or not _are_hashes((hashed, root, *proof)):
        return False
    sides = _sides(index, size - 1, len(proof))
    if sides is None:
        return False
    reached = hashed
    for step, is_left in zip(proof, sides, strict=True):
        reached = node_hash(step, reached) if is_left else node_hash(reached, step)
    return reached == root


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """RFC 9162 §2.1.4.2: whether the newer tree begins with the older one."""
    if not 0 <= old <= new or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old in (0, new):
        begins = old_root == (EMPTY_ROOT if old == 0 else new_root)
        return begins and not proof and (new > 0 or new_root == EMPTY_ROOT)
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    shared = (old ^ (old - 1)).bit_length() - 1  # levels in which the older tree is complete
    sides = _sides((old - 1) >> shared, (new - 1) >> shared, len(steps) - 1)
    if sides is None:
        return False
    old_reached = new_reached = steps[0]
    for step, is_left in zip(steps[1:], sides, strict=True):
        if is_left:
            old_reached = node_hash(step, old_reached)
            new_reached = node_hash(step, new_reached)
        else:
            new_reached = node_hash(new_reached, step)
    return old_reached == old_root and new_reached == new_root


def _sides(first: int, last: int, count: int) -> list[bool] | None:
    """For each step of a proof whether its hash stands on the left; None if ``count`` is wrong.

    The walk of RFC 9162 §2.1.3.2 step 4: ``first`` is the node proved, ``last`` the rightmost one.
    """
    sides: list[bool] = []
    while last:
        if len(sides) == count:
            return None
        is_left = bool(first & 1) or first == last
        if is_left:
            zeros = (first & -first).bit_length() - 1
            first >>= zeros
            last >>= zeros
        sides.append(is_left)
        first >>= 1
        last >>= 1
    return sides if len(sides) == count else None


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (RFC 9162 §2.1.1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _complete_parts(start: int, end: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees that make up [start, end), largest first.

    ``start`` must be a multiple of the largest of them, which every split of RFC 9162 gives.
    """
    parts: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def _range_root(nodes: NodeReader, start: int, end: int) -> bytes:
    return _folded([nodes(level, index) for level, index in _complete_parts(start, end)])


def _folded(peaks: Sequence[bytes]) -> bytes:
    reached = peaks[-1]
    for peak in peaks[-2::-1]:
        reached = sha256(b"\x01" + peak + reached).digest()
    return reached


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
