"""``gateway request``: requests for disclosure, case by case; for the operator on the holder's word."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic_core import from_json

from gateway.access.people import Person, Role
from gateway.audit.request_desk import requests_of
from gateway.audit.request_state import Decider, Request
from gateway.audit.request_words import for_holder, is_refusal
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house, own_settings
from gateway.cli.terminal import Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from schemas.requests import Answer, State

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Requests for disclosure, case by case: list, show, answer, review.",
)
Named = Annotated[str, typer.Argument(help="Id of the request.")]
_LONGEST = 64 * 1024


@app.command("list")
def list_requests(
    *,
    partner: Annotated[
        str | None, typer.Option(help="Only what this partner asked or is asked.")
    ] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="Only the register of refusals: less than all went.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List requests, newest first; ends with 1 where an answer or a review is overdue."""
    with own_house() as house:
        desk = requests_of(house, own_settings())
        found = [one for one in desk.every(partner) if is_refusal(one) or not refused]
        now, today = house.clock.now(), london_day(house.clock)
    rows = [_row(one) for one in found]
    if as_json:
        say_json({"requests": rows})
    else:
        columns = ("id", "asker", "holder", "state", "due_on", "urgent", "answer", "refusal")
        show_table("", columns, [[row[name] or "" for name in columns] for row in rows])
    late = any(
        (one.state is State.ASKED and one.due_on < today)
        or (one.review_due is not None and one.review_due < now)
        for one in found
    )
    if late:
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("show")
def show(request: Named, *, as_json: AsJson = False) -> None:
    """Show one request with what is asked and its steps."""
    with own_house() as house:
        document = for_holder(requests_of(house, own_settings()).one(request, None))
    if as_json:
        say_json(document)
        return
    for name in ("id", "asker", "state", "asked_at", "due_on", "review_due", "answer", "refusal"):
        say(f"{name}: {document[name] or '-'}")
    show_table(
        "", ("at", "step", "leaf"), [[s["at"], s["says"], s["leaf"]] for s in document["steps"]]
    )


@app.command("answer")
def answer(
    request: Named,
    *,
    office: Annotated[
        str,
        typer.Option(
            help="Office that decided: the nominated person's; of an urgent request a deputy's too."
        ),
    ],
    actor: Actor = "operator",
) -> None:
    """Answer a request: one JSON document on standard input, as POST /v1/requests/…/answer takes it.

    Records are named by their `positions` in the log.
    """
    given = _given()
    with own_house() as house:
        desk = requests_of(house, own_settings())
        found = desk.one(request, None)
        leaf = desk.answer(request, found.holder, Decider(checked_actor(actor), office), given)
    say(f"Answered: operation {leaf}.")


@app.command("review")
def review(
    request: Named,
    *,
    ends: Annotated[bool, typer.Option("--ends", help="It should not have gone: end it.")] = False,
    actor: Actor = "ig-lead",
) -> None:
    """Review an urgent release: it stands, or with --ends it ends. The reason is read from standard input."""
    words = sys.stdin.readline(_LONGEST).strip()
    if not words:
        raise Stopped(
            "There is no reason on standard input.", "Say why, in a sentence.", Exit.USAGE
        )
    account = checked_actor(actor)
    lead = Person(account=account, name=account, roles=frozenset({Role.IG_LEAD}))
    with own_house() as house:
        leaf = requests_of(house, own_settings()).review(request, lead, words, stands=not ends)
    say(f"{'Ended' if ends else 'Confirmed'}: operation {leaf}.")


def _given() -> Answer:
    if sys.stdin.isatty():
        note("The answer as one JSON document, then Ctrl-D:")
    try:
        return Answer.model_validate(from_json(sys.stdin.read(_LONGEST)))
    except (ValueError, ValidationError):
        raise Stopped(
            "The answer does not fit its form; nothing was changed.",
            'It holds {"outcome", "words", …}: see /openapi.json.',
            Exit.USAGE,
        ) from None


def _row(one: Request) -> dict[str, Any]:
    answered = one.answer
    return {
        "id": one.id,
        "asker": one.partner,
        "holder": one.holder,
        "state": one.state.value,
        "asked_at": one.at.isoformat(),
        "due_on": one.due_on.isoformat(),
        "review_due": None if one.review_due is None else one.review_due.isoformat(),
        "urgent": one.is_urgent,
        "answer": None if one.outcome is None else one.outcome.value,
        "refusal": None if answered is None else answered.said["refusal"],
    }
