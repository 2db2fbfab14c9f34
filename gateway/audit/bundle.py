"""Making the auditor's bundle (Q13): entries with proofs, checkpoints, disclosures, laws, in one signed file.

Metadata only: no record's content is in it. That it was made, over what and for whom, is itself a leaf,
committed before the file is handed over. How it is checked stands at ``bundle_check``.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from gateway.audit import bundle_check as parts
from gateway.audit.checkpoints import ORIGIN, ledger_verifier_key
from gateway.audit.exposed import Span
from gateway.clock import Clock
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing
from gateway.law.proven import results
from gateway.law.register import Act
from gateway.ledger.checkpoint import Checkpoint, make_checkpoint
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.ledger.note import sign_note
from gateway.ledger.tree import MemoryNodes, consistency_proof, inclusion_proof
from gateway.store.answering import checkpoints_until, every_leaf, snapshot_texts
from gateway.store.reading import Reader
from gateway.store.releasing import disclosed_in
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.requirements import standings

_REASON = b"gateway/bundle-reason"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file inside: when it was made stands in the manifest."""
_README = """\
The evidence of one sharing gateway: entries of its ledger with their proofs.

checkpoint.txt     the ledger's size and root, signed (C2SP signed note, Ed25519)
entries.jsonl      each entry in scope: index, its exact bytes, its path to the root (RFC 9162)
checkpoints.jsonl  earlier signed checkpoints, each with the proof that the ledger only grew since
disclosures.jsonl  what each release held: the recipient's own ids, versions, kinds; no content
snapshots.json     each law by its SHA-256: name of a document -> SHA-256; texts in policies/
law.json           what the law asks, and by which tests that is proven
manifest.json      what was asked for, by whom, and how much there is

Check it with the public key that you had from the gateway's operator by another way:
    gateway bundle verify FILE --key KEY
It works offline and finds one changed byte. deploy/bundle.md says how to check it in plain Python.
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries are handed over."""

    span: Span | None = None
    """Between which instants; the whole ledger where absent."""
    recipient: str | None = None
    """Only what concerns one partner; everybody's where absent."""
    only: frozenset[int] | None = None
    """Only these entries."""

    def holds(self, index: int, says: dict[str, Any]) -> bool:
        """Whether an entry is in it."""
        if self.only is not None and index not in self.only:
            return False
        if self.span is not None and not self.span.holds(says["at"]):
            return False
        mine = {says.get("recipient"), says.get("partner")}
        return self.recipient is None or self.recipient in mine

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        span = self.span
        return {
            "from": None if span is None else stamp(span.begins),
            "to": None if span is None else stamp(span.ends),
            "recipient": self.recipient,
            "entries": None if self.only is None else sorted(self.only),
        }


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was made and logged."""

    file: bytes
    name: str
    entries: int
    disclosures: int
    size: int
    leaf: int


@dataclass(frozen=True, slots=True)
class Bundler:
    """Makes bundles."""

    reader: Reader
    writer: Writer
    keys: KeyRing
    clock: Clock

    def make(self, scope: Scope, act: Act, reason: str) -> Made:
        """Make one, and commit that it was made before it is returned.

        Args:
            scope: Which entries.
            act: Who asks, for the ledger.
            reason: Why, in words; the ledger has its keyed hash.

        Raises:
            StoreUnavailable: The database does not answer, or the leaf could not be committed.
        """
        collected = self._collected(scope)
        manifest = {
            "made_at": act.stamp,
            "made_by": act.actor,
            "reason": reason,
            "key": ledger_verifier_key(self.keys).line(),
            "scope": scope.document(),
            "entries": collected.entries,
            "disclosures": collected.disclosures,
            "size": collected.size,
        }
        file = _signed(collected.files | {parts.MANIFEST: _lines([manifest])}, self.keys)
        span = scope.span
        made = leaf(
            Operation.BUNDLE,
            at=act.stamp,
            actor=act.actor,
            nonce=act.nonce,
            size=collected.size,
            content_sha256=sha256(file).hexdigest(),
            count=collected.entries,
            recipient=scope.recipient,
            valid_from_at=None if span is None else stamp(span.begins),
            valid_to_at=None if span is None else stamp(span.ends),
            reason_hmac=keyed_hash(self.keys.content, _REASON, reason.encode()).hex(),
        )

        def commit(tx: Tx) -> int:
            return tx.seal(made)

        index = self.writer.run(commit)
        name = f"gateway-bundle-{collected.size}-{act.stamp[:10]}.zip"
        return Made(file, name, collected.entries, collected.disclosures, collected.size, index)

    def _collected(self, scope: Scope) -> _Collected:
        with self.reader.connection() as connection:
            size = self.reader.head().ledger_size
            nodes, chosen = MemoryNodes(), []
            for index, stored, hashed in every_leaf(connection, size):
                nodes.append(hashed)
                if scope.holds(index, says := from_json(stored)):
                    chosen.append((index, stored, says))
            note = make_checkpoint(
                Checkpoint(ORIGIN, size, nodes.frontier.root()), self.keys.ledger_key
            )
            snapshots = {says["snapshot"] for _, _, says in chosen if "snapshot" in says}
            laws = {
                name: texts
                for name in sorted(snapshots)
                if (texts := snapshot_texts(connection, name)) is not None
            }
            disclosed = [
                {name: row[name] for name in _COLUMNS}
                for _, _, says in chosen
                if says["operation"] == Operation.RELEASE.value
                for row in disclosed_in(connection, says["subscription"], says["number"])
            ]
            older = checkpoints_until(connection, size)
        files = {
            "README.txt": _README.encode(),
            parts.CHECKPOINT: note.encode(),
            parts.ENTRIES: _lines(
                {
                    "index": index,
                    "leaf": stored.decode(),
                    "path": _all(inclusion_proof(nodes, index, size)),
                }
                for index, stored, _ in chosen
            ),
            parts.CHECKPOINTS: _lines(
                {"note": kept, "path": _all(consistency_proof(nodes, at, size))}
                for at, kept in older
            ),
            parts.DISCLOSURES: _lines(disclosed),
            parts.SNAPSHOTS: _lines(
                [{name: {k: _sha256(v) for k, v in texts.items()} for name, texts in laws.items()}]
            ),
            parts.LAW: _lines([[one.model_dump(mode="json") for one in standings(results())]]),
        }
        for texts in laws.values():
            files |= {f"{parts.TEXTS}{_sha256(text)}": text.encode() for text in texts.values()}
        return _Collected(files, len(chosen), len(disclosed), size)


_COLUMNS = (
    "subscription",
    "number",
    "sequence",
    "incident",
    "version",
    "position",
    "released_id",
    "what",
    "reason",
)


@dataclass(frozen=True, slots=True)
class _Collected:
    files: dict[str, bytes]
    entries: int
    disclosures: int
    size: int


def _signed(files: dict[str, bytes], keys: KeyRing) -> bytes:
    """Return a zip file whose comment is the signed note over all bytes before it."""

    def written(comment: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name in sorted(files):
                made.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
            made.comment = comment
        return out.getvalue()

    def note(body: bytes) -> bytes:
        return sign_note(ORIGIN, parts.KIND, [sha256(body).hexdigest()], keys.ledger_key).encode()

    # the length of the comment is signed too, and is the same whatever the hash
    room = len(note(b""))
    body, _ = parts.split(written(b" " * room))
    return body + note(body)


def _lines(rows: Iterable[Any]) -> bytes:
    return b"".join(_line(row) for row in rows)


def _line(row: Any) -> bytes:  # noqa: ANN401 - any JSON
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _all(path: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(step).decode() for step in path]


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
