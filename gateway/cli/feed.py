"""``gateway feed``: try a file, add a feed, list feeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import Exit
from gateway.cli.documents import refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.parcels import media_type_of
from gateway.cli.questions import questions
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    Stopped,
    note,
    printable,
    progress,
    say,
    say_json,
    show_table,
)
from gateway.cli.trial import compiled, guessed, tried
from gateway.clock import london_day
from gateway.intake.trial import Bench, Trial
from gateway.law.register import Register, put_feed
from schemas.feeds import ControllerRole, Feed

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Try, add and list feeds, and answer what full extracts leave open; `try` stores nothing.",
)


@app.command("list")
def list_feeds(*, as_json: AsJson = False) -> None:
    """List the feeds with adapter, controller and our role."""
    with own_house() as house:
        feeds = [feed for _, feed in house.book.refresh().register.feeds.values()]
    if as_json:
        say_json({"feeds": [feed.model_dump(mode="json") for feed in feeds]})
        return
    rows = [
        (f.name, f.adapter, f.controller, f.role.value, f.sender or f.controller, f.mode.value)
        for f in feeds
    ]
    show_table("", ("name", "adapter", "controller", "our role", "sender", "mode"), rows)


app.command("questions")(questions)


@app.command("add")
def add(
    file: Annotated[
        Path, typer.Argument(help="TOML: name, title, adapter, controller, role, settings …")
    ],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Add a feed, or change the one of its name. One entry in the ledger.

    A feed names its controller and our role, and a processor names its contract; without that it is
    refused, and so are settings that its adapter does not take.
    """
    feed = word_of(Feed, toml_of(file))
    compiled(feed.adapter, feed.settings)
    with own_house() as house:
        _refuse_unnamed(feed, house.book.refresh().register)
        change(house, actor, lambda act: put_feed(feed, act))
    say(f"Feed {feed.name} is on the register.")


def _refuse_unnamed(feed: Feed, register: Register) -> None:
    """A feed whose controller or contract nobody named is not taken (GDPR Art. 26 and 28)."""
    if feed.controller not in register.partners:
        raise refused("/controller", "feed.controller", "No partner of this id is registered.")
    if feed.sender is not None and feed.sender not in register.partners:
        raise refused("/sender", "feed.sender", "No partner of this id is registered.")
    if feed.received_under is not None and not any(
        one.id == feed.received_under and feed.controller in one.recipients
        for one in register.agreements
    ):
        says = "There is no agreement of this id under which the controller receives."
        raise refused("/received_under", "feed.received_under", says)
    if feed.role is ControllerRole.PROCESSOR and not feed.contract:
        raise refused("/contract", "feed.contract", "A processor works under a named contract.")


@app.command("try")
def try_file(
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON or JSON; plain or .gz.")],
    *,
    feed: Annotated[str | None, typer.Option(help="Use this feed's adapter and settings.")] = None,
    adapter: Annotated[
        str | None, typer.Option(help="Use this adapter; opens no database.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="TOML of settings, or of a whole feed.")
    ] = None,
    unmapped: Annotated[
        Path | None, typer.Option(help="CSV to make of the codes that the list does not know.")
    ] = None,
    media_type: Annotated[
        str | None, typer.Option(help="What the file holds, where its name does not say.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what would become of a file. Nothing is stored and nothing leaves this terminal.

    Counts rows by outcome, mapping and kind, lists the codes that the crosswalk does not know as a CSV
    to fill in, and shows ten rows as they are and as each lane would leave them. Without --feed and
    --adapter the adapter is the one that maps most rows. Ends with 1 where every row would be refused.
    """
    stated = media_type or media_type_of(file)
    if feed is not None and adapter is not None:
        raise refused("", "feed.try", "Give --feed or --adapter, not both.")
    if unmapped is not None and unmapped.exists():
        raise Stopped("The file for the codes exists.", "Name a new one; it may hold your work.")
    given = toml_of(settings) if settings is not None else None
    with _bench(file, stated, feed, adapter, given) as bench:
        size = file.stat().st_size if file.exists() else 0
        with progress("trying", size) as show:
            trial = tried(file, stated, bench, show)
    if unmapped is not None:
        unmapped.write_text(trial.coverage.unlisted_csv, encoding="utf-8", newline="")
        note(f"gateway: {len(trial.coverage.unlisted):,} codes to place are in the file named.")
    if as_json:
        say_json(trial.document())
    else:
        _show(trial, codes=unmapped is None)
    if trial.coverage.outcomes["quarantined"] == trial.coverage.received:
        raise typer.Exit(Exit.FOUND_WRONG)


@contextmanager
def _bench(
    file: Path, media_type: str, name: str | None, adapter: str | None, given: dict[str, Any] | None
) -> Iterator[Bench]:
    if name is None:
        document = given or {}
        whole = "adapter" in document
        chosen = adapter or (str(document["adapter"]) if whole else guessed(file, media_type))
        applied = document.get("settings", {}) if whole else document
        yield _free_bench(chosen, applied, document.get("district_code") if whole else None)
        return
    with own_house() as house:
        edition = house.book.refresh()
        found = edition.register.feeds.get(name)
        if found is None:
            raise Stopped("There is no feed of that name.", "See `gateway feed list`.")
        feed = found[1]
        if given is not None:
            feed = feed.model_copy(update={"settings": given.get("settings", given)})
        source, mapper = compiled(feed.adapter, feed.settings)
        day = london_day(house.clock)
        controller = edition.register.partners.get(feed.controller)
        yield Bench(
            feed,
            source,
            mapper,
            house.desks.places(edition),
            None if controller is None else controller.kind_on(day),
        )


def _free_bench(adapter: str, settings: Any, district: object) -> Bench:  # noqa: ANN401 - TOML
    """A bench without a database: no geography, and a feed that exists for this trial only."""
    settings = settings.get("settings", settings)  # as in a feed's own file, or bare
    source, mapper = compiled(adapter, settings)
    feed = word_of(
        Feed,
        {
            "name": "trial",
            "title": "A trial",
            "adapter": adapter,
            "settings": settings,
            "controller": "trial",
            "role": ControllerRole.PROCESSOR,
            "district_code": district,
        },
    )
    return Bench(feed, source, mapper)


def _show(trial: Trial, *, codes: bool) -> None:
    c = trial.coverage
    say(f"{c.received:,} rows read as {trial.adapter}")
    _tally("outcome", c.outcomes)
    _tally("mapping status", c.mapping)
    _tally("kind", c.kinds)
    _tally("reason", c.reasons)
    _tally("dropped: column", c.dropped)
    faults = [(pointer or "/", rule, f"{n:,}") for (pointer, rule), n in c.faults.most_common()]
    if faults:
        say("")
        show_table("", ("quarantined: field", "rule", "rows"), faults)
    if codes and c.unlisted:
        say("\nCodes that the crosswalk does not know, as rows to fill in:")
        for line in c.unlisted_csv.splitlines():
            say(printable(line))
    for number, row in enumerate(trial.rows, start=1):
        say(f"\nRow {number} of those mapped")
        for part, values in row.items():
            say(printable(f"  {part:<15}{json.dumps(values, ensure_ascii=False)}"))


def _tally(title: str, counted: Counter[str]) -> None:
    if counted:
        say("")
        rows = [(name, f"{count:,}") for name, count in counted.most_common()]
        show_table("", (title, "rows"), rows)
