"""``gateway correct``: retract, restrict, lift, erase. For the operator on the IG lead's word, any feed."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.assembly import House, reapply_erasures
from gateway.casework import cases_of
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house, own_settings
from gateway.cli.terminal import AsJson, Stopped, note, say, say_json, show_table
from gateway.intake.correct import Request, correct
from gateway.ledger.leaf import stamp
from gateway.log.correcting import Corrected
from gateway.store.retaining import restricted
from schemas.released import REASONS, NoticeKind, RestrictionReason

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Retract, restrict, lift or erase records; whoever holds one is told.",
)

MOST_AT_ONCE = 1_000
"""Records that one entry of the ledger is made for; a longer list becomes several."""
_LONGEST = 4_096
_NUMBER = re.compile(r"[0-9]{1,15}")
_IG_LEAD = "ig-lead"
_CONTESTED = RestrictionReason.ACCURACY_CONTESTED.value

Feed = Annotated[str, typer.Option(help="Feed that the records came by.")]
Reason = Annotated[str, typer.Option(help="Why: a code; a wrong one lists them.")]
ById = Annotated[
    bool,
    typer.Option("--incidents", help="Each line is an incident's number in the log, no reference."),
]
Actor = Annotated[
    str, typer.Option("--actor", help="Who orders it, for the ledger: a post, never a person.")
]


@app.command("retract")
def retract(
    feed: Feed,
    reason: Reason = "other",
    *,
    incidents: ById = False,
    actor: Actor = _IG_LEAD,
    as_json: AsJson = False,
) -> None:
    """Take records back: there was no such incident. References are read from standard input."""
    _run(NoticeKind.RETRACTED, feed, reason, actor, by_id=incidents, as_json=as_json)


@app.command("restrict")
def restrict(
    feed: Feed,
    reason: Reason = "other",
    *,
    incidents: ById = False,
    actor: Actor = _IG_LEAD,
    as_json: AsJson = False,
) -> None:
    """Keep records and release them no longer. References are read from standard input."""
    _run(NoticeKind.RESTRICTED, feed, reason, actor, by_id=incidents, as_json=as_json)


@app.command("lift")
def lift(
    feed: Feed,
    reason: Reason = "other",
    *,
    incidents: ById = False,
    actor: Actor = _IG_LEAD,
    as_json: AsJson = False,
) -> None:
    """Lift restrictions: the current version is offered again. References are read from standard input."""
    _run(NoticeKind.LIFTED, feed, reason, actor, by_id=incidents, as_json=as_json)


@app.command("erase")
def erase(
    feed: Feed,
    reason: Reason = "other",
    *,
    incidents: ById = False,
    actor: Actor = _IG_LEAD,
    as_json: AsJson = False,
) -> None:
    """Destroy the content of records for good; the proof stays. References are read from standard input."""
    _run(NoticeKind.ERASED, feed, reason, actor, by_id=incidents, as_json=as_json)


@app.command("restricted")
def list_restricted(*, as_json: AsJson = False) -> None:
    """List records that are kept and leave by no lane: restricted, or contested by somebody concerned.

    By their numbers in the log; who looks at one gives its reference to `gateway explain`.
    """
    with own_house() as house, house.reader.connection() as connection:
        found = restricted(connection)
    listed = [
        {
            "incident": one["id"],
            "feed": one["name"],
            "version": one["version"],
            "state": "contested" if one["reason"] == _CONTESTED else "restricted",
            "reason": one["reason"],
            "since": stamp(datetime.fromtimestamp(one["recorded_at"], tz=UTC)),
        }
        for one in found
    ]
    if as_json:
        say_json({"records": listed})
    else:
        columns = ("incident", "feed", "version", "state", "reason", "since")
        show_table("", columns, [list(one.values()) for one in listed])


@app.command("cases")
def list_cases(
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    as_json: AsJson = False,
) -> None:
    """List cases and who has not acknowledged them, newest first; ends with 1 where one is overdue."""
    settings = own_settings()
    with own_house(settings) as house:
        found = [
            one for one in cases_of(house, settings).all() if one.state == "overdue" or not overdue
        ]
        listed = [
            {
                "case": one.item.id,
                "kind": one.kind.value,
                "origin": one.origin.value,
                "feed": one.item.feed,
                "state": one.state,
                "received": one.item.first.said["received"],
                "due": None if one.clock is None else one.clock.due.due.isoformat(),
                "records": len(one.incidents),
                "owed": one.open,
                "overdue": one.overdue,
                "waits_for": [each.subscription for each in one.recipients if each.open],
                "escalated": sorted(one.escalated),
            }
            for one in found
        ]
    if as_json:
        say_json({"cases": listed})
    else:
        columns = ("case", "kind", "state", "due", "records", "owed", "overdue")
        show_table("", columns, [[one[name] for name in columns] for one in listed])
    if any(one["state"] == "overdue" for one in listed):
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("reports")
def list_reports(*, as_json: AsJson = False) -> None:
    """List what recipients find wrong, newest first, in codes; what was said is read in the console."""
    with own_house() as house:
        listed = [one.document(source=True) for one in house.reports.of_feeds()]
    if as_json:
        say_json({"corrections": listed})
    else:
        columns = ("correction", "feed", "wrong", "by", "state", "became")
        show_table("", columns, [[one[name] or "" for name in columns] for one in listed])


@app.command("reapply")
def reapply(*, actor: Actor = "operator", as_json: AsJson = False) -> None:
    """Carry out what the list of erasures says and the database does not.

    After a restore, and again once senders have sent what the backup did not hold.
    """
    with own_house() as house:
        erased = reapply_erasures(house, checked_actor(actor))
    if as_json:
        say_json({"erased": erased})
    else:
        say(f"Erased again: {erased}.")


def _run(
    kind: NoticeKind, feed: str, reason: str, actor: str, *, by_id: bool, as_json: bool
) -> None:
    known = [word.value for word in REASONS[kind]]
    if reason not in known:
        raise Stopped("That is no reason for this.", f"Use one of: {', '.join(known)}.", Exit.USAGE)
    checked_actor(actor)
    named = _named(by_id=by_id)
    with own_house() as house:
        done = _ordered(house, kind, feed, reason, actor, named)
    document = {
        kind.value: sum(one.done for one in done),
        "unchanged": sum(one.already for one in done),
        "unknown": sum(one.unknown for one in done),
        "leaves": [one.leaf for one in done],
    }
    if as_json:
        say_json(document)
    else:
        says = f"{kind.value}: {document[kind.value]}, unchanged: {document['unchanged']}"
        say(f"{says}, unknown: {document['unknown']}.")
    if document["unknown"]:
        raise typer.Exit(Exit.FOUND_WRONG)


def _named(*, by_id: bool) -> list[str] | list[int]:
    """Read what is named, one a line: a reference on the command line would be seen by others."""
    if sys.stdin.isatty():
        note("One record's reference a line, then end of file (Ctrl-D):")
    lines = [line.strip() for line in sys.stdin if len(line) <= _LONGEST and line.strip()]
    if not lines:
        raise Stopped(
            "There is no reference on standard input.",
            "Give one a line: `gateway correct … < file`.",
            Exit.USAGE,
        )
    if not by_id:
        return list(dict.fromkeys(lines))
    if not all(map(_NUMBER.fullmatch, lines)):
        raise Stopped("A line is no number.", "Leave --incidents out for references.", Exit.USAGE)
    return list(dict.fromkeys(map(int, lines)))


def _ordered(
    house: House,
    kind: NoticeKind,
    feed: str,
    reason: str,
    actor: str,
    named: list[str] | list[int],
) -> list[Corrected]:
    edition = house.book.refresh()
    found = edition.register.feeds.get(feed)
    if found is None:
        raise Stopped("There is no feed of that name.", "See `gateway feed list`.")
    desk = house.desk(feed, edition)
    partner = found[1].sender or found[1].controller
    done: list[Corrected] = []
    for start in range(0, len(named), MOST_AT_ONCE):
        part = named[start : start + MOST_AT_ONCE]
        request = Request(house.new_id(), actor, partner, house.clock.now())
        why = REASONS[kind](reason)
        done.append(correct(kind, part, why, desk, request, house.writer, house.erasures).result())
    return done
