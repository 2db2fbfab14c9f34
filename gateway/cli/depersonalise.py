"""``gateway depersonalise``: what takes people out of data, by hand."""

from __future__ import annotations

import typer

from gateway.cli.narrative import text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Take people out of data: mask texts.",
)
app.command("text")(text)


@app.callback()
def group() -> None:
    """Keep `text` a word of its own, as long as it is the only command."""
