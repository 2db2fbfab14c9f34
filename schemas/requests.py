"""Requests for disclosure, case by case: what a partner asks, and what the holder decided.

What is asked about a person, an address or a case stands in ``Asking`` and is kept sealed; what was
decided stands in ``Terms``, in codes alone, on the subscription by which the recipient collects it.
Source: Crime and Disorder Act 1998 s.115(1); law reference §1, L01, L04, L05, L57.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.agreements import LegalCondition, ListedField, Mention, ProvisionCode, Statement
from schemas.base import DoesNotFit, Word, says_something
from schemas.codes import Regime, Slug, SubjectRole
from schemas.listed import groups_of, listed_of, parts_of
from schemas.powers import Power, Purpose
from schemas.sensitivity import FieldGroup

REQUEST_POWERS = (Power.SECTION_115_REQUEST, Power.ASB_CASE_REVIEW_REQUEST)
"""Powers under which one request, decided by its holder, takes the place of an agreement."""
MOST_RECORDS = 100
"""Records that one decision may name: a request is about one case."""

RequestId = Annotated[str, StringConstraints(pattern=r"^request-[b-df-hj-np-tv-xz]{12}$")]
"""The gateway's own name of a request: random consonants, so that it spells nothing and counts nothing."""

Worded = Annotated[Statement, AfterValidator(says_something)]
"""A reason in a person's own words."""


class SubjectKind(StrEnum):
    """What a request is about."""

    PERSON = "person"
    ADDRESS = "address"
    CASE = "case"


class Necessity(StrEnum):
    """Which of the two words of section 115(1) the asker relies on."""

    NECESSARY = "necessary"
    EXPEDIENT = "expedient"


class Outcome(StrEnum):
    """What the holder answers."""

    RELEASED = "released"
    """All that the law lets go of the records found."""
    PART = "part"
    """Some records or fields of them."""
    EXISTENCE_ONLY = "existence_only"
    """«Held by us: ask us»: that something is held, and nothing of it."""
    NOTHING = "nothing"
    """«Nothing that may be shared»: the same words whether nothing is held or nothing may go."""


RELEASES = (Outcome.RELEASED, Outcome.PART)


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """The asker takes it back, or a review ended what was released."""


class Step(StrEnum):
    """What happened to a request; each is one operation of the ledger."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    TOLD = "told"
    """Answered by existence alone: itself a disclosure."""
    COLLECTED = "collected"
    """What was released was shown on a page."""
    CONFIRMED = "confirmed"
    """The review of an urgent answer: it stands."""
    ENDED = "ended"
    """The review of an urgent answer: it should not have gone; the recipient deletes what it has."""
    REVIEW_OVERDUE = "review_overdue"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    """What it was about, and every reason in words, is destroyed."""


class RefusalReason(StrEnum):
    """Why a holder releases nothing, or not all, in a code for the register of refusals."""

    NOTHING_HELD = "nothing_held"
    NOT_NECESSARY = "not_necessary"
    NOT_PROPORTIONATE = "not_proportionate"
    NOT_LAWFUL = "not_lawful"
    WOULD_HARM_A_PERSON = "would_harm_a_person"
    WOULD_HARM_AN_INVESTIGATION = "would_harm_an_investigation"
    ASK_ELSEWHERE = "ask_elsewhere"
    OTHER = "other"


class Subject(Word):
    """Whom, which address or which case a request is about: at least one thing to look for."""

    kind: SubjectKind
    name: Mention | None = None
    date_of_birth: date | None = None
    address: Mention | None = None
    postcode: Mention | None = None
    uprn: Annotated[int, Field(ge=1, le=999_999_999_999)] | None = None
    telephone: Mention | None = None
    reference: Mention | None = None
    """The holder's own reference of a record or case."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        needs = {
            SubjectKind.PERSON: (self.name, self.telephone, self.reference),
            SubjectKind.ADDRESS: (self.address, self.postcode, self.uprn),
            SubjectKind.CASE: (self.reference,),
        }[self.kind]
        if not any(needs):
            message = (
                "a person is asked about by name, telephone or reference; an address by its text, "
                "postcode or UPRN; a case by its reference"
            )
            raise DoesNotFit(message)
        return self


