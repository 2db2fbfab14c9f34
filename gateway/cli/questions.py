"""``gateway feed questions``: what full extracts left open, and its answers."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    Stopped,
    say,
    say_json,
    show_table,
)
from gateway.intake.correct import Request
from gateway.intake.questions import Answer, Answering, listed


def questions(
    feed: Annotated[str, typer.Argument(help="Name of the feed, such as `cnh-housing`.")],
    *,
    answer: Annotated[
        Answer | None, typer.Option(help="Answer the references on standard input with this.")
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """List the records that a full extract did not hold, or answer for them.

    `--answer gone` takes back the records whose references stand on standard input, one a line, and tells
    whoever holds them; `--answer still_there` closes their questions. Nothing is ever deleted unasked.
    """
    checked_actor(actor)
    with own_house() as house:
        edition = house.book.refresh()
        if feed not in edition.register.feeds:
            raise Stopped("There is no feed of that name.", "See `gateway feed list`.")
        feed_id, found = edition.register.feeds[feed]
        if answer is not None:
            answering = Answering(house.reader, house.writer, house.erasures)
            order = Request(
                house.new_id(), actor, found.sender or found.controller, house.clock.now()
            )
            desk = house.desk(feed, edition)
            done = answering.answer(_references(), answer, desk, order)
            document = {
                "answered": done.answered,
                "retracted": done.retracted,
                "unknown": done.unknown,
            }
            if as_json:
                say_json(document)
            else:
                say(", ".join(f"{name}: {count:,}" for name, count in document.items()))
            if done.unknown:
                raise typer.Exit(Exit.FOUND_WRONG)
            return
        rows = listed(house.reader, feed_id)
    if as_json:
        say_json({"questions": rows})
        return
    head = ("question", "raised", "reported", "kind", "behaviour", "area")
    cells = [
        (
            str(row["id"]),
            row["raised_at"],
            row["record"]["reported"] or "",
            row["record"]["kind"] or "",
            row["record"]["typology_behaviour"] or "",
            row["record"]["lsoa_code"] or row["record"]["ward_code"] or "",
        )
        for row in rows
    ]
    show_table("", head, cells)


def _references() -> list[str]:
    lines = [line.strip() for line in sys.stdin if line.strip()]
    if not lines:
        raise Stopped("There is no reference on standard input.", "Give one a line.", Exit.USAGE)
    return lines
