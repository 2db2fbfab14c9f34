"""`gateway export`: a data set that follows the records, whatever stops a run, and that proves itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count as count_from
from itertools import product
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest

from gateway.analysis.editions import publish
from gateway.analysis.entitled import Desk
from gateway.analysis.exported.manifest import (
    NAME,
    ExportElsewhere,
    ManifestRefused,
    faults,
    read_manifest,
)
from gateway.analysis.exported.run import COUNTS, Done, Order, export
from gateway.analysis.incidents import ask_for_incidents
from gateway.analysis.several import ask_for_counts
from gateway.analysis.written.forms import Form
from gateway.assembly import House
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.verify import verify
from gateway.cli.exporting import signer_of
from gateway.cli.statistics import desk_of
from gateway.errors import LawRefuses, NotFound
from gateway.ledger.leaf import read_leaf
from gateway.ledger.receipt import verify_receipt
from schemas.analysis import IncidentQuestion
from schemas.codes import Kind
from schemas.counted import CountedBehaviour, CountedPlace, StatisticsQuestion
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.requirements import law

DAYS = ("02/08/2026", "15/09/2026", "30/09/2026", "20/10/2026", "01/11/2026")
STEPS = ("planned", "written", "committed", "removed", "moved", "listed")


class Killed(BaseException):
    """Nobody catches it: what stands when it is raised is what a kill leaves."""


def sent(number: int, day: str | None = None, closing: str = "211") -> dict[str, str]:
    when = day or DAYS[number % len(DAYS)]
    return houses.row(f"x{number}", closing, CREATED=f"{when} 21:47", INCIDENT_DATE=f"{when} 00:20")


@pytest.fixture(scope="module")
def house(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with houses.new_house(tmp_path_factory.mktemp("home")) as made:
        houses.subscribe(made)
        houses.subscribe(made, "fire-tables", lane=Lane.STATISTICS)
        houses.send(made, [sent(number) for number in range(40)])
        yield made


def run(
    house: House,
    folder: Path,
    step: Callable[[str], None] = lambda _: None,
    form: Form = Form.PARQUET,
    kinds: tuple[Kind, ...] = (),
) -> Done:
    desk: Desk = desk_of(house)
    order = Order(folder / "data", houses.FIRE_SUBSCRIPTION, form, kinds)
    return export(desk, order, "operator", folder / "staging", signer_of(house), step)


def whole(folder: Path) -> dict[str, bytes]:
    data = folder / "data"
    return {
        path.relative_to(data).as_posix(): path.read_bytes()
        for path in sorted(data.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def ids(folder: Path) -> set[str]:
    return set(pl.read_parquet(folder / "data/**/*.parquet", columns=["id"])["id"])


def holds(house: House, folder: Path) -> None:
    manifest = read_manifest(folder / "data")
    assert manifest is not None
    assert faults(folder / "data", manifest) == []
    receipt = verify_receipt(manifest.receipt, ledger_verifier_key(house.keys))
    assert receipt.answer == manifest.described.content_sha256()
    assert receipt.entry == manifest.leaf
    entry = house.reader.leaf(manifest.leaf)
    assert entry is not None
    said = read_leaf(entry[0])
    assert said["operation"] == "export"
    assert said["content_sha256"] == receipt.answer.hex()
    assert said["recipient"] == houses.FIRE


def pages(house: House) -> list[str]:
    """All that the subscription's own door gives a new reader, as JSON."""
    desk = desk_of(house)
    asked = IncidentQuestion(subscription=houses.FIRE_SUBSCRIPTION, limit=1_000)
    found = ask_for_incidents(desk, asked, houses.FIRE, "fire-system")
    assert found.after is None
    return sorted(one.id for one in found.records)


