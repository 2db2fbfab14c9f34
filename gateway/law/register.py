"""The register: partners, protocols, feeds, systems, subscriptions. Every change is one ledger leaf.

A change of partners, protocols or systems raises the law's epoch, so that no decision and no token
check made before it can be acted on after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gateway.access.clients import Client
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from schemas.agreements import Agreement
from schemas.base import Word
from schemas.feeds import Feed
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Act:
    """Who changes the register, and when."""

    actor: str
    stamp: str
    nonce: str


class Register:
    """The register as it stands, read at once."""

    def __init__(self, reader: Reader) -> None:
        bodies = reader.bodies
        self.partners = {
            key: Partner.model_validate_json(body) for key, body in bodies("partner").items()
        }
        self.protocols = {
            key: Protocol.model_validate_json(body) for key, body in bodies("protocol").items()
        }
        self.agreements = tuple(map(Agreement.model_validate_json, reader.agreements()))
        """Every version of every agreement, by id and version."""
        self.clients = {
            key: Client.model_validate_json(body) for key, body in bodies("client").items()
        }
        self.feeds = {
            name: (feed_id, Feed.model_validate_json(body))
            for feed_id, name, body in reader.feeds()
        }


def put_partner(partner: Partner, act: Act) -> Any:  # noqa: ANN401 - a job
    """Return the job that adds or changes a partner."""
    kinds = sorted({dated.kind.value for dated in partner.kinds})
    return _Put(
        "partner",
        "id",
        partner.id,
        partner,
        act,
        Operation.PARTNER,
        {"partner": partner.id, "kinds": kinds},
    )


def put_protocol(protocol: Protocol, act: Act) -> Any:  # noqa: ANN401 - a job
    """Return the job that adds or changes the protocol."""
    content: dict[str, Value] = {"protocol": protocol.id, "parties": list(protocol.parties)}
    return _Put("protocol", "id", protocol.id, protocol, act, Operation.PROTOCOL, content)


def put_client(client: Client, act: Act) -> Any:  # noqa: ANN401 - a job
    """Return the job that adds or changes a partner's system."""
    content: dict[str, Value] = {
        "client": client.client_id,
        "partner": client.partner,
        "scopes": sorted(client.scopes),
        "method": client.method,
        "active": client.active,
    }
    extra = {"partner": client.partner}
    return _Put(
        "client", "client_id", client.client_id, client, act, Operation.CLIENT, content, extra
    )


def put_feed(feed: Feed, act: Act) -> Any:  # noqa: ANN401 - a job
    """Return the job that adds or changes a feed."""
    content: dict[str, Value] = {
        "feed": feed.name,
        "controller": feed.controller,
        "adapter": feed.adapter.replace("_", "-"),
        "role": feed.role.value,
        "mode": feed.mode.value,
    }
    return _Put("feed", "name", feed.name, feed, act, Operation.FEED, content)


def put_key_rotation(key: str, *, at_once: bool, act: Act) -> Any:  # noqa: ANN401 - a job
    """Return the job that records the rotation of a key; sealed before the key is changed."""
    change = "withdrawn" if at_once else "rotated"

    def seal(tx: Tx) -> int:
        return tx.seal(
            leaf(
                Operation.KEYS,
                at=act.stamp,
                actor=act.actor,
                nonce=act.nonce,
                key_name=key,
                change=change,
            )
        )

    return seal


@dataclass(frozen=True, slots=True)
class _Put:
    table: str
    key: str
    value: str
    word: Word
    act: Act
    operation: Operation
    content: dict[str, Value]
    extra: dict[str, Any] | None = None

    def __call__(self, tx: Tx) -> int:
        body = self.word.model_dump_json()
        table = t.METADATA.tables[self.table]
        before = tx.one(table, {self.key: self.value})
        if before is not None and before["body"] == body:
            return tx.head.law_epoch
        values = {"body": body, **(self.extra or {})}
        if before is None:
            tx.add(table, [{self.key: self.value, **values}])
        else:
            tx.change(table, {self.key: self.value}, values)
        tx.seal(
            leaf(
                self.operation,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                change="added" if before is None else "changed",
                content_sha256=sha256(body.encode()).hexdigest(),
                **self.content,
            )
        )
        return tx.raise_law_epoch()


def _cells(asked: Subscription) -> dict[str, Value]:
    """What a cell is, where the records of a subscription leave in cells."""
    if not asked.minimum_cell:
        return {}
    return {"cell_place": asked.cells.place.value, "cell_time": asked.cells.time.value}


@dataclass(frozen=True, slots=True)
class PutSubscription:
    """The job that adds a subscription, or changes what an existing one asks for."""

    subscription: Subscription
    act: Act
    from_now: bool = False
    """Begin with what is recorded after this commit, not with the whole log."""

    def __call__(self, tx: Tx) -> int:
        """Store it and seal one leaf; return its row version."""
        s = self.subscription
        before = tx.one(t.SUBSCRIPTION, {"id": s.id})
        row_version = 1 if before is None else before["row_version"] + 1
        body = s.model_copy(update={"version": row_version}).model_dump_json()
        values = {"partner": s.partner, "body": body, "row_version": row_version}
        start = None
        if before is None:
            start = tx.head.log_size if self.from_now else 0
            begin = {"decided_to": start, "last_release": 0, "acknowledged": 0, "pending": None}
            tx.add(t.SUBSCRIPTION, [{"id": s.id, **values, **begin}])
        else:
            tx.change(t.SUBSCRIPTION, {"id": s.id}, values)
        tx.seal(
            leaf(
                Operation.SUBSCRIPTION,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                change="added" if before is None else "changed",
                subscription=s.id,
                recipient=s.partner,
                power=s.power.value,
                purpose=s.purpose.value,
                lane=s.lane.value,
                mode=s.mode.value,
                agreement=s.agreement,
                minimum_cell=s.minimum_cell,
                **_cells(s),
                row_version=row_version,
                from_position=start,
                content_sha256=sha256(body.encode()).hexdigest(),
            )
        )
        tx.raise_law_epoch()
        return row_version
