"""``gateway verify``: prove that log, releases, register and ledger are whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway import settings
from gateway.assembly import database_of, database_path
from gateway.audit.verify import Note, Report, kept_notes, verify
from gateway.cli import Exit
from gateway.keys.ring import KeyRing
from gateway.store.database import Database
from gateway.store.sqlite import SqliteDatabase


def command(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere, of any age. May be repeated."),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of keys and SQLite file; what the settings name where absent."),
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="A copy to verify, such as a backup, with the home's keys.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,  # noqa: FBT002 - Typer's form of a flag
) -> None:
    """Prove that log, releases, register and ledger are whole, and name all that is not.

    Works while the gateway runs. Names tables, positions and numbers, never a record's value.
    Exit code 0: whole; 1: something was found.
    """
    own = settings.load()
    if home is None:
        home, kept = own.home, database_of(own)
    else:
        kept = SqliteDatabase(database_path(home))
    keys = KeyRing.open(home)
    notes = [read_note(path) for path in checkpoint or ()]
    if database is None:
        notes += kept_notes(home / "checkpoints")
    report = _verified(database or kept, keys, notes)
    sys.stdout.write(_shown(report, as_json=as_json))
    if not report.whole:
        raise typer.Exit(Exit.FOUND_WRONG)


def read_note(path: Path) -> Note:
    """Read a checkpoint that was kept elsewhere (BadParameter where it cannot be read)."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise typer.BadParameter(f"{path.name} cannot be read") from None
    return Note(f"file {path.name}", text)


def _verified(database: Database | Path, keys: KeyRing, notes: list[Note]) -> Report:
    console = Console(stderr=True)
    if not console.is_terminal:
        return verify(database, keys, notes)
    columns = (TextColumn("log rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        return verify(database, keys, notes, progress)


def _shown(report: Report, *, as_json: bool) -> str:
    if not as_json:
        return report.text()
    return json.dumps(report.document(), indent=2) + "\n"
