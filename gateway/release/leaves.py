"""Leaves of what goes out beside a release: a page sent again, a page broken off."""

from __future__ import annotations

from gateway.law.book import Edition
from gateway.ledger.leaf import Operation, leaf
from schemas.subscriptions import Subscription


def replay_leaf(
    subscription: Subscription,
    number: int,
    records: int,
    content: bytes,
    edition: Edition,
    *,
    at: str,
    actor: str,
    nonce: str,
) -> bytes:
    """Return the leaf of a page that is sent again.

    Args:
        subscription: Whose page.
        number: Of the release.
        records: How many records it still holds.
        content: Hash of what it holds now.
        edition: The law that it was decided by.
        at: When, as leaves write it.
        actor: Who asked for it.
        nonce: Of the leaf.
    """
    return leaf(
        Operation.REPLAY,
        at=at,
        actor=actor,
        nonce=nonce,
        subscription=subscription.id,
        recipient=subscription.partner,
        number=number,
        released=records,
        content_sha256=content.hex(),
        power=subscription.power.value,
        purpose=subscription.purpose.value,
        lane=subscription.lane.value,
        snapshot=edition.law.sha256,
        law_epoch=edition.epoch,
    )


def broken_off_leaf(
    subscription: Subscription, number: int, sent: int, *, at: str, actor: str, nonce: str
) -> bytes:
    """Return the leaf of a page that ended after ``sent`` records."""
    return leaf(
        Operation.BROKEN_OFF,
        at=at,
        actor=actor,
        nonce=nonce,
        subscription=subscription.id,
        recipient=subscription.partner,
        number=number,
        disclosed=sent,
        reason="moved-while-sent",
    )
