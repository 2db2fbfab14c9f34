"""``gateway keys``: make them once; show their public halves; rotate the one that signs tokens."""

from __future__ import annotations

import os
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

import typer

from gateway.access.clients import Client
from gateway.access.server import TokenServer
from gateway.access.verify import LONGEST_LIFE, SKEW
from gateway.assembly import database_of
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.cli.home import change, own_house, own_settings
from gateway.cli.quarter_keys import destroy_quarter, list_quarters, rotate_pseudonym
from gateway.cli.terminal import OPERATOR, Actor, AsJson, note, say, say_json
from gateway.clock import SystemClock
from gateway.events import JOURNAL, Event, configure, emit
from gateway.keys.ring import KeyRing, KeysUnavailable
from gateway.keys.token_keys import rotate as rotate_token_key
from gateway.keys.webhook import public_text, signing_key
from gateway.law.register import put_key_rotation
from gateway.release.endpoints import RotateWebhookKey

WEBHOOK_GRACE_SECONDS = 7 * 86_400
"""How long the old key for webhooks signs beside the new one: receivers pin it by hand."""

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The keys under GATEWAY_HOME/keys."
)


app.command("quarters")(list_quarters)
app.command("destroy")(destroy_quarter)


class Rotated(StrEnum):
    """The keys that can be rotated: whatever else the ring holds has sealed or named something."""

    TOKEN = "token"  # noqa: S105 - a key's name
    WEBHOOK = "webhook"
    PSEUDONYM = "pseudonym"


@app.command("create")
def create() -> None:
    """Make all keys. Keys that are there are never overwritten."""
    settings = own_settings()
    if not (settings.home / "keys").exists() and database_of(settings).exists():
        raise KeysUnavailable("the database is there and its keys are not")
    configure("warning", strict=JOURNAL.strict)
    ring = KeyRing.create(settings.home, os.urandom)
    emit(Event.KEYS_CREATED, kind="ledger", key_id=ledger_verifier_key(ring).key_hash.hex())
    note("gateway: keep a copy of GATEWAY_HOME/keys apart from the backups of the database.")
    say("The keys are made.")


@app.command("show")
def show(*, as_json: AsJson = False) -> None:
    """Show the public keys: of the ledger (signed-note form), and of tokens (JWKS)."""
    settings = own_settings()
    ring = KeyRing.open(settings.home)
    ledger = ledger_verifier_key(ring).line()
    nobody = _Nobody()
    tokens = TokenServer(settings.public_url, ring, nobody, nobody, SystemClock(), os.urandom)
    if as_json:
        say_json({"ledger": ledger, "tokens": tokens.jwks()})
        return
    say("Checkpoints of the ledger are signed by:")
    say(ledger)
    say("Tokens are signed by:")
    say_json(tokens.jwks())


@app.command("rotate")
def rotate(
    key: Annotated[
        Rotated,
        typer.Argument(
            help="`token` signs access tokens, `webhook` what is pushed, `pseudonym` names incidents."
        ),
    ],
    *,
    at_once: Annotated[
        bool,
        typer.Option(
            "--at-once", help="The old key leaked: refuse every token that it signed, from now on."
        ),
    ] = False,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Make a new key and use it; the old one is accepted until its last token is over.

    Running gateways take the new key up by themselves, within a second. The old private key is gone.
    """
    if key is Rotated.PSEUDONYM:
        rotate_pseudonym(actor, as_json=as_json)
        return
    if key is Rotated.WEBHOOK:
        _rotate_webhook(actor, WEBHOOK_GRACE_SECONDS * (not at_once), as_json=as_json)
        return
    with own_house() as house:
        now = int(house.clock.now().timestamp())
        until = None if at_once else now + LONGEST_LIFE + SKEW
        change(house, actor, lambda act: put_key_rotation(key.value, at_once=at_once, act=act))
        old, new = rotate_token_key(house.keys.folder, house.random, now, until)
    emit(Event.KEYS_ROTATED, kind=key.value, at_once=at_once)
    if as_json:
        say_json({"key": key.value, "old": old, "new": new, "old_accepted_until": until})
        return
    say(f"Tokens are signed by {new} from now on.")
    if until is None:
        say(f"Tokens signed by {old}, or by a key before it, are refused.")
    else:
        say(
            f"Tokens signed by {old} are good until they end, {LONGEST_LIFE // 60} minutes at most."
        )


def _rotate_webhook(actor: str, grace: int, *, as_json: bool) -> None:
    """Take the next key for webhooks into use; the old one signs beside it until its grace ends."""
    with own_house() as house:
        at, master = int(house.clock.now().timestamp()), house.keys.webhook

        def digest(number: int) -> str:
            return sha256(signing_key(master, number).public_key().public_bytes_raw()).hexdigest()

        number = change(house, actor, lambda act: RotateWebhookKey(digest, act, at, grace))
        public = public_text(signing_key(master, number).public_key())
    emit(Event.KEYS_ROTATED, kind=Rotated.WEBHOOK.value, at_once=not grace)
    if as_json:
        say_json({"key": Rotated.WEBHOOK.value, "new": public, "old_signs_until": at + grace})
        return
    beside = f"; the old one signs beside it for {grace // 86_400} days" if grace else ""
    say(f"Webhooks are signed by this key from now on{beside}:")
    say(public)


class _Nobody:
    """A registry without systems: showing keys needs none."""

    def get(self, client_id: str) -> Client | None:
        """Return none."""
        del client_id
        return None

    def seen(self, client_id: str, jti: str, exp: int) -> bool:
        """Refuse every assertion."""
        del client_id, jti, exp
        return True
