"""``gateway depersonalise assess``: what each level of coarsening hides, and what it leaves."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from gateway.analysis.assessed import NotDepersonalised, sent_columns
from gateway.analysis.columns import NAMED, Columns, Located, NotAssessable, read_columns
from gateway.analysis.entitled import Desk
from gateway.analysis.plotted import best, named, plotted
from gateway.assembly import House
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.terminal import AsJson, Stopped, note, say, say_json, show_table
from gateway.errors import NotFound
from policies.assess import MINIMUM, Assessment, Combination, assess

_NOTHING = (
    "Give a file or a subscription.",
    "`gateway depersonalise assess FILE`, or `--subscription ID`.",
)
_COLUMNS = ("place", "time", "behaviour", "k", "cells", "uniques", "held", "loss", "useful")


def command(
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
        int, typer.Option("--minimum", "-k", min=1, help="Rows under which a cell is small.")
    ] = MINIMUM,
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
    if file is not None and subscription is not None:
        raise Stopped(*_NOTHING, Exit.USAGE)
    found = _assessed(file, subscription, _named(columns), minimum, actor, geography=geography)
    if plot is not None:
        _write(plot, plotted(found))
    if as_json:
        say_json(found.document())
    else:
        _show(found)


def _assessed(
    file: Path | None,
    subscription: str | None,
    columns: dict[str, str] | None,
    minimum: int,
    actor: str,
    *,
    geography: bool,
) -> Assessment:
    if subscription is not None:
        read = _sent(subscription, actor)
    elif file is not None:
        read = _read(file, columns, geography=geography)
    else:
        raise Stopped(*_NOTHING, Exit.USAGE)
    try:
        return assess(read, minimum)
    except ValueError:
        raise Stopped(
            "There is nothing to assess: no row, or no column of place, time or behaviour.",
            "Name the file's columns, or wait until something was sent.",
        ) from None


def _sent(subscription: str, actor: str) -> Columns:
    with own_house() as house:
        desk = _desk(house)
        try:
            return sent_columns(desk, subscription, checked_actor(actor))
        except NotFound:
            raise Stopped(
                "There is no subscription of that id.", "See `gateway subscription list`."
            ) from None
        except NotDepersonalised:
            raise Stopped(
                "The subscription is not of the depersonalised lane.",
                "Name one that is; `gateway subscription list` shows the lanes.",
            ) from None


def _desk(house: House) -> Desk:
    return Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)


def _named(columns: list[str] | None) -> dict[str, str] | None:
    if not columns:
        return None
    pairs = [one.partition("=") for given in columns for one in given.split(",")]
    if any(what.strip() not in NAMED or not column for what, _, column in pairs):
        raise Stopped(
            "--columns names something that is not known, or no column for it.",
            f"Write `what=COLUMN`, with one of: {', '.join(NAMED)}.",
            Exit.USAGE,
        )
    return {what.strip(): column.strip() for what, _, column in pairs}


def _read(file: Path, columns: dict[str, str] | None, *, geography: bool) -> Columns:
    try:
        if not geography:
            return read_columns(file, columns)
        with own_house() as house:
            return read_columns(file, columns, _located(house))
    except NotAssessable as refused:
        raise Stopped(refused.sentence, refused.remedy) from None


def _located(house: House) -> Located:
    areas = house.desks.places(house.book.refresh()).areas
    if areas is None:
        raise Stopped("No outlines are loaded.", "See `gateway geography load --help`.")
    return lambda degrees: [
        {field.removesuffix("_code"): code for field, code in inside.codes.items()}
        for inside in areas.at(degrees)
    ]


def _write(plot: Path, document: str) -> None:
    with suppress(OSError):
        plot.write_text(document, encoding="utf-8")
        return
    raise Stopped("The plot cannot be written there.", "Check the folder that --plot names.")


def _show(found: Assessment) -> None:
    title = f"{found.rows:,} rows; cells under {found.minimum} count as small."
    show_table(title, _COLUMNS, [_row(one, found) for one in found.combinations])
    if found.not_available:
        say(f"Not available: {', '.join(found.not_available)}.")
    say(
        f"useful: of the {found.top} places ({found.compared_at or 'none'}) with most rows, how many"
        " are still found when small cells are held back."
    )
    for one in best(found.combinations):
        note(f"gateway: no other combination beats {named(one)}.")


def _row(one: Combination, found: Assessment) -> tuple[object, ...]:
    held = f"{one.held_share:.1%} ({one.rows_in_small_cells:,} rows, {one.small_cells:,} cells)"
    useful = f"{one.useful_when_held:g}/{found.top}"
    return (
        *(one.place, one.time, one.behaviour, one.k, f"{one.cells:,}", f"{one.uniques:,}"),
        *(held, f"{one.loss:.3f}", useful),
    )
