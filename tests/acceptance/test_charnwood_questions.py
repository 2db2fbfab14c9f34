"""Published data in, figures out: every count equals one that polars makes from the files alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gateway.analysis.editions import publish
from gateway.analysis.incidents import ask_for_incidents
from gateway.analysis.several import ask_for_counts
from gateway.assembly import House, open_house
from gateway.cli.statistics import desk_of
from gateway.law.register import put_feed
from gateway.seed import FEEDS
from policies.audience import masked
from schemas.analysis import IncidentQuestion
from schemas.counted import StatisticsQuestion
from schemas.sensitivity import Lane
from tests.charnwood import REPORT, fill, open_reader, reported
from tests.conftest import PROVING
from tests.support import house as houses
from tests.support.real_data import street_month
from tests.support.requirements import law
from tests.support.street_data import (
    CHARNWOOD,
    DISTRICTS,
    MONTHS,
    district_of,
    load_districts,
    load_outlines,
    rows_of,
    write_rows,
)

pytestmark = [pytest.mark.real_data, pytest.mark.prove]
USED = MONTHS if PROVING else MONTHS[-1:]
"""Six whole months under `make prove`; else June, and of it Charnwood."""
ASB = "Anti-social behaviour"


@pytest.fixture(scope="module")
def published() -> pl.DataFrame:
    """What the publisher published, read by polars."""
    parts = [pl.read_csv(street_month(month), infer_schema=False) for month in MONTHS]
    return pl.concat(parts).with_columns(
        pl.col("LSOA name").str.replace(r" \S+$", "").alias("district"),
        pl.when(pl.col("Crime type") == ASB)
        .then(pl.lit("asb_incident"))
        .otherwise(pl.lit("crime"))
        .alias("kind"),
    )


@pytest.fixture(scope="module")
def used(published: pl.DataFrame) -> pl.DataFrame:
    """What of it goes in."""
    part = published.filter(pl.col("Month").is_in(USED))
    return part if PROVING else part.filter(pl.col("district") == CHARNWOOD)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    if PROVING:
        return [street_month(month) for month in USED]
    folder = tmp_path_factory.mktemp("street")
    rows = [row for row in rows_of(USED[0]) if district_of(row) == CHARNWOOD]
    return [write_rows(folder / "charnwood.csv", rows)]


Made = Callable[[str], Path]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATEWAY_HOME", "")

        def made(name: str) -> Path:
            return tmp_path_factory.mktemp(name) / "home"

        yield made


@pytest.fixture(scope="module")
def opened(home: Made, files: list[Path]) -> Iterator[House]:
    """Open data, as `police-uk` is, and a reader of it."""
    path = home("open")
    fill(path, files)
    with open_house(path) as house:
        open_reader(house)
        load_outlines(house)
        load_districts(house, USED)
        yield house


@pytest.fixture(scope="module")
def disclosed(home: Made, files: list[Path]) -> Iterator[House]:
    """The same rows as if the force itself disclosed them: what a reader of statistics may not have."""
    path = home("disclosed")
    fill(path, [])
    feed = next(one for one in FEEDS if one.name == "police-uk").model_copy(
        update={"open_data_licence": None, "controller": "leicestershire-police"}
    )
    with open_house(path) as house:
        house.writer.run(put_feed(feed, house.act("operator")))
        houses.subscribe(house, name="fire-tables", lane=Lane.STATISTICS)
    fill(path, files)
    with open_house(path) as house:
        for period in sorted({f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" for month in USED}):
            publish(desk_of(house), period, "analyst", 14, dry_run=False)
        yield house


def counted(frame: pl.DataFrame, *by: str) -> Counter[tuple[Any, ...]]:
    groups = frame.group_by(by).len().rows()
    return Counter({row[:-1]: row[-1] for row in groups})


def records(house: House) -> Iterator[Any]:
    question = IncidentQuestion(subscription="fire-open", limit=1_000)
    while True:
        page = ask_for_incidents(desk_of(house), question, "llr-fire", "analyst")
        yield from page.records
        if page.after is None:
            return
        question = question.model_copy(update={"after": page.after})


def test_records_by_lsoa_month_and_type_are_as_many_as_in_the_files(
    opened: House, used: pl.DataFrame, proved: Callable[..., None]
) -> None:
    found = Counter(
        (record.place.code, record.occurred, record.source_category_label)
        for record in records(opened)
    )

    assert found == counted(used, "LSOA code", "Month", "Crime type")
    assert found.total() == used.height
    proved("street-counts", rows=used.height, cells=len(found), different=0)


def test_counts_by_lsoa_and_month_are_as_many_as_in_the_files(
    opened: House, used: pl.DataFrame
) -> None:
    """Two rows in five are identical to another and are different incidents (typology.md §0)."""
    question = StatisticsQuestion(subscription="fire-open", first=MONTHS[0], last=MONTHS[-1])
    table = ask_for_counts(desk_of(opened), question, "llr-fire", "analyst").cells["fire-open"]
    asb = used.filter(pl.col("kind") == "asb_incident")

    assert {(one.place, one.period, one.kind): one.count for one in table} == counted(
        used, "LSOA code", "Month", "kind"
    )
    assert asb.height - asb.unique().height > asb.height / 5


@law("L49", "L52")
def test_the_audience_rule_holds_in_every_cell_of_real_months(
    disclosed: House, used: pl.DataFrame, proved: Callable[..., None]
) -> None:
    question = StatisticsQuestion(subscription="fire-tables", first=MONTHS[0], last=MONTHS[-1])
    table = ask_for_counts(desk_of(disclosed), question, "llr-fire", "analyst")
    true = counted(used, "LSOA code", "Month", "kind")
    rules: Counter[str] = Counter()
    for one in table.cells["fire-tables"]:
        count = true.pop((one.place, one.period, one.kind), 0)
        rules[one.rule] += 1
        if one.kind == "asb_incident":
            assert (one.count, one.rule) == (count, "published_total")
        elif one.rule == "split_left_out":
            assert one.count is None
        else:
            assert (one.count, one.rule) == masked(count)

    assert table.published
    assert rules["hidden_1_to_7"] > 20
    assert rules["published_total"] > 20
    assert true.total() == 0, "a cell that is not named is zero"
    proved("street-audience", cells=rules.total(), **rules, broken=0)


def test_the_report_is_what_the_files_say(published: pl.DataFrame) -> None:
    """The committed figures are counted again from the files, whoever made them."""
    found = json.loads(REPORT.read_text(encoding="utf-8"))["questions"]
    own = published.filter(pl.col("district") == CHARNWOOD)

    districts_told = {
        (row["name"], row["kind"]): (row["count"], row["areas"])
        for row in found["districts"]["tables"]["areas"]
    }
    inside = published.filter(pl.col("district").is_in(DISTRICTS))
    areas = inside.group_by("district", "kind").agg(pl.len(), pl.col("LSOA code").n_unique()).rows()
    assert districts_told == {(name, kind): (many, some) for name, kind, many, some in areas}

    months = {row["month"]: row for row in found["asb-and-crime"]["tables"]["months"]}
    by_month = counted(own, "Month", "kind")
    for month in MONTHS:
        told = months[month]["asb_incidents"], months[month]["crimes"]
        assert told == (by_month[month, "asb_incident"], by_month[month, "crime"])

    damage = counted(own.filter(pl.col("Crime type") == "Criminal damage and arson"), "LSOA code")
    top = found["criminal-damage"]["tables"]["category"]
    fifth = sorted(damage.values(), reverse=True)[4]
    assert {(row["area"],): row["count"] for row in top} == {
        place: number for place, number in damage.items() if number >= fifth
    }

    for row in found["since-delivery-group"]["tables"]["totals"]:
        now, then = (
            sum(by_month[month, row["kind"]] for month in pair)
            for pair in (MONTHS[4:], MONTHS[2:4])
        )
        if row["against"] == "year_before":  # the files begin later
            then, change = None, None
        else:
            change = now - then
        assert (row["now"], row["then"], row["change"]) == (now, then, change)
    assert all("rates" in found[name]["says"][-1] for name in ("communities", "districts"))


def test_the_report_is_made_again_as_it_stands(opened: House, used: pl.DataFrame) -> None:
    """Under `make prove` word by word; else June of Charnwood alone, which the report does not hold."""
    made = json.loads(json.dumps(reported(opened)))
    stands = json.loads(REPORT.read_text(encoding="utf-8"))

    assert made.keys() == stands.keys()
    if PROVING:
        assert made == stands
    else:
        june = made["questions"]["asb-and-crime"]["tables"]["months"][5]
        assert june in stands["questions"]["asb-and-crime"]["tables"]["months"]
        assert june["asb_incidents"] + june["crimes"] == used.height
