"""Step 3, disclosed: checked again inside the lock and committed, with its ledger leaf.

A draft is worked out without the lock. It commits only if the subscription, the law's epoch and the
incidents' states are still those it was worked out from; otherwise it is stale and is made anew.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gateway.events import Event, emit
from gateway.keys.derive import framed
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.ledger.tree import batch_root
from gateway.release.closed import acknowledge
from gateway.release.decided import Decided
from gateway.release.leaves import Record, rests_on
from gateway.store import tables as t
from gateway.store.releasing import Candidate, Held, Window, corrected_since, states_of
from gateway.store.states import Delivery
from gateway.store.tx import Tx
from policies.cells import COARSENED
from schemas.released import Notice
from schemas.subscriptions import Subscription

RECORD = "record"
"""What a disclosure row is: a record, or ``notice:`` and the kind of notice."""


RESTRICTED = "record_is_restricted"
"""Among the reasons for which records were withheld: no lane releases a restricted one."""


NAMELESS = "quarter_key_destroyed"
"""As above: the key of the recipients' ids of its quarter was destroyed."""


class Stale(Exception):
    """Something that the draft rests on has moved. Nothing was written."""


@dataclass(slots=True)
class Draft:
    """A release as it is to be, worked out from one consistent read."""

    subscription: Subscription
    row_version: int
    after: int
    number: int
    decided: Decided
    law_epoch: int
    window: Window
    records: Sequence[Record]
    notices: list[Notice]
    lines: list[bytes]
    """JSON of each notice and then of each record: what is hashed and what is sent."""
    at: int
    stamp: str
    nonce: str

    @property
    def content_hash(self) -> bytes:
        """SHA-256 over the lines, each ended by a newline."""
        return content_hash(self.lines)

    def counts(self) -> dict[str, int | dict[str, int]]:
        """Considered = released + withheld + held + superseded, by offers in the window.

        What an offer is, and what becomes of it, stands at ``gateway.store.releasing``: each version
        once at its own place in the log, and once more where a restriction is lifted from it.
        """
        window = self.window
        current = sum(window.current_by_class.values())
        restricted = sum(window.restricted_by_class.values())
        released = len(self.records)
        refused = sum(
            number
            for class_id, number in window.current_by_class.items()
            if not self.decided.decisions[class_id].releases
        )
        held = len(window.period.kept) if window.period else 0
        if current != released + held + refused:
            message = "a release that does not balance"
            raise ArithmeticError(message)
        reasons = self.decided.reasons(window.current_by_class)
        reasons.update(self.decided.reasons(window.restricted_by_class))
        if restricted:
            reasons[RESTRICTED] = restricted
        if window.nameless:
            reasons[NAMELESS] = window.nameless
        return {
            "considered": current + restricted + window.nameless + window.superseded,
            "released": released,
            "withheld": refused + restricted + window.nameless,
            "held": held,
            "superseded": window.superseded,
            "notices": len(self.notices),
            "reasons": dict(reasons),
            **({"held_before": window.period.before} if window.period else {}),
        }

    def kept_back(self) -> dict[str, Any] | None:
        """Return the row of what a release by cells keeps back; None for any other."""
        period = self.window.period
        if period is None:
            return None
        return {
            "subscription": self.subscription.id,
            "number": self.number,
            "offers": json.dumps([place for place, _ in period.kept], separators=(",", ":")),
            "more": period.more,
        }


def content_hash(lines: Sequence[bytes]) -> bytes:
    """Return the SHA-256 over lines, each ended by a newline."""
    digest = sha256()
    for line in lines:
        digest.update(line + b"\n")
    return digest.digest()


def disclosure_rows(draft: Draft) -> list[dict[str, Any]]:
    """Return the disclosure rows of a draft: notices first, in the order of ``lines``."""
    rows: list[dict[str, Any]] = []
    period = draft.window.period
    coarsened = period.coarsened if period else frozenset()
    for held, notice in zip(draft.window.held, draft.notices, strict=True):
        row = _row(draft, len(rows), held, notice.id, f"notice:{notice.kind.value}")
        rows.append(row | {"reason": None if notice.reason is None else notice.reason.value})
    for candidate, record in zip(draft.window.candidates, draft.records, strict=True):
        row = _row(draft, len(rows), candidate, record.id, RECORD)
        rows.append(row | {"reason": COARSENED if candidate.position in coarsened else None})
    return rows


def _row(
    draft: Draft, sequence: int, about: Candidate | Held, released_id: str, what: str
) -> dict[str, Any]:
    return {
        "subscription": draft.subscription.id,
        "number": draft.number,
        "sequence": sequence,
        "incident": about.incident,
        "version": about.version,
        "position": about.position,
        "released_id": released_id,
        "what": what,
        "reason": None,
    }


_NUMBERS = struct.Struct(">QQQQ").pack


def disclosure_entry(row: dict[str, Any]) -> bytes:
    """Return the bytes of one disclosure row that go into its release's batch root."""
    numbers = _NUMBERS(row["sequence"], row["incident"], row["version"], row["position"])
    texts = (row["released_id"], row["what"], row["reason"] or "")
    return numbers + framed(*(text.encode() for text in texts))


