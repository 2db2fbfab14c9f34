"""Leaves of what goes out beside a release, and what each says of the agreement that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.law.book import Edition
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.release.decided import Decided
from gateway.store.releasing import Candidate
from policies.allowance import group_of
from policies.disclose import left_fields
from schemas.codes import Regime
from schemas.released import DepersonalisedIncident, DisclosedIncident
from schemas.subscriptions import Subscription

Record = DepersonalisedIncident | DisclosedIncident


def rests_on(
    subscription: Subscription,
    decided: Decided,
    rows: Iterable[Candidate],
    records: Sequence[Record],
) -> dict[str, Value]:
    """Return what the leaf of a page under section 115 says of its basis; nothing in other lanes.

    Agreement, version and provision; the fields that left, with their groups; the regimes between which
    they went (DPA 2018 s.36(4)): law enforcement where any record came from there.
    """
    if subscription.agreement is None:
        return {}
    said: dict[str, Value] = {"agreement": subscription.agreement}
    any_allowed = next(iter(decided.allowances.values()), None)
    if any_allowed is None:
        return said
    left: set[str] = set()
    for record in records:
        if isinstance(record, DisclosedIncident):
            left |= left_fields(record)
    regimes = {decided.classes[row.class_id].regime for row in rows}
    source = Regime.LAW_ENFORCEMENT if Regime.LAW_ENFORCEMENT in regimes else Regime.GENERAL
    groups = {group for name in left if (group := group_of(name)) is not None}
    return {
        **said,
        "agreement_version": str(any_allowed.version),
        "provision": any_allowed.provision,
        "fields": sorted(left),
        "field_groups": sorted(groups),
        "regime_source": source.value if regimes else None,
        "regime_recipient": any_allowed.recipient_regime,
    }


def replay_leaf(
    subscription: Subscription,
    number: int,
    records: int,
    content: bytes,
    edition: Edition,
    basis: dict[str, Value],
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
        basis: What it rests on (``rests_on``).
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
        **basis,
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
