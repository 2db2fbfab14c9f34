"""Powers, purposes, the partnership's protocol."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Word
from schemas.codes import Slug
from schemas.partners import Period


class Power(StrEnum):
    """The legal basis of a disclosure. Section 17 is a duty to have regard, no power: not in the list."""

    SECTION_115 = "section_115"
    SECTION_17A = "section_17a"
    NON_PERSONAL = "non_personal"


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
    signatures: tuple[Signature, ...] = ()

    def live_on(self, day: date) -> bool:
        """In its dates and signed by every party."""
        signed = {signature.party for signature in self.signatures if signature.signed_on <= day}
        return self.covers(day) and bool(self.parties) and signed >= set(self.parties)