@dataclass(frozen=True, slots=True)
class Disclosing:
    """The job that commits a draft, acknowledging what the recipient says it has."""

    draft: Draft
    acknowledge: int | None
    actor: str
    handed: bool = True
    """Whether the recipient has it as soon as it is committed; what is carried to him is not yet."""

    def __call__(self, tx: Tx) -> int:
        """Commit the release and return its leaf's index.

        Raises:
            Stale: Make the draft anew.
        """
        draft = self.draft
        row = tx.one(t.SUBSCRIPTION, {"id": draft.subscription.id})
        if row is None or self._moved(tx, row):
            raise Stale
        if self.acknowledge is not None and self.acknowledge > row["acknowledged"]:
            acknowledge(
                tx, draft.subscription, self.acknowledge, self.actor, draft.stamp, draft.nonce[::-1]
            )
        rows = disclosure_rows(draft)
        counts = draft.counts()
        index = tx.seal(self._leaf(rows, counts))
        tx.add(t.RELEASE, [self._release_row(counts, index)])
        tx.keep_disclosures(rows)
        if (kept := draft.kept_back()) is not None:
            tx.add(t.KEPT_BACK, [kept])
        empty = not rows
        tx.add(t.DELIVERY, [self._delivery(empty=empty)])
        values: dict[str, int | None] = {
            "decided_to": draft.window.to_position,
            "last_release": draft.number,
            "pending": None if empty else draft.number,
        }
        if empty:
            # there is nothing in it to acknowledge
            values["acknowledged"] = draft.number
        elif self.acknowledge is not None:
            values["acknowledged"] = max(self.acknowledge, row["acknowledged"])
        tx.change(t.SUBSCRIPTION, {"id": draft.subscription.id}, values)
        return index

    def _moved(self, tx: Tx, row: dict[str, Any]) -> bool:
        draft = self.draft
        if (
            row["row_version"] != draft.row_version
            or row["decided_to"] != draft.after
            or row["last_release"] != draft.number - 1
            or tx.head.law_epoch != draft.law_epoch
        ):
            return True
        if tx.head.log_size == draft.window.log_size:
            return False
        going = list(draft.window.candidates)
        if draft.window.period is not None:
            # what waits counts towards its cell
            going += [one for _, one in draft.window.period.kept]
        states = states_of(tx.connection, [c.incident for c in going])
        if any(states[c.incident] != (c.version, "live") for c in going):
            return True
        # restricted and lifted again: it stands as it did, and is offered at another place
        return not corrected_since(tx.connection, draft.window.log_size).isdisjoint(
            c.incident for c in going
        )

    def _leaf(self, rows: list[dict[str, Any]], counts: dict[str, int | dict[str, int]]) -> bytes:
        draft, subscription = self.draft, self.draft.subscription
        flags = sorted({flag for d in draft.decided.decisions.values() for flag in d.flags})
        return leaf(
            Operation.RELEASE,
            at=draft.stamp,
            actor=self.actor,
            nonce=draft.nonce,
            recipient=subscription.partner,
            subscription=subscription.id,
            number=draft.number,
            power=subscription.power.value,
            purpose=subscription.purpose.value,
            lane=subscription.lane.value,
            mode=subscription.mode.value,
            snapshot=draft.decided.snapshot,
            day=draft.decided.day.isoformat(),
            law_epoch=draft.law_epoch,
            flags=flags,
            from_position=draft.after,
            to_position=draft.window.to_position,
            content_sha256=draft.content_hash.hex(),
            disclosures_root=batch_root(map(disclosure_entry, rows)).hex(),
            **rests_on(subscription, draft.decided, draft.window.candidates, draft.records),
            **_cells(draft),
            **counts,
        )

    def _release_row(self, counts: dict[str, int | dict[str, int]], index: int) -> dict[str, Any]:
        draft = self.draft
        return {
            "subscription": draft.subscription.id,
            "number": draft.number,
            "from_position": draft.after,
            "to_position": draft.window.to_position,
            "snapshot": draft.decided.snapshot,
            "law_epoch": draft.law_epoch,
            "day": draft.decided.day.isoformat(),
            "at": draft.at,
            "counts": json.dumps(counts, sort_keys=True, separators=(",", ":")),
            "content_hash": draft.content_hash,
            "leaf": index,
        }

    def _delivery(self, *, empty: bool) -> dict[str, Any]:
        draft = self.draft
        return {
            "subscription": draft.subscription.id,
            "number": draft.number,
            "state": (Delivery.ACKNOWLEDGED if empty else Delivery.PENDING).value,
            "attempts": int(self.handed),
            "at": draft.at,
            "first_tried_at": draft.at if self.handed else None,
        }


def _cells(draft: Draft) -> dict[str, Value]:
    """What the leaf of a release by cells says of them: k, the levels, and a hash of what waits."""
    kept = draft.kept_back()
    if kept is None:
        return {}
    cells = draft.subscription.cells
    return {
        "minimum_cell": draft.subscription.minimum_cell,
        "cell_place": cells.place.value,
        "cell_time": cells.time.value,
        "held_sha256": sha256(kept["offers"].encode()).hexdigest(),
        "complete": not kept["more"],
    }


def tell(draft: Draft) -> None:
    """Log a committed release by its counts, and every policy that failed to evaluate."""
    counts = {name: n for name, n in draft.counts().items() if isinstance(n, int)}
    emit(Event.RELEASED, subscription=draft.subscription.id, release=draft.number, **counts)
    for policy in {name for d in draft.decided.decisions.values() for name in d.errors}:
        emit(Event.POLICY_ERRED, policy=policy)
