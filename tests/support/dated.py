"""An edition of areas of which an operator has said something."""

from __future__ import annotations

from gateway.assembly import House
from gateway.law.area_documents import PutAreaDocument
from schemas.areas import EditionDates


def fill(house: House) -> None:
    """Say where an edition comes from."""
    dates = EditionDates(kind="wards", edition="2013", source="Invented")
    house.writer.run(PutAreaDocument(dates, house.act("operator")))
