"""Section 115 of the Crime and Disorder Act 1998, condition by condition."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from policies.law import Law
from schemas.agreements import Agreement, AgreementSignature, AgreementState
from schemas.decisions import Decision, Outcome
from schemas.partners import Agency, HolderDecision, PartnerKind
from schemas.powers import Purpose
from schemas.sensitivity import Lane
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    OFFICES,
    PARTNERS,
    POLICE,
    agreement,
    law,
    law_115,
    one_of_each_kind,
    partner,
    protocol,
    record_class,
    request_115,
    signed_by_all,
    subscription,
)
from tests.support.oracle_lists import listed_on
from tests.support.requirements import law as requirement

YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)
EVERYONE = (POLICE, COUNCIL, FIRE)


def unmet(decision: Decision) -> set[str]:
    return {condition.id.removeprefix("section_115.") for condition in decision.unmet}


def under(*agreements: Agreement, day: date = DAY, **asked: Any) -> set[str]:
    return unmet(law_115(*agreements).decide(request_115(**asked), record_class(), day))


def held(**more: Any) -> set[str]:
    return unmet(law_115().decide(request_115(), record_class(**more), DAY))


def test_the_council_receives_police_records_under_a_live_agreement() -> None:
    decision = law_115().decide(request_115(), record_class(), DAY)

    assert decision.outcome is Outcome.RELEASE
    assert decision.basis == "section_115"
    assert (decision.unmet, decision.flags) == ((), ())


# ---------------------------------------------------------------------- the recipient


@requirement("L01", "L02", "L03")
@pytest.mark.parametrize("kind", list(PartnerKind))
def test_every_kind_of_section_115_2_may_receive_and_no_other(kind: PartnerKind) -> None:
    recipient = one_of_each_kind()[kind].model_copy(update={"nominated_person": "a post"})
    made = agreement(recipients=(recipient.id,), signed=False)
    office = AgreementSignature(
        party=recipient.id, office="a post", signed_on=DAY, terms_sha256=made.terms_sha256
    )
    police = signed_by_all(made).signatures[0]
    snapshot = law_115(
        made.model_copy(update={"signatures": (police, office)}),
        partners=[*PARTNERS, recipient],
        protocols=[protocol(parties=(*EVERYONE, recipient.id))],
    )

    decision = snapshot.decide(request_115(partner=recipient.id), record_class(), DAY)

    missing = {"recipient_is_relevant_authority", "agency_is_agreed"}
    expected = set() if listed_on(kind.value, DAY) else missing
    assert unmet(decision) == expected


@requirement("L01")
def test_one_that_acts_on_behalf_of_a_council_receives_until_the_link_expires() -> None:
    agent = partner(
        "cnh",
        PartnerKind.ARMS_LENGTH_MANAGEMENT_ORGANISATION,
        acts_on_behalf_of=(Agency(principal=COUNCIL, valid_to=DAY),),
        nominated_person="housing manager",
    )
    made = agreement(recipients=("cnh",), on_behalf_of=(COUNCIL,), signed=False)
    snapshot = law_115(
        _signed(made, {POLICE: OFFICES[POLICE], "cnh": "housing manager"}),
        partners=[*PARTNERS, agent],
        protocols=[protocol(parties=(*EVERYONE, "cnh"))],
    )
    asked = request_115(partner="cnh")

    assert snapshot.decide(asked, record_class(), YESTERDAY).releases
    ended = unmet(snapshot.decide(asked, record_class(), DAY))
    assert ended == {"recipient_is_relevant_authority", "agency_is_agreed"}


def test_nominated_persons_are_asked_for_on_both_sides() -> None:
    def without(name: str) -> Law:
        partners = [
            one.model_copy(update={"nominated_person": " "}) if one.id == name else one
            for one in PARTNERS
        ]
        return law_115(partners=partners)

    for name, missing in ((COUNCIL, "recipient"), (POLICE, "holder")):
        decision = without(name).decide(request_115(), record_class(), DAY)
        assert unmet(decision) == {f"{missing}_has_nominated_person"}


def test_somebody_elses_agreement_gives_nothing() -> None:
    assert under(partner=FIRE) == {"agreement_names_recipient"}


# ---------------------------------------------------------------------- the agreement


def test_without_an_agreement_everything_that_rests_on_one_is_missing() -> None:
    for named in (None, "unknown"):
        missing = under(agreement=named)
        assert {"agreement_is_known", "agreement_is_live", "necessity_is_stated"} <= missing
        assert "recipient_is_relevant_authority" not in missing


def test_an_unsigned_agreement_is_none() -> None:
    made = agreement(signed=False)

    assert under(made) == {"agreement_is_signed", "agreement_is_live"}
    assert made.state_on(DAY) is AgreementState.DRAFT


def test_one_partys_signature_is_not_enough_and_twice_the_same_is_one() -> None:
    made = agreement()
    police, _ = made.signatures
    for signatures in ((police,), (police, police)):
        half = made.model_copy(update={"signatures": signatures})
        assert under(half) == {"agreement_is_signed", "agreement_is_live"}


def test_the_same_person_does_not_sign_for_two_parties() -> None:
    made = _signed(agreement(signed=False), {POLICE: "Chief  Officer", COUNCIL: "chief officer"})

    assert under(made) == {"agreement_is_signed", "agreement_is_live"}


def test_a_signature_under_other_terms_is_none() -> None:
    made = agreement()
    wider = made.model_copy(update={"fields": (*made.fields, "contact")})

    assert wider.terms_sha256 != made.terms_sha256
    assert under(wider) == {"agreement_is_signed", "agreement_is_live"}


def test_a_stranger_signs_nothing() -> None:
    made = agreement()
    _, council = made.signatures
    stranger = council.model_copy(update={"party": FIRE, "office": "another"})

    assert not made.model_copy(update={"signatures": (council, stranger)}).is_signed_on(DAY)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"valid_from": TOMORROW}, AgreementState.SIGNED),
        ({"valid_to": DAY}, AgreementState.EXPIRED),
        ({"review_by": DAY - timedelta(days=31)}, AgreementState.EXPIRED),
        (
            {"suspensions": ({"party": POLICE, "reason": "r", "valid_from": DAY},)},
            AgreementState.SUSPENDED,
        ),
        (
            {"suspensions": ({"party": COUNCIL, "reason": "r", "valid_from": YESTERDAY},)},
            AgreementState.SUSPENDED,
        ),
        ({"terminated": {"party": COUNCIL, "reason": "r", "on": DAY}}, AgreementState.TERMINATED),
    ],
)
def test_anything_not_live_stops_it(more: dict[str, Any], state: AgreementState) -> None:
    made = agreement(**more)

    assert made.state_on(DAY) is state
    assert under(made) == {"agreement_is_live"}


def test_a_suspension_that_was_lifted_stops_nothing_from_that_day_on() -> None:
    ended = {"party": POLICE, "reason": "r", "valid_from": YESTERDAY, "valid_to": DAY}
    made = agreement(suspensions=(ended,))

    assert under(made, day=YESTERDAY) == {"agreement_is_live"}
    assert under(made) == set()


def test_a_later_version_speaks_from_the_day_on_which_it_begins() -> None:
    first = agreement()
    second = agreement(version=2, fields=("address_text",), valid_from=DAY)
    draft = agreement(version=3, signed=False)
    snapshot = law_115(first, second, draft)

    assert first.state_on(YESTERDAY, [second, draft]) is AgreementState.LIVE
    assert first.state_on(DAY, [second, draft]) is AgreementState.SUPERSEDED
    before, after = (
        snapshot.bound("police-council", YESTERDAY),
        snapshot.bound("police-council", DAY),
    )
    assert before is not None
    assert after is not None
    assert (before.agreement.version, after.agreement.version) == (1, 2)
    assert snapshot.decide(request_115(), record_class(), DAY).releases


def test_an_overdue_review_is_flagged_and_stops_at_the_end_of_the_grace() -> None:
    made = agreement(review_by=DAY - timedelta(days=30))

    decision = law_115(made).decide(request_115(), record_class(), DAY)

    assert decision.releases
    assert decision.flags == ("agreement_review_overdue",)
    assert under(made, day=TOMORROW) == {"agreement_is_live"}


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"necessity": None}, "necessity_is_stated"),
        ({"dpia": None}, "dpia_is_named"),
        ({"provision": "s1"}, "provision_is_live"),
        ({"provision": "s999"}, "provision_is_live"),
        ({"coverage": {}}, "narrower_than_all"),
        ({"coverage": {"sources": ("police-nsir",)}}, "narrower_than_all"),
        (
            {"coverage": {"kinds": ("crime", "asb_incident", "other_prescribed")}},
            "narrower_than_all",
        ),
        ({"coverage": {"kinds": ("crime",)}}, "agreement_covers_record"),
        ({"coverage": {"behaviours": ("noise",)}}, "agreement_covers_record"),
        ({"coverage": {"cases": ("ab" * 32,)}}, "agreement_covers_record"),
        (
            {"coverage": {"sources": ("other",), "kinds": ("asb_incident",)}},
            "agreement_covers_record",
        ),
        ({"crossing": None}, "regime_crossing_is_authorised"),
        ({"purpose": Purpose.CRIME_AND_DISORDER_STRATEGY}, "purpose_is_agreed"),
    ],
)
def test_each_thing_that_an_agreement_lacks_is_named(more: dict[str, Any], missing: str) -> None:
    assert under(agreement(**more)) == {missing}


def test_what_stays_with_law_enforcement_crosses_nothing() -> None:
    assert under(agreement(crossing=None, recipient_regime="law_enforcement")) == set()


def test_a_purpose_outside_the_act_does_not_count_even_if_agreed() -> None:
    made = agreement(purpose=Purpose.ACADEMIC_RESEARCH)

    assert under(made, purpose=Purpose.ACADEMIC_RESEARCH) == {"purpose_is_agreed"}


@pytest.mark.parametrize("provision", ["", " ", "s", "17", "S17", "s17 ", "section 17"])
def test_a_provision_that_is_empty_or_no_section_is_refused_at_once(provision: str) -> None:
    with pytest.raises(ValidationError):
        agreement(provision=provision)


@pytest.mark.parametrize("name", ["necessity", "dpia", "title", "crossing", "children"])
@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_a_blank_statement_is_refused_at_once(name: str, text: str) -> None:
    with pytest.raises(ValidationError):
        agreement(**{name: text})


@pytest.mark.parametrize(
    "fields", [("nmae",), ("people.shoe_size",), ("contact.name",), ("kind",), ("people.",)]
)
def test_a_field_that_does_not_exist_or_travels_anyway_is_not_listed(fields: tuple[str]) -> None:
    with pytest.raises(ValidationError):
        agreement(fields=fields)


def test_nobody_is_holder_and_recipient_and_an_unknown_behaviour_covers_nothing() -> None:
    with pytest.raises(ValidationError):
        agreement(recipients=(POLICE,))
    with pytest.raises(ValidationError):
        agreement(coverage={"behaviours": ("loudness",)})


# ---------------------------------------------------------------------- holder and record


def test_the_holder_may_always_decline() -> None:
    declines = HolderDecision(
        reference="d-1", nominated_person="a post", reason="r", valid_to=TOMORROW
    )
    police = PARTNERS[0].model_copy(update={"withholds_section_115": (declines,)})
    snapshot = law_115(partners=[police, *PARTNERS[1:]])

    assert unmet(snapshot.decide(request_115(), record_class(), DAY)) == {"holder_has_not_declined"}
    assert snapshot.decide(request_115(), record_class(), TOMORROW).releases
    assert snapshot.decide(subscription(), record_class(), DAY).releases


def test_nobody_passes_on_what_another_one_holds() -> None:
    assert held(controller=FIRE) == {"agreement_names_holder"}
    assert held(controller=COUNCIL) == {"agreement_names_holder", "recipient_is_not_holder"}


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"handling": "C"}, {"everywhere.handling_permits"}),
        ({"handling": "P"}, set()),
        ({"mapping_status": "withheld"}, {"not_withheld_by_crosswalk"}),
        ({"marking": "OFFICIAL-SENSITIVE"}, set()),
        ({"child": True}, {"children_have_a_reason"}),
        ({"kind": "crime"}, {"agreement_covers_record"}),
    ],
)
def test_what_a_record_says_against_it_is_named(more: dict[str, Any], missing: set[str]) -> None:
    assert held(**more) == missing


def test_a_marking_above_what_was_agreed_stays() -> None:
    snapshot = law_115(agreement(marking="OFFICIAL"))
    cls = record_class(marking="OFFICIAL-SENSITIVE")

    assert unmet(snapshot.decide(request_115(), cls, DAY)) == {"marking_is_agreed"}


def test_children_need_a_recorded_reason() -> None:
    snapshot = law_115(agreement(children="The family is offered support.", fields=("child_flag",)))

    assert snapshot.decide(request_115(), record_class(child=True), DAY).releases
    assert law_115().decide(request_115(lane=Lane.DEPERSONALISED), record_class(child=True), DAY)


def test_a_category_or_a_case_lets_its_own_records_go() -> None:
    case = "ab" * 32
    by_case = law_115(agreement(coverage={"cases": (case,)}))
    by_behaviour = law_115(agreement(coverage={"behaviours": ("noise",)}))

    assert by_case.decide(request_115(), record_class(case=case), DAY).releases
    assert not by_case.decide(request_115(), record_class(case="cd" * 32), DAY).releases
    noise = record_class(typology_behaviour="noise")
    assert by_behaviour.decide(request_115(), noise, DAY).releases


# ---------------------------------------------------------------------- the protocol


@pytest.mark.parametrize(
    ("protocols", "missing"),
    [
        (
            [],
            {
                "protocol_is_in_force",
                "recipient_is_party_to_protocol",
                "holder_is_party_to_protocol",
            },
        ),
        ([protocol(valid_to=DAY)], {"protocol_is_in_force"}),
        ([protocol(signatures=())], {"protocol_is_in_force"}),
        ([protocol(covers_section_115=False)], {"protocol_is_in_force"}),
        ([protocol(parties=(POLICE, FIRE))], {"recipient_is_party_to_protocol"}),
        ([protocol(parties=(COUNCIL, FIRE))], {"holder_is_party_to_protocol"}),
    ],
)
def test_a_protocol_that_lapsed_stops_115_while_17a_goes_on_flagged(
    protocols: list[Any], missing: set[str]
) -> None:
    snapshot = law(protocols=protocols, agreements=[agreement()])

    assert unmet(snapshot.decide(request_115(), record_class(), DAY)) == missing
    duty = snapshot.decide(subscription(), record_class(), DAY)
    assert duty.releases
    stands = protocols and protocols[0].live_on(DAY) and POLICE in protocols[0].parties
    assert duty.flags == (() if stands else ("protocol_not_live",))


def _signed(made: Agreement, offices: dict[str, str]) -> Agreement:
    signatures = tuple(
        AgreementSignature(
            party=party, office=office, signed_on=YESTERDAY, terms_sha256=made.terms_sha256
        )
        for party, office in offices.items()
    )
    return made.model_copy(update={"signatures": signatures})
