"""The pushing scenes: what section 115 sends to the council's system, also after that was switched off."""

from __future__ import annotations

import time

from gateway.client.witness import LedgerNotBelieved
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.endpoint import Sent
from gateway.demo.stage import ACTOR, COUNCIL, COUNCIL_115
from gateway.demo.summary import account_of
from gateway.ledger.checkpoint import CheckpointRefused, from_header
from schemas.powers import Power

FAILURES = 1
"""Tries that fail before the subscriber is switched on again; a second would come after five seconds."""


def delivered(cast: Cast) -> scenes.Delivered:
    """Let the council's system be sent what the agreement lists."""
    began = time.monotonic()
    Sent(cast.house, COUNCIL_115).until_all()
    took = time.monotonic() - began
    subscriber = cast.subscriber
    held = list(subscriber.holdings)
    account = account_of(cast.house.reader, COUNCIL_115)
    conditions = cast.house.book.current().law.bundle.conditions(Power.SECTION_115)
    says = {one.id: one.says for one in conditions}
    return scenes.Delivered(
        COUNCIL_115,
        account,
        {says.get(reason, reason): count for reason, count in account.reasons.items()},
        deliveries=len(subscriber.deliveries),
        records=len(held),
        named=sum(bool(record["agreed"].get("people")) for record in held),
        refused=subscriber.refused,
        witnessed=_witnessed(cast),
        seconds=took,
    )


def missed(cast: Cast) -> scenes.SwitchedOff:
    """Let tries fail while the council's system is off."""
    return scenes.SwitchedOff(Sent(cast.house, COUNCIL_115).until_failed(FAILURES))


def caught_up(cast: Cast) -> scenes.CaughtUp:
    """Switch the council's system on again, and let it be sent what it missed."""
    subscriber, sent = cast.subscriber, Sent(cast.house, COUNCIL_115)
    before, told = len(subscriber.deliveries), len(subscriber.notices)
    records = subscriber.records
    subscriber.switch_on()
    sent.try_again(cast.house.act(ACTOR))
    sent.until_all()
    return scenes.CaughtUp(
        deliveries=len(subscriber.deliveries) - before,
        notices=list(subscriber.notices[told:]),
        records=subscriber.records - records,
        held=len(subscriber.holdings),
        repeated=sum(times - 1 for times in subscriber.deliveries.values()),
    )


def _witnessed(cast: Cast) -> bool:
    """Whether the checkpoint that came with the last delivery extends the one that the council kept."""
    header = cast.subscriber.checkpoint
    try:
        return header is not None and bool(
            cast.systems[COUNCIL].witness.see(from_header(header)).size
        )
    except (CheckpointRefused, LedgerNotBelieved):
        return False
