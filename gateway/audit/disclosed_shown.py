"""One disclosure as its page tells it: timeline, balance, each record, each field and by which rule.

Metadata only. What became of a field is read from the treatment table and the agreement of the law that the
release names, not from the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from gateway.audit.latest import Why, reasons_in, subscriptions_of
from gateway.errors import NotFound
from gateway.law.book import Edition
from gateway.ledger.leaf import Operation
from gateway.store.answering import leaves_that_say, snapshot_texts
from gateway.store.reading import Reader
from gateway.store.releasing import disclosed_in, release_row
from policies.law import Law
from policies.operations import OPERATIONS
from policies.refusals import PolicyRefused
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_TITLES = {
    Operation.RELEASE: "Decided and committed",
    Operation.ACKNOWLEDGEMENT: "Acknowledged by the recipient",
    Operation.WITHDRAWAL: "Withdrawn: nobody had it",
    Operation.UNCONFIRMED: "Closed unconfirmed: it counts as received",
    Operation.BROKEN_OFF: "Broken off while it was sent",
    Operation.REPLAY: "Sent again",
    Operation.ENDPOINT: "The endpoint was changed",
}
_OF_ITS_NUMBER = frozenset(_TITLES) - {Operation.ACKNOWLEDGEMENT}
_DROPPED = "Does not leave."


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the ledger about the release."""

    title: str
    at: datetime
    by: str
    text: str
    leaf: int


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the source's record: what becomes of it in this release, and by which rule."""

    name: str
    leaves_as: str
    rule: str
    """The operation of the treatment table."""
    says: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page tells."""

    subscription: Subscription
    number: int
    at: datetime
    leaf: int
    says: dict[str, Any]
    """The entry of the ledger."""
    snapshot: str
    day: str
    content_sha256: str
    state: str
    attempts: int
    outcome: str | None
    counts: dict[str, Any]
    why: tuple[Why, ...]
    records: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    fields: tuple[Field, ...]
    timeline: tuple[Moment, ...]


def shown(
    reader: Reader, edition: Edition, subscription: str, number: int, partner: str | None
) -> Shown:
    """Return one disclosure.

    Args:
        reader: The database.
        edition: The law of now, for the sentences of reasons.
        subscription: Whose release.
        number: Which.
        partner: Who looks: only a recipient's own; None sees every one.

    Raises:
        NotFound: There is none, or it is another's.
    """
    asked = subscriptions_of(reader, partner).get(subscription)
    if asked is None:
        raise NotFound
    with reader.connection() as connection:
        row = release_row(connection, subscription, number)
        if row is None:
            raise NotFound
        rows = disclosed_in(connection, subscription, number)
        texts = snapshot_texts(connection, row["snapshot"])
        about = [f'"subscription":"{subscription}"'.encode()]
        named = [one.value for one in _TITLES]
        leaves = [
            (index, from_json(stored))
            for index, stored in leaves_that_say(connection, about, named)
        ]
        delivery = reader.delivery(connection, subscription, number) or {}
    stored = reader.leaf(row["leaf"])
    says = {} if stored is None else from_json(stored[0])
    counts = from_json(row["counts"])
    return Shown(
        subscription=asked,
        number=number,
        at=datetime.fromtimestamp(row["at"], UTC),
        leaf=row["leaf"],
        says=says,
        snapshot=row["snapshot"],
        day=row["day"],
        content_sha256=bytes(row["content_hash"]).hex(),
        state=str(delivery.get("state", "")),
        attempts=int(delivery.get("attempts", 0)),
        outcome=delivery.get("outcome"),
        counts=counts,
        why=reasons_in(edition, counts),
        records=[one for one in rows if one["what"] == "record"],
        notices=[one for one in rows if one["what"] != "record"],
        fields=_fields(asked, says, texts),
        timeline=tuple(_timeline(leaves, subscription, number)),
    )


def _timeline(
    leaves: list[tuple[int, dict[str, Any]]], subscription: str, number: int
) -> list[Moment]:
    found = []
    acknowledged = False
    for index, says in leaves:
        operation = Operation(says["operation"])
        if says.get("subscription") != subscription or operation not in _TITLES:
            continue
        named = says.get("number")
        if operation is Operation.ACKNOWLEDGEMENT:
            # one acknowledgement takes every release up to its number
            if acknowledged or named is None or named < number:
                continue
            acknowledged = True
        elif operation not in _OF_ITS_NUMBER or named != number:
            continue
        at = datetime.fromisoformat(says["at"])
        found.append(Moment(_TITLES[operation], at, says["actor"], _text(operation, says), index))
    return found


def _text(operation: Operation, says: dict[str, Any]) -> str:
    match operation:
        case Operation.RELEASE:
            return (
                f"{says['released']} released, {says['withheld']} withheld, {says['held']} held, "
                f"{says['notices']} {'notice' if says['notices'] == 1 else 'notices'}."
            )
        case Operation.REPLAY:
            return f"{says['released']} records that may still go."
        case Operation.BROKEN_OFF:
            return f"After {says.get('disclosed', 0)} records."
        case _:
            return str(says.get("reason") or says.get("method") or "").replace("-", " ")


def _fields(
    asked: Subscription, says: dict[str, Any], texts: dict[str, str] | None
) -> tuple[Field, ...]:
    """Return what the law that the release names does with each field in its lane."""
    try:
        law = None if texts is None else Law.from_parts(texts)
    except PolicyRefused:
        law = None
    lane = Lane.DEPERSONALISED if asked.lane is Lane.PERSONAL else asked.lane
    table = None if law is None else law.treatments.get(lane)
    if table is None:
        return ()
    agreed = set(says.get("fields", ()))
    found = []
    for name, line in table.lines.items():
        exact = sorted(one for one in agreed if one.partition(".")[0] == name)
        if exact:
            as_it_is = ", ".join(exact)
            rests = f"The agreement {says.get('agreement')} lists it."
            found.append(Field(name, as_it_is, "agreed", rests))
        else:
            sentence = OPERATIONS[line.op].says if line.op in OPERATIONS else _DROPPED
            found.append(Field(name, line.releases or "", line.op, sentence))
    return tuple(sorted(found, key=lambda one: (not one.leaves_as, one.name)))
