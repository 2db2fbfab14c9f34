"""Corrections as items with steps that are only ever added to: cases of ours, and what recipients report.

What is said in words is locked, each time under a secret of its own, and can be destroyed; the codes stand
in the step's body, and the ledger has one leaf a step with the body's keyed hash.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from gateway.errors import GatewayError
from gateway.keys.bodies import LockedBody, lock_body, open_body
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store import tables as t
from gateway.store.casework import steps_of
from gateway.store.reading import Reader
from gateway.store.tx import Tx

CASE, REPORT = "case", "report"
WORDS_READ, WORDS_ERASED = "words_read", "words_erased"
_OPERATIONS = {CASE: Operation.CORRECTION_CASE, REPORT: Operation.CORRECTION_REPORT}
_STEP, _WORDS = b"gateway/correction-step", b"gateway/correction-words"


class CorrectionRefused(GatewayError):
    """409: the step does not fit how the correction stands."""

    code, status = "correction.refused", 409
    title = "This step does not fit how the correction stands; nothing was changed."
    remedy = "Open the correction again and see its last step."


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was done (a code), by whom, when, and what was said of it in codes."""

    number: int
    what: str
    actor: str
    at: datetime
    leaf: int
    said: Mapping[str, Any]
    has_words: bool
    """Whether words of it are kept and not destroyed."""


@dataclass(frozen=True, slots=True)
class Item:
    """A case or a report with its steps in their order."""

    id: str
    kind: str
    feed: str
    subscription: str | None
    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """The step that opened it."""
        return self.steps[0]

    def of(self, what: str) -> list[Step]:
        """Return the steps of one code."""
        return [one for one in self.steps if one.what == what]

    @property
    def has_words(self) -> bool:
        """Whether anything that was said is kept."""
        return any(step.has_words for step in self.steps)


def items(rows: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Return rows of steps as items, the oldest first."""
    steps: dict[str, list[Step]] = defaultdict(list)
    about: dict[str, tuple[str, str, str | None]] = {}
    for row in rows:
        said = from_json(row["body"])
        about[row["item"]] = row["kind"], row["feed"], row["subscription"]
        steps[row["item"]].append(
            Step(
                row["number"],
                said["what"],
                said["actor"],
                datetime.fromtimestamp(row["at"], tz=UTC),
                row["leaf"],
                said["said"],
                row["ciphertext"] is not None,
            )
        )
    made = [Item(key, *about[key], tuple(taken)) for key, taken in steps.items()]
    return sorted(made, key=lambda item: item.first.leaf)


def find_item(reader: Reader, kind: str, item: str) -> Item | None:
    """Return one item, or None."""
    with reader.connection() as connection:
        found = items(steps_of(connection, kind, item=item))
    return found[0] if found else None


def step_hmac(keys: KeyRing, row: Mapping[str, Any]) -> str:
    """Return the keyed hash of a step as its leaf has it, in hex."""
    about = (row[name] for name in ("kind", "item", "number", "feed", "subscription", "body"))
    # a text that is empty is another than none
    parts = (b"" if one is None else b"=" + str(one).encode() for one in about)
    return keyed_hash(keys.content, _STEP, *parts).hex()


def words_hmac(keys: KeyRing, item: str, words: bytes) -> str:
    """Return the keyed hash of what was said, as a step's body has it, in hex."""
    return keyed_hash(keys.content, _WORDS, item.encode(), words).hex()


def words_about(item: str, number: int) -> bytes:
    """Return what locked words are bound to."""
    return b"correction" + item.encode() + b"/" + str(number).encode()


@dataclass(frozen=True, slots=True)
class TakeStep:
    """The job that adds one step with its leaf; callable again."""

    keys: KeyRing
    random: RandomSource
    kind: str
    item: str
    what: str
    said: Mapping[str, Any]
    act: Act
    fits: Callable[[tuple[Step, ...]], bool]
    """Told the steps so far, says whether this one may follow."""
    about: tuple[str, str | None] | None = None
    """Feed and subscription, of an item that begins; of others what the first step says."""
    words: str | None = None
    told: Mapping[str, Value] = field(default_factory=dict)
    """What the leaf says beside it: codes, ids and counts."""

    def __call__(self, tx: Tx) -> int:
        """Add it; return the index of its leaf.

        Raises:
            CorrectionRefused: It may not follow what was done before.
        """
        earlier = sorted(
            tx.every(t.CORRECTION_STEP, {"item": self.item}), key=lambda row: int(row["number"])
        )
        found = items(earlier)
        steps = found[0].steps if found else ()
        wrong = any(row["kind"] != self.kind for row in earlier)
        if wrong or bool(earlier) == (self.about is not None) or not self.fits(steps):
            raise CorrectionRefused
        feed, subscription = self.about or (earlier[0]["feed"], earlier[0]["subscription"])
        row = self._row(len(earlier) + 1, feed, subscription)
        index = tx.seal(self._leaf(row))
        if self.what == WORDS_ERASED:
            gone = {"wrapped_secret": None, "ciphertext": None}
            tx.change(t.CORRECTION_STEP, {"item": self.item}, gone)
        tx.add(t.CORRECTION_STEP, [{**row, "leaf": index}])
        return index

    def _row(self, number: int, feed: str, subscription: str | None) -> dict[str, Any]:
        said = dict(self.said)
        locked: LockedBody | None = None
        if self.words is not None:
            plain = self.words.encode()
            said["words_hmac"] = words_hmac(self.keys, self.item, plain)
            locked = lock_body(self.keys, self.random, plain, words_about(self.item, number))
        told = {"what": self.what, "actor": self.act.actor, "at": self.act.stamp, "said": said}
        return {
            "item": self.item,
            "number": number,
            "kind": self.kind,
            "feed": feed,
            "subscription": subscription,
            "body": json.dumps(told, sort_keys=True, ensure_ascii=False),
            "at": int(datetime.fromisoformat(self.act.stamp).timestamp()),
            "wrapped_secret": None if locked is None else locked.wrapped_secret,
            "ciphertext": None if locked is None else locked.ciphertext,
        }

    def _leaf(self, row: Mapping[str, Any]) -> bytes:
        read = self.what == WORDS_READ
        return leaf(
            Operation.CORRECTION_READ if read else _OPERATIONS[self.kind],
            at=self.act.stamp,
            actor=self.act.actor,
            nonce=self.act.nonce,
            correction=self.item,
            change=self.what,
            number=row["number"],
            feed=row["feed"],
            reason_hmac=step_hmac(self.keys, row),
            **self.told,
        )


def open_words(reader: Reader, keys: KeyRing, kind: str, item: str) -> list[tuple[int, str]]:
    """Return what was said in the steps of an item: number of the step, and words.

    To be called once a step ``words_read`` is committed, or by whoever said it.

    Raises:
        SealBroken: Words were changed, moved, or locked under another key.
    """
    with reader.connection() as connection:
        rows = steps_of(connection, kind, item=item)
    return [
        (row["number"], open_words_of(keys, row).decode())
        for row in rows
        if row["ciphertext"] is not None
    ]


def open_words_of(keys: KeyRing, row: Mapping[str, Any]) -> bytes:
    """Open the words of one step's row (raises ``SealBroken``)."""
    locked = LockedBody(bytes(row["wrapped_secret"]), bytes(row["ciphertext"]))
    return open_body(keys, locked, words_about(row["item"], row["number"]))
