"""Options of ``gateway geography``: how a file is read, and what is said of an edition."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Coordinates(StrEnum):
    """What the coordinates of a GeoJSON file are."""

    CRS84 = "crs84"
    BNG = "bng"


Within = Annotated[
    list[str] | None,
    typer.Option(help="Postcode area or district to keep, such as LE or LE11; may be repeated."),
]
Districts = Annotated[
    list[str] | None,
    typer.Option(
        help="District (GSS code or name) of which the addresses are complete; may be repeated."
        " Where absent: those of the feeds."
    ),
]
CodeProperty = Annotated[
    str | None, typer.Option(help="GeoJSON property with the GSS code, where it is not guessed.")
]
NameProperty = Annotated[
    str | None, typer.Option(help="GeoJSON property with the name, where it is not guessed.")
]
Crs = Annotated[
    Coordinates | None, typer.Option(help="Of GeoJSON that does not say it, or says it wrongly.")
]
Starts = Annotated[
    str | None, typer.Option(help="The first day on which the edition stands, as 2023-05-04.")
]
Ends = Annotated[
    str | None, typer.Option(help="The first day on which it no longer stands, as 2023-05-04.")
]
SupersededBy = Annotated[str | None, typer.Option(help="The edition that replaced it, as 2023.")]
Source = Annotated[
    str | None, typer.Option(help="Where it came from: publisher, product, licence. No person.")
]
Year = Annotated[
    int | None, typer.Option(help="Of residents, where neither a column nor the edition says it.")
]
