"""Step 4, recorded: minimise, coarsen, split, and append in one commit.

With section 17A alone in force nothing sealed is kept: every personal value ends here, and what reaches
the log has no field that could hold one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from adapters.faults import RULES
from adapters.source import Identity, Mapper, Reference
from gateway.intake.located import Located, Places, located_batch
from gateway.intake.mapped import MappedPush
from gateway.keys.derive import (
    SIZE,
    commitment_salt,
    framed,
    keyed_hash,
    sealed_half_key,
    unnamed_place,
)
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import NONCE_SIZE, wrap
from gateway.ledger.leaf import stamp
from gateway.log.commitment import open_bytes
from gateway.log.entries import Entry, Extract, PreparedPush, Quarantined, Withdrawal
from gateway.log.repeats import oldest_counted
from gateway.log.subjects import subject_keys
from policies.keeping import Keeping
from policies.kept import Kept
from policies.law import Law
from policies.pseudonym import quarter_of
from policies.recorder import Recorder
from policies.repeats import place_named
from schemas.codes import Marking
from schemas.feeds import Feed, FeedMode
from schemas.incident import NARRATIVES, Incident
from schemas.receipts import FieldFault, RowProblem
from schemas.released import RetractionReason
from schemas.sensitivity import Lane

_POINT, _DISTRICT = 9, 14
"""Where the place stands among the open columns: point, LSOA, MSOA, ward; then the district."""
_LEAF_NONCE = 16
_WITHDRAWN_AS = {
    "cancelled": RetractionReason.NO_INCIDENT,
    "duplicate": RetractionReason.DUPLICATE,
    "error": RetractionReason.RECORDED_IN_ERROR,
    "replaced": RetractionReason.DUPLICATE,
    "test": RetractionReason.TEST_RECORD,
}
"""Reason of an exclusion → why a record sent before is taken back; every other reason is OTHER."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that one feed's pushes need, fixed while a push is worked on."""

    feed_id: int
    feed: Feed
    mapper: Mapper
    recorder: Recorder
    """Makes the open columns and the class of the feed's incidents."""
    law: Law
    law_epoch: int
    keeping: Keeping
    """Which sealed fields of which rows a live agreement uses."""
    ends_here: tuple[str, ...]
    """Sealed fields that do not enter the open half in a coarser form: what is not kept ends here."""
    places: Places
    keys: KeyRing
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class PushRequest:
    """Who pushed, when, and how a repeat is known."""

    receipt_id: str
    client_id: str
    partner: str
    fingerprint: bytes
    key_hmac: bytes | None
    unit: bytes | None
    at: datetime
    complete: bool = False
    """Whether a full extract ends with this push."""
    marking: Marking | None = None
    """What its sender says the whole push is marked; a row is marked no lower."""


def prepare(mapped: MappedPush, desk: Desk, request: PushRequest) -> PreparedPush:
    """Work a mapped push out as far as it can be without the lock."""
    places = located_batch(
        [incident for _, incident, _ in mapped.incidents], desk.places, desk.feed.district_code
    )
    secrets = _Secrets(desk, len(mapped.incidents) + len(mapped.withdrawn))
    push = _empty(mapped, desk, request, secrets.leaf_nonce())
    counting = _Counting(desk, request.at)
    dropped: Counter[tuple[str, ...]] = Counter()
    for (number, _, identity), located in zip(mapped.incidents, places, strict=True):
        keys = _keys(identity, desk)
        if located.faults:
            problem = RowProblem(row=number, faults=tuple(located.faults))
            push.quarantined.append(Quarantined(problem, keys[0]))
            continue
        kept = desk.keeping.of(located.incident, desk.keys.natural_key)
        if says_neither(located.incident, kept):
            push.quarantined.append(Quarantined(RowProblem(row=number, faults=_NEITHER), keys[0]))
            continue
        push.entries.append(_entry(number, located, kept, keys, counting, push.at, secrets))
        dropped[_dropped(located.incident, desk, kept)] += 1
    for names, rows in dropped.items():
        push.dropped_fields.update(dict.fromkeys(names, rows))
    _set_aside(push, mapped, desk, secrets)
    return push


