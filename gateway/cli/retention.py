"""``gateway retention``: what is over its time to be kept, destroying it, and holding it back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from gateway.assembly import House, retention_of
from gateway.cli import Exit
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.intake.recorded import natural_key
from gateway.intake.retention import Over
from gateway.law.retention_holds import LiftingHold, PlacingHold, RetentionHold, retention_holds
from policies.pseudonym import case_key

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Retention: what is kept no longer, on the day, by the shortest rule; holds are explicit.",
)

_LONGEST = 4_096
_COLUMNS = ("feed", "sealed halves", "held", "records", "held")
Feed = Annotated[str | None, typer.Option(help="Feed that the records came by.")]


@app.command("due")
def due(*, as_json: AsJson = False) -> None:
    """Say what is over its time today, by feed and rule, and what holds keep back. Destroys nothing."""
    with own_house() as house:
        found = retention_of(house).due()
        today = london_day(house.clock)
        holds = [one for one in retention_holds(house.reader) if one.stands_on(today)]
    if as_json:
        say_json(
            {
                "day": today.isoformat(),
                "feeds": {name: over.document() for name, over in found.items()},
                "holds": [one.model_dump(mode="json") for one in holds],
            }
        )
        return
    _show(found)
    for one in holds:
        note(f"gateway: held until {one.until} by {one.id}: {one.reason}")


@app.command("run")
def run(*, actor: Actor = OPERATOR, as_json: AsJson = False) -> None:
    """Destroy what is over its time and not held. `gateway serve` and `gateway work` do so by themselves."""
    with own_house() as house:
        done = retention_of(house).run(actor)
    if as_json:
        say_json({"feeds": {name: over.document() for name, over in done.items()}})
    else:
        _show(done)


@app.command("show")
def show(
    feed: Annotated[str, typer.Option(help="Feed that the record came by.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say of each version of a record when it is to go, by which rules; its reference on standard input."""
    (reference,) = _lines("One record's reference")[:1]
    with own_house() as house:
        _known_feed(house, feed)
        versions = retention_of(house).of(feed, reference)
    if as_json:
        say_json({"versions": versions})
    elif versions:
        columns = ("version", "recorded", "delete by", "by the rules", "review by", "held by")
        show_table("", columns, map(_line, versions))
    if not versions:
        note("gateway: no record is known by that reference in this feed.")
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("hold")
def hold(
    reason: Annotated[str, typer.Option(help="Why it may not go yet; no name of a person.")],
    until: Annotated[str, typer.Option(help="The last day that it holds: YYYY-MM-DD.")],
    *,
    feed: Feed = None,
    whole_feed: Annotated[bool, typer.Option("--whole-feed", help="Everything of --feed.")] = False,
    case: Annotated[
        bool, typer.Option("--case", help="Standard input is the reference of a case.")
    ] = False,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Keep records from being destroyed on their day: those named on standard input, a case, a feed."""
    if (feed is None and not case) or (whole_feed and (case or feed is None)):
        raise Stopped(
            "Say what is held: records of a feed, a case, or a whole feed.",
            "Give --feed and references on standard input, --case, or --feed with --whole-feed.",
            Exit.USAGE,
        )
    said = [] if whole_feed else _lines("One reference a line")
    with own_house() as house:
        feed_id, desk = None, None
        if feed is not None:
            feed_id = _known_feed(house, feed)
            desk = house.desk(feed, house.book.refresh())
        keys: list[bytes] = []
        if desk is not None and not case:
            every = dict.fromkeys(natural_key(desk, one) for one in said)
            keys = [key for key in every if house.reader.incident(desk.feed_id, key) is not None]
        if not (whole_feed or case or keys):
            raise Stopped("No record of that feed has such a reference.", "Nothing is held.")
        placed = _hold(
            id=house.new_id(),
            reason=reason,
            until=until,
            feed=feed,
            case=case_key(house.keys.natural_key, said[0]) if case else None,
            records=len(keys),
            placed_by=actor,
            placed_at=house.act(actor).stamp,
        )
        if placed.until < london_day(house.clock):
            raise Stopped("That day is over.", "Give a day from today on.", Exit.USAGE)
        change(house, actor, lambda act: PlacingHold(placed, feed_id, keys, act))
    unknown = 0 if whole_feed or case else len(set(said)) - len(keys)
    if as_json:
        say_json({"hold": placed.model_dump(mode="json"), "unknown": unknown})
    else:
        say(f"Held as {placed.id} until {placed.until}; records named: {placed.records}.")
    if unknown:
        note(f"gateway: {unknown} references are not known.")
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("holds")
def holds(*, as_json: AsJson = False) -> None:
    """List every hold with its reason: standing, over, lifted."""
    with own_house() as house:
        found, today = retention_holds(house.reader), london_day(house.clock)
    if as_json:
        listed = [{"stands": one.stands_on(today), **one.model_dump(mode="json")} for one in found]
        say_json({"holds": listed})
        return
    rows = [
        (one.id, _state(one, today), one.until, one.feed or "", one.records or "", one.reason)
        for one in found
    ]
    show_table("", ("hold", "state", "until", "feed", "records", "reason"), rows)


@app.command("lift")
def lift(
    name: Annotated[str, typer.Argument(help="Which; see `gateway retention holds`.")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """End a hold before its day."""
    with own_house() as house:
        lifted = change(house, actor, lambda act: LiftingHold(name, act))
    if not lifted:
        raise Stopped("No hold of that id stands.", "See `gateway retention holds`.")
    say("The hold is lifted.")


def _line(one: Mapping[str, Any]) -> tuple[object, ...]:
    """Return a version as a row: every rule with its day, the first to end it first."""
    rules = sorted(one["rules"].items(), key=lambda rule: (rule[1], rule[0]))
    return (
        one["version"],
        one["recorded_on"],
        one["delete_by"] or "no rule ends it",
        "; ".join(f"{name} ({day})" for name, day in rules),
        one["review_by"] or "",
        ", ".join(one["held"]),
    )


def _state(one: RetentionHold, today: date) -> str:
    if one.lifted_at is not None:
        return f"lifted by {one.lifted_by}"
    return "stands" if one.stands_on(today) else "over"


def _hold(**said: object) -> RetentionHold:
    try:
        return RetentionHold.model_validate(said)
    except ValidationError:
        raise Stopped(
            "The reason or the day cannot be taken.",
            "A reason has 1 to 500 characters; a day is written YYYY-MM-DD.",
            Exit.USAGE,
        ) from None


def _known_feed(house: House, feed: str) -> int:
    found = house.book.refresh().register.feeds.get(feed)
    if found is None:
        raise Stopped("There is no feed of that name.", "See `gateway feed list`.")
    return found[0]


def _lines(asked: str) -> list[str]:
    """Read what is named: a reference on the command line would be seen by others."""
    if sys.stdin.isatty():
        note(f"{asked}, then end of file (Ctrl-D):")
    lines = [line.strip() for line in sys.stdin if len(line) <= _LONGEST and line.strip()]
    if not lines:
        raise Stopped(
            "There is no reference on standard input.",
            "Give one a line: `gateway retention … < file`.",
            Exit.USAGE,
        )
    return lines


def _show(found: dict[str, Over]) -> None:
    rows = [
        (name, over.sealed, over.sealed_held, over.records, over.records_held)
        for name, over in found.items()
    ]
    show_table("", _COLUMNS, rows)
