"""One record’s journey: received, mapped, located, recorded, decided, released, corrected.

Metadata only: what the log keeps readable and what the ledger says; no body is opened. A partner sees the
records that it answers for, and of others' requests for them the decision, as the source may (design).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.audit.answers_records import found, who_holds
from gateway.audit.explained import told_to
from gateway.audit.questions import Asked
from gateway.store.answering import history_of, push_of
from policies.explain import explain
from schemas.decisions import Condition
from schemas.record_class import RecordClass
from schemas.subscriptions import Subscription

_KINDS = {
    "recorded": "Recorded",
    "retracted": "Taken back by its source",
    "restricted": "Restricted: kept, and given to nobody",
    "lifted": "The restriction was lifted",
    "erased": "Erased: its content was destroyed",
}

STAYS = {
    "retracted": "Its source took it back: no version of it goes to anybody.",
    "restricted": "It is restricted: it is kept, and goes to nobody.",
    "erased": "It was erased: there is nothing left that could go.",
}
"""Why a record in a state that is not ``live`` goes nowhere, whatever the law would say of it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to it."""

    title: str
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law says of it today for one subscription."""

    subscription: Subscription
    goes: bool
    why_not: tuple[Condition, ...]
    asked_for: bool
    """Whether the subscription asks for such records; a request for disclosure, for this very one."""
    stays: str
    """Why it goes to nobody, whatever the law would say; empty where it is live."""


@dataclass(frozen=True, slots=True)
class Journey:
    """All of it."""

    feed: str
    record_class: RecordClass
    version: int
    state: str
    place: str
    """How finely it was located, in words."""
    moments: tuple[Moment, ...]
    verdicts: tuple[Verdict, ...]
    holders: tuple[dict[str, Any], ...]


def journey(asked: Asked) -> Journey:
    """Follow the record that ``feed`` and ``reference`` name.

    Raises:
        RequestInvalid: There is no such feed, or something is missing.
        NotFound: There is no such record, or it is another's.
    """
    holds = who_holds(asked)
    feed = asked.text("feed")
    row, record_class = found(asked, feed, asked.text("reference"))
    with asked.house.reader.connection() as connection:
        history = history_of(connection, row["id"])
        pushes = {
            one["position"]: push_of(connection, one["position"])
            for one in history
            if one["entry_kind"] == "recorded"
        }
    moments = []
    for one in history:
        moments += _moments(one, pushes.get(one["position"]))
    partners = asked.house.book.current().register.partners
    names = {key: partner.name for key, partner in partners.items()}
    for one in holds["holders"]:
        at = datetime.fromisoformat(one["released_at"])
        text = f"Version {one['version']}, release {one['release']}: {one['delivery']}."
        moments.append(
            Moment(f"Released to {names.get(one['recipient'], one['recipient'])}", at, "", text)
        )
    return Journey(
        feed=feed,
        record_class=record_class,
        version=row["version"],
        state=row["state"],
        place=_place(history),
        moments=tuple(sorted(moments, key=lambda one: one.at)),
        verdicts=tuple(_verdicts(asked, record_class, frozenset(pushes), row["state"])),
        holders=tuple(holds["holders"]),
    )


def _moments(one: dict[str, Any], push: dict[str, Any] | None) -> list[Moment]:
    at = datetime.fromtimestamp(one["recorded_at"], UTC)
    kind = one["entry_kind"]
    if kind != "recorded":
        text = f"Reason: {one['reason'].replace('_', ' ')}." if one["reason"] else ""
        return [Moment(_KINDS.get(kind, kind), at, "", text)]
    what = one["typology_behaviour"] or one["kind"] or "no kind"
    mapped = f"Mapping: {one['mapping_status']}; {what.replace('_', ' ')}."
    title = f"{_KINDS[kind]}, version {one['version']}"
    found = [Moment(title, at, "", mapped)]
    if push is not None:
        received = f"Receipt {push['receipt_id']}, ledger entry {push['leaf']}."
        arrived = datetime.fromtimestamp(push["at"], UTC)
        found.insert(0, Moment("Received", arrived, push["client_id"], received))
    return found


def _place(history: list[dict[str, Any]]) -> str:
    recorded = [one for one in history if one["entry_kind"] == "recorded"]
    last = recorded[-1] if recorded else {}
    levels = (
        ("point_longitude", "to a map point with at least 8 addresses or none"),
        ("lsoa_code", "to its LSOA"),
        ("ward_code", "to its ward"),
        ("district_code", "to its district"),
    )
    return next((says for name, says in levels if last.get(name) is not None), "not located")


def _verdicts(
    asked: Asked, record_class: RecordClass, positions: frozenset[int], state: str
) -> list[Verdict]:
    stays = STAYS.get(state, "")
    law, today = asked.house.book.current().law, asked.house.today
    bodies = asked.house.reader.bodies("subscription").values()
    listed = []
    for one in map(Subscription.model_validate_json, bodies):
        if not told_to(asked.partner, one):
            continue
        decision = explain(law, one, record_class, today).decision
        asks = one.filter.asks_for(record_class)
        if one.request is not None:
            asks = not positions.isdisjoint(one.request.positions)
        goes = decision.releases and not stays
        listed.append(Verdict(one, goes, tuple(decision.unmet), asks, stays))
    return sorted(listed, key=lambda one: (not (one.goes and one.asked_for), one.subscription.id))
