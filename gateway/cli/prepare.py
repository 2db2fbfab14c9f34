"""``gateway prepare``: a file is depersonalised where it is held, before it travels."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from gateway.cli import Exit
from gateway.cli.documents import content_of, toml_of, word_of
from gateway.cli.home import own_house
from gateway.cli.parcels import look_over, media_type_of, parcels
from gateway.cli.terminal import AsJson, Stopped, note, progress, say_json
from gateway.cli.trial import compiled
from gateway.errors import BodyUnreadable
from gateway.intake.prepared import Preparation
from gateway.intake.trial import Bench
from gateway.keys.derive import SIZE
from gateway.keys.files import write_secret
from gateway.seed import FEEDS
from schemas.feeds import Feed

_PARCEL = 5_000
_SHOWN = 10


def command(
    feed: Annotated[
        str, typer.Argument(help="A feed's TOML file, or a name such as `cnh-housing`.")
    ],
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON, JSON or XML; plain or .gz.")],
    *,
    key: Annotated[
        Path, typer.Option(help="The holder's own key; made where there is none. Keep it.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the records here; else to standard output.")
    ] = None,
    withdrawals: Annotated[
        bool, typer.Option(help="Also say which records are to be taken back if they were sent.")
    ] = True,
    places: Annotated[
        bool,
        typer.Option(
            help="Use the areas, points and postcodes loaded in the holder's GATEWAY_HOME."
        ),
    ] = False,
    media_type: Annotated[
        str | None, typer.Option(help="What the file holds, where its name does not say.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Depersonalise a file where it is held: one record a line (NDJSON), and a report of counts.

    The same adapter and treatments as in the gateway. Names, references, texts, exact times and points end
    here. A record has a place only where the file names an area, or by `--places` with what
    `gateway geography load` loaded at the holder. Send what comes out to a feed whose adapter is `prepared`.
    The key makes the records' ids: with the same key the same record keeps its id, so that it can be revised
    or taken back; it never travels. Ends with 1 where every row was refused.
    """
    if as_json and out is None:
        raise Stopped(
            "The records and the report cannot both go to standard output.",
            "Give --out for the records.",
            Exit.USAGE,
        )
    stated = media_type or media_type_of(file)
    look_over(file, stated)
    with _bench(feed, places=places) as bench:
        preparation = Preparation(bench, _key(key), withdrawals)
        _prepare(file, stated, out, preparation)
    if as_json:
        say_json(preparation.document())
    else:
        _report(preparation)
    if preparation.coverage.outcomes["quarantined"] == preparation.coverage.received:
        raise typer.Exit(Exit.FOUND_WRONG)


def _prepare(file: Path, stated: str, out: Path | None, preparation: Preparation) -> None:
    delimiter = _delimiter(preparation.bench)
    with _written(out) as stream, progress("preparing", file.stat().st_size) as show:
        for number, parcel in enumerate(parcels(file, stated, _PARCEL, delimiter)):
            try:
                for record in preparation.lines(parcel.body, stated):
                    stream.write(record.model_dump_json(exclude_defaults=True) + "\n")
            except BodyUnreadable as refusal:
                if not number or {error.rule for error in refusal.errors} != {"body.empty"}:
                    raise
            show(parcel.read)


@contextmanager
def _bench(feed: str, *, places: bool) -> Iterator[Bench]:
    """A bench of the feed of a file, or one that every register begins with; a database only for places."""
    known = {one.name: one for one in FEEDS}
    if not feed.endswith(".toml") and feed not in known:
        raise Stopped(
            "There is no feed of that name here.",
            f"Give the feed's TOML file, or one of: {', '.join(known)}.",
            Exit.USAGE,
        )
    found = known.get(feed) or word_of(Feed, toml_of(Path(feed)))
    source, mapper = compiled(found.adapter, found.settings)
    if not places:
        yield Bench(found, source, mapper)
        return
    with own_house() as house:
        yield Bench(found, source, mapper, house.desks.places(house.book.refresh()))


def _delimiter(bench: Bench) -> str:
    checked = bench.source.settings_model.model_validate(bench.feed.settings)
    return str(getattr(checked, "delimiter", ","))


def _key(path: Path) -> bytes:
    """Read the holder's key, 64 hexadecimal digits; make it where there is none."""
    if not path.exists():
        made = os.urandom(SIZE)
        try:
            write_secret(path, made)
        except OSError:
            raise Stopped("The key cannot be written.", "Check its folder.", Exit.USAGE) from None
        note("gateway: a new key was made; keep it, or no record can be revised or taken back.")
        return made
    try:
        key = bytes.fromhex(content_of(path).decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise Stopped(
            "The key file does not hold 64 hexadecimal digits.",
            "Give the file that an earlier `gateway prepare` made.",
            Exit.CONFIGURATION,
        )
    return key


@contextmanager
def _written(out: Path | None) -> Iterator[TextIO]:
    """Where records go; a file comes to be only when it is whole."""
    if out is None:
        yield sys.stdout
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            yield stream
        part.replace(out)
    except OSError:
        raise Stopped(
            "The file for the records cannot be written.", "Check its folder.", Exit.USAGE
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _report(preparation: Preparation) -> None:
    """Tell on standard error what became of the rows."""
    c = preparation.coverage
    note(
        f"gateway: {c.received:,} rows read, {preparation.written:,} records written,"
        f" {preparation.withdrawn:,} to be taken back."
    )
    for title, counted in (("outcome", c.outcomes), ("reason", c.reasons), ("mapping", c.mapping)):
        for name, count in counted.most_common():
            note(f"  {title}: {name}: {count:,}")
    for problem in preparation.problems[:_SHOWN]:
        for fault in problem.faults:
            note(f"row {problem.row:,}: {fault.pointer or '/'}: {fault.says} ({fault.rule})")
