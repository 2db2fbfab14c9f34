"""``gateway ask``: the sixteen questions of an information-governance lead."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.terminal import AsJson

Given = Annotated[str | None, typer.Option(help="What the question names so.")]


def command(
    question: Annotated[
        str | None, typer.Argument(help="Number of a question, such as Q4; all are listed without.")
    ] = None,
    *,
    feed: Given = None,
    recipient: Given = None,
    partner: Given = None,
    begins: Annotated[
        str | None, typer.Option("--from", help="Instant, as 2026-11-26T14:05.")
    ] = None,
    ends: Annotated[str | None, typer.Option("--to", help="Instant, as 2026-11-26T18:00.")] = None,
    day: Given = None,
    month: Given = None,
    quarter: Given = None,
    subscription: Given = None,
    release: Given = None,
    as_json: AsJson = False,
) -> None:
    """Answer one of the sixteen questions from tables and ledger as they are now, or list them.

    Q2 and Q3 read a record's reference from standard input. Ends with 1 where the log is not whole (Q12).
    """
    # help must cost nothing: the gateway is imported when the command runs
    from gateway.cli.ask_told import tell_answer  # noqa: PLC0415 - as said above

    given = {
        "feed": feed,
        "recipient": recipient,
        "partner": partner,
        "from": begins,
        "to": ends,
        "day": day,
        "month": month,
        "quarter": quarter,
        "subscription": subscription,
        "release": release,
    }
    said = {name: value for name, value in given.items() if value is not None}
    tell_answer(question, said, as_json=as_json)
