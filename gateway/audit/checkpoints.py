"""Publishing the ledger's size and root: signed, stored, written to a file, handed to partners.

Sizes and indices count operations, never rows; that operations happened stays visible.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gateway.events import Event, emit
from gateway.keys.ring import KeyRing, KeysUnavailable
from gateway.ledger.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    VerifierKey,
    make_checkpoint,
    verifier_key,
    verify_checkpoint,
)
from gateway.ledger.tree import Frontier
from gateway.store import tables as t
from gateway.store.reading import Reader, newest_kept
from gateway.store.tx import Tx
from gateway.store.writer import Writer

ORIGIN = "charnwood-gateway"
"""First line of every checkpoint of this gateway (C2SP tlog-checkpoint)."""


def ledger_verifier_key(keys: KeyRing) -> VerifierKey:
    """Return the public key that partners check checkpoints with."""
    return verifier_key(ORIGIN, keys.ledger_key)


def demand_own_keys(reader: Reader, keys: KeyRing) -> None:
    """Demand that a home's keys are those of its database, as far as a checkpoint tells.

    A process with other keys would know no incident again and record every one a second time.

    Raises:
        KeysUnavailable: The last checkpoint was signed by another key.
    """
    newest = reader.newest_checkpoint()
    if newest is None:
        return
    try:
        verify_checkpoint(newest[1], ledger_verifier_key(keys))
    except CheckpointRefused:
        raise KeysUnavailable("they are not the keys of this database") from None


@dataclass(frozen=True, slots=True)
class Publisher:
    """Signs and keeps checkpoints."""

    reader: Reader
    writer: Writer
    keys: KeyRing
    folder: Path
    """Where notes are written, one file a size, beside ``latest``."""
    besides: Path | None = None
    """Another folder for the same, such as a share of another machine; it is there already."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that notes are written to."""
        return (self.folder,) if self.besides is None else (self.folder, self.besides)

    def publish(self, at: int, every: float = 0.0) -> tuple[int, str] | None:
        """Sign the ledger as it stands; return (size, note), or None where it is empty.

        Args:
            at: Seconds since 1970, for our own list; the note itself holds no time.
            every: Where one was signed less than so many seconds ago, by whichever process, that one
                is given: several processes publish in turn, not one beside the other.
        """
        newest = self.reader.newest_checkpoint()
        head = self.reader.head()
        if newest is not None and (newest[0] == head.ledger_size or abs(at - newest[2]) < every):
            size, note, _ = newest
            self._write(size, note)
            return size, note
        if head.ledger_size == 0:
            return None
        with self.reader.connection():
            root = Frontier.restored(head.ledger_size, self.reader.node).root()
        note = make_checkpoint(Checkpoint(ORIGIN, head.ledger_size, root), self.keys.ledger_key)
        if not self.writer.run(_Keep(head.ledger_size, note, at)):
            return self.publish(at, float("inf"))
        self._write(head.ledger_size, note)
        emit(Event.CHECKPOINT_SIGNED, size=head.ledger_size)
        return head.ledger_size, note

    def _write(self, size: int, note: str) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for folder in self.folders:
            _write_into(folder, size, note)


def _write_into(folder: Path, size: int, note: str) -> None:
    if (folder / f"{size:012d}").exists():
        return
    for name in (f"{size:012d}", "latest"):
        partial = folder / f".{name}"
        partial.write_text(note, encoding="utf-8")
        os.replace(partial, folder / name)  # noqa: PTH105 - replaces in one step


@dataclass(frozen=True, slots=True)
class _Keep:
    size: int
    note: str
    at: int

    def __call__(self, tx: Tx) -> bool:
        """Keep it, unless another process has kept one of this size or of a later one."""
        newest = newest_kept(tx.connection)
        if newest is not None and newest[0] >= self.size:
            return False
        # another machine's clock may be ahead of ours: our list is in order all the same
        at = self.at if newest is None else max(self.at, newest[2])
        tx.add(t.CHECKPOINT, [{"size": self.size, "note": self.note, "at": at}])
        return True
