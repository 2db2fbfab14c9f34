"""Two years that an analyst can compare: incidents under a feed of their own, the county's request, editions.

The rows hold no name and no text: codes, times and metres, with the rhythm that such records have (evenings,
weekends, summers, a slow fall, a few places with most, one that is getting worse).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from random import Random  # noqa: TID251 - seeded: the same seed invents the same rows
from typing import Final

from adapters import synthetic_nsir
from gateway.analysis.editions import publish
from gateway.analysis.entitled import Desk
from gateway.assembly import House
from gateway.clock import LONDON
from gateway.demo.geography import EAST, NORTH, SOUTH, WEST
from gateway.demo.stage import ACTOR, COUNTY, POLICE
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest
from gateway.law.register import PutSubscription, put_feed
from gateway.seed import AS_TOLD, CHARNWOOD
from schemas.codes import Regime
from schemas.feeds import ControllerRole, Feed
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Filter, Subscription

HISTORY: Final = "police-history"
COUNTY_ANALYSIS: Final = "county-analysis"
YEARS: Final = 2
QUARTERS: Final = 2
"""Published for who may have counts alone: the last that are closed, and what is closed after them."""
GRACE_DAYS: Final = 14
_LARGEST: Final = 20_000
_A_MONTH: Final = 165
"""Rows of an average month."""

_BY_MONTH: Final = (0.8, 0.75, 0.9, 1.0, 1.1, 1.15, 1.25, 1.3, 1.05, 1.2, 1.05, 0.8)
_BY_HOUR: Final = (5, 4, 3, 2, 1, 1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 8, 9, 10, 11, 13, 14, 13, 11, 8)
_BY_DAY: Final = (0.85, 0.85, 0.9, 0.95, 1.3, 1.5, 1.0)
_FALL_A_YEAR: Final = 0.09
_GETS_WORSE: Final = (457_000.0, 315_000.0)
"""Metres: a place where most was quiet until the last half year."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """A sort of incident: its codes, and how many of a hundred are of it."""

    opening: str
    closing: str
    of_hundred: int


_SORTS: Final = (
    _Sort("215", "215", 30),
    _Sort("214", "214", 9),
    _Sort("216", "216", 6),
    _Sort("215", "202", 14),
    _Sort("215", "211", 12),
    _Sort("215", "201", 7),
    _Sort("215", "213", 4),
    _Sort("215", "209", 4),
    _Sort("216", "205", 3),
    _Sort("216", "200", 3),
    _Sort("215", "206", 2),
    _Sort("215", "204", 2),
    _Sort("215", "010", 4),
)
_PLACES: Final = (
    (453_500.0, 319_500.0, 900.0, 30),
    (452_300.0, 320_700.0, 700.0, 14),
    (455_200.0, 318_300.0, 700.0, 12),
    (447_700.0, 319_900.0, 1_100.0, 10),
    (462_600.0, 311_600.0, 1_000.0, 9),
    (459_300.0, 309_600.0, 1_000.0, 8),
    (460_100.0, 315_200.0, 900.0, 5),
    (457_900.0, 314_300.0, 3_500.0, 12),
)
"""Metres east and north of the middle of a settlement, its spread, and how many of a hundred lie there."""


def _below(weights: Sequence[float]) -> tuple[float, ...]:
    return tuple(accumulate(weights))


def begin(house: House, now: datetime) -> None:
    """Add the feed and all that was recorded before an instant."""
    feed = Feed(
        name=HISTORY,
        title="Police incidents of the last two years, without personal data",
        adapter="police_nsir",
        settings=AS_TOLD,
        controller=POLICE,
        role=ControllerRole.PROCESSOR,
        contract="to-be-named",
        regime=Regime.LAW_ENFORCEMENT,
        district_code=CHARNWOOD,
        district_name="Charnwood",
    )
    house.writer.run(put_feed(feed, house.act(ACTOR)))
    house.book.refresh()
    go_on(house, now - timedelta(days=round(365.25 * YEARS)) - timedelta(days=31), now)


def go_on(house: House, since: datetime, until: datetime) -> None:
    """Record what was reported from one instant to another."""
    rows = list(invented(since, until))
    if not rows:
        return
    body = synthetic_nsir.csv_bytes(rows)
    desk = house.desk(HISTORY, house.book.current())
    request = PushRequest(
        receipt_id=house.new_id(),
        client_id=f"{POLICE}-system",
        partner=POLICE,
        fingerprint=sha256(body).digest(),
        key_hmac=None,
        unit=None,
        at=until,
    )
    push(body, "text/csv", desk, request, house.writer, _LARGEST).result()


def tell(house: House) -> dict[str, str]:
    """Let the county ask for them, and publish editions: about a second each; no path has parts."""
    asked = Subscription(
        id=COUNTY_ANALYSIS,
        partner=COUNTY,
        power=Power.SECTION_17A,
        purpose=Purpose.CRIME_AND_DISORDER_STRATEGY,
        lane=Lane.DEPERSONALISED,
        filter=Filter(sources=(HISTORY,)),
    )
    house.writer.run(PutSubscription(asked, house.act(ACTOR)))
    house.book.refresh()
    desk = Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)
    for period in closed_periods(house.clock.now()):
        publish(desk, period, ACTOR, GRACE_DAYS, dry_run=False)
    return {}


def closed_periods(now: datetime) -> list[str]:
    """Return the last quarters that are closed, and the last closed month of the one after them."""
    grace = (now - timedelta(days=GRACE_DAYS)).astimezone(LONDON)
    number = grace.year * 4 + (grace.month - 1) // 3
    quarters = [f"{one // 4}Q{one % 4 + 1}" for one in range(number - QUARTERS, number)]
    begun = grace.month % 3 != 1
    return [*quarters, *([f"{grace.year}-{grace.month - 1:02d}"] if begun else [])]


def invented(since: datetime, until: datetime) -> Iterator[dict[str, str]]:
    """Invent rows, day by day: each day's are the same whatever was asked for before it."""
    day = since.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < until:
        yield from (row for at, row in _of_day(day, until) if since <= at < until)
        day += timedelta(days=1)


