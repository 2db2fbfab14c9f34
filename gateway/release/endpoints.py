"""Where a push subscription is sent, and with which keys: set by an operator, each change one leaf.

No partner sets its own endpoint: an address that records go to is the operator's decision, taken with the
partner outside this program, and stands in the ledger by its hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import GatewayError, NotFound
from gateway.keys.derive import framed
from gateway.keys.sealing import unwrap, wrap
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.store import tables as t
from gateway.store.delivering import forget_expired_secrets, make_due
from gateway.store.states import EndpointState
from gateway.store.tx import Tx
from schemas.base import Word

LONGEST_GRACE_SECONDS = 7 * 86_400
"""How long an old secret or key may go on signing beside the new one."""


class Endpoint(Word):
    """Where a subscription is sent."""

    url: str


class EndpointMissing(GatewayError):
    """409: the subscription has no endpoint to be sent to."""

    code, status = "delivery.no_endpoint", 409
    title = "This subscription has no endpoint that it could be sent to."
    remedy = "Pull instead, or ask the operator to set one: `gateway subscription endpoint set`."


def seal_secret(kek: AESGCM, subscription: str, secret: bytes, nonce: bytes) -> bytes:
    """Lock a webhook secret for its subscription."""
    return wrap(kek, secret, framed(b"webhook-secret", subscription.encode()), nonce)


def open_secret(kek: AESGCM, subscription: str, wrapped: bytes) -> bytes:
    """Open a webhook secret (raises ``SealBroken``)."""
    return unwrap(kek, wrapped, framed(b"webhook-secret", subscription.encode()))


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A new secret, ready to be kept."""

    wrapped: bytes
    key_sha256: str
    """What the ledger says of it."""


@dataclass(frozen=True, slots=True)
class PutEndpoint:
    """The job that sets or changes the address; the first time with a secret."""

    subscription: str
    endpoint: Endpoint
    secret: SealedSecret
    act: Act
    at: int

    def __call__(self, tx: Tx) -> bool:
        """Set it; return whether the secret was taken, because there was none.

        Raises:
            NotFound: There is no such subscription.
        """
        about = {"subscription": self.subscription}
        body = self.endpoint.model_dump_json()
        before = tx.one(t.ENDPOINT, about)
        if tx.one(t.SUBSCRIPTION, {"id": self.subscription}) is None:
            raise NotFound
        if before is None:
            values = {"body": body, "state": EndpointState.ACTIVE.value, "failures": 0}
            tx.add(t.ENDPOINT, [{**about, **values}])
            tx.add(t.WEBHOOK_SECRET, [{**about, "number": 1, **self._secret()}])
        else:
            tx.change(t.ENDPOINT, about, {"body": body, **_FRESH})
            make_due(tx, self.subscription)
        digest = sha256(body.encode()).hexdigest()
        change = "set" if before is None else "changed"
        _seal(tx, self.subscription, self.act, change=change, content_sha256=digest)
        return before is None

    def _secret(self) -> dict[str, Any]:
        return {"wrapped": self.secret.wrapped, "created_at": self.at, "expires_at": None}


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """The job that adds a secret; the old ones go on signing until their grace ends."""

    subscription: str
    secret: SealedSecret
    act: Act
    at: int
    grace_seconds: int

    def __call__(self, tx: Tx) -> int:
        """Rotate; return the new secret's number.

        Raises:
            EndpointMissing: Nothing is sent to this subscription.
        """
        w = t.WEBHOOK_SECRET
        if tx.one(t.ENDPOINT, {"subscription": self.subscription}) is None:
            raise EndpointMissing
        newest = tx.one(w, {"subscription": self.subscription, "expires_at": None})
        number = 1 if newest is None else newest["number"] + 1
        ends = self.at + min(self.grace_seconds, LONGEST_GRACE_SECONDS)
        tx.change(w, {"subscription": self.subscription, "expires_at": None}, {"expires_at": ends})
        forget_expired_secrets(tx, self.subscription, self.at)
        tx.add(
            w,
            [
                {
                    "subscription": self.subscription,
                    "number": number,
                    "wrapped": self.secret.wrapped,
                    "created_at": self.at,
                    "expires_at": None,
                }
            ],
        )
        said = {"change": "secret-rotated", "key_sha256": self.secret.key_sha256}
        _seal(tx, self.subscription, self.act, **said)
        return number


