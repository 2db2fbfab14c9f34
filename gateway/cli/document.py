"""``gateway document``: agreements, records of processing, notices and answers, as configured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway.audit.documents.configuration import configuration_of
from gateway.audit.documents.kinds import KINDS, abouts, document
from gateway.audit.documents.made import LogDocument, content_of, file_name
from gateway.audit.documents.model import sha256_of
from gateway.cli import Exit
from gateway.cli.home import change, own_house, own_settings
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    Stopped,
    note,
    say,
    say_json,
    show_table,
)
from gateway.clock import london_day
from gateway.errors import NotFound

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Documents generated from the configuration in force, which none of them can contradict.",
)


@app.command("list")
def list_documents(*, as_json: AsJson = False) -> None:
    """List every document that can be made today, and what is not recorded yet in each."""
    settings = own_settings()
    with own_house(settings) as house:
        edition, day = house.book.refresh(), london_day(house.clock)
        known = configuration_of(house.reader, edition, settings, day)
        listed = [
            document(house.reader, edition, settings, day, kind.name, about)
            for kind in KINDS.values()
            for about in abouts(house.reader, known, kind)
        ]
    if as_json:
        say_json(
            {
                "documents": [
                    {
                        "kind": one.kind,
                        "about": one.about,
                        "title": one.title,
                        "missing": [each.pointer for each in one.missing],
                    }
                    for one in listed
                ]
            }
        )
        return
    rows = [(one.kind, one.about, one.title, len(one.missing)) for one in listed]
    show_table("", ("kind", "about", "title", "not recorded yet"), rows)


@app.command("make")
def make(
    kind: Annotated[str, typer.Argument(help="Kind, as `gateway document list` names it.")],
    about: Annotated[
        str | None,
        typer.Argument(
            help="What it is about, such as police-council.1; may be left out where there is one."
        ),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; standard output if absent."),
    ] = None,
    form: Annotated[
        Literal["html", "json"], typer.Option("--format", help="html to print and sign, or json.")
    ] = "html",
    actor: Actor = OPERATOR,
) -> None:
    """Make a document into a file. One entry in the ledger, with the SHA-256 of the file.

    What nobody recorded is said to be missing, with the place to record it; nothing is filled in.
    """
    settings = own_settings()
    with own_house(settings) as house:
        edition, day = house.book.refresh(), london_day(house.clock)
        known = KINDS.get(kind)
        if known is None:
            raise Stopped(
                "There is no such kind of document.", "See `gateway document list`.", Exit.USAGE
            )
        configuration = configuration_of(house.reader, edition, settings, day)
        listed = abouts(house.reader, configuration, known)
        if about is None and len(listed) == 1:
            (about,) = listed
        try:
            made = document(house.reader, edition, settings, day, kind, about or "")
        except NotFound:
            raise Stopped(
                "There is no such document.",
                f"It is about one of: {', '.join(listed) or 'nothing yet'}.",
                Exit.USAGE,
            ) from None
        content = content_of(made, form)
        entry = change(house, actor, lambda act: LogDocument(made, form, content, act))
    for one in made.missing:
        note(f"gateway: not yet recorded: {one.label}. {one.remedy}")
    if output is None:
        say(content.decode().rstrip())
        return
    output.write_bytes(content)
    say(f"{output.name or file_name(made, form)}: SHA-256 {sha256_of(content)}, entry {entry}.")
