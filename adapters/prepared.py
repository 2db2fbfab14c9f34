"""Records that their holder depersonalised before sending (``gateway prepare``).

«Already held in a depersonalised format» (section 17A's history): what comes in is a
``DepersonalisedIncident`` a line, without a name, a reference, a text, a minute or an exact point. What an
incident is known by is the holder's own keyed id. The codes are placed again by the crosswalk of today; where
their list is not known here, the stated behaviour is taken and the codes are not. A line that says
«out of scope» or «withheld» takes back what was sent under its id.
"""

from __future__ import annotations

from typing import Final

from adapters.prepared_row import COLUMNS, PreparedReader, PreparedSettings, flat
from adapters.source import NOT_SUPPLIED, Example, OutOfScope, Reference, Source
from adapters.tabular import Dialect, TabularMapper
from schemas.incident import SENSITIVITY


def _build(settings: PreparedSettings) -> TabularMapper:
    reader = PreparedReader(settings)
    return TabularMapper(
        COLUMNS,
        Dialect(settings.delimiter, settings.encoding),
        reader.main,
        reader.read,
        flat,
        reader.place_again,
        reader.listed,
    )


_CODES = "the codes of the line by the crosswalk of today; without a list the line's own word"
_SUPPLIED: Final = {
    **dict.fromkeys(
        (
            "kind",
            "mapping_status",
            "typology_area",
            "typology_behaviour",
            "typology_sub_behaviour",
            "candidate_behaviours",
            "other_behaviours",
            "mapping_relation",
            "mapping_confidence",
            "mapping_rule_id",
            "crosswalk_version",
            "source_category_scheme",
            "source_category_code",
            "source_category_label",
            "opening_code",
            "closing_codes",
            "qualifier_codes",
            "nsir_class",
        ),
        _CODES,
    ),
    "response_grade": "response_grade",
    "status": "status",
    "fly_tip": "fly_tip, in WasteDataFlow's codes",
    "occurred_from": "occurred, at time_precision",
    "occurred_to": "occurred_to",
    "reported_at": "reported",
    "time_precision": "time_precision, the hour at the finest",
    "longitude": "place, where it is a map point",
    "latitude": "place, where it is a map point",
    "location_precision": "place",
    "lsoa_code": "place",
    "msoa_code": "place",
    "ward_code": "place",
    "district_code": "place",
    "geography_editions": "place",
    "source_reference": "the keyed part of id",
}
_LINE: Final = {
    "id": "r1.2026Q4.AAAAAAAAAAAAAAAAAAAAAA",
    "kind": "asb_incident",
    "occurred": "2026-10-31T20:00+00:00",
    "time_precision": "hour",
    "place_level": "lsoa",
    "place_code": "E01025692",
    "mapping_status": "mapped",
    "typology_behaviour": "nuisance_behaviour",
    "source_category_scheme": "met_cad",
    "opening_code": "215",
    "closing_codes": "213",
    "nsir_class": "nuisance",
}
_FIREWORKS: Final = {
    "kind": "asb_incident",
    "mapping_status": "mapped",
    "typology_area": "disregard_for_community",
    "typology_behaviour": "nuisance_behaviour",
    "typology_sub_behaviour": "fireworks",
    "mapping_relation": "narrow",
    "mapping_confidence": "high",
    "mapping_rule_id": "met.213",
    "crosswalk_version": "met_cad/1",
    "source_category_scheme": "met_cad",
    "source_category_code": "213",
    "source_category_label": "Fireworks",
    "opening_code": "215",
    "closing_codes": ["213"],
    "nsir_class": "nuisance",
    "occurred_from": "2026-10-31T20:00:00Z",
    "time_precision": "hour",
    "source_reference": "AAAAAAAAAAAAAAAAAAAAAA",
}

SOURCE = Source(
    name="prepared",
    title="Records depersonalised by their holder",
    settings_model=PreparedSettings,
    build=_build,
    fields={name: _SUPPLIED.get(name, NOT_SUPPLIED) for name in SENSITIVITY},
    examples=(
        Example(
            "a police incident, flat",
            given=_LINE,
            gives={**_FIREWORKS, "location_precision": "lsoa", "lsoa_code": "E01025692"},
        ),
        Example(
            "the same as a line of NDJSON, at a map point",
            given={
                **{name: value for name, value in _LINE.items() if not name.startswith("place")},
                "version": 1,
                "source": "police-nsir",
                "controller": "leicestershire-police",
                "closing_codes": ["213"],
                "place": {"level": "map_point", "longitude": -1.2101, "latitude": 52.7712},
            },
            gives={
                **_FIREWORKS,
                "location_precision": "published_point",
                "longitude": -1.2101,
                "latitude": 52.7712,
            },
        ),
        Example(
            "what its holder takes back",
            given={
                "id": "r1.2026Q4.AAAAAAAAAAAAAAAAAAAAAA",
                "kind": "asb_incident",
                "time_precision": "quarter",
                "mapping_status": "out_of_scope",
            },
            gives=OutOfScope("withdrawn", Reference("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
    ),
)
