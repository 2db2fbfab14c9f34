"""The keys of recipients' ids, one secret a quarter, so that a quarter can be forgotten alone.

Every quarter's secret derives from the pseudonym master (HKDF), until the master is replaced: by a rotation,
or because a quarter is destroyed. What has been used by then is written out quarter by quarter, so that ids
stay what they were, and the old master goes; a quarter that is destroyed is not written out. So nothing is
written while the gateway works, and every process that has the key folder makes the same ids.

``pseudonym-quarters.txt`` holds a line a quarter: ``2026Q3 kept <64 hex digits>`` or ``2026Q1 destroyed``.
Homes made before there were quarters' secrets derived a recipient's key from the master itself. Their master
is kept as ``pseudonym-first.key`` for the quarters up to ``first-until 2026Q4``; when it has to go, the keys
of the recipients and feeds known then are written out one by one (``to``, ``at``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from gateway.errors import QuarterKeyDestroyed
from gateway.keys.derive import (
    SIZE,
    framed,
    hkdf_expand,
    place_key,
    pseudonym_key,
    return_key,
)
from gateway.keys.files import (
    KeysUnavailable,
    read_private,
    read_secret,
    replace_private,
    write_private,
)

MASTER, FIRST, QUARTERS = "pseudonym-master.key", "pseudonym-first.key", "pseudonym-quarters.txt"
_QUARTER = b"gateway/quarter"
_HEAD = "first-until"
_LONGEST_FILE = 4 * 1024 * 1024
_LINE = re.compile(
    r"first-until \d{4}Q[1-4]|\d{4}Q[1-4] (destroyed|kept [0-9a-f]{64}|(to|at) [a-z0-9-]{1,63} [0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class _State:
    """What the folder holds."""

    master: bytes
    first: bytes | None = None
    first_until: str = ""
    kept: Mapping[str, bytes] = field(default_factory=dict)
    singly: Mapping[tuple[str, str, str], bytes] = field(default_factory=dict)
    """Quarter, ``to`` or ``at``, recipient or feed → key, of quarters of the first master."""
    destroyed: frozenset[str] = frozenset()

    def secret(self, quarter: str) -> bytes:
        return self.kept.get(quarter) or _derived(self.master, quarter)

    def is_first(self, quarter: str) -> bool:
        return self.first is not None and quarter <= self.first_until

    def text(self) -> str:
        lines = [f"{_HEAD} {self.first_until}"] if self.first is not None else []
        lines += [f"{quarter} kept {key.hex()}" for quarter, key in sorted(self.kept.items())]
        lines += [f"{' '.join(whose)} {key.hex()}" for whose, key in sorted(self.singly.items())]
        lines += [f"{quarter} destroyed" for quarter in sorted(self.destroyed)]
        return "".join(line + "\n" for line in lines)


@dataclass(frozen=True, slots=True)
class InUse:
    """What was named so far: the quarters, and the recipients and feeds there are."""

    quarters: frozenset[str]
    recipients: frozenset[str]
    feeds: frozenset[str]


class QuarterKeys:
    """The quarters' secrets of one key folder, as one process knows them; safe from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = tuple(str(folder / name) for name in (MASTER, FIRST, QUARTERS))
        self._lock = Lock()
        self._seen: object = None
        self._state: _State | None = None

    @property
    def destroyed(self) -> frozenset[str]:
        """The quarters of which no id can be made any more."""
        return self._look().destroyed

    def recipient_key(self, recipient: str, quarter: str) -> bytes:
        """Return the key of a recipient's ids (raises ``QuarterKeyDestroyed``)."""
        return self._singly("to", recipient, quarter) or pseudonym_key(
            self._base(quarter), recipient, quarter
        )

    def place_key(self, feed: str, quarter: str) -> bytes:
        """Return the key of a feed's places (raises ``QuarterKeyDestroyed``)."""
        return self._singly("at", feed, quarter) or place_key(self._base(quarter), feed, quarter)

    def return_key(self, recipient: str, quarter: str, paragraph: int) -> bytes:
        """Return the key of a return's rows (raises ``QuarterKeyDestroyed``)."""
        state = self._standing(quarter)
        return return_key(state.secret(quarter), recipient, quarter, paragraph)

    def _base(self, quarter: str) -> bytes:
        state = self._standing(quarter)
        if state.first is not None and state.is_first(quarter):
            return state.first
        return state.secret(quarter)

    def _singly(self, kind: str, name: str, quarter: str) -> bytes | None:
        return self._standing(quarter).singly.get((quarter, kind, name))

    def _standing(self, quarter: str) -> _State:
        state = self._look()
        if quarter in state.destroyed:
            raise QuarterKeyDestroyed
        return state

    def _look(self) -> _State:
        with self._lock:
            seen = tuple(map(_stamp, self._files))
            if self._state is None or seen != self._seen:
                self._state, self._seen = _read(self._folder), seen
            return self._state


