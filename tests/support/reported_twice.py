"""Three feeds of an invented district in which it is known which records are one event.

Two worlds: ``SAMPLE``, on which the score was looked at while it was made, and ``HELD_OUT``, of other numbers
and another seed, which shows what of that was tuned to the sample. Nobody and nothing real is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from gateway.analysis.links.events import Event

POLICE, HOUSING, COUNCIL = FEEDS = ("police-nsir", "cnh-housing", "street-management")
PAIRS = ((HOUSING, POLICE), (HOUSING, COUNCIL), (POLICE, COUNCIL))
BEHAVIOURS = tuple(
    (f"area_{area}", f"behaviour_{area}_{number}", f"sub_{area}_{number}_{sub}")
    for area in range(4)
    for number in range(3)
    for sub in range(3)
)


@dataclass(frozen=True)
class Noise:
    """How one feed tells of an event."""

    late: tuple[float, float, float]
    """Shares told at the hour, within three hours, within half a day; the rest within two days."""
    by_day: float
    """Share whose time is known to the day alone."""
    other_point: float
    other_area: float
    by_area: float
    """Shares at a neighbouring map point, in another area, at the area alone."""
    other_behaviour: float
    no_sub: float
    keyed: float
    other_key: float


@dataclass(frozen=True)
class World:
    """A district, a period, and how its feeds tell of it."""

    seed: int
    events: int
    days: int
    areas: int
    points: int
    """Map points an area."""
    homes: int
    """Homes a map point."""
    evening: float
    """Share of events in the evening."""
    chronic: float
    """Share of events that come from homes with many."""
    twice: float
    thrice: float
    noise: dict[str, Noise] = field(default_factory=dict)


SAMPLE = World(
    seed=20261126,
    events=3_000,
    days=91,
    areas=60,
    points=12,
    homes=30,
    evening=0.55,
    chronic=0.15,
    twice=0.12,
    thrice=0.02,
    noise={
        POLICE: Noise((0.75, 0.15, 0.07), 0.02, 0.08, 0.02, 0.02, 0.12, 0.05, 0.45, 0.02),
        HOUSING: Noise((0.45, 0.25, 0.20), 0.35, 0.03, 0.01, 0.10, 0.15, 0.20, 0.95, 0.01),
        COUNCIL: Noise((0.50, 0.25, 0.15), 0.30, 0.10, 0.03, 0.15, 0.18, 0.30, 0.35, 0.03),
    },
)
HELD_OUT = World(
    seed=771,
    events=4_500,
    days=122,
    areas=45,
    points=16,
    homes=22,
    evening=0.65,
    chronic=0.25,
    twice=0.08,
    thrice=0.01,
    noise={
        POLICE: Noise((0.70, 0.18, 0.08), 0.05, 0.10, 0.03, 0.05, 0.15, 0.10, 0.40, 0.03),
        HOUSING: Noise((0.40, 0.30, 0.20), 0.40, 0.05, 0.02, 0.05, 0.18, 0.25, 0.90, 0.02),
        COUNCIL: Noise((0.45, 0.25, 0.20), 0.25, 0.12, 0.04, 0.20, 0.22, 0.25, 0.30, 0.04),
    },
)


@dataclass(frozen=True)
class Labelled:
    """The feeds' records, and the event that each tells of."""

    records: dict[str, list[Event]]
    events: dict[str, list[int]]

    def true_pairs(self, one: str, other: str) -> set[tuple[int, int]]:
        """Which records of two feeds are one event, by their numbers."""
        where = {event: number for number, event in enumerate(self.events[other])}
        return {
            (number, where[event])
            for number, event in enumerate(self.events[one])
            if event in where
        }

    @property
    def repeated(self) -> int:
        """How many records repeat an event that another tells of."""
        every = [event for events in self.events.values() for event in events]
        return len(every) - len(set(every))

    def without_keys(self) -> Labelled:
        """The same where no agreement lets a key be compared."""
        return Labelled(
            {
                feed: [replace(one, keys=frozenset()) for one in records]
                for feed, records in self.records.items()
            },
            self.events,
        )


@dataclass(frozen=True)
class _Truth:
    hour: int
    area: int
    point: int
    home: int
    behaviour: int


