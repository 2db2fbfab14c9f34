"""Verifying the ledger itself: every hash, every node, every checkpoint ever signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.ledger.checkpoint import Checkpoint, CheckpointRefused, VerifierKey, verify_checkpoint
from gateway.ledger.leaf import LeafRefused, Operation, leaf, read_leaf
from gateway.ledger.tree import EMPTY_ROOT, Frontier, leaf_hash
from gateway.store.verifying import Evidence

_OF_EVERY_LEAF = ("at", "actor", "nonce")


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint that somebody kept, and what to call it."""

    name: str
    text: str
    ours: bool = False
    """We wrote it to a file, so it must be in the database too."""


class Checkpoints:
    """Checkpoints by the size that they sign, waiting for the ledger to reach it."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._waiting: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        self.count = 0

    def expect(self, evidence: Evidence, notes: Iterable[Note], key: VerifierKey) -> None:
        """Read those of the table and those that were handed in."""
        stored: set[int] = set()
        before = 0
        for size, text, at in evidence.rows("checkpoint"):
            name = f"of size {size}"
            read = self._read(f"in the database {name}", text, key)
            if read is None or read.size != size:
                self._findings.add("checkpoint.refused", "checkpoint", name)
            if not isinstance(at, int) or at < before:
                self._findings.add("checkpoint.time", "checkpoint", name)
            else:
                before = at
            stored.add(size)
        for note in notes:
            read = self._read(note.name, note.text, key)
            if read is None:
                self._findings.add("checkpoint.refused", "checkpoint", note.name)
            elif note.ours and read.size not in stored:
                self._findings.add("checkpoint.missing", "checkpoint", f"of size {read.size}")

    def _read(self, name: str, text: object, key: VerifierKey) -> Checkpoint | None:
        self.count += 1
        try:
            read = verify_checkpoint(str(text), key)
        except CheckpointRefused:
            return None
        self._waiting[read.size].append((name, read.root))
        return read

    def reached(self, frontier: Frontier) -> None:
        """Compare the root that the ledger has at this size."""
        waiting = self._waiting.pop(frontier.size, None)
        if waiting is None:
            return
        root = frontier.root() if frontier.size else EMPTY_ROOT
        for name, signed in waiting:
            if signed != root:
                self._findings.add("checkpoint.root", "checkpoint", name)

    def finish(self) -> None:
        """Whatever still waits signs a longer ledger than there is."""
        for waiting in self._waiting.values():
            for name, _ in waiting:
                self._findings.add("checkpoint.tail_cut", "ledger", name)


def operations(
    evidence: Evidence, frontier: Frontier, checkpoints: Checkpoints, findings: Findings
) -> Iterator[tuple[int, Operation, dict[str, Any]]]:
    """Yield every operation in its order, with tree and checkpoints checked up to it."""
    checkpoints.reached(frontier)
    for index, stored, hashed in evidence.rows("ledger"):
        if index != frontier.size:
            findings.add("ledger.index", "ledger", frontier.size)
        made = leaf_hash(stored) if isinstance(stored, bytes) else b""
        if made != hashed:
            findings.add("ledger.hash", "ledger", index)
        for level, at, node in frontier.append(made):
            if level and evidence.node(level, at) != node:
                findings.add("ledger.node", "ledger_node", f"level {level}, index {at}")
        checkpoints.reached(frontier)
        read = read_operation(stored)
        if read is None:
            findings.add("ledger.leaf", "ledger", index)
        else:
            yield index, *read
    for number, _ in enumerate(evidence.nodes_outside(frontier.size), start=1):
        findings.add("ledger.node", "ledger_node", f"outside the tree, number {number}")
    checkpoints.finish()


def read_operation(stored: object) -> tuple[Operation, dict[str, Any]] | None:
    """Read a leaf, or None where it is not what the catalogue would make of it."""
    if not isinstance(stored, bytes):
        return None
    try:
        document = read_leaf(stored)
        operation = Operation(document["operation"])
        content = {
            key: value
            for key, value in document.items()
            if key not in {"v", "operation", *_OF_EVERY_LEAF}
        }
        at, actor, nonce = (document[name] for name in _OF_EVERY_LEAF)
        made = leaf(operation, at=at, actor=actor, nonce=nonce, **content)
    except (LeafRefused, ValueError, TypeError, KeyError, RecursionError):
        return None
    return (operation, document) if made == stored else None
