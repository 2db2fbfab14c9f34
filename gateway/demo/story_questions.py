"""The demonstration's evidence: a breach closed in time, one whose clock runs, a partner that has left.

Told by the functions that do it in earnest. What happened is invented, and names nobody.
"""

from __future__ import annotations

from datetime import timedelta

from gateway.assembly import House
from gateway.audit.breaches import Breaches, Decision
from gateway.audit.exposed import Span
from gateway.audit.latest import last_released
from gateway.audit.offboarding import OffBoardings
from gateway.law.register import put_partner
from schemas.partners import DatedKind, Partner, PartnerKind

_LEAD = "ig-lead"
CLOSED, OPEN, LEFT = "b-2026-1", "b-2026-2", "o-2026-1"
_LEAVER = Partner(
    id="example-charity",
    name="Example Charity for Young People",
    kinds=(DatedKind(kind=PartnerKind.CHARITY),),
)


def tell(house: House, recipient: str = "llr-fire") -> dict[str, str]:
    """Make the history; return route path → the same filled.

    Args:
        house: Of the demonstration.
        recipient: The partner at whom both breaches happened.
    """
    register = Breaches(house.reader, house.writer, house.book, house.keys, house.clock)
    known = {one.id for one in register.all()}
    if CLOSED not in known:
        _closed(house, register, recipient)
        _open(house, register, recipient)
        _left(house)
    paths = {
        "/console/questions/{number}": "/console/questions/12",
        "/console/breaches/{breach}": f"/console/breaches/{OPEN}",
        "/console/off-boarding/{off_boarding}": f"/console/off-boarding/{LEFT}",
    }
    last = last_released(house.reader, house.book.refresh())
    if last is not None:
        paths["/console/disclosures/{subscription}/{release}"] = last.path
    return paths


def _closed(house: House, register: Breaches, recipient: str) -> None:
    now = house.clock.now()
    span = Span(now - timedelta(days=30), now - timedelta(days=2))
    aware = now - timedelta(hours=31)
    words = (
        "A laptop of the recipient was left on a train. Its disk was encrypted; the lock was on."
    )
    register.open(CLOSED, recipient, span, aware, words, house.act(_LEAD))
    found = "The railway handed it in two hours later; its log shows no sign-in between."
    register.note(CLOSED, found, house.act(_LEAD))
    why = "A risk to people cannot be ruled out until the log is confirmed by the maker."
    register.decide(CLOSED, Decision.REPORT, why, house.act(_LEAD))
    told = "The nominated persons of every controller listed, by telephone and in writing."
    register.tell_controllers(CLOSED, told, house.act(_LEAD))
    register.report(CLOSED, now - timedelta(hours=1), "IC-EXAMPLE-1", "", house.act(_LEAD))
    lesson = "The recipient reads the feed on fixed machines only; agreed in writing."
    register.close(CLOSED, lesson, house.act(_LEAD))


def _open(house: House, register: Breaches, recipient: str) -> None:
    now = house.clock.now()
    span = Span(now - timedelta(days=7), now)
    words = "An export was sent to a wrong mailbox of the recipient's own organisation."
    register.open(OPEN, recipient, span, now - timedelta(hours=50), words, house.act(_LEAD))


def _left(house: House) -> None:
    house.writer.run(put_partner(_LEAVER, house.act(_LEAD)))
    leaving = OffBoardings(house.reader, house.writer, house.book, house.keys, house.clock)
    reason = "The charity's project with the partnership has ended."
    leaving.begin(LEFT, _LEAVER.id, reason, house.act(_LEAD))
    house.book.refresh()
