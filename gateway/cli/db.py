"""``gateway db``: the tables, and which revision they have."""

from __future__ import annotations

import typer

from gateway.assembly import StoreMissing, database_of
from gateway.cli import Exit
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import AsJson, say, say_json, show_table
from gateway.settings import Settings
from gateway.store.reading import HeadRow, Reader
from gateway.store.schema import REVISION, revision_of

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The database's tables and their revision."
)


@app.command("upgrade")
def upgrade() -> None:
    """Make keys, tables and the first register, or bring the tables up to date."""
    settings = own_settings()
    before = revision(settings)
    with own_house(settings, create=True):
        pass
    done = "was up to date" if before == REVISION else "is up to date now"
    say(f"The database {done}: revision {REVISION}.")


@app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Show the revision of the tables, and how far log and ledger go. Ends with 1 if out of date."""
    settings = own_settings()
    found = revision(settings)
    if found is None:
        raise StoreMissing
    head, size = _head_and_bytes(settings)
    document = {
        "revision": found,
        "newest": REVISION,
        "up_to_date": found == REVISION,
        "bytes": size,
        **head._asdict(),
    }
    if as_json:
        say_json(document)
    else:
        rows = [(name.replace("_", " "), value) for name, value in document.items()]
        show_table("", ("database", ""), rows)
    if found != REVISION:
        raise typer.Exit(Exit.FOUND_WRONG)


def revision(settings: Settings) -> str | None:
    """Return the revision of the database's tables, or None where there are none."""
    database = database_of(settings)
    if not database.exists():
        return None
    reader = Reader(database.reading(size=1))
    try:
        with reader.connection() as connection:
            return revision_of(connection)
    finally:
        reader.close()


def _head_and_bytes(settings: Settings) -> tuple[HeadRow, int]:
    """Return how far log and ledger go, and how much disk the database takes."""
    reader = Reader(database_of(settings).reading(size=1))
    try:
        return reader.head(), reader.size_bytes()
    finally:
        reader.close()
