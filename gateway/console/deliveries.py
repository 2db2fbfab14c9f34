"""Deliveries: addresses that are sent to, what fails and why, what waits, and sending it at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Response

from gateway.access.people import Role
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
from gateway.console.needs import Need, needing
from gateway.console.subscriptions import PATH as SUBSCRIPTIONS
from gateway.console.subscriptions import STATE_SAYS, instant, names, own, theirs
from gateway.errors import NotFound
from gateway.release.endpoints import Endpoint, SetEndpointState
from gateway.release.schedule import GIVE_UP_SECONDS
from gateway.store.delivering import Deliveries
from gateway.store.states import EndpointState

LEAD, ADMINISTRATOR, AUDITOR = Role.IG_LEAD, Role.ADMINISTRATOR, Role.PARTNER_AUDITOR
PATH = "/console/deliveries"
ONE = PATH + "/{subscription}"
ROLES = (LEAD, ADMINISTRATOR, AUDITOR)
_SHOWN = 50
_OUTCOMES = {
    "timeout": "it did not answer in time",
    "connect": "nobody listens at the address",
    "tls": "the connection cannot be trusted: its certificate",
    "reset": "it broke the connection off",
    "protocol": "it answers in no form of HTTP",
    "too-long": "its answer is too long",
    "http-401": "it does not accept our signature",
    "http-403": "it does not let us in",
    "http-404": "it knows no such address",
    "http-410": "it says that the address is gone for good",
    "http-429": "it asks us to send less often",
}
_STATES = {
    "active": ("Sent to", "green"),
    "paused": ("Paused by an operator", "orange"),
    "disabled": ("Stopped", "red"),
}


def outcome_says(code: str | None) -> str:
    """Return what came of an attempt as half a sentence; empty where there was none."""
    if not code:
        return ""
    if code in _OUTCOMES:
        return _OUTCOMES[code]
    if code.startswith("egress-"):
        return "the address may not be dialled by the rules of this gateway"
    if code.startswith("http-2"):
        return "it was taken"
    return "it failed on its side" if code.startswith("http-5") else "it did not take it"


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Running", PATH, "Deliveries", *ROLES)
    desk.get(PATH, *ROLES)(_list)
    desk.get(ONE, *ROLES)(_one)
    desk.post(ONE + "/endpoint", LEAD, ADMINISTRATOR, once=True)(_set)
    needing(_needs)


def _list(visit: Visit) -> Response:
    called, deliveries = names(visit), Deliveries(visit.house.reader)
    sent, fetched = [], []
    for asked in theirs(visit).values():
        about = {"id": asked.id, "recipient": called.get(asked.partner, asked.partner)}
        standing = deliveries.standing(asked.id)
        if standing is not None:
            sent.append(about | _endpoint(standing))
            continue
        row = visit.house.reader.subscription(asked.id, asked.partner)
        if row is not None and row["pending"] is not None:
            (newest, *_) = deliveries.listed(asked.id, 1) or ({"at": None},)
            fetched.append(about | {"number": row["pending"], "since": instant(newest["at"])})
    return visit.page("deliveries/list.html", sent=sent, fetched=fetched)


def _endpoint(standing: dict[str, Any]) -> dict[str, Any]:
    says, colour = _STATES[standing["state"]]
    failing = standing["failures"] > 0
    if failing and standing["state"] == EndpointState.ACTIVE:
        says, colour = "Failing", "red"
    return {
        "state": standing["state"],
        "says": says,
        "colour": colour,
        "failures": standing["failures"],
        "failing_since": instant(standing["failing_since"]),
        "left_alone": instant(standing["opens_at"]),
        "pending": standing["pending"],
        "attempts": standing["attempts"],
        "next": instant(standing["next_at"]),
        "replaying": standing["replay_next"],
    }


def _one(visit: Visit) -> Response:
    asked, _ = own(visit)
    deliveries = Deliveries(visit.house.reader)
    standing = deliveries.standing(asked.id)
    shows_address = visit.person.has(LEAD, ADMINISTRATOR)
    address = None
    if standing is not None and shows_address:
        address = Endpoint.model_validate_json(standing["endpoint"]).url
    return visit.page(
        "deliveries/one.html",
        id=asked.id,
        recipient=names(visit).get(asked.partner, asked.partner),
        endpoint=None if standing is None else _endpoint(standing),
        address=address,
        rows=[_row(one) for one in deliveries.listed(asked.id, _SHOWN)],
        may_set=shows_address,
        days=GIVE_UP_SECONDS // 86_400,
        done=visit.asked("done") in {"resumed", "paused"} and visit.asked("done"),
        subscription_path=f"{SUBSCRIPTIONS}/{asked.id}",
    )


def _row(one: dict[str, Any]) -> dict[str, Any]:
    says, colour = STATE_SAYS[one["state"]]
    return {
        "number": one["number"],
        "says": says,
        "colour": colour,
        "attempts": one["attempts"],
        "made": instant(one["at"]),
        "tried": instant(one["first_tried_at"]),
        "next": instant(one["next_at"]),
        "code": one["outcome"],
        "outcome": outcome_says(one["outcome"]),
    }


def _set(visit: Visit) -> Response:
    asked, _ = own(visit)
    wanted = {"resume": EndpointState.ACTIVE, "pause": EndpointState.PAUSED}
    state = wanted.get(visit.form.get("change", ""))
    if state is None or Deliveries(visit.house.reader).standing(asked.id) is None:
        raise NotFound
    act = visit.house.act(visit.person.account)
    visit.house.writer.run(SetEndpointState(asked.id, state, act))
    done = "resumed" if state is EndpointState.ACTIVE else "paused"
    return visit.see(f"{PATH}/{asked.id}?done={done}")


def _needs(visit: Visit) -> list[Need]:
    if not visit.person.has(LEAD, ADMINISTRATOR):
        return []
    now, found, called = visit.house.clock.now(), [], names(visit)
    deliveries = Deliveries(visit.house.reader)
    for asked in theirs(visit).values():
        standing = deliveries.standing(asked.id)
        if standing is None or standing["state"] == EndpointState.PAUSED:
            continue
        stopped = standing["state"] == EndpointState.DISABLED
        if stopped or standing["failures"]:
            since: datetime = instant(standing["failing_since"]) or now
            how = "is stopped" if stopped else "fails"
            says = f"Sending to {called.get(asked.partner, asked.partner)} {how}."
            found.append(Need(since, says, "See what fails", f"{PATH}/{asked.id}"))
    return found
