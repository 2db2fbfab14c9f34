from __future__ import annotations

import gzip
from collections import Counter
from random import Random

import pytest

import adapters
from adapters import source, sources
from adapters.coverage import coverage
from adapters.rules import RULE_COLUMNS
from adapters.source import CannotMap, Content, Kept, Mapped, Reference
from adapters.synthetic_nsir import COLUMNS, PERSONAL, TRAPS, rows
from tests.support.nsir_rows import nsir_file, nsir_rows
from tests.support.real_data import street_month

UK = source("police_uk")
UK_ROW = dict(UK.examples[0].given)


# --- finding sources


def test_the_sources_are_found_by_name() -> None:
    assert list(sources()) == [
        "cnh_housing",
        "police_nsir",
        "police_uk",
        "prepared",
        "street_management",
    ]
    with pytest.raises(KeyError):
        source("no_such")


@pytest.mark.parametrize("declared", ["no source", UK])
def test_two_sources_of_one_name_cannot_stand(declared: object) -> None:
    with pytest.raises(TypeError, match="SOURCE must be a Source"):
        adapters._enter({UK.name: UK}, declared)


# --- data.police.uk


def test_equal_rows_have_equal_content_and_an_outcome_does_not_change_it() -> None:
    mapper = UK.compile({})

    one = mapper.map(UK_ROW)
    two = mapper.map({**UK_ROW, "Last outcome category": "Under investigation"})
    other = mapper.map({**UK_ROW, "Month": "2025-05"})

    assert isinstance(one, Mapped)
    assert isinstance(two, Mapped)
    assert isinstance(other, Mapped)
    assert isinstance(one.identity, Content)
    assert one.identity == two.identity != other.identity


def test_a_row_with_a_reference_is_known_by_it() -> None:
    outcome = UK.compile({}).map({**UK_ROW, "Crime ID": "abc"})

    assert isinstance(outcome, Mapped)
    assert outcome.identity == Reference("abc")


def test_an_unknown_category_is_a_crime_without_a_place_in_the_typology() -> None:
    coded = UK.compile({}).map({**UK_ROW, "Crime type": "new-kind", "more": "text"})
    words = UK.compile({}).map({**UK_ROW, "Crime type": "A new kind"})

    assert isinstance(coded, Mapped)
    assert isinstance(words, Mapped)
    assert coded.incident.kind == words.incident.kind == "crime"
    assert coded.unlisted == ("new-kind",)
    assert "Crime type" in words.dropped
    assert "unlisted_columns" in coded.dropped


def test_every_fault_of_a_row_is_named() -> None:
    outcome = UK.compile({}).map(
        {
            **UK_ROW,
            "Crime ID": "abc",
            "Month": "never",
            "Latitude": "",
            "LSOA code": "x",
            "Crime type": "",
        }
    )

    assert isinstance(outcome, CannotMap)
    assert outcome.reference == Reference("abc")
    assert [(one.pointer, one.rule) for one in outcome.faults] == [
        ("/Month", "month.unreadable"),
        ("/Longitude", "place.half_a_point"),
        ("/LSOA code", "area.unreadable"),
        ("/Crime type", "code.missing"),
    ]


def test_a_reference_beyond_the_schema_is_a_fault() -> None:
    outcome = UK.compile({}).map({**UK_ROW, "Crime ID": "a" * 65})

    assert isinstance(outcome, CannotMap)
    assert outcome.faults[0].rule == "reference.too_long"


def test_an_object_of_the_api_may_lack_its_place() -> None:
    given = dict(UK.examples[2].given)

    nowhere = UK.compile({}).map({**given, "location": None})
    odd = UK.compile({}).map({**given, "location": ["a"], "outcome_status": {"category": "b"}})

    assert isinstance(nowhere, Mapped)
    assert nowhere.incident.location_precision == "none"
    assert isinstance(odd, CannotMap)
    assert odd.faults[0].pointer == "/Longitude"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("month", "all_rows", "asb"),
    [
        ("2025-01", 8448, 892),
        ("2025-02", 7867, 878),
        ("2025-03", 9341, 1251),
        ("2025-04", 9186, 1294),
        ("2025-05", 9891, 1444),
        ("2025-06", 9295, 1347),
    ],
)
def test_a_real_month_is_placed_by_kind(month: str, all_rows: int, asb: int) -> None:
    body = gzip.decompress(street_month(month).read_bytes())
    mapper = UK.compile({})

    covered = coverage(mapper, mapper.rows(body, "text/csv"))

    assert covered.outcomes == {"mapped": all_rows}
    assert covered.kinds == {"asb_incident": asb, "crime": all_rows - asb}
    assert covered.unlisted_csv.splitlines() == [",".join(RULE_COLUMNS)]


# --- invented rows, and trying a feed


def test_the_invented_rows_hold_every_trap_and_mostly_a_class_alone() -> None:
    mapper = source("police_nsir").compile({})

    covered = coverage(mapper, mapper.rows(nsir_file(4000), "text/csv"))

    assert covered.received == sum(covered.outcomes.values()) == 4000
    assert set(covered.outcomes) == {"mapped", "excluded", "out_of_scope", "quarantined"}
    assert set(covered.mapping) == {"mapped", "ambiguous", "unclassified"}
    assert set(covered.kinds) == {"asb_incident", "crime", "other_prescribed"}
    assert set(covered.reasons) == {"duplicate", "error", "test", "domestic", "administration"}
    assert {rule for _, rule in covered.faults} == {
        "time.does_not_exist",
        "time.unreadable",
        "place.outside_great_britain",
        "reference.missing",
    }
    assert covered.mapping["unclassified"] > 0.7 * 4000
    assert list(covered.unlisted) == ["L77"]
    assert covered.unlisted_csv.splitlines()[1].startswith(",L77,")
    assert covered.dropped.keys() == {"OPENING_DESC", "CLOSING_CODE_1"}
    assert covered.dropped["OPENING_DESC"] == covered.outcomes["mapped"]


def test_the_shares_of_the_traps_are_the_whole() -> None:
    assert sum(trap.of_thousand for trap in TRAPS) == 1000


def test_the_same_seed_gives_the_same_rows_in_both_forms() -> None:
    mapper = source("police_nsir").compile({})

    from_file = [mapper.map(row) for row in mapper.rows(nsir_file(200), "text/csv")]

    assert from_file == [mapper.map(row) for row in nsir_rows(200)]
    assert nsir_rows(50, seed=2) != nsir_rows(50)


def test_every_personal_cell_carries_a_canary_of_its_own() -> None:
    asked: list[str] = []

    def canary(column: str) -> str:
        asked.append(column)
        return f"ZQ{len(asked)}"

    made = list(rows(300, Random(7), canary))

    assert Counter(asked).keys() == set(PERSONAL)
    for row in made:
        assert tuple(row) == COLUMNS
        assert all("-ZQ" in row[column] for column in PERSONAL if row[column])


def test_a_quotation_mark_in_an_invented_cell_is_doubled() -> None:
    body = nsir_file(1, canary=lambda _: 'say "so"')
    mapper = source("police_nsir").compile({})

    assert 'say "so"' in str(next(mapper.rows(body, "text/csv"))["RESULT_TEXT"])


def test_a_published_category_is_placed_again_by_its_one_code() -> None:
    mapper = UK.compile({})

    again = mapper.place_again(Kept("police_uk", "drugs"))

    assert again is not None
    assert again.fields["mapping_rule_id"] == "uk.drugs"
    assert mapper.place_again(Kept("street", "litter")) is None
