"""``gateway consultations``: who looked at which records, when and why, and which looks stand out (Q7)."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.audit.consulting import at_terminal
from gateway.audit.looks import Looks
from gateway.cli.home import checked_actor, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, say, say_json, show_table
from policies.looks import Flag
from schemas.consulting import REASON_SAYS

Days = Annotated[int, typer.Option(min=1, max=3_650, help="How many days back.")]


def command(
    *,
    days: Days = 30,
    flagged: Annotated[bool, typer.Option(help="Only what stands out.")] = False,
    words: Annotated[bool, typer.Option(help="The reasons in words, too.")] = False,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Tell of every look at a record's body: who, when, why, how many, and what stands out about it."""
    person = at_terminal(checked_actor(actor))
    with own_house() as house:
        only = tuple(Flag) if flagged else ()
        told = Looks(house.reader, house.keys, house.clock).of(person, days, only=only)
    documents = [one.document() for one in told]
    if not words:
        documents = [{**one, "words": None} for one in documents]
    if as_json:
        say_json({"consultations": documents})
        return
    if not told:
        say("No consultation in this time." if not flagged else "Nothing stands out.")
        return
    rows = [
        (
            f"{one.look.at:%Y-%m-%d %H:%M}",
            one.look.account,
            one.action,
            one.look.number,
            REASON_SAYS[one.look.reason],
            one.look.case,
            [flag.value for flag in one.flags],
            *((one.words,) if words else ()),
        )
        for one in told
    ]
    heads = ("when", "who", "what", "records", "why", "case", "stands out")
    show_table("", (*heads, "in words") if words else heads, rows)
