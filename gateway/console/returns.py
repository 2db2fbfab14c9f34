"""Section 17A returns: who owes whom which paragraph of a quarter, how it stands, making and sending it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time

from fastapi import Response

from gateway.audit.returns import Cell, Matrix, matrix
from gateway.audit.returns_done import asks_of, make_returns, owed_to_systems, send_returns
from gateway.clock import LONDON
from gateway.console.desk import Desk, Visit
from gateway.console.handing import attached
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.console.needs import Need, needing
from gateway.console.words import quarter as in_words
from gateway.errors import NotFound, ReturnReceiptWrong
from gateway.posting import egress_client
from gateway.release.return_asked import Ask
from gateway.release.return_written import CSV, table
from gateway.release.returned import hand, receive
from policies.duty import DutyState
from policies.explain import FLAGS
from policies.periods import Quarter

PATH = "/console/returns"
CELL = PATH + "/{quarter}/{authority}/{paragraph}"
MAKE, SEND = PATH + "/{quarter}/{authority}/make", PATH + "/{quarter}/{authority}/send"
FILE, RECEIPT = CELL + "/{recipient}/file", CELL + "/{recipient}/receipt"
SHOWN = 6
"""Quarters that are offered: the one that runs and those before it."""
STATES: dict[DutyState, tuple[str, str]] = {
    DutyState.PERIOD_RUNS: ("the quarter runs", "grey"),
    DutyState.NO_FEED: ("no feed yields it", "grey"),
    DutyState.DUE: ("due", "orange"),
    DutyState.SENT: ("sent in time", "green"),
    DutyState.SENT_LATE: ("sent late", "orange"),
    DutyState.MET_BY_STANDING: ("met by a standing subscription", "green"),
    DutyState.OVERDUE: ("overdue", "red"),
    DutyState.WITHHELD: ("withheld: the duty is in default", "red"),
    DutyState.NEEDS_LEGAL_VIEW: ("needs a legal view", "grey"),
}
_OPEN = {DutyState.DUE, DutyState.OVERDUE}
_DONE = {
    "made": "The returns are made. They are sent when each recipient has acknowledged them.",
    "sent": "The returns were sent to every system that takes pushes; see which were acknowledged.",
    "received": "The receipt is noted: this return is sent.",
}


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Requests", PATH, "17A returns", LEAD, NOMINATED, AUDITOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_listed)
    desk.get(MAKE, LEAD, NOMINATED)(_to_make)
    desk.post(MAKE, LEAD, NOMINATED, once=True)(_make)
    desk.get(SEND, LEAD, NOMINATED)(_to_send)
    desk.post(SEND, LEAD, NOMINATED, once=True)(_send)
    desk.get(CELL, LEAD, NOMINATED, AUDITOR)(_cell)
    desk.post(FILE, LEAD, NOMINATED)(_file)
    desk.post(RECEIPT, LEAD, NOMINATED)(_receipt)
    needing(_owed)


# ---------------------------------------------------------------------- reading
def _seen(visit: Visit, quarter: Quarter) -> Matrix:
    """Return the matrix as far as it concerns the visitor."""
    found = matrix(visit.house.return_desk, quarter)
    return found if visit.person.has(LEAD) else found.seen_by(visit.person.partner or "")


def _quarter(visit: Visit) -> Quarter:
    try:
        return Quarter.parse(visit.part("quarter"))
    except ValueError:
        raise NotFound from None


def recent(visit: Visit) -> list[Quarter]:
    """Return the quarters that are offered, the one that runs first."""
    found = [Quarter.of(visit.house.clock.now())]
    while len(found) < SHOWN and found[-1] > Quarter(2007, 3):
        found.append(found[-1].previous)
    return found


def _names(visit: Visit) -> dict[str, str]:
    partners = visit.house.book.current().register.partners
    return {key: partner.name for key, partner in partners.items()}


def _listed(visit: Visit) -> Response:
    offered = recent(visit)
    asked = visit.asked("quarter")
    quarter = next((one for one in offered if one.name == asked), offered[min(1, len(offered) - 1)])
    found = _seen(visit, quarter)
    return visit.page(
        "returns/list.html",
        found=found,
        quarters=offered,
        names=_names(visit),
        states=STATES,
        tallies=[(cell, _tally(cell)) for cell in found.cells],
        open_of={cell.authority for cell in found.cells if _is_open(cell)},
        changes=_may_change(visit),
        done=_DONE.get(visit.asked("done"), ""),
    )


def _tally(cell: Cell) -> list[tuple[int, str, str]]:
    counts = Counter(one.state for one in cell.owed)
    return [(counts[state], *STATES[state]) for state in DutyState if counts[state]]


def _is_open(cell: Cell) -> bool:
    return any(one.state in _OPEN for one in cell.owed)


def _may_change(visit: Visit) -> set[str]:
    """Return whose returns the visitor may make: every authority's for the IG lead, else the own."""
    if visit.person.has(LEAD):
        return set(visit.house.book.current().register.partners)
    own = visit.person.partner if visit.person.has(NOMINATED) else None
    return set() if own is None else {own}


def _one(visit: Visit) -> tuple[Matrix, Cell]:
    found = _seen(visit, _quarter(visit))
    authority, number = visit.part("authority"), visit.part("paragraph")
    for cell in found.cells:
        if (cell.authority, str(cell.paragraph.number)) == (authority, number):
            return found, cell
    raise NotFound