def _empty(mapped: MappedPush, desk: Desk, request: PushRequest, nonce: str) -> PreparedPush:
    return PreparedPush(
        receipt_id=request.receipt_id,
        client_id=request.client_id,
        partner=request.partner,
        feed_id=desk.feed_id,
        feed_name=desk.feed.name,
        fingerprint=request.fingerprint,
        key_hmac=request.key_hmac,
        unit=request.unit,
        at=int(request.at.timestamp()),
        stamp=stamp(request.at),
        law_epoch=desk.law_epoch,
        nonce=nonce,
        oldest_counted=oldest_counted(quarter_of(request.at)),
        received=mapped.received,
        entries=[],
        quarantined=[],
        out_of_scope=mapped.out_of_scope,
        excluded=Counter(mapped.excluded),
        dropped_fields=Counter(mapped.dropped_fields),
        extract=_extract(desk.feed, request),
    )


def _extract(feed: Feed, request: PushRequest) -> Extract | None:
    """Say of which extract the push is a part: its unit's, or one of its own if it is complete."""
    if feed.mode is not FeedMode.FULL or (request.unit is None and not request.complete):
        return None
    return Extract(request.unit or request.receipt_id.encode(), request.complete)


class _Secrets:
    """One random draw for a whole push, dealt out version by version."""

    def __init__(self, desk: Desk, versions: int) -> None:
        # one draw: each is a call into the kernel
        self._pool = desk.random(_LEAF_NONCE + (SIZE + 2 * NONCE_SIZE) * versions)
        self._kek = desk.keys.wrapping
        self._at = 0

    def _draw(self, size: int) -> bytes:
        self._at += size
        return self._pool[self._at - size : self._at]

    def leaf_nonce(self) -> str:
        """Return the nonce of the push's leaf."""
        return self._draw(_LEAF_NONCE).hex()

    def version(self, associated: bytes) -> tuple[bytes, bytes, bytes]:
        """Return a fresh secret, the same wrapped, and a nonce for its sealed half."""
        secret, nonce = self._draw(SIZE), self._draw(NONCE_SIZE)
        return secret, wrap(self._kek, secret, associated, nonce), self._draw(NONCE_SIZE)


class _Counting:
    """Gives an incident's place its keyed name; the names themselves are kept nowhere."""

    def __init__(self, desk: Desk, at: datetime) -> None:
        self.desk = desk
        table = desk.law.treatments[Lane.DEPERSONALISED]
        # open data is published with the place that its controller chose: there is none to count by
        self._may_read = table.counts_by if desk.feed.open_data_licence is None else frozenset()
        self._newest = quarter_of(at)
        self._oldest = oldest_counted(self._newest)
        self._feed, self._quarters = desk.feed.name, desk.keys.quarters
        self._destroyed = self._quarters.destroyed
        self._keys: dict[str, bytes] = {}

    def place(self, incident: Incident, quarter: str) -> bytes | None:
        """Return the unnamed place under which an incident of a quarter is counted, if any."""
        if not self._may_read or not self._oldest <= quarter <= self._newest:
            return None
        if quarter in self._destroyed:
            return None
        named = place_named(incident, self._may_read)
        if named is None:
            return None
        key = self._keys.get(quarter)
        if key is None:
            key = self._keys[quarter] = self._quarters.place_key(self._feed, quarter)
        return unnamed_place(key, named)


def natural_key(desk: Desk, reference: str) -> bytes:
    """Return the key under which a source reference is known: never the reference itself."""
    return reference_key(desk.keys, desk.feed.name, reference)


def reference_key(keys: KeyRing, feed: str, reference: str) -> bytes:
    """Return the same by the feed's name, where nothing of the feed is needed."""
    return keyed_hash(keys.natural_key, feed.encode(), b"ref", reference.encode())


def _keys(identity: Identity, desk: Desk) -> tuple[bytes | None, bytes | None]:
    if isinstance(identity, Reference):
        return natural_key(desk, identity.text), None
    name = desk.feed.name.encode()
    return None, keyed_hash(desk.keys.natural_key, name, b"content", identity.text.encode())


