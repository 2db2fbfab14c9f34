"""Police incidents under the National Standard for Incident Recording, from command and control.

CSV as such systems export it (Windows-1252, CRLF, local time without offset, quoted line breaks), or
JSON objects under the same column names. No vendor's layout is assumed: columns, delimiter, time
formats, code lists, flags and grades are settings. Most rows carry one of the three classes and no
behaviour; that is normal. Source: Home Office, NSIR 2011, chapters 2.1 to 2.5.
"""

from __future__ import annotations

from typing import Final

from adapters.crosswalk import crosswalk
from adapters.faults import fault
from adapters.nsir_row import NsirReader
from adapters.nsir_settings import NsirSettings
from adapters.source import NOT_SUPPLIED, CannotMap, Example, Excluded, Reference, Source
from adapters.tabular import Dialect, TabularMapper
from schemas.incident import SENSITIVITY


def _build(settings: NsirSettings) -> TabularMapper:
    codes = crosswalk(settings.scheme, settings.force)
    reader = NsirReader(settings, codes)
    dialect = Dialect(settings.delimiter, settings.encoding)
    return TabularMapper(
        reader.columns, dialect, codes, reader.read, place_again=reader.place_again
    )


_CODES = "closing, opening, class and qualifier columns, by the crosswalk of the settings"
_SUPPLIED: Final = {
    "kind": _CODES,
    "mapping_status": _CODES,
    "typology_area": _CODES,
    "typology_behaviour": _CODES,
    "typology_sub_behaviour": _CODES,
    "candidate_behaviours": _CODES,
    "other_behaviours": "further closing codes",
    "mapping_relation": _CODES,
    "mapping_confidence": _CODES,
    "mapping_rule_id": _CODES,
    "crosswalk_version": _CODES,
    "source_category_scheme": "setting scheme, or the force's own table",
    "source_category_code": "the code that decided",
    "source_category_label": "the scheme's label of that code, never the row's",
    "opening_code": "column opening_codes, the first",
    "closing_codes": "column closing_codes",
    "qualifier_codes": "column qualifiers",
    "nsir_class": "a class code in any position, or column nsir_class",
    "response_grade": "column grade, by setting grades",
    "occurred_from": "column occurred",
    "occurred_to": "column occurred_to",
    "reported_at": "column created",
    "time_precision": "the coarser of the times given",
    "source_updated_at": "column updated",
    "easting": "column easting",
    "northing": "column northing",
    "longitude": "column easting or northing, where it holds degrees",
    "latitude": "column northing or easting, where it holds degrees",
    "location_precision": "point, else the finest area code given, else none",
    "address_text": "column address",
    "premises_name": "column premises",
    "postcode": "column postcode",
    "beat_code": "column beat",
    "lsoa_code": "column lsoa",
    "ward_code": "column ward",
    "geography_editions": "settings lsoa_edition and ward_edition",
    "marking": "column marking",
    "grading": "columns grading_scheme, source_grading, intelligence_grading, handling",
    "mopi_group": "column mopi_group",
    "assertion": "column assertion, else the setting of that name",
    "source_reference": "column reference",
    "repeat_flag": "column repeat",
    "vulnerability_flag": "column vulnerable",
    "people": "columns caller_name and caller_telephone, as the caller; columns person_*, in their role",
    "description": "column description",
}

_ROW: Final = {
    "URN": "26-0000101-20261031",
    "CREATED": "31/10/2026 20:15",
    "INCIDENT_DATE": "31/10/2026 20:05",
    "OPENING_CODE": "215",
    "OPENING_DESC": "Nuisance - Opening Code",
    "CLOSING_CODE_1": "213",
    "CLOSING_CODE_2": "",
    "QUALIFIERS": "638",
    "GRADE": "2",
    "LOCATION": "EXAMPLE LANE J/W SAMPLE ROAD, LOUGHBOROUGH",
    "EASTING": "453500",
    "NORTHING": "319700",
    "BEAT": "CL21",
    "CALLER_NAME": "MRS P EXAMPLE",
    "CALLER_TEL": "01632 960101",
    "REPEAT": "N",
    "VULNERABLE": "N",
    "RESULT_TEXT": "ROCKETS AIMED AT PASSING CARS, ALL QUIET ON ARRIVAL",
}
_COMMON: Final = {
    "kind": "asb_incident",
    "crosswalk_version": "met_cad/1",
    "source_category_scheme": "met_cad",
}

