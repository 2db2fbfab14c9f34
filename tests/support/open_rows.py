"""Rows of the log as random as a treatment may ever see them, with their classes."""

from __future__ import annotations

from random import Random
from typing import Any

from gateway.store.offers import Candidate
from schemas.codes import (
    Confidence,
    Kind,
    LocationPrecision,
    MappingRelation,
    MappingStatus,
    NsirClass,
    RepeatAtPlace,
    ResponseGrade,
    Status,
    TimePrecision,
)
from schemas.incident import FlyTip
from schemas.open_half import OpenDetail
from schemas.record_class import RecordClass
from tests.support.law import record_class

QUARTERS = ("2026Q3", "2026Q4")
LABELS = ("Noise", "=1+1", '«Lärm» \\ " ;x', "@SUM(A1)", " -2", "\u2028;=2", None, None)
EDITIONS = ((), ("lsoa:2021",), ("lsoa:2021", "msoa:2021", "ward:2022", "district:2023"))


def classes(dice: Random, number: int = 12) -> dict[int, RecordClass]:
    """Classes of every kind, some sensitive, some open data."""
    return {
        at: record_class(
            source=dice.choice(("police-nsir", "cnh-housing", "police-uk")),
            kind=dice.choice(list(Kind)),
            sensitive=dice.random() < 0.3,
            open_data=dice.random() < 0.3,
        )
        for at in range(1, number + 1)
    }


def _detail(dice: Random) -> str:
    def some(*values: Any) -> Any:
        return dice.choice((None, *values))

    made = OpenDetail(
        candidate_behaviours=dice.choice(((), ("noise",), ("noise", "rowdy_behaviour"))),
        other_behaviours=dice.choice(((), ("noise",))),
        mapping_relation=some(*MappingRelation),
        mapping_confidence=some(*Confidence),
        mapping_rule_id=some("r1", "r2"),
        crosswalk_version=some("2026.1"),
        source_category_scheme=some("nsir_2011", "cnh"),
        source_category_code=some("211", "B", "C", "B/C"),
        source_category_label=dice.choice(LABELS),
        opening_code=some("214"),
        closing_codes=dice.choice(((), ("211",), ("211", "506"))),
        qualifier_codes=dice.choice(((), ("q1",))),
        nsir_class=some(*NsirClass),
        response_grade=some(*ResponseGrade),
        status=some(*Status),
        fly_tip=some(FlyTip(), FlyTip(land_type="1", size="3"), FlyTip(waste_type="2")),
        location_precision=dice.choice(list(LocationPrecision)),
        geography_editions=dice.choice(EDITIONS),
        point_edition=some("points-2026"),
        unlisted_codes=dice.choice(((), ("zz",))),
    )
    return made.model_dump_json(exclude_defaults=True)


def candidates(dice: Random, number: int, known: dict[int, RecordClass]) -> list[Candidate]:
    """Rows whose every column is drawn by itself, from few enough values that rows share them."""
    details = [_detail(dice) for _ in range(max(3, number // 10))]
    points = [
        (round(dice.uniform(-1.4, -1.0), 6), round(dice.uniform(52.6, 52.9), 6)) for _ in range(9)
    ] + [(1e-7, 52.0), (-1.0, 53.0)]

    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.7 else None

    def hour() -> int:
        return 1_780_000_000 // 3600 * 3600 + 3600 * dice.randrange(4_000)

    made: list[Candidate] = []
    for at in range(1, number + 1):
        point = dice.choice(points) if dice.random() < 0.5 else (None, None)
        made.append(
            Candidate(
                position=at,
                incident=dice.choice((at, at + 2**40)),
                version=dice.randint(1, 3),
                class_id=dice.choice(list(known)),
                quarter=dice.choice(QUARTERS),
                kind=dice.choice(list(Kind)).value,
                occurred_from=maybe(hour()),
                occurred_to=maybe(hour()),
                reported=maybe(hour()),
                time_precision=dice.choice(list(TimePrecision)).value,
                typology_area=maybe("environmental"),
                typology_behaviour=maybe(dice.choice(("noise", "litter"))),
                typology_sub_behaviour=maybe("loud_music"),
                mapping_status=dice.choice(list(MappingStatus)).value,
                point_longitude=point[0],
                point_latitude=point[1],
                lsoa_code=maybe(f"E0102570{dice.randrange(5)}"),
                msoa_code=maybe("E02005350"),
                ward_code=maybe("E05005445"),
                district_code=maybe("E07000130"),
                detail=dice.choice(details),
                repeat_at_place=maybe(dice.choice(list(RepeatAtPlace)).value),
                recorded_at=1_780_000_000,
            )
        )
    return made