@dataclass(frozen=True, slots=True)
class RotateWebhookKey:
    """The job that takes the gateway's next signing key into use beside the old one."""

    key_sha256_of: Any
    """Number → SHA-256 of the public key."""
    act: Act
    at: int
    grace_seconds: int

    def __call__(self, tx: Tx) -> int:
        """Rotate; return the new key's number."""
        k = t.WEBHOOK_KEY
        newest = tx.one(k, {"expires_at": None})
        if newest is None:
            newest = {"number": 1}
            tx.add(k, [{"number": 1, "created_at": self.at, "expires_at": None}])
        number = int(newest["number"]) + 1
        ends = self.at + min(self.grace_seconds, LONGEST_GRACE_SECONDS)
        tx.change(k, {"expires_at": None}, {"expires_at": ends})
        tx.add(k, [{"number": number, "created_at": self.at, "expires_at": None}])
        tx.seal(
            leaf(
                Operation.KEYS,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                key_name="webhook",
                change="rotated",
                key_sha256=self.key_sha256_of(number),
            )
        )
        return number


@dataclass(frozen=True, slots=True)
class SetEndpointState:
    """The job that pauses, resumes or disables sending. Nothing is lost by any of them."""

    subscription: str
    state: EndpointState
    act: Act
    reason: str | None = None

    def __call__(self, tx: Tx) -> bool:
        """Set it; return whether it was another before.

        Raises:
            EndpointMissing: There is no endpoint.
        """
        before = tx.one(t.ENDPOINT, {"subscription": self.subscription})
        if before is None:
            raise EndpointMissing
        values: dict[str, Any] = {"state": self.state.value}
        if self.state is EndpointState.ACTIVE:
            values |= _FRESH
            make_due(tx, self.subscription)
        tx.change(t.ENDPOINT, {"subscription": self.subscription}, values)
        if before["state"] == self.state.value:
            return False
        _seal(tx, self.subscription, self.act, change=self.state.value, reason=self.reason)
        return True


@dataclass(frozen=True, slots=True)
class BeginReplay:
    """The job that asks for everything after a release to be sent again, up to the last acknowledged."""

    subscription: str
    after: int
    act: Act

    def __call__(self, tx: Tx) -> bool:
        """Ask for it; return whether there is anything to be sent again.

        Raises:
            EndpointMissing: There is no endpoint.
        """
        row = tx.one(t.SUBSCRIPTION, {"id": self.subscription})
        if row is None or tx.one(t.ENDPOINT, {"subscription": self.subscription}) is None:
            raise EndpointMissing
        if self.after >= row["acknowledged"]:
            return False
        span = {"replay_next": self.after + 1, "replay_to": row["acknowledged"]}
        tx.change(t.ENDPOINT, {"subscription": self.subscription}, span)
        _seal(tx, self.subscription, self.act, change="replay-asked", number=self.after)
        return True


_FRESH = {"failing_since": None, "failures": 0, "opens_at": None}


def _seal(tx: Tx, subscription: str, act: Act, **said: Any) -> None:  # noqa: ANN401 - values of a leaf
    row = tx.one(t.SUBSCRIPTION, {"id": subscription})
    tx.seal(
        leaf(
            Operation.ENDPOINT,
            at=act.stamp,
            actor=act.actor,
            nonce=act.nonce,
            subscription=subscription,
            recipient=None if row is None else row["partner"],
            **said,
        )
    )