SOURCE = Source(
    name="police_nsir",
    title="Police incidents (NSIR), from command and control",
    settings_model=NsirSettings,
    build=_build,
    fields={name: _SUPPLIED.get(name, NOT_SUPPLIED) for name in SENSITIVITY},
    examples=(
        Example(
            "fireworks: opened as nuisance, closed with a code of behaviour",
            given=_ROW,
            gives={
                **_COMMON,
                "mapping_status": "mapped",
                "typology_area": "disregard_for_community",
                "typology_behaviour": "nuisance_behaviour",
                "typology_sub_behaviour": "fireworks",
                "mapping_relation": "narrow",
                "mapping_confidence": "high",
                "mapping_rule_id": "met.213",
                "source_category_code": "213",
                "source_category_label": "Fireworks",
                "opening_code": "215",
                "closing_codes": ["213"],
                "qualifier_codes": ["638"],
                "nsir_class": "nuisance",
                "response_grade": "priority",
                "occurred_from": "2026-10-31T20:05:00Z",
                "reported_at": "2026-10-31T20:15:00Z",
                "location_precision": "point",
                "easting": 453500,
                "northing": 319700,
                "beat_code": "CL21",
                "address_text": "EXAMPLE LANE J/W SAMPLE ROAD, LOUGHBOROUGH",
                "source_reference": "26-0000101-20261031",
                "repeat_flag": False,
                "vulnerability_flag": False,
                "people": [
                    {"role": "caller", "name": "MRS P EXAMPLE", "telephone": "01632 960101"}
                ],
                "description": "ROCKETS AIMED AT PASSING CARS, ALL QUIET ON ARRIVAL",
            },
        ),
        Example(
            "neighbours: a code of two areas, decided by the class; no time of the incident",
            given={
                "URN": "26-0000102-20261031",
                "CREATED": "31/10/2026 20:40",
                "INCIDENT_DATE": "",
                "OPENING_CODE": "214",
                "CLOSING_CODE_1": "204",
                "QUALIFIERS": "610;635",
                "GRADE": "1",
                "LOCATION": "2 SAMPLE CLOSE, LOUGHBOROUGH, LE11 9ZZ",
                "EASTING": "453150",
                "NORTHING": "318950",
                "BEAT": "CL22",
                "CALLER_NAME": "ANON",
                "REPEAT": "Y",
                "VULNERABLE": "Y",
                "RESULT_TEXT": "SHOUTED AT OVER THE FENCE AGAIN\nCALLER USES A WHEELCHAIR",
            },
            gives={
                **_COMMON,
                "mapping_status": "mapped",
                "typology_area": "acts_directed_at_people",
                "typology_behaviour": "intimidation_harassment",
                "candidate_behaviours": ["rowdy_behaviour", "noise", "intimidation_harassment"],
                "mapping_relation": "broad",
                "mapping_confidence": "medium",
                "mapping_rule_id": "met.204.personal",
                "source_category_code": "204",
                "source_category_label": "Rowdy / Nuisance Neighbours",
                "opening_code": "214",
                "closing_codes": ["204"],
                "qualifier_codes": ["610", "635"],
                "nsir_class": "personal",
                "response_grade": "emergency",
                "reported_at": "2026-10-31T20:40:00Z",
                "location_precision": "point",
                "easting": 453150,
                "northing": 318950,
                "beat_code": "CL22",
                "address_text": "2 SAMPLE CLOSE, LOUGHBOROUGH, LE11 9ZZ",
                "source_reference": "26-0000102-20261031",
                "repeat_flag": True,
                "vulnerability_flag": True,
                "description": "SHOUTED AT OVER THE FENCE AGAIN\nCALLER USES A WHEELCHAIR",
            },
        ),
        Example(
            "a duplicate: closed as one, so it is counted and not kept",
            given={**_ROW, "OPENING_DESC": "NUISANCE", "CLOSING_CODE_1": "506"},
            gives=Excluded("duplicate", Reference("26-0000101-20261031")),
        ),
        Example(
            "litter or needles: only the text says which, so it stays ambiguous; dated by day",
            given={
                "URN": "26-0000103-20261101",
                "CREATED": "01/11/2026 08:30",
                "INCIDENT_DATE": "01/11/2026",
                "OPENING_CODE": "Environmental – Opening Code",
                "CLOSING_CODE_1": "205",
                "EASTING": "0",
                "NORTHING": "0",
                "RESULT_TEXT": "NEEDLES UNDER THE SLIDE",
            },
            gives={
                **_COMMON,
                "mapping_status": "ambiguous",
                "candidate_behaviours": ["litter_rubbish", "drug_substance_misuse"],
                "mapping_relation": "broad",
                "mapping_rule_id": "met.205",
                "source_category_code": "205",
                "source_category_label": "Littering / Drugs Paraphernalia",
                "opening_code": "216",
                "closing_codes": ["205"],
                "nsir_class": "environmental",
                "occurred_from": "2026-11-01T00:00:00Z",
                "reported_at": "2026-11-01T08:30:00Z",
                "time_precision": "day",
                "source_reference": "26-0000103-20261101",
                "description": "NEEDLES UNDER THE SLIDE",
            },
        ),
        Example(
            "a row marked above OFFICIAL-SENSITIVE: refused unread",
            given={**_ROW, "MARKING": "TOP SECRET"},
            gives=CannotMap((fault("MARKING", "marking.above_official_sensitive"),)),
        ),
    ),
)
