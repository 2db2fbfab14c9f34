"""``gateway restore``: put a backup back into an empty database, and release nothing that is in doubt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from gateway.assembly import database_of, reapply_erasures
from gateway.audit.rollback import LOST, Guard, hold_for
from gateway.audit.verify import Note, kept_notes, verify
from gateway.cli import Exit
from gateway.cli.home import change, checked_actor, own_house, own_settings
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    Stopped,
    note,
    progress,
    say_json,
    show_table,
)
from gateway.cli.verify import read_note
from gateway.clock import SystemClock
from gateway.events import Event, emit
from gateway.keys.ring import KeyRing
from gateway.law.holds import Hold, hold_row, holds
from gateway.law.register import Act
from gateway.ledger.checkpoint import CheckpointRefused, parse_checkpoint
from gateway.ledger.leaf import Operation, leaf
from gateway.settings import Settings
from gateway.store.copying import NotEmpty
from gateway.store.database import Database
from gateway.store.reading import HeadRow, Reader
from gateway.store.restoring import brought_up, fill
from gateway.store.schema import SchemaTooNew
from gateway.store.sqlite import AlreadyServed, SqliteDatabase, serve_lock
from gateway.store.tx import Tx

TAIL_CUT = "checkpoint.tail_cut"
"""What verification finds where a backup is only older than a checkpoint."""


def command(
    backup: Annotated[Path, typer.Argument(help="What `gateway backup` made.")],
    *,
    into: Annotated[
        Path | None,
        typer.Option(help="Another home, with its keys, and a SQLite file in it: for a drill."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere, of any age. May be repeated."),
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Put a backup back into an empty database of either engine, and erase again what was erased since.

    GATEWAY_HOME must hold the keys that the backup was made under, and the list of erasures. The backup is
    verified first. Where a checkpoint, in GATEWAY_HOME or given, is of a later ledger than the backup's,
    nothing is released until an operator runs `gateway hold lift`. Ends with 1 if something is wrong with
    the backup: then nothing was done.
    """
    settings = own_settings()
    if into is not None:
        settings = settings.model_copy(update={"home": into.absolute(), "database_url": None})
    notes = [read_note(path) for path in checkpoint or ()]
    notes += kept_notes(settings.home / "checkpoints") + kept_notes(settings.home / LOST)
    started = time.monotonic()
    with _alone(settings):
        done = _restored(backup, settings, notes, actor)
    done["seconds"] = round(time.monotonic() - started, 1)
    if as_json:
        say_json(done)
    else:
        rows = [(name.replace("_", " "), value) for name, value in done.items()]
        show_table("", ("restored", ""), rows)
    if done["hold"]:
        note(
            "gateway: a later state of the ledger is known, so nothing is released. What was released,"
            " retracted or stopped after the backup is not known here: ask the partners for their last"
            " release, then run `gateway hold lift`."
        )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """No `serve` may work on a SQLite file that is being filled."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    shared = settings.database_url is not None
    try:
        with nullcontext() if shared else serve_lock(settings.home / "serve.lock"):
            yield
    except AlreadyServed:
        raise Stopped(
            "A `gateway serve` runs on this GATEWAY_HOME.", "Stop it first.", Exit.UNAVAILABLE
        ) from None


def _restored(backup: Path, settings: Settings, notes: list[Note], actor: str) -> dict[str, object]:
    keys = KeyRing.open(settings.home)
    database = database_of(settings)
    with TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder:
        source = _brought_up(backup, Path(folder) / "copy.sqlite3")
        reader = Reader(source.reading(1))
        try:
            head, hold = reader.head(), hold_for(reader, keys, notes)
            known = [note for note in notes if not _is_forgiven(note, holds(reader))]
            _verify(source, keys, known)
            rows = sum(reader.count(table) for table in ("log", "sealed", "incident", "ledger"))
        finally:
            reader.close()
        _fill(database, source, hold, rows)
    with backup.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    with own_house(settings) as house:
        if hold is not None:
            guard = Guard(house.reader, house.writer, house.keys, house.home)
            now = int(house.clock.now().timestamp())
            guard.hold_if_rolled_back(notes, house.act(checked_actor(actor)), now)
        change(house, actor, lambda act: _Seal(act, digest, head))
        erased = reapply_erasures(house, actor)
        releases = house.reader.last_releases()
    emit(Event.RESTORED, size=head.ledger_size)
    return {
        "log_size": head.log_size,
        "ledger_size": head.ledger_size,
        "erased_again": erased,
        "hold": None if hold is None else hold.name,
        "operations_lost_at_least": 0 if hold is None else hold.known_size - hold.ledger_size,
        "last_release": releases,
    }


def _brought_up(backup: Path, scratch: Path) -> SqliteDatabase:
    try:
        return brought_up(backup, scratch)
    except SchemaTooNew:
        raise Stopped(
            "A later version of the gateway made this backup.",
            "Install that version.",
            Exit.CONFIGURATION,
        ) from None
    except OSError:
        raise Stopped(
            "The backup cannot be read, or there is no room for a copy in GATEWAY_HOME.",
            "Check the name of the file and the space.",
        ) from None


def _is_forgiven(note: Note, known: list[Hold]) -> bool:
    """Whether a checkpoint is of a future that an operator has let go before this backup was made."""
    try:
        size = parse_checkpoint(note.text).size
    except CheckpointRefused:
        return False
    return any(hold.covers(size) for hold in known if not hold.stands)


def _verify(source: Database, keys: KeyRing, notes: list[Note]) -> None:
    """Demand that a backup is whole; that it is older than a checkpoint is no fault of it."""
    given = [Note(note.name, note.text) for note in notes]
    found = set(verify(source, keys, given).counted)
    if found - {TAIL_CUT}:
        raise Stopped(
            "The backup is not whole, or not of these keys or checkpoints; nothing was done.",
            "Run `gateway verify --database FILE`, which names what is wrong; use another backup.",
        )


def _fill(database: Database, source: Database, hold: Hold | None, rows: int) -> None:
    done = 0
    with progress("rows", rows) as told:

        def copied(number: int) -> None:
            nonlocal done
            done += number
            told(done)

        standing = [] if hold is None else [hold_row(hold, int(SystemClock().now().timestamp()))]
        try:
            fill(database, source, standing, copied)
        except NotEmpty:
            raise Stopped(
                "The database is not empty; nothing was changed.",
                "Move the file away, or name an empty PostgreSQL database.",
                Exit.CONFIGURATION,
            ) from None


@dataclass(frozen=True, slots=True)
class _Seal:
    """The job that says in the ledger that a backup was put back."""

    act: Act
    file_sha256: str
    head: HeadRow

    def __call__(self, tx: Tx) -> int:
        return tx.seal(
            leaf(
                Operation.RESTORE,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                log_size=self.head.log_size,
                ledger_size=self.head.ledger_size,
                file_sha256=self.file_sha256,
                method="restored",
            )
        )
