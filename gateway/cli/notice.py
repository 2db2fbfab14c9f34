"""``gateway notice``: which notices nobody acknowledged, and which are overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from gateway.audit.notices import Notices
from gateway.cli import Exit
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import AsJson, say_json, show_table

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Notices about records that somebody holds: acknowledged or overdue.",
)


@app.callback()
def notices() -> None:
    """Notices about records that somebody holds: acknowledged or overdue."""


@app.command("list")
def list_notices(
    *,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those older than GATEWAY_NOTICE_OVERDUE_DAYS.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the notices that nobody acknowledged, oldest first; ends with 1 where one is overdue."""
    settings = own_settings()
    with own_house(settings) as house:
        allowed = timedelta(days=settings.notice_overdue_days)
        found = Notices(house.reader, house.clock.now(), allowed).open(overdue=overdue)
    if as_json:
        say_json({"notices": [one.document() for one in found]})
    else:
        columns = (
            "since",
            "recipient",
            "subscription",
            "release",
            "id",
            "kind",
            "state",
            "overdue",
        )
        rows = [[one.document()[name] or "" for name in columns] for one in found]
        show_table("", columns, rows)
    if any(one.overdue for one in found):
        raise typer.Exit(Exit.FOUND_WRONG)