def test_a_data_set_is_what_the_door_gives_and_three_tools_read_it(
    house: House, tmp_path: Path
) -> None:
    done = run(house, tmp_path)

    holds(house, tmp_path)
    data = tmp_path / "data"
    assert set(whole(tmp_path)) == {
        f"year=2026/month={month}/data.parquet" for month in (8, 9, 10, 11)
    }
    assert sorted(ids(tmp_path)) == pages(house)
    assert done.rows_written == done.manifest.described.rows == len(ids(tmp_path))
    frame = pl.read_parquet(data / "**/*.parquet", hive_partitioning=True)
    assert {(row["year"], row["month"]) for row in frame.iter_rows(named=True)} == {
        (2026, 8),
        (2026, 9),
        (2026, 10),
        (2026, 11),
    }
    for row in frame.iter_rows(named=True):
        assert row["occurred_day"].month == row["month"]
    table = duckdb.read_parquet(f"{data}/**/*.parquet", hive_partitioning=True)
    months = table.aggregate("month, count(*)").fetchall()
    theirs = (
        ds.dataset(data, partitioning="hive")
        .to_table()
        .group_by("month")
        .aggregate([([], "count_all")])
    )
    assert dict(months) == dict(
        zip(*(theirs[name].to_pylist() for name in ("month", "count_all")), strict=True)
    )
    assert dict(months) == dict(frame.group_by("month").len().iter_rows())


@law("L08")
def test_a_second_run_writes_what_changed_and_nothing_else(house: House, tmp_path: Path) -> None:
    run(house, tmp_path)
    before = whole(tmp_path)
    again = run(house, tmp_path)

    assert (again.written, again.removed, again.rows_written) == ((), (), 0)
    assert whole(tmp_path) == before
    houses.send(house, [sent(100, "05/10/2026"), sent(101, "06/12/2025")])
    more = run(house, tmp_path)
    assert set(more.written) == {
        "year=2026/month=10/data.parquet",
        "year=2025/month=12/data.parquet",
    }
    houses.take_back(house, ["x101"])
    less = run(house, tmp_path)
    assert less.removed == ("year=2025/month=12/data.parquet",)
    assert not (tmp_path / "data/year=2025").exists()
    assert {name: before[name] for name in before if "=10" not in name} == {
        name: content for name, content in whole(tmp_path).items() if "=10" not in name
    }
    holds(house, tmp_path)


@law("L08")
def test_what_is_erased_restricted_or_taken_back_is_in_no_file(
    house: House, tmp_path: Path
) -> None:
    houses.send(house, [sent(number) for number in range(200, 206)])
    run(house, tmp_path)
    before = ids(tmp_path)
    houses.change(house, NoticeKind.ERASED, ["x200"])
    houses.change(house, NoticeKind.RESTRICTED, ["x201"])
    houses.take_back(house, ["x202"])
    houses.send(house, [sent(203, closing="213")])

    run(house, tmp_path)

    assert len(before - ids(tmp_path)) == 3
    assert sorted(ids(tmp_path)) == pages(house)
    houses.change(house, NoticeKind.LIFTED, ["x201"])
    run(house, tmp_path)
    assert len(before - ids(tmp_path)) == 2
    holds(house, tmp_path)


def _stop_at(number: int, names: list[str]) -> Callable[[str], None]:
    """Stop a run after so many steps; their names are written down."""
    begun = len(names)

    def step(name: str) -> None:
        names.append(name)
        if len(names) - begun == number:
            raise Killed

    return step