def _entry(
    number: int,
    located: Located,
    kept: Kept,
    keys: tuple[bytes | None, bytes | None],
    counting: _Counting,
    at: int,
    secrets: _Secrets,
) -> Entry:
    incident, desk = located.incident, counting.desk
    columns, record_class = desk.recorder(incident, located.point, kept)
    if not any(columns[_POINT:_DISTRICT]):
        # nothing else is known about the place: the feed's own district
        columns[_DISTRICT] = columns[_DISTRICT] or desk.feed.district_code
    columns.append(None)
    sealed = kept.sealed_half(incident)
    content = open_bytes([*columns, None])
    parts = content, record_class.digest, sealed or b""
    content_hmac = keyed_hash(desk.keys.content, *parts)[:16]
    secret, wrapped, nonce = secrets.version(content_hmac)
    columns.insert(0, at)
    quarter = _quarter(columns[3] or columns[1] or at)
    return Entry(
        row=number,
        natural_key=keys[0],
        content_key=keys[1],
        content_hmac=content_hmac,
        class_json=record_class.canonical_json,
        kind=record_class.kind.value,
        mapping_status=record_class.mapping_status.value,
        quarter=quarter,
        columns=columns,
        open_bytes=b"[%d," % at + content[1:],
        salt=commitment_salt(secret),
        wrapped_secret=wrapped,
        sealed_key=sealed_half_key(secret) if sealed is not None else None,
        sealed_half=sealed,
        nonce=nonce,
        updated=_seconds(incident.source_updated_at),
        place=counting.place(incident, quarter),
        subjects=() if sealed is None else subject_keys(desk.keys.subject, sealed),
    )


_NEITHER = (
    FieldFault(pointer="/description", rule="assertion.missing", says=RULES["assertion.missing"]),
)


def says_neither(incident: Incident, kept: Kept) -> bool:
    """Whether a narrative would be kept of which nobody says that it is fact or opinion."""
    return incident.assertion is None and not kept.present(incident).isdisjoint(NARRATIVES)


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp())


@lru_cache(maxsize=16_384)
def _quarter(hour: int) -> str:
    """Return the quarter of an instant in seconds since 1970."""
    return quarter_of(datetime.fromtimestamp(hour, tz=UTC))


def _dropped(incident: Incident, desk: Desk, kept: Kept) -> tuple[str, ...]:
    """Name the fields whose value ends here: sealed, not kept, and coarsened by no treatment."""
    values = incident.__dict__
    # an absent value is None, an empty list is (), and False is a value
    given = [name for name in desk.ends_here if values[name] is not None and values[name] != ()]
    if kept.fields:
        present = kept.present(incident)
        given = [name for name in given if name not in present]
    return tuple(given)


def _set_aside(push: PreparedPush, mapped: MappedPush, desk: Desk, secrets: _Secrets) -> None:
    for problem, reference in mapped.refused:
        key = None if reference is None else natural_key(desk, reference.text)
        push.quarantined.append(Quarantined(problem, key))
    unplaced = {one.problem.row for one in push.quarantined}
    for row, identity, reason in mapped.withdrawn:
        if not isinstance(identity, Reference) or row in unplaced:
            continue  # what would replace it could not be recorded
        secret, wrapped, _ = secrets.version(b"")
        push.withdrawals.append(
            Withdrawal(
                row,
                natural_key(desk, identity.text),
                _WITHDRAWN_AS.get(reason, RetractionReason.OTHER),
                commitment_salt(secret),
                wrapped,
            )
        )


def fingerprint(keys: KeyRing, feed: str, media_type: str, body: bytes) -> bytes:
    """Return the keyed hash by which a repeated push is known to be the same."""
    return keyed_hash(keys.idempotency, feed.encode(), media_type.encode(), body)


def idempotency_hmac(keys: KeyRing, client_id: str, key: str) -> bytes:
    """Return the keyed hash of an Idempotency-Key, scoped to the client."""
    return keyed_hash(keys.idempotency, b"key", framed(client_id.encode(), key.encode()))


def correction_secrets(desk: Desk, count: int) -> Sequence[tuple[bytes, bytes]]:
    """Return commitment salt and wrapped secret for so many entries of corrections."""
    secrets = _Secrets(desk, count)
    drawn = [secrets.version(b"") for _ in range(count)]
    return [(commitment_salt(secret), wrapped) for secret, wrapped, _ in drawn]
