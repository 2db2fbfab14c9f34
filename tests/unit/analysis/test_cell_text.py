"""The cells of an answer are written as any writer of JSON would."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.cell_text import cells_text
from gateway.analysis.counting import Cell

TEXT = st.text(max_size=20)
MEASURE = st.none() | st.floats(allow_nan=False, allow_infinity=False)
CELLS = st.builds(
    Cell,
    *[TEXT, TEXT, st.none() | TEXT, st.none() | TEXT, st.none() | st.integers(0, 10**9), TEXT],
    *[st.none() | TEXT, st.none() | TEXT, MEASURE, MEASURE, st.none() | TEXT],
)


@given(st.lists(CELLS, max_size=10))
def test_it_is_what_any_writer_says(cells: list[Cell]) -> None:
    assert json.loads(cells_text(cells)) == [cell._asdict() for cell in cells]
