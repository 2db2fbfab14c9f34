"""The ledger's tree as the writer sees it: a frontier that survives a roll-back by being rebuilt."""

from __future__ import annotations

from collections.abc import Callable

from gateway.ledger.tree import Frontier, leaf_hash


class TreeSealer:
    """Appends leaves to an RFC 9162 tree, and says which complete subtrees to store."""

    def __init__(self) -> None:
        self._frontier = Frontier()

    @property
    def size(self) -> int:
        """How many leaves the frontier covers."""
        return self._frontier.size

    def load(self, size: int, node: Callable[[int, int], bytes]) -> None:
        """Rebuild the frontier for ``size`` leaves from stored nodes."""
        self._frontier = Frontier.restored(size, node) if size else Frontier()

    def append(self, leaf: bytes) -> tuple[int, bytes, list[tuple[int, int, bytes]]]:
        """Add a leaf; return its index, its hash and the complete subtrees it closes."""
        index = self._frontier.size
        hashed = leaf_hash(leaf)
        nodes = self._frontier.append(hashed)
        return index, hashed, [(level, at, digest) for level, at, digest in nodes if level]
