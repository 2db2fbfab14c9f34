"""Refusal is monotone: taking anything from an agreement never lets more go, nor more of it be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from policies.allowance import allowance
from policies.law import Law
from schemas.agreements import Agreement, Coverage
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription
from tests.support.law import law
from tests.support.requests import a_class, a_day, a_protocol, a_register, agreements_of

SEED = 20261125
Taking = Callable[[Random, Agreement, date], Agreement]


def _signed_again(before: Agreement, after: Agreement) -> Agreement:
    """The same parties sign the narrower terms: only the terms differ."""
    signatures = tuple(
        one.model_copy(update={"terms_sha256": after.terms_sha256})
        for one in before.signatures
        if one.terms_sha256 == before.terms_sha256
    )
    return after.model_copy(update={"signatures": signatures})


def _without(name: str) -> Taking:
    def take(_: Random, made: Agreement, __: date) -> Agreement:
        return _signed_again(made, made.model_copy(update={name: None}))

    return take


def _fewer(name: str) -> Taking:
    def take(dice: Random, made: Agreement, _: date) -> Agreement:
        given = getattr(made, name)
        kept = tuple(one for one in given if dice.random() < 0.5)
        return _signed_again(made, made.model_copy(update={name: kept}))

    return take


def _narrower(dice: Random, made: Agreement, _: date) -> Agreement:
    covers = made.coverage
    if not covers.is_narrow:
        return made  # «all» is refused as such: what is narrower meets that condition and may go
    more: dict[str, Any] = {"behaviours": ("noise",)} if not covers.behaviours else {}
    more |= {"sources": ("police-nsir",)} if dice.random() < 0.5 and not covers.sources else {}
    narrow = Coverage.model_validate(covers.model_dump() | more)
    return _signed_again(made, made.model_copy(update={"coverage": narrow}))


def _suspended(_: Random, made: Agreement, day: date) -> Agreement:
    return Agreement.model_validate(
        made.model_dump()
        | {"suspensions": ({"party": made.holders[0], "reason": "r", "valid_from": day},)}
    )


def _terminated(_: Random, made: Agreement, day: date) -> Agreement:
    return Agreement.model_validate(
        made.model_dump() | {"terminated": {"party": made.holders[0], "reason": "r", "on": day}}
    )


def _unsigned(dice: Random, made: Agreement, _: date) -> Agreement:
    kept = tuple(one for one in made.signatures if dice.random() < 0.5)
    return made.model_copy(update={"signatures": kept})


def _over(_: Random, made: Agreement, day: date) -> Agreement:
    ends = min(made.valid_to or day, day)
    return _signed_again(made, made.model_copy(update={"valid_to": ends}))


TAKINGS: dict[str, Taking] = {
    "necessity": _without("necessity"),
    "assessment": _without("dpia"),
    "reason for the crossing": _without("crossing"),
    "reason for children": _without("children"),
    "special category condition": _without("special_category"),
    "offence condition": _without("offence"),
    "fields": _fewer("fields"),
    "roles": _fewer("roles"),
    "a wider coverage": _narrower,
    "not suspended": _suspended,
    "not terminated": _terminated,
    "signatures": _unsigned,
    "its last day": _over,
}


def _what_goes(
    snapshot: Law, asked: Subscription, cls: RecordClass, day: date
) -> tuple[bool, frozenset[FieldGroup], frozenset[str], frozenset[str]]:
    allowed = allowance(snapshot, asked, cls, day)
    groups = snapshot.see(asked, cls, day).groups
    if allowed is None:
        return snapshot.decide(asked, cls, day).releases, groups, frozenset(), frozenset()
    roles = frozenset(role.value for role in allowed.roles)
    return snapshot.decide(asked, cls, day).releases, groups, allowed.fields, roles


@pytest.mark.prove
def test_taking_anything_from_an_agreement_never_lets_more_go(
    count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(SEED)
    tried = lost = 0
    for _ in range(max(3, count(150))):
        register = a_register(dice)
        names, protocols = list(register), [a_protocol(dice, list(register))]
        for made in agreements_of(dice, register):
            for taken in TAKINGS.values():
                day = a_day(dice)
                asked, cls = _meant(dice, made, names)
                less = taken(dice, made, day)
                before = _what_goes(_law(register, protocols, made), asked, cls, day)
                after = _what_goes(_law(register, protocols, less), asked, cls, day)

                assert before[0] or not after[0]
                assert after[1] <= before[1]
                assert after[2] <= before[2]
                assert after[3] <= before[3]
                tried += 1
                lost += before != after

    assert lost > tried / 20
    proved("agreements-refuse", tried=tried, lost_something=lost, gained=0, seed=SEED)


def _law(register: dict[str, Partner], protocols: list[Protocol], made: Agreement) -> Law:
    return law(register.values(), protocols, agreements=[made])


def _meant(dice: Random, made: Agreement, names: list[str]) -> tuple[Subscription, RecordClass]:
    asked = Subscription(
        id="asked",
        partner=made.recipients[0],
        power=made.power,
        purpose=made.purpose,
        lane=Lane.PERSONAL,
        agreement=made.id,
    )
    covers, fits = made.coverage, {"controller": made.holders[0]}
    fits |= {"kind": covers.kinds[0]} if covers.kinds else {}
    fits |= {"typology_behaviour": "noise"} if covers.behaviours else {}
    fits |= {"case": covers.cases[0]} if covers.cases else {}
    return asked, a_class(dice, names).model_copy(update=fits)


def test_the_days_on_which_an_agreement_lets_go_are_the_days_on_which_it_is_live() -> None:
    dice = Random(SEED + 1)
    register = a_register(dice)
    for made in agreements_of(dice, register):
        snapshot = law(register.values(), agreements=[made])
        for _ in range(20):
            day = a_day(dice) + timedelta(days=dice.randint(-5, 5))
            bound = snapshot.bound(made.id, day)
            assert bound is not None
            assert bound.state is made.state_on(day)
