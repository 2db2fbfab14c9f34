"""The council's own system as a subscriber: its address and keys, and how far it has been sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gateway.assembly import House
from gateway.client.webhooks import Receiver
from gateway.demo.subscriber import Subscriber
from gateway.keys.webhook import public_text, secret_text, signing_key
from gateway.law.register import Act
from gateway.release.endpoints import (
    Endpoint,
    PutEndpoint,
    SealedSecret,
    SetEndpointState,
    seal_secret,
)
from gateway.store.delivering import Deliveries
from gateway.store.states import EndpointState

PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_SECRET, _NONCE = 32, 12


class NotDelivered(Exception):
    """The gateway did not send in time what it has; the story cannot go on."""

    sentence = "The gateway has not sent its subscriber everything in a minute."
    remedy = "Its log says more: gateway.log in its home (`gateway demo --home DIR` keeps it)."


@contextmanager
def running_subscriber(house: House) -> Iterator[tuple[Subscriber, bytes]]:
    """Run a system that holds the keys it was handed; yields it with the secret that it shares."""
    secret = house.random(_SECRET)
    public = signing_key(house.keys.webhook, 1).public_key()
    subscriber = Subscriber(Receiver((secret_text(secret), public_text(public)), house.clock))
    subscriber.switch_on()
    try:
        yield subscriber, secret
    finally:
        subscriber.switch_off()


def put_endpoint(house: House, subscription: str, url: str, secret: bytes, act: Act) -> None:
    """Register the address, as an operator does after agreeing it with the partner."""
    wrapped = seal_secret(house.keys.wrapping, subscription, secret, house.random(_NONCE))
    sealed = SealedSecret(wrapped, sha256(secret).hexdigest())
    at = int(house.clock.now().timestamp())
    house.writer.run(PutEndpoint(subscription, Endpoint(url=url), sealed, act, at))


@dataclass(slots=True)
class Sent:
    """Waits for what the gateway sends to one subscription."""

    house: House
    subscription: str

    def until_all(self) -> None:
        """Wait until everything recorded so far is decided and acknowledged (raises NotDelivered)."""
        self._until(self._is_even())

    def until_failed(self, failures: int) -> int:
        """Wait until so many tries in a row have failed, or there is nothing to try; return how many.

        Raises:
            NotDelivered: Neither came in time.
        """
        even = self._is_even()
        row = self._until(lambda row: row["failures"] >= failures or even(row))
        return int(row["failures"])

    def _is_even(self) -> Callable[[Mapping[str, Any]], bool]:
        head = self.house.reader.head().log_size
        return lambda row: row["pending"] is None and row["decided_to"] >= head

    def try_again(self, act: Act) -> None:
        """Say that the endpoint is well again: what is due is sent now, and not when its wait is over."""
        self.house.writer.run(SetEndpointState(self.subscription, EndpointState.ACTIVE, act))

    def _until(self, is_so: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            row = self._standing()
            if is_so(row):
                return row
            time.sleep(_LOOK_SECONDS)
        raise NotDelivered

    def _standing(self) -> Mapping[str, Any]:
        deliveries = Deliveries(self.house.reader)
        row = deliveries.standing(self.subscription)
        if row is None:
            raise NotDelivered
        return row
