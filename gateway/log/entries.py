"""What intake hands to the log: a push, worked out as far as it can be without the lock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas.receipts import Receipt, RowProblem
from schemas.released import RetractionReason

MAX_PROBLEMS_ANSWERED = 1_000
"""Rows whose problems stand in the answer itself; all of them stand in quarantine."""


Subjects = tuple[tuple[int, str, bytes], ...]
"""Part, kind and keyed hash of what names people and homes in a sealed half."""


class Entry(NamedTuple):
    """One mapped, located and coarsened row."""

    row: int
    natural_key: bytes | None
    """None where the row is known by content and occurrence: then ``content_key`` says which."""
    content_key: bytes | None
    content_hmac: bytes
    class_json: str
    kind: str
    mapping_status: str
    quarter: str
    columns: list[Any]
    """The open columns, ordered as ``commitment.OPEN_COLUMNS``, without ``repeat_at_place``."""
    open_bytes: bytes
    salt: bytes
    wrapped_secret: bytes
    sealed_key: bytes | None
    """Key of the sealed half; None where nothing sealed is kept."""
    sealed_half: bytes | None
    nonce: bytes
    updated: int | None
    """When the source last changed it, in seconds since 1970, where the source says so."""
    place: bytes | None
    """The keyed, unnamed place under which it is counted (``derive.unnamed_place``), if any."""
    subjects: Subjects = ()
    """By what its sealed half is found; nothing where nothing sealed is kept."""


@dataclass(slots=True)
class Quarantined:
    """A row that could not be taken: number, faults, and its natural key where that was readable."""

    problem: RowProblem
    natural_key: bytes | None


@dataclass(slots=True)
class Withdrawal:
    """A row that says «this is no incident» (duplicate, error …) of what may have been recorded."""

    row: int
    natural_key: bytes
    reason: RetractionReason
    salt: bytes
    wrapped_secret: bytes


@dataclass(frozen=True, slots=True)
class Extract:
    """What a push says of the full extract that it is part of."""

    unit: bytes
    """Under which the extract's keys are noted."""
    complete: bool
    """Whether it is the last part: what was not in any part is then asked after."""


@dataclass(slots=True)
class PreparedPush:
    """Everything about a push that needs no lock."""

    receipt_id: str
    client_id: str
    partner: str
    feed_id: int
    feed_name: str
    fingerprint: bytes
    key_hmac: bytes | None
    unit: bytes | None
    at: int
    """Seconds since 1970, from the injected clock."""
    stamp: str
    """The same instant as ISO 8601."""
    law_epoch: int
    """The law's epoch under which it was worked out: it is recorded under the same, or worked out anew."""
    nonce: str
    oldest_counted: str
    """The oldest quarter in which incidents are counted by place (``repeats.oldest_counted``)."""
    received: int
    entries: list[Entry]
    quarantined: list[Quarantined]
    withdrawals: list[Withdrawal] = field(default_factory=list)
    out_of_scope: int = 0
    extract: Extract | None = None
    """Where the feed sends full extracts."""
    excluded: Counter[str] = field(default_factory=Counter)
    dropped_fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What the sender is told; stored, so that a repeated push is told the same."""

    receipt: Receipt
    problems: tuple[RowProblem, ...]
    excluded_by_reason: dict[str, int]
    leaf: int
    repeated: bool = False
