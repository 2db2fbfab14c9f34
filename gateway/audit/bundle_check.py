"""Checking an auditor's bundle offline: the file and a public key, nothing else (L35, DPA 2018 s.62(5)).

A bundle is a zip file. Its comment, the last thing in the file, is a signed note over the SHA-256 of every
byte before it, so that one changed byte anywhere is found. Inside, each thing proves itself once more:
entries are in the tree that the checkpoint signs, older checkpoints are of the same ledger, disclosures are
those that their entries were sealed over, every law is what its hash says.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from gateway.ledger.checkpoint import Checkpoint, VerifierKey, verify_checkpoint
from gateway.ledger.leaf import Operation, read_leaf
from gateway.ledger.note import verify_note
from gateway.ledger.tree import batch_root, leaf_hash, verify_consistency, verify_inclusion
from gateway.release.disclosed import disclosure_entry

KIND = "bundle"
ENTRIES, CHECKPOINTS, CHECKPOINT = "entries.jsonl", "checkpoints.jsonl", "checkpoint.txt"
DISCLOSURES, SNAPSHOTS, LAW, MANIFEST = (
    "disclosures.jsonl",
    "snapshots.json",
    "law.json",
    "manifest.json",
)
TEXTS = "policies/"
_END = struct.Struct("<4s4H2LH")
"""The end of a zip file's directory (PKWARE APPNOTE 4.3.16), before its comment."""
_END_MARK = b"PK\x05\x06"


class BundleRefused(ValueError):
    """A bundle that is not what was made; says which part, never what stands in it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle holds, all of it proven."""

    entries: int
    disclosures: int
    checkpoints: int
    snapshots: int
    size: int
    """Of the ledger that it is of."""
    root: str
    manifest: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return said | {"verified": True, "manifest": dict(self.manifest)}


def split(file: bytes) -> tuple[bytes, str]:
    """Return a bundle's signed bytes and the note at its end.

    Raises:
        BundleRefused: It is no zip file with a comment.
    """
    place = file.rfind(_END_MARK)
    if place < 0 or place + _END.size > len(file):
        raise BundleRefused("it is no zip file")
    comment = _END.unpack_from(file, place)[-1]
    body = file[: place + _END.size]
    if len(body) + comment != len(file):
        raise BundleRefused("its end is not that of a zip file")
    try:
        return body, file[len(body) :].decode()
    except UnicodeDecodeError:
        raise BundleRefused("its signature cannot be read") from None


def check_bundle(file: bytes, key: VerifierKey) -> Checked:
    """Check a bundle by a public key that was had from elsewhere.

    Raises:
        BundleRefused: Anything in it is not what was made; the part is named.
    """
    body, note = split(file)
    try:
        (hashed,) = verify_note(note, KIND, key)
    except ValueError:
        raise BundleRefused("its signature is not of this key over this file") from None
    if hashed != sha256(body).hexdigest():
        raise BundleRefused("its bytes are not those that were signed")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as opened:
            files = {name: opened.read(name) for name in opened.namelist()}
        return _Inside(files, key).checked()
    except BundleRefused:
        raise
    except (ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as bad:
        raise BundleRefused("a part of it is not of the form of a bundle") from bad


class _Inside:
    """What stands in a bundle."""

    def __init__(self, files: Mapping[str, bytes], key: VerifierKey) -> None:
        self._files, self._key = files, key
        self._checkpoint = verify_checkpoint(files[CHECKPOINT].decode(), key)

    def checked(self) -> Checked:
        entries = self._entries()
        disclosed = self._disclosures(entries)
        checkpoints = self._checkpoints()
        manifest = from_json(self._files[MANIFEST])
        from_json(self._files[LAW])
        snapshots = self._snapshots(entries)
        told = (manifest["entries"], manifest["disclosures"], manifest["size"])
        if told != (len(entries), disclosed, self._checkpoint.size):
            raise BundleRefused("its manifest does not say what it holds")
        return Checked(
            len(entries),
            disclosed,
            checkpoints,
            snapshots,
            self._checkpoint.size,
            self._checkpoint.root.hex(),
            manifest,
        )

    def _entries(self) -> dict[int, dict[str, Any]]:
        found = {}
        for line in self._files[ENTRIES].splitlines():
            one = from_json(line)
            leaf = one["leaf"].encode()
            path = [base64.b64decode(step) for step in one["path"]]
            at, whole = one["index"], self._checkpoint
            if not verify_inclusion(leaf_hash(leaf), at, whole.size, path, whole.root):
                raise BundleRefused(f"entry {at} is not in the ledger that the checkpoint signs")
            found[at] = read_leaf(leaf)
        return found

    def _checkpoints(self) -> int:
        number = 0
        for line in self._files[CHECKPOINTS].splitlines():
            one = from_json(line)
            older: Checkpoint = verify_checkpoint(one["note"], self._key)
            path = [base64.b64decode(step) for step in one["path"]]
            whole = self._checkpoint
            if not verify_consistency(older.size, whole.size, path, older.root, whole.root):
                raise BundleRefused(f"the checkpoint of size {older.size} is of another ledger")
            number += 1
        return number

    def _disclosures(self, entries: Mapping[int, Mapping[str, Any]]) -> int:
        rows: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
        number = 0
        for line in self._files[DISCLOSURES].splitlines():
            one = from_json(line)
            rows[one["subscription"], one["number"]].append(one)
            number += 1
        for at, says in entries.items():
            if says["operation"] == Operation.RELEASE.value:
                own = rows.pop((says["subscription"], says["number"]), [])
                if batch_root(map(disclosure_entry, own)).hex() != says["disclosures_root"]:
                    raise BundleRefused(f"the disclosures of entry {at} are not those it sealed")
        if rows:
            raise BundleRefused("it holds disclosures of no entry")
        return number

    def _snapshots(self, entries: Mapping[int, Mapping[str, Any]]) -> int:
        snapshots: dict[str, dict[str, str]] = from_json(self._files[SNAPSHOTS])
        for name, parts in snapshots.items():
            texts = {}
            for part, digest in parts.items():
                text = self._files[f"{TEXTS}{digest}"]
                if sha256(text).hexdigest() != digest:
                    raise BundleRefused("a document of a law is not what its hash says")
                texts[part] = text.decode()
            canonical = json.dumps(texts, sort_keys=True, separators=(",", ":"))
            if sha256(canonical.encode()).hexdigest() != name:
                raise BundleRefused("a law is not what its hash says")
        named = {says["snapshot"] for says in entries.values() if "snapshot" in says}
        if not named <= snapshots.keys():
            raise BundleRefused("a law that an entry names is missing")
        return len(snapshots)
