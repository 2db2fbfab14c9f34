"""The law book: holds the one snapshot in force, swaps it whole, and never a piece of it.

A broken new bundle keeps the last good one and alarms; with none at all nothing is released.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from gateway.clock import Clock
from gateway.errors import LawUnavailable, ReleaseHeld
from gateway.events import Event, emit
from gateway.law.holds import eras, holds
from gateway.law.register import Register
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.bundle import Bundle, packaged_bundle
from policies.law import Law
from policies.refusals import PolicyRefused
from policies.treatments import packaged_treatments
from schemas.record_class import RecordClass


@dataclass(frozen=True, slots=True)
class Edition:
    """One consistent state of the law: the snapshot, the register it was made from, its epoch."""

    law: Law
    register: Register
    epoch: int
    held: bool = False
    """Whether a hold stands: intake goes on, and nothing leaves."""
    eras: tuple[int, ...] = ()
    """Where the log was put back to (``holds.eras``)."""


class LawBook:
    """Gives the edition in force; refreshes it when the epoch in the database has moved."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        clock: Clock,
        random: Callable[[int], bytes],
        policies: Mapping[str, str] | None = None,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._clock, self._random = clock, random
        self._lock = threading.Lock()
        self._bundle = packaged_bundle() if policies is None else Bundle.load(policies)
        self._treatments = packaged_treatments()
        self._edition: Edition | None = None
        self._classes: dict[int, RecordClass] = {}
        self._adopt(self._reader.head().law_epoch)

    def current(self) -> Edition:
        """Return the edition in force, checked against this process's last commit.

        Raises:
            LawUnavailable: There is no valid one.
        """
        edition = self._edition
        if edition is None:
            raise LawUnavailable
        if edition.epoch < self._writer.law_epoch:
            return self.refresh()
        return edition

    @property
    def epoch(self) -> int:
        """The epoch of the edition in memory, or -1 where there is none."""
        return -1 if self._edition is None else self._edition.epoch

    def refresh(self) -> Edition:
        """Return the edition in force, checked against the database (another process may write)."""
        epoch = self._reader.head().law_epoch
        edition = self._edition
        if edition is None or edition.epoch != epoch:
            self._adopt(epoch)
        if self._edition is None:
            raise LawUnavailable
        return self._edition

    def for_release(self) -> Edition:
        """Return the edition in force for whatever leaves: the one door of push, pull and export.

        Raises:
            LawUnavailable: There is no valid one.
            ReleaseHeld: A hold stands.
        """
        edition = self.refresh()
        if edition.held:
            raise ReleaseHeld
        return edition

    def load_policies(self, texts: Mapping[str, str]) -> bool:
        """Put a new bundle in force, or keep the last good one and alarm. Returns whether it is."""
        try:
            bundle = Bundle.load(texts)
        except PolicyRefused as refusal:
            emit(Event.LAW_REFUSED, part=refusal.file, rule="policy-refused")
            return False
        with self._lock:
            self._bundle = bundle
        snapshot = self._law(Register(self._reader)).sha256
        self._writer.run(_Loaded(snapshot, stamp(self._clock.now()), self._random(16).hex()))
        self.refresh()
        return True

    def classes(self) -> Mapping[int, RecordClass]:
        """Return every record class by id; new ones are read as they appear."""
        known = self._classes
        newer = self._reader.classes(max(known, default=0))
        if newer:
            read = {at: RecordClass.model_validate_json(canonical) for at, canonical in newer}
            # swapped whole: others may be going through the old one
            known = self._classes = {**known, **read}
        return MappingProxyType(known)

    def _adopt(self, epoch: int) -> None:
        with self._lock:
            register = Register(self._reader)
            law = self._law(register)
            if not self._reader.has_snapshot(law.sha256):
                keep = _KeepSnapshot(law, stamp(self._clock.now()), self._random(16).hex())
                self._writer.run(keep)
            known = holds(self._reader)
            held = any(hold.stands for hold in known)
            before, now = self._edition, eras(known)
            if before is not None and before.eras != now:
                # put back while we run: a class of the lost future may have had another's id
                self._classes = {}
            self._edition = Edition(law, register, epoch, held, now)
            emit(Event.LAW_LOADED, snapshot=law.sha256, epoch=epoch)

    def _law(self, register: Register) -> Law:
        return Law(
            self._bundle,
            self._treatments,
            tuple(register.partners.values()),
            tuple(register.protocols.values()),
            agreements=register.agreements,
        )


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Raises the law's epoch for a new bundle, with one leaf: the epoch never moves without one."""

    snapshot: str
    stamp: str
    nonce: str

    def __call__(self, tx: Tx) -> int:
        tx.seal(
            leaf(
                Operation.POLICY,
                at=self.stamp,
                actor="gateway",
                nonce=self.nonce,
                change="loaded",
                snapshot=self.snapshot,
            )
        )
        return tx.raise_law_epoch()


@dataclass(frozen=True, slots=True)
class _KeepSnapshot:
    """Stores the parts of a snapshot that is not stored yet, with one leaf."""

    law: Law
    stamp: str
    nonce: str

    def __call__(self, tx: Tx) -> None:
        if tx.one(t.SNAPSHOT, {"sha256": self.law.sha256}) is not None:
            return
        digests = {name: sha256(text.encode()).hexdigest() for name, text in self.law.parts.items()}
        for name, digest in digests.items():
            if tx.one(t.SNAPSHOT_PART, {"sha256": digest}) is None:
                tx.add(t.SNAPSHOT_PART, [{"sha256": digest, "text": self.law.parts[name]}])
        parts = json.dumps(digests, sort_keys=True, separators=(",", ":"))
        tx.add(t.SNAPSHOT, [{"sha256": self.law.sha256, "parts": parts}])
        tx.seal(
            leaf(
                Operation.POLICY,
                at=self.stamp,
                actor="gateway",
                nonce=self.nonce,
                change="adopted",
                snapshot=self.law.sha256,
                content_sha256=sha256(parts.encode()).hexdigest(),
                documents=sorted(digests.values()),
            )
        )
