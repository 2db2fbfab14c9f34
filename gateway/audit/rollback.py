"""Finding out that the database was put back to an earlier state: our own checkpoints know better.

Every checkpoint that was published stands in a file beside the keys, and partners keep theirs. Where one
is of a longer ledger than the database's, or of another, the database is older than what was released
from it: a hold is placed, and the files of the lost future are put aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.verify_ledger import Note
from gateway.events import Event, emit
from gateway.keys.ring import KeyRing
from gateway.law.holds import ROLLED_BACK, Hold, Placing, holds
from gateway.law.register import Act
from gateway.ledger.checkpoint import Checkpoint, CheckpointRefused, verify_checkpoint
from gateway.ledger.tree import Frontier
from gateway.store.reading import Reader
from gateway.store.writer import Writer

LOST = "checkpoints-lost"
"""Folder in GATEWAY_HOME where the checkpoints of a lost future are kept."""


def later_future(reader: Reader, keys: KeyRing, notes: Iterable[Note]) -> Checkpoint | None:
    """Return the largest of our checkpoints that this ledger has not come from; None where all fit.

    Args:
        reader: The database.
        keys: The home's; a note that another key signed says nothing.
        notes: Read before this is called: files only ever run behind the database.
    """
    known = sorted(_ours(keys, notes), key=lambda checkpoint: checkpoint.size, reverse=True)
    if not known:
        return None
    size = reader.head().ledger_size
    forgiven = [hold for hold in holds(reader) if not hold.stands]
    for checkpoint in known:
        if any(hold.covers(checkpoint.size) for hold in forgiven):
            continue  # an operator knows of that future, and has let it go
        if checkpoint.size > size or _root(reader, checkpoint.size) != checkpoint.root:
            return checkpoint
        return None  # what is shorter than one that fits, fits
    return None


def hold_for(reader: Reader, keys: KeyRing, notes: Iterable[Note]) -> Hold | None:
    """Return the hold that a database wants, the one that stands already or a new one; None: none."""
    lost = later_future(reader, keys, notes)
    if lost is None:
        return None
    for hold in holds(reader):
        if hold.stands and hold.covers(lost.size):
            return hold
    size = min(reader.head().ledger_size, lost.size - 1)
    name = f"rolled-back-{lost.size}"
    return Hold(name=name, reason=ROLLED_BACK, ledger_size=size, known_size=lost.size)


def newest_notes(folder: Path) -> list[Note]:
    """Return the newest of the checkpoints that this gateway wrote to files: there may be very many."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.name.isdecimal())
    found = [folder / name for name in (*names[-1:], "latest")]
    return [
        Note(f"file {path.name}", path.read_text(encoding="utf-8", errors="replace"))
        for path in found
        if path.is_file()
    ]


def _ours(keys: KeyRing, notes: Iterable[Note]) -> Iterable[Checkpoint]:
    key = ledger_verifier_key(keys)
    for note in notes:
        try:
            yield verify_checkpoint(note.text, key)
        except CheckpointRefused:
            continue


def _root(reader: Reader, size: int) -> bytes:
    return Frontier.restored(size, reader.node).root()


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks whether the database was put back, and holds everything if it was."""

    reader: Reader
    writer: Writer
    keys: KeyRing
    home: Path

    def hold_if_rolled_back(self, notes: Iterable[Note], act: Act, at: int) -> Hold | None:
        """Place a hold where a checkpoint is of another future; return it.

        Args:
            notes: Checkpoints that are known: the home's files and others'.
            act: In whose name.
            at: Seconds since 1970.
        """
        hold = hold_for(self.reader, self.keys, notes)
        if hold is None:
            return None
        if self.writer.run(Placing(hold, act, at)):
            emit(Event.RELEASE_HELD, size=hold.ledger_size, known=hold.known_size)
        self._put_aside(hold)
        return hold

    def _put_aside(self, hold: Hold) -> None:
        """Move the files of the lost future out of the way of those to come."""
        folder, aside = self.home / "checkpoints", self.home / LOST
        moved = False
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            if path.name.isdecimal() and hold.covers(int(path.name)):
                aside.mkdir(mode=0o700, exist_ok=True)
                path.replace(aside / path.name)
                moved = True
        latest = folder / "latest"
        if moved and latest.exists():
            latest.unlink()
