"""An invented edition of areas, and how it fits the one that is loaded."""

from __future__ import annotations

from gateway.law.area_documents import PutAreaDocument, area_sets
from schemas.areas import AreaFit
from tests.support.server import RunningGateway


def onto(gateway: RunningGateway) -> dict[str, str]:
    """Return the areas of 2031, an invented edition, by those whose three quarters lie in each."""
    level = area_sets(gateway.house.reader)[0]
    codes = sorted(code for area in level.areas for code in area.members)
    return {code: f"N{number // 2:08}" for number, code in enumerate(codes)}


def put_fit(gateway: RunningGateway) -> None:
    """Keep how the invented edition fits that of 2031."""
    after, house = onto(gateway), gateway.house
    fit = {
        "kind": "lsoa",
        "before": area_sets(house.reader)[0].level_edition,
        "onto": "lsoa",
        "after": "2031",
        "weight": "area",
        "rows": [
            row
            for code, one in after.items()
            for row in (
                {"before": code, "after": one, "share": 0.75, "name": "New"},
                {"before": code, "after": None, "share": 0.25},
            )
        ],
        "weights": dict.fromkeys(after, 1.0),
    }
    house.writer.run(PutAreaDocument(AreaFit.model_validate(fit), house.act("operator")))