@pytest.mark.on_sqlite
def test_a_run_that_is_killed_anywhere_is_taken_up_by_the_next(
    house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    names: list[str] = []
    houses.send(house, [sent(500, "01/01/2025")])
    run(house, folder)
    for number in count_from(1):
        # one month is new, one changed, one gone
        day = f"01/{number % 12 + 1:02}/{2025 + number // 12}"
        houses.send(house, [sent(400 + number, "20/10/2026"), sent(500 + number, day)])
        houses.take_back(house, [f"x{500 + number - 1}"])
        try:
            run(house, folder, _stop_at(number, names))
        except Killed:
            run(house, folder)
        else:
            break
        holds(house, folder)
        if names[-1] in {"committed", "removed", "moved"}:
            run(house, tmp_path / f"fresh{number}")
            assert whole(folder) == whole(tmp_path / f"fresh{number}")
        assert not list((folder / "staging").iterdir())
    assert set(names) == set(STEPS)


@pytest.mark.prove
@pytest.mark.on_sqlite
def test_step_by_step_is_as_at_once(
    house: House, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(6)
    known = [f"x{number}" for number in range(40)]
    rounds = count(200)
    for at in range(rounds):
        deed = dice.randrange(5)
        if deed <= 1:
            name = f"y{at}"
            known.append(name)
            day = f"{dice.randrange(1, 28):02}/{dice.randrange(1, 11):02}/2026"
            houses.send(house, [sent(0, day) | {"URN": name}])
        else:
            kind = (NoticeKind.RETRACTED, NoticeKind.RESTRICTED, NoticeKind.ERASED)[deed - 2]
            houses.change(house, kind, [dice.choice(known)])
        run(house, tmp_path / "kept")
        if not at % 3:
            run(house, tmp_path / f"fresh{at}")
            assert whole(tmp_path / "kept") == whole(tmp_path / f"fresh{at}")
    assert verify(house.database, house.keys).whole
    proved("export-incremental", rounds=rounds, different=0)


@pytest.mark.on_sqlite
def test_counts_are_what_the_readers_questions_answer(house: House, tmp_path: Path) -> None:
    folder, desk = tmp_path / "own", desk_of(house)
    order = Order(folder, houses.FIRE_SUBSCRIPTION, what=COUNTS)
    done = export(desk, order, "operator", tmp_path / "staging", signer_of(house))
    frame = pl.read_parquet(folder / "**/*.parquet", hive_partitioning=True)

    assert done.manifest.described.rows == len(frame) > 0
    for place, by in product((CountedPlace.DISTRICT, CountedPlace.LSOA), CountedBehaviour):
        asked = StatisticsQuestion(
            subscription=order.subscription, place=place, by=by, first="2024-01", last="2026-10"
        )
        [cells] = ask_for_counts(desk, asked, houses.FIRE, "fire-system").cells.values()
        ours = frame.filter(pl.col("place_level") == place.value, pl.col("by") == by.value)
        columns = ("kind", "period", "place", "behaviour", "count", "rule")
        assert Counter(ours.select(columns).rows()) == Counter(
            tuple(getattr(one, name) for name in columns) for one in cells
        )
    assert frame.filter(pl.col("by") == "none")["rows"].null_count() == 0
    assert not export(desk, order, "operator", tmp_path / "staging", signer_of(house)).written
    published = publish(desk, "2026Q3", "operator", 0, dry_run=False)
    tables = Order(tmp_path / "published", "fire-tables", what=COUNTS)
    export(desk, tables, "operator", tmp_path / "staging", signer_of(house))
    shown = pl.read_parquet(tmp_path / "published/**/*.parquet")
    ways = set(shown["by"])
    assert {"none", "behaviour", "nsir_class", "mapping_status"} <= ways
    assert Counter(shown.select("place_level", "by", "period", "count", "rule").rows()) == Counter(
        (row.level, row.by, row.period, row.number, row.rule)
        for row in published.rows
        if row.by in ways and row.level in set(shown["place_level"])
    )
    assert set(shown["edition"]) == {"2026q3.1"}


@pytest.mark.on_sqlite
def test_a_changed_byte_is_found_without_the_gateway(house: House, tmp_path: Path) -> None:
    run(house, tmp_path)
    data = tmp_path / "data"
    manifest = read_manifest(data)
    assert manifest is not None
    first, second = sorted(data.rglob("*.parquet"))[:2]
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    second.unlink()
    (data / "year=1999/month=01").mkdir(parents=True)
    (data / "year=1999/month=01/data.parquet").write_bytes(b"x")

    said = [one.rsplit(": ", 1)[1] for one in faults(data, manifest)]

    assert sorted(said) == ["changed", "missing", "not in the manifest"]
    run(house, tmp_path)
    holds(house, tmp_path)
    (data / NAME).write_text(json.dumps({"form": "other"}))
    with pytest.raises(ManifestRefused):
        run(house, tmp_path)


@pytest.mark.on_sqlite
def test_a_folder_holds_one_data_set_and_the_law_is_asked(house: House, tmp_path: Path) -> None:
    done = run(house, tmp_path, kinds=(Kind.CRIME,))
    assert {one.path for one in done.manifest.described.files} == set(done.written)
    with pytest.raises(ExportElsewhere):
        run(house, tmp_path)
    desk = desk_of(house)
    with pytest.raises(NotFound):
        export(desk, Order(tmp_path / "b", "nobody"), "operator", tmp_path / "s", signer_of(house))
    order = Order(tmp_path / "c", "fire-tables")
    with pytest.raises(LawRefuses):
        export(desk, order, "operator", tmp_path / "s", signer_of(house))
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "c").exists()
    geo = run(house, tmp_path / "geo", form=Form.GEOPARQUET)
    assert geo.manifest.described.file_form == "geoparquet"
