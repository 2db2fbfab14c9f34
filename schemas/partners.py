"""Partners: the organisations on the register, with what each is under section 115(2), dated."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Word
from schemas.codes import Slug
from schemas.offices import same_office
from schemas.toml import toml_of


class PartnerKind(StrEnum):
    """What an organisation is.

    Which kinds are relevant authorities, since when, is dated data
    (``policies/data/section_115_2.toml``), never code.
    """

    CHIEF_OFFICER_OF_POLICE = "chief_officer_of_police"
    POLICE_SERVICE_OF_SCOTLAND = "police_service_of_scotland"
    LOCAL_POLICING_BODY = "local_policing_body"
    COUNTY_COUNCIL = "county_council"
    DISTRICT_COUNCIL = "district_council"
    LONDON_BOROUGH_COUNCIL = "london_borough_council"
    PARISH_COUNCIL = "parish_council"
    CITY_OF_LONDON = "city_of_london"
    WELSH_PRINCIPAL_COUNCIL = "welsh_principal_council"
    COMMUNITY_COUNCIL_WALES = "community_council_wales"
    SCOTTISH_COUNCIL = "scottish_council"
    NON_PROFIT_REGISTERED_PROVIDER = "non_profit_registered_provider"
    PROFIT_REGISTERED_PROVIDER = "profit_registered_provider"
    REGISTERED_SOCIAL_LANDLORD_WALES = "registered_social_landlord_wales"
    LOCAL_PROBATION_BOARD = "local_probation_board"
    PROBATION_TRUST = "probation_trust"
    PROBATION_PROVIDER = "probation_provider"
    PROBATION_SERVICE_SECRETARY_OF_STATE = "probation_service_secretary_of_state"
    LOCAL_HEALTH_BOARD = "local_health_board"
    PRIMARY_CARE_TRUST = "primary_care_trust"
    NHS_ENGLAND = "nhs_england"
    INTEGRATED_CARE_BOARD = "integrated_care_board"
    LONDON_FIRE_COMMISSIONER = "london_fire_commissioner"
    COMBINED_FIRE_AUTHORITY = "combined_fire_authority"
    SECTION_4A_FIRE_AUTHORITY = "section_4a_fire_authority"
    METROPOLITAN_FIRE_AUTHORITY = "metropolitan_fire_authority"
    NHS_TRUST = "nhs_trust"
    AMBULANCE_TRUST = "ambulance_trust"
    BRITISH_TRANSPORT_POLICE = "british_transport_police"
    ARMS_LENGTH_MANAGEMENT_ORGANISATION = "arms_length_management_organisation"
    UNIVERSITY = "university"
    SCHOOL = "school"
    CHARITY = "charity"
    CONTRACTOR = "contractor"
    GOVERNMENT_DEPARTMENT = "government_department"
    COMBINED_AUTHORITY = "combined_authority"
    YOUTH_OFFENDING_TEAM = "youth_offending_team"
    OTHER_POLICE_FORCE = "other_police_force"
    """A force of no England and Wales police area but Scotland's and the transport police."""
    MEMBER_OF_PARLIAMENT = "member_of_parliament"
    NEWS_ORGANISATION = "news_organisation"
    INSURER = "insurer"
    PRIVATE_LANDLORD = "private_landlord"
    MEMBER_OF_THE_PUBLIC = "member_of_the_public"
    OTHER = "other"


class Period(Word):
    """From a day (inclusive) until a day (exclusive); open where a day is absent."""

    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies inside."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_to is None or day < self.valid_to)


class DatedKind(Period):
    """What a partner is, and when."""

    kind: PartnerKind


class Agency(Period):
    """«Acting on behalf of» a relevant authority (s.115(1)(b)), and when."""

    principal: Slug


class HolderDecision(Period):
    """A recorded decision of the holder's nominated person to withhold under one power."""

    reference: Slug
    nominated_person: str
    reason: str


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
"""One line that a person wrote; blank is none."""


class Contact(Word):
    """How an office is reached: a post and its shared mailbox, never a person's name."""

    post: Line = Field(title="Post")
    email: Line | None = Field(default=None, title="Email")
    telephone: Line | None = Field(default=None, title="Telephone")
    hours: Line | None = Field(default=None, title="When it is staffed")


class Contacts(Word):
    """Whom to ask at a partner, by what it is about. Absent: not recorded yet."""

    sharing: Contact | None = Field(default=None, title="Day-to-day sharing")
    data_protection_officer: Contact | None = Field(default=None, title="Data protection officer")
    out_of_hours: Contact | None = Field(default=None, title="Out of hours")
    breach: Contact | None = Field(default=None, title="Breaches")
    rights: Contact | None = Field(default=None, title="Requests by the people concerned")
    complaints: Contact | None = Field(default=None, title="Complaints")
    accessibility: Contact | None = Field(default=None, title="Accessibility of the pages")


class Partner(Period):
    """An organisation on the register."""

    id: Slug
    name: str
    kinds: tuple[DatedKind, ...]
    acts_on_behalf_of: tuple[Agency, ...] = ()
    succeeded_by: Slug | None = None
    nominated_person: str | None = None
    """Office or role that facilitates sharing (SI 2007/1830 reg 4(3)); a post, not a name."""
    deputies: tuple[Line, ...] = ()
    """Offices that may decide an urgent request in its place; posts, not names."""
    withholds_section_17a: tuple[HolderDecision, ...] = ()
    withholds_section_115: tuple[HolderDecision, ...] = ()
    """Section 115 is a power: its holder may always decline, whatever was agreed."""
    co_opted_for_case_reviews: tuple[Period, ...] = ()
    """When the review bodies have co-opted this social landlord (ASB, Crime and Policing Act 2014
    Sch. 4)."""
    address: Line | None = None
    """Postal address of the organisation (DPA 2018 s.61(2)(a), UK GDPR art. 30(1)(a))."""
    ico_registration: Line | None = None
    """Its number on the register of fee payers."""
    privacy_notice: Line | None = None
    """Where its privacy notice is published."""
    contacts: Contacts = Contacts()

    def toml(self) -> str:
        """Return it as TOML that reads back as the same partner."""
        return toml_of(self.model_dump(mode="python", exclude_none=True, exclude_defaults=True))

    def has_deputy(self, office: str | None) -> bool:
        """Whether an office is that of one of its deputies."""
        return any(same_office(office, one) for one in self.deputies)

    def kind_on(self, day: date) -> PartnerKind | None:
        """What the partner is on the day, or None when it is off the register."""
        if not self.covers(day):
            return None
        return next((dated.kind for dated in self.kinds if dated.covers(day)), None)
