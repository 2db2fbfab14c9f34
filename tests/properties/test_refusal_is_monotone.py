"""Refusal is monotone: whatever is added against a release, or taken from what it rests on, lets nothing go.

Under every power and for every recipient. What agreements lose beside that stands in
``test_agreements_refuse.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

import pytest

from policies.allowance import allowance
from policies.law import Law
from policies.lists import Lists
from schemas.agreements import Agreement
from schemas.codes import Marking
from schemas.partners import Partner
from schemas.powers import Power, Protocol
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.properties.test_law_oracle import meant
from tests.support.law import bundle_with, everything_enabled, law, rule, variant
from tests.support.requests import (
    a_class,
    a_day,
    a_protocol,
    a_register,
    a_subscription,
    agreements_of,
)

SEED = 20261127
PER_REGISTER = 400
FORBIDS = (
    "resource.sensitive",
    "principal.relevant_authority",
    'resource.kind == "crime"',
    'context.lane != "personal"',
    "!resource.child",
    "false",
)
"""What one more condition may ask for."""


@dataclass(frozen=True)
class Basis:
    """What a law is made of."""

    register: dict[str, Partner]
    protocols: list[Protocol]
    agreements: list[Agreement]
    lists: Lists | None

    def law(self) -> Law:
        """Make it."""
        return law(self.register.values(), self.protocols, None, self.agreements, self.lists)


Taken = tuple[Law, RecordClass]
Taking = Callable[[Random, Basis, Law, Subscription, RecordClass, date], Taken | None]
STRICTER = [
    bundle_with({"local.cedar": rule(f"{power.value}.extra", condition, power.value)})
    for power in (Power.SECTION_17A, Power.SECTION_115, Power.NON_PERSONAL)
    for condition in FORBIDS
] + [bundle_with({"local.cedar": rule("everywhere.extra", one, "everywhere")}) for one in FORBIDS]


def a_forbid(
    dice: Random, _: Basis, before: Law, __: Subscription, cls: RecordClass, ___: date
) -> Taken:
    return variant(before, bundle=dice.choice(STRICTER)), cls


def a_higher_marking(
    _: Random, __: Basis, before: Law, ___: Subscription, cls: RecordClass, ____: date
) -> Taken | None:
    if cls.marking is Marking.OFFICIAL_SENSITIVE:
        return None
    return before, cls.model_copy(update={"marking": Marking.OFFICIAL_SENSITIVE})


def off_the_register(
    dice: Random, basis: Basis, before: Law, asked: Subscription, cls: RecordClass, day: date
) -> Taken | None:
    """A partner ends, and nobody succeeds it."""
    name = dice.choice((asked.partner, cls.controller))
    if name not in basis.register or basis.register[name].succeeded_by is not None:
        return None  # a successor steps in, with agreements of its own
    gone = basis.register[name].model_copy(update={"valid_to": day})
    return variant(before, partners={**basis.register, name: gone}.values()), cls


def _of(
    basis: Basis, asked: Subscription, change: Callable[[Agreement], Agreement]
) -> list[Agreement] | None:
    """Every version that the request may rest on, changed: an older one may speak once a newer ends."""
    if asked.agreement not in {one.id for one in basis.agreements}:
        return None
    return [change(one) if one.id == asked.agreement else one for one in basis.agreements]


def without_a_signature(
    dice: Random, basis: Basis, before: Law, asked: Subscription, cls: RecordClass, _: date
) -> Taken | None:
    def change(one: Agreement) -> Agreement:
        return one.model_copy(update={"signatures": one.signatures[: dice.randint(0, 1)]})

    fewer = _of(basis, asked, change)
    return None if fewer is None else (variant(before, agreements=fewer), cls)


def expired(
    _: Random, basis: Basis, before: Law, asked: Subscription, cls: RecordClass, day: date
) -> Taken | None:
    def change(one: Agreement) -> Agreement:
        ended = one.model_copy(update={"valid_to": min(one.valid_to or day, day)})
        signed = tuple(
            signature.model_copy(update={"terms_sha256": ended.terms_sha256})
            for signature in one.signatures
            if signature.terms_sha256 == one.terms_sha256
        )
        return ended.model_copy(update={"signatures": signed})

    ended = _of(basis, asked, change)
    return None if ended is None else (variant(before, agreements=ended), cls)


def without_the_protocol(
    _: Random, __: Basis, before: Law, ___: Subscription, cls: RecordClass, ____: date
) -> Taken:
    return variant(before, protocols=()), cls


TAKINGS: dict[str, Taking] = {
    one.__name__: one
    for one in (
        a_forbid,
        a_higher_marking,
        off_the_register,
        without_a_signature,
        expired,
        without_the_protocol,
    )
}


@pytest.mark.prove
def test_nothing_that_was_withheld_goes_where_more_stands_against_it(
    count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(SEED)
    wanted = count(10_000)
    tried = lost = released = 0
    while tried < wanted:
        basis = _basis(dice, enabled=dice.random() < 0.5)
        before, names, days = basis.law(), list(basis.register), (a_day(dice), a_day(dice))
        for _ in range(PER_REGISTER):
            asked, cls = a_subscription(dice, names), a_class(dice, names)
            asked, cls = meant(dice, asked, cls, basis.agreements)
            day = dice.choice(days)
            was = _goes(before, asked, cls, day)
            if not was and dice.random() < 0.97:
                continue  # most random requests are refused whatever happens
            for name in _chosen(dice, asked):
                taken = TAKINGS[name](dice, basis, before, asked, cls, day)
                if taken is None:
                    continue
                now = _goes(taken[0], asked, taken[1], day)

                assert now <= was, (name, asked, cls, day)
                tried += 1
                released += bool(was)
                lost += was != now

    assert released > tried / 20
    assert lost > tried / 40
    proved("monotone", tried=tried, released=released, lost=lost, gained=0, seed=SEED)


def _basis(dice: Random, *, enabled: bool) -> Basis:
    register = a_register(dice, 12)
    return Basis(
        register,
        [a_protocol(dice, list(register))],
        agreements_of(dice, register),
        everything_enabled() if enabled else None,
    )


def _chosen(dice: Random, asked: Subscription) -> Iterable[str]:
    """Some of the takings: those of an agreement mean something to a request that names one."""
    general = ("a_forbid", "a_higher_marking", "off_the_register")
    of_agreements = ("without_a_signature", "expired", "without_the_protocol")
    # two of each: most of the time goes into finding a request that is granted
    return dice.sample(general, 2) + (dice.sample(of_agreements, 2) if asked.agreement else [])


def _goes(snapshot: Law, asked: Subscription, cls: RecordClass, day: date) -> frozenset[str]:
    """What leaves: nothing, the record, and in the personal lane each sealed field and role with it."""
    if not snapshot.decide(asked, cls, day).releases:
        return frozenset()
    allowed = allowance(snapshot, asked, cls, day) if asked.lane is Lane.PERSONAL else None
    if allowed is None:
        return frozenset({"record"})
    roles = {f"role {role}" for role in allowed.roles}
    return frozenset({"record", *allowed.fields, *allowed.person_parts, *roles})
