"""The log: a closed catalogue of events, each with its level, its sentence and the fields it may carry.

One JSON object a line on standard error. A field that the event does not name, or a value that is not a
number, a truth or a short code without blanks, is dropped and counted (``gateway_log_dropped_total``): a
name, an address, a query string or an exception's text has no way in. In tests such a field raises.
Other libraries' log lines come out as logger, level and exception type; their texts may quote input.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TextIO

import structlog
from typing_extensions import override

CODE = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_.:+/{}-]{0,79}")
"""What a text value must look like: a slug, an id, a code, a route template, a hash, a file's name."""


class Level(Enum):
    """How urgent an event is, with the number that the standard library gives it."""

    DEBUG = logging.DEBUG
    INFO = logging.INFO
    WARNING = logging.WARNING
    ERROR = logging.ERROR


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says about one event."""

    code: str
    level: Level
    says: str
    fields: frozenset[str]


def _entry(code: str, level: Level, says: str, fields: str = "") -> Entry:
    return Entry(code, level, says, frozenset(fields.split()))


class Event(Enum):
    """Everything that can be logged."""

    STARTED = _entry(
        "service.started", Level.INFO, "The gateway is listening.", "version store port snapshot"
    )
    STOPPED = _entry("service.stopped", Level.INFO, "The gateway has stopped.", "seconds")
    NOT_READY = _entry("service.not_ready", Level.WARNING, "Readiness has failed.", "check")
    REQUEST = _entry(
        "http.request",
        Level.INFO,
        "A request was answered.",
        "request_id method route status seconds bytes_in",
    )
    REQUEST_FAILED = _entry(
        "http.failed",
        Level.ERROR,
        "A request failed inside the gateway; the caller got 500.",
        "request_id method error_type where",
    )
    REQUEST_REFUSED = _entry(
        "http.refused",
        Level.INFO,
        "The guard refused a request before its body was read whole.",
        "request_id problem bytes_in chunked",
    )
    TOKEN_ISSUED = _entry("access.token_issued", Level.INFO, "A token was issued.", "scopes")
    TOKEN_REFUSED = _entry(
        "access.token_refused", Level.WARNING, "A token was refused.", "request_id reason"
    )
    SIGNED_IN = _entry("access.signed_in", Level.INFO, "Somebody signed in.", "method roles")
    SIGNED_OUT = _entry("access.signed_out", Level.INFO, "Somebody signed out.")
    SIGN_IN_REFUSED = _entry(
        "access.sign_in_refused", Level.WARNING, "A sign-in was refused.", "method reason"
    )
    PUSH_RECORDED = _entry(
        "intake.recorded",
        Level.INFO,
        "A push was recorded; its receipt balances.",
        "request_id feed receipt received recorded revised duplicate out_of_scope excluded"
        " quarantined seconds",
    )
    PUSH_REFUSED_FOR_MARKING = _entry(
        "intake.refused_for_marking",
        Level.WARNING,
        "A push marked above OFFICIAL-SENSITIVE came and was not read.",
        "request_id feed",
    )
    CORRECTION_RECORDED = _entry(
        "intake.corrected",
        Level.INFO,
        "Records were retracted, restricted, lifted or erased by order.",
        "request_id feed kind changed unchanged unknown",
    )
    ERASURES_REAPPLIED = _entry(
        "intake.erasures_reapplied",
        Level.WARNING,
        "Erasures that the database did not know were carried out from the list beside the keys.",
        "erased",
    )
    RETENTION_ENDED = _entry(
        "intake.retention_ended",
        Level.INFO,
        "What was over its time to be kept was destroyed: sealed halves, and whole records.",
        "feed sealed records",
    )
    REQUEST_CLOCK = _entry(
        "request.clock",
        Level.INFO,
        "The clock took a step of a request for disclosure: a reminder, an overdue, an erasure.",
        "step",
    )
    COMMIT_FAILED = _entry(
        "store.commit_failed",
        Level.ERROR,
        "A commit failed; nothing was acknowledged.",
        "jobs error_type",
    )
    STORE_UNAVAILABLE = _entry(
        "store.unavailable", Level.ERROR, "The database does not answer.", "error_type"
    )
    BACKED_UP = _entry("store.backed_up", Level.INFO, "A backup was made.", "bytes seconds")
    RESTORED = _entry(
        "store.restored", Level.WARNING, "A backup was put back.", "rows seconds size"
    )
    RELEASE_HELD = _entry(
        "release.held",
        Level.ERROR,
        "The database is older than a checkpoint: nothing is released until a hold is lifted.",
        "size known",
    )
    LAW_LOADED = _entry(
        "law.loaded", Level.DEBUG, "A snapshot of the law is in force.", "snapshot epoch"
    )
    LAW_REFUSED = _entry(
        "law.refused",
        Level.ERROR,
        "A new set of policies is broken; the last good one stays in force.",
        "snapshot part rule",
    )
    POLICY_ERRED = _entry(
        "law.policy_erred", Level.ERROR, "A policy failed to evaluate, so it withheld.", "policy"
    )
    RELEASED = _entry(
        "release.committed",
        Level.INFO,
        "A release was committed to the ledger.",
        "subscription release considered released withheld held superseded notices held_before",
    )
    RELEASE_REOPENED = _entry(
        "release.reopened",
        Level.WARNING,
        "Something in a release may no longer go as it was made; it is decided anew.",
        "subscription release",
    )
    DELIVERED = _entry(
        "delivery.acknowledged",
        Level.INFO,
        "A subscriber took a release that was sent to it.",
        "subscription release attempts replay",
    )
    DELIVERY_FAILED = _entry(
        "delivery.failed",
        Level.WARNING,
        "A subscriber did not take a release; it is tried again.",
        "subscription release attempts outcome wait",
    )
    DELIVERY_WITHHELD = _entry(
        "delivery.withheld",
        Level.INFO,
        "Law or records changed as a release was to be sent; no byte of it went.",
        "subscription release",
    )
    BREAKER_OPENED = _entry(
        "delivery.breaker_opened",
        Level.WARNING,
        "A subscriber keeps failing and is left alone for a while.",
        "subscription seconds",
    )
    ENDPOINT_DISABLED = _entry(
        "delivery.endpoint_disabled",
        Level.ERROR,
        "An endpoint is gone or failed for too long; nothing is lost, an operator may resume it.",
        "subscription reason",
    )
    LEASE_LOST = _entry(
        "delivery.lease_lost",
        Level.WARNING,
        "Another worker sends for a subscription now.",
        "subscription",
    )
    WORKING = _entry("service.working", Level.INFO, "A worker sends releases.", "version store")
    CHECKPOINT_SIGNED = _entry("ledger.checkpoint", Level.INFO, "A checkpoint was signed.", "size")
    ANCHOR_FAILED = _entry(
        "ledger.anchor_failed",
        Level.ERROR,
        "A checkpoint could not be published; if that lasts, releases stop.",
        "kind required",
    )
    KEYS_CREATED = _entry("keys.created", Level.INFO, "Keys were made.", "kind key_id")
    KEYS_ROTATED = _entry("keys.rotated", Level.INFO, "A key was replaced.", "kind at_once")
    CLOCK_FAILED = _entry(
        "service.clock_failed",
        Level.ERROR,
        "Something that runs on a clock failed; it is tried again.",
        "error_type where",
    )
    LIBRARY = _entry(
        "library.message",
        Level.WARNING,
        "A library logged something; its text is not kept.",
        "logger error_type where",
    )


@dataclass
class Journal:
    """Where events go, and what was dropped on the way. One a process; ``JOURNAL`` below."""

    strict: bool = False
    """Whether a field that is not permitted raises: on in tests, off in service."""
    level: Level = Level.INFO
    stream: TextIO | None = None
    """Standard error where absent (looked up at each line, so that it may be replaced)."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Dropped fields, by event code."""

    def write(self, logger: object, method: str, line: MutableMapping[str, Any]) -> str:
        """Structlog's last processor: drop what is not permitted, then render."""
        del logger, method
        entry: Entry = line["entry"]
        permitted = {
            name: value
            for name, value in line["fields"].items()
            if self._passes(entry, name, value)
        }
        head = {"at": line["timestamp"], "level": entry.level.name.lower(), "event": entry.code}
        return str(_render({**head, **permitted, "says": entry.says}))

    def _passes(self, entry: Entry, name: str, value: object) -> bool:
        if name in entry.fields and _is_plain(value):
            return True
        if self.strict:
            message = f"{entry.code} may not carry {name} as it came"
            raise FieldNotPermitted(message)
        self.dropped[entry.code] += 1
        return False

    def put(self, line: str) -> None:
        """Write one line at once: a line that waits in a buffer is lost with the process.

        A log that takes no line (its disk is full, its reader is gone) stops no request.
        """
        stream = self.stream or sys.stderr
        with contextlib.suppress(OSError):
            stream.write(line + "\n")
            stream.flush()