def _of_day(day: datetime, until: datetime) -> Iterator[tuple[datetime, dict[str, str]]]:
    drawn = Random(day.toordinal())  # noqa: S311 - nothing secret
    years_ago = (until - day) / timedelta(days=365)
    expected = _A_MONTH / 30.4 * _BY_MONTH[day.month - 1] * _BY_DAY[day.weekday()]
    expected *= 1 + _FALL_A_YEAR * years_ago
    count = int(expected * drawn.uniform(0.6, 1.4) + drawn.random())
    for number in range(count):
        hour = drawn.choices(range(24), cum_weights=_below(_BY_HOUR))[0]
        at = day + timedelta(hours=hour, minutes=drawn.randrange(60))
        yield at, _row(number, at, years_ago, drawn)


def _row(number: int, at: datetime, years_ago: float, drawn: Random) -> dict[str, str]:
    sort = drawn.choices(_SORTS, cum_weights=_below([one.of_hundred for one in _SORTS]))[0]
    east, north = _place(years_ago, drawn)
    told = {
        "URN": f"H{at:%y}-{number:04d}-{at:%Y%m%d}",
        "CREATED": f"{at:%d/%m/%Y %H:%M}",
        "INCIDENT_DATE": f"{at:%d/%m/%Y %H:%M}",
        "OPENING_CODE": sort.opening,
        "CLOSING_CODE_1": sort.closing,
        "GRADE": drawn.choice("123334"),
        "EASTING": f"{east:.0f}",
        "NORTHING": f"{north:.0f}",
        "BEAT": drawn.choice(("CL21", "CL22", "CL23", "CL31", "CL32")),
    }
    return dict.fromkeys(synthetic_nsir.COLUMNS, "") | told


def _place(years_ago: float, drawn: Random) -> tuple[float, float]:
    if years_ago < 1 / 2 and drawn.random() < (1 / 2 - years_ago) / 3:
        x, y, spread = *_GETS_WORSE, 350.0
    else:
        x, y, spread, _ = drawn.choices(_PLACES, cum_weights=_below([one[3] for one in _PLACES]))[0]
    east, north = drawn.gauss(x, spread), drawn.gauss(y, spread)
    return min(max(east, WEST + 1), EAST - 1), min(max(north, SOUTH + 1), NORTH - 1)
