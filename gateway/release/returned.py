"""The door for section 17A returns: makes each once, hands out what may still go, takes receipts.

A file leaves whole, as one parcel. Law, register, holds and states are looked at when it is rendered and
once more after its leaf is committed; a row that may not go any more is left out of it and stands in the
next period's file as retracted or revised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from gateway.clock import LONDON
from gateway.errors import NotFound, ReturnReceiptWrong, StoreUnavailable
from gateway.law.book import Edition
from gateway.ledger.leaf import stamp
from gateway.release.disclosed import Stale, content_hash
from gateway.release.return_asked import Ask, ReturnDesk, asked_under_17a, check, own_classes
from gateway.release.return_brought import lines_in
from gateway.release.return_drafted import draft_return
from gateway.release.return_lines import Form, line_of
from gateway.release.return_made import VOLUNTARY, Handing, Making, Receiving
from gateway.store.returning import Standing, current_of, file_of, lines_of, tables_in
from policies.periods import Quarter
from schemas.codes import Marking
from schemas.returns import Change, Manifest

MAX_TRIES = 8
"""How often a return is worked out anew while law or log move before the caller is asked to come again."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file on record, ready to leave in one piece."""

    manifest: Manifest
    lines: Sequence[bytes]
    """Each row as JSON, in the order of the file."""
    omitted: int
    """Rows of the file that may not go any more: taken back, changed or restricted since it was made."""
    entry: int
    """Index of the leaf of this handing out."""
    marking: str
    """The highest of the rows' markings."""
    still: Callable[[], bool]
    """Whether law and states are still those it was rendered by: asked once more before a push."""


def make(desk: ReturnDesk, ask: Ask, actor: str) -> list[int]:
    """Make the return of one holder for one recipient, where it is not made; return the new leaves.

    Raises:
        NotFound, ReturnPeriodRuns, LawRefuses: As ``return_drafted.check``.
        ReleaseHeld, LawUnavailable: As ``LawBook.for_release``.
        StoreUnavailable: The database does not answer, or log or law move faster than we read.
    """
    for _ in range(MAX_TRIES):
        draft = draft_return(desk, ask)
        nonces = [desk.random(16).hex() for _ in draft.pieces]
        try:
            return desk.writer.run(Making(draft, actor, nonces))
        except Stale:
            continue
    raise StoreUnavailable


def hand(desk: ReturnDesk, ask: Ask, paragraph: int, actor: str, method: str = "pull") -> Handed:
    """Hand one file to its recipient, made first where it is not made yet (raises as ``make``)."""
    for _ in range(MAX_TRIES):
        edition = desk.book.for_release()
        check(desk, edition, ask)
        file = _file(desk, ask, paragraph)
        if file is None:
            make(desk, ask, actor)
            file = _file(desk, ask, paragraph)
            if file is None:
                raise NotFound
        lines, omitted, going, marking = _rendered(desk, edition, file)
        now = desk.clock.now()
        content = content_hash(lines)
        job = Handing(
            file=file,
            content=content,
            rows=len(lines),
            law_epoch=edition.epoch,
            at=int(now.timestamp()),
            stamp=stamp(now),
            actor=actor,
            nonce=desk.random(16).hex(),
            method=method,
        )
        try:
            entry = desk.writer.run(job)
        except Stale:
            continue
        if _still(desk, edition, going):
            manifest = manifest_of(edition, file, content, len(lines))
            still = partial(_still, desk, edition, going)
            return Handed(manifest, lines, omitted, entry, marking.value, still)
    raise StoreUnavailable


