"""Proceedings: breaches and off-boardings as lists of steps that are only ever added to.

What was done stands in words in the table; the ledger has one leaf a step with the step's keyed hash, so
that no word of it can be changed unseen and none of it stands where nothing can be erased.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from gateway.errors import GatewayError
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store import tables as t
from gateway.store.answering import proceeding_steps
from gateway.store.reading import Reader
from gateway.store.tx import Tx

BREACH, OFF_BOARDING = "breach", "off_boarding"
_OPERATIONS = {BREACH: Operation.BREACH, OFF_BOARDING: Operation.OFF_BOARDING}
_LABEL = b"gateway/proceeding"


class StepRefused(GatewayError):
    """409: the step does not fit how the proceeding stands."""

    code, status = "proceeding.refused", 409
    title = "This step does not fit how the proceeding stands; nothing was changed."
    remedy = "Open the proceeding again and see its last step."


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was done (a code), by whom, when, and what was said of it."""

    number: int
    what: str
    actor: str
    at: datetime
    leaf: int
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proceeding:
    """One breach or off-boarding with its steps in their order."""

    id: str
    kind: str
    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """The step that opened it."""
        return self.steps[0]

    @property
    def last(self) -> Step:
        """The newest step."""
        return self.steps[-1]

    def of(self, what: str) -> list[Step]:
        """Return the steps of one code."""
        return [one for one in self.steps if one.what == what]


_LETTERS = str.maketrans("0123456789", "ghjkmnpqrs")


def new_name(prefix: str, random: Callable[[int], bytes]) -> str:
    """Return a new id of a proceeding: no digit, because the ledger takes no run of seven."""
    return f"{prefix}-{random(5).hex().translate(_LETTERS)}"


def proceedings(reader: Reader, kind: str) -> list[Proceeding]:
    """Return every proceeding of a kind, the oldest first."""
    with reader.connection() as connection:
        rows = proceeding_steps(connection, kind)
    steps: dict[str, list[Step]] = defaultdict(list)
    for row in rows:
        said = from_json(row["body"])
        step = Step(
            row["number"],
            said["what"],
            said["actor"],
            datetime.fromisoformat(said["at"]),
            row["leaf"],
            said["said"],
        )
        steps[row["proceeding"]].append(step)
    return [Proceeding(key, kind, tuple(taken)) for key, taken in steps.items()]


def step_hmac(keys: KeyRing, kind: str, proceeding: str, number: int, body: str) -> str:
    """Return the keyed hash of a step as its leaf has it, in hex."""
    parts = (_LABEL, kind.encode(), proceeding.encode(), str(number).encode(), body.encode())
    return keyed_hash(keys.content, *parts).hex()


@dataclass(frozen=True, slots=True)
class TakeStep:
    """The job that adds one step with its leaf."""

    keys: KeyRing
    kind: str
    proceeding: str
    what: str
    said: Mapping[str, Any]
    act: Act
    fits: Callable[[list[str]], bool]
    """Told the codes of the steps so far, says whether this one may follow."""
    counts: Mapping[str, Value]
    """What the leaf says beside it: ids and counts."""

    def __call__(self, tx: Tx) -> int:
        """Add it; return the index of its leaf.

        Raises:
            StepRefused: It may not follow what was done before.
        """
        earlier = tx.every(t.PROCEEDING_STEP, {"proceeding": self.proceeding})
        codes = [from_json(row["body"])["what"] for row in earlier]
        if any(row["kind"] != self.kind for row in earlier) or not self.fits(codes):
            raise StepRefused
        number = len(earlier) + 1
        told = {
            "what": self.what,
            "actor": self.act.actor,
            "at": self.act.stamp,
            "said": dict(self.said),
        }
        body = json.dumps(told, sort_keys=True, ensure_ascii=False)
        about = "breach" if self.kind == BREACH else "off_boarding"
        index = tx.seal(
            leaf(
                _OPERATIONS[self.kind],
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                change=self.what,
                number=number,
                reason_hmac=step_hmac(self.keys, self.kind, self.proceeding, number, body),
                **{about: self.proceeding},
                **self.counts,
            )
        )
        row = {
            "proceeding": self.proceeding,
            "number": number,
            "kind": self.kind,
            "body": body,
            "at": int(datetime.fromisoformat(self.act.stamp).timestamp()),
            "leaf": index,
        }
        tx.add(t.PROCEEDING_STEP, [row])
        return index
