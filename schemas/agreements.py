"""Data-sharing agreements: typed, versioned, signed, and judged by the day.

Terms are what is signed; signatures, suspensions and termination are what happens to them. A version
whose terms somebody signed is never changed: other terms are another version. What the law demands of
an agreement is not checked here but asked by the conditions of section 115, so that a draft may lack it.

Source: ICO data sharing code (DPA 2018 s.121), law reference §4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.base import DoesNotFit, Word
from schemas.cells import FINEST, LEAST_CELL, Cells
from schemas.clauses import Clauses
from schemas.codes import Kind, Marking, Regime, Slug, SubjectRole
from schemas.grading import HandlingCondition
from schemas.incident import PERSON_GROUPS, SENSITIVITY
from schemas.listed import groups_of, listed_of, parts_of
from schemas.matching import Matching
from schemas.offices import looks
from schemas.onward import OnwardRule, OnwardSharing
from schemas.partners import Period
from schemas.powers import Power, Purpose, Signature
from schemas.sensitivity import FieldGroup
from schemas.toml import toml_of
from schemas.typology import TYPOLOGY

Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
"""A sentence or more that a person wrote; blank is none."""
Mention = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A reference to something outside the gateway, such as an assessment; blank is none."""
ProvisionCode = Annotated[str, StringConstraints(pattern=r"^s[0-9]{1,3}[a-z]?$")]
"""A section of the Crime and Disorder Act 1998 (``s6``); which are live is dated data of the law."""
CaseKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A case reference as a keyed hash in hex: the reference itself is kept nowhere."""

PEOPLE = "people"
MOST_CELL = 1_000
"""The largest k that can be agreed."""
REVIEW_GRACE = timedelta(days=30)
"""How long an agreement goes on after its review was due, flagged (law reference L20)."""
REVIEW_FLAGS = (0, 30, 90)
"""Days before the review is due at which it is flagged, the last first (law reference L20)."""
AFTER_SIGNING = frozenset({"signatures", "suspensions", "terminated", "documents"})
"""What happens to an agreement: no terms, and under no signature."""
_TERMS_LATER = (
    *("onward", "handling_conditions", "on_behalf_of", "minimum_cell", "cells"),
    *("clauses", "matching"),
)
"""Terms that the form had not from its beginning: unset, they leave the hash of the terms as it was, so
that a signature given before stays one."""
_BEHAVIOURS = frozenset(TYPOLOGY.area_of)


def _listable(name: str) -> str:
    """Take the name of a sealed field, or of a part of the people in a row."""
    field, dot, part = name.partition(".")
    if dot and field == PEOPLE and part in PERSON_GROUPS:
        return name
    if dot or field not in SENSITIVITY:
        message = "the record has no such field"
        raise DoesNotFit(message)
    if SENSITIVITY[field].group is None:
        message = "the field is in the open half and travels without being listed"
        raise DoesNotFit(message)
    return name


ListedField = Annotated[str, AfterValidator(_listable)]
"""A sealed field of ``Incident``, or ``people.name`` and the like for a part of the people."""


def _known(code: str) -> str:
    if code not in _BEHAVIOURS:
        message = "the typology has no such behaviour"
        raise DoesNotFit(message)
    return code


Behaviour = Annotated[str, AfterValidator(_known)]


class AgreementState(StrEnum):
    """Where a version of an agreement stands on a day. Only ``live`` lets anything go."""

    DRAFT = "draft"
    """Not signed by every party."""
    SIGNED = "signed"
    """Signed by every party; its first day has not come."""
    LIVE = "live"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    """After its last day, or so long after its review was due that the grace is over."""
    SUPERSEDED = "superseded"
    """A later version has come into force."""
    TERMINATED = "terminated"


class Coverage(Word):
    """Which of the holders' records are meant; an empty list does not narrow.

    Narrower than «all» by a category (kinds, behaviours) or by a list of cases; a source alone is
    everything that its holder sends.
    """

    sources: tuple[Slug, ...] = ()
    kinds: tuple[Kind, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    """Codes of the typology's behaviours."""
    cases: tuple[CaseKey, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether it is narrower than all of the holders' records."""
        some_behaviours = 0 < len(set(self.behaviours)) < len(_BEHAVIOURS)
        some_kinds = 0 < len(set(self.kinds)) < len(Kind)
        return bool(self.cases) or some_behaviours or some_kinds

    def covers(self, source: str, kind: str, behaviour: str | None, case: str | None) -> bool:
        """Whether a record of that description is meant."""
        return (
            (not self.sources or source in self.sources)
            and (not self.kinds or kind in self.kinds)
            and (not self.behaviours or behaviour in self.behaviours)
            and (not self.cases or case in self.cases)
        )


class LegalCondition(Period):
    """The condition for tagged fields and the policy document that must be in date beside it.

    DPA 2018 s.35(5) with Schedule 8 and s.42, or UK GDPR art. 9 and 10 with Schedule 1.
    """

    condition: Mention
    policy_document: Mention
    policy_version: Mention | None = None
    """Of the policy document; ``valid_from`` and ``valid_to`` are the days between which it is in date."""


class SignedDocument(Word):
    """The signed document of a version, such as a PDF: its hash, never the file."""

    sha256: CaseKey
    attached_on: date


class Review(StrEnum):
    """How near the review of an agreement is on a day: due within 90, within 30 days, now, or too late."""

    NOT_DUE = "not_due"
    WITHIN_90 = "within_90"
    WITHIN_30 = "within_30"
    DUE = "due"
    """On the day or after it, inside the grace: it goes on, flagged."""
    LAPSED = "lapsed"
    """The grace is over: nothing goes."""


class AgreementSignature(Signature):
    """One party's signature under exactly these terms."""

    terms_sha256: CaseKey
    """SHA-256 of the terms that were signed (``Agreement.terms_sha256``)."""


class Suspension(Period):
    """One party has stopped it, from a day until the day on which that party lifts it."""

    party: Slug
    reason: Statement
    valid_from: date


class Termination(Word):
    """One party has ended it."""

    party: Slug
    reason: Statement
    on: date


class Agreement(Period):
    """One version of a data-sharing agreement under the partnership's protocol."""

    id: Slug
    version: Annotated[int, Field(ge=1)] = 1
    title: Mention
    protocol: Slug | None = None
    """Id of the information-sharing protocol that it is made under; section 115 needs one."""
    holders: tuple[Slug, ...] = Field(min_length=1)
    """Controllers whose records go."""
    recipients: tuple[Slug, ...] = Field(min_length=1)
    on_behalf_of: tuple[Slug, ...] = ()
    """Listed authorities on whose behalf a recipient receives that is not listed itself (s.115(1)(b))."""
    power: Power = Power.SECTION_115
    purpose: Purpose
    provision: ProvisionCode | None = None
    """Provision of the Crime and Disorder Act for whose purposes it is necessary or expedient
    (s.115(1)); the other powers rest on Acts of their own and need none."""
    necessity: Statement | None = None
    dpia: Mention | None = None
    """Reference of the data protection impact assessment."""
    fields: tuple[ListedField, ...] = ()
    """Allow-list; what stands in the open half travels as in the depersonalised lane."""
    roles: tuple[SubjectRole, ...] = ()
    """People in these roles may be named; everybody else in a row is a third party."""
    coverage: Coverage = Coverage()
    special_category: LegalCondition | None = None
    offence: LegalCondition | None = None
    children: Statement | None = None
    """Why sharing is in the best interests of the children concerned (law reference L60)."""
    recipient_regime: Regime = Regime.GENERAL
    """Part of the Data Protection Act 2018 under which the recipients process it."""
    crossing: Statement | None = None
    """Why law-enforcement data may be used for another purpose (DPA 2018 s.36(4))."""
    marking: Marking = Marking.OFFICIAL_SENSITIVE
    """The highest marking that may go."""
    onward: OnwardSharing = OnwardSharing()
    """Whether recipients may pass on what they received."""
    handling_conditions: tuple[HandlingCondition, ...] = ()
    """Conditions of handling codes C and 5 that the recipients take on."""
    minimum_cell: Annotated[int, Field(ge=LEAST_CELL, le=MOST_CELL)] = LEAST_CELL
    """k, in incidents, of what goes depersonalised under it: no subscription may ask for less."""
    cells: Cells = FINEST
    """The finest levels of cells that a subscription may ask for."""
    retention_days: Annotated[int, Field(ge=1, le=36_525)]
    """How long recipients may keep a record after the gateway recorded it."""
    review_by: date
    records_from: date
    """Only records that the gateway recorded on or after this day."""
    clauses: Clauses = Clauses()
    """What else the parties agree, in their words; nothing of it decides about a record."""
    matching: Matching | None = None
    """By what reports of one household may be compared, and who is told; None: nothing is compared."""
    document_sha256: CaseKey | None = None
    """Hash of the text that is signed, where it was fixed before; ``documents`` has those signed."""
    signatures: tuple[AgreementSignature, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    terminated: Termination | None = None
    documents: tuple[SignedDocument, ...] = ()

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if HandlingCondition.NO_ONWARD_SHARING in self.handling_conditions and (
            self.onward.rule is not OnwardRule.FORBIDDEN
        ):
            message = "who takes on no_onward_sharing may pass nothing on"
            raise DoesNotFit(message)
        if HandlingCondition.OTHER in self.handling_conditions:
            message = "a condition in other words cannot be taken on: nobody can check it"
            raise DoesNotFit(message)
        if set(self.holders) & set(self.recipients):
            message = "a party is holder or recipient, not both"
            raise DoesNotFit(message)
        if self.matching is not None and self.power is not Power.SECTION_115:
            message = "only an agreement under section 115 may agree on matching"
            raise DoesNotFit(message)
        if self.matching is not None and not set(self.matching.signalled) <= set(self.recipients):
            message = "a signal goes to a recipient of the agreement and to nobody else"
            raise DoesNotFit(message)
        if self.power is Power.SECTION_115 and None in {self.protocol, self.provision}:
            message = "under section 115 it names a protocol and a provision of the Act"
            raise DoesNotFit(message)
        return self

    # ------------------------------------------------------------------ terms
    @property
    def parties(self) -> tuple[str, ...]:
        """Holders and recipients."""
        return (*self.holders, *self.recipients)

    @property
    def terms_sha256(self) -> str:
        """SHA-256 in hex of everything that a signature stands under."""
        terms = self.model_dump(mode="json", exclude=set(AFTER_SIGNING))
        for name in _TERMS_LATER:
            if getattr(self, name) == type(self).model_fields[name].default:
                del terms[name]
        if "clauses" in terms:
            said = terms["clauses"].items()
            terms["clauses"] = {name: words for name, words in said if words is not None}
        for name in ("special_category", "offence"):
            if terms[name] is not None and terms[name]["policy_version"] is None:
                del terms[name]["policy_version"]
        return sha256(json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def listed(self) -> frozenset[str]:
        """Sealed fields of ``Incident`` that it lists, people as one."""
        return listed_of(self.fields)

    @property
    def listed_of_people(self) -> frozenset[str]:
        """Parts of a person that it lists: all where ``people`` is listed as a whole."""
        return parts_of(self.fields)

    @property
    def groups(self) -> frozenset[FieldGroup]:
        """Groups of the fields that it lists."""
        return groups_of(self.fields)

    # ------------------------------------------------------------------ the day
    def signed_by(self, day: date) -> tuple[AgreementSignature, ...]:
        """Signatures that count on the day: under these terms, one a party, no office twice."""
        counted: dict[str, AgreementSignature] = {}
        offices: set[str] = set()
        terms = self.terms_sha256
        for one in sorted(self.signatures, key=lambda signature: signature.signed_on):
            office = looks(one.office)
            fits = one.terms_sha256 == terms and one.party in self.parties
            if fits and office and one.signed_on <= day and one.party not in counted:
                if office not in offices:
                    counted[one.party] = one
                offices.add(office)
        return tuple(counted.values())

    def is_signed_on(self, day: date) -> bool:
        """Whether every party has signed these terms, each by an office of its own."""
        return {one.party for one in self.signed_by(day)} == set(self.parties)

    def has_come_into_force(self, day: date) -> bool:
        """Whether it was signed by every party and had begun by the day."""
        return self.is_signed_on(day) and (self.valid_from is None or self.valid_from <= day)

    def review_on(self, day: date) -> Review:
        """How near its review is on a day."""
        left = (self.review_by - day).days
        if left < -REVIEW_GRACE.days:
            return Review.LAPSED
        due, soon, early = REVIEW_FLAGS
        if left <= due:
            return Review.DUE
        if left <= soon:
            return Review.WITHIN_30
        return Review.WITHIN_90 if left <= early else Review.NOT_DUE

    def suspended_on(self, day: date) -> tuple[Suspension, ...]:
        """The suspensions that run on the day."""
        return tuple(one for one in self.suspensions if one.covers(day))

    def state_on(self, day: date, others: Iterable[Agreement] = ()) -> AgreementState:
        """Where it stands on a day.

        Args:
            day: The day, in Europe/London.
            others: Versions of the same agreement; a later one that has come into force supersedes.
        """
        if self.terminated is not None and self.terminated.on <= day:
            return AgreementState.TERMINATED
        if not self.is_signed_on(day):
            return AgreementState.DRAFT
        later = (one for one in others if one.id == self.id and one.version > self.version)
        if any(one.has_come_into_force(day) for one in later):
            return AgreementState.SUPERSEDED
        ended = self.valid_to is not None and self.valid_to <= day
        if ended or self.review_on(day) is Review.LAPSED:
            return AgreementState.EXPIRED
        if not self.has_come_into_force(day):
            return AgreementState.SIGNED
        return AgreementState.SUSPENDED if self.suspended_on(day) else AgreementState.LIVE

    def records_since(self, day: date) -> date:
        """The first day of recording that counts on a day: what is older may be kept no longer."""
        return max(self.records_from, day - timedelta(days=self.retention_days))

    # ------------------------------------------------------------------ TOML
    def toml(self) -> str:
        """Return it as TOML that reads back as the same agreement."""
        return toml_of(self.model_dump(mode="python", exclude_none=True, exclude_defaults=True))


def in_force(versions: Iterable[Agreement], day: date) -> Agreement | None:
    """Return the version that speaks for an agreement on a day.

    The latest that has come into force, whatever became of it since; else the latest there is.
    """
    known = sorted(versions, key=lambda agreement: agreement.version)
    begun = [one for one in known if one.has_come_into_force(day)]
    return begun[-1] if begun else known[-1] if known else None
