"""``gateway ask``: the sixteen questions of an information-governance lead."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.terminal import AsJson

Case = Annotated[
    str | None, typer.Option(help="Q1: case of subject access, as `gateway subject list`.")
]
About = Annotated[str | None, typer.Option(help="Q11: a partner as controller; else the operator.")]
Feed = Annotated[str | None, typer.Option(help="Q2, Q3: feed that the record came by.")]
Recipient = Annotated[
    str | None, typer.Option(help="Q4, Q13: a partner of `gateway partner list`.")
]
Partner = Annotated[str | None, typer.Option(help="Q16: the partner that leaves.")]
Day = Annotated[str | None, typer.Option(help="Q5, Q9: a day, as 2026-11-26; else today.")]
Month = Annotated[str | None, typer.Option(help="Q8: a month, as 2026-11; else this one.")]
Quarter = Annotated[str | None, typer.Option(help="Q6: a quarter, as 2026Q3; else this one.")]
Subscription = Annotated[
    str | None, typer.Option(help="Q9: subscription of a release to decide again.")
]
Release = Annotated[str | None, typer.Option(help="Q9: that release's number.")]


def command(
    question: Annotated[
        str | None, typer.Argument(help="Number of a question, such as Q4; all are listed without.")
    ] = None,
    *,
    case: Case = None,
    about: About = None,
    feed: Feed = None,
    recipient: Recipient = None,
    partner: Partner = None,
    begins: Annotated[
        str | None, typer.Option("--from", help="Q4, Q13, Q14: an instant, as 2026-11-26T14:05.")
    ] = None,
    ends: Annotated[str | None, typer.Option("--to", help="Q4, Q13, Q14: an instant.")] = None,
    day: Day = None,
    month: Month = None,
    quarter: Quarter = None,
    subscription: Subscription = None,
    release: Release = None,
    as_json: AsJson = False,
) -> None:
    """Answer one of the sixteen questions from tables and ledger as they are now, or list them.

    Q2 and Q3 read a record's reference from standard input. Ends with 1 where the log is not whole (Q12).
    """
    # help must cost nothing: the gateway is imported when the command runs
    from gateway.cli.ask_told import tell_answer  # noqa: PLC0415 - as said above

    given = {
        "case": case,
        "about": about,
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
