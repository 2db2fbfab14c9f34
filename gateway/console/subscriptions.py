"""Subscriptions: who asks for what under which law, how far each has come, and sending again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Response

from gateway.access.people import Role
from gateway.audit.accounts import account_of
from gateway.audit.latest import reasons_in, subscriptions_of
from gateway.audit.notices import Notices
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
from gateway.errors import NotFound
from gateway.release.endpoints import BeginReplay, EndpointMissing
from gateway.store.delivering import Deliveries
from policies.correction_steps import REASON_SAYS, says_kind
from schemas.subscriptions import DeliveryMode, Subscription

LEAD, NOMINATED = Role.IG_LEAD, Role.NOMINATED_PERSON
AUDITOR, ADMINISTRATOR = Role.PARTNER_AUDITOR, Role.ADMINISTRATOR
PATH = "/console/subscriptions"
ONE = PATH + "/{subscription}"
ROLES = (LEAD, NOMINATED, AUDITOR, ADMINISTRATOR)
_SHOWN = 20
STATE_SAYS = {
    "pending": ("Waits to be fetched", "orange"),
    "retrying": ("Failed, tried again", "orange"),
    "refused": ("The address says it is gone", "red"),
    "expired": ("Failed for too long", "red"),
    "acknowledged": ("Acknowledged", "green"),
    "withdrawn": ("Withdrawn before anybody had it", "grey"),
    "unconfirmed": ("Closed after a try: counts as received", "grey"),
}
"""How a delivery stands, and the colour of its tag."""


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Running", PATH, "Subscriptions", *ROLES)
    desk.get(PATH, *ROLES)(_list)
    desk.get(ONE, *ROLES)(_one)
    desk.post(ONE + "/replay", LEAD, ADMINISTRATOR, once=True)(_replay)


def theirs(visit: Visit) -> dict[str, Subscription]:
    """Return the subscriptions that a visitor may see: their organisation's, or every one."""
    partner = None if visit.person.has(LEAD, ADMINISTRATOR) else visit.person.partner or "nobody"
    return subscriptions_of(visit.house.reader, partner)


def own(visit: Visit) -> tuple[Subscription, dict[str, Any]]:
    """Return the subscription of the path and where it stands (raises ``NotFound``: not theirs)."""
    asked = theirs(visit).get(visit.part("subscription"))
    row = None if asked is None else visit.house.reader.subscription(asked.id, asked.partner)
    if asked is None or row is None:
        raise NotFound
    return asked, row


def names(visit: Visit) -> dict[str, str]:
    """Return what each partner is called."""
    partners = visit.house.book.current().register.partners
    return {key: one.name for key, one in partners.items()}


def instant(seconds: int | None) -> datetime | None:
    """Return a second since 1970 as an instant."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _list(visit: Visit) -> Response:
    called, rows = names(visit), []
    for asked in theirs(visit).values():
        row = visit.house.reader.subscription(asked.id, asked.partner)
        if row is not None:
            rows.append(
                {
                    "id": asked.id,
                    "recipient": called.get(asked.partner, asked.partner),
                    "power": asked.power.value,
                    "lane": asked.lane.value,
                    "mode": asked.mode.value,
                    "last": row["last_release"],
                    "pending": row["pending"],
                }
            )
    return visit.page("subscriptions/list.html", rows=rows)


def _one(visit: Visit) -> Response:
    return _shown(visit, [])


def _shown(visit: Visit, faults: list[tuple[str, str]]) -> Response:
    asked, row = own(visit)
    house = visit.house
    edition = house.book.current()
    # to a recipient the existence of a withheld record is itself a disclosure
    account = account_of(house.reader, asked.id) if visit.person.has(LEAD, ADMINISTRATOR) else None
    allowed = timedelta(days=visit.settings.notice_overdue_days)
    notices = Notices(house.reader, house.clock.now(), allowed).of(asked.id, _SHOWN)
    return visit.page(
        "subscriptions/one.html",
        422 if faults else 200,
        asked=asked,
        law=edition.law.lists.powers.by_code[asked.power],
        recipient=names(visit).get(asked.partner, asked.partner),
        row=row,
        account=account,
        why=() if account is None else reasons_in(edition, {"reasons": account.reasons}),
        deliveries=[_delivery(one) for one in Deliveries(house.reader).listed(asked.id, _SHOWN)],
        notices=[
            {
                "release": one.release,
                "says": says_kind(one.kind),
                "reason": REASON_SAYS.get(one.reason or "", ""),
                "state": one.state,
                "overdue": one.overdue,
                "since": datetime.fromisoformat(one.since),
            }
            for one in notices
        ],
        pushes=asked.mode is DeliveryMode.PUSH,
        may_replay=visit.person.has(LEAD, ADMINISTRATOR) and row["acknowledged"] > 0,
        sees_disclosures=visit.person.has(LEAD, NOMINATED, AUDITOR),
        replaying=visit.asked("replaying") == "yes",
        form=visit.form,
        faults=faults,
        by_field=dict(faults),
    )


def _delivery(one: dict[str, Any]) -> dict[str, Any]:
    says, colour = STATE_SAYS[one["state"]]
    return {
        "number": one["number"],
        "says": says,
        "colour": colour,
        "attempts": one["attempts"],
        "made": instant(one["at"]),
        "next": instant(one["next_at"]),
        "outcome": one["outcome"],
    }


def _replay(visit: Visit) -> Response:
    asked, row = own(visit)
    stated = visit.form.get("after", "")
    after = int(stated) if stated.isdecimal() and len(stated) < len("1000000000") else -1
    if not 0 <= after < row["acknowledged"]:
        says = f"Enter a number from 0 to {row['acknowledged'] - 1}: what came after it goes again."
        return _shown(visit, [("after", says)])
    try:
        act = visit.house.act(visit.person.account)
        visit.house.writer.run(BeginReplay(asked.id, after, act))
    except EndpointMissing as missing:
        return _shown(visit, [("after", missing.title)])
    return visit.see(f"{PATH}/{asked.id}?replaying=yes")
