"""Drafts of agreements: templates to begin with, and the sections in which a draft is edited.

A draft is a version on the register that nobody has signed. A section is a list of fields of the form; what
a person typed is put into the draft's document, which is then validated whole as any agreement is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from gateway.law.book import Edition
from schemas.agreements import Agreement
from schemas.cells import CellPlace, CellTime
from schemas.clauses import Clauses
from schemas.codes import Kind, Marking, Regime, SubjectRole
from schemas.described_agreement import SEALED_FIELDS
from schemas.grading import HandlingCondition
from schemas.matching import REVIEW_MONTHS, REVIEW_REPORTS, MatchKey
from schemas.onward import OnwardRule
from schemas.powers import Purpose
from schemas.typology import TYPOLOGY

TEXT, AREA, NUMBER, DATE, CHOICE, CHOICES = "text", "area", "number", "date", "choice", "choices"
Options = Callable[[Edition, Agreement], Sequence[tuple[str, str]]]
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a section."""

    name: str
    """Its place in the document: ``coverage.kinds``."""
    label: str
    form: str
    hint: str = ""
    options: Options | None = None

    @property
    def id(self) -> str:
        """Its name in the page."""
        return self.name.replace(".", "-").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a draft."""

    name: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """What a draft begins with."""

    name: str
    title: str
    says: str
    terms: Mapping[str, Any]


TEMPLATES = (
    Template(
        "standing-115",
        "Section 115, standing, between two partners",
        "One partner’s records of anti-social behaviour for another’s case officers.",
        {
            "purpose": "preventing_crime_and_disorder",
            "provision": "s17",
            "fields": [
                "source_reference",
                "occurred_from",
                "address_text",
                "postcode",
                "people.name",
            ],
            "roles": ["caller", "complainant", "victim"],
            "coverage": {"kinds": ["asb_incident"], "behaviours": ["noise", "nuisance_behaviour"]},
            "retention_days": 365,
        },
    ),
    Template(
        "statistics",
        "Statistics and depersonalised records",
        "For the strategy: no name, reference or exact place, in cells of five or more.",
        {
            "purpose": "crime_and_disorder_strategy",
            "provision": "s6",
            "coverage": {"kinds": ["asb_incident"]},
            "cells": {"place": "ward", "time": "quarter"},
            "retention_days": 730,
        },
    ),
    Template(
        "case-review",
        "ASB case review",
        "For one body of a review, under the 2014 Act Sch. 4 para 7.",
        {
            "power": "asb_case_review",
            "purpose": "asb_case_review",
            "fields": ["case_reference", "occurred_from", "address_text", "people.name"],
            "roles": ["complainant", "victim"],
            "coverage": {"kinds": ["asb_incident"], "behaviours": ["intimidation_harassment"]},
            "retention_days": 180,
        },
    ),
)
"""A protocol's annex on section 17A is no agreement: it is made under Documents."""


def begun(
    template: Template,
    name: str,
    title: str,
    holder: str,
    recipient: str,
    protocol: str | None,
    day: date,
) -> dict[str, Any]:
    """Return the document of a first draft."""
    return {
        "id": name,
        "title": title,
        "protocol": protocol,
        "holders": [holder],
        "recipients": [recipient],
        "review_by": (day + YEAR).isoformat(),
        "records_from": day.isoformat(),
        **template.terms,
    }


def next_version(last: Agreement, day: date) -> Agreement:
    """Return the draft that follows a version: its terms, with nothing that happened to it."""
    fresh = {"signatures": (), "suspensions": (), "terminated": None, "documents": ()}
    reviewed = max(last.review_by, day + YEAR)
    return last.model_copy(
        update={
            **fresh,
            "version": last.version + 1,
            "review_by": reviewed,
            "document_sha256": None,
        }
    )


# ---------------------------------------------------------------------- the sections


def _members(kind: type[Enum]) -> Options:
    listed = tuple((str(one.value), str(one.value).replace("_", " ")) for one in kind)
    return lambda _edition, _agreement: listed


def _fields(_: Edition, __: Agreement) -> Sequence[tuple[str, str]]:
    return [(name, name.replace(".", ": ").replace("_", " ")) for name in SEALED_FIELDS]


def _behaviours(_: Edition, __: Agreement) -> Sequence[tuple[str, str]]:
    return [(code, TYPOLOGY.names[code]) for code in TYPOLOGY.area_of]


def _provisions(edition: Edition, _: Agreement) -> Sequence[tuple[str, str]]:
    listed = edition.law.lists.provisions.provision
    return [("", "none"), *((one.code, f"{one.code}: {one.title}") for one in listed)]


def _protocols(edition: Edition, _: Agreement) -> Sequence[tuple[str, str]]:
    return [("", "none"), *((one.id, one.title) for one in edition.register.protocols.values())]


def _feeds(edition: Edition, agreement: Agreement) -> Sequence[tuple[str, str]]:
    return [
        (name, feed.title)
        for name, (_, feed) in edition.register.feeds.items()
        if feed.controller in agreement.holders
    ]


def _others(edition: Edition, _: Agreement) -> Sequence[tuple[str, str]]:
    return [(one.id, one.name) for one in edition.register.partners.values()]


def _recipients(edition: Edition, agreement: Agreement) -> Sequence[tuple[str, str]]:
    named = edition.register.partners
    return [(one, named[one].name if one in named else one) for one in agreement.recipients]


def _yes_or_no(_: Edition, __: Agreement) -> Sequence[tuple[str, str]]:
    return [("true", "yes"), ("false", "no")]