def labelled(world: World, seed: int | None = None) -> Labelled:
    """Make a world's feeds."""
    dice = Random(world.seed if seed is None else seed)
    spots = _spots(dice, world)
    truths = _truths(dice, world)
    records: dict[str, list[Event]] = {feed: [] for feed in FEEDS}
    events: dict[str, list[int]] = {feed: [] for feed in FEEDS}
    for number, truth in enumerate(truths):
        chance = dice.random()
        tell = 3 if chance < world.thrice else 2 if chance < world.thrice + world.twice else 1
        for feed in dice.sample(FEEDS, k=tell, counts=None):
            name = f"{feed}-{len(records[feed])}"
            records[feed].append(_told(dice, name, truth, world, world.noise[feed], spots))
            events[feed].append(number)
    return Labelled(records, events)


def _spots(dice: Random, world: World) -> list[list[tuple[float, float]]]:
    """Map points in areas of 900 m a side, eight a row."""
    return [
        [
            (
                450_000 + area % 8 * 900 + dice.random() * 900,
                310_000 + area // 8 * 900 + dice.random() * 900,
            )
            for _ in range(world.points)
        ]
        for area in range(world.areas)
    ]


def _truths(dice: Random, world: World) -> list[_Truth]:
    busy = [1 / (1 + rank) ** 0.5 for rank in range(world.areas)]
    mix = [[dice.random() ** 2 for _ in BEHAVIOURS] for _ in range(world.areas)]
    chronic = [
        (dice.randrange(world.areas), dice.randrange(world.points), dice.randrange(world.homes))
        for _ in range(max(1, round(world.events * world.chronic / 8)))
    ]
    usual = {home: dice.randrange(len(BEHAVIOURS)) for home in chronic}
    made = []
    for _ in range(world.events):
        (area,) = dice.choices(range(world.areas), busy)
        place = (area, dice.randrange(world.points), dice.randrange(world.homes))
        (behaviour,) = dice.choices(range(len(BEHAVIOURS)), mix[area])
        if dice.random() < world.chronic:
            place = dice.choice(chronic)
            behaviour = usual[place] if dice.random() < 0.8 else behaviour
        made.append(_Truth(_an_hour(dice, world), *place, behaviour))
    return made


def _an_hour(dice: Random, world: World) -> int:
    day = dice.randrange(world.days)
    if day % 7 < 5 and dice.random() < 0.25:
        day = min(world.days - 1, day - day % 7 + dice.choice((5, 6)))
    hour = dice.randrange(18, 24) if dice.random() < world.evening else dice.randrange(24)
    return 490_000 + day * 24 + hour


def _told(
    dice: Random,
    name: str,
    truth: _Truth,
    world: World,
    noise: Noise,
    spots: Sequence[Sequence[tuple[float, float]]],
) -> Event:
    hour = truth.hour + _lateness(dice, noise)
    area, point = truth.area, truth.point
    moved = dice.random()
    if moved < noise.other_area:
        area = dice.randrange(world.areas)
    elif moved < noise.other_area + noise.other_point:
        point = _beside(dice, spots[area], point)
    typology = BEHAVIOURS[truth.behaviour]
    if dice.random() < noise.other_behaviour:
        of_area = [one for one in BEHAVIOURS if one[0] == typology[0]]
        typology = dice.choice(of_area if dice.random() < 0.6 else BEHAVIOURS)
    sub = None if dice.random() < noise.no_sub else typology[2]
    home = truth.home if dice.random() >= noise.other_key else dice.randrange(world.homes)
    key = ("uprn", f"{truth.area}/{truth.point}/{home}".encode())
    return Event(
        name=name,
        hour=None if dice.random() < noise.by_day else hour,
        day=hour // 24,
        point=None if dice.random() < noise.by_area else spots[area][point],
        area=f"area-{area}",
        typology_area=typology[0],
        behaviour=typology[1],
        sub=sub,
        keys=frozenset({key}) if dice.random() < noise.keyed else frozenset(),
    )


def _lateness(dice: Random, noise: Noise) -> int:
    """Hours between the event and the time that is told of it."""
    bands = ((0, 0), (1, 3), (4, 12), (13, 48))
    rest = 1 - sum(noise.late)
    ((low, high),) = dice.choices(bands, (*noise.late, rest))
    return dice.randint(low, high)


def _beside(dice: Random, points: Sequence[tuple[float, float]], point: int) -> int:
    """One of the three map points nearest to another of its area."""
    x, y = points[point]
    near = sorted(
        range(len(points)), key=lambda n: (points[n][0] - x) ** 2 + (points[n][1] - y) ** 2
    )
    return dice.choice(near[1:4])
