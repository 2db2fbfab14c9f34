"""The motivated intruder against everything that one recipient got in two quarters; and that he can win.

Law reference L46 (ICO, motivated intruder), L48 (linkability): standing lanes, cells, corrections, replays,
returns under section 17A and editions of counts, beside month files and a list of addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.verify import verify
from gateway.intake.outlines import to_degrees
from tests.support.house import FIRE
from tests.support.intruder_joins import File, pairs
from tests.support.lived_in import COUNCIL, World, area_of, lived
from tests.support.requirements import law

ALL = ("fire", "fire-cells")


def named_in(
    world: World,
    records: list[dict[str, Any]],
    files: list[File] | None = None,
    totals: Mapping[tuple[str, str], int] | None = None,
    *,
    by_point: bool = True,
) -> tuple[int, int, int]:
    """What he says: households named rightly, of them in catchments of 1 to 7; the fewest left over."""
    truth, him = world.truth(FIRE), replace(world.intruder, by_point=by_point)
    published = totals if totals is not None else world.totals()
    given = world.files if files is None else files
    claims = him.claims(records, world.published(), given, published)
    right = [name for name, left in claims.items() if left == {truth[name].uprn}]
    small = [name for name in right if him.small_catchment(truth[name].uprn)]
    fewest = min(len(left) for name, left in claims.items() if truth[name].uprn in left)
    return len(right), len(small), fewest


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = lived(tmp_path_factory.mktemp("intruder") / "home", 11)
    yield made
    made.house.close()


@law("L46", "L47")
@pytest.mark.prove
def test_the_intruder_names_no_household_of_a_small_catchment(
    world: World, count: Callable[[int], int], tmp_path: Path, proved: Callable[..., None]
) -> None:
    worlds = [world, *(lived(tmp_path / str(n), n) for n in range(20, 19 + count(50)))]
    named, small, fewest, records, lines, fit = 0, 0, 1_000, 0, 0, 1_000
    for one in worlds:
        held = one.records(*ALL)
        right, of_few, left = named_in(one, held)
        named, small, fewest = named + right, small + of_few, min(fewest, left)
        records, lines = records + len(held), lines + sum(len(file) for _, file in one.files)
        fit = min([fit, *pairs(one.files)])
        if one is not world:
            one.house.close()

    assert world.records("fire-cells")
    assert any(page["notices"] for page in world.pages["fire"])
    assert {number for number, file in world.files if file} == {1, 2, 7, 8}
    assert {line["change"] for _, file in world.files for line in file} >= {"revised", "retracted"}
    assert len(world.editions) > 1
    assert (named, small) == (0, 0)
    assert fewest > 7
    assert fit >= 5
    proved(
        "motivated-intruder",
        worlds=len(worlds),
        records=records,
        lines_of_returns=lines,
        figures=sum(len(rows) for one in worlds for rows in one.editions),
        named=named,
        named_of_1_to_7=small,
        fewest_households_left=fewest,
        fewest_rows_that_fit_a_racial_one=fit,
    )


@law("L46", "L47")
def test_an_area_is_that_of_the_map_point_for_whoever_a_border_cuts_off(world: World) -> None:
    """Its own LSOA beside its map point, of another version or in a table, would leave the few cut off."""
    truth, him = world.truth(FIRE), world.intruder
    coded = [one for one in world.records("fire") if one["place"]["level"] == "lsoa"]
    police = [one for one in coded if one["source"] == "police-nsir"]

    assert any(him.is_cut_off(truth[one["id"]]) for one in police)
    for one in police:
        assert one["place"]["code"] == him.counted_in(truth[one["id"]].uprn)


@law("L46")
def test_he_can_win_exact_points_and_uncounted_points_name_households(
    world: World, tmp_path: Path
) -> None:
    truth = world.truth(FIRE)
    exact = [_exactly(world, truth, record) for record in world.records("fire")]
    right, small, _ = named_in(world, exact)
    assert small > 10
    assert right >= small

    bare = lived(tmp_path / "bare", 3, counted=False, months=2)
    with bare.house:
        _, small, fewest = named_in(bare, bare.records("fire"))
    assert small > 0
    assert fewest == 1


def _exactly(world: World, truth: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    who = truth[record["id"]]
    ((x, y),) = to_degrees([(who.easting, who.northing)])  # type: ignore[misc]
    return record | {"place": {"level": "map_point", "longitude": x, "latitude": y}}


@law("L46", "L47")
def test_he_can_win_by_returns_and_by_counts_of_true_areas(world: World) -> None:
    """A return that told the exact place, or areas that were the household's own, and he finds some."""
    truth, held = world.truth(FIRE), world.records(*ALL)
    council = [line for number, file in world.files if number == 8 for line in file]
    told = [_exactly(world, truth, {"id": x["id"], "row": x["row"]}) for x in council if "row" in x]
    files: list[File] = [
        (8, [{**x, "row": {**x["row"], "location": x["place"]}} for x in told if x["place"]])
    ]
    assert named_in(world, held, files)[1] > 0

    daily = world.daily_totals_of_own_areas()
    assert named_in(world, held, [], daily, by_point=False)[2] < 8

    own = []
    for record in world.records("fire"):
        who = truth[record["id"]]
        place = {"level": "lsoa", "code": area_of(who.easting, who.northing)}
        own += [record, record | {"place": place, "typology_behaviour": "prostitution"}]
    assert named_in(world, own, [], {}, by_point=False)[2] < 8


@law("L48")
def test_two_recipients_and_two_quarters_do_not_join(world: World) -> None:
    fire = {record["id"] for record in world.records(*ALL)}
    council = {record["id"] for record in world.records("council")}
    by_quarter: dict[str, set[str]] = {}
    for name in fire:
        by_quarter.setdefault(name.split(".")[1], set()).add(name.split(".")[2])

    assert len(fire) > 100
    assert len(council) > 100
    assert not fire & council
    assert set(by_quarter) == {"2026Q3", "2026Q4"}
    assert not by_quarter["2026Q3"] & by_quarter["2026Q4"]
    # the same incident under both recipients' ids, in lane and return: the ids alone say nothing of it
    truth, theirs = world.truth(FIRE), world.truth(COUNCIL)
    assert not truth.keys() & theirs.keys()
    tails = {name.split(".")[2] for name in truth}
    assert len(tails) == len(truth)
    assert not tails & {name.split(".")[2] for name in theirs}
    assert verify(world.house.database, world.house.keys).document()["found"] == {}
