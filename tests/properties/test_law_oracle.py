"""Cedar and an oracle in plain Python, written by another hand, say the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import pytest

from policies import request
from policies.bundle import Bundle, packaged_bundle
from policies.law import Law
from policies.lists import packaged_lists
from schemas.agreements import Agreement
from schemas.decisions import Decision, Outcome
from schemas.matching import MatchKey
from schemas.partners import Partner
from schemas.powers import Power, Protocol, Purpose
from schemas.record_class import RecordClass
from schemas.requests import REQUEST_POWERS
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.law import (
    DAY,
    FIRE,
    POLICE,
    bundle_with,
    everything_enabled,
    law,
    record_class,
    rule,
    subscription,
)
from tests.support.oracle import oracle, oracle_agreement, oracle_live
from tests.support.oracle_linking import oracle_link
from tests.support.oracle_matching import oracle_match
from tests.support.oracle_see import oracle_see
from tests.support.requests import (
    CASE,
    ORIGIN,
    PURPOSE_OF,
    a_class,
    a_day,
    a_protocol,
    a_register,
    a_subscription,
    agreements_of,
)

SEED = 20261123
PER_REGISTER = 50
OWN_POWER = 0.95
REQUEST_PURPOSES = {
    Power.SECTION_115_REQUEST: Purpose.PREVENTING_CRIME_AND_DISORDER,
    Power.ASB_CASE_REVIEW_REQUEST: Purpose.ASB_CASE_REVIEW,
}


@pytest.mark.prove
def test_oracle_and_cedar_agree_on_outcome_and_on_every_unmet_condition(
    count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(SEED)
    requests = max(500, count(20_000))
    released = under_115 = compared = linked = 0
    by_power: set[Power] = set()
    print(f"seed {SEED}, {requests} requests")

    for number in range(requests):
        if number % PER_REGISTER == 0:
            register = a_register(dice)
            names = list(register)
            protocols, agreements = [a_protocol(dice, names)], agreements_of(dice, register)
            enabled = number % (2 * PER_REGISTER) == 0
            lists = everything_enabled() if enabled else None
            snapshot = law(register.values(), protocols, agreements=agreements, lists=lists)
        asked, cls, day = a_subscription(dice, names), a_class(dice, names), a_day(dice)
        asked, cls = meant(dice, asked, cls, agreements)
        decision = snapshot.decide(asked, cls, day)
        outcome, unmet = oracle(register, asked, cls, day, agreements, protocols, enabled=enabled)
        seen = oracle_see(asked, oracle_agreement(asked, agreements, day), day)

        assert (decision.outcome, _ids(decision)) == (outcome, unmet), (number, asked, cls, day)
        assert snapshot.see(asked, cls, day).groups == seen, (number, asked, cls, day)
        compared += compares(dice, snapshot, (asked, cls, day), register, agreements)
        linked += links(snapshot, (asked, cls, day), register, agreements, protocols)
        released += decision.releases
        by_power |= {asked.power} if decision.releases else set()
        under_115 += decision.releases and asked.power is Power.SECTION_115

    assert released > requests / 100
    assert under_115 > requests / 250
    assert compared > requests / 250
    assert linked > requests / 250
    assert len(by_power) >= 3
    assert by_power & set(REQUEST_POWERS)
    proved(
        "oracle",
        requests=requests,
        disagreements=0,
        released=released,
        under_115=under_115,
        linked=linked,
        seed=SEED,
    )


def compares(
    dice: Random,
    snapshot: Law,
    question: tuple[Subscription, RecordClass, date],
    register: dict[str, Partner],
    agreements: list[Agreement],
) -> bool:
    """Whether a record may be compared by some key, on which law and oracle agree."""
    asked, cls, day = question
    key = dice.choice(list(MatchKey))
    named = oracle_agreement(asked, agreements, day) if asked.power in PURPOSE_OF else None
    live = named is not None and oracle_live(named, day)
    unmet = oracle_match(register, asked, cls, key.value, day, named, live=live)
    matched = snapshot.match(asked, cls, key, day)

    assert matched.matches is (unmet == frozenset()), question
    assert {one.id for one in matched.unmet} == (unmet or frozenset()), question
    return matched.matches


def links(
    snapshot: Law,
    question: tuple[Subscription, RecordClass, date],
    register: dict[str, Partner],
    agreements: list[Agreement],
    protocols: list[Protocol],
) -> bool:
    """Whether a record may be linked with others, on which law and oracle agree."""
    asked, cls, day = question
    named = oracle_agreement(asked, agreements, day) if asked.power in PURPOSE_OF else None
    live = named is not None and oracle_live(named, day)
    unmet = oracle_link(register, asked, cls, day, named, protocols, live=live)
    found = snapshot.link(asked, cls, day)

    assert found.links is (unmet == frozenset()), question
    told = {"no_permit"} if unmet is None else set(unmet)
    assert {one.id for one in found.unmet} == told, question
    return found.links


def meant(
    dice: Random, asked: Subscription, cls: RecordClass, agreements: list[Agreement]
) -> tuple[Subscription, RecordClass]:
    """Let most requests under section 115 fit an agreement, or they would all be refused alike."""
    if asked.power in REQUEST_POWERS and asked.request is not None:
        act = dice.choice((asked.purpose, REQUEST_PURPOSES[asked.power]))
        asked = asked.model_copy(
            update={"lane": Lane.PERSONAL, "purpose": act, "minimum_cell": 0, "case_review": CASE}
        )
        fits = {"controller": asked.request.holder} if dice.random() < OWN_POWER else {}
        return asked, cls.model_copy(update=fits)
    if asked.power not in PURPOSE_OF:
        return asked, cls
    under = [one for one in agreements if one.power is asked.power]
    named = dice.choice(under or agreements)
    asked = asked.model_copy(update={"agreement": dice.choice((*[named.id] * 8, "unknown", None))})
    if dice.random() < 0.2:
        return asked, cls
    chosen = {"partner": named.recipients[0], "purpose": named.purpose}
    chosen |= {"power": named.power, "case_review": CASE} if dice.random() < OWN_POWER else {}
    lane = dice.choice((Lane.PERSONAL, asked.lane))
    chosen |= {"minimum_cell": 5 if lane is Lane.DEPERSONALISED else 0, "lane": lane}
    covers = named.coverage
    fits = {"controller": named.holders[0]}
    fits |= {"source": covers.sources[0]} if covers.sources else {}
    fits |= {"kind": covers.kinds[0]} if covers.kinds else {}
    fits |= {"typology_behaviour": covers.behaviours[0]} if covers.behaviours else {}
    fits |= {"case": covers.cases[0]} if covers.cases else {}
    fits |= {"received_under": ORIGIN if named.id == agreements[0].id else None}
    return asked.model_copy(update=chosen), cls.model_copy(update=fits)


def test_met_and_unmet_are_the_whole_power_and_share_nothing() -> None:
    dice = Random(SEED + 1)
    register = a_register(dice)
    names = list(register)
    snapshot = law(register.values())

    for _ in range(300):
        asked = a_subscription(dice, names)
        decision = snapshot.decide(asked, a_class(dice, names), a_day(dice))
        met = {condition.id for condition in decision.met}
        conditions = {one.id for one in packaged_bundle().conditions(asked.power)}

        assert met | (_ids(decision) - {"no_permit"}) == conditions
        assert not met & _ids(decision)
        assert decision.releases == (not decision.unmet)


def test_a_remembered_decision_is_the_decision() -> None:
    dice = Random(SEED + 2)
    register = a_register(dice)
    names = list(register)
    snapshot = law(register.values())

    for _ in range(200):
        asked, cls, day = a_subscription(dice, names), a_class(dice, names), a_day(dice)
        first = snapshot.decide(asked, cls, day)
        equal = snapshot.decide(asked.model_copy(), cls.model_copy(), day)

        assert snapshot.decide(asked, cls, day) is first
        assert equal is first
        assert law(register.values()).decide(asked, cls, day) == first


def test_adding_a_condition_never_releases() -> None:
    dice = Random(SEED + 3)
    conditions = (
        "resource.sensitive",
        "context.minimum_cell > 1",
        "principal.relevant_authority",
        'resource.kind == "crime"',
    )
    for condition in conditions:
        stricter = _with(rule("section_17a.extra", condition))
        register = a_register(dice)
        names = list(register)
        before, after = law(register.values()), law(register.values(), bundle=stricter)
        for _ in range(150):
            asked, cls, day = a_subscription(dice, names), a_class(dice, names), a_day(dice)
            was, now = before.decide(asked, cls, day), after.decide(asked, cls, day)

            assert was.releases or not now.releases
            assert _ids(was) <= _ids(now)


def test_a_policy_that_errs_refuses_and_is_named() -> None:
    overflow = rule("section_17a.errs", "9223372036854775807 + context.minimum_cell + 1 > 0")
    asked, cls = subscription(), record_class()

    assert law().decide(asked, cls, DAY).releases
    decision = law(bundle=_with(overflow)).decide(asked, cls, DAY)

    assert decision.outcome is Outcome.WITHHOLD
    assert decision.errors == ("section_17a.errs",)
    assert decision.unmet == ()
    assert "section_17a.errs" not in {condition.id for condition in decision.met}


def test_the_engine_alone_would_have_let_the_erring_policy_pass() -> None:
    overflow = rule("section_17a.errs", "9223372036854775807 + context.minimum_cell + 1 > 0")
    snapshot = law(bundle=_with(overflow))
    engine = snapshot.bundle.engine
    standings = {name: snapshot.register.standing(name, DAY) for name in (FIRE, POLICE)}
    pair = request.parties(standings, None, engine.words)
    entities = request.with_class(pair, record_class(), POLICE, engine.words)
    asked = request.asked(subscription(), packaged_lists(), None, DAY)

    answer = engine.ask(Power.SECTION_17A, asked, entities)

    assert answer.allowed
    assert answer.diagnostics.errors


def _with(text: str) -> Bundle:
    return bundle_with({"local.cedar": text})


def _ids(decision: Decision) -> frozenset[str]:
    return frozenset(condition.id for condition in decision.unmet)
