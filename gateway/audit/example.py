"""The example that the first page follows: one row, who asks for it, and under which protocol and agreement.

All of it is invented. This is the part that is written by hand; what comes of it is worked out
(``gateway.audit.followed``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from adapters.nsir_settings import NsirColumns
from adapters.synthetic_nsir import EXAMPLE
from gateway.seed import FEEDS, PARTNERS
from schemas.agreements import Agreement, AgreementSignature, Coverage, LegalCondition
from schemas.codes import Kind, SubjectRole
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

POLICE, COUNCIL, FIRE = "leicestershire-police", "charnwood-bc", "llr-fire"
COUNTY, UNIVERSITY = "leicestershire-cc", "example-university"
FEED = next(feed for feed in FEEDS if feed.adapter == "police_nsir")
PROTOCOL, AGREEMENT = "example-protocol", "example-asb-casework"
AT_ITS_PLACE = 2
"""Recording counts the incidents at a place; of the example there is said to be one before it."""

ASKS = {
    "council": Subscription(
        id="example-council",
        partner=COUNCIL,
        power=Power.SECTION_115,
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        lane=Lane.PERSONAL,
        agreement=AGREEMENT,
    ),
    "fire": Subscription(
        id="example-fire",
        partner=FIRE,
        power=Power.SECTION_17A,
        purpose=Purpose.SECTION_17A_DUTY,
        lane=Lane.DEPERSONALISED,
    ),
    "analyst": Subscription(
        id="example-analyst",
        partner=COUNTY,
        power=Power.SECTION_17A,
        purpose=Purpose.CRIME_AND_DISORDER_STRATEGY,
        lane=Lane.STATISTICS,
    ),
    "university": Subscription(
        id="example-university",
        partner=UNIVERSITY,
        power=Power.SECTION_17A,
        purpose=Purpose.ACADEMIC_RESEARCH,
        lane=Lane.DEPERSONALISED,
    ),
}
"""Who asks for what, under which power."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field as its holder has it."""

    key: str
    before: str
    """The cells as sent; empty for what the gateway works out."""
    fields: tuple[str, ...]
    """Fields of the incident that it fills; the first that leaves speaks for it, and for what the gateway
    works out all of them do."""
    exact: tuple[str, ...]
    """The fields that hold it as it came, parts of people by their own names."""


_LISTED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("caller_name", ("people",), ("people.name",)),
    ("caller_telephone", ("people",), ("people.telephone",)),
    ("description", ("description",), ()),
    ("vulnerable", ("vulnerability_flag",), ()),
    ("repeat", ("repeat_flag",), ()),
    ("address", ("address_text",), ()),
    ("easting", ("longitude", "lsoa_code"), ("easting", "northing")),
    ("beat", ("beat_code",), ()),
    ("occurred", ("occurred_from",), ()),
    ("created", ("reported_at",), ()),
    ("opening_codes", ("opening_code",), ()),
    ("closing_codes", ("closing_codes",), ()),
    ("", ("typology_behaviour", "typology_sub_behaviour"), ()),
    ("qualifiers", ("qualifier_codes",), ()),
    ("grade", ("response_grade",), ()),
    ("reference", ("source_reference",), ()),
)
"""Settings of the columns in the order of the page, with the fields of the incident that they fill."""
_BESIDE = {"easting": "northing", "opening_codes": "opening_label"}
"""Columns that are told together."""


def lines() -> tuple[Line, ...]:
    """Return the row as its holder has it, and what the gateway works out."""
    columns: dict[str, list[str]] = {}
    for setting, column in NsirColumns().listed():
        columns.setdefault(setting, []).append(column.name)
    found = []
    for setting, names, exact in _LISTED:
        wanted = [*columns.get(setting, ()), *columns.get(_BESIDE.get(setting, ""), ())]
        before = " · ".join(EXAMPLE[name] for name in wanted if EXAMPLE.get(name))
        found.append(Line(setting or names[0], before, names, exact or names))
    return tuple(found)


def partners() -> tuple[Partner, ...]:
    """Return the example's register: Charnwood's, with nominated persons, and a university."""
    university = Partner(
        id=UNIVERSITY,
        name="Example University",
        kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),),
    )
    named = (
        one.model_copy(update={"nominated_person": "Designated liaison officer"})
        for one in PARTNERS
    )
    return (*named, university)


def partner(slug: str) -> Partner:
    """Return one partner of the example."""
    return next(one for one in partners() if one.id == slug)


def protocol(day: date) -> Protocol:
    """Return a protocol in force on the day, so that the example is the ordinary case."""
    signed = day - timedelta(days=30)
    parties = (POLICE, COUNCIL, FIRE, COUNTY)
    return Protocol(
        id=PROTOCOL,
        title="Information-sharing protocol of an example partnership",
        parties=parties,
        signatures=tuple(
            Signature(party=party, office="Designated liaison officer", signed_on=signed)
            for party in parties
        ),
        valid_from=signed,
        valid_to=day + timedelta(days=365),
    )


def agreement(day: date) -> Agreement:
    """Return the agreement of police and council, live on the day.

    It lists what a caseworker needs to visit the caller, and neither the beat nor the narrative.
    """
    begun = day - timedelta(days=20)
    drafted = Agreement(
        id=AGREEMENT,
        title="Casework on nuisance behaviour",
        protocol=PROTOCOL,
        holders=(POLICE,),
        recipients=(COUNCIL,),
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        provision="s17",
        necessity="The council's team cannot visit or support callers whom it does not know of.",
        dpia="DPIA-EXAMPLE-7",
        fields=(
            "people.name",
            "people.telephone",
            "address_text",
            "easting",
            "northing",
            "occurred_from",
            "reported_at",
            "repeat_flag",
            "vulnerability_flag",
            "source_reference",
        ),
        roles=(SubjectRole.CALLER,),
        coverage=Coverage(
            sources=(FEED.name,), kinds=(Kind.ASB_INCIDENT,), behaviours=("nuisance_behaviour",)
        ),
        special_category=LegalCondition(
            condition="DPA 2018 Sch. 8 para. 4 and Sch. 1 para. 18: individuals at risk",
            policy_document="APD-EXAMPLE-3",
            valid_from=begun,
        ),
        crossing="The Act gives councils the same duty to prevent disorder (s.17).",
        retention_days=365,
        review_by=day + timedelta(days=345),
        records_from=begun,
        valid_from=begun,
    )
    terms = drafted.terms_sha256
    offices = {POLICE: "Chief superintendent, neighbourhoods", COUNCIL: "Head of safer communities"}
    return drafted.model_copy(
        update={
            "signatures": tuple(
                AgreementSignature(party=party, office=office, signed_on=begun, terms_sha256=terms)
                for party, office in offices.items()
            )
        }
    )
