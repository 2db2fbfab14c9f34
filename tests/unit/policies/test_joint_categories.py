"""A category that says by itself what no record may show leaves as one with its neighbour."""

from __future__ import annotations

from policies.classes import is_sensitive
from policies.depersonalise import depersonalise, open_half
from policies.treatments import packaged_treatments
from schemas.open_half import MapPoint
from schemas.released import DepersonalisedIncident
from schemas.sensitivity import Lane
from tests.support.law import incident, record_class

TABLE = packaged_treatments()[Lane.DEPERSONALISED]
POINT = MapPoint(longitude=-1.2, latitude=52.77, edition="points:1")
AREAS = {"lsoa_code": "E01025700", "district_code": "E07000130"}
RELATIONS = {"A": "exact", "B": "exact", "C": "narrow"}


def left(code: str) -> DepersonalisedIncident:
    """A case of a HouseMark category, of the same behaviour as all the others."""
    one = incident(
        source_category_scheme="housemark_asb",
        source_category_code=code,
        source_category_label=f"category {code}",
        mapping_rule_id=f"housemark_asb.{code}",
        mapping_relation=RELATIONS[code],
        mapping_confidence="high",
        location_precision="point",
        typology_behaviour="intimidation_harassment",
        **AREAS,
    )
    half = open_half(one, POINT, TABLE)
    cls = record_class(sensitive=is_sensitive(one))
    return depersonalise(half, cls, f"r1.2026Q4.{'a' * 22}", 1, TABLE)


def test_a_category_that_says_hate_cannot_be_told_from_its_neighbour() -> None:
    assert left("C") == left("B")
    assert left("C").source_category_code == "B/C"
    assert (left("A").source_category_code, left("A").mapping_relation) == ("A", "exact")