def _condition(name: str, what: str) -> tuple[Field, ...]:
    return (
        Field(
            f"{name}.condition", f"Condition for {what}", TEXT, "Such as DPA 2018 Sch. 8 para. 1."
        ),
        Field(f"{name}.policy_document", f"Policy document for {what}", TEXT),
        Field(f"{name}.policy_version", "Its version", TEXT),
        Field(f"{name}.valid_from", "In date from", DATE),
        Field(f"{name}.valid_to", "In date until before", DATE),
    )


PARTS = (
    Part(
        "parties",
        "Title and protocol",
        (
            Field("title", "Title", TEXT),
            Field("protocol", "Protocol it is made under", CHOICE, "", _protocols),
            Field(
                "on_behalf_of",
                "Received on behalf of",
                CHOICES,
                "Where the recipient is an agent.",
                _others,
            ),
        ),
    ),
    Part(
        "purpose",
        "Purpose and necessity",
        (
            Field("purpose", "Purpose", CHOICE, "", _members(Purpose)),
            Field("provision", "Provision of the Crime and Disorder Act", CHOICE, "", _provisions),
            Field("necessity", "Why it is necessary or expedient", AREA),
            Field("dpia", "Reference of the impact assessment", TEXT, "Such as DPIA-2026-014."),
        ),
    ),
    Part(
        "items",
        "Data items",
        (
            Field(
                "fields", "Fields that may go", CHOICES, "What is not ticked never goes.", _fields
            ),
            Field("roles", "People who may be named", CHOICES, "", _members(SubjectRole)),
            Field("marking", "Highest marking that may go", CHOICE, "", _members(Marking)),
            Field("records_from", "Only what was recorded from", DATE),
            Field(
                "minimum_cell",
                "Least incidents in a cell of depersonalised records",
                NUMBER,
                "5 or more.",
            ),
            Field("cells.place", "Finest place of such a cell", CHOICE, "", _members(CellPlace)),
            Field("cells.time", "Finest time of such a cell", CHOICE, "", _members(CellTime)),
        ),
    ),
    Part(
        "coverage",
        "Which records",
        (
            Field(
                "coverage.sources",
                "Feeds",
                CHOICES,
                "None ticked: every feed of who shares.",
                _feeds,
            ),
            Field("coverage.kinds", "Kinds", CHOICES, "None ticked: every kind.", _members(Kind)),
            Field(
                "coverage.behaviours", "Behaviours", CHOICES, "None ticked: every one.", _behaviours
            ),
        ),
    ),
    Part(
        "basis",
        "Conditions",
        (
            *_condition("special_category", "special category fields"),
            *_condition("offence", "offence fields"),
            Field("children", "Why it is in the best interests of children", AREA),
            Field("recipient_regime", "How recipients process it", CHOICE, "", _members(Regime)),
            Field(
                "crossing",
                "Why law-enforcement data may be used otherwise",
                AREA,
                "DPA 2018 s.36(4).",
            ),
        ),
    ),
    Part(
        "onward",
        "Passing on and handling",
        (
            Field("onward.rule", "May recipients pass it on?", CHOICE, "", _members(OnwardRule)),
            Field("onward.to", "To whom, where they are named", CHOICES, "", _others),
            Field(
                "handling_conditions",
                "Handling conditions that recipients take on",
                CHOICES,
                "",
                _members(HandlingCondition),
            ),
        ),
    ),
    Part(
        "matching",
        "The same household in several feeds",
        (
            Field(
                "matching.keys",
                "Compared by",
                CHOICES,
                "None ticked: nothing is compared.",
                _members(MatchKey),
            ),
            Field(
                "matching.signalled",
                "Recipients that are told",
                CHOICES,
                "That there are several reports, and no more.",
                _recipients,
            ),
            Field(
                "matching.reports",
                "At which report they are told",
                NUMBER,
                "3 is the case-review threshold.",
            ),
            Field("matching.months", "Within how many months", NUMBER),
            Field(
                "matching.second_partner",
                "Also when a second partner reports",
                CHOICE,
                "",
                _yes_or_no,
            ),
        ),
    ),
    Part(
        "dates",
        "Retention, review and dates",
        (
            Field("retention_days", "Recipients keep a record for how many days", NUMBER),
            Field("review_by", "Review by", DATE),
            Field("valid_from", "In force from", DATE, "Blank: the day every party has signed."),
            Field("valid_to", "In force until before", DATE, "Blank: no last day."),
        ),
    ),
    Part(
        "clauses",
        "Clauses in the parties’ words",
        tuple(
            Field(f"clauses.{name}", str(info.title), AREA)
            for name, info in Clauses.model_fields.items()
        ),
    ),
)
"""The sections in their order."""


def value_of(document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what stands at a place of a document; None where nothing does."""
    found: Any = document
    for one in name.split("."):
        found = found.get(one) if isinstance(found, Mapping) else None
    return found


def with_values(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with the values of some places; what is None is taken away."""
    made = {name: dict(one) if isinstance(one, dict) else one for name, one in document.items()}
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        if not inner:
            made[outer] = value
        else:
            made[outer] = {**(made.get(outer) or {}), inner: value}
    for name in ("special_category", "offence"):
        stated = made.get(name)
        if stated is not None and not any(value is not None for value in stated.values()):
            made[name] = None
    stated = made.get("matching")
    if stated is not None:
        # nothing to compare by, nobody to tell: nothing is agreed
        wanted = {"reports": REVIEW_REPORTS, "months": REVIEW_MONTHS, "second_partner": True}
        given = {name: value for name, value in stated.items() if value is not None}
        made["matching"] = (
            {**wanted, **given} if given.get("keys") or given.get("signalled") else None
        )
    return {name: value for name, value in made.items() if value is not None}
