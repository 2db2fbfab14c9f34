"""The clock of requests for disclosure: reminders, what is overdue, and words whose time is over."""

from __future__ import annotations

from datetime import date, timedelta

from gateway.audit.request_steps import Forgetting, RequestMoved, Taking
from gateway.audit.requests import Requests
from gateway.clock import london_day
from gateway.events import Event, emit
from gateway.law.register import Act
from gateway.ledger.leaf import stamp
from gateway.store.requesting import quiet_since, waiting
from policies.clocks import packaged_holidays
from schemas.requests import State, Step

CLOCK = "gateway"
"""The actor of what no person does."""


def due_soon(due: date) -> date:
    """Return the day on which a holder is reminded: the last working day before an answer is due."""
    day = due - timedelta(days=1)
    while not packaged_holidays().is_working_day(day):
        day -= timedelta(days=1)
    return day


def request_round(requests: Requests) -> int:
    """Take every step that the clock takes, and return how many were taken.

    A holder is reminded once before an answer is due and once when it is overdue; a review that is
    late is noted once; the words of a request are destroyed once it was quiet for the set time.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    with requests.reader.connection() as connection:
        rows = waiting(connection, State.ASKED.value)
        before = requests.clock.now() - timedelta(days=requests.rules.keep_days)
        quiet = quiet_since(
            connection, int(before.timestamp()), State.ASKED.value, Step.ERASED.value
        )
    taken = 0
    for row in rows:
        step = _next(requests, row["id"])
        if step is not None:
            taken += _noted(requests, row["id"], step)
    return taken + sum(_erased(requests, name) for name in quiet)


def _next(requests: Requests, name: str) -> Step | None:
    request, now = requests.one(name, None), requests.clock.now()
    had, day = {one.step for one in request.steps}, london_day(requests.clock)
    if request.review_due is not None:
        late = now > request.review_due and Step.REVIEW_OVERDUE not in had
        return Step.REVIEW_OVERDUE if late else None
    if day > request.due_on:
        return None if Step.OVERDUE in had else Step.OVERDUE
    soon = day >= due_soon(request.due_on) and not had & {Step.REMINDED, Step.OVERDUE}
    return Step.REMINDED if soon and not request.is_urgent else None


def _noted(requests: Requests, name: str, step: Step) -> bool:
    try:
        requests.note(name, step, CLOCK)
    except RequestMoved:  # another process was first, or it was answered just now
        return False
    emit(Event.REQUEST_CLOCK, step=step.value)
    return True


def _erased(requests: Requests, name: str) -> bool:
    request = requests.one(name, None)
    act = Act(CLOCK, stamp(requests.clock.now()), requests.random(16).hex())
    taking = Taking(
        name,
        Step.ERASED,
        act,
        {"state": request.state.value, "review_due": None},
        fits=lambda row: row["steps"] == len(request.steps),
        beside=(Forgetting(name),),
    )
    try:
        requests.writer.run(taking)
    except RequestMoved:
        return False
    emit(Event.REQUEST_CLOCK, step=Step.ERASED.value)
    return True