def receive(
    desk: ReturnDesk,
    ask: Ask,
    paragraph: int,
    content_sha256: str,
    actor: str,
    method: str = "receipt",
) -> bool:
    """Note that the recipient has a file; return whether that was new.

    Raises:
        NotFound: No such file was made for this recipient.
        ReturnReceiptWrong: Another content was handed out last, or none yet.
    """
    file = _file(desk, ask, paragraph)
    if file is None:
        raise NotFound
    now = desk.clock.now()
    try:
        content = bytes.fromhex(content_sha256)
    except ValueError:
        raise ReturnReceiptWrong from None
    job = Receiving(
        file=file,
        content=content,
        at=int(now.timestamp()),
        stamp=stamp(now),
        actor=actor,
        nonce=desk.random(16).hex(),
        method=method,
    )
    done = desk.writer.run(job)
    if done is None:
        raise ReturnReceiptWrong
    return done


def manifest_of(edition: Edition, file: dict[str, Any], content: bytes, rows: int) -> Manifest:
    """Return what a file is, for its recipient."""
    prescribed = edition.law.lists.prescribed
    paragraph = prescribed.paragraphs[file["paragraph"]]
    quarter = Quarter.parse(file["quarter"])
    counts = json.loads(file["counts"])  # noqa: TID251 - our own row, bound by its leaf
    return Manifest(
        holder=file["holder"],
        recipient=file["recipient"],
        period=file["quarter"],
        paragraph=file["paragraph"],
        form=file["form"],
        catalogue=prescribed.edition,
        code_list=paragraph.code_list,
        frozen_at=paragraph.frozen_at,
        made_at=stamp(datetime.fromtimestamp(file["at"], tz=LONDON)),
        due=quarter.due.isoformat(),
        counts=counts,
        rows=rows,
        snapshot=file["snapshot"],
        content_sha256=content.hex(),
        entry=file["leaf"],
    )


def _file(desk: ReturnDesk, ask: Ask, paragraph: int) -> dict[str, Any] | None:
    with desk.reader.connection() as connection:
        return file_of(connection, ask.holder, ask.recipient, ask.quarter.name, paragraph)


def _rendered(
    desk: ReturnDesk, edition: Edition, file: dict[str, Any]
) -> tuple[list[bytes], int, dict[int, int], Marking]:
    """Return the lines that may go now, how many may not, the versions that they show, the marking."""
    day = desk.day()
    asked = asked_under_17a(file["recipient"], file["paragraph"])
    classes = own_classes(edition, desk.book.classes(), file["holder"], day)
    prescribed = edition.law.lists.prescribed
    form = Form(file["paragraph"], prescribed, file["form"] == VOLUNTARY)
    with desk.reader.connection() as connection:
        brought = tables_in(connection, file["quarter"]).get((file["holder"], file["paragraph"]))
        if brought is not None:
            return lines_in(brought), 0, {}, Marking.OFFICIAL
        rows = lines_of(connection, file["leaf"])
        shown = {row["incident"] for row in rows if row["change"] != Change.RETRACTED.value}
        now = current_of(connection, shown)
    lines, going, marking = [], {}, Marking.OFFICIAL
    for row in rows:
        said, change = None, row["change"]
        if change != Change.RETRACTED.value:
            one = now.get(row["incident"])
            if one is None or not _stands(one, row):
                continue
            found = classes.get(one.row.class_id)
            if found is None or not edition.law.decide(asked, found, day).releases:
                continue
            said = form.row(one.row, found, row["level"])
            going[row["incident"]] = row["version"]
            if found.marking is Marking.OFFICIAL_SENSITIVE:
                marking = found.marking
        lines.append(line_of(row["row_id"], change, row["period"], said))
    return lines, len(rows) - len(lines), going, marking


def _stands(one: Standing, row: dict[str, Any]) -> bool:
    return one.state == "live" and one.row.version == row["version"]


def _still(desk: ReturnDesk, edition: Edition, going: dict[int, int]) -> bool:
    """Whether law and states are those of the rendering: the last look before the parcel leaves."""
    if desk.reader.head().law_epoch != edition.epoch:
        return False
    with desk.reader.connection() as connection:
        now = current_of(connection, going)
    return all(
        (one.row.version, one.state) == (going[incident], "live") for incident, one in now.items()
    )