def _cell(visit: Visit) -> Response:
    return _page(visit, {})


def _page(visit: Visit, faults: dict[str, str]) -> Response:
    found, cell = _one(visit)
    rules = visit.house.book.current().law.bundle.rules
    reasons = {rule.id: rule.says for rule in rules.values()} | dict(FLAGS)
    reasons["record_is_restricted"] = "The record is restricted: it is kept and not used."
    return visit.page(
        "returns/one.html",
        422 if faults else 200,
        found=found,
        cell=cell,
        names=_names(visit),
        states=STATES,
        says=reasons,
        instant=datetime.fromisoformat,
        changes=cell.authority in _may_change(visit),
        faults=faults,
        form=visit.form,
        done=_DONE.get(visit.asked("done"), ""),
    )


# ---------------------------------------------------------------------- doing
def _own(visit: Visit) -> Matrix:
    """Return what one authority owes, where the visitor may change that."""
    authority = visit.part("authority")
    found = _seen(visit, _quarter(visit))
    cells = [cell for cell in found.cells if cell.authority == authority]
    if not cells or authority not in _may_change(visit):
        raise NotFound
    return replace(found, cells=cells)


def _to_make(visit: Visit) -> Response:
    return _confirm(visit, "make")


def _to_send(visit: Visit) -> Response:
    return _confirm(visit, "send")


def _confirm(visit: Visit, what: str, refused: Iterable[Ask] = (), status: int = 200) -> Response:
    found, desk = _own(visit), visit.house.return_desk
    runs = visit.house.clock.now() < found.quarter.ends
    return visit.page(
        "returns/confirm.html",
        status,
        found=found,
        what=what,
        authority=visit.part("authority"),
        asks=[] if runs else asks_of(found),
        waiting=[] if runs else list(owed_to_systems(desk, found)),
        runs=runs,
        refused=list(refused),
        names=_names(visit),
    )


def _make(visit: Visit) -> Response:
    found = _own(visit)
    if visit.house.clock.now() < found.quarter.ends:
        return _confirm(visit, "make", status=422)
    _, refused = make_returns(visit.house.return_desk, found, visit.person.account)
    if refused:
        return _confirm(visit, "make", refused, 422)
    return visit.see(f"{PATH}?quarter={found.quarter.name}&done=made")


def _send(visit: Visit) -> Response:
    found, desk = _own(visit), visit.house.return_desk
    asyncio.run(send_returns(desk, found, egress_client(visit.settings)))
    return visit.see(f"{PATH}?quarter={found.quarter.name}&done=sent")


def _asked(visit: Visit) -> tuple[Ask, int]:
    """Return whose file a form is about, where the visitor may hand it on."""
    found, cell = _one(visit)
    recipient = visit.part("recipient")
    owed = {one.recipient for one in cell.owed if one.made_at is not None}
    if cell.authority not in _may_change(visit) or recipient not in owed:
        raise NotFound
    return Ask(cell.authority, recipient, found.quarter), cell.paragraph.number


def _file(visit: Visit) -> Response:
    """Hand one file out, to be carried to its recipient; a leaf says so."""
    ask, paragraph = _asked(visit)
    handed = hand(visit.house.return_desk, ask, paragraph, visit.person.account, method="file")
    name = f"{ask.quarter.name}-{ask.holder}-{ask.recipient}-paragraph-{paragraph}.csv"
    return attached(table(handed).encode(), name, CSV)


def _receipt(visit: Visit) -> Response:
    """Note a recipient's receipt for a file that was carried."""
    ask, paragraph = _asked(visit)
    content = visit.form.get(f"content-{ask.recipient}", "").strip().lower()
    desk = visit.house.return_desk
    try:
        receive(desk, ask, paragraph, content, visit.person.account)
    except ReturnReceiptWrong as wrong:
        says = f"{wrong.title} Nothing was changed."
        return _page(visit, {f"content-{ask.recipient}": says})
    return visit.see(f"{PATH}/{ask.quarter.name}/{ask.holder}/{paragraph}?done=received")


# ---------------------------------------------------------------------- what needs somebody
def _owed(visit: Visit) -> Iterable[Need]:
    """Say what the visitor owes of the two quarters before the one that runs."""
    if not visit.person.has(LEAD, NOMINATED):
        return
    own = _may_change(visit)
    for quarter in recent(visit)[1:3]:
        found = matrix(visit.house.return_desk, quarter)
        owed = Counter(
            cell.authority
            for cell in found.cells
            if cell.authority in own
            for one in cell.owed
            if one.state in _OPEN
        )
        late = visit.house.clock.now() >= quarter.due_ends
        names = _names(visit)
        for authority, number in sorted(owed.items()):
            how = "is overdue" if late else "is due"
            yield Need(
                due=_end(quarter),
                says=(
                    f"The section 17A return of {names.get(authority, authority)} for "
                    f"{in_words(quarter.name)} {how}: {number} to send."
                ),
                button="See the returns",
                path=f"{PATH}?quarter={quarter.name}",
            )


def _end(quarter: Quarter) -> datetime:
    return datetime.combine(quarter.due, time(23, 59), LONDON)
