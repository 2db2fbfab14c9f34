"""Powers, purposes, the partnership's protocol."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Word
from schemas.codes import Slug
from schemas.partners import Period


class Power(StrEnum):
    """The legal basis of a disclosure. Section 17 is a duty to have regard, no power: not in the list.

    What each may carry, and on which days it may be used, is dated data (``policies/data/powers.toml``).
    """

    SECTION_115 = "section_115"
    SECTION_17A = "section_17a"
    NON_PERSONAL = "non_personal"
    ASB_CASE_REVIEW = "asb_case_review"
    """Anti-social Behaviour, Crime and Policing Act 2014 Sch. 4 para 7."""
    SERIOUS_VIOLENCE_DUTY = "serious_violence_duty"
    """Police, Crime, Sentencing and Courts Act 2022 s.16."""
    ASB_DATA_RETURN = "asb_data_return"
    """The Crime and Policing Act's data on anti-social behaviour for the Secretary of State."""
    POLICE_COMMON_LAW = "police_common_law"
    """The common law power of the police to disclose for a policing purpose."""
    OFFENDER_MANAGEMENT = "offender_management"
    """Offender Management Act 2007 s.14."""
    SECTION_115_REQUEST = "section_115_request"
    """Section 115(1) used case by case: one request, decided by its holder, and no agreement."""
    ASB_CASE_REVIEW_REQUEST = "asb_case_review_request"
    """The same for one ASB case review, whose bodies may ask for what they need (Sch. 4 para 7)."""


class Purpose(StrEnum):
    """What a recipient wants the information for; the provisions stand in ``policies/data/purposes.toml``."""

    CRIME_AND_DISORDER_STRATEGY = "crime_and_disorder_strategy"
    """CDA 1998 s.6: formulating and implementing the strategy."""
    PREVENTING_CRIME_AND_DISORDER = "preventing_crime_and_disorder"
    """CDA 1998 s.17: doing all that it reasonably can to prevent it (a purpose, never a power)."""
    SECTION_17A_DUTY = "section_17a_duty"
    """CDA 1998 s.17A: receiving what relevant authorities must disclose."""
    PUBLIC_INFORMATION = "public_information"
    """Use of information that is already published."""
    ACADEMIC_RESEARCH = "academic_research"
    """Not a purpose of the Act."""
    ASB_CASE_REVIEW = "asb_case_review"
    """ASB, Crime and Policing Act 2014 s.104: reviewing the response to anti-social behaviour."""
    PREVENTING_SERIOUS_VIOLENCE = "preventing_serious_violence"
    """PCSC Act 2022 ss.8 to 16: preventing and reducing serious violence."""
    ASB_DATA_RETURN = "asb_data_return"
    """Telling the Secretary of State about anti-social behaviour, reviews and responses."""
    POLICING = "policing"
    """Protecting life and property, keeping the peace, preventing and detecting crime."""
    MANAGING_OFFENDERS = "managing_offenders"
    """Offender Management Act 2007 s.14: probation purposes and managing offenders."""
    OTHER = "other"
    """Any other purpose, such as insurance, journalism or tenancy checks: it counts for no power."""


class Signature(Word):
    """That a party signed, when, and in which office."""

    party: Slug
    office: str
    signed_on: date


class Protocol(Period):
    """The partnership's information-sharing protocol (SI 2007/1830 reg 4(1)–(3))."""

    id: Slug
    title: str
    parties: tuple[Slug, ...]
    covers_section_17a: bool = True
    covers_section_115: bool = True
    covers_other: bool = True
    linking: tuple[Slug, ...] = ()
    """Parties that allow depersonalised records of theirs to be put beside others' as probably the same
    event. Nobody does until he says so."""
    signatures: tuple[Signature, ...] = ()

    def live_on(self, day: date) -> bool:
        """In its dates and signed by every party."""
        signed = {signature.party for signature in self.signatures if signature.signed_on <= day}
        return self.covers(day) and bool(self.parties) and signed >= set(self.parties)