class Asking(Word):
    """A request as its asker puts it. Kept sealed as a whole."""

    holder: Slug
    """The partner that is asked."""
    subject: Subject
    power: Power = Power.SECTION_115_REQUEST
    purpose: Purpose
    provision: ProvisionCode | None = None
    """Provision of the Crime and Disorder Act for whose purposes it is needed (s.115(1))."""
    necessity: Necessity
    why: Worded
    """Why that is necessary or expedient."""
    urgent: Worded | None = None
    """Why it cannot wait, where it cannot."""
    reference: Mention | None = None
    """The asker's own case reference."""
    case_review: Mention | None = None
    """Reference of the ASB case review, under the power that needs one."""
    on_behalf_of: tuple[Slug, ...] = ()
    """Listed authorities on whose behalf the asker receives that is not listed itself (s.115(1)(b))."""

    @model_validator(mode="after")
    def _of_its_power(self) -> Self:
        if self.power not in REQUEST_POWERS:
            message = "this power is not one of those under which a request is made"
            raise DoesNotFit(message)
        if self.power is Power.SECTION_115_REQUEST and self.provision is None:
            message = "under section 115 it cites a provision of the Act"
            raise DoesNotFit(message)
        if (self.case_review is not None) is not (self.power is Power.ASB_CASE_REVIEW_REQUEST):
            message = "a case review is named under its own power, and only there"
            raise DoesNotFit(message)
        return self


class Terms(Word):
    """What a holder decided, in codes alone: which records, which fields, until when, on what footing."""

    holder: Slug
    on_behalf_of: tuple[Slug, ...] = ()
    provision: ProvisionCode | None = None
    necessity: Necessity
    positions: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, max_length=MOST_RECORDS)
    ]
    """Places in the log of the very versions that were decided about."""
    fields: tuple[ListedField, ...] = ()
    roles: tuple[SubjectRole, ...] = ()
    special_category: LegalCondition | None = None
    offence: LegalCondition | None = None
    children: bool = False
    """A reason in the children's best interests is recorded with the decision."""
    recipient_regime: Regime = Regime.GENERAL
    crossing: bool = False
    """A reason why law-enforcement data may be used otherwise is recorded with it (DPA 2018 s.36(4))."""
    delete_by: date
    """The day by which the recipient deletes what it collected."""
    ends_on: date
    """The first day on which it can no longer be collected."""
    withdrawn: bool = False
    """A review ended it, or the asker took the request back: nothing goes any more."""

    @property
    def listed(self) -> frozenset[str]:
        """Sealed fields of ``Incident`` that are released, people as one."""
        return listed_of(self.fields)

    @property
    def listed_of_people(self) -> frozenset[str]:
        """Parts of a person that are released."""
        return parts_of(self.fields)

    @property
    def groups(self) -> frozenset[FieldGroup]:
        """Groups of the fields that are released."""
        return groups_of(self.fields)


class AnswerSaid(Word):
    """What a holder says of its answer, with its reasons in words: kept sealed, they stay with the holder."""

    outcome: Outcome
    words: Worded
    """Why, for the holder's own register."""
    refusal: RefusalReason | None = None
    """Why nothing, or not all, is released."""
    told: Worded | None = None
    """What the asker is told beside what is released; with any other answer nobody is told a word."""
    fields: tuple[ListedField, ...] = ()
    """What of them is released; with ``released`` and none named, all that the law lets go."""
    roles: tuple[SubjectRole, ...] = ()
    special_category: LegalCondition | None = None
    offence: LegalCondition | None = None
    children: Worded | None = None
    """Why sharing is in the best interests of the children concerned."""
    crossing: Worded | None = None
    """Why law-enforcement data may be used for another purpose (DPA 2018 s.36(4))."""
    recipient_regime: Regime = Regime.GENERAL
    keep_days: Annotated[int, Field(ge=1, le=3_660)] | None = None
    """How long the recipient may keep it; the gateway's setting where absent."""


class Answer(AnswerSaid):
    """An answer with the records that it is about."""

    positions: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=MOST_RECORDS)
    ] = ()
    """Places in the log of the versions decided about: released, or by their existence told of."""

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if (self.refusal is None) is not (self.outcome is Outcome.RELEASED):
            message = "a reason is chosen where, and only where, less than all is released"
            raise DoesNotFit(message)
        if self.told is not None and self.outcome not in RELEASES:
            message = "the asker is told a word only beside what is released"
            raise DoesNotFit(message)
        if bool(self.positions) is (self.outcome is Outcome.NOTHING):
            message = "records are named where, and only where, the asker learns that there are any"
            raise DoesNotFit(message)
        return self
