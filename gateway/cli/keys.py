"""``gateway keys``: make them once; show their public halves."""

from __future__ import annotations

import os

import typer

from gateway.access.clients import Client
from gateway.access.server import TokenServer
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.cli.home import own_settings
from gateway.cli.terminal import AsJson, note, say, say_json
from gateway.clock import SystemClock
from gateway.events import JOURNAL, Event, configure, emit
from gateway.keys.ring import KeyRing, KeysUnavailable

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The keys under GATEWAY_HOME/keys."
)


@app.command("create")
def create() -> None:
    """Make all keys. Keys that are there are never overwritten."""
    settings = own_settings()
    if settings.sqlite_path.exists() and not (settings.home / "keys").exists():
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
