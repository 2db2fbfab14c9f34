"""``gateway depersonalise``: what takes people out of data, by hand, and how much it leaves."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.analysis.column_names import NAMED
from gateway.cli.terminal import AsJson
from policies.masking.judged import Level

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Take people out of data: assess how far coarsening goes, mask texts.",
)


class HowStrict(StrEnum):
    """The levels by name."""

    PATTERNS = "patterns"
    ALLOW_LIST = "allow-list"
    STRICT = "strict"
    RARE = "rare"


@app.command("assess")
def assess(
    file: Annotated[
        Path | None, typer.Argument(help="CSV: a street file of data.police.uk, or see --columns.")
    ] = None,
    *,
    subscription: Annotated[
        str | None, typer.Option(help="Assess all that this subscription was sent instead.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            help="What stands in which column, such as `lsoa=LSOA_CODE,time=CREATED`: "
            + ", ".join(NAMED)
            + ". May be repeated."
        ),
    ] = None,
    minimum: Annotated[
        int | None,
        typer.Option("--minimum", "-k", min=1, help="Rows under which a cell is small; else 5."),
    ] = None,
    geography: Annotated[
        bool, typer.Option(help="Find areas that the file has not by the outlines that are loaded.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Write a plot to this SVG file.")] = None,
    actor: Annotated[
        str, typer.Option(help="Who looks at what a subscription was sent, for the ledger: a post.")
    ] = "ig-lead",
    as_json: AsJson = False,
) -> None:
    """Count, for every combination of the levels of place, time and behaviour, what it would mean.

    k: rows of the smallest cell. uniques: cells of one row. held: share of rows in cells under the minimum,
    which would be held back. loss: share of the file's own information (Shannon entropy, mean over place,
    time and behaviour) that goes, held rows included. useful: how many of the 20 places with most rows are
    still found when small cells are held back. Levels that the file does not give are named at the end.

    A subscription's releases are assessed as they were sent, cumulatively; that somebody looked is an entry
    of the ledger.
    """
    # help must cost nothing: what does the work is imported when the command runs
    from gateway.cli.assess import assess_asked  # noqa: PLC0415 - as said above

    assess_asked(
        file, subscription, columns, minimum, plot, actor, geography=geography, as_json=as_json
    )


@app.command("text")
def text(
    *,
    level: Annotated[
        HowStrict,
        typer.Option(help="How strict; releases are `strict`. `rare` hides rare words too."),
    ] = HowStrict.STRICT,
    as_json: AsJson = False,
) -> None:
    r"""Mask the people in a text: standard input, one line of output for each line of input.

    What is not known to be harmless becomes `\[name]`, `\[telephone]`, `\[address]` and so on; nothing says
    how long it was. A line that cannot be judged is withheld whole and says why: `\[withheld: too_long]`
    (over 10,000 characters), `undecodable`, `other_language`, `too_much_work`. Masking twice changes nothing.
    A masked text still tells its story: it is personal data, for the section 115 lane only.
    """
    # as above
    from gateway.cli.narrative import mask_lines  # noqa: PLC0415 - as said above

    mask_lines(Level[level.name], as_json=as_json)
