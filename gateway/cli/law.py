"""``gateway law``: what the law asks, by which rule and test it is met, and when a rule last decided."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.terminal import AsJson


def command(
    requirement: Annotated[
        str | None,
        typer.Argument(help="One requirement, such as L19, with its rules, tests, decisions."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show requirement, rule, test and result, and what is not the gateway's to settle.

    With a requirement it says more: each rule in its own words, each test, and when the rule last
    decided something in the database that the settings name. Ends with 1 where a test that is bound to a
    requirement did not pass.
    """
    # help must cost nothing: the gateway is imported when the command runs
    from gateway.cli.law_told import tell_law  # noqa: PLC0415 - as said above

    tell_law(requirement, as_json=as_json)
