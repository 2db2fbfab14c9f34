"""The list of erasures beside the keys: what a backup older than an erasure is put right by.

``GATEWAY_HOME/erasures.jsonl``, mode 0600, appended to and never rewritten; copy it with the keys, not
with the database. One JSON object a line, ended by a newline:

``{"v": 1, "at": "2026-11-25T09:30:15.250000Z", "feed": "police-nsir", "key": "<64 hex digits>",
"reason": "retention_ended", "order": "<id of the order>"}``

``key`` is the incident's tombstone (``correcting.tombstone``): keyed and one way, so the list says that
something was erased and not what. It holds no position and no id of an incident: after a restore these
may belong to others.

A line is on the disk **before** the erasure commits. Should the process die in between, the order was
given and the list says so: the next start carries it out (``reapply``). The other way round an erasure
could be on record in the database only, and a restore would bring the content back for good. An order
that failed at the commit is therefore carried out later; its sender was told to send it again, which
does no harm. Lines may repeat. A line that was cut off by a crash is the last one, was never answered,
and is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FILE_NAME = "erasures.jsonl"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """One line of the list."""

    at: str
    feed: str
    key: bytes
    reason: str
    order: str

    def text(self) -> str:
        """Return the line without its newline."""
        document = {
            "v": _VERSION,
            "at": self.at,
            "feed": self.feed,
            "key": self.key.hex(),
            "reason": self.reason,
            "order": self.order,
        }
        return json.dumps(document, separators=(",", ":"))


class ErasureList(Protocol):
    """Where erasures are noted outside the database."""

    def note(self, lines: Iterable[ErasureLine]) -> None:
        """Add lines; when it returns they are on the disk."""
        ...

    def read(self) -> list[ErasureLine]:
        """Return every line, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class ErasureFile:
    """The list as a file."""

    path: Path

    def note(self, lines: Iterable[ErasureLine]) -> None:
        """Add lines; when it returns they are on the disk (raises ``OSError``)."""
        listed = "".join(line.text() + "\n" for line in lines).encode()
        if not listed:
            return
        is_new = not self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if _is_cut_off(handle):
                listed = b"\n" + listed
            while listed:
                listed = listed[os.write(handle, listed) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync_folder(self.path.parent)

    def read(self) -> list[ErasureLine]:
        """Return every whole line, oldest first; none where there is no file."""
        if not self.path.exists():
            return []
        found = (_line(text) for text in self.path.read_bytes().split(b"\n"))
        return [line for line in found if line is not None]


def _is_cut_off(handle: int) -> bool:
    """Whether a crash left half a line at the end: what is added begins on a line of its own."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _line(text: bytes) -> ErasureLine | None:
    try:
        document = json.loads(text)  # noqa: TID251 - our own file
        if document.pop("v") != _VERSION:
            return None
        key = bytes.fromhex(document.pop("key"))
        return ErasureLine(key=key, **document)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
