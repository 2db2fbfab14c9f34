"""The oracle's word on minimum cells, by the design and the Act: which requests need one, and which may.

Section 17A(1) is a duty about every record, so a relevant authority is held back none; what its
controller publishes is held back from nobody; everybody else gets five at least, and what an agreement
says beyond that.
"""

from __future__ import annotations

from schemas.agreements import Agreement
from schemas.cells import Cells
from schemas.subscriptions import Subscription


def oracle_cells(asked: Subscription, named: Agreement | None, *, relevant: bool) -> set[str]:
    """Return what is unmet, for a recipient that is a relevant authority on the day or is not."""
    if asked.lane != "depersonalised":
        return {"everywhere.cells_are_of_records"} if asked.minimum_cell > 0 else set()
    open_data = asked.power == "non_personal"
    duty = asked.power == "section_17a" and relevant
    unmet = set()
    if not open_data and not duty and asked.minimum_cell < 5:
        unmet.add("everywhere.minimum_cell_is_enough")
    if named is not None and asked.minimum_cell < named.minimum_cell:
        unmet.add("everywhere.minimum_cell_is_agreed")
    if named is not None and oracle_finer(asked.cells, named.cells):
        unmet.add("everywhere.cells_are_agreed")
    return unmet


def oracle_finer(asked: Cells, agreed: Cells) -> bool:
    """Whether a cell could be told from another inside one agreed cell; wards and MSOAs cross."""
    within = {"lsoa": "", "msoa": "lsoa", "ward": "lsoa", "district": "lsoa msoa ward"}
    longer = {"day": "", "month": "day", "quarter": "day month"}
    crossing = {asked.place.value, agreed.place.value} == {"msoa", "ward"}
    return (
        crossing
        or asked.place in within[agreed.place].split()
        or (asked.time in longer[agreed.time].split())
    )
