"""What is compared of a record: the place and time that leave, what it was, and keys where they may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

HOURS_A_DAY = 24
Metres = tuple[float, float]
Key = tuple[str, bytes]
PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Event:
    """One record, as it leaves."""

    name: str
    """Its released id."""
    hour: int | None
    """Hours since 1970 where its time leaves to the hour."""
    day: int
    """Days since 1970."""
    point: Metres | None = None
    """Easting and northing of its map point, where it leaves at one."""
    area: str | None = None
    """Code of the area at which it leaves; of a map point, of the LSOA that the point lies in."""
    typology_area: str | None = None
    behaviour: str | None = None
    sub: str | None = None
    others: frozenset[str] = frozenset()
    """Other behaviours that the crosswalk gives as candidates."""
    keys: frozenset[Key] = field(default_factory=frozenset)
    """Kind and keyed hash of what a live agreement lets be compared."""

    @property
    def told(self) -> tuple[str | None, str | None, str | None, frozenset[str]]:
        """What is told of its behaviour."""
        return self.typology_area, self.behaviour, self.sub, self.others


def agreement_on_behaviour(one: Event, other: Event) -> str | None:
    """Return the level at which two agree on behaviour; None where one tells none."""
    if one.behaviour is None or other.behaviour is None:
        return None
    if one.sub is not None and one.sub == other.sub:
        return "same_sub"
    if one.behaviour == other.behaviour:
        return "same_behaviour"
    if ({one.behaviour} | one.others) & ({other.behaviour} | other.others):
        return "compatible"
    if one.typology_area == other.typology_area:
        return "same_area"
    return "different"


def homes_differ(one: Event, other: Event) -> bool:
    """Whether both name a home in the same way and none in common; two telephone numbers say nothing."""
    kinds = {kind for kind, _ in one.keys} & {kind for kind, _ in other.keys} - {PHONE}
    return bool(kinds) and not one.keys & other.keys


def tells_sub(one: Event, other: Event) -> bool:
    """Whether both tell a sub-behaviour, so that they could agree on it."""
    return one.sub is not None and other.sub is not None


def cells_of(event: Event, near: float) -> Iterator[tuple[object, ...]]:
    """Yield where an event is looked for: its keys, its area, its map point's square of ``near`` metres."""
    for key in event.keys:
        yield "key", key
    if event.area is not None:
        yield "area", event.area
    if event.point is not None:
        yield "point", int(event.point[0] // near), int(event.point[1] // near)


def cells_round(event: Event, near: float) -> Iterator[tuple[object, ...]]:
    """Yield where its partners may lie: as ``cells_of``, and the squares round its own."""
    for cell in cells_of(event, near):
        if cell[0] != "point":
            yield cell
    if event.point is not None:
        column, row = int(event.point[0] // near), int(event.point[1] // near)
        for across in (-1, 0, 1):
            for up in (-1, 0, 1):
                yield "point", column + across, row + up
