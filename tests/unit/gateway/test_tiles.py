"""The cartogram of Charnwood's wards: every ward once, neighbours and compass kept as well as said."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely
from convertbng.cutil import convert_bng

from gateway.demo.tiles import SIDE, WARDS, cells, invented_layout, layout_of_2013
from gateway.intake.geography import parse_areas


def test_invented_wards_cover_the_whole_box_once_and_each_has_its_tile() -> None:
    covered = [at for _, places in cells() for at in places]

    assert sorted(covered) == [(column, row) for column in range(SIDE) for row in range(SIDE)]
    assert len(invented_layout("2021-invented").tiles) == len(WARDS) == 28


@pytest.mark.real_data
def test_neighbours_touch_and_lie_where_they_lie() -> None:
    folder = Path(__file__).parents[3] / ".." / "shared" / "data" / "geo"
    rows = parse_areas("wards", (folder / "charnwood-wards-uk-geojson-2017.json").read_bytes()).rows
    layout = layout_of_2013()
    tiles = {tile.code: tile for tile in layout.tiles}
    assert {row.code: row.name for row in rows} == {t.code: t.name for t in layout.tiles}
    shapes = {
        row.code: shapely.transform(
            shapely.from_wkb(row.wkb), lambda one: np.column_stack(convert_bng(*one.T))
        )
        for row in rows
    }

    touching = turned = pairs = 0
    for one, other in combinations(sorted(shapes), 2):
        border = shapely.intersection(
            shapely.buffer(shapes[one], 20), shapely.boundary(shapes[other])
        )
        if shapely.length(border) <= 150:  # metres: a corner is no neighbour
            continue
        pairs += 1
        across = tiles[other].column - tiles[one].column
        along = tiles[one].row - tiles[other].row
        touching += max(abs(across), abs(along)) == 1
        ours, theirs = shapely.centroid([shapes[one], shapes[other]])
        turned += across * (theirs.x - ours.x) + along * (theirs.y - ours.y) <= 0

    assert (touching, pairs) == (54, 62)
    assert turned == 3
