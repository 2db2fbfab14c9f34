"""The parameters of the score, as they are declared in ``parameters.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.packaged import packaged_toml


@dataclass(frozen=True, slots=True)
class Declared:
    """m-probabilities and reach; ``version`` stands in every answer and in the ledger."""

    version: str
    rate: float
    most_hours: int
    near_metres: float
    proposed: float
    within: float
    doubt: float
    same_point: float
    near_point: float
    point_in_area: float
    same_area: float
    same_key: float
    hours: tuple[tuple[int, float], ...]
    """Greatest gap in hours → m, ascending."""
    days: tuple[tuple[int, float], ...]
    subs: dict[str, float]
    behaviours: dict[str, float]


@cache
def packaged_parameters() -> Declared:
    """Return the parameters that travel inside the package."""
    return _read(packaged_toml("gateway.analysis.links", "parameters.toml"))


def _read(said: dict[str, Any]) -> Declared:
    space, time, behaviour = said["space"], said["time"], said["behaviour"]
    return Declared(
        version=said["version"],
        rate=said["prior"]["rate"],
        most_hours=said["reach"]["most_hours"],
        near_metres=said["reach"]["near_metres"],
        proposed=said["reach"]["proposed"],
        within=said["reach"]["within"],
        doubt=said["reach"]["doubt"],
        same_point=space["points"]["same"],
        near_point=space["points"]["near"],
        point_in_area=space["points"]["same_area"],
        same_area=space["areas"]["same"],
        same_key=space["keys"]["agree"],
        hours=tuple((int(gap), m) for gap, m in time["hours"].items()),
        days=tuple((int(gap), m) for gap, m in time["days"].items()),
        subs=behaviour["subs"],
        behaviours=behaviour["behaviours"],
    )
