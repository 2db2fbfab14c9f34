"""The dated facts: whole, sourced, and honest about what is not confirmed."""

from __future__ import annotations

from datetime import date

import pytest

from policies.lists import FILES, Lists, packaged_lists
from policies.refusals import PolicyRefused
from policies.register import Register, is_listed, is_relevant_authority
from schemas.partners import Agency, DatedKind, Partner, PartnerKind
from schemas.powers import Power, Purpose
from schemas.requests import REQUEST_POWERS
from schemas.typology import TYPOLOGY
from tests.support.law import (
    COUNCIL,
    DAY,
    PARTNERS,
    one_of_each_kind,
    partner,
)
from tests.support.oracle_lists import LISTED_IN_ENGLAND_AND_WALES, LISTED_IN_SCOTLAND
from tests.support.oracle_powers import may_be_competent
from tests.support.oracle_register import oracle_relevant

TEXTS = packaged_lists().texts
DAYS = [
    *(date(2006, 1, 1), date(2007, 7, 31), date(2007, 8, 1), date(2010, 3, 31), date(2010, 4, 1)),
    *(
        date(2012, 11, 21),
        date(2012, 11, 22),
        date(2013, 3, 31),
        date(2013, 4, 1),
        date(2014, 10, 30),
    ),
    *(date(2014, 10, 31), date(2017, 4, 2), date(2017, 4, 3), date(2018, 3, 31), date(2018, 4, 1)),
    *(date(2022, 6, 30), date(2022, 7, 1), DAY),
]
"""Each first day of a kind of the list and the day before, and today."""


def test_every_kind_is_listed_once_or_named_as_unlisted() -> None:
    authorities = packaged_lists().relevant_authorities
    listed = [kind for line in authorities.entry for kind in line.kinds]
    unlisted = [body.kind for body in authorities.unlisted]

    assert sorted([*listed, *unlisted]) == sorted(PartnerKind)
    assert set(listed) == {
        PartnerKind(kind) for kind in LISTED_IN_ENGLAND_AND_WALES | LISTED_IN_SCOTLAND
    }


def test_the_references_are_those_of_the_section() -> None:
    refs = [line.ref for line in packaged_lists().relevant_authorities.entry]

    assert refs == [
        *("(a)", "(b)", "(c)", "(d)(i)", "(d)(ii)", "(d)(iii)", "(dza)", "(da)", "(e)", "(eb)"),
        *("(ec)", "(f)", "(f), as it stood", "(fa)", "(fb)", "(h)", "(i)", "(ia)", "(j)"),
    ]


def test_the_schedule_has_its_twelve_paragraphs_and_health_waits_for_a_lawyer() -> None:
    paragraphs = packaged_lists().prescribed.paragraph

    assert [one.number for one in paragraphs] == list(range(1, 13))
    waiting = {one.number for one in paragraphs if one.holder_status == "needs_legal_view"}
    assert waiting == {9, 10, 11, 12}
    assert all(not one.incident_kinds for one in paragraphs if one.number in waiting)


def test_every_purpose_is_known_and_counts_only_where_the_act_says() -> None:
    lists = packaged_lists()

    assert set(lists.counts_for) == set(Purpose)
    assert set(lists.lanes_of) == set(Power)
    assert lists.counts_for[Purpose.ACADEMIC_RESEARCH] == ("non_personal",)


def test_what_is_sensitive_is_named_as_the_typology_names_it() -> None:
    sensitive = packaged_lists().sensitive
    excepted = {code for codes in sensitive.behaviours.values() for code in codes}

    assert set(sensitive.behaviours) <= set(TYPOLOGY.area_of)
    assert sensitive.sub_behaviours | excepted <= set(TYPOLOGY.behaviour_of)


@pytest.mark.parametrize(
    ("text", "says"),
    [("edition = ", "no TOML"), ("edition = 7", "does not fit"), (None, "missing")],
)
def test_a_list_that_is_broken_or_missing_is_refused(text: str | None, says: str) -> None:
    texts = {name: TEXTS[name] for name in FILES if name != FILES[0]}
    if text is not None:
        texts[FILES[0]] = text

    with pytest.raises(PolicyRefused, match=says):
        Lists.load(texts)


@pytest.mark.parametrize("day", DAYS)
def test_relevant_authorities_are_those_of_the_oracle_on_the_day(day: date) -> None:
    for one in one_of_each_kind().values():
        assert is_relevant_authority(one, day) == oracle_relevant(one, day)


def test_a_scottish_body_is_listed_and_is_no_authority_of_section_17a() -> None:
    police = one_of_each_kind()[PartnerKind.POLICE_SERVICE_OF_SCOTLAND]

    assert is_listed(police, DAY)
    assert not is_relevant_authority(police, DAY)


