"""``gateway explain``: why a record, stored or described, may or may not go. For the IG lead."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.terminal import AsJson


def command(
    *,
    feed: Annotated[
        str | None, typer.Option(help="Feed that a stored record came by; needs --subscription.")
    ] = None,
    subscription: Annotated[
        str | None, typer.Option(help="Subscription that the stored record is judged for.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Day to judge by, such as 2026-11-23; today if absent.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a described record.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say why a record may or may not go to somebody, condition by condition.

    With --feed and --subscription: a stored record, and who has it. Its reference at its source is
    read from standard input, never from the command line, where other users and the shell's history
    would see it. Without: one described record, as JSON on standard input (--schema prints its form);
    that needs no database, and takes register and agreements from one where there is one.
    """
    # help must cost nothing: the gateway is imported when the command runs
    from gateway.cli.explain_told import tell_why  # noqa: PLC0415 - as said above

    tell_why(feed, subscription, day, schema=schema, as_json=as_json)
