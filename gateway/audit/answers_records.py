"""Answers about one record: who holds it now (Q2), and whether everybody knows that it was wrong (Q3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from gateway.audit.explained import in_returns
from gateway.audit.notices import Notices
from gateway.audit.questions import Asked, faulty
from gateway.errors import NotFound
from gateway.intake.recorded import natural_key
from gateway.ledger.leaf import stamp
from gateway.store.answering import snapshot_texts
from gateway.store.states import Delivery
from policies.treatments import Treatments
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_NOBODY_HAS = Delivery.WITHDRAWN.value
_GONE = ("retracted", "erased")


def who_holds(asked: Asked) -> dict[str, Any]:
    """Q2: recipient × version × fields × how far it is acknowledged, corrected or erased.

    A partner sees a record that it answers for, and no other.
    """
    feed = asked.required("feed", "Name the feed that the record came by.")
    reference = asked.required("reference", "Give the reference by which its source knows it.")
    row, record_class = found(asked, feed, reference)
    given = asked.house.reader.disclosures_of(row["id"])
    bodies = asked.house.reader.bodies("subscription")
    fields = Fields(asked)
    holders = [
        _holder(fields, key, bodies, [one for one in given if one["subscription"] == key])
        for key in dict.fromkeys(one["subscription"] for one in given)
    ]
    return {
        "record": {
            "feed": feed,
            "controller": record_class.controller,
            "version": row["version"],
            "state": row["state"],
        },
        "holders": [one for one in holders if one is not None],
        "in_returns": in_returns(asked.house.reader, row["id"]),
    }


def found(asked: Asked, feed: str, reference: str) -> tuple[dict[str, Any], RecordClass]:
    """Return where an incident stands, with its record class.

    Raises:
        RequestInvalid: There is no such feed.
        NotFound: There is no such record, or another partner answers for it.
    """
    edition = asked.house.book.current()
    if feed not in edition.register.feeds:
        raise faulty("feed", "There is no feed of that name.")
    desk = asked.house.desk_of(feed, edition)
    row = asked.house.reader.incident(desk.feed_id, natural_key(desk, reference))
    if row is None:
        raise NotFound
    record_class = RecordClass.model_validate_json(row["canonical_json"])
    if asked.partner is not None and asked.partner != record_class.controller:
        raise NotFound
    return row, record_class


def _holder(
    fields: Fields,
    name: str,
    bodies: Mapping[str, str],
    given: list[dict[str, Any]],
) -> dict[str, Any] | None:
    """Return what one subscription's recipient holds; None where it never had it."""
    had = [one for one in given if one["what"] == "record" and one["state"] != _NOBODY_HAS]
    if not had:
        return None
    last = max(had, key=lambda one: (one["version"], one["number"]))
    notices = [one for one in given if one["what"] != "record" and one["leaf"] >= last["leaf"]]
    told = notices[-1] if notices else None
    kind = None if told is None else told["what"].removeprefix("notice:")
    subscription = Subscription.model_validate_json(bodies[name])
    return {
        "recipient": last["partner"],
        "subscription": name,
        "power": subscription.power.value,
        "lane": subscription.lane.value,
        "agreement": subscription.agreement,
        "id_there": last["released_id"],
        "version": last["version"],
        "released_at": _instant(last["at"]),
        "release": last["number"],
        "leaf": last["leaf"],
        "delivery": last["state"],
        "acknowledged": last["state"] == Delivery.ACKNOWLEDGED.value,
        "fields": fields.of(subscription, last["leaf"]),
        "told": kind,
        "told_acknowledged": None if told is None else told["state"] == Delivery.ACKNOWLEDGED.value,
        "still_holds": not (
            kind in _GONE and told is not None and told["state"] == Delivery.ACKNOWLEDGED.value
        ),
    }


class Fields:
    """Which fields a release gave, by what its leaf and the law that it names say."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._released: dict[tuple[str, Lane], list[str]] = {}

    def of(self, subscription: Subscription, leaf: int) -> list[str]:
        """Return the fields of a release: those of its lane, and those that its agreement let leave."""
        stored = self._asked.house.reader.leaf(leaf)
        if stored is None:
            return []
        says = from_json(stored[0])
        lane = subscription.lane
        table = Lane.DEPERSONALISED if lane is Lane.PERSONAL else lane
        listed = self._of_lane(says["snapshot"], table)
        return [*listed, *(f"agreed.{name}" for name in says.get("fields", ()))]

    def _of_lane(self, snapshot: str, lane: Lane) -> list[str]:
        known = self._released.get((snapshot, lane))
        if known is None:
            law = self._asked.house.book.current().law
            table = law.treatments.get(lane) if law.sha256 == snapshot else None
            if table is None:
                with self._asked.house.reader.connection() as connection:
                    texts = snapshot_texts(connection, snapshot) or {}
                text = texts.get(f"treatments/{lane.value}.toml")
                table = None if text is None else Treatments.of_snapshot(lane, text)
            lines = {} if table is None else table.lines
            released = (line.releases for line in lines.values())
            known = sorted({name for name in released if name is not None})
            self._released[snapshot, lane] = known
        return known


def told_everybody(asked: Asked) -> dict[str, Any]:
    """Q3: what was told about a record, or about all, who acknowledged, what is overdue."""
    house = asked.house
    notices = Notices(house.reader, house.clock.now(), house.notices_allowed)
    feed, reference = asked.text("feed"), asked.text("reference")
    if bool(feed) != bool(reference):
        raise faulty("reference", "Give feed and reference together, or neither.")
    answer: dict[str, Any] = {
        "allowed_hours": house.notices_allowed.total_seconds() / 3600,
        "overdue": [one.document() for one in notices.open(overdue=True)],
        "open": [one.document() for one in notices.open(overdue=False)],
    }
    if reference:
        row, _ = found(asked, feed, reference)
        given = house.reader.disclosures_of(row["id"])
        answer["record"] = [
            {
                "recipient": one["partner"],
                "subscription": one["subscription"],
                "what": one["what"].removeprefix("notice:"),
                "version": one["version"],
                "reason": one["reason"],
                "at": _instant(one["at"]),
                "state": one["state"],
                "leaf": one["leaf"],
            }
            for one in given
            if one["what"] != "record"
        ]
    return answer


def _instant(seconds: int) -> str:
    return stamp(datetime.fromtimestamp(seconds, UTC))
