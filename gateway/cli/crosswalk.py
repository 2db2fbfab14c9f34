"""``gateway crosswalk``: the packaged code lists, and what a changed one makes of what was recorded."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.crosswalk import scheme_rows, schemes
from adapters.rules import RULE_COLUMNS
from adapters.source import Mapper
from gateway.assembly import House
from gateway.cli import Exit
from gateway.cli.documents import toml_of
from gateway.cli.home import change, checked_actor, own_house
from gateway.cli.terminal import AsJson, Stopped, note, say, say_json, show_table
from gateway.cli.trial import compiled
from gateway.intake.remapped import Decision, Differences, apply, differences
from gateway.law.register import put_feed
from gateway.log.remapping import Remapped
from schemas.feeds import Feed

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Code lists: list and show them, and apply a change to what was recorded.",
)


@app.command("list")
def list_schemes(*, as_json: AsJson = False) -> None:
    """List the packaged code lists with version and source."""
    rows = [(one.name, one.version, one.title, one.cites) for one in schemes().values()]
    if as_json:
        names = ("name", "version", "title", "cites")
        say_json({"schemes": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        show_table("", ("name", "version", "what it is", "source"), rows)


@app.command("show")
def show(
    scheme: Annotated[str, typer.Argument(help="Name of a list, such as `housemark_asb`.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show the rules of a code list, in the order in which they are tried."""
    if scheme not in schemes():
        raise Stopped("There is no code list of that name.", f"There are: {', '.join(schemes())}.")
    rows = scheme_rows(scheme)
    if as_json:
        say_json({"rules": [row.model_dump(exclude_defaults=True) for row in rows]})
        return
    columns = [name for name in RULE_COLUMNS if any(getattr(row, name) for row in rows)]
    show_table("", tuple(columns), [tuple(getattr(row, one) for one in columns) for row in rows])


@app.command("apply")
def apply_change(
    feed: Annotated[str, typer.Argument(help="Name of the feed, such as `police-nsir`.")],
    *,
    owner: Annotated[str, typer.Option(help="Who answers for the change: a post, never a person.")],
    valid_from: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="From which day it holds.")
    ],
    settings: Annotated[
        Path | None,
        typer.Option(
            help="TOML of the feed's new settings; else those on the register are applied."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply it; else only show it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a changed code list makes of what was recorded, and with `--yes` record it.

    Incidents whose codes mean something else get a further version, those that are now excluded or out of
    scope are taken back, and whoever holds one is told. The kept codes decide; nothing is read again.
    """
    checked_actor(owner)
    with own_house() as house:
        changed = _feed(house, feed, settings)
        _, mapper = compiled(changed.adapter, changed.settings)
        feed_id, registered = house.book.refresh().register.feeds[feed]
        found = differences(house.reader, feed_id, mapper)
        done = None
        if yes:
            if changed != registered:
                change(house, owner, lambda act: put_feed(changed, act))
            desk = house.desk(feed, house.book.refresh())
            decision = Decision(owner, valid_from.date(), house.clock.now())
            done = apply(house.reader, house.writer, desk, decision)
    document = _document(found, mapper, owner, valid_from.date(), done)
    if as_json:
        say_json(document)
    else:
        _show(found, mapper, done)


def _feed(house: House, name: str, settings: Path | None) -> Feed:
    found = house.book.refresh().register.feeds.get(name)
    if found is None:
        raise Stopped("There is no feed of that name.", "See `gateway feed list`.", Exit.USAGE)
    if settings is None:
        return found[1]
    given = toml_of(settings)
    return found[1].model_copy(update={"settings": given.get("settings", given)})


def _document(
    found: Differences, mapper: Mapper, owner: str, day: date, done: Remapped | None
) -> dict[str, Any]:
    changes = [
        {"code": code, "was": was, "is": now, "incidents": count}
        for (code, was, now), count in found.changed.most_common()
    ]
    return {
        "crosswalk": mapper.crosswalk.version,
        "owner": owner,
        "date": day.isoformat(),
        "read": found.read,
        "left_as_they_are": found.unreadable,
        "changes": changes,
        "applied": None
        if done is None
        else {"revised": done.revised, "retracted": done.retracted, "moved": done.moved},
    }


def _show(found: Differences, mapper: Mapper, done: Remapped | None) -> None:
    say(f"{mapper.crosswalk.version}: {found.incidents:,} of {found.read:,} incidents change.")
    rows = [
        (code, was, now, f"{count:,}") for (code, was, now), count in found.changed.most_common()
    ]
    if rows:
        show_table("", ("code", "meant", "means", "incidents"), rows)
    if found.unreadable:
        note(f"gateway: {found.unreadable:,} stay: the feed does not have their list any more.")
    if done is None:
        say("Nothing was changed; give --yes to record it.")
    else:
        say(f"Recorded: {done.revised:,} revised, {done.retracted:,} taken back.")
        if done.moved:
            note(f"gateway: {done.moved:,} had moved meanwhile; run it again to look at them.")
