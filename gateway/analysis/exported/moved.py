"""Steps 2 and 4: files are written in a folder of the gateway's own and moved when they may leave."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from gateway.analysis.exported.manifest import FILE

PARTIAL = ".part"


def staged(folder: Path, path: str, fingerprint: str) -> Path:
    """Return where a part waits until it may leave: named after its fingerprint, so that it is used again."""
    return folder / f"{path.replace('/', '_')}.{fingerprint[:32]}"


def write_staged(target: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    partial = target.with_name(target.name + PARTIAL)
    handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w+b") as sink:
        write(sink)
        sink.flush()
        os.fsync(sink.fileno())
    partial.replace(target)


def place(source: Path, target: Path) -> None:
    """Put a copy of a file in its place, whole or not at all, also on another disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"_{target.name}{PARTIAL}")
    with source.open("rb") as read, partial.open("wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())
    partial.replace(target)
    _keep_name(target.parent)


def place_bytes(content: bytes, target: Path) -> None:
    """The same for a short text."""
    partial = target.with_name(f"{target.name}{PARTIAL}")
    with partial.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    partial.replace(target)
    _keep_name(target.parent)


def remove(folder: Path, path: str) -> None:
    """Take a part away, and the folders that were its own."""
    target = folder / path
    target.unlink(missing_ok=True)
    for parent in (target.parent, target.parent.parent):
        if parent.exists() and not any(parent.iterdir()):
            parent.rmdir()


def sweep(folder: Path) -> None:
    """Take away what a killed run had begun to copy."""
    for left in folder.glob(f"year=*/month=*/_{FILE}{PARTIAL}"):
        left.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """Make a renaming outlast a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
