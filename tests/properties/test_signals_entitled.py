"""Over random registers and agreements: whoever is told was entitled, report by report, says the oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest

from policies.law import Law
from policies.matching import Clause, Key, Neighbourhood, Report, clauses, reached
from schemas.agreements import Agreement
from schemas.codes import Marking
from schemas.decisions import Outcome
from schemas.matching import MatchKey
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.record_class import RecordClass
from tests.support.law import law
from tests.support.oracle import oracle, oracle_agreement, oracle_live
from tests.support.oracle_matching import oracle_match
from tests.support.oracle_register import oracle_holder
from tests.support.requests import a_class, a_day, a_protocol, a_register, agreements_of

SEED = 20261130
REPORTS = 12
HOME = b"one home"


@pytest.mark.prove
def test_nobody_is_told_who_is_not_entitled(
    count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice, wanted = Random(SEED), count(10_000)
    told = asked = 0
    while asked < wanted:
        register = a_register(dice)
        names = list(register)
        protocols, agreements = [a_protocol(dice, names)], agreements_of(dice, register)
        snapshot = law(register.values(), protocols, agreements=agreements)
        for _ in range(10):
            day = a_day(dice)
            for clause in clauses(snapshot, day):
                meant = [*agreements, *[clause.agreement] * 3 * len(agreements)]
                classes = [_a_class(dice, names, meant) for _ in range(REPORTS)]
                counted = [
                    report
                    for number, cls in enumerate(classes, start=1)
                    if (report := _counted(snapshot, clause, number, cls, day)) is not None
                ]
                for report in counted:
                    _entitled(register, protocols, agreements, clause, classes, report, day)
                hood = Neighbourhood(counted)
                told += any(
                    reached(household, report, clause.matching)
                    for report in counted
                    for household in hood.households(report)
                )
            asked += len(agreements)

    assert told > wanted / 1_000
    proved("signals-entitled", asked=asked, told=told, told_without_right=0, seed=SEED)


def _a_class(dice: Random, names: list[str], agreements: list[Agreement]) -> RecordClass:
    """A class that may fit some agreement: of its holder or its recipient."""
    named = dice.choice(agreements)
    covers = named.coverage
    fits: dict[str, object] = {
        "controller": dice.choice((*named.holders, *named.recipients, dice.choice(names)))
    }
    fits |= {"source": covers.sources[0]} if covers.sources else {}
    fits |= {"kind": covers.kinds[0]} if covers.kinds else {}
    fits |= {"typology_behaviour": covers.behaviours[0]} if covers.behaviours else {}
    fits |= {"case": covers.cases[0]} if covers.cases else {}
    fits |= {"marking": Marking.OFFICIAL, "received_under": None}
    return a_class(dice, names).model_copy(update=fits)


def _counted(
    snapshot: Law, clause: Clause, number: int, cls: RecordClass, day: date
) -> Report | None:
    holder = snapshot.register.holder(cls.controller, day)
    kinds = clause.keys(cls, holder, day - timedelta(days=1))
    keys = tuple(Key(0, kind, HOME) for kind in sorted(kinds - {MatchKey.PHONE}))
    return Report(number, number, 1, holder, day, keys) if kinds else None


def _entitled(
    register: dict[str, Partner],
    protocols: list[Protocol],
    agreements: list[Agreement],
    clause: Clause,
    classes: list[RecordClass],
    report: Report,
    day: date,
) -> None:
    """Demand that another hand's law lets a report count for whoever is told."""
    cls, asked = classes[report.position - 1], clause.asked
    named = oracle_agreement(asked, agreements, day)
    live = named is not None and oracle_live(named, day)
    assert named is not None
    assert named.matching is not None
    assert clause.partner in named.matching.signalled
    for key in report.keys:
        assert oracle_match(register, asked, cls, key.kind, day, named, live=live) == frozenset()
    if oracle_holder(register, cls.controller, day) != clause.partner:
        outcome, unmet = oracle(register, asked, cls, day, agreements, protocols)
        assert outcome is Outcome.RELEASE, unmet
