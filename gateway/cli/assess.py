"""What ``gateway depersonalise assess`` does: what each level of coarsening hides, and what it leaves."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gateway.analysis.assessed import NotDepersonalised, sent_columns
from gateway.analysis.column_names import NAMED
from gateway.analysis.columns import Columns, Located, NotAssessable, read_columns
from gateway.analysis.entitled import Desk
from gateway.analysis.plotted import best, named, plotted
from gateway.assembly import House
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.terminal import Stopped, note, say, say_json, show_table
from gateway.errors import NotFound
from policies.assess import MINIMUM, Assessment, Combination, assess

_NOTHING = (
    "Give a file or a subscription.",
    "`gateway depersonalise assess FILE`, or `--subscription ID`.",
)
_COLUMNS = ("place", "time", "behaviour", "k", "cells", "uniques", "held", "loss", "useful")


def assess_asked(
    file: Path | None,
    subscription: str | None,
    columns: list[str] | None,
    minimum: int | None,
    plot: Path | None,
    actor: str,
    *,
    geography: bool,
    as_json: bool,
) -> None:
    """Assess a file, or all that a subscription was sent.

    Raises:
        Stopped: Both or neither were given, or what was given cannot be assessed.
    """
    if file is not None and subscription is not None:
        raise Stopped(*_NOTHING, Exit.USAGE)
    least = MINIMUM if minimum is None else minimum
    found = _assessed(file, subscription, _named(columns), least, actor, geography=geography)
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
