"""Incidents for an entitled reader: filtered, page by page, in the form in which they are released.

Restricted, retracted and erased records are absent. A place is matched against the place *that leaves*:
an area's code finds the records that leave at that area, an MSOA's also those of its LSOAs, a district's
all that lie in it; asking for a ward does not narrow a record that leaves at its LSOA. Who keeps what a
question showed asks again: notices travel with the subscription's own pages, which hold the same records.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.analysis.entitled import MAX_DRAFTS, Desk, Entitled, entitle, filter_digest
from gateway.clock import LONDON
from gateway.errors import CursorInvalid, StoreUnavailable
from gateway.keys.derive import hkdf_expand
from gateway.keys.sealing import NONCE_SIZE, SealBroken, decrypt, encrypt, position_bytes
from gateway.ledger.leaf import Operation, leaf
from gateway.release.disclosed import Stale, content_hash
from gateway.release.treated import names_for, treat
from gateway.store.analysing import Wanted, current_after
from gateway.store.releasing import Candidate, states_of
from gateway.store.tx import Tx
from policies.marking import high_water
from schemas.analysis import IncidentQuestion
from schemas.codes import Marking
from schemas.record_class import RecordClass
from schemas.released import DepersonalisedIncident, PlaceLevel
from schemas.sensitivity import Lane

_LANES = frozenset({Lane.DEPERSONALISED})
_CURSOR = b"gateway/analysis-cursor"
_LIVE = "live"


@dataclass(frozen=True, slots=True)
class Incidents:
    """One page of an answer, on record before it leaves."""

    records: Sequence[DepersonalisedIncident]
    after: str | None
    """What to ask for next; None at the end."""
    at: datetime
    leaf: int
    marking: Marking
    """The highest of what is in it, as it leaves (``policies.marking``)."""


def ask_for_incidents(
    desk: Desk, question: IncidentQuestion, partner: str, actor: str
) -> Incidents:
    """Answer a question with one page.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``.
        CursorInvalid: ``after`` is not of this question.
        StoreUnavailable: What was found moved faster than it could be answered.
    """
    for _ in range(MAX_DRAFTS):
        entitled = entitle(desk, question.subscription, partner, _LANES)
        try:
            return _answer(desk, question, entitled, actor)
        except Stale:
            continue
    raise StoreUnavailable


def _answer(desk: Desk, question: IncidentQuestion, entitled: Entitled, actor: str) -> Incidents:
    digest = filter_digest(question.model_dump(mode="json", exclude={"after", "limit"}))
    key = hkdf_expand(desk.keys.cursor, _CURSOR)
    bound = f"{entitled.subscription.id} {digest}".encode()
    after = 0 if question.after is None else _position(key, bound, question.after)
    wanted = _wanted(question, entitled)
    names = names_for(desk.keys, entitled.subscription.partner, entitled.edition.eras)
    unknown = names.unknown
    found: list[tuple[Candidate, DepersonalisedIncident]] = []
    with desk.reader.connection() as connection:
        while len(found) <= question.limit:
            rows = current_after(connection, wanted, after, question.limit + 1)
            named = [row for row in rows if row.quarter not in unknown]
            records = treat(named, entitled.decided.classes, entitled.edition.law, names)
            pairs = zip(named, records, strict=True)
            found += [pair for pair in pairs if _lies_in(question.place, *pair)]
            if len(rows) <= question.limit:
                break
            after = rows[-1].position
    page, more = found[: question.limit], len(found) > question.limit
    lines = [record.model_dump_json(exclude_defaults=True).encode() for _, record in page]
    marked = high_water(
        (entitled.decided.classes[row.class_id] for row, _ in page), entitled.subscription.lane
    )
    index = desk.writer.run(
        _Asking(
            rows=[row for row, _ in page],
            epoch=entitled.edition.epoch,
            said=entitled.said(desk, actor)
            | {
                "content_sha256": content_hash(lines).hex(),
                "filter_sha256": digest,
                "marking": marked.leaves.value.lower(),
                "marking_source": marked.came.value.lower() if marked.lowered else None,
            },
        )
    )
    nonce = desk.random(NONCE_SIZE)
    following = _cursor(key, bound, page[-1][0].position, nonce) if more else None
    return Incidents([record for _, record in page], following, entitled.at, index, marked.leaves)


@dataclass(frozen=True, slots=True)
class _Asking:
    """The job that puts an answer on record."""

    rows: Sequence[Candidate]
    epoch: int
    said: dict[str, Any]

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf.

        Raises:
            Stale: Law or records moved since they were read.
        """
        states = states_of(tx.connection, [row.incident for row in self.rows])
        moved = any(states[row.incident] != (row.version, _LIVE) for row in self.rows)
        if moved or tx.head.law_epoch != self.epoch:
            raise Stale
        size, count = tx.head.log_size, len(self.rows)
        return tx.seal(leaf(Operation.QUERY, log_size=size, count=count, **self.said))


def _wanted(question: IncidentQuestion, entitled: Entitled) -> Wanted:
    decided = entitled.decided
    begins = None if question.first is None else _midnight(question.first)
    ends = None if question.last is None else _midnight(question.last + timedelta(days=1))
    nsir = None if question.nsir_class is None else f'"nsir_class":"{question.nsir_class.value}"'
    classes = [c for c in decided.allowed if _is_of(decided.classes[c], question)]
    return Wanted(classes, decided.since, begins, ends, question.place, nsir)


def _midnight(day: Any) -> int:  # noqa: ANN401 - a date
    return int(datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


def _is_of(record_class: RecordClass, question: IncidentQuestion) -> bool:
    return (
        question.kind in {None, record_class.kind}
        and question.area in {None, record_class.typology_area}
        and question.behaviour in {None, record_class.typology_behaviour}
    )


def _lies_in(code: str | None, row: Candidate, record: DepersonalisedIncident) -> bool:
    """Whether a record lies in an area, as far as the place that leaves says so."""
    if code is None or code in {row.district_code, record.place.code}:
        return True
    return record.place.level is PlaceLevel.LSOA and code == row.msoa_code


def _cursor(key: bytes, bound: bytes, position: int, nonce: bytes) -> str:
    made = encrypt(key, position_bytes(position), bound, nonce)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _position(key: bytes, bound: bytes, cursor: str) -> int:
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return int.from_bytes(decrypt(key, sealed, bound), "big")
    except (binascii.Error, ValueError, SealBroken):
        raise CursorInvalid from None
