"""A tile cartogram of Charnwood's wards, our own layout, and invented wards of the same names and places.

Laid out on the wards of 2013 (their names and borders are public, ONS): of 62 pairs of neighbours 54
touch, 37 of them by a side, and all but 3 lie on the side of each other on which they lie. Codes and outlines
of the invented wards are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from schemas.areas import TileLayout

SIDE: Final = 6
"""Tiles from west to east, and from north to south."""


class WardTile(NamedTuple):
    """The code of a ward of 2013, its name, and the column and row of its tile, from the north-west."""

    code: str
    name: str
    column: int
    row: int


WARDS: Final = tuple(
    WardTile(*one)
    for one in (
        ("E05005433", "Loughborough Dishley and Hathern", 0, 0),
        ("E05005441", "Loughborough Storer", 1, 0),
        ("E05005436", "Loughborough Lemyngton", 2, 0),
        ("E05005434", "Loughborough Garendon", 0, 1),
        ("E05005432", "Loughborough Ashby", 1, 1),
        ("E05005440", "Loughborough Southfields", 2, 1),
        ("E05005435", "Loughborough Hastings", 3, 1),
        ("E05005451", "The Wolds", 4, 1),
        ("E05005448", "Sileby", 5, 1),
        ("E05005446", "Shepshed East", 0, 2),
        ("E05005437", "Loughborough Nanpantan", 1, 2),
        ("E05005439", "Loughborough Shelthorpe", 2, 2),
        ("E05005444", "Quorn and Mountsorrel Castle", 3, 2),
        ("E05005427", "Barrow and Sileby West", 4, 2),
        ("E05005453", "Wreake Villages", 5, 2),
        ("E05005447", "Shepshed West", 0, 3),
        ("E05005438", "Loughborough Outwoods", 1, 3),
        ("E05005431", "Forest Bradgate", 2, 3),
        ("E05005445", "Rothley and Thurcaston", 3, 3),
        ("E05005442", "Mountsorrel", 4, 3),
        ("E05005430", "East Goscote", 5, 3),
        ("E05005426", "Anstey", 2, 4),
        ("E05005428", "Birstall Wanlip", 3, 4),
        ("E05005450", "Syston West", 4, 4),
        ("E05005443", "Queniborough", 5, 4),
        ("E05005429", "Birstall Watermead", 3, 5),
        ("E05005452", "Thurmaston", 4, 5),
        ("E05005449", "Syston East", 5, 5),
    )
)


def layout_of_2013() -> TileLayout:
    """Return the cartogram for figures by the wards of 2013, which were replaced in May 2023."""
    return _layout("charnwood-wards-2013", "2013", [one.code for one in WARDS])


def invented_layout(edition: str) -> TileLayout:
    """Return the cartogram for figures by the invented wards."""
    return _layout("charnwood-wards", edition, [invented_code(n) for n in range(len(WARDS))])


def _layout(name: str, edition: str, codes: list[str]) -> TileLayout:
    tiles = [
        {"code": code, "name": one.name, "column": one.column, "row": one.row}
        for code, one in zip(codes, WARDS, strict=True)
    ]
    document = {"name": name, "title": "Charnwood's wards as tiles", "kind": "wards"}
    return TileLayout.model_validate({**document, "edition": edition, "tiles": tiles})


def invented_code(number: int) -> str:
    """Return the code of an invented ward by its place among ``WARDS``: nobody's."""
    return f"E05999{number + 1:03}"


def cells() -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Yield each invented ward with the places (column, row) that it covers: its tile, empty ones by it."""
    covered: dict[int, list[tuple[int, int]]] = {
        number: [(one.column, one.row)] for number, one in enumerate(WARDS)
    }
    taken = {(one.column, one.row) for one in WARDS}
    for column in range(SIDE):
        for row in range(SIDE):
            if (column, row) not in taken:
                nearest = min(
                    range(len(WARDS)),
                    key=lambda n: (
                        abs(WARDS[n].column - column) + abs(WARDS[n].row - row),
                        n,
                    ),
                )
                covered[nearest].append((column, row))
    yield from covered.items()