def begin(folder: Path) -> None:
    """Give a new key folder its empty list of quarters (raises OSError)."""
    write_private(folder / QUARTERS, b"")


def adopt(folder: Path, random: Callable[[int], bytes], running: str) -> bool:
    """Take a folder of before there were quarters' secrets over; return whether it was one.

    Args:
        folder: ``GATEWAY_HOME/keys``.
        random: Source of random bytes, for the master from now on.
        running: The running quarter, the last that stays with the old master.

    Raises:
        KeysUnavailable: The keys are missing or malformed.
        OSError: They cannot be written.
    """
    if (folder / QUARTERS).exists() or not (folder / MASTER).exists():
        return False
    old = read_secret(folder / MASTER)
    if not (folder / FIRST).exists():
        replace_private(folder / FIRST, _hex(old))
    # Until the list is there, what the folder says is read by the first master alone.
    replace_private(folder / MASTER, _hex(random(SIZE)))
    replace_private(folder / QUARTERS, f"{_HEAD} {running}\n".encode())
    return True


def rotate(folder: Path, fresh: bytes, used: InUse) -> None:
    """Replace the master: quarters in use keep their ids, later ones derive from the new one.

    Raises:
        KeysUnavailable: The keys are missing, malformed, or cannot be written.
    """
    state = _read(folder)
    _write(folder, _written_out(state, used.quarters), fresh)


def destroy(folder: Path, fresh: bytes, quarter: str, used: InUse) -> None:
    """Forget a quarter's secret for ever; every other quarter in use keeps its ids.

    Raises:
        KeysUnavailable: The keys are missing, malformed, or cannot be written.
    """
    state = _read(folder)
    kept = _written_out(state, used.quarters - {quarter})
    singly = dict(kept.singly)
    if state.first is not None and state.is_first(quarter):
        for one in sorted(used.quarters):
            if state.is_first(one) and one not in state.destroyed:
                for name in used.recipients:
                    singly[one, "to", name] = pseudonym_key(state.first, name, one)
                for name in used.feeds:
                    singly[one, "at", name] = place_key(state.first, name, one)
        kept = _State(kept.master, None, "", kept.kept, singly, kept.destroyed)
    left = _State(
        kept.master,
        kept.first,
        kept.first_until,
        {one: key for one, key in kept.kept.items() if one != quarter},
        {whose: key for whose, key in singly.items() if whose[0] != quarter},
        kept.destroyed | {quarter},
    )
    _write(folder, left, fresh)


def _written_out(state: _State, quarters: Iterable[str]) -> _State:
    kept = {one: state.secret(one) for one in quarters if one not in state.destroyed}
    return _State(
        state.master,
        state.first,
        state.first_until,
        {**state.kept, **kept},
        state.singly,
        state.destroyed,
    )


def _write(folder: Path, state: _State, fresh: bytes) -> None:
    if len(fresh) != SIZE or fresh == state.master:
        raise KeysUnavailable("the random source does not give usable bytes")
    try:
        # This order: between the steps every quarter in use is written out, and reads the same.
        replace_private(folder / QUARTERS, state.text().encode())
        replace_private(folder / MASTER, _hex(fresh))
        if state.first is None:
            (folder / FIRST).unlink(missing_ok=True)
    except OSError as failed:
        raise KeysUnavailable("the keys cannot be written") from failed


def _derived(master: bytes, quarter: str) -> bytes:
    return hkdf_expand(master, _QUARTER + framed(quarter.encode()))


def _hex(secret: bytes) -> bytes:
    return secret.hex().encode() + b"\n"


def _read(folder: Path) -> _State:
    master = read_secret(folder / MASTER)
    has_first = (folder / FIRST).exists()
    first = read_secret(folder / FIRST) if has_first else None
    if not (folder / QUARTERS).exists():
        return _State(master, master if first is None else first, "9999Q4")
    text = read_private(folder / QUARTERS, _LONGEST_FILE).decode("ascii", "replace")
    until, kept, singly, destroyed = "", {}, {}, set()
    for line in text.splitlines():
        if not _LINE.fullmatch(line):
            raise KeysUnavailable(f"the key file `{QUARTERS}` is malformed")
        match line.split(" "):
            case ["first-until", quarter]:
                until = quarter
            case [quarter, "destroyed"]:
                destroyed.add(quarter)
            case [quarter, "kept", key]:
                kept[quarter] = bytes.fromhex(key)
            case [quarter, kind, name, key]:
                singly[quarter, kind, name] = bytes.fromhex(key)
    return _State(master, first if until else None, until, kept, singly, frozenset(destroyed))


def _stamp(path: str) -> object:
    """What changes when a file is replaced. Asked at every push: a ``Path`` would cost five times it."""
    try:
        found = os.stat(path)  # noqa: PTH116 - see above
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
