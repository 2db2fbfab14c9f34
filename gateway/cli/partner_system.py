"""``gateway partner system``: the systems that may ask for tokens, and how each proves itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.access.clients import Client, Jwk, Jwks, Method, new_secret
from gateway.assembly import House
from gateway.cli import Exit
from gateway.cli.documents import refused, word_of
from gateway.cli.home import change, own_house, own_settings
from gateway.cli.jwks_file import public_keys
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.law.register import put_client
from gateway.settings import Settings
from schemas.partners import Partner

app = typer.Typer(no_args_is_help=True, help="A partner's systems, which ask for tokens.")

PartnerId = Annotated[str, typer.Argument(help="Id of the partner, such as `charnwood-bc`.")]
ClientId = Annotated[str, typer.Argument(help="Id of the system.")]
KeyFile = Annotated[
    Path | None, typer.Option("--jwks", help="JSON file with its public keys (RFC 7517, P-256).")
]
WithSecret = Annotated[
    bool, typer.Option("--secret", help="Make a secret and show it once: demonstrations only.")
]


@app.command("list")
def list_systems(*, as_json: AsJson = False) -> None:
    """List the systems that may ask for tokens. Secrets are not kept, so none is shown."""
    with own_house() as house:
        clients = list(house.book.refresh().register.clients.values())
    if as_json:
        say_json({"systems": [_shown(client) for client in clients]})
        return
    rows = [
        (
            c.client_id,
            c.partner,
            ", ".join(sorted(c.scopes)),
            c.method.value,
            ", ".join(_shown(c)["keys"]) or "—",
            "yes" if c.active else "no",
        )
        for c in clients
    ]
    show_table("", ("id", "partner", "scopes", "proves itself by", "keys", "active"), rows)


@app.command("add")
def add(
    partner: PartnerId,
    *,
    client_id: Annotated[str, typer.Option("--id", help="Id of the system.")],
    scope: Annotated[
        list[str],
        typer.Option(help="feed:write, records:read, analysis:read, ledger:read, admin; repeat."),
    ],
    jwks: KeyFile = None,
    secret: WithSecret = False,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Add a system of a partner, or change the one that has its id.

    It proves itself by a signed assertion under one of its registered keys (--jwks): one key or
    several, each with a kid. A secret is taken only where GATEWAY_CLIENT_SECRETS is set.
    """
    settings = _one_proof(jwks, secret=secret)
    with own_house(settings) as house:
        registered(house, partner)
        known = house.book.refresh().register.clients.get(client_id)
        if known is not None and known.partner != partner:
            raise refused("/client_id", "system.id_taken", "Another partner's system has this id.")
        document = {"client_id": client_id, "partner": partner, "scopes": scope}
        client, shown = _proved(house, document, None if jwks is None else public_keys(jwks).keys)
        change(house, actor, lambda act: put_client(client, act))
    _told(client, shown, "may ask for tokens", as_json=as_json)


@app.command("rotate")
def rotate(
    client_id: ClientId,
    *,
    jwks: KeyFile = None,
    secret: WithSecret = False,
    drop: Annotated[
        list[str] | None, typer.Option(help="Kid of a key to take away; repeat for several.")
    ] = None,
    only: Annotated[
        bool, typer.Option("--only", help="Take every key away that --jwks does not hold.")
    ] = False,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Change how a system proves itself, without a moment in which it cannot.

    First register the new key beside the old one (--jwks FILE); let the system use it; then take the
    old one away (--drop KID). --jwks FILE --only does both at once, for a key that leaked. A new secret
    replaces the old one at once.
    """
    settings = (
        own_settings() if drop and jwks is None and not secret else _one_proof(jwks, secret=secret)
    )
    with own_house(settings) as house:
        known = _system(house, client_id)
        document = known.model_dump(exclude={"jwks", "secret_sha256", "method"})
        keys = None if secret else _changed(known, jwks, drop or [], only=only)
        client, shown = _proved(house, document, keys)
        change(house, actor, lambda act: put_client(client, act))
    _told(client, shown, "has changed its proof", as_json=as_json)


@app.command("disable")
def disable(client_id: ClientId, *, as_json: AsJson = False, actor: Actor = OPERATOR) -> None:
    """Stop a system: it gets no more tokens, and those that it has are refused."""
    with own_house() as house:
        stopped = _system(house, client_id).model_copy(update={"active": False})
        change(house, actor, lambda act: put_client(stopped, act))
    _told(stopped, None, "is off", as_json=as_json)


def registered(house: House, partner: str) -> Partner:
    """Return a partner of the register.

    Raises:
        Stopped: There is none of that id.
    """
    found = house.book.refresh().register.partners.get(partner)
    if found is None:
        raise Stopped("There is no partner of that id.", "See `gateway partner list`.")
    return found


def _system(house: House, client_id: str) -> Client:
    client = house.book.refresh().register.clients.get(client_id)
    if client is None:
        raise Stopped("There is no system of that id.", "See `gateway partner system list`.")
    return client


def _one_proof(jwks: Path | None, *, secret: bool) -> Settings:
    """Return the settings; refuse two proofs, none, and a secret where none is taken."""
    if secret == (jwks is not None):
        raise refused("", "system.proof", "Give either --jwks FILE or --secret.")
    settings = own_settings()
    if secret and not settings.client_secrets:
        raise Stopped(
            "This gateway takes no secrets as proof; they are for demonstrations.",
            "Give the system's public keys by --jwks FILE, or set GATEWAY_CLIENT_SECRETS=true.",
            Exit.CONFIGURATION,
        )
    return settings


def _changed(known: Client, jwks: Path | None, drop: Sequence[str], *, only: bool) -> Sequence[Jwk]:
    """Return the keys that a system has after a change."""
    old = () if known.jwks is None or only else known.jwks.keys
    new = () if jwks is None else public_keys(jwks).keys
    named = {key.kid for key in old}
    if not set(drop) <= named:
        raise refused(
            "/keys", "jwks.no_such_kid", "The system has no key of a kid given by --drop."
        )
    replaced = {key.kid for key in new} | set(drop)
    kept = tuple(key for key in old if key.kid not in replaced)
    if not kept + new:
        raise refused("/keys", "jwks.empty", "A system keeps one key at least; use `disable`.")
    return kept + new


def _proved(
    house: House, document: dict[str, Any], keys: Sequence[Jwk] | None
) -> tuple[Client, str | None]:
    """Return the system with its keys, or with a new secret and that secret's text."""
    if keys is not None:
        jwks = Jwks(keys=tuple(keys))
        return word_of(Client, {**document, "jwks": jwks.model_dump()}), None
    shown, digest = new_secret(house.random)
    method = Method.CLIENT_SECRET_BASIC
    return word_of(Client, {**document, "secret_sha256": digest, "method": method}), shown


def _shown(client: Client) -> dict[str, Any]:
    """Return what may be shown of a system: its keys by their kid, of a secret nothing."""
    hidden = {"secret_sha256", "jwks"}
    kids = [] if client.jwks is None else [key.kid for key in client.jwks.keys]
    return {**client.model_dump(mode="json", exclude=hidden), "keys": kids}


def _told(client: Client, secret: str | None, did: str, *, as_json: bool) -> None:
    if secret is not None:
        note("gateway: a secret is for demonstrations; give the system's public keys by --jwks.")
        note("gateway: this is shown once and is not kept:")
    if as_json:
        say_json({**_shown(client), **({} if secret is None else {"secret": secret})})
    elif secret is not None:
        say(secret)
    else:
        say(f"System {client.client_id} {did}.")
