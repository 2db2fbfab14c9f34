"""A whole answer as one file: worked out from one read, written, hashed, and on record before it leaves.

It is one disclosure, however often and in however many ranges its asker reads it while it is held. Before
each range the law is looked at again: where it moved, the day ended or a record of it was corrected, it is
not read on.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import polars as pl

from gateway.analysis.downloads_refused import DownloadTooLarge
from gateway.analysis.entitled import Desk, Entitled, entitle
from gateway.analysis.incidents_about import about_records
from gateway.analysis.incidents_asked import areas_in_box, digest_of, lying_where_asked, wanted_by
from gateway.analysis.on_record import MAX_DRAFTS
from gateway.analysis.treating import InColumns
from gateway.analysis.written.about import About
from gateway.analysis.written.forms import FORMS, Form
from gateway.clock import london_day
from gateway.errors import GatewayError, StoreUnavailable
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.release.disclosed import Stale
from gateway.release.treated import names_for
from gateway.store.analysing import Place, columns_after, corrected_after
from gateway.store.reading import head_in
from gateway.store.tx import Tx
from policies.marking import high_water
from schemas.analysis import IncidentQuestion
from schemas.codes import Marking
from schemas.sensitivity import Lane

_LANES = frozenset({Lane.DEPERSONALISED})
_CHUNK = 20_000
"""Rows that are read, treated and written at a time."""


@dataclass(slots=True)
class Whole:
    """One file, its leaf, and what it rests on."""

    file: BinaryIO
    form: Form
    size: int
    sha256: bytes
    leaf: int
    marking: Marking
    at: datetime
    subscription: str
    partner: str
    actor: str
    epoch: int
    day: date
    log_size: int
    """How far the log was when it was last known to be whole."""
    incidents: array[int]
    """Which incidents are in it, in order."""

    def holds(self, incident: int) -> bool:
        """Whether a record of an incident is in it."""
        return _holds(self.incidents, incident)

    def read(self, start: int, most: int) -> bytes:
        """Return bytes from a place on; several may read at a time."""
        return os.pread(self.file.fileno(), most, start)

    def close(self) -> None:
        """Let the file go."""
        self.file.close()


def _holds(incidents: array[int], incident: int) -> bool:
    at = bisect_left(incidents, incident)
    return at < len(incidents) and incidents[at] == incident


def whole_answer(
    desk: Desk,
    question: IncidentQuestion,
    form: Form,
    partner: str,
    actor: str,
    *,
    folder: Path,
    most_bytes: int,
) -> Whole:
    """Answer a question with one file.

    Args:
        desk: What questions are answered with.
        question: Its ``after`` and ``limit`` are of pages and mean nothing here.
        form: How the file is written.
        partner: Whose subscription.
        actor: The system or tool that asks.
        folder: Where the file lies, without a name: it goes when it is closed.
        most_bytes: How large it may become.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``.
        DownloadTooLarge: It would be larger.
        StoreUnavailable: What was found moved faster than it could be answered.
    """
    for _ in range(MAX_DRAFTS):
        entitled = entitle(desk, question.subscription, partner, _LANES)
        file = TemporaryFile(dir=folder)  # noqa: SIM115 - it is closed by whoever holds it
        try:
            return _Writing(desk, question, form, entitled, file, most_bytes).done(actor)
        except Stale:
            file.close()
        except BaseException:
            file.close()
            raise
    raise StoreUnavailable


class _Writing:
    """One draft of a file."""

    def __init__(
        self,
        desk: Desk,
        question: IncidentQuestion,
        form: Form,
        entitled: Entitled,
        file: BinaryIO,
        most: int,
    ) -> None:
        self._desk, self._question, self._form = desk, question, form
        self._entitled, self._file, self._most = entitled, file, most
        self._incidents: array[int] = array("q")
        self._refused: GatewayError | None = None
        self._log_size = 0

    def done(self, actor: str) -> Whole:
        """Write it, hash it, and put it on record."""
        entitled, decided = self._entitled, self._entitled.decided
        # what a class is marked is known before its rows are: the file says the highest it may hold
        asked = wanted_by(self._question, entitled).classes
        high = high_water((decided.classes[one] for one in asked), entitled.subscription.lane)
        about = about_records(
            self._question, self._form, entitled.subscription, entitled.at, high.leaves
        )
        try:
            FORMS[self._form].write(self._batches(about), about, self._file)
        except Exception:
            if self._refused is not None:  # a writer wraps what stopped it
                raise self._refused from None
            raise
        self._file.flush()
        self._incidents = array("q", sorted(self._incidents))
        size, digest = _hashed(self._file)
        job = _Exporting(
            log_size=self._log_size,
            epoch=entitled.edition.epoch,
            incidents=self._incidents,
            said=entitled.said(self._desk, actor)
            | {
                "count": len(self._incidents),
                "content_sha256": digest.hex(),
                "filter_sha256": digest_of(self._question),
                "format": self._form.value,
                "fields": sorted(self._question.fields) or None,
                "marking": high.leaves.value.lower(),
                "marking_source": high.came.value.lower() if high.lowered else None,
                "as_of": stamp(entitled.at),
            },
        )
        index = self._desk.writer.run(job)
        return Whole(
            file=self._file,
            form=self._form,
            size=size,
            sha256=digest,
            leaf=index,
            marking=high.leaves,
            at=entitled.at,
            subscription=entitled.subscription.id,
            partner=entitled.subscription.partner,
            actor=actor,
            epoch=entitled.edition.epoch,
            day=entitled.day,
            log_size=self._log_size,
            incidents=self._incidents,
        )

    def _batches(self, about: About) -> Iterator[pl.DataFrame]:
        entitled, desk = self._entitled, self._desk
        names = names_for(desk.keys, entitled.subscription.partner, entitled.edition.eras)
        treat = InColumns(entitled.decided.classes, entitled.edition.law, names)
        areas = areas_in_box(self._question, desk.reader)
        wanted = wanted_by(self._question, entitled, areas)
        unknown = list(names.unknown)
        columns = [column.name for column in about.columns]
        after: Place | None = None
        with desk.reader.connection() as connection:
            self._log_size = head_in(connection).log_size
            while True:
                found, after = columns_after(connection, wanted, after, _CHUNK)
                rows = found.filter(~pl.col("quarter").is_in(unknown))
                records = treat.frame(rows).with_columns(rows["incident"])
                lying = lying_where_asked(self._question, rows, records, areas)
                self._incidents.extend(lying["incident"])
                yield lying.select(columns)
                self._must_fit()
                if after is None:
                    return

    def _must_fit(self) -> None:
        if os.fstat(self._file.fileno()).st_size > self._most:
            self._refused = DownloadTooLarge()
            raise self._refused


def _hashed(file: BinaryIO) -> tuple[int, bytes]:
    digest, size = sha256(), 0
    while piece := os.pread(file.fileno(), 1 << 20, size):
        digest.update(piece)
        size += len(piece)
    return size, digest.digest()


@dataclass(frozen=True, slots=True)
class _Exporting:
    """The job that puts a file on record."""

    log_size: int
    epoch: int
    incidents: array[int]
    said: dict[str, Any]

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf.

        Raises:
            Stale: The law moved, or a record of the file was taken back, since it was read.
        """
        if tx.head.law_epoch != self.epoch:
            raise Stale
        if tx.head.log_size > self.log_size:
            corrected = corrected_after(tx.connection, self.log_size)
            if any(_holds(self.incidents, one) for one in corrected):
                raise Stale
        return tx.seal(leaf(Operation.EXPORT, log_size=self.log_size, **self.said))


def still_stands(desk: Desk, whole: Whole) -> bool:
    """Whether a file may be read on: law, day and records are those that it was made from.

    Raises:
        ReleaseHeld, LawUnavailable: Nothing may leave at all.
    """
    edition = desk.book.for_release()
    if edition.epoch != whole.epoch or london_day(desk.clock) != whole.day:
        return False
    with desk.reader.connection() as connection:
        size = head_in(connection).log_size
        if size > whole.log_size:
            if any(whole.holds(one) for one in corrected_after(connection, whole.log_size)):
                return False
            whole.log_size = size
    return True


def broke_off(desk: Desk, whole: Whole, sent: int) -> None:
    """Put on record that a file was not sent to its end because something moved."""
    made = leaf(
        Operation.BROKEN_OFF,
        at=stamp(desk.clock.now()),
        actor=whole.actor,
        nonce=desk.random(16).hex(),
        recipient=whole.partner,
        subscription=whole.subscription,
        content_sha256=whole.sha256.hex(),
        format=whole.form.value,
        disclosed=sent,
        reason="moved-while-sent",
    )
    desk.writer.run(lambda tx: tx.seal(made))
