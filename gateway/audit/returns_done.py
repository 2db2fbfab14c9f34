"""Making and sending what a period's matrix of returns says may be made and is still owed."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.audit.returns import Matrix, Owed
from gateway.errors import LawRefuses
from gateway.net.egress import EgressClient
from gateway.release.return_asked import Ask, ReturnDesk
from gateway.release.return_pushed import push_return, target_of
from gateway.release.returned import make
from policies.duty import DutyState

MAY_BE_MADE = frozenset(
    {
        DutyState.DUE,
        DutyState.OVERDUE,
        DutyState.SENT,
        DutyState.SENT_LATE,
        DutyState.MET_BY_STANDING,
    }
)
TO_SEND = frozenset({DutyState.DUE, DutyState.OVERDUE})


def asks_of(found: Matrix) -> list[Ask]:
    """Return what may be made of a period: each holder for each recipient, once."""
    asks = {
        (cell.authority, one.recipient): Ask(cell.authority, one.recipient, found.quarter)
        for cell in found.cells
        for one in cell.owed
        if one.state in MAY_BE_MADE
    }
    return list(asks.values())


def make_returns(desk: ReturnDesk, found: Matrix, actor: str) -> tuple[int, list[Ask]]:
    """Make every return that may be made and is not; return how many files, and what the law refused.

    Raises:
        ReleaseHeld, LawUnavailable: Nothing may leave.
        StoreUnavailable: The database does not answer; what is made is made.
    """
    made, refused = 0, []
    for ask in asks_of(found):
        try:
            made += len(make(desk, ask, actor))
        except LawRefuses:
            refused.append(ask)
    return made, refused


def owed_to_systems(desk: ReturnDesk, found: Matrix) -> Iterator[tuple[Ask, int, Owed]]:
    """Yield what is still owed to recipients whose systems take pushes: for whom, of which paragraph."""
    for cell in found.cells:
        for one in cell.owed:
            if one.state in TO_SEND and target_of(desk, one.recipient) is not None:
                yield Ask(cell.authority, one.recipient, found.quarter), cell.paragraph.number, one


async def send_returns(desk: ReturnDesk, found: Matrix, client: EgressClient) -> list[str]:
    """Send what is owed to every system that takes pushes; return what came of each."""
    outcomes = []
    for ask, paragraph, _ in list(owed_to_systems(desk, found)):
        target = target_of(desk, ask.recipient)
        if target is not None:
            outcomes.append(await push_return(desk, client, target, ask, paragraph))
    return outcomes
