"""Pictures: what is drawn is what the table says; what is hidden has no number anywhere in the picture."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.pictures import sheet
from gateway.analysis.pictures.cells import Breaks, Cell, Told, table, titled
from gateway.analysis.pictures.maps import MOST_BYTES, Point, choropleth, points, squares
from gateway.analysis.pictures.tiles import cartogram, tiled
from gateway.analysis.places.grid import Square
from gateway.analysis.places.standing import Editions
from gateway.analysis.shown import HIDDEN, Shown, added
from gateway.intake.geography import parse_areas
from schemas.areas import EditionDates, Tile, TileLayout

SVG = "{http://www.w3.org/2000/svg}"
TOLD = Told("ASB by place", "incidents, 2026", "2013 wards, replaced in May 2023", "1 May 2026")
FIGURES = st.one_of(
    st.integers(0, 60).map(lambda n: Shown(5 * n)), st.just(Shown()), st.just(Shown(hidden=HIDDEN))
)
WEST, SOUTH, SIDE = 450_000, 310_000, 1_000


def a_square(number: int) -> Square:
    return Square(WEST + number % 6 * SIDE, SOUTH + number // 6 * SIDE, SIDE)


def made(figures: Sequence[Shown]) -> list[Cell]:
    return [
        Cell(f"e{n:03}", f"Place {chr(97 + n % 26)} & co", one) for n, one in enumerate(figures)
    ]


def of_areas(cells: Sequence[Cell]) -> str:
    outlines = {
        cell.key: bytes(shapely.to_wkb(shapely.Polygon(a_square(n).ring())))
        for n, cell in enumerate(cells)
    }
    return choropleth(cells, outlines, TOLD)


def of_squares(cells: Sequence[Cell]) -> str:
    return squares({a_square(n): cell for n, cell in enumerate(cells)}, TOLD)


def of_points(cells: Sequence[Cell]) -> str:
    return points([Point(-1.2 + n / 50, 52.7, cell) for n, cell in enumerate(cells)], TOLD)


def of_tiles(cells: Sequence[Cell]) -> str:
    tiles = tuple(
        Tile(code=c.key, name=c.name, column=n % 6, row=n // 6) for n, c in enumerate(cells)
    )
    layout = TileLayout(name="t", title="T", kind="wards", edition="2023", tiles=tiles)
    return cartogram(cells, layout, TOLD)


PICTURES = [of_areas, of_squares, of_points, of_tiles]


def said(svg: str) -> list[str]:
    """What the shapes of a picture say of themselves."""
    root = ET.fromstring(svg)  # noqa: S314 - our own document
    return sorted(one.text or "" for one in root.iter(f"{SVG}title") if "id" not in one.attrib)


@pytest.mark.parametrize("drawn", PICTURES)
@given(figures=st.lists(FIGURES, min_size=1, max_size=24))
def test_a_picture_says_what_its_table_says(
    drawn: Callable[[Sequence[Cell]], str], figures: list[Shown]
) -> None:
    cells = made(figures)

    svg = drawn(cells)

    rows = table(cells, TOLD)
    assert said(svg) == sorted(f"{row.name}: {row.figure}" for row in rows)
    printed = {float(word.replace(",", "")) for word in re.findall(r">([\d,]+)</text>", svg)}
    known = {one.value for one in figures if one.value is not None}
    # beside the figures only the legends have numbers: of classes and, for points, of sizes
    ends = {*known, 0.0, max(known, default=0) / 4, *(round(max(known, default=0) / 4) * 1.0,)}
    assert printed <= ends
    assert not re.search(r"<script|\bstyle=|\bon\w+=", svg)
    assert all(one in svg for one in ("<title", "<desc", TOLD.edition, "As of 1 May 2026"))


@pytest.mark.parametrize("drawn", PICTURES)
def test_hidden_is_hatched_and_unknown_is_grey_and_neither_is_nought(
    drawn: Callable[[Sequence[Cell]], str],
) -> None:
    svg = drawn(made([Shown(hidden=HIDDEN), Shown(), Shown(0), Shown(25)]))

    fills = {
        title.text: shape.attrib["fill"]
        for shape in ET.fromstring(svg).iter()  # noqa: S314 - our own document
        for title in shape.findall(f"{SVG}title")
        if "fill" in shape.attrib
    }
    assert fills["Place a & co: hidden (1 to 7)"].endswith("-hidden)")
    assert fills["Place b & co: not known"] == sheet.UNKNOWN
    assert fills["Place c & co: 0"] == sheet.FILLS[0]
    assert len({*fills.values()}) == 4
    assert svg.count("hidden (1 to 7)</text>") == 1


def test_a_hidden_figure_has_no_number_and_a_sum_with_a_hidden_part_is_hidden() -> None:
    with pytest.raises(ValueError, match="no number"):
        Shown(3, hidden=HIDDEN)
    assert added([Shown(5), Shown(10)]) == Shown(15)
    assert added([Shown(5), Shown(hidden=HIDDEN), Shown()]) == Shown(hidden=HIDDEN)
    assert added([Shown(5), Shown()], "2 % was moved") == Shown(beside="2 % was moved")
    assert titled(Cell("a", "A", added([Shown(5)], "2 % was moved")), 0) == "A: 5 (2 % was moved)"


def test_no_picture_without_a_title_or_an_edition() -> None:
    for title, edition in (("", "2013 wards"), ("ASB", " ")):
        with pytest.raises(ValueError, match="names the edition"):
            Told(title, "incidents", edition)


@given(st.lists(FIGURES, max_size=40), st.sampled_from([0, 1]))
def test_every_figure_is_of_one_class_whose_words_hold_it(
    figures: list[Shown], places: int
) -> None:
    breaks = Breaks.quantiles(made(figures), decimals=places)

    for value in (one.value for one in figures if one.value is not None):
        ends = [float(end) for end in breaks.label(breaks.of(value)).split(" to ")]
        assert ends[0] <= value <= ends[-1]
        assert breaks.of(value) in breaks.numbers


def test_fixed_classes_are_stated_and_hold_what_lies_above_them() -> None:
    cells = made([Shown(0), Shown(3), Shown(99)])

    breaks = Breaks.fixed([5, 10], cells)

    assert [breaks.label(n) for n in breaks.numbers] == ["0", "3 to 5", "6 to 99"]
    assert [breaks.of(value) for value in (0, 3, 5, 6, 99)] == [0, 1, 1, 2, 2]
    with pytest.raises(ValueError, match="ascending"):
        Breaks.fixed([10, 5], cells)


def test_the_line_round_a_shape_stands_out_from_every_fill() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    line = light(sheet.LINE)
    fills = [light(one) for one in (*sheet.FILLS, sheet.GREY, sheet.UNKNOWN)]
    assert all((fill + 0.05) / (line + 0.05) >= 3 for fill in fills)  # WCAG 2.2, 1.4.11
    classes = [light(one) for one in sheet.FILLS]
    assert classes == sorted(classes, reverse=True)


@pytest.mark.parametrize("drawn", [of_areas, of_squares, of_points])
def test_nothing_to_draw_is_said(drawn: Callable[[Sequence[Cell]], str]) -> None:
    with pytest.raises(ValueError, match=r"no (area|square|point)"):
        drawn([])


def test_an_area_without_figure_is_a_tile_that_nobody_knows() -> None:
    layout = TileLayout.model_validate(
        {
            "name": "t",
            "title": "T",
            "kind": "wards",
            "edition": "2023",
            "tiles": [{"code": "x", "name": "X", "column": 0, "row": 0}],
        }
    )

    assert tiled([], layout)["x"] == Cell("x", "X", Shown())
    assert "<style>" in cartogram([], layout, TOLD, standalone=True)


@pytest.mark.real_data
def test_the_map_of_a_borough_is_small_and_says_that_its_wards_are_replaced() -> None:
    folder = Path(__file__).parents[3] / ".." / "shared" / "data" / "geo"
    dates = [EditionDates(kind="wards", edition="2013", ends=date(2023, 5, 4))]
    editions, chance = Editions.of(dates), random.Random(1)
    for kind, name in (("wards", "wards"), ("lsoa", "lsoa")):
        content = (folder / f"charnwood-{name}-uk-geojson-2017.json").read_bytes()
        edition = parse_areas("wards" if kind == "wards" else "lsoa", content)
        cells = [Cell(r.code, r.name, Shown(chance.randint(0, 90))) for r in edition.rows]
        says = editions.on(kind, edition.edition, date(2026, 1, 1)).says

        svg = choropleth(cells, {r.code: r.wkb for r in edition.rows}, Told("ASB", "all", says))

        assert len(svg.encode()) <= MOST_BYTES
        assert re.search("2013 wards, replaced in May 2023|2011 LSOAs, replaced in March 2021", svg)
        assert len(said(svg)) == len(edition.rows)
