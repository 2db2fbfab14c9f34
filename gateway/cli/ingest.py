"""``gateway ingest``: a file on the way that a push takes, in one process with the database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sys import maxsize
from typing import Annotated, Any, Final

import typer

from adapters import sources
from gateway.assembly import House
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.parcels import Parcel, look_over, media_type_of, parcels
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    Stopped,
    note,
    progress,
    say_json,
    show_table,
)
from gateway.errors import (
    BodyUnreadable,
    LawMoved,
    MarkingNotTaken,
    Overloaded,
    StoreUnavailable,
)
from gateway.events import Event, emit
from gateway.intake.marked import refusal
from gateway.intake.push import push
from gateway.intake.questions import listed
from gateway.intake.recorded import PushRequest, fingerprint, idempotency_hmac
from gateway.keys.derive import keyed_hash
from gateway.ledger.leaf import stamp
from gateway.log.entries import PushAnswer
from schemas.feeds import Feed, FeedMode
from schemas.receipts import PushResult, Receipt, RowProblem

_SHOWN = 10
_TRIES = 5
_COUNTS = ("received", "recorded", "revised", "duplicate", "out_of_scope", "excluded")
_COUNTED: Final = (*_COUNTS, "quarantined")
_TALLIED: Final = ("recorded_by_kind", "mapping", "dropped_fields")


def command(
    feed: Annotated[str, typer.Argument(help="Name of the feed, such as `police-uk`.")],
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON or JSON; plain or .gz.")],
    *,
    as_json: AsJson = False,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Records in one commit.")] = 1_000,
    media_type: Annotated[
        str | None, typer.Option(help="What the file holds, where its name does not say.")
    ] = None,
    part: Annotated[
        bool, typer.Option("--part", help="The file is not the whole of a full extract.")
    ] = False,
    actor: Actor = OPERATOR,
) -> None:
    """Take in a file on the same path as a push, also while `gateway serve` runs.

    Rows that are in already are counted as duplicates, so a file may be taken in again at any time.
    Rows that cannot be taken are named by number, field and rule; the others are kept. Ends with 1
    only where every row was refused. On a feed of full extracts a file that was taken in to its end is
    the whole, unless `--part` says otherwise: records that it does not hold are asked after.
    """
    checked_actor(actor)
    stated = media_type or media_type_of(file)
    look_over(file, stated)
    with own_house(create=True) as house:
        total = _take_file(house, feed, file, (stated, batch, actor), whole=not part)
        open_now = _asked_after(house, feed)
    receipt = total.receipt(feed)
    told = {name: total.counts[name] for name in _COUNTED}
    emit(Event.PUSH_RECORDED, feed=feed, receipt=receipt.id, **told)
    if as_json:
        say_json(receipt.model_dump(mode="json"))
    else:
        show_receipt(receipt)
    show_problems(total.problems, receipt.quarantined)
    if open_now:
        note(
            f"gateway: {open_now:,} records were not in a full extract; see `gateway feed questions`."
        )
    if receipt.quarantined == receipt.received:
        raise typer.Exit(Exit.FOUND_WRONG)


@dataclass(slots=True)
class Total:
    """The receipts of one run, added up."""

    id: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    tallies: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in _TALLIED}
    )
    problems: list[RowProblem] = field(default_factory=list)
    """The first rows in quarantine, by their numbers in the whole file."""

    def add(self, answer: PushAnswer | PushResult) -> None:
        """Add the answer to one parcel."""
        before = self.counts["received"]
        receipt = answer.receipt
        self.id = self.id or receipt.id
        for name in _COUNTED:
            self.counts[name] += getattr(receipt, name)
        for name, tally in self.tallies.items():
            tally.update(getattr(receipt, name))
        for problem in answer.problems[: _SHOWN - len(self.problems)]:
            self.problems.append(problem.model_copy(update={"row": before + problem.row}))

    def receipt(self, feed: str) -> Receipt:
        """Return the receipt of the run, which balances or does not come to be."""
        counted: dict[str, Any] = {name: self.counts[name] for name in _COUNTED}
        tallied = {name: dict(sorted(tally.items())) for name, tally in self.tallies.items()}
        return Receipt(id=self.id, feed=feed, **counted, **tallied)


@dataclass(frozen=True, slots=True)
class _Run:
    """What all parcels of one file share."""

    house: House
    feed: Feed
    media_type: str
    actor: str
    id: str

    def request(self, number: int, parcel: Parcel, *, complete: bool) -> PushRequest:
        """Say who pushes the parcel; its key makes a second try safe, within this run only."""
        keys = self.house.keys
        return PushRequest(
            receipt_id=self.house.new_id(),
            client_id=self.actor,
            partner=self.feed.sender or self.feed.controller,
            fingerprint=fingerprint(keys, self.feed.name, self.media_type, parcel.body),
            key_hmac=idempotency_hmac(keys, self.actor, f"ingest {self.id} {number}"),
            unit=keyed_hash(keys.idempotency, b"unit", self.feed.name.encode(), self.id.encode()),
            at=self.house.clock.now(),
            complete=complete,
        )

    def take(self, number: int, parcel: Parcel, *, complete: bool) -> PushAnswer:
        """Record one parcel; where the database is busy, try again."""
        request = self.request(number, parcel, complete=complete)
        for left in reversed(range(_TRIES)):
            try:
                desk = self.house.desk(self.feed.name, self.house.book.refresh())
                queued = push(
                    parcel.body, self.media_type, desk, request, self.house.writer, maxsize
                )
                return queued.result()
            except MarkingNotTaken:
                at, partner = stamp(request.at), request.partner
                job = refusal(self.feed.name, partner, self.actor, at, self.house.random)
                self.house.writer.run(job)
                raise
            except (StoreUnavailable, Overloaded, LawMoved):
                if not left:
                    raise
                time.sleep(0.2 * (_TRIES - left))
        raise StoreUnavailable


def _take_file(
    house: House, feed: str, file: Path, how: tuple[str, int, str], *, whole: bool
) -> Total:
    media_type, batch, actor = how
    found = house.book.refresh().register.feeds.get(feed)
    if found is None:
        raise Stopped("There is no feed of that name.", "See `gateway feed list`.")
    run = _Run(house, found[1], media_type, actor, house.new_id())
    total = Total()
    cut = parcels(file, media_type, batch, _delimiter(found[1]))
    size = file.stat().st_size
    with _told_how_far(total), progress(f"{feed}: taking in", size) as show:
        for number, parcel, is_last in _with_last(cut):
            try:
                total.add(run.take(number, parcel, complete=whole and is_last))
            except BodyUnreadable as refusal:
                # rows that are blank in the feed's own encoding only: nothing to take in
                if not number or {error.rule for error in refusal.errors} != {"body.empty"}:
                    raise
            show(parcel.read)
    return total


def _with_last(cut: Iterable[Parcel]) -> Iterator[tuple[int, Parcel, bool]]:
    """Number the parcels, and say which is the last."""
    number, waiting = 0, None
    for parcel in cut:
        if waiting is not None:
            yield number, waiting, False
            number += 1
        waiting = parcel
    if waiting is not None:
        yield number, waiting, True


def _asked_after(house: House, feed: str) -> int:
    feed_id, found = house.book.current().register.feeds[feed]
    return len(listed(house.reader, feed_id)) if found.mode is FeedMode.FULL else 0


def _delimiter(feed: Feed) -> str:
    """The character between the cells of the feed's files, by its adapter's settings."""
    source = sources().get(feed.adapter)
    if source is None:
        return ","
    checked = source.settings_model.model_validate(feed.settings)
    return str(getattr(checked, "delimiter", ","))


@contextmanager
def _told_how_far(total: Total) -> Iterator[None]:
    """Say what is on the disk where a run breaks off."""
    try:
        yield
    except BaseException:
        if total.counts["received"]:
            note(
                f"gateway: stopped after {total.counts['received']:,} rows; they are recorded."
                " Take the file in again: what is in already is not doubled."
            )
        raise


def show_receipt(receipt: Receipt) -> None:
    """Show a receipt as a table."""
    rows = [(name.replace("_", " "), f"{getattr(receipt, name):,}") for name in _COUNTED]
    show_table(f"{receipt.feed}: receipt {receipt.id}", ("rows", ""), rows)
    for name in _TALLIED:
        tally = getattr(receipt, name)
        if tally:
            listed = [(key.replace("_", " "), f"{count:,}") for key, count in tally.items()]
            show_table("", (name.replace("_", " "), ""), listed)


def show_problems(problems: list[RowProblem], quarantined: int) -> None:
    """Name the first rows in quarantine by number, field and rule."""
    for problem in problems:
        for fault in problem.faults:
            note(f"row {problem.row:,}: {fault.pointer or '/'}: {fault.says} ({fault.rule})")
    if quarantined > len(problems):
        note(f"and {quarantined - len(problems):,} more rows in quarantine.")
