"""A crosswalk is changed: what was recorded is placed anew from the codes that were kept.

Nothing is read but the open half and the class; the sealed half is carried over unseen, under the new
version's own secret. What the codes still mean stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from adapters.placing import Placement
from adapters.source import Kept, Mapper
from gateway.intake.recorded import Desk
from gateway.keys.derive import SIZE, commitment_salt, keyed_hash, sealed_half_key
from gateway.keys.sealing import NONCE_SIZE, decrypt, position_bytes, unwrap, wrap
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.log.commitment import open_bytes
from gateway.log.correcting import Secret
from gateway.log.remapping import Anew, Change, Remap, Remapped, Remapping
from gateway.log.subjects import subject_keys
from gateway.store.reading import Reader
from gateway.store.remapping import Current, current_versions
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.recorder import OPEN_ORDER
from schemas.incident import Incident
from schemas.open_half import OpenDetail
from schemas.record_class import RecordClass
from schemas.released import RetractionReason

BATCH = 1_000
"""Incidents read, and at most changed, in one commit."""

_OUTCOME = (
    "kind",
    "mapping_status",
    "typology_area",
    "typology_behaviour",
    "typology_sub_behaviour",
)
_LEFT_OUT = "taken back: "


@dataclass(slots=True)
class Differences:
    """What a crosswalk would change, counted: code, what it meant, what it means."""

    read: int = 0
    unreadable: int = 0
    """Incidents whose scheme the feed does not have any more: they stay as they are."""
    changed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def incidents(self) -> int:
        """How many incidents change."""
        return self.changed.total()


def differences(reader: Reader, feed_id: int, mapper: Mapper) -> Differences:
    """Count what the mapper's crosswalk makes otherwise of a feed's incidents; changes nothing."""
    found = Differences()
    for current in _versions(reader, feed_id):
        found.read += 1
        detail = OpenDetail.model_validate_json(current.columns[-1])
        placement = _placed(mapper, detail)
        if placement is None:
            found.unreadable += 1
        elif _differs(current, detail, placement):
            code = detail.source_category_code or next(iter(detail.unlisted_codes), "")
            found.changed[code, _was(current), _means(placement)] += 1
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """Who changed the crosswalk, from which day it is meant to hold, and when it was applied."""

    owner: str
    valid_from: date
    at: datetime


def apply(reader: Reader, writer: Writer, desk: Desk, decision: Decision) -> Remapped:
    """Place a feed's history anew, batch by batch; what is done stays done where something breaks off.

    Raises:
        LawMoved: Law or register changed meanwhile; what was committed stays, and it can be run again.
    """
    writer.run(_Applied(desk, decision, desk.random(16).hex()))
    revised = retracted = moved = 0
    for part in _batches(reader, desk.feed_id):
        changes = tuple(_changes(part, desk, decision.at))
        if not changes:
            continue
        done = writer.submit(
            Remapping(_remap(desk, decision, changes)), weight=len(changes)
        ).result()
        revised, retracted = revised + done.revised, retracted + done.retracted
        moved += done.moved
    return Remapped(revised, retracted, moved)


@dataclass(frozen=True, slots=True)
class _Applied:
    """The entry that says that a crosswalk was applied."""

    desk: Desk
    decision: Decision
    nonce: str

    def __call__(self, tx: Tx) -> int:
        desk, decision = self.desk, self.decision
        return tx.seal(
            leaf(
                Operation.CROSSWALK,
                at=stamp(decision.at),
                actor=decision.owner,
                nonce=self.nonce,
                crosswalk=_code(desk),
                feed=desk.feed.name,
                adapter=desk.feed.adapter.replace("_", "-"),
                change="applied",
                valid_from=decision.valid_from.isoformat(),
            )
        )


def _code(desk: Desk) -> str:
    """The crosswalk's version as the ledger writes codes."""
    return desk.mapper.crosswalk.version.lower().replace("_", "-")


def _remap(desk: Desk, decision: Decision, changes: tuple[Change, ...]) -> Remap:
    return Remap(
        actor=decision.owner,
        feed_id=desk.feed_id,
        feed_name=desk.feed.name,
        crosswalk=_code(desk),
        reason=RetractionReason.NO_INCIDENT.value,
        law_epoch=desk.law_epoch,
        at=int(decision.at.timestamp()),
        stamp=stamp(decision.at),
        nonce=desk.random(16).hex(),
        changes=changes,
    )


