"""The invented housing cases and street reports hold every trap that real ones have."""

from __future__ import annotations

import json
from itertools import count
from random import Random

import pytest

from adapters import source, synthetic_housing, synthetic_nsir, synthetic_street
from adapters.coverage import Coverage, coverage
from adapters.source import Excluded, Mapped


def housing(number: int, seed: int = 1) -> list[dict[str, str]]:
    return list(synthetic_housing.rows(number, Random(seed)))


def requests(number: int, seed: int = 1) -> list[synthetic_street.Row]:
    return list(synthetic_street.requests(number, Random(seed)))


def export(number: int, seed: int = 1) -> list[dict[str, str]]:
    return list(synthetic_street.rows(number, Random(seed)))


def covered_housing() -> Coverage:
    mapper = source("cnh_housing").compile(synthetic_housing.LOCAL_SETTINGS)
    return coverage(mapper, mapper.rows(synthetic_housing.csv_bytes(housing(4000)), "text/csv"))


def test_the_invented_housing_cases_end_in_every_outcome() -> None:
    covered = covered_housing()

    assert covered.received == sum(covered.outcomes.values()) == 4000
    assert set(covered.outcomes) == {"mapped", "excluded", "quarantined"}
    assert set(covered.mapping) == {"mapped", "ambiguous", "unclassified"}
    assert set(covered.kinds) == {"asb_incident", "crime"}
    assert set(covered.reasons) == {"domestic", "duplicate", "error"}
    assert {rule for _, rule in covered.faults} == {
        "time.does_not_exist",
        "time.unreadable",
        "code.missing",
    }
    assert {"PropertyRef", "RiskScore", "CatScheme"} <= covered.dropped.keys()


def test_a_letter_means_what_its_scheme_says_and_hate_is_noted() -> None:
    mapper = source("cnh_housing").compile(synthetic_housing.LOCAL_SETTINGS)
    said: dict[tuple[str, str], set[object]] = {}
    hated = 0
    for row in housing(3000):
        outcome = mapper.map(row)
        if isinstance(outcome, Mapped):
            key = (row["CatScheme"], row["Category"])
            said.setdefault(key, set()).add(outcome.incident.typology_behaviour)
            hated += bool(outcome.incident.hate_incident)
        elif isinstance(outcome, Excluded):
            assert row["Category"] == "I" or row["Outcome"]

    assert said["LOCAL", "B"] == {"noise"}
    assert said["HM", "B"] == {"intimidation_harassment"}
    assert said["PRIORITY", "A"] == {None}
    assert hated > 50


def test_a_case_may_have_more_than_one_incident() -> None:
    cases = [row["CaseRef"] for row in housing(2000)]
    assert 30 < len(cases) - len(set(cases)) < 250


def test_the_invented_service_requests_deviate_as_real_ones_do() -> None:
    mapper = source("street_management").compile({})
    document = synthetic_street.document(requests(4000))
    covered = coverage(mapper, mapper.rows_of(json.loads(json.dumps(document))))

    assert covered.received == 4000
    assert covered.outcomes["out_of_scope"] > 0.75 * 4000
    assert set(covered.outcomes) == {"mapped", "excluded", "out_of_scope", "quarantined"}
    assert {"duplicate", "cancelled", "encampment", "highways"} <= set(covered.reasons)
    assert {rule for _, rule in covered.faults} == {
        "time.unreadable",
        "place.outside_great_britain",
    }
    assert list(covered.unlisted) == ["something_quite_local"]
    assert covered.dropped["updated_datetime"], "an update before the request"
    places = [mapper.map(one) for one in requests(1500)]
    placed = [one.incident for one in places if isinstance(one, Mapped)]
    assert {(one.easting is None, one.longitude is None) for one in placed} == {
        (True, False),
        (False, True),
        (True, True),
    }


def test_the_invented_back_office_ends_in_every_outcome() -> None:
    mapper = source("street_management").compile({})
    content = synthetic_street.csv_bytes(export(4000))
    covered = coverage(mapper, mapper.rows(content, "text/csv"))

    assert covered.received == 4000
    assert set(covered.outcomes) == {"mapped", "excluded", "out_of_scope", "quarantined"}
    assert {rule for _, rule in covered.faults} == {
        "reference.missing",
        "place.outside_great_britain",
    }
    tipped = [mapper.map(row) for row in export(400) if row["RecType"] == "FLY"]
    assert any(isinstance(one, Mapped) and one.incident.fly_tip for one in tipped)


@pytest.mark.parametrize(
    "traps",
    [synthetic_housing.TRAPS, synthetic_street.REQUEST_TRAPS, synthetic_street.EXPORT_TRAPS],
    ids=["housing", "requests", "export"],
)
def test_the_shares_of_the_traps_are_the_whole(
    traps: tuple[synthetic_nsir.Trap | synthetic_street.RequestTrap, ...],
) -> None:
    assert sum(trap.of_thousand for trap in traps) == 1000
    assert len({trap.name for trap in traps}) == len(traps)


def test_the_same_seed_gives_the_same_rows_and_another_others() -> None:
    for invented in (housing, requests, export):
        assert invented(200) == invented(200)
        assert invented(200) != invented(200, seed=2)


def test_a_canary_stands_in_every_personal_cell() -> None:
    numbers = count()

    def canary(column: str) -> str:
        return f"Zq{column}{next(numbers)}"

    for row in synthetic_housing.rows(50, Random(3), canary):
        filled = [row[column] for column in synthetic_housing.PERSONAL if row[column]]
        assert all("-Zq" in cell for cell in filled)
    for row in synthetic_street.rows(900, Random(3), canary):
        assert all("-Zq" in row[column] for column in synthetic_street.PERSONAL if row[column])
    for one in synthetic_street.requests(50, Random(3), canary):
        assert all("-Zq" in str(one[member]) for member in synthetic_street.PERSONAL_OF_REQUESTS)
    assert next(numbers) > 500
