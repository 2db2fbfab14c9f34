"""Step 1 of a question: whose it is, and what the law lets him have today."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from gateway.clock import LONDON, Clock
from gateway.errors import LawRefuses, NotFound
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition, LawBook
from gateway.ledger.leaf import stamp
from gateway.release.decided import Decided, decide_classes
from gateway.release.windows import leaves_in_cells
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_WRONG_LANE = {
    "id": "lane.not_for_questions",
    "says": "Questions are answered in the depersonalised and statistics lanes.",
    "cites": "Data Protection Act 2018 s.57(3)",
}

_IN_CELLS = {
    "id": "cells.answer_no_question",
    "says": "Records of this subscription leave in whole cells at the close of a period, and answer no"
    " other question.",
    "cites": "Data Protection Act 2018 s.57(3)",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What questions are answered with."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Entitled:
    """A caller's own subscription, with the law's word on every record class it asks for."""

    subscription: Subscription
    edition: Edition
    decided: Decided
    at: datetime

    @property
    def day(self) -> date:
        """The day by which it was decided, in Europe/London."""
        return self.decided.day

    def said(self, desk: Desk, actor: str) -> dict[str, Any]:
        """Return what every leaf of a question says."""
        asked, edition = self.subscription, self.edition
        return {
            "at": stamp(self.at),
            "actor": actor,
            "nonce": desk.random(16).hex(),
            "recipient": asked.partner,
            "subscription": asked.id,
            "power": asked.power.value,
            "purpose": asked.purpose.value,
            "lane": asked.lane.value,
            "snapshot": edition.law.sha256,
            "law_epoch": edition.epoch,
            "day": self.day.isoformat(),
        }


def entitle(desk: Desk, subscription_id: str, partner: str, lanes: frozenset[Lane]) -> Entitled:
    """Decide for a partner's own subscription.

    Raises:
        NotFound: There is no such subscription of this partner.
        LawRefuses: Its lane does not answer such questions, or the law refuses the request as such.
        ReleaseHeld, LawUnavailable: As ``LawBook.for_release``.
    """
    row = desk.reader.subscription(subscription_id, partner)
    if row is None:
        raise NotFound
    subscription = Subscription.model_validate_json(row["body"])
    if subscription.lane not in lanes:
        raise LawRefuses(extra={"conditions": [_WRONG_LANE]})
    if leaves_in_cells(subscription):
        # any answer about single rows or smaller cells would undo what the cells keep
        raise LawRefuses(extra={"conditions": [_IN_CELLS]})
    edition = desk.book.for_release()
    now = desk.clock.now()
    day = now.astimezone(LONDON).date()
    unmet = edition.law.standing(subscription, day)
    if unmet:
        told = [{"id": c.id, "says": c.says, "cites": c.cites} for c in unmet]
        raise LawRefuses(extra={"conditions": told})
    decided = decide_classes(edition.law, subscription, desk.book.classes(), day)
    return Entitled(subscription, edition, decided, now)


def filter_digest(asked: Mapping[str, Any]) -> str:
    """Return the hash of a question as it was asked; the question itself stands in no ledger."""
    said = json.dumps(dict(asked), sort_keys=True, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()