def _batches(reader: Reader, feed_id: int) -> Iterator[list[Current]]:
    after = 0
    while True:
        with reader.connection() as connection:
            part = current_versions(connection, feed_id, after, BATCH)
        if not part:
            return
        yield part
        after = part[-1].incident


def _versions(reader: Reader, feed_id: int) -> Iterator[Current]:
    for part in _batches(reader, feed_id):
        yield from part


def _placed(mapper: Mapper, detail: OpenDetail) -> Placement | None:
    if detail.source_category_scheme is None:
        return None
    return mapper.place_again(
        Kept(
            scheme=detail.source_category_scheme,
            code=detail.source_category_code,
            opening=(detail.opening_code,) if detail.opening_code else (),
            closing=detail.closing_codes,
            qualifiers=detail.qualifier_codes,
            nsir_class=detail.nsir_class.value if detail.nsir_class else None,
            unlisted=detail.unlisted_codes,
        )
    )


def _differs(current: Current, detail: OpenDetail, placement: Placement) -> bool:
    """Whether the codes mean something else now; another version of the same meaning is no change."""
    if placement.left_out:
        return True
    before = dict(zip(OPEN_ORDER, current.columns, strict=False))
    now = placement.fields
    return any(before[name] != now.get(name) for name in _OUTCOME) or (
        (detail.candidate_behaviours, detail.other_behaviours)
        != (now.get("candidate_behaviours", ()), now["other_behaviours"])
    )


def _was(current: Current) -> str:
    before = dict(zip(OPEN_ORDER, current.columns, strict=False))
    return _said(before)


def _means(placement: Placement) -> str:
    return f"{_LEFT_OUT}{placement.reason}" if placement.left_out else _said(placement.fields)


def _said(fields: dict[str, Any]) -> str:
    finest = fields.get("typology_sub_behaviour") or fields.get("typology_behaviour")
    said = str(finest or fields["mapping_status"])
    return said if fields["kind"] == "asb_incident" else f"{said} ({fields['kind']})"


def _changes(part: list[Current], desk: Desk, at: datetime) -> Iterator[Change]:
    for current in part:
        detail = OpenDetail.model_validate_json(current.columns[-1])
        placement = _placed(desk.mapper, detail)
        if placement is not None and _differs(current, detail, placement):
            yield _change(current, placement, desk, int(at.timestamp()))


def _change(current: Current, placement: Placement, desk: Desk, at: int) -> Change:
    secret, nonce = desk.random(SIZE), desk.random(NONCE_SIZE)
    if placement.left_out:
        wrapped = wrap(desk.keys.wrapping, secret, b"", nonce)
        kept = Secret(commitment_salt(secret), wrapped)
        return Change(current.natural_key, current.position, kept, None)
    incident = Incident(**placement.fields)
    before = RecordClass.model_validate_json(current.class_json)
    columns, record_class = desk.recorder.again(current.columns, before, incident)
    sealed = _sealed_half(current, desk)
    # the content of the same row sent again, so that it is known as a duplicate
    content = open_bytes([*columns, None, None])
    parts = content, record_class.digest, sealed or b""
    content_hmac = keyed_hash(desk.keys.content, *parts)[:16]
    wrapped = wrap(desk.keys.wrapping, secret, content_hmac, nonce)
    version = Anew(
        class_json=record_class.canonical_json,
        columns=[at, *columns, None, current.repeat_at_place],
        content_hmac=content_hmac,
        sealed_key=None if sealed is None else sealed_half_key(secret),
        sealed_half=sealed,
        nonce=desk.random(NONCE_SIZE),
        subjects=() if sealed is None else subject_keys(desk.keys.subject, sealed),
    )
    kept = Secret(commitment_salt(secret), wrapped)
    return Change(current.natural_key, current.position, kept, version)


def _sealed_half(current: Current, desk: Desk) -> bytes | None:
    """The bytes of the sealed half, carried over as they are."""
    if current.ciphertext is None:
        return None
    secret = unwrap(desk.keys.wrapping, current.wrapped_secret, current.content_hmac)
    position = position_bytes(current.position)
    return decrypt(sealed_half_key(secret), bytes(current.ciphertext), position)
