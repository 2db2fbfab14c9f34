"""One run: plan, write what changed, commit, move, and the manifest last."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from gateway.analysis.entitled import Desk, Entitled, entitle, filter_digest
from gateway.analysis.exported import moved
from gateway.analysis.exported.counts import Counts
from gateway.analysis.exported.manifest import (
    NAME,
    Described,
    ExportElsewhere,
    ListedFile,
    Manifest,
    hash_of,
    present,
    read_manifest,
)
from gateway.analysis.exported.records import Records
from gateway.analysis.frames import dictionary
from gateway.analysis.on_record import MAX_DRAFTS
from gateway.analysis.several import LANES, refuse_narrowed
from gateway.analysis.written.forms import Form
from gateway.errors import NotFound, StoreUnavailable
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.release.disclosed import Stale
from gateway.store.bulk import Standing, taken_back_since
from gateway.store.releasing import log_size
from gateway.store.tx import Tx
from policies.marking import high_water
from schemas.codes import Kind
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

Sign = Callable[[int, bytes, str], str]
"""Index of the entry, content hash, recipient → the receipt."""
Step = Callable[[str], None]
"""Told after each step, by name: where tests stop a run."""
RECORDS, COUNTS = "records", "statistics"
_LANES = {RECORDS: frozenset({Lane.DEPERSONALISED}), COUNTS: LANES}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, and where to."""

    folder: Path
    subscription: str
    form: Form = Form.PARQUET
    kinds: tuple[Kind, ...] = ()
    what: str = RECORDS


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did."""

    manifest: Manifest
    written: tuple[str, ...]
    """Paths of the files that are new or changed."""
    removed: tuple[str, ...]
    rows_written: int


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a run is going to do, worked out of one read."""

    described: Described
    changed: dict[str, Path]
    """Path in the data set → where its new file waits."""
    rows_written: int
    standing: Standing
    marking_source: str | None
    editions: Collection[str]


def export(
    desk: Desk,
    order: Order,
    actor: str,
    staging: Path,
    sign: Sign,
    step: Step = lambda _step: None,
) -> Done:
    """Bring a data set up to date.

    Args:
        desk: What questions are answered with.
        order: What, and where to.
        actor: Who runs it, for the ledger: a post.
        staging: A folder of the gateway's own, where files wait until they may leave.
        sign: Makes the receipt.
        step: Told after each step.

    Raises:
        NotFound: There is no such subscription.
        LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``.
        ManifestRefused: The folder holds a manifest that is none of ours.
        ExportElsewhere: The folder holds another data set.
        StoreUnavailable: What was found moved faster than it could be written.
    """
    old = read_manifest(order.folder)
    body = desk.reader.bodies("subscription").get(order.subscription)
    if body is None:
        raise NotFound
    partner = Subscription.model_validate_json(body).partner
    if old is not None and not _is_ours(old.described, order, partner):
        raise ExportElsewhere
    staging.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _ in range(MAX_DRAFTS):
        entitled = entitle(desk, order.subscription, partner, _LANES[order.what])
        draft = _drafted(desk, order, entitled, old, staging, step)
        try:
            index = desk.writer.run(
                _Exporting(draft, entitled, _said(desk, order, entitled, draft, actor))
            )
        except Stale:
            continue
        step("committed")
        return _moved(order, draft, index, sign, staging, step)
    raise StoreUnavailable


