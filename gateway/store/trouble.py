"""Why the database takes no commit, in a word and a sentence: what an operator needs before a log file."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum

import psycopg
from sqlalchemy.exc import DBAPIError


class Fault(StrEnum):
    """What is wrong."""

    RIGHT = "right-revoked"
    TRIGGER = "refused-by-a-trigger"
    FULL = "disk-full"
    LOCKED = "locked"
    INPUT_OUTPUT = "input-output-error"
    READ_ONLY = "read-only"
    AWAY = "away"
    OTHER = "other"

    @property
    def says(self) -> str:
        """One sentence for people."""
        return _SAYS[self]


_SAYS = {
    Fault.RIGHT: "The database account may no longer write the ledger: its right was taken away.",
    Fault.TRIGGER: "A trigger in the database refuses what the gateway writes; the gateway has none.",
    Fault.FULL: "The disk of the database is full.",
    Fault.LOCKED: "Another process holds the database's write lock and does not let go.",
    Fault.INPUT_OUTPUT: "The disk of the database reports an input or output error.",
    Fault.READ_ONLY: "The database can be read and not written.",
    Fault.AWAY: "The database does not answer.",
    Fault.OTHER: "The database refuses what the gateway writes.",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Commits have failed since an instant; none that moved the ledger has succeeded since."""

    since: float
    """By ``time.monotonic``: the writer has no clock that tells the time."""
    fault: Fault

    def seconds(self) -> float:
        """Return for how long."""
        return time.monotonic() - self.since


def is_refused(error: BaseException) -> bool:
    """Whether the database refuses to be written at all, by a right or a trigger of somebody else's.

    The drivers call the one a mistake in a statement and the other a broken constraint. Neither is the
    job's: no later try can do better until an operator has mended it.
    """
    return fault_of(error) in {Fault.RIGHT, Fault.TRIGGER}


def fault_of(error: BaseException) -> Fault:
    """Say what is wrong by the code that the engine gave; never by its text."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "") or ""
        return next((fault for begins, fault in _SQLITE if name.startswith(begins)), Fault.OTHER)
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate or "08"
        return next((fault for begins, fault in _POSTGRES if state.startswith(begins)), Fault.OTHER)
    return Fault.AWAY


_SQLITE = (
    ("SQLITE_CONSTRAINT_TRIGGER", Fault.TRIGGER),
    ("SQLITE_FULL", Fault.FULL),
    ("SQLITE_BUSY", Fault.LOCKED),
    ("SQLITE_LOCKED", Fault.LOCKED),
    ("SQLITE_IOERR", Fault.INPUT_OUTPUT),
    ("SQLITE_READONLY", Fault.READ_ONLY),
    ("SQLITE_CANTOPEN", Fault.AWAY),
)
_POSTGRES = (
    ("42501", Fault.RIGHT),
    ("P0001", Fault.TRIGGER),
    ("53100", Fault.FULL),
    ("55P03", Fault.LOCKED),
    ("57014", Fault.LOCKED),
    ("58030", Fault.INPUT_OUTPUT),
    ("25006", Fault.READ_ONLY),
    ("08", Fault.AWAY),
    ("57P", Fault.AWAY),
)
"""Result codes of SQLite, and SQLSTATEs of PostgreSQL (its manual, appendix A), by their beginning."""
