"""A secret on the disk: 32 bytes in hex in a small file that only its owner may read."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from gateway.errors import GatewayError
from gateway.keys.derive import SIZE

_HEX_LINE = re.compile(rb"[0-9a-f]{64}\n?")
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


class KeysUnavailable(GatewayError):
    """503: keys missing, open to other users, or unreadable; ``reason`` is for the operator."""

    code, status = "keys.unavailable", 503
    title = "The gateway's keys are not available, so it does not start."
    remedy = (
        "Make them once with `gateway keys create`, or restore GATEWAY_HOME/keys from the backup."
    )

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
        self.args = (reason,)


def write_secret(path: Path, secret: bytes) -> None:
    """Write a new file, synced; an existing one is not touched.

    Raises:
        KeysUnavailable: The secret is not 32 bytes.
        OSError: The file is there already, or cannot be written.
    """
    if len(secret) != SIZE:
        raise KeysUnavailable("the random source does not give usable bytes")
    write_private(path, secret.hex().encode() + b"\n")


def write_private(path: Path, content: bytes) -> None:
    """Write a new file for its owner alone, synced (raises OSError as ``write_secret``)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_private(path: Path, content: bytes) -> None:
    """Put a private file in the place of another in one step, synced (raises OSError)."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    write_private(part, content)
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder as durable as the files (raises OSError)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_private(path: Path, longest: int) -> bytes:
    """Read at most so many bytes and one of a file that only its owner may read.

    Raises:
        KeysUnavailable: It is missing, unreadable, no file, or open to others.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(longest + 1)
    except OSError as failed:
        raise KeysUnavailable(f"the key file `{path.name}` is missing or unreadable") from failed
    if not stat.S_ISREG(mode) or mode & OTHERS_MAY:
        raise KeysUnavailable(f"the key file `{path.name}` must be a file with mode 0600")
    return content


def read_secret(path: Path) -> bytes:
    """Read a secret (raises ``KeysUnavailable`` as ``read_private``, or where it is malformed)."""
    text = read_private(path, 2 * SIZE + 1)
    if not _HEX_LINE.fullmatch(text):
        raise KeysUnavailable(f"the key file `{path.name}` does not hold 64 hexadecimal digits")
    return bytes.fromhex(text.decode())
