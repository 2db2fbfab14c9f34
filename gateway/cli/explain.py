"""``gateway explain``: why a record, stored or described, may or may not go. For the IG lead."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from gateway.assembly import House
from gateway.audit.explained import Explained, explain_record
from gateway.cli import Exit
from gateway.cli.explain_described import explain_described
from gateway.cli.home import own_house
from gateway.cli.terminal import AsJson, Stopped, reference_given, say, say_json
from gateway.clock import london_day
from gateway.errors import NotFound
from policies.description_form import schema as description_schema


def command(
    *,
    feed: Annotated[
        str | None, typer.Option(help="Feed that a stored record came by; needs --subscription.")
    ] = None,
    subscription: Annotated[
        str | None, typer.Option(help="Subscription that the stored record is judged for.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Day to judge by, such as 2026-11-23; today if absent.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a described record.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say why a record may or may not go to somebody, condition by condition.

    With --feed and --subscription: a stored record, and who has it. Its reference at its source is
    read from standard input, never from the command line, where other users and the shell's history
    would see it. Without: one described record, as JSON on standard input (--schema prints its form);
    that needs no database, and takes register and agreements from one where there is one.
    """
    judged = _day(day)
    if schema:
        say_json(description_schema())
        return
    if feed is None and subscription is None:
        explain_described(judged, as_json=as_json)
        return
    if feed is None or subscription is None:
        raise Stopped(
            "A stored record needs both --feed and --subscription.",
            "Give both, or neither and describe the record as JSON on standard input.",
            Exit.USAGE,
        )
    reference = reference_given("The record's reference at its source, then Enter:")
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
