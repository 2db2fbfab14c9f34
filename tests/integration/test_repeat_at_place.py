"""How often a feed told of one place: counted once an incident, kept as a band, nothing else at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json
from sqlalchemy import select

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.log.commitment import OPEN_COLUMNS, open_bytes, with_repeat
from gateway.log.repeats import oldest_counted
from gateway.store.tables import METADATA
from policies.repeats import band
from tests.support import house as houses

pytestmark = pytest.mark.usefixtures("store")

FRESH = iter(range(10**6))
PLACES = ("1 EXAMPLE ST, LOUGHBOROUGH LE11 9ZZ", "2 EXAMPLE ST, LOUGHBOROUGH LE11 9ZZ")


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path / "home") as house:
        yield house


@pytest.fixture(scope="module")
def shared(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with houses.new_house(tmp_path_factory.mktemp("home") / "home") as house:
        yield house


def row(reference: str, place: str = PLACES[0], **more: str) -> dict[str, str]:
    return houses.row(reference, LOCATION=place, **more)


def told(house: House, after: int = 0) -> list[str | None]:
    """What the log tells of the places, in the order of its rows."""
    asked = f"SELECT repeat_at_place FROM log WHERE position > {after} ORDER BY position"  # noqa: S608 - a number
    with house.reader.connection() as connection:
        return [one for (one,) in connection.exec_driver_sql(asked)]


def counted(house: House) -> list[tuple[str, bytes, int]]:
    with house.reader.connection() as connection:
        asked = "SELECT quarter, place, seen FROM place_count"
        return [tuple(row) for row in connection.exec_driver_sql(asked)]


@given(
    rows=st.lists(st.integers(0, 3), min_size=1, max_size=24),
    cuts=st.sets(st.integers(1, 23), max_size=4),
)
def test_cutting_a_file_into_pushes_changes_no_band(
    shared: House, rows: list[int], cuts: set[int]
) -> None:
    before, run = shared.reader.head().log_size, next(FRESH)
    sent = [row(f"r{next(FRESH)}", f"{run} {n} EXAMPLE ST, LE11 9ZZ") for n in rows]

    edges = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    for begin, end in pairwise(edges):
        houses.send(shared, sent[begin:end])

    seen: Counter[int] = Counter()
    expected = []
    for place in rows:
        seen[place] += 1
        expected.append(band(seen[place]).value)
    assert told(shared, before) == expected


def test_a_duplicate_and_a_revision_do_not_count_and_a_revision_keeps_its_band(
    house: House,
) -> None:
    houses.send(house, [row("a"), row("b")])
    houses.send(house, [row("a"), row("b", CLOSING_CODE_1="213"), row("b", CLOSING_CODE_1="202")])
    houses.send(house, [row("a", PLACES[1], CLOSING_CODE_1="213"), row("c"), row("d", PLACES[1])])

    assert told(house) == [
        "first",
        "second",
        "second",
        "second",
        "first",
        "third_to_fifth",
        "first",
    ]
    assert sorted(seen for _, _, seen in counted(house)) == [1, 3]
    assert verify(house.database, house.keys).findings == ()


def test_the_same_row_again_is_a_duplicate_though_its_place_was_told_of_meanwhile(
    house: House,
) -> None:
    houses.send(house, [row("a")])
    houses.send(house, [row("b"), row("c")])

    assert houses.send(house, [row("a")]).receipt.duplicate == 1


def test_a_push_that_is_worked_out_again_counts_once(house: House) -> None:
    first = houses.send(house, [row("a"), row("b")], key="once")
    again = houses.send(house, [row("a"), row("b")], key="once")

    assert again.receipt == first.receipt
    assert [seen for _, _, seen in counted(house)] == [2]


def test_two_feeds_quarters_or_gateways_know_a_place_by_other_names(
    house: House, tmp_path: Path
) -> None:
    summer = {"CREATED": "31/08/2026 21:47", "INCIDENT_DATE": "31/08/2026 21:40"}
    houses.send(house, [row("a"), row("b", **summer), row("c", **summer)])
    with houses.new_house(tmp_path / "other") as other:
        houses.send(other, [row("a")])
        elsewhere = counted(other)

    assert told(house) == ["first", "first", "second"]
    assert {quarter for quarter, _, _ in counted(house)} == {"2026Q3", "2026Q4"}
    assert len({place for _, place, _ in [*counted(house), *elsewhere]}) == 3


def test_counts_older_than_a_year_are_deleted_and_older_incidents_tell_nothing(
    house: House,
) -> None:
    old = {"CREATED": "31/08/2025 21:47", "INCIDENT_DATE": "31/08/2025 21:40"}
    year = {"CREATED": "31/12/2025 21:47", "INCIDENT_DATE": "31/12/2025 21:40"}
    houses.send(house, [row("a", **old), row("b", **year), row("c", **year)])
    assert told(house) == [None, "first", "second"]
    assert [quarter for quarter, _, _ in counted(house)] == ["2025Q4"]

    assert isinstance(house.clock, FixedClock)
    house.clock.at = datetime(2027, 1, 5, tzinfo=UTC)
    houses.send(house, [row("d", CREATED="02/01/2027 09:00", INCIDENT_DATE="02/01/2027 09:00")])

    assert [quarter for quarter, _, _ in counted(house)] == ["2027Q1"]


@pytest.mark.parametrize(
    ("quarter", "oldest"), [("2026Q4", "2025Q4"), ("2026Q1", "2025Q1"), ("2027Q2", "2026Q2")]
)
def test_the_present_quarter_and_four_before_it_are_counted(quarter: str, oldest: str) -> None:
    assert oldest_counted(quarter) == oldest


def test_no_place_is_at_rest_by_any_name_that_can_be_read(house: House) -> None:
    houses.send(house, [row("a", "99 KANARIENWEG, LOUGHBOROUGH LE11 9ZZ")])
    house.writer.run(lambda _: None)

    with house.reader.connection() as connection:
        tables = [connection.execute(select(table)).all() for table in METADATA.sorted_tables]
    files = [path.read_bytes() for path in house.home.glob("gateway.sqlite3*")]
    assert counted(house)
    for trace in (b"KANARIENWEG", b"LE119ZZ", b"LE11 9ZZ", b"453412"):
        assert not any(trace in content for content in files), trace
        assert trace.decode() not in repr(tables), trace


def test_the_band_leaves_by_the_depersonalised_lane(house: House) -> None:
    houses.subscribe(house)
    houses.send(house, [row("a"), row("b"), row("c", "")])

    records = [from_json(record) for record in houses.pull(house).page.records]

    assert [record["repeat_at_place"] for record in records] == ["first", "second", "first"]


def test_rows_from_before_there_were_bands_keep_their_hash() -> None:
    columns: list[Any] = [7, *[None] * (len(OPEN_COLUMNS) - 2)]

    assert open_bytes([*columns, None]) == b"[7" + b",null" * (len(columns) - 1) + b"]"
    assert open_bytes([*columns, "first"]) == with_repeat(open_bytes([*columns, None]), "first")
    assert open_bytes([*columns, ""]) != open_bytes([*columns, None])