class FieldNotPermitted(TypeError):
    """A log call names a field, or brings a value, that the catalogue does not permit."""


def _is_plain(value: object) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return True
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def _render(line: Mapping[str, Any]) -> str | bytes:
    return structlog.processors.JSONRenderer(ensure_ascii=True)(None, "", dict(line))


JOURNAL = Journal()


class _Sink:
    """The end of structlog's chain: takes the rendered line."""

    def msg(self, line: str) -> None:
        """Write one rendered line."""
        JOURNAL.put(line)


class _Catalogued(structlog.BoundLoggerBase):
    """A logger with one method: there are no levels to choose and no texts to write."""

    def put(self, entry: Entry, fields: Mapping[str, object]) -> None:
        """Send one entry of the catalogue down the chain."""
        self._proxy_to_logger("msg", entry=entry, fields=fields)


_log: _Catalogued = structlog.wrap_logger(
    _Sink(),
    processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), JOURNAL.write],
    wrapper_class=_Catalogued,
)


def emit(event: Event, **fields: object) -> None:
    """Log one event of the catalogue.

    Args:
        event: Which one; it brings its code, level and sentence.
        fields: Only those that the catalogue names for it; numbers, truths, and codes without blanks.

    Raises:
        FieldNotPermitted: A field is not permitted, and the journal is strict (in tests).
    """
    if event.value.level.value >= JOURNAL.level.value:
        _log.put(event.value, fields)


def where(error: BaseException) -> str:
    """The place in the code where an exception was raised: ``file.py:12``. Never its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    file = trace.tb_frame.f_code.co_filename.rsplit("/", 1)[-1].strip("<>").replace(" ", "-")
    return f"{file}:{trace.tb_lineno}"


class _LibraryHandler(logging.Handler):
    """Turns other libraries' records into ``library.message``, without their text."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        emit(
            Event.LIBRARY,
            logger=record.name,
            error_type=type(error).__name__ if error else None,
            where=where(error) if error else f"{record.filename}:{record.lineno}",
        )


def configure(level: str = "info", *, strict: bool = False, stream: TextIO | None = None) -> None:
    """Send events to ``stream``, and take over the standard library's root logger.

    Args:
        level: The lowest level that is written: debug, info, warning or error.
        strict: Whether a field that is not permitted raises (tests) or is dropped and counted.
        stream: Where lines go; standard error where absent.
    """
    JOURNAL.level = Level[level.upper()]
    JOURNAL.strict = strict
    JOURNAL.stream = stream
    logging.basicConfig(handlers=[_LibraryHandler()], level=logging.WARNING, force=True)
