"""``gateway backup``: one consistent copy of the database, while it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.home import change, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say_json, show_table
from gateway.errors import StoreUnavailable
from gateway.events import Event, emit
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.store.copying import CopyFailed
from gateway.store.database import Database
from gateway.store.reading import Reader
from gateway.store.sqlite import open_readers
from gateway.store.tx import Tx


def command(
    target: Annotated[Path, typer.Argument(help="File to make; one that exists is not touched.")],
    *,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Copy the database, consistent at one commit, also while `gateway serve` runs.

    The copy is a SQLite file whichever engine it is made from; `gateway restore` puts it back into
    either. That a backup was made is an entry of the ledger, and is in the copy. Keys are not: without
    GATEWAY_HOME/keys nobody can read what is sealed, so keep those apart from it.
    """
    if target.exists() or not target.parent.is_dir():
        raise Stopped(
            "The backup cannot be made there: the file exists, or its folder does not.",
            "Name a new file in a folder that exists; a backup never overwrites one.",
        )
    settings = own_settings()
    started = time.monotonic()
    with own_house(settings) as house:
        backup_id = house.new_id()
        change(house, actor, lambda act: _Seal(act, backup_id))
        _copy(house.database, target)
    head = _head(target)
    document = {
        "backup": backup_id,
        "log_size": head[0],
        "ledger_size": head[1],
        "bytes": target.stat().st_size,
        "seconds": round(time.monotonic() - started, 1),
    }
    emit(Event.BACKED_UP, bytes=document["bytes"], seconds=document["seconds"])
    if as_json:
        say_json(document)
    else:
        rows = [(name.replace("_", " "), value) for name, value in document.items()]
        show_table("", ("backup", ""), rows)
    note("gateway: the keys are not in it; keep a copy of GATEWAY_HOME/keys apart from it.")


@dataclass(frozen=True, slots=True)
class _Seal:
    """The job that says in the ledger that a backup is being made."""

    act: Act
    backup_id: str

    def __call__(self, tx: Tx) -> int:
        return tx.seal(
            leaf(
                Operation.BACKUP,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                log_size=tx.head.log_size,
                ledger_size=tx.head.ledger_size,
                backup_id=self.backup_id,
            )
        )


def _copy(database: Database, target: Path) -> None:
    try:
        database.backup(target)
    except (OSError, CopyFailed):
        raise Stopped(
            "The backup could not be written; nothing of it is left.",
            "Check the space and the rights of the folder, and try again.",
        ) from None


def _head(copy: Path) -> tuple[int, int]:
    """How far the copy goes: it is opened, so that a broken one is not taken for a backup."""
    reader = Reader(open_readers(copy, size=1))
    try:
        head = reader.head()
    except StoreUnavailable:
        raise Stopped("The copy cannot be read.", "Remove it and try again.") from None
    finally:
        reader.close()
    return head.log_size, head.ledger_size
