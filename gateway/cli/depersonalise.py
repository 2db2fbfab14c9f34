"""``gateway depersonalise``: what takes people out of data, by hand, and how much it leaves."""

from __future__ import annotations

import typer

from gateway.cli.assess import command as assess
from gateway.cli.narrative import text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Take people out of data: assess how far coarsening goes, mask texts.",
)
app.command("assess")(assess)
app.command("text")(text)
