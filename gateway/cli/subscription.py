"""``gateway subscription``: partners' standing requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.assembly import House
from gateway.cli import endpoint
from gateway.cli.documents import refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    note,
    reference_given,
    say,
    say_json,
    show_table,
)
from gateway.clock import london_day
from gateway.law.register import PutSubscription
from policies.pseudonym import case_key
from schemas.cells import CellPlace, CellTime
from schemas.subscriptions import Subscription

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Partners' standing requests for records."
)
app.add_typer(endpoint.app, name="endpoint")
Repeated = Annotated[list[str] | None, typer.Option(help="May be repeated; none: all.")]
One = Annotated[str | None, typer.Option()]
CaseReview = Annotated[
    bool,
    typer.Option(
        "--case-review",
        help="Read the reference of an ASB case review from standard input: kept as a keyed hash.",
    ),
]


@app.command("list")
def list_subscriptions(*, as_json: AsJson = False) -> None:
    """List the subscriptions of every partner."""
    with own_house() as house:
        bodies = house.reader.bodies("subscription").values()
        listed = [Subscription.model_validate_json(body) for body in bodies]
    if as_json:
        say_json({"subscriptions": [one.model_dump(mode="json") for one in listed]})
        return
    rows = [
        (s.id, s.partner, s.power.value, s.purpose.value, s.lane.value, s.mode.value)
        for s in listed
    ]
    show_table("", ("id", "partner", "power", "purpose", "lane", "mode"), rows)


@app.command("add")
def add(
    file: Annotated[Path | None, typer.Argument(help="TOML; or use the options.")] = None,
    *,
    subscription_id: Annotated[str | None, typer.Option("--id", help="Id.")] = None,
    partner: One = None,
    power: Annotated[
        str | None, typer.Option(help="Such as section_17a; see `policies/README.md`, Powers.")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(help="Such as section_17a_duty; see `schemas/README.md`.")
    ] = None,
    lane: Annotated[
        str | None, typer.Option(help="personal (section 115), depersonalised or statistics.")
    ] = None,
    agreement: Annotated[str | None, typer.Option(help="Id of the agreement it rests on.")] = None,
    case_review: CaseReview = False,
    mode: Annotated[str | None, typer.Option(help="pull or push.")] = None,
    minimum_cell: Annotated[
        int | None, typer.Option(min=0, help="k: records leave in whole cells; 0: no row is held.")
    ] = None,
    cell_place: Annotated[
        CellPlace | None, typer.Option(help="Area of a cell; msoa where nothing is said.")
    ] = None,
    cell_time: Annotated[
        CellTime | None, typer.Option(help="Time of a cell, and how often records leave.")
    ] = None,
    source: Repeated = None,
    kind: Repeated = None,
    behaviour: Repeated = None,
    from_now: Annotated[
        bool, typer.Option("--from-now", help="Begin with what is recorded from now on.")
    ] = False,
    actor: Actor = OPERATOR,
) -> None:
    """Add a subscription, or change what the one of its id asks for. One entry in the ledger.

    Adding it decides nothing: the law is asked at every pull. What it would refuse today is said here.
    """
    options = {
        "id": subscription_id,
        "partner": partner,
        "power": power,
        "purpose": purpose,
        "lane": lane,
        "agreement": agreement,
        "mode": mode,
        "minimum_cell": minimum_cell,
        "cells": _cells(cell_place, cell_time),
        "filter": {"sources": source or (), "kinds": kind or (), "behaviours": behaviour or ()},
    }
    asked = _asked(file, options)
    with own_house() as house:
        wanted = word_of(Subscription, _with_review(house, asked) if case_review else asked)
        _refuse_strangers(house, wanted)
        change(house, actor, lambda act: PutSubscription(wanted, act, from_now=from_now))
        unmet = house.book.refresh().law.standing(wanted, london_day(house.clock))
    say(f"Subscription {wanted.id} of {wanted.partner} is on the register.")
    for condition in unmet:
        note(f"gateway: the law refuses it today: {condition.says} [{condition.cites}]")


def _cells(place: CellPlace | None, time: CellTime | None) -> dict[str, str] | None:
    given = {"place": place, "time": time}
    return {name: word.value for name, word in given.items() if word is not None} or None


def _asked(file: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    if file is None:
        return given
    if len(given) > 1 or any(given["filter"].values()):
        raise refused("", "subscription.twice", "Give a file or options, not both.")
    return toml_of(file)


def _with_review(house: House, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked for with the case review named, as a keyed hash."""
    reference = reference_given("The reference of the case review, then Enter:")
    return {**asked, "case_review": case_key(house.keys.natural_key, reference)}


def _owner(house: House, body: str) -> str:
    """Return whose a subscription is today: a successor takes it over with where it had come to."""
    owner = Subscription.model_validate_json(body).partner
    return house.book.current().law.register.holder(owner, london_day(house.clock))


def _refuse_strangers(house: House, wanted: Subscription) -> None:
    register = house.book.refresh().register
    if wanted.partner not in register.partners:
        raise refused("/partner", "subscription.partner", "No partner of this id is registered.")
    known = house.reader.bodies("subscription").get(wanted.id)
    if known is not None and _owner(house, known) != wanted.partner:
        raise refused("/id", "subscription.id_taken", "Another partner's subscription has this id.")
    if wanted.agreement is not None and wanted.agreement not in {a.id for a in register.agreements}:
        raise refused("/agreement", "subscription.agreement", "There is no agreement of this id.")
    for position, name in enumerate(wanted.filter.sources):
        if name not in register.feeds:
            pointer = f"/filter/sources/{position}"
            raise refused(pointer, "subscription.source", "There is no feed of this name.")
