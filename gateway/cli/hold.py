"""``gateway hold``: what keeps everything from being released, and lifting it."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, say, say_json, show_table
from gateway.law.holds import Lifting, holds

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Holds: while one stands nothing is released, on any way out.",
)


@app.command("list")
def list_holds(*, as_json: AsJson = False) -> None:
    """List every hold, standing and lifted."""
    with own_house() as house:
        found = holds(house.reader)
    if as_json:
        say_json({"holds": [{"stands": hold.stands, **hold.model_dump()} for hold in found]})
        return
    rows = [
        (
            hold.name,
            "stands" if hold.stands else f"lifted by {hold.lifted_by}",
            hold.reason,
            hold.ledger_size,
            hold.known_size,
        )
        for hold in found
    ]
    show_table("", ("hold", "state", "reason", "ledger", "known"), rows)


@app.command("lift")
def lift(
    name: Annotated[str, typer.Argument(help="Which; see `gateway hold list`.")],
    *,
    reason: Annotated[
        str,
        typer.Option(help="Why releases may go on, as a code: `newest-backup-there-is`."),
    ],
    actor: Actor = OPERATOR,
) -> None:
    """Let releases go on. Who lifted it and why is an entry of the ledger."""
    with own_house() as house:
        lifted = change(house, actor, lambda act: Lifting(name, reason, act))
    if not lifted:
        raise Stopped("No hold of this name stands.", "See `gateway hold list`.")
    say("The hold is lifted; releases go on.")
