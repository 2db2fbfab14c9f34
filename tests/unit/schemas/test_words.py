"""Typology, register, powers, receipts, classes, packaged data: what each promises."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas import packaged
from schemas.base import DoesNotFit, own_words
from schemas.codes import Kind, MappingStatus, Regime
from schemas.consulting import ConsultationReason, ReasonCode
from schemas.decisions import Decision, Outcome
from schemas.feeds import ControllerRole, Feed
from schemas.partners import DatedKind, Partner, PartnerKind, Period
from schemas.powers import Power, Protocol, Signature
from schemas.problems import Problem, ProblemError
from schemas.receipts import Receipt, RowProblem
from schemas.record_class import RecordClass
from schemas.requests import Worded
from schemas.sensitivity import FieldGroup, Lane
from schemas.signals import SignalReason
from schemas.subscriptions import Subscription
from schemas.typology import TYPOLOGY, Typology

DAY = date(2026, 11, 23)


# --- typology


def test_the_typology_is_the_home_offices() -> None:
    subs = [sub for behaviour in TYPOLOGY.behaviour for sub in behaviour.sub_behaviours]

    assert (len(TYPOLOGY.area), len(TYPOLOGY.behaviour), len(subs)) == (4, 16, 59)


def test_every_code_has_a_name_and_every_lower_level_its_upper_one() -> None:
    areas = {area.code for area in TYPOLOGY.area}

    assert set(TYPOLOGY.area_of.values()) == areas
    assert set(TYPOLOGY.behaviour_of.values()) <= set(TYPOLOGY.area_of)
    assert areas | set(TYPOLOGY.area_of) | set(TYPOLOGY.behaviour_of) == set(TYPOLOGY.names)


@pytest.mark.parametrize("level", ["area", "behaviour", "sub"])
def test_a_list_that_names_a_code_twice_is_refused(level: str) -> None:
    raw = TYPOLOGY.model_dump()
    if level == "sub":
        subs = next(one["sub_behaviours"] for one in raw["behaviour"] if one["sub_behaviours"])
        raw["behaviour"][0]["sub_behaviours"] = [*subs, subs[0]]
    else:
        raw[level] = [*raw[level], raw[level][0]]

    with pytest.raises(ValidationError, match=f"a {level} code stands twice"):
        Typology.model_validate(raw)


def test_a_behaviour_without_an_area_of_the_list_is_refused() -> None:
    raw = TYPOLOGY.model_dump()
    raw["behaviour"][0]["area"] = "elsewhere"

    with pytest.raises(ValidationError, match="names an area that is not in the list"):
        Typology.model_validate(raw)


# --- partners, powers


@pytest.mark.parametrize(
    ("begins", "ends", "covered"),
    [
        (None, None, True),
        (DAY, None, True),
        (date(2026, 11, 24), None, False),
        (None, DAY, False),
        (None, date(2026, 11, 24), True),
    ],
)
def test_a_period_includes_its_first_day_and_not_its_last(
    begins: date | None, ends: date | None, covered: bool
) -> None:
    assert Period(valid_from=begins, valid_to=ends).covers(DAY) is covered


def test_what_a_partner_is_depends_on_the_day() -> None:
    partner = Partner(
        id="fire",
        name="Fire authority",
        valid_from=date(2020, 1, 1),
        kinds=(
            DatedKind(kind=PartnerKind.OTHER, valid_to=date(2024, 4, 1)),
            DatedKind(kind=PartnerKind.COMBINED_FIRE_AUTHORITY, valid_from=date(2024, 4, 1)),
        ),
    )

    assert partner.kind_on(date(2019, 12, 31)) is None
    assert partner.kind_on(date(2024, 3, 31)) is PartnerKind.OTHER
    assert partner.kind_on(DAY) is PartnerKind.COMBINED_FIRE_AUTHORITY


def signed(*parties: str, on: date = DAY) -> tuple[Signature, ...]:
    """Signatures of the parties on a day."""
    return tuple(Signature(party=party, office="chief officer", signed_on=on) for party in parties)


@pytest.mark.parametrize(
    ("signatures", "live"),
    [
        (signed("police", "council"), True),
        (signed("police"), False),
        (signed("police", "council", on=date(2026, 11, 24)), False),
        ((), False),
    ],
)
def test_a_protocol_lives_when_every_party_has_signed(
    signatures: tuple[Signature, ...], live: bool
) -> None:
    protocol = Protocol(id="p", title="P", parties=("police", "council"), signatures=signatures)

    assert protocol.live_on(DAY) is live


def test_a_protocol_of_nobody_or_past_its_end_does_not_live() -> None:
    assert not Protocol(id="p", title="P", parties=()).live_on(DAY)
    ended = Protocol(id="p", title="P", parties=("a",), signatures=signed("a"), valid_to=DAY)
    assert not ended.live_on(DAY)


# --- feeds, subscriptions, decisions


def test_a_feed_without_a_controller_and_our_role_is_refused() -> None:
    with pytest.raises(ValidationError):
        Feed.model_validate({"name": "x", "title": "X", "adapter": "police_nsir"})

    feed = Feed(
        name="x", title="X", adapter="a", controller="police", role=ControllerRole.PROCESSOR
    )
    assert feed.regime is Regime.GENERAL


def test_a_subscription_asks_for_everything_unless_it_says_less() -> None:
    asked = Subscription.model_validate(
        {
            "id": "s",
            "partner": "fire",
            "power": "section_17a",
            "purpose": "section_17a_duty",
            "lane": "depersonalised",
        }
    )

    assert (asked.filter.kinds, asked.minimum_cell, asked.version) == ((), 0, 1)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_decision_releases_or_withholds(outcome: Outcome) -> None:
    decision = Decision(
        outcome=outcome,
        power=Power.SECTION_17A,
        lane=Lane.DEPERSONALISED,
        day=DAY,
        snapshot="0",
        basis=None,
        met=(),
        unmet=(),
    )

    assert decision.releases is (outcome is Outcome.RELEASE)


# --- receipts, problems

BALANCED: dict[str, Any] = {
    "id": "p-1",
    "feed": "police-nsir",
    "received": 6,
    "recorded": 1,
    "recorded_by_kind": {"asb_incident": 1},
    "mapping": {"mapped": 2},
    "revised": 1,
    "duplicate": 1,
    "out_of_scope": 1,
    "excluded": 1,
    "quarantined": 1,
    "dropped_fields": {},
}


def test_a_receipt_balances() -> None:
    assert Receipt.model_validate(BALANCED).received == 6


@pytest.mark.parametrize(
    "wrong",
    [{"received": 7}, {"duplicate": 2}, {"recorded_by_kind": {}}, {"revised": -1, "received": 4}],
)
def test_a_receipt_that_does_not_balance_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Receipt.model_validate(BALANCED | wrong)


def test_rows_are_numbered_from_one() -> None:
    with pytest.raises(ValidationError):
        RowProblem(row=0, faults=())


def test_a_problem_names_place_and_rule() -> None:
    fault = ProblemError(pointer="/a", rule="time.unreadable", says="A time.")

    assert Problem(type="t", title="T", status=422, detail="T", remedy="R", errors=(fault,)).errors


# --- record class


def test_equal_classes_have_equal_bytes_and_others_do_not() -> None:
    def a_class(**more: Any) -> RecordClass:
        return RecordClass(
            source="police-nsir",
            controller="police",
            regime=Regime.LAW_ENFORCEMENT,
            kind=Kind.ASB_INCIDENT,
            mapping_status=MappingStatus.MAPPED,
            **more,
        )

    assert a_class().canonical_json == a_class().canonical_json
    assert a_class(field_groups=(FieldGroup.IDENTITY,)).canonical_json != a_class().canonical_json
    assert a_class().canonical_json.isascii()
    assert " " not in a_class().canonical_json


# --- packaged data


def test_packaged_data_is_read_by_name() -> None:
    assert packaged.packaged_toml("schemas", "data/typology.toml")["edition"] == TYPOLOGY.edition
    with pytest.raises(FileNotFoundError):
        packaged.packaged_text("schemas", "data/nothing.toml")


def test_packaged_tables_are_rows_by_header(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_package_of_the_test").mkdir()
    (tmp_path / "a_package_of_the_test" / "__init__.py").touch()
    (tmp_path / "a_package_of_the_test" / "codes.csv").write_text("code,name\nN1,noise\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert packaged.packaged_csv("a_package_of_the_test", "codes.csv") == [
        {"code": "N1", "name": "noise"}
    ]


# --- what a form says itself


def test_a_form_shows_its_own_words_and_no_other_errors() -> None:
    assert own_words({"ctx": {"error": DoesNotFit("a b c")}}) == "A b c."
    assert own_words({"ctx": {"error": ValueError("Zebedee Canary-Ffoulkes")}}) is None
    assert own_words({"type": "missing"}) is None


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060", "\u3164", "\u2800", ". ", "\ufe0f", "_"])
def test_a_reason_that_nobody_can_read_is_none(nothing: str) -> None:
    with pytest.raises(ValidationError):
        ConsultationReason(code=ReasonCode.AUDIT, words=nothing * 20)
    with pytest.raises(ValidationError):
        TypeAdapter(SignalReason).validate_python(nothing * 20)
    with pytest.raises(ValidationError):
        TypeAdapter(Worded).validate_python(nothing * 20)
    assert ConsultationReason(code=ReasonCode.AUDIT, words="Y dyn yn y tŷ hwn").words
