"""Proving the whole: ledger, log, releases, register, each against the other, in one consistent read.

The ledger is walked once. Its own hashes, nodes and checkpoints are recomputed; the log, the pushes and
the releases are read in step with it; the register and the subscriptions are folded from it. So every
column of these tables is bound to an operation, and every operation to a root that partners keep.

Outside it, because it is working state and proves nothing: ``delivery``, ``quarantine``, ``question``,
``unit_count``, ``place_count``, ``assertion``, and the loaded geography, which a file can be loaded from
again; ``anchor``, how publishing checkpoints goes (that releases stop and go on are leaves); the webhook
secrets and which keys are in use (``verify_endpoints``); which worker sends for a subscription, and how
sending goes. Of a checkpoint, the time in our own list is in no hash: its order is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.verify_beside import BesideWalk
from gateway.audit.verify_editions import EditionWalk
from gateway.audit.verify_findings import Finding, Findings, Report
from gateway.audit.verify_ledger import Checkpoints, Note, operations
from gateway.audit.verify_log import BATCHES, UNREADABLE, LogWalk
from gateway.audit.verify_pushes import RowsByLeaf, check_push
from gateway.audit.verify_register import Laws, RegisterWalk, stored_requests
from gateway.audit.verify_releases import ReleaseWalk
from gateway.audit.verify_returns import ReturnWalk
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation
from gateway.ledger.tree import EMPTY_ROOT, Frontier
from gateway.store.database import Database
from gateway.store.sqlite import SqliteDatabase
from gateway.store.verifying import Evidence, EvidenceUnreadable
from schemas.record_class import RecordClass

__all__ = ["Finding", "Note", "Report", "kept_notes", "verify"]

Progress = Callable[[int, int], None]
"""Told how many log rows were read, of how many."""

_PROGRESS_EVERY = 64
RETURNS = {
    Operation.RETURN,
    Operation.RETURN_HANDED,
    Operation.RETURN_RECEIVED,
    Operation.RETURN_TABLE,
}


def verify(
    database: Database | Path,
    keys: KeyRing,
    notes: Sequence[Note] = (),
    progress: Progress | None = None,
) -> Report:
    """Verify a database that is in use, or a copy of one.

    Args:
        database: The database, or a SQLite file.
        keys: The keys of the home that it belongs to.
        notes: Checkpoints kept elsewhere, of any age; they are what finds a cut tail.
        progress: Told now and then how far it is.

    Raises:
        StoreUnavailable: There is no such database, or it cannot be opened.
    """
    if isinstance(database, Path):
        database = SqliteDatabase(database)
    try:
        with Evidence(database.source()) as evidence:
            walk = _Walk(evidence, keys, Findings())
            walk.go(notes, progress or _silent)
            return walk.report()
    except EvidenceUnreadable:
        return _leniently(database, keys, notes, progress or _silent)


def _leniently(
    database: Database, keys: KeyRing, notes: Sequence[Note], progress: Progress
) -> Report:
    """Verify what the engine could not read as it should be, as far as it can be read at all."""
    findings = Findings()
    with Evidence(database.source(lenient=True)) as evidence:
        walk = _Walk(evidence, keys, findings)
        try:
            walk.go(notes, progress)
        except EvidenceUnreadable as unreadable:
            findings.add("store.unreadable", unreadable.table, "(whole)")
        return walk.report()


def kept_notes(folder: Path) -> list[Note]:
    """Read the checkpoints that this gateway wrote to files; read them before the database."""
    if not folder.is_dir():
        return []
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return [
        Note(f"file {path.name}", path.read_text(encoding="utf-8", errors="replace"), ours=True)
        for path in files
    ]


def _silent(_done: int, _of: int) -> None:
    """Say nothing."""


@dataclass(slots=True)
class _Classes:
    """Record classes: hash and meaning by id."""

    hashes: dict[int, bytes]
    words: dict[int, RecordClass]


class _Walk:
    """One verification."""

    def __init__(self, evidence: Evidence, keys: KeyRing, findings: Findings) -> None:
        self._evidence, self._keys, self._findings = evidence, keys, findings
        self._frontier = Frontier()
        self._checkpoints = Checkpoints(findings)
        self._register = RegisterWalk(findings)
        self._log: LogWalk | None = None
        self._releases: ReleaseWalk | None = None

    def go(self, notes: Sequence[Note], progress: Progress) -> None:
        """Walk the ledger, and everything else in step with it."""
        evidence, findings, keys = self._evidence, self._findings, self._keys
        for number, _ in enumerate(evidence.integrity(), start=1):
            findings.add("store.integrity", "database", number)
        classes = self._record_classes()
        feeds = {row[2]: row[0] for row in evidence.rows("feed")}
        self._log = log = LogWalk(evidence, keys.wrapping, classes.hashes, feeds, findings)
        laws, requests = Laws(evidence), stored_requests(evidence)
        self._releases = releases = ReleaseWalk(
            evidence, keys, classes.words, laws, requests, self._register, findings
        )
        returns = ReturnWalk(evidence, keys, classes.words, laws, self._register, findings)
        files = RowsByLeaf(evidence, "return_file", findings)
        editions = EditionWalk(evidence, findings)
        beside = BesideWalk(keys, findings)
        self._checkpoints.expect(evidence, notes, ledger_verifier_key(keys))
        pushes = RowsByLeaf(evidence, "push", findings)
        released = RowsByLeaf(evidence, "release", findings)
        rows = evidence.size_of("log")
        for index, operation, document in operations(
            evidence, self._frontier, self._checkpoints, findings
        ):
            try:
                self._register.take(index, operation, document)
                editions.take(index, operation, document)
                beside.take(index, operation, document)
                if operation in BATCHES:
                    log.batch(index, operation, document)
                if operation is Operation.PUSH:
                    row = pushes.at(index)
                    if row is not None:
                        check_push(row, index, document, feeds, findings)
                elif operation is Operation.RELEASE:
                    releases.check(index, document, released.at(index), log.size)
                    self._register.release(index, document)
                elif operation in RETURNS:
                    made = operation is Operation.RETURN
                    row = files.at(index) if made else None
                    returns.take(index, operation, document, row)
            except UNREADABLE:
                findings.add("ledger.leaf", "ledger", index)
            if index % _PROGRESS_EVERY == 0:
                progress(log.seen, rows)
        log.finish()
        pushes.finish()
        released.finish()
        files.finish()
        editions.finish()
        returns.finish()
        self._check_orphans()
        self._register.finish(evidence)
        beside.finish(evidence)
        self._check_quarters()
        self._check_head(log.size)
        progress(log.seen, rows)

    def _check_orphans(self) -> None:
        for number, _ in enumerate(self._evidence.orphans("disclosure"), start=1):
            self._findings.add("disclosure.uncovered", "disclosure", f"(uncovered row {number})")
        for _ in self._evidence.orphans("kept_back"):
            self._findings.add("release.kept_back", "kept_back", "(uncovered row)")

    def _record_classes(self) -> _Classes:
        classes = _Classes({}, {})
        for class_id, hashed, canonical in self._evidence.rows("record_class"):
            classes.hashes[class_id] = hashed
            try:
                if sha256(canonical.encode()).digest() != hashed:
                    self._findings.add("class.hash", "record_class", class_id)
                classes.words[class_id] = RecordClass.model_validate_json(canonical)
            except UNREADABLE:
                self._findings.add("class.hash", "record_class", class_id)
        return classes

    def _check_quarters(self) -> None:
        for quarter in sorted(self._keys.quarters.destroyed - self._register.destroyed):
            self._findings.add("keys.destroyed", "keys", quarter)

    def _check_head(self, log_size: int) -> None:
        heads = list(self._evidence.rows("head"))
        if [row[:3] for row in heads] != [(1, log_size, self._frontier.size)]:
            self._findings.add("head.size", "head", 1)
        if [row[3] for row in heads] != [self._register.epoch]:
            self._findings.add("head.law_epoch", "head", 1)

    def report(self) -> Report:
        """Return what was looked at and found."""
        root = self._frontier.root() if self._frontier.size else EMPTY_ROOT
        counted: Mapping[str, Any] = self._findings.counted
        return Report(
            operations=self._frontier.size,
            log_rows=0 if self._log is None else self._log.seen,
            releases=0 if self._releases is None else self._releases.seen,
            disclosures=0 if self._releases is None else self._releases.disclosures,
            checkpoints=self._checkpoints.count,
            root=root.hex(),
            findings=tuple(self._findings.listed),
            counted=dict(counted),
        )
