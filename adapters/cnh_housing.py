"""Anti-social behaviour cases of a landlord: Charnwood Neighbourhood Housing's, and any like them.

Delimited text as housing systems export it (UTF-8 with a byte order mark, semicolons), or JSON objects under
the same column names. No vendor's layout is assumed: columns, delimiter, time formats, code lists, strands,
stages and outcomes are settings. A category's letter means nothing without its scheme: HouseMark's and a
landlord's own share letters. Charnwood Neighbourhood Housing was dissolved by the council's decision of June
2012; its records are the borough council's.
"""

from __future__ import annotations

from typing import Final

from adapters.housing_row import HousingReader
from adapters.housing_settings import HousingSettings
from adapters.source import NOT_SUPPLIED, Example, Excluded, Reference, Source
from adapters.tabular import Dialect, TabularMapper
from schemas.incident import SENSITIVITY


def _build(settings: HousingSettings) -> TabularMapper:
    reader = HousingReader(settings)
    named = settings.scheme or next(iter(settings.schemes.values()))
    return TabularMapper(
        reader.columns,
        Dialect(settings.delimiter, settings.encoding),
        reader.crosswalks[named],
        reader.read,
        place_again=reader.place_again,
        listed=reader.listed,
    )


_CODES = "columns scheme, category and sub_category, by the crosswalk that the scheme names"
_SUPPLIED: Final = {
    "kind": _CODES,
    "mapping_status": _CODES,
    "typology_area": _CODES,
    "typology_behaviour": _CODES,
    "typology_sub_behaviour": _CODES,
    "candidate_behaviours": _CODES,
    "other_behaviours": "column sub_category, where it is coded and says another behaviour",
    "mapping_relation": _CODES,
    "mapping_confidence": _CODES,
    "mapping_rule_id": _CODES,
    "crosswalk_version": _CODES,
    "source_category_scheme": "column scheme, by setting schemes",
    "source_category_code": "column category",
    "source_category_label": "the scheme's label of that code, never the row's",
    "qualifier_codes": "column sub_category, where the list knows it",
    "status": "column closed, else column status, else open work where there is a stage",
    "occurred_from": "column occurred",
    "occurred_to": "column occurred_to",
    "reported_at": "column reported: when the case was opened",
    "time_precision": "the coarser of the times given; a case without a dated incident: day",
    "source_updated_at": "column updated",
    "easting": "column easting",
    "northing": "column northing",
    "longitude": "column easting or northing, where it holds degrees",
    "latitude": "column northing or easting, where it holds degrees",
    "location_precision": "point, else the finest area code given, else none",
    "uprn": "column uprn; never the landlord's property reference",
    "address_text": "column address",
    "postcode": "column postcode",
    "lsoa_code": "column lsoa",
    "ward_code": "column ward",
    "geography_editions": "settings lsoa_edition and ward_edition",
    "marking": "column marking",
    "grading": "columns grading_scheme, source_grading, intelligence_grading, handling",
    "mopi_group": "column mopi_group",
    "assertion": "column assertion, else the setting of that name",
    "source_reference": "column case, with what tells the incident from the others of the case",
    "case_reference": "column case",
    "outcome_code": "column outcome, by the list housing_outcomes",
    "intervention": "column stage, by the list housing_stages",
    "grounds": "column strand, by setting strands",
    "hate_incident": "column hate, a strand, or a category of setting hate_categories",
    "vulnerability_flag": "column vulnerable",
    "people": "complainant with contact and tenancy, and subject; columns person_*, in their role",
    "officer": "column officer",
    "description": "column notes",
}

_NOISE: Final = {
    "CaseRef": "ASB/2026/0201",
    "DateReported": "02/11/2026",
    "DateOfIncident": "01/11/2026 23:10",
    "CatScheme": "HM",
    "Category": "A",
    "SubCategory": "Loud music",
    "HateStrand": "",
    "PropertyRef": "CNH009901",
    "UPRN": "",
    "Address": "3 Example Court Loughborough",
    "Postcode": "LE11 9ZZ",
    "TenancyRef": "T0099201",
    "Complainant": "Ms P Example",
    "ComplainantTel": "07700 900211",
    "Subject": "R Example",
    "RiskScore": "14",
    "Stage": "Warning Letter",
    "DateClosed": "",
    "Outcome": "",
    "Notes": "Diary sheets returned",
}
_COMMON: Final = {
    "kind": "asb_incident",
    "mapping_status": "mapped",
    "crosswalk_version": "housemark_asb/1",
    "source_category_scheme": "housemark_asb",
    "time_precision": "day",
}
_LOCAL: Final = {
    "schemes": {"HM": "housemark_asb", "LOCAL": "cnh"},
    "local": [
        {
            "name": "cnh",
            "version": "1",
            "rows": [{"code": "B", "label": "Noise, priority B", "default": "noise"}],
        }
    ],
}

