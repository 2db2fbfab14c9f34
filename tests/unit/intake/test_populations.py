"""Lists of residents: as the ONS publishes them, and what is no such list."""

from __future__ import annotations

import io

import pytest

from gateway.intake.area_properties import GeographyRefused
from gateway.intake.populations import ResidentRow, parse_population

CANARY = "CANARY"


@pytest.mark.parametrize(
    ("content", "edition", "year"),
    [
        ("LSOA 2021 Code,LSOA 2021 Name,Total\nE01000001,A,1234\n", "mid-2024", None),
        ('code,year,population\nE01000001,Mid-2024,"1,234"\n', "ons", None),
        ("LSOA21CD;All ages\nE01000001;1234\n", "ons", 2024),
    ],
)
def test_residents_are_read_by_area_and_year(content: str, edition: str, year: int | None) -> None:
    found = parse_population([io.BytesIO(content.encode())], edition, "0" * 64, year)

    assert found.rows == (ResidentRow("E01000001", 2024, 1234),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "geography.empty"),
        ("code,residents\nE01000001,1\n", "geography.column"),
        ("code,year,name\nE01000001,2024,1\n", "geography.column"),
        (f"code,year,residents\n{CANARY},2024,1\n", "geography.code"),
        (f"code,year,residents\nE01000001,{CANARY},1\n", "geography.year"),
        ("code,year,residents\nE01000001,2024,-1\n", "geography.number"),
        ("code,year,residents\nE01000001,2024,1.5\n", "geography.number"),
        ("code,year,residents\nE01000001,2024\n", "geography.not_csv"),
        ("code,year,residents\nE01000001,2024,1\nE01000001,2024,2\n", "geography.code_twice"),
    ],
)
def test_what_is_no_list_of_residents_is_refused(content: str, code: str) -> None:
    with pytest.raises(GeographyRefused) as refused:
        parse_population([io.BytesIO(content.encode())], "ons", "0" * 64)

    assert refused.value.code == code
    assert CANARY not in f"{refused.value} {refused.value.field}"


def test_an_edition_has_a_plain_name() -> None:
    with pytest.raises(GeographyRefused, match="letters, digits"):
        parse_population([], "mid 2024", "0" * 64)
