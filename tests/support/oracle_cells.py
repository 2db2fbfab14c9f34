"""The oracle's word on minimum cells, by the design and the Act: which requests need one, and which may.

Section 17A(1) is a duty about every record, so a relevant authority is held back none; what its
controller publishes is held back from nobody; everybody else gets five at least.
"""

from __future__ import annotations

from schemas.subscriptions import Subscription


def oracle_cells(asked: Subscription, *, relevant: bool) -> set[str]:
    """Return what is unmet, for a recipient that is a relevant authority on the day or is not."""
    if asked.lane != "depersonalised":
        return {"everywhere.cells_are_of_records"} if asked.minimum_cell > 0 else set()
    open_data = asked.power == "non_personal"
    duty = asked.power == "section_17a" and relevant
    if open_data or duty or asked.minimum_cell >= 5:
        return set()
    return {"everywhere.minimum_cell_is_enough"}
