"""What commands say and where: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.cli import Exit

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]
Actor = Annotated[
    str, typer.Option("--actor", help="Who does this, for the ledger: a post, never a person.")
]
OPERATOR = "operator"
LONGEST_REFERENCE = 4_096
_WIDE = 200
"""Columns where the output is no terminal: a pipe should not break lines."""


class Stopped(Exception):
    """A command ends here: one sentence, one remedy, one exit code. Never a value that was given."""

    def __init__(self, sentence: str, remedy: str, exit_code: Exit = Exit.FOUND_WRONG) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
        self.exit_code = exit_code


def say(text: str) -> None:
    """Write a line of the result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Write a line beside the result."""
    sys.stderr.write(text + "\n")


def reference_given(prompt: str) -> str:
    """Read a reference from standard input: on the command line other users would see it.

    Raises:
        Stopped: There is none.
    """
    if sys.stdin.isatty():
        note(prompt)
    reference = sys.stdin.readline(LONGEST_REFERENCE).strip()
    if not reference:
        raise Stopped(
            "There is no reference on standard input.",
            "Give it there: `gateway … < file`, or type it when asked.",
            Exit.USAGE,
        )
    return reference


def say_json(document: Any) -> None:  # noqa: ANN401 - any JSON document
    """Write the result as one JSON document."""
    say(json.dumps(document, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def printable(text: str) -> str:
    """Return text that cannot steer a terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def plain(value: object) -> str:
    """Return a value of a document as it is read: lists and maps in a line, «yes», «no», «—»."""
    if isinstance(value, list | tuple):
        return "; ".join(plain(one) for one in value) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{name} {plain(one)}" for name, one in value.items()) or "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "—" if value is None else str(value)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as part of the result."""
    if title:
        say(printable(title))
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(plain(cell))) for cell in row))
    width = None if sys.stdout.isatty() else _WIDE
    Console(file=sys.stdout, width=width, highlight=False, markup=False).print(table)


@contextmanager
def progress(says: str, total: float) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error where that is a terminal; yields a function of what is done."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield lambda _done: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(says, total=total)
        yield lambda done: bars.update(task, completed=done)
