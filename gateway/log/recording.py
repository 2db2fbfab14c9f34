"""The recording job: runs inside the writer's transaction, and does nothing that could wait outside.

Idempotency, occurrence numbers, natural keys, then positions, commitments, one ledger leaf.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import Any

from gateway.errors import IdempotencyConflict, LawMoved
from gateway.keys.derive import framed, keyed_hash
from gateway.keys.sealing import encrypt, position_bytes
from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.tree import batch_root
from gateway.log.commitment import EntryKind, State, commitment, inner_hash, with_repeat
from gateway.log.correcting import Named, Retracting, corrected_row, tombstone
from gateway.log.entries import (
    MAX_PROBLEMS_ANSWERED,
    Entry,
    PreparedPush,
    PushAnswer,
    Withdrawal,
)
from gateway.log.repeats import Repeats
from gateway.store import tables as t
from gateway.store.correcting import has_erased
from gateway.store.questions import close_extract, keep_present
from gateway.store.tx import Standing, Tx
from schemas.receipts import Receipt, RowProblem


class Recording:
    """Records one prepared push. Callable as a job of the writer; may be called again."""

    def __init__(self, push: PreparedPush, natural_key_key: bytes) -> None:
        self._push = push
        self._key = natural_key_key

    def __call__(self, tx: Tx) -> PushAnswer:
        """Record the push, or give the answer that the same push got before.

        Raises:
            IdempotencyConflict: The idempotency key was used with another body.
            LawMoved: It was worked out under another law or register; work it out anew.
        """
        earlier = self._answered_before(tx)
        if earlier is not None:
            return earlier
        if tx.head.law_epoch != self._push.law_epoch:
            raise LawMoved
        keyed = self._natural_keys(tx)
        wanted = [key for key, _ in keyed] + [w.natural_key for w in self._push.withdrawals]
        known = self._known(tx, list(dict.fromkeys(wanted)))
        batch = _Batch(self._push, Repeats(tx, keyed, known))
        # in the order of the rows: cutting a file into other pushes must not change what comes of it
        steps: list[tuple[int, bytes, Entry | Withdrawal]] = [(e.row, key, e) for key, e in keyed]
        steps += [(w.row, w.natural_key, w) for w in self._push.withdrawals]
        steps.sort(key=_row_of)
        batch.present = [key for _, key, _ in steps]
        for _, key, step in steps:
            if isinstance(step, Withdrawal):
                batch.withdraw(tx, step, known)
            else:
                batch.take(tx, key, step, known)
        batch.write(tx)
        return self._close(tx, batch)

    def _answered_before(self, tx: Tx) -> PushAnswer | None:
        push = self._push
        if push.key_hmac is None:
            return None
        row = tx.earlier_push(push.client_id, push.key_hmac)
        if row is None:
            return None
        if not hmac.compare_digest(bytes(row["fingerprint"]), push.fingerprint):
            raise IdempotencyConflict
        return stored_answer(row)

    def _known(self, tx: Tx, keys: list[bytes]) -> dict[bytes, Standing]:
        """Return where incidents stand, by natural key; an erased one is known by its tombstone."""
        feed = self._push.feed_id
        known = tx.standing(feed, keys)
        if len(known) < len(keys) and has_erased(tx, feed):
            stones = {tombstone(self._key, key): key for key in keys if key not in known}
            erased = tx.standing(feed, list(stones))
            known |= {stones[stone]: standing for stone, standing in erased.items()}
        return known

    def _natural_keys(self, tx: Tx) -> list[tuple[bytes, Entry]]:
        """Give every entry its natural key, counting the occurrences of rows without a reference."""
        push = self._push
        contents = [e.content_key for e in push.entries if e.content_key is not None]
        if not contents:
            return [(e.natural_key, e) for e in push.entries if e.natural_key is not None]
        distinct = list(dict.fromkeys(contents))
        seen = Counter(tx.unit_counts(push.unit, distinct)) if push.unit else Counter[bytes]()
        keyed: list[tuple[bytes, Entry]] = []
        for entry in push.entries:
            key = entry.natural_key
            if entry.content_key is not None:
                seen[entry.content_key] += 1
                number = seen[entry.content_key].to_bytes(4, "big")
                key = keyed_hash(self._key, entry.content_key, number)
            if key is not None:
                keyed.append((key, entry))
        if push.unit:
            tx.keep_unit_counts(push.unit, {content: seen[content] for content in distinct})
        return keyed

    def _close(self, tx: Tx, batch: _Batch) -> PushAnswer:
        push = self._push
        receipt = batch.receipt()
        problems = tuple(q.problem for q in push.quarantined)
        excluded = dict(push.excluded)
        excluded.update(batch.excluded)
        unsealed = PushAnswer(receipt, problems[:MAX_PROBLEMS_ANSWERED], excluded, leaf=-1)
        told = answer_json(unsealed)
        answer = replace(unsealed, leaf=tx.seal(self._leaf(batch, receipt, told)))
        tx.keep_push(self._push_row(batch, answer, told))
        # first what these rows put right, then what they leave open
        tx.resolve_quarantine(push.feed_id, batch.taken_keys, push.at)
        self._quarantine(tx)
        self._extract(tx, batch)
        return answer

    def _extract(self, tx: Tx, batch: _Batch) -> None:
        """Note what a full extract held, and where it ends, ask after what it did not hold."""
        push = self._push
        if push.extract is None:
            return
        readable = (q.natural_key for q in push.quarantined if q.natural_key is not None)
        keys = dict.fromkeys((*batch.present, *readable))
        keep_present(tx, push.extract.unit, list(keys))
        # where not one row could be taken, it was no extract but a failure
        if push.extract.complete and len(push.quarantined) < push.received:
            close_extract(tx, push.feed_id, push.extract.unit, push.receipt_id, push.at)

    def _leaf(self, batch: _Batch, receipt: Receipt, told: str) -> bytes:
        push = self._push
        return leaf(
            Operation.PUSH,
            at=push.stamp,
            actor=push.client_id,
            nonce=push.nonce,
            partner=push.partner,
            feed=push.feed_name,
            receipt=push.receipt_id,
            receipt_sha256=receipt_digest(receipt),
            request_sha256=request_digest(push.key_hmac, push.fingerprint, told),
            first=batch.first if batch.commitments else 0,
            count=len(batch.commitments),
            root=batch_root(batch.commitments).hex(),
        )

    def _push_row(self, batch: _Batch, answer: PushAnswer, told: str) -> dict[str, Any]:
        push = self._push
        last = batch.first + len(batch.commitments) - 1
        return {
            "receipt_id": push.receipt_id,
            "client_id": push.client_id,
            "feed": push.feed_id,
            "key_hmac": push.key_hmac,
            "fingerprint": push.fingerprint,
            "answer": told,
            "first_position": batch.first if batch.commitments else None,
            "last_position": last if batch.commitments else None,
            "leaf": answer.leaf,
            "at": push.at,
        }

    def _quarantine(self, tx: Tx) -> None:
        push = self._push
        tx.add(
            t.QUARANTINE,
            (
                {
                    "receipt_id": push.receipt_id,
                    "row": q.problem.row,
                    "feed": push.feed_id,
                    "faults": json.dumps([fault.model_dump() for fault in q.problem.faults]),
                    "natural_key": q.natural_key,
                    "at": push.at,
                    "resolved_at": None,
                }
                for q in push.quarantined
            ),
        )


def _is_older(entry: Entry, before: Standing) -> bool:
    """Whether a row tells of an earlier state than the one that is recorded."""
    return (
        entry.updated is not None and before.updated is not None and entry.updated < before.updated
    )


_CLOSED = {State.RETRACTED.value: "retracted_before", State.ERASED.value: "erased_before"}
"""States that no row of the source changes, and how such a row is counted."""


def _row_of(step: tuple[int, bytes, object]) -> int:
    return step[0]


class _Batch:
    """The rows of one push as they get their places."""

    def __init__(self, push: PreparedPush, repeats: Repeats) -> None:
        self._push = push
        self._repeats = repeats
        self.first = 0
        self.commitments: list[bytes] = []
        self.taken_keys: list[bytes] = []
        self.present: list[bytes] = []
        self.excluded: Counter[str] = Counter()
        self._log: list[tuple[Any, ...]] = []
        self._sealed: list[tuple[Any, ...]] = []
        self._subjects: list[tuple[int, int, str, bytes]] = []
        self._now: dict[bytes, Standing] = {}
        self._classes: dict[int, tuple[int, bytes]] = {}
        self._kinds: Counter[str] = Counter()
        self._mapping: Counter[str] = Counter()
        self._revised = self._duplicate = 0

    def take(self, tx: Tx, key: bytes, entry: Entry, known: dict[bytes, Standing]) -> None:
        """Record one entry as a first version, a revision or nothing new."""
        self._begin(tx)
        before = known.get(key)
        if before is not None and before.state in _CLOSED:
            self.excluded[_CLOSED[before.state]] += 1
            return
        if before is not None and before.content_hmac == entry.content_hmac:
            self._duplicate += 1
            self.taken_keys.append(key)
            return
        if before is not None and _is_older(entry, before):
            self.excluded["older_update"] += 1
            return
        position = self.first + len(self._log)
        if before is None:
            incident, version = position, 1
            repeat = self._repeats.first(entry, position)
        else:
            incident, version = before.id, before.version + 1
            repeat = self._repeats.revision(before.position, position)
        self._place(tx, key, entry, (position, incident, version), repeat)
        quarter = entry.quarter if before is None else before.quarter
        state = State.LIVE.value if before is None else before.state
        updated = entry.updated if before is None or entry.updated else before.updated
        now = Standing(incident, version, position, entry.content_hmac, state, quarter, updated)
        known[key] = now
        self._mapping[entry.mapping_status] += 1
        self.taken_keys.append(key)
        if before is None:
            self._kinds[entry.kind] += 1
        else:
            self._revised += 1
        self._now[key] = now

    def withdraw(self, tx: Tx, withdrawal: Withdrawal, known: dict[bytes, Standing]) -> None:
        """Take back what the source now says is no incident (closed as duplicate, error, test …)."""
        key = withdrawal.natural_key
        standing = known.get(key)
        if standing is None or standing.state not in Retracting.begins:
            return
        self._begin(tx)
        position = self.first + len(self._log)
        said = {"recorded_at": self._push.at, "reason": withdrawal.reason.value}
        of = self._classes.get(standing.position) or tx.class_at(standing.position)
        kind, named = EntryKind.RETRACTED, Named(key, standing)
        row, hashed = corrected_row(kind, of, position, named, said, withdrawal.salt)
        self._log.append(row)
        self._sealed.append((position, withdrawal.wrapped_secret, None))
        self.commitments.append(hashed)
        known[key] = self._now[key] = standing._replace(state=State.RETRACTED.value)

    def _begin(self, tx: Tx) -> None:
        if not self.first:
            self.first = tx.head.log_size + 1

    def _place(
        self, tx: Tx, key: bytes, entry: Entry, at: tuple[int, int, int], repeat: str | None
    ) -> None:
        position, incident, version = at
        class_id, class_sha256 = self._classes[position] = tx.class_id(entry.class_json)
        ciphertext = None
        if entry.sealed_key is not None and entry.sealed_half is not None:
            ciphertext = encrypt(
                entry.sealed_key, entry.sealed_half, position_bytes(position), entry.nonce
            )
        columns = with_repeat(entry.open_bytes, repeat)
        inner = inner_hash(entry.salt, key, entry.content_hmac, columns, ciphertext)
        kind = EntryKind.RECORDED.value
        self._log.append(
            (
                position,
                incident,
                version,
                kind,
                class_id,
                *entry.columns,
                repeat,
                entry.content_hmac,
                inner,
            )
        )
        self._sealed.append((position, entry.wrapped_secret, ciphertext))
        self._subjects += [(position, *key) for key in entry.subjects]
        self.commitments.append(commitment(position, incident, version, kind, class_sha256, inner))

    def write(self, tx: Tx) -> None:
        """Write what was taken."""
        if self._log:
            tx.append_log(self._log, self._sealed)
            tx.key_subjects(self._subjects)
            self._repeats.keep(tx, self._push.oldest_counted)
            for key, now in self._now.items():
                tx.stand(self._push.feed_id, key, now, born=now.id >= self.first)

    def receipt(self) -> Receipt:
        """Return the receipt, which balances or does not come to be."""
        push = self._push
        return Receipt(
            id=push.receipt_id,
            feed=push.feed_name,
            received=push.received,
            recorded=sum(self._kinds.values()),
            recorded_by_kind=dict(self._kinds),
            mapping=dict(self._mapping),
            revised=self._revised,
            duplicate=self._duplicate,
            out_of_scope=push.out_of_scope,
            excluded=sum(push.excluded.values()) + sum(self.excluded.values()),
            quarantined=len(push.quarantined),
            dropped_fields=dict(push.dropped_fields),
        )


def receipt_digest(receipt: Receipt) -> str:
    """Return the SHA-256 of a receipt's canonical JSON, in hex: what the push's leaf holds."""
    return sha256(canonical(receipt.model_dump(mode="json"))).hexdigest()


def request_digest(key_hmac: bytes | None, fingerprint: bytes, answer: str) -> str:
    """Return the SHA-256 over what makes a repeat: keyed hashes of key and body, and the answer."""
    key = b"" if key_hmac is None else b"\x01" + key_hmac
    return sha256(framed(key, fingerprint, answer.encode())).hexdigest()


def canonical(document: Any) -> bytes:  # noqa: ANN401 - any JSON document
    """Return sorted, blank-free JSON bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def answer_json(answer: PushAnswer) -> str:
    """Return an answer as it is stored for repeats."""
    return canonical(
        {
            "receipt": answer.receipt.model_dump(mode="json"),
            "problems": [problem.model_dump(mode="json") for problem in answer.problems],
            "excluded_by_reason": answer.excluded_by_reason,
        }
    ).decode()


def stored_answer(row: dict[str, Any]) -> PushAnswer:
    """Rebuild the answer from a push row: the repeat gets what the first got."""
    document = json.loads(row["answer"])  # noqa: TID251 - our own stored document
    return PushAnswer(
        Receipt.model_validate(document["receipt"]),
        tuple(RowProblem.model_validate(problem) for problem in document["problems"]),
        document["excluded_by_reason"],
        row["leaf"],
        repeated=True,
    )
