"""Names that are no column of an analysis: who a person is, where a home is, which report it was.

Data Protection Act 2018 s.41(2): statistics support no decision about a person. So nothing is grouped,
filtered, sorted or shown by a field of the sealed half, by a part of a person, or by what other systems
call them. A question that tries is refused by name, and not passed over as one of many unknown words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from schemas.incident import PERSON_GROUPS, SENSITIVITY
from schemas.sensitivity import Half

SEALED_FIELDS = frozenset(
    {name for name, one in SENSITIVITY.items() if one.half is Half.SEALED} | {*PERSON_GROUPS}
)
"""Fields of ``Incident`` and ``Person`` that are kept under a version's own secret."""

_ELSEWHERE = """
id identifier pid urn ref reference references number unique_id released_id record_id incident_id
incident_ref incident_number crime_id crime_ref crime_reference crime_number cad cad_number
log_number call_number event_number occurrence_id occurrence_number report_id report_number niche_id
case_id case_ref case_number source_ref source_id natural_key position person person_id people
subject subject_id party individual names full_name first_name forename given_name middle_name
last_name surname family_name alias nickname initials victim victim_id victim_name suspect
suspect_id offender offender_id perpetrator complainant complainant_name witness reporter
reporting_person caller caller_id caller_name informant tenant tenant_id tenant_name tenancy
tenancy_id tenancy_ref resident resident_name household household_id occupier neighbour landlord dob
birth_date birthday date_birth year_of_birth age phone phone_number telephone_number tel mobile
mobile_number e_mail email_address contact_number ip ip_address username user_id social_media
nhs_number nino ni_number national_insurance_number pnc pnc_id passport passport_number
driver_number driving_licence vrm vrn number_plate registration vehicle_reg
vehicle_registration_mark collar_number officer_id officer_name operator operator_id address
addresses address_line address_line_1 home_address full_address house house_name house_number flat
flat_number building building_name building_number property property_id property_ref dwelling
dwelling_id premises premises_id street street_name road road_name toid udprn post_code postal_code
zip zip_code lat lon lng long x y coordinate coordinates exact_point grid_ref grid_reference
what3words gps beat note notes free_text narrative narratives comment comments log_text summary
transcript photo video attachment exact_time minute timestamp
"""


def _plain(word: str) -> str:
    """Return a word in one spelling: ``Person.DateOfBirth``, ``date-of-birth`` become ``dateofbirth``."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", word).casefold())


_NAMES = frozenset(map(_plain, (*SEALED_FIELDS, *_ELSEWHERE.split())))
_APART = re.compile(r"[,;|]")
_COLUMN = re.compile(r"[\w.\-\[\]/]+")


def names_identifier(word: str, shown: Collection[str] = ()) -> bool:
    """Whether a word names an identifier, an address, a reference or another sealed field.

    Args:
        word: A parameter's name, or the name of a column, in any usual spelling, alone or as a path such
            as ``people[0].name``.
        shown: Columns that the reader is shown anyway under these very names.
    """
    if word in shown:
        return False
    if _plain(word) in _NAMES:
        return True
    return any(_plain(part) in _NAMES for part in re.split(r"[.\[\]/]", word))


def asks_by_identifier(value: str, shown: Collection[str] = ()) -> bool:
    """Whether a parameter's value names such a column: one name, a list, a sort order or a filter."""
    if any(_is_spelled_out(piece, shown) for piece in _APART.split(value)):
        return True
    return any(names_identifier(word.strip("-"), shown) for word in _COLUMN.findall(value))


def _is_spelled_out(piece: str, shown: Collection[str]) -> bool:
    """Whether all of a piece is one name in words, such as ``Date of Birth``."""
    return _plain(piece) in _NAMES and piece.strip(" +-") not in shown
