"""Pictures of figures: what is hidden is hatched and never zero, and every figure says itself."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.console.charts.bars import Bar, bar_chart
from gateway.console.charts.lines import Line, line_chart, small_line
from gateway.console.charts.parts import Value, steps, top_of
from gateway.console.charts.wheel import limits_of, shade, time_wheel

HIDDEN = Value(None, "hidden (1 to 7)")
MISSING = Value(None, "not published", missing=True)
VALUES = st.one_of(
    st.integers(0, 10**7).map(lambda number: Value(number, f"{number:,}")),
    st.sampled_from([HIDDEN, MISSING]),
)
NAME = st.text(min_size=1, max_size=60)


def drawn(svg: str) -> ET.Element:
    """Read a picture, and see that it may stand on a page of ours."""
    assert " style=" not in svg
    assert "<style" not in svg
    assert "<script" not in svg
    root = ET.fromstring(svg)  # noqa: S314 - our own
    assert [child.tag for child in root[:2]] == ["title", "desc"]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert root.get("aria-labelledby", "").split() == ids[:2]
    return root


def titles(root: ET.Element) -> list[str]:
    return [element.findtext("title") or "" for element in root.iter("g")]


def hatched(root: ET.Element) -> int:
    return sum("-hidden" in (element.get("fill") or "") for element in root.iter())


@settings(max_examples=25)
@given(st.lists(VALUES, min_size=1, max_size=40), st.lists(NAME, min_size=1, max_size=4))
def test_a_line_says_every_figure_and_hatches_what_is_hidden(
    values: list[Value], names: list[str]
) -> None:
    names = [re.sub(r"[^\w ]", "x", name) for name in names]
    labels = [f"{at}" for at in range(len(values))]
    root = drawn(line_chart("k", "A title", "It says.", labels, [Line(n, values) for n in names]))
    small = drawn(small_line("s", "Small", labels, values, top_of(values)))

    shown = [one for one in values if not one.missing]
    for picture, times in ((root, len(names)), (small, 1)):
        assert len(titles(picture)) == len(shown) * times
        assert hatched(picture) == sum(one.number is None for one in shown) * times
    assert sum(said.endswith("hidden (1 to 7)") for said in titles(small)) == hatched(small)


def test_a_hidden_part_breaks_the_line() -> None:
    values = [Value(9, "9"), HIDDEN, Value(12, "12"), Value(10, "10")]
    root = drawn(line_chart("k", "t", "d", ["a", "b", "c", "d"], [Line("All", values)]))
    lines = [one.get("d", "") for one in root.iter("path") if one.get("stroke-width") == "2.5"]

    assert len(lines) == 1
    assert lines[0].count("M") == 1, "only the two that are neighbours are joined"


def test_bars_carry_their_figures_and_long_names_are_broken() -> None:
    long = "Disregard for community and personal well-being"
    root = drawn(bar_chart("k", "t", "d", [Bar(long, Value(30, "30")), Bar("B", HIDDEN)]))
    words = [element.text for element in root.iter("text")]

    assert words[:2] == ["Disregard for community and", "personal well-being"]
    assert words[2:] == ["30", "B", "hidden (1 to 7)"]
    assert hatched(root) == 1
    assert drawn(bar_chart("k", "t", "d", [])) is not None


def test_the_wheel_has_a_sector_for_each_hour_of_the_week() -> None:
    values = {(0, 3): Value(4, "4"), (6, 23): HIDDEN, (2, 2): Value(90, "90")}
    root = drawn(time_wheel("k", "t", "d", values))
    said = titles(root)

    assert len(said) == 24 * 7
    assert "Monday, 03:00 to 03:59: 4" in said
    assert "Sunday, 23:00 to 23:59: hidden (1 to 7)" in said
    assert hatched(root) == 2, "the sector and its entry in the legend"
    assert hatched(drawn(time_wheel("k", "t", "d", {}))) == 0


@settings(max_examples=25)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=168))
def test_more_is_never_lighter(numbers: list[int]) -> None:
    limits = limits_of({(0, at): Value(one, str(one)) for at, one in enumerate(numbers)})
    light = ["#F3F2F1", "#DCE9F5", "#9DC3E6", "#5B9BD5", "#2073BC", "#12436D"]
    shades = [light.index(shade(one, limits)) for one in sorted(numbers)]

    assert shades == sorted(shades)


@settings(max_examples=25)
@given(st.floats(0, 1e9))
def test_a_scale_ends_above_what_it_shows_and_has_few_marks(number: float) -> None:
    top = top_of([Value(number, "")])

    assert top >= number
    assert 2 <= len(steps(top)) <= 6
    assert steps(top)[0] == 0
