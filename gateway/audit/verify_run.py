"""One run of verification beside the server's work: begun by a person, with how far it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from gateway.audit.verify import Report, kept_notes, verify
from gateway.clock import Clock
from gateway.events import Event, emit, where
from gateway.keys.ring import KeyRing
from gateway.store.database import Database


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a run is."""

    begun_at: datetime
    done: int = 0
    of: int = 0
    """Log rows read, of how many."""
    ended_at: datetime | None = None
    report: Report | None = None
    failed: bool = False
    """Whether it broke off; it proves nothing then."""


@dataclass(slots=True)
class VerifyRun:
    """At most one at a time in this process."""

    database: Database
    keys: KeyRing
    home: Path
    clock: Clock
    _seen: Seen | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seen(self) -> Seen | None:
        """Return how far the last run is; None before the first."""
        return self._seen

    def begin(self) -> bool:
        """Begin a run; return False where one is under way."""
        with self._lock:
            if self._seen is not None and self._seen.ended_at is None:
                return False
            self._seen = Seen(self.clock.now())
        threading.Thread(target=self._go, name="verify", daemon=True).start()
        return True

    def _go(self) -> None:
        report = None
        try:
            report = verify(
                self.database, self.keys, kept_notes(self.home / "checkpoints"), self._tell
            )
        except Exception as error:  # noqa: BLE001 - whoever began it is told that it broke off
            emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))
        seen = self._seen or Seen(self.clock.now())
        ended = self.clock.now()
        self._seen = replace(seen, ended_at=ended, report=report, failed=report is None)

    def _tell(self, done: int, of: int) -> None:
        if self._seen is not None:
            self._seen = replace(self._seen, done=done, of=of)