def _drafted(
    desk: Desk, order: Order, entitled: Entitled, old: Manifest | None, staging: Path, step: Step
) -> _Draft:
    known = {} if old is None else {one.path: one for one in old.described.files}
    files: list[ListedFile] = []
    changed: dict[str, Path] = {}
    classes: set[int] = set()
    with desk.reader.connection() as connection:
        size = log_size(connection)
        source = _source(connection, desk, order, entitled, size)
        basis, parts = source.basis(), source.parts()
        step("planned")
        for path, part in parts.items():
            fingerprint = part.fingerprint(basis)
            classes |= part.classes
            one = known.get(path)
            kept = one is not None and one.fingerprint == fingerprint
            if one is not None and kept and hash_of(order.folder / path) == one.sha256:
                files.append(one)
                continue
            waiting = moved.staged(staging, path, fingerprint)
            if not waiting.exists():
                moved.write_staged(waiting, partial(source.write, part))
                step("written")
            rows = int(pl.scan_parquet(waiting).select(pl.len()).collect().item())
            if rows:
                changed[path] = waiting
                files.append(_listed(path, rows, waiting, fingerprint))
    asked = entitled.subscription
    marked = high_water((entitled.decided.classes[one] for one in classes), source.lane)
    described = Described(
        what=order.what,
        file_form=order.form.value,
        subscription=asked.id,
        recipient=asked.partner,
        power=asked.power.value,
        lane=asked.lane.value,
        kinds=tuple(kind.value for kind in order.kinds),
        snapshot=entitled.edition.law.sha256,
        as_of=stamp(entitled.at),
        log_size=size,
        marking=marked.leaves.value,
        rows=sum(one.rows for one in files),
        files=tuple(files),
        rules=tuple(source.rules),
        dictionary=tuple(dictionary(source.columns)),
    )
    written = sum(one.rows for one in files if one.path in changed)
    source_marking = marked.came.value.lower() if marked.lowered else None
    return _Draft(described, changed, written, source.standing, source_marking, source.editions)


def _source(
    connection: Any,  # noqa: ANN401 - a connection lent by the reader
    desk: Desk,
    order: Order,
    entitled: Entitled,
    size: int,
) -> Records | Counts:
    if order.what == RECORDS:
        return Records(connection, desk, entitled, size, order.kinds, order.form)
    refuse_narrowed(entitled.subscription)
    return Counts(desk, entitled, order.kinds)


def _is_ours(one: Described, order: Order, partner: str) -> bool:
    kinds = tuple(kind.value for kind in order.kinds)
    asked = (order.what, order.form.value, order.subscription, partner, kinds)
    return asked == (one.what, one.file_form, one.subscription, one.recipient, one.kinds)


def _listed(path: str, rows: int, waiting: Path, fingerprint: str) -> ListedFile:
    return ListedFile(
        path=path,
        rows=rows,
        size=waiting.stat().st_size,
        sha256=hash_of(waiting) or "",
        fingerprint=fingerprint,
    )


def _said(
    desk: Desk, order: Order, entitled: Entitled, draft: _Draft, actor: str
) -> dict[str, Any]:
    described = draft.described
    asked = {"what": order.what, "kinds": list(described.kinds), "partition": described.partition}
    return entitled.said(desk, actor) | {
        "count": draft.rows_written,
        "rows": described.rows,
        "content_sha256": described.content_sha256().hex(),
        "filter_sha256": filter_digest(asked),
        "format": order.form.value,
        "log_size": described.log_size,
        "marking": described.marking.lower(),
        "marking_source": draft.marking_source,
        "editions": sorted(draft.editions) or None,
    }


@dataclass(frozen=True, slots=True)
class _Exporting:
    """The job that puts a run on record."""

    draft: _Draft
    entitled: Entitled
    said: dict[str, Any]

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf.

        Raises:
            Stale: The law moved, or something was taken back, since the rows were read. A new version is
                no such thing: the data set says how far the log went, and the next run brings it.
        """
        size = self.draft.described.log_size
        if tx.head.law_epoch != self.entitled.edition.epoch or taken_back_since(
            tx.connection, self.draft.standing, size
        ):
            raise Stale
        return tx.seal(leaf(Operation.EXPORT, **self.said))


def _moved(order: Order, draft: _Draft, index: int, sign: Sign, staging: Path, step: Step) -> Done:
    described, folder = draft.described, order.folder
    folder.mkdir(parents=True, exist_ok=True)
    moved.sweep(folder)
    gone = sorted(present(folder) - {one.path for one in described.files})
    for path in gone:
        moved.remove(folder, path)
        step("removed")
    for path, waiting in draft.changed.items():
        moved.place(waiting, folder / path)
        step("moved")
    receipt = sign(index, described.content_sha256(), described.recipient)
    manifest = Manifest(described=described, leaf=index, receipt=receipt)
    moved.place_bytes(manifest.model_dump_json(indent=1).encode() + b"\n", folder / NAME)
    step("listed")
    for left in staging.iterdir():
        left.unlink()
    return Done(manifest, tuple(draft.changed), tuple(gone), draft.rows_written)
