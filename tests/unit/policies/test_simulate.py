"""What a draft would newly let go and stop: counted by class, told in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from policies.law import Law
from policies.simulate import (
    RECORDED_EARLIER,
    ClassCount,
    as_signed,
    compared,
    days_that_matter,
    in_words,
    judged_on,
    requests_under,
)
from policies.treatments import Treatments
from schemas.agreements import AgreementState
from schemas.codes import Ground, SubjectRole
from schemas.grading import Handling
from schemas.incident import PERSON_GROUPS
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.simulations import Change, Comparison
from schemas.subscriptions import Filter
from tests.support.law import (
    COUNCIL,
    DAY,
    agreement,
    bundle_with,
    law,
    law_115,
    open_class,
    record_class,
    request_115,
    rule,
    subscription,
)
from tests.support.requests import (
    a_class,
    a_day,
    a_protocol,
    a_register,
    a_subscription,
    agreements_of,
)

NOISE = record_class(typology_behaviour="noise")
SEALED = record_class(
    roles=(SubjectRole.COMPLAINANT,),
    field_groups=(FieldGroup.EXACT_PLACE, FieldGroup.IDENTITY, FieldGroup.REFERENCE),
)


def counted(*pairs: tuple[RecordClass, int], recorded: date = DAY) -> list[ClassCount]:
    return [ClassCount(one, recorded, number) for one, number in pairs]


def only(found: Comparison) -> tuple[Change, int, tuple[str, ...]]:
    (one,) = found.subscriptions[0].classes
    return one.change, one.number, one.conditions


def test_the_same_law_changes_nothing() -> None:
    found = compared(law(), law(), [subscription()], counted((NOISE, 7)), DAY)

    assert not found.loosens
    assert not found.subscriptions[0].changes
    assert (found.records, found.classes) == (7, 1)
    assert (found.rules, found.treatments) == ((), ())
    assert found.subscriptions[0].leave_now == found.subscriptions[0].would_leave == 7


def test_a_further_condition_stops_records_and_says_which_condition() -> None:
    extra = rule("section_17a.no_noise", 'resource.kind != "asb_incident"')
    stricter = law(bundle=bundle_with({"local.cedar": extra}))
    crime = record_class(kind="crime", si_paragraphs=(2,))
    asked = [subscription(), subscription(id="council-17a", partner=COUNCIL)]

    found = compared(law(), stricter, asked, counted((NOISE, 7), (crime, 4)), DAY)

    assert (found.newly_stops, found.newly_leaves) == (14, 0)
    assert [one.subscription for one in found.subscriptions] == ["council-17a", "fire-17a"]
    assert only(found) == (Change.STOPS, 7, ("section_17a.no_noise",))
    assert found.subscriptions[1].stopped_by == {"section_17a.no_noise": 7}
    assert [one.says for one in found.rules] == ["A sentence."]
    assert not found.loosens
    assert found.subscriptions[0].would_leave == 4

    back = compared(stricter, law(), asked, counted((NOISE, 7)), DAY)
    assert back.subscriptions[0].let_go_by == {"section_17a.no_noise": 7}
    assert back.loosens


def test_a_condition_that_cannot_be_evaluated_stops_records_and_is_named() -> None:
    overflow = rule("section_17a.errs", "9223372036854775807 + context.minimum_cell + 1 > 0")
    broken = law(bundle=bundle_with({"local.cedar": overflow}))

    found = compared(law(), broken, [subscription()], counted((NOISE, 2)), DAY)

    assert only(found) == (Change.STOPS, 2, ("section_17a.errs",))
    assert found.rules[0].cites == ""


def test_what_the_filter_does_not_ask_for_is_not_considered() -> None:
    narrow = subscription(filter=Filter(behaviours=("noise",)))
    found = compared(law(), law(), [narrow], counted((NOISE, 7), (record_class(), 5)), DAY)

    assert found.subscriptions[0].considered == 7


def test_a_draft_agreement_is_judged_as_signed_and_for_requests_nobody_makes_yet() -> None:
    draft = agreement(signed=False)
    now = law_115(draft)
    then = as_signed(now, draft, DAY)
    would_be = requests_under(draft, [subscription()])

    found = compared(now, then, [subscription()], counted((SEALED, 3)), DAY, would_be=would_be)

    fire, council = found.subscriptions
    assert (fire.newly_leaves, fire.standing) == (0, True)
    assert (council.subscription, council.newly_leaves, council.standing) == (
        f"would-be-{COUNCIL}",
        3,
        False,
    )
    assert "section_115.agreement_is_live" in council.let_go_by
    assert council.fields_leaving == {
        "address_text": 3,
        "source_reference": 3,
        **{f"people.{part}:complainant": 3 for part in PERSON_GROUPS if part != "under_18"},
    }
    bound = then.bound(draft.id, DAY)
    assert bound is not None
    assert bound.state is AgreementState.LIVE
    assert requests_under(draft, [request_115()]) == ()


def test_one_field_more_is_told_with_the_records_that_would_carry_it() -> None:
    narrow = agreement(fields=("source_reference",))
    fields = ("source_reference", "address_text")
    wide = agreement(version=2, fields=fields, dpia="another", signed=False)
    now = law_115(narrow)

    found = compared(now, as_signed(now, wide, DAY), [request_115()], counted((SEALED, 3)), DAY)

    assert only(found) == (Change.FIELDS, 3, ())
    assert found.subscriptions[0].fields_leaving == {"address_text": 3}
    assert (found.other_fields, found.newly_leaves, found.loosens) == (3, 0, True)
    back = compared(
        law_115(agreement(fields=("source_reference", "address_text"))),
        now,
        [request_115()],
        counted((SEALED, 3)),
        DAY,
    )
    assert back.subscriptions[0].fields_stopping == {"address_text": 3}
    assert not back.loosens


def test_nobody_is_named_where_no_person_is_held() -> None:
    held = record_class(field_groups=(FieldGroup.REFERENCE,))
    draft = agreement(signed=False)
    now = law_115(draft)

    found = compared(now, as_signed(now, draft, DAY), [request_115()], counted((held, 1)), DAY)

    assert found.subscriptions[0].fields_leaving == {"source_reference": 1}


def test_reaching_further_back_lets_earlier_records_go() -> None:
    late, early = date(2026, 6, 1), date(2026, 1, 1)
    now = law_115(agreement(records_from=late))
    then = law_115(agreement(records_from=early))
    days = days_that_matter((now, then), DAY)
    counts = [
        *counted((SEALED, 5), recorded=date.min),
        *counted((SEALED, 3), recorded=early),
        *counted((SEALED, 2), recorded=late),
    ]

    found = compared(now, then, [request_115()], counts, DAY)

    assert days == (early, late)
    assert only(found) == (Change.LEAVES, 3, (RECORDED_EARLIER,))
    assert found.rules[0].id == RECORDED_EARLIER
    assert found.subscriptions[0].leave_now == 2
    assert days_that_matter((law(),), DAY) == ()


def test_a_draft_is_judged_by_its_first_day_where_that_is_to_come() -> None:
    later = DAY + timedelta(days=30)

    assert judged_on(agreement(), DAY) == DAY
    assert judged_on(agreement(valid_from=later), DAY) == later
    assert judged_on(agreement(valid_from=date(2026, 1, 1)), DAY) == DAY


def test_signatures_that_a_draft_has_count_as_they_are() -> None:
    signed = agreement()

    assert as_signed(law_115(signed), signed, DAY).agreements == (signed,)


def test_without_a_personal_table_no_field_leaves() -> None:
    now = law_115()
    tables = {lane: table for lane, table in now.treatments.items() if lane is not Lane.PERSONAL}
    then = Law(now.bundle, tables, now.register.partners, now.protocols, None, now.agreements)

    found = compared(now, then, [request_115()], counted((SEALED, 1)), DAY)

    assert found.subscriptions[0].fields_stopping
    assert {one.after for one in found.treatments} == {""}


def test_a_field_treated_otherwise_is_told() -> None:
    now = law()
    text = now.treatments[Lane.STATISTICS].text
    month = 'occurred_from = { op = "month", releases = "month" }'
    assert month in text
    table = Treatments.load(Lane.STATISTICS, text.replace(month, 'occurred_from = { op = "drop" }'))
    changed = {**now.treatments, Lane.STATISTICS: table}
    draft = Law(now.bundle, changed, now.register.partners)
    asked = subscription(lane=Lane.STATISTICS)

    found = compared(now, draft, [asked], counted((NOISE, 1)), DAY)

    (told,) = found.treatments
    assert (told.lane, told.field) == (Lane.STATISTICS, "occurred_from")
    assert (told.before, told.after) == ("op month, releases month", "op drop")
    assert found.subscriptions[0].fields_stopping == {"month": 1}


def test_a_class_is_told_in_words_without_the_hash_of_its_case() -> None:
    case = "ca5e" * 16
    told = in_words(
        open_class(
            sensitive=True,
            handling=Handling.CONDITIONS,
            child=True,
            case=case,
            roles=(SubjectRole.VICTIM,),
            grounds=(Ground.RACE,),
            field_groups=(FieldGroup.IDENTITY,),
        )
    )

    assert case not in told
    assert told == (
        "asb_incident of police-uk, held by leicestershire-police, mapped, regime law_enforcement, "
        "OFFICIAL, sensitive, handling C, open data, a child is concerned, of a listed case, "
        "people: victim, grounds: race, held: identity, SI 2007/1831 para 1"
    )
    assert "noise" in in_words(NOISE)


def test_totals_are_those_of_deciding_each_class_alone(count: Callable[[int], int]) -> None:
    """Any two laws: what leaves after is what left before, with what newly leaves, less what stops."""
    dice = Random(20261126)
    for _ in range(max(4, count(200))):
        register = a_register(dice, 8)
        names, day = list(register), a_day(dice)
        laws = [
            law(
                register.values(),
                [a_protocol(dice, names)],
                agreements=agreements_of(dice, register)[:3],
            )
            for _ in range(2)
        ]
        asked = [a_subscription(dice, names).model_copy(update={"id": f"s{n}"}) for n in range(3)]
        counts = counted(*((a_class(dice, names), dice.randint(1, 9)) for _ in range(6)))

        found = compared(laws[0], laws[1], asked, counts, day)

        for one, told in zip(asked, found.subscriptions, strict=True):
            goes = [
                sum(n.number for n in counts if which.decide(one, n.record_class, day).releases)
                for which in laws
            ]
            assert [told.leave_now, told.would_leave] == goes
            assert told.would_leave - told.leave_now == told.newly_leaves - told.newly_stops
            assert sum(c.number for c in told.classes) == (
                told.newly_leaves + told.newly_stops + told.other_fields
            )
