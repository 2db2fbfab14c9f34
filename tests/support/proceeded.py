"""A breach and an off-boarding in a house, for tests of what rests on them."""

from __future__ import annotations

from datetime import timedelta

from gateway.assembly import House
from gateway.audit.breaches import Breaches, Decision
from gateway.audit.exposed import Span
from gateway.audit.offboarding import Answer, OffBoardings
from tests.support.house import FIRE


def breaches(house: House) -> Breaches:
    """The register of breaches."""
    return Breaches(house.reader, house.writer, house.book, house.keys, house.clock)


def off_boardings(house: House) -> OffBoardings:
    """The register of off-boardings."""
    return OffBoardings(house.reader, house.writer, house.book, house.keys, house.clock)


def span(house: House, hours: int = 48) -> Span:
    """The last hours, and the next one."""
    now = house.clock.now()
    return Span(now - timedelta(hours=hours), now + timedelta(hours=1))


def fill(house: House, leaves: str = "uni") -> None:
    """Open a breach and decide about it; let a partner leave, up to its certificate."""
    act = house.act
    register = breaches(house)
    aware = house.clock.now() - timedelta(hours=1)
    register.open("b-1", FIRE, span(house), aware, "A laptop is gone.", act("ig-lead"))
    register.decide("b-1", Decision.REGISTER_ONLY, "It was encrypted.", act("ig-lead"))
    leaving = off_boardings(house)
    leaving.begin("o-1", leaves, "It closed.", act("ig-lead"))
    house.book.refresh()
    leaving.answer("o-1", Answer.DELETED, "Its registrar, by letter.", act("ig-lead"))
    leaving.certify("o-1", act("ig-lead"))
