"""Leaves of what goes out beside a release, and what each says of the agreement that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.law.book import Edition
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.release.decided import Decided
from gateway.store.releasing import Candidate
from policies.allowance import group_of
from policies.disclose import crosses, left_fields
from policies.marking import high_water
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
    """Return what the leaf of a page says of its basis and of how it is marked.

    In every lane the highest marking as it came and as it left. Under section 115 agreement, version and
    provision; the fields that left, with their groups; the regimes between which they went (DPA 2018
    s.36(4)): law enforcement where any record came from there, with how many crossed from it to another
    purpose; how many concern a child.
    """
    rows = list(rows)
    said = _marked(subscription, decided, rows)
    if subscription.request is not None:
        said["request"] = subscription.id
    elif subscription.agreement is None:
        return said
    else:
        said["agreement"] = subscription.agreement
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
        "agreement_version": None if subscription.request else str(any_allowed.version),
        "provision": any_allowed.provision,
        "fields": sorted(left),
        "field_groups": sorted(groups),
        "regime_source": source.value if regimes else None,
        "regime_recipient": any_allowed.recipient_regime,
        "crossings": sum(
            crosses(decided.classes[row.class_id], decided.allowances[row.class_id]) for row in rows
        ),
        "children": sum(decided.classes[row.class_id].child for row in rows),
    }


def _marked(
    subscription: Subscription, decided: Decided, rows: Sequence[Candidate]
) -> dict[str, Value]:
    """Say how a page is marked; nothing of one that holds no record."""
    if not rows:
        return {}
    marked = high_water((decided.classes[row.class_id] for row in rows), subscription.lane)
    return {
        "marking": marked.leaves.value.lower(),
        "marking_source": marked.came.value.lower() if marked.lowered else None,
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
