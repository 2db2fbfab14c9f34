"""``gateway explain``: why a record may or may not go to a subscription. For the IG lead."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from gateway.assembly import House
from gateway.audit.explained import Explained, explain_record
from gateway.cli import Exit
from gateway.cli.home import own_house
from gateway.cli.terminal import AsJson, Stopped, note, say, say_json
from gateway.clock import london_day
from gateway.errors import NotFound

_LONGEST = 4_096


def command(
    *,
    feed: Annotated[str, typer.Option(help="Feed that the record came by.")],
    subscription: Annotated[str, typer.Option(help="Subscription that it is judged for.")],
    day: Annotated[
        str | None, typer.Option(help="Day to judge by, such as 2026-11-23; today if absent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a record may or may not go to a subscription, condition by condition, and who has it.

    The record's reference at its source is read from standard input, never from the command line,
    where other users and the shell's history would see it.
    """
    judged = _day(day)
    reference = _reference()
    with own_house() as house:
        explained = _explained(house, feed, reference, subscription, judged)
    if as_json:
        say_json(explained.document())
    else:
        say(explained.text().rstrip())


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Stopped("--day is not a day.", "Write it as 2026-11-23.", Exit.USAGE) from None


def _reference() -> str:
    if sys.stdin.isatty():
        note("The record's reference at its source, then Enter:")
    reference = sys.stdin.readline(_LONGEST).strip()
    if not reference:
        raise Stopped(
            "There is no reference on standard input.",
            "Give it there: `gateway explain … < file`, or type it when asked.",
            Exit.USAGE,
        )
    return reference


def _explained(
    house: House, feed: str, reference: str, subscription: str, day: date | None
) -> Explained:
    edition = house.book.refresh()
    if feed not in edition.register.feeds:
        raise Stopped("There is no feed of that name.", "See `gateway feed list`.")
    if subscription not in house.reader.bodies("subscription"):
        raise Stopped("There is no subscription of that id.", "See `gateway subscription list`.")
    try:
        return explain_record(
            house.reader,
            edition,
            house.desk(feed, edition),
            reference,
            subscription,
            day or london_day(house.clock),
        )
    except NotFound:
        raise Stopped(
            "No record of this feed is known by that reference.",
            "Check the reference as the source writes it; a file without references has none.",
        ) from None
