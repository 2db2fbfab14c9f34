"""What ``gateway explain`` does, apart from its options: its help imports nothing of this."""

from __future__ import annotations

from datetime import date

from gateway.assembly import House
from gateway.audit.explained import Explained, explain_record
from gateway.cli import Exit
from gateway.cli.explain_described import explain_described
from gateway.cli.home import own_house
from gateway.cli.terminal import Stopped, reference_given, say, say_json
from gateway.clock import london_day
from gateway.errors import NotFound
from policies.description_form import schema as description_schema


def tell_why(
    feed: str | None, subscription: str | None, day: str | None, *, schema: bool, as_json: bool
) -> None:
    """Explain a stored record, or a described one.

    Raises:
        Stopped: The options do not fit together, or name nothing that there is.
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