SOURCE = Source(
    name="cnh_housing",
    title="Housing cases of anti-social behaviour",
    settings_model=HousingSettings,
    build=_build,
    fields={name: _SUPPLIED.get(name, NOT_SUPPLIED) for name in SENSITIVITY},
    examples=(
        Example(
            "noise, with a coded sub-category; the property reference is no UPRN",
            given=_NOISE,
            gives={
                **_COMMON,
                "typology_area": "disregard_for_community",
                "typology_behaviour": "noise",
                "typology_sub_behaviour": "loud_music",
                "mapping_relation": "narrow",
                "mapping_confidence": "high",
                "mapping_rule_id": "hm.A.music",
                "source_category_code": "A",
                "source_category_label": "Noise",
                "qualifier_codes": ["loud_music"],
                "status": "in_progress",
                "occurred_from": "2026-11-01T23:10:00Z",
                "reported_at": "2026-11-02T00:00:00Z",
                "address_text": "3 Example Court Loughborough",
                "postcode": "LE11 9ZZ",
                "source_reference": "ASB/2026/0201@2026-11-01T23:10",
                "case_reference": "ASB/2026/0201",
                "intervention": "warning_letter",
                "people": [
                    {
                        "role": "complainant",
                        "name": "Ms P Example",
                        "telephone": "07700 900211",
                        "tenancy_reference": "T0099201",
                    },
                    {"role": "subject", "name": "R Example"},
                ],
                "description": "Diary sheets returned",
            },
        ),
        Example(
            "hate, without a dated incident: the case is one, at the day it was opened",
            given={
                "CaseRef": "ASB/2026/0202",
                "DateReported": "02/11/2026 09:15",
                "DateOfIncident": "",
                "CatScheme": "HM",
                "Category": "C",
                "SubCategory": "Graffiti",
                "HateStrand": "Race",
                "Stage": "ABC",
                "Outcome": "",
            },
            gives={
                **_COMMON,
                "typology_area": "acts_directed_at_people",
                "typology_behaviour": "intimidation_harassment",
                "candidate_behaviours": ["intimidation_harassment", "criminal_damage_vandalism"],
                "other_behaviours": ["criminal_damage_vandalism"],
                "mapping_relation": "broad",
                "mapping_confidence": "medium",
                "mapping_rule_id": "hm.C.graffiti",
                "source_category_code": "C",
                "source_category_label": "Hate-related incidents",
                "qualifier_codes": ["graffiti"],
                "status": "in_progress",
                "reported_at": "2026-11-02T09:15:00Z",
                "source_reference": "ASB/2026/0202",
                "case_reference": "ASB/2026/0202",
                "intervention": "abc",
                "grounds": ["race"],
                "hate_incident": True,
            },
        ),
        Example(
            "domestic abuse: counted, never kept",
            given={**_NOISE, "CaseRef": "ASB/2026/0203", "Category": "I", "SubCategory": ""},
            gives=Excluded("domestic", Reference("ASB/2026/0203@2026-11-01T23:10")),
        ),
        Example(
            "a local letter B is not HouseMark's; an outcome cut off and misspelt",
            given={
                "CaseRef": "ASB/2026/0204",
                "DateReported": "12/10/2026",
                "DateOfIncident": "10/10/2026",
                "CatScheme": "LOCAL",
                "Category": "B",
                "Stage": "NOSP/Demotion",
                "DateClosed": "30/10/2026",
                "Outcome": "Comp Refused Actio",
            },
            gives={
                "kind": "asb_incident",
                "mapping_status": "mapped",
                "typology_area": "disregard_for_community",
                "typology_behaviour": "noise",
                "mapping_relation": "exact",
                "mapping_confidence": "high",
                "mapping_rule_id": "local:cnh.B",
                "crosswalk_version": "cnh/1",
                "source_category_scheme": "local:cnh",
                "source_category_code": "B",
                "source_category_label": "Noise, priority B",
                "status": "closed",
                "occurred_from": "2026-10-09T23:00:00Z",
                "reported_at": "2026-10-11T23:00:00Z",
                "time_precision": "day",
                "source_reference": "ASB/2026/0204@2026-10-10",
                "case_reference": "ASB/2026/0204",
                "outcome_code": "complainant_refused_action",
                "intervention": "demotion",
            },
            settings=_LOCAL,
        ),
        Example(
            "a letter whose scheme is not known: unclassified, and the letter is not kept",
            given={
                "CaseRef": "ASB/2026/0205",
                "DateReported": "12/10/2026",
                "DateOfIncident": "10/10/2026",
                "CatScheme": "PRIORITY",
                "Category": "A",
            },
            gives={
                "kind": "asb_incident",
                "mapping_status": "unclassified",
                "occurred_from": "2026-10-09T23:00:00Z",
                "reported_at": "2026-10-11T23:00:00Z",
                "time_precision": "day",
                "source_reference": "ASB/2026/0205@2026-10-10",
                "case_reference": "ASB/2026/0205",
            },
        ),
    ),
)
