"""``gateway partner``: the register of partners, and their systems."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.assembly import House
from gateway.cli import partner_system
from gateway.cli.documents import toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.partner_system import PartnerId, registered
from gateway.cli.terminal import OPERATOR, Actor, AsJson, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.register import put_partner
from policies.succession import succession
from schemas.partners import Partner
from schemas.subscriptions import Subscription

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The register of partners, what each is under section 115(2), and their systems.",
)
app.add_typer(partner_system.app, name="system")


@app.command("list")
def list_partners(*, as_json: AsJson = False) -> None:
    """List the partners with what each is today."""
    with own_house() as house:
        edition, day = house.book.refresh(), london_day(house.clock)
        listed = [
            {**_document(partner), **_today(house, partner, day)}
            for partner in edition.register.partners.values()
        ]
    if as_json:
        say_json({"partners": listed})
        return
    rows = [(p["id"], p["name"], p["kind"] or "—", _yes(p["relevant_authority"])) for p in listed]
    show_table("", ("id", "name", "kind today", "relevant authority"), rows)


@app.command("show")
def show(partner: PartnerId, *, as_json: AsJson = False) -> None:
    """Show one partner as it stands on the register."""
    with own_house() as house:
        found = registered(house, partner)
        day = london_day(house.clock)
        document = {
            **_document(found),
            **_today(house, found, day),
            **_succession(house, found, day),
        }
    if as_json:
        say_json(document)
        return
    document.setdefault("nominated_person", None)
    show_table("", ("field", ""), document.items())


@app.command("export")
def export(partner: PartnerId) -> None:
    """Write a partner as TOML on standard output; `add` reads it back."""
    with own_house() as house:
        found = registered(house, partner)
    say(found.toml().rstrip())


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="TOML: see deploy/examples/police.toml.")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Add a partner, or change the one that has its id. One entry in the ledger."""
    partner = word_of(Partner, toml_of(file))
    with own_house() as house:
        change(house, actor, lambda act: put_partner(partner, act))
    say(f"Partner {partner.id} is on the register.")


def _document(partner: Partner) -> dict[str, Any]:
    return partner.model_dump(mode="json", exclude_none=True)


def _today(house: House, partner: Partner, day: date) -> dict[str, Any]:
    standing = house.book.current().law.register.standing(partner.id, day)
    return {
        "kind": None if standing.kind is None else standing.kind.value,
        "relevant_authority": standing.relevant_authority,
    }


def _succession(house: House, partner: Partner, day: date) -> dict[str, Any]:
    """Say who answers for it and for whom it answers, and what is to novate; nothing where that is none."""
    bodies = house.reader.bodies("subscription").values()
    subscriptions = [Subscription.model_validate_json(body) for body in bodies]
    law = house.book.current().law
    found = succession(law.register, partner.id, law.agreements, subscriptions, day)
    told = found.model_dump(mode="json", exclude_defaults=True)
    return {"succession": told} if told else {}


def _yes(truth: object) -> str:
    return "yes" if truth else "no"
