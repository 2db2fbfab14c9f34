"""The matching clause of an agreement: by what reports of one household are found, and who is told.

A match says that something exists, and whom to ask; never a record, a name, a ground or a vulnerability.

Source: Anti-social Behaviour, Crime and Policing Act 2014 s.104 (a case review is owed from the third
qualifying complaint in six months, or a lower number set locally); Crime and Disorder Act 1998 s.115.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.base import Word
from schemas.codes import Slug


class MatchKey(StrEnum):
    """What may be compared."""

    UPRN = "uprn"
    ADDRESS = "address"
    PHONE = "phone"


KEY_FIELDS: dict[MatchKey, tuple[str, ...]] = {
    MatchKey.UPRN: ("uprn",),
    MatchKey.ADDRESS: ("address_text", "premises_name", "postcode"),
    MatchKey.PHONE: ("contact",),
}
"""Sealed fields of a row that are kept for comparing, though nobody may receive them."""
KEY_PARTS: dict[MatchKey, tuple[str, ...]] = {
    MatchKey.UPRN: (),
    MatchKey.ADDRESS: ("address",),
    MatchKey.PHONE: ("telephone",),
}
"""The same of the people whom the agreement names by their roles."""
REVIEW_REPORTS, REVIEW_MONTHS = 3, 6
"""The case-review threshold (2014 Act s.104): this many reports in this many months."""


class Matching(Word):
    """What the parties agree about matching. Without it nothing is ever compared for them."""

    keys: tuple[MatchKey, ...] = Field(min_length=1)
    signalled: tuple[Slug, ...] = Field(min_length=1)
    """Recipients that are told; each only of households of which it knows a record already."""
    reports: Annotated[int, Field(ge=2, le=50)] = REVIEW_REPORTS
    """At which report, counted over everybody, they are told."""
    months: Annotated[int, Field(ge=1, le=24)] = REVIEW_MONTHS
    """Within how many months the reports lie."""
    second_partner: bool = True
    """Whether they are told as well when a second partner reports, however few reports there are."""

    @property
    def fields(self) -> frozenset[str]:
        """Sealed fields that are kept for comparing, though nobody may receive them; people as one."""
        names = {name for key in self.keys for name in KEY_FIELDS[key]}
        parts = {"people" for key in self.keys if KEY_PARTS[key]}
        return frozenset(names | parts)
