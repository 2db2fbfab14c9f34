"""``gateway statistics``: publish counts for readers of statistics alone, edition by edition."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from gateway.analysis.editions import Publication, edition_code, publish
from gateway.analysis.entitled import Desk
from gateway.assembly import House
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, say, say_json, show_table
from gateway.ledger.leaf import stamp
from gateway.store.publishing import edition_list, editions_of
from policies.edition_text import Row, read_shown
from schemas.counted import CountedBehaviour, CountedPlace

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Published tables of counts, for whoever may have counts and no records.",
)
_PERIOD = re.compile(r"20[0-9]{2}(Q[1-4]|-(0[1-9]|1[0-2]))")
_EDITION = re.compile(r"(20[0-9]{2}[qQ][1-4])\.([1-9][0-9]{0,3})")


@app.command("publish")
def publish_edition(
    *,
    period: Annotated[str, typer.Option(help="A quarter, 2026Q3, or a month, 2026-10.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would be; publish nothing.")
    ] = False,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Publish the next edition of a closed period.

    A figure stays as it was last shown until the count has moved by 8. Splits from which a hidden count
    could be worked out, beside everything ever shown, are left out.
    """
    if not _PERIOD.fullmatch(period):
        raise Stopped(
            "That is no period.", "Write a quarter as 2026Q3, a month as 2026-10.", Exit.USAGE
        )
    settings = own_settings()
    with own_house(settings) as house:
        made = publish(
            desk_of(house),
            period,
            checked_actor(actor),
            settings.statistics_grace_days,
            dry_run=dry_run,
        )
    told = _told(made)
    if as_json:
        say_json(told)
        return
    done = "would be" if dry_run else "is published"
    say(f"Edition {told['edition']} of {', '.join(made.months)} {done}: {told['rows']} rows.")
    show_table("", ("rule", "rows"), told["rules"].items())


@app.command("list")
def list_editions(*, as_json: AsJson = False) -> None:
    """List every edition."""
    with own_house() as house, house.reader.connection() as connection:
        found = edition_list(connection)
    told = [
        {
            "edition": edition_code(row["quarter"], row["number"]),
            "at": stamp(datetime.fromtimestamp(row["at"], tz=UTC)),
            "rows": row["cells"],
            "leaf": row["leaf"],
        }
        for row in found
    ]
    if as_json:
        say_json({"editions": told})
        return
    show_table("", ("edition", "at", "rows", "leaf"), (list(row.values()) for row in told))


@app.command("show")
def show_edition(
    edition: Annotated[str, typer.Argument(help="Such as 2026q3.1; see `list`.")],
    *,
    place: Annotated[CountedPlace, typer.Option(help="Level of place.")] = CountedPlace.DISTRICT,
    by: Annotated[CountedBehaviour, typer.Option(help="Split by.")] = CountedBehaviour.NONE,
    as_json: AsJson = False,
) -> None:
    """Show an edition as its readers see it, each figure with its rule."""
    named = _EDITION.fullmatch(edition)
    rows: list[Row] | None = None
    if named is not None:
        with own_house() as house, house.reader.connection() as connection:
            for row in editions_of(connection, named[1].upper()):
                if row["number"] == int(named[2]):
                    rows = read_shown(row["shown"])
    if rows is None:
        raise Stopped("There is no such edition.", "See `gateway statistics list`.")
    wanted = [row for row in rows if (row.level, row.by) == (place.value, by.value)]
    if as_json:
        say_json({"edition": edition.lower(), "rows": [row._asdict() for row in wanted]})
        return
    show_table(
        "",
        ("kind", "period", "place", "behaviour", "count", "rule"),
        (
            (r.kind, r.period, r.place, r.name, "*" if r.number is None else r.number, r.rule)
            for r in wanted
        ),
    )


def desk_of(house: House) -> Desk:
    """Return what an edition is worked out with."""
    return Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)


def _told(made: Publication) -> dict[str, Any]:
    return {
        "edition": edition_code(made.quarter, made.number),
        "months": list(made.months),
        "rows": len(made.rows),
        "rules": dict(Counter(row.rule for row in made.rows).most_common()),
        "left_out": made.left_out,
        "leaf": made.leaf,
    }
