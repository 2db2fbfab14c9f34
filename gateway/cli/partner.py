"""``gateway partner``: the register of partners, and their systems."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.access.clients import Client, Jwks, Method, new_secret
from gateway.assembly import House
from gateway.cli.documents import json_of, refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.register import put_client, put_partner
from schemas.partners import Partner

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The register of partners, what each is under section 115(2), and their systems.",
)
system = typer.Typer(no_args_is_help=True, help="A partner's systems, which ask for tokens.")
app.add_typer(system, name="system")

PartnerId = Annotated[str, typer.Argument(help="Id of the partner, such as `charnwood-bc`.")]


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
        found = _registered(house, partner)
        document = {**_document(found), **_today(house, found, london_day(house.clock))}
    if as_json:
        say_json(document)
        return
    show_table("", ("field", ""), [(name, _plain(value)) for name, value in document.items()])


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="TOML: id, name, [[kinds]] …")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Add a partner, or change the one that has its id. One entry in the ledger."""
    partner = word_of(Partner, toml_of(file))
    with own_house() as house:
        change(house, actor, lambda act: put_partner(partner, act))
    say(f"Partner {partner.id} is on the register.")


@system.command("list")
def list_systems(*, as_json: AsJson = False) -> None:
    """List the systems that may ask for tokens. Secrets are not kept, so none is shown."""
    with own_house() as house:
        clients = list(house.book.refresh().register.clients.values())
    if as_json:
        hidden = {"secret_sha256", "jwks"}
        say_json({"systems": [c.model_dump(mode="json", exclude=hidden) for c in clients]})
        return
    rows = [
        (c.client_id, c.partner, ", ".join(sorted(c.scopes)), c.method.value, _yes(c.active))
        for c in clients
    ]
    show_table("", ("id", "partner", "scopes", "proves itself by", "active"), rows)


@system.command("add")
def add_system(
    partner: PartnerId,
    *,
    client_id: Annotated[str, typer.Option("--id", help="Id of the system.")],
    scope: Annotated[
        list[str],
        typer.Option(help="feed:write, records:read, analysis:read, ledger:read, admin; repeat."),
    ],
    jwks: Annotated[
        Path | None, typer.Option(help="JSON file with its public keys (RFC 7517, P-256).")
    ] = None,
    secret: Annotated[
        bool, typer.Option("--secret", help="Make a secret and show it once: demonstrations only.")
    ] = False,
    actor: Actor = OPERATOR,
) -> None:
    """Add a system of a partner, or change the one that has its id.

    It proves itself by a signed assertion under one of its registered keys (`--jwks`).
    """
    if secret == (jwks is not None):
        raise refused("", "system.proof", "Give either --jwks FILE or --secret.")
    with own_house() as house:
        _registered(house, partner)
        known = house.book.refresh().register.clients.get(client_id)
        if known is not None and known.partner != partner:
            raise refused("/client_id", "system.id_taken", "Another partner's system has this id.")
        document: dict[str, Any] = {"client_id": client_id, "partner": partner, "scopes": scope}
        shown = None
        if jwks is None:
            shown, document["secret_sha256"] = new_secret(house.random)
            document["method"] = Method.CLIENT_SECRET_BASIC
        else:
            document["jwks"] = _public_keys(jwks)
        client = word_of(Client, document)
        change(house, actor, lambda act: put_client(client, act))
    if shown is None:
        say(f"System {client.client_id} may ask for tokens.")
        return
    note("gateway: a secret is for demonstrations; give the system's public keys by --jwks.")
    note("gateway: this is shown once and is not kept:")
    say(shown)


@system.command("off")
def off(
    client_id: Annotated[str, typer.Argument(help="Id of the system.")], *, actor: Actor = OPERATOR
) -> None:
    """Stop a system: it gets no more tokens, and those that it has are refused."""
    with own_house() as house:
        client = house.book.refresh().register.clients.get(client_id)
        if client is None:
            raise Stopped("There is no system of that id.", "See `gateway partner system list`.")
        stopped = client.model_copy(update={"active": False})
        change(house, actor, lambda act: put_client(stopped, act))
    say(f"System {client.client_id} is off.")


def _public_keys(file: Path) -> Jwks:
    document = json_of(file)
    keys = document.get("keys") if isinstance(document, dict) else None
    if isinstance(keys, list) and any(isinstance(key, dict) and "d" in key for key in keys):
        says = "This is a private key. Give the public part only, and make a new pair."
        raise refused("/keys", "jwks.private", says)
    return word_of(Jwks, document)


def _registered(house: House, partner: str) -> Partner:
    found = house.book.refresh().register.partners.get(partner)
    if found is None:
        raise Stopped("There is no partner of that id.", "See `gateway partner list`.")
    return found


def _document(partner: Partner) -> dict[str, Any]:
    return partner.model_dump(mode="json", exclude_none=True)


def _today(house: House, partner: Partner, day: date) -> dict[str, Any]:
    standing = house.book.current().law.register.standing(partner.id, day)
    return {
        "kind": None if standing.kind is None else standing.kind.value,
        "relevant_authority": standing.relevant_authority,
    }


def _yes(truth: object) -> str:
    return "yes" if truth else "no"


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_plain(one) for one in value) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return _yes(value) if isinstance(value, bool) else str(value)
