"""A house whose fire authority is pushed to: its endpoint, its courier, its secrets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.assembly import House
from gateway.law.register import put_partner
from gateway.net.egress import EgressClient, Limits
from gateway.net.target import Egress
from gateway.posting import dispatcher_of
from gateway.release.breaker import Breaker
from gateway.release.courier import Courier
from gateway.release.endpoints import Endpoint, PutEndpoint, SealedSecret, seal_secret
from gateway.settings import Settings
from schemas.partners import DatedKind, PartnerKind
from schemas.subscriptions import DeliveryMode
from tests.support import house as houses
from tests.support.receiver import Receiver, receiving

NAME = houses.FIRE_SUBSCRIPTION
Play = Callable[[House, Receiver], Awaitable[None]]
SECRET = bytes(range(32))
TLS = ssl.create_default_context()


def rows(count: int, begin: int = 0) -> list[dict[str, str]]:
    """Rows with references of their own, all of them anti-social behaviour."""
    return [houses.row(f"s{n}", "213") for n in range(begin, begin + count)]


def client(seconds: float = 5.0, **seams: Any) -> EgressClient:
    """An egress client that may dial this machine."""
    egress = Egress.of(("127.0.0.0/8",), ())
    return EgressClient(egress, TLS, Limits(attempt=seconds), **seams)


def sealed(house: House, subscription: str, secret: bytes = SECRET) -> SealedSecret:
    """A secret, locked for its subscription."""
    wrapped = seal_secret(house.keys.wrapping, subscription, secret, house.random(12))
    return SealedSecret(wrapped, sha256(secret).hexdigest())


def set_endpoint(house: House, url: str, subscription: str = NAME) -> None:
    """Say where a subscription is sent."""
    at = int(house.clock.now().timestamp())
    act = house.act("operator")
    job = PutEndpoint(subscription, Endpoint(url=url), sealed(house, subscription), act, at)
    house.writer.run(job)


def subscribe(house: House, url: str, name: str = NAME, partner: str = houses.FIRE) -> None:
    """A push subscription under section 17A with its endpoint."""
    houses.subscribe(house, name, partner, mode=DeliveryMode.PUSH)
    set_endpoint(house, url, name)


def courier(house: House, name: str = NAME, **seams: Any) -> Courier:
    """The courier of a subscription, with a line of its own."""
    made = client(**seams)
    room = dispatcher_of(house, Settings(home=Path(house.home)), client=made).room
    return Courier(room, name, None, made.line(), Breaker())


def delivery(house: House, number: int, name: str = NAME) -> dict[str, Any]:
    """How a delivery stands."""
    with house.reader.connection() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT * FROM delivery WHERE subscription = '{name}' AND number = {number}"  # noqa: S608 - ours
        )
        return dict(rows.mappings().one())


def endpoint(house: House, name: str = NAME) -> dict[str, Any]:
    """How an endpoint stands."""
    with house.reader.connection() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT * FROM endpoint WHERE subscription = '{name}'"  # noqa: S608 - ours
        )
        return dict(rows.mappings().one())


def operations(house: House) -> list[str]:
    """Names of all ledger operations, in order."""
    found = []
    for index in range(house.reader.head().ledger_size):
        leaf = house.reader.leaf(index)
        assert leaf is not None
        found.append(leaf[0].split(b'"operation":"')[1].split(b'"')[0].decode())
    return found


def play(house: House, what: Play, receiver: Receiver | None = None) -> Receiver:
    """Run a play with a receiver that the fire authority's subscription is sent to."""
    receiver = receiver or Receiver()

    async def run() -> None:
        async with receiving(receiver):
            subscribe(house, receiver.url)
            await what(house, receiver)

    asyncio.run(run())
    return receiver


async def drain(courier: Courier) -> float | None:
    """Step until there is nothing more to do at once."""
    for _ in range(200):
        wait = await courier.step()
        if wait != 0:
            return wait
    raise AssertionError("a courier that does not come to rest")


async def once(house: House, **seams: object) -> float | None:
    """One courier, from its first step until it rests."""
    one = courier(house, **seams)
    try:
        return await drain(one)
    finally:
        await one._line.close()


def turn(house: House, kind: PartnerKind) -> None:
    """Change what the fire authority is, so that the law refuses or allows."""
    partner = house.book.refresh().register.partners[houses.FIRE]
    changed = partner.model_copy(update={"kinds": (DatedKind(kind=kind),)})
    house.writer.run(put_partner(changed, house.act("operator")))


def refuse(house: House) -> None:
    """Make the law refuse the fire authority everything."""
    turn(house, PartnerKind.UNIVERSITY)
