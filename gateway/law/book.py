"""The law book: holds the one snapshot in force, swaps it whole, and never a piece of it.

Which policy bundle it rests on is what the register says (``gateway.law.bundles``): the one that two
people approved last, the packaged one while they approved none. A stored bundle that is not what was
approved, or that this version cannot load, keeps the last good one and alarms: nothing is released under it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from gateway.clock import Clock
from gateway.errors import LawUnavailable, ReleaseHeld, ReleaseUnanchored
from gateway.events import CODE, Event, emit
from gateway.law.bundles import BundleBroken, Shelf, shelf, texts_of
from gateway.law.holds import eras, holds
from gateway.law.register import Register
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.documents import Documents, packaged_documents
from policies.law import Law
from policies.refusals import PolicyRefused
from schemas.bundles import PolicyBundle
from schemas.record_class import RecordClass

_REMEMBERED = 8
"""Policy bundles of which is remembered whether they load: loading one takes 0.1 s."""


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
    documents: str = ""
    """Hash of the policy bundle that it rests on."""
    refused: tuple[str, ...] = ()
    """Hashes of stored policy bundles that should be used, or cannot be read, and are not used."""


class LawBook:
    """Gives the edition in force; refreshes it when the epoch in the database has moved."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        clock: Clock,
        random: Callable[[int], bytes],
        documents: Documents | None = None,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._clock, self._random = clock, random
        self._lock = threading.Lock()
        self._default = documents or packaged_documents()
        """What is in force while nobody approved another."""
        self._documents = self._default
        """The last good ones."""
        self._loaded_before: dict[str, Documents | PolicyRefused] = {}
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
            ReleaseUnanchored: Checkpoints could not be published for too long.
        """
        edition = self.refresh()
        if edition.held:
            raise ReleaseHeld
        # asked each time: that a time runs out moves no epoch
        if self._reader.anchors_stopping(int(self._clock.now().timestamp())):
            raise ReleaseUnanchored
        return edition

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
            kept = shelf(self._reader)
            self._documents, refused = self._chosen(kept)
            law = self._documents.law(
                register.partners.values(), register.protocols.values(), register.agreements
            )
            if not self._reader.has_snapshot(law.sha256):
                keep = _KeepSnapshot(law, stamp(self._clock.now()), self._random(16).hex())
                self._writer.run(keep)
            known = holds(self._reader)
            held = any(hold.stands for hold in known)
            before, now = self._edition, eras(known)
            if before is not None and before.eras != now:
                # put back while we run: a class of the lost future may have had another's id
                self._classes = {}
            in_use = self._documents.sha256
            self._edition = Edition(law, register, epoch, held, now, in_use, refused)
            emit(Event.LAW_LOADED, snapshot=law.sha256, epoch=epoch)

    def _chosen(self, kept: Shelf) -> tuple[Documents, tuple[str, ...]]:
        """Return the last good documents, and the bundles that are not what they should be.

        That is the newest bundle that was put in force and is whole. What this process has in memory
        was checked when it was loaded: it stays good, whatever happens to what is stored.
        """
        refused = list(kept.broken)
        for bundle in kept.in_force:
            documents = self._loaded(bundle)
            if documents is None:
                refused.append(bundle.sha256)
                if bundle.sha256 == self._documents.sha256:
                    documents = self._documents
            if documents is not None:
                return documents, tuple(refused)
        return self._default, tuple(refused)

    def _checked(self, sha256: str, texts: Mapping[str, str]) -> Documents:
        """Load documents whose hash was checked, or tell of them what was found before."""
        found = self._loaded_before.get(sha256)
        if found is None:
            try:
                found = Documents.load(texts, approved_before=True)
            except PolicyRefused as refusal:
                found = refusal
            if len(self._loaded_before) >= _REMEMBERED:
                self._loaded_before.clear()
            self._loaded_before[sha256] = found
        if isinstance(found, PolicyRefused):
            raise found
        return found

    def _loaded(self, bundle: PolicyBundle) -> Documents | None:
        """Load a stored bundle, or alarm."""
        try:
            return self._checked(bundle.sha256, texts_of(self._reader, bundle))
        except PolicyRefused as refusal:
            part = refusal.file if CODE.fullmatch(refusal.file) else "a-document"
            emit(Event.LAW_REFUSED, snapshot=bundle.sha256, part=part, rule="policy-refused")
        except BundleBroken:
            emit(Event.LAW_REFUSED, snapshot=bundle.sha256, rule="bytes-changed")
        except Exception as error:  # noqa: BLE001 - whatever a bundle does to us, the last good one stays
            emit(Event.LAW_REFUSED, snapshot=bundle.sha256, rule=type(error).__name__)
        return None


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