def test_off_the_register_is_listed_nowhere() -> None:
    gone = partner("gone", PartnerKind.DISTRICT_COUNCIL, valid_to=DAY)

    assert not is_listed(gone, DAY)
    assert not is_relevant_authority(gone, DAY)


def _agent(**more: date) -> Partner:
    agency = Agency(principal=COUNCIL, **more)
    return partner(
        "cnh",
        PartnerKind.ARMS_LENGTH_MANAGEMENT_ORGANISATION,
        acts_on_behalf_of=(agency, Agency(principal="a-university"), Agency(principal="nobody")),
    )


def test_an_agent_acts_for_a_listed_authority_while_the_agency_runs() -> None:
    running, ended = _agent(), _agent(valid_to=DAY)

    assert Register([*PARTNERS, running]).principals("cnh", DAY) == (COUNCIL,)
    assert Register([*PARTNERS, ended]).principals("cnh", DAY) == ()


def test_nobody_and_one_off_the_register_act_for_no_one() -> None:
    gone = _agent().model_copy(update={"valid_to": DAY})

    assert Register([*PARTNERS, gone]).principals("cnh", DAY) == ()
    assert Register(PARTNERS).principals("nobody", DAY) == ()


def test_succession_is_followed_to_the_one_in_being_and_never_in_circles() -> None:
    ended = {"valid_to": date(2026, 1, 1)}
    kind = PartnerKind.DISTRICT_COUNCIL
    register = Register(
        [
            partner("a", kind, succeeded_by="b", **ended),
            partner("b", kind, succeeded_by="c", **ended),
            partner("c", kind),
            partner("x", kind, succeeded_by="y", **ended),
            partner("y", kind, succeeded_by="x", **ended),
            partner("z", kind, **ended),
        ]
    )

    assert register.holder("a", date(2025, 1, 1)) == "a"
    assert register.holder("a", DAY) == "c"
    assert register.holder("x", DAY) == "y"
    assert register.holder("z", DAY) == "z"
    assert register.holder("nobody", DAY) == "nobody"


def test_a_partner_keeps_its_kinds_in_their_dates() -> None:
    both = Partner(
        id="p",
        name="p",
        kinds=(
            DatedKind(kind=PartnerKind.UNIVERSITY, valid_to=DAY),
            DatedKind(kind=PartnerKind.PARISH_COUNCIL, valid_from=DAY),
        ),
    )

    assert Register([both]).standing("p", date(2026, 1, 1)).kind is PartnerKind.UNIVERSITY
    assert Register([both]).standing("p", DAY).relevant_authority


def test_every_power_stands_in_the_list_once_and_never_personal_without_an_agreement() -> None:
    powers = packaged_lists().powers
    twice = TEXTS["powers.toml"] + TEXTS["powers.toml"].partition("[[power]]")[2].join(
        ["[[power]]", ""]
    )

    assert set(powers.by_code) == set(Power)
    personal = [one for one in powers.power if one.carries_personal]
    assert all(one.rests_on_agreement or one.code in REQUEST_POWERS for one in personal)
    assert {one.code for one in powers.power if not one.enabled} == {
        Power.ASB_DATA_RETURN,
        Power.POLICE_COMMON_LAW,
        Power.OFFENDER_MANAGEMENT,
    }
    assert all(one.uncertain for one in powers.power if not one.enabled)
    with pytest.raises(PolicyRefused):
        Lists.load({**TEXTS, "powers.toml": twice})
    older = {name: text for name, text in TEXTS.items() if name != "powers.toml"}
    assert Lists.load(older).lanes_of == packaged_lists().lanes_of


@pytest.mark.parametrize("day", [date(2017, 1, 1), date(2018, 5, 24), date(2018, 5, 25), DAY])
def test_who_can_be_a_competent_authority_is_what_the_oracle_says(day: date) -> None:
    known = packaged_lists()

    for kind in PartnerKind:
        assert known.may_be_competent(kind, day) == may_be_competent(kind, day), kind
    assert not known.may_be_competent(None, day)


def test_no_body_is_a_competent_authority_and_none_and_the_doubts_are_told() -> None:
    known = packaged_lists().competent_authorities
    assert known is not None
    may_be = {kind for one in known.entry for kind in one.kinds}

    assert not may_be & {kind for one in known.not_one for kind in one.kinds}
    assert all(one.uncertain for one in known.entry if PartnerKind.DISTRICT_COUNCIL in one.kinds)


def test_a_snapshot_older_than_the_list_names_no_competent_authority() -> None:
    older = Lists.load({n: text for n, text in TEXTS.items() if n != "competent_authorities.toml"})

    assert older.competent_authorities is None
    assert not older.may_be_competent(PartnerKind.CHIEF_OFFICER_OF_POLICE, DAY)
