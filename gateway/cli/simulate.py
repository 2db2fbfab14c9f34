"""``gateway simulate``: what a draft of the law would newly release and newly stop; nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import OPERATOR, Actor, AsJson


def command(
    *,
    policies: Annotated[
        Path | None,
        typer.Option(help="A policy bundle: its folder, or the hash of a stored one."),
    ] = None,
    agreement: Annotated[
        Path | None, typer.Option(help="TOML of an agreement, judged as if every party signed it.")
    ] = None,
    partner: Annotated[
        Path | None, typer.Option(help="TOML of a partner, as it would stand on the register.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only what was recorded from this day on, such as 2026-07-01."),
    ] = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Replay a draft over what is recorded: what would newly leave, newly stop, and by which rule.

    By subscription, condition and record class, in counts and words; fields newly leaving too. It reads
    record classes and how many records each has, never a record; it sends nothing, and the ledger says
    that it was asked. Give one of --policies, --agreement and --partner.
    """
    # help must cost nothing: the gateway is imported when the command runs
    from gateway.cli.simulate_told import tell_changes  # noqa: PLC0415 - as said above

    tell_changes(policies, agreement, partner, since, actor, as_json=as_json)
