"""How long a sealed half and a record are kept: the shortest rule, whatever became of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from policies.allowance import allowance
from policies.depersonalise import open_half
from policies.disclose import disclose
from policies.marking import HighWater, high_water
from policies.refusals import PolicyRefused
from policies.retention import (
    FEED,
    NOBODY,
    Rule,
    first_to_end,
    record_rules,
    sealed_rules,
    shortest,
)
from policies.treatments import Treatments, packaged_treatments
from schemas.codes import Marking
from schemas.sensitivity import Lane
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    agreement,
    feed,
    incident,
    law_115,
    record_class,
    request_115,
)
from tests.support.requirements import law

HELD = record_class(field_groups=("identity", "exact_place"))


def rules(*agreements: Any, day: date = DAY, **more: Any) -> set[tuple[str, int]]:
    found = sealed_rules(law_115(*agreements), feed(**more), HELD, day)
    return {(rule.name, rule.days) for rule in found}


@law("L30")
def test_each_agreement_that_covers_it_and_the_feeds_own_period_are_rules() -> None:
    short = agreement(id="short", retention_days=30)
    elsewhere = agreement(id="elsewhere", coverage={"kinds": ("crime",)})
    others = agreement(id="others", holders=(FIRE,), recipients=(COUNCIL,))
    unused = agreement(id="unused", fields=("officer",))
    draft = agreement(id="draft", retention_days=1, signed=False)

    assert rules(agreement(), short, elsewhere, others, unused, draft, keep_days=90) == {
        ("police-council:1", 365),
        ("short:1", 30),
        (FEED, 90),
    }


@law("L30")
@pytest.mark.parametrize(
    ("key", "held"),
    [
        *(("uprn", "exact_place"), ("address", "exact_place")),
        *(("address", "identity"), ("phone", "identity")),
    ],
)
def test_what_is_kept_to_be_compared_alone_is_kept_by_the_agreement_that_compares_it(
    key: str, held: str
) -> None:
    cls = record_class(field_groups=(held,))
    listed: dict[str, Any] = {"fields": ("occurred_from",), "retention_days": 30}
    compares = agreement(matching={"keys": (key,), "signalled": (COUNCIL,)}, **listed)

    (kept,) = sealed_rules(law_115(compares), feed(), cls, DAY)
    assert (kept.name, kept.days) == ("police-council:1", 30)
    assert sealed_rules(law_115(agreement(**listed)), feed(), cls, DAY) == (Rule(NOBODY, 0),)


@law("L30")
def test_people_of_whom_only_a_telephone_is_listed_are_kept_by_who_lists_it() -> None:
    telephone = agreement(fields=("people.telephone",), retention_days=30)
    cls = record_class(field_groups=("identity",))

    (kept,) = sealed_rules(law_115(telephone), feed(), cls, DAY)
    assert (kept.name, kept.days) == ("police-council:1", 30)


@law("L30")
def test_what_ended_keeps_its_promise_and_a_later_version_speaks_once_it_is_in_force() -> None:
    ended = agreement(terminated={"party": COUNCIL, "reason": "done", "on": DAY})
    longer = agreement(version=2, retention_days=730, valid_from=DAY)
    narrower = agreement(version=3, coverage={"kinds": ("crime",)}, valid_from=DAY)
    before = DAY - timedelta(days=1)

    assert rules(ended) == {("police-council:1", 365)}
    assert rules(agreement(), longer) == {("police-council:2", 730)}
    assert rules(agreement(), longer, day=before) == {("police-council:1", 365)}
    assert rules(agreement(), longer, narrower) == {("police-council:2", 730)}


@law("L30")
def test_what_nobody_needs_is_over_at_once_and_no_class_without_a_sealed_half_is_asked_for() -> (
    None
):
    nobody = law_115(agreement(coverage={"kinds": ("crime",)}))
    classes = {1: HELD, 2: record_class(), 3: HELD.model_copy(update={"source": "cnh-housing"})}

    assert first_to_end(nobody, feed(), classes, DAY) == {1: Rule(NOBODY, 0)}
    assert Rule(NOBODY, 0).delete_by(DAY) == DAY
    assert record_rules(feed()) == ()
    assert record_rules(feed(keep_days=10)) == (Rule(FEED, 10),)
    assert shortest(()) is None
    assert shortest((Rule("b", 2), Rule("a", 2), Rule("c", 3))) == Rule("a", 2)


@law("L53")
def test_only_depersonalising_lowers_and_only_where_the_controller_said_so() -> None:
    high = record_class(marking="OFFICIAL-SENSITIVE")
    said = high.model_copy(update={"depersonalised_marking": Marking.OFFICIAL})
    lane, sensitive = Lane.DEPERSONALISED, Marking.OFFICIAL_SENSITIVE

    assert high_water((), lane) == HighWater(Marking.OFFICIAL, Marking.OFFICIAL)
    assert high_water((record_class(), high), lane) == HighWater(sensitive, sensitive)
    assert high_water((said,), lane).lowered
    assert not high_water((said,), Lane.PERSONAL).lowered
    assert not high_water((said, high), Lane.STATISTICS).lowered


def _older(lane: Lane, *but: str, **more: str) -> str:
    lines = packaged_treatments()[lane].text.splitlines()
    later = ("grading", "mopi_group", "assertion", *but)
    kept = [line for line in lines if not line.startswith(later)]
    return "\n".join([*kept, 'handling = { op = "class_only" }', *more.values()])


@law("L61")
def test_a_record_under_an_older_snapshot_renders_as_it_did() -> None:
    tables = {lane: Treatments.of_snapshot(lane, _older(lane)) for lane in packaged_treatments()}
    allowed = allowance(law_115(), request_115(), record_class(), DAY)
    assert allowed is not None
    half = open_half(incident(mopi_group=1), None, tables[Lane.DEPERSONALISED])

    record = disclose(None, half, HELD, "r1.2026Q4.AAAAAAAAAAAAAAAAAAAAAA", 1, DAY, allowed, tables)

    assert {"grading", "mopi_group"} <= tables[Lane.PERSONAL].lines.keys()
    assert record.purpose is record.regime_source is record.mopi_group is None


def test_an_older_snapshot_that_is_not_whole_does_not_load() -> None:
    lane = Lane.PERSONAL

    with pytest.raises(PolicyRefused, match="officer"):
        Treatments.of_snapshot(lane, _older(lane, "officer"))
    with pytest.raises(PolicyRefused, match="no such field"):
        Treatments.of_snapshot(lane, _older(lane, odd='odd = { op = "drop" }'))
