"""A delivery is read only when somebody who holds one of our keys signed it just now."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from gateway.client.answers import PageBroken
from gateway.client.webhooks import Receiver, SignatureRefused
from gateway.clock import FixedClock
from gateway.release.sent import PageForm
from tests.unit.client.test_pages import rendered, sent

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STAMP = str(int(NOON.timestamp()))
OLD, NEW, OTHER = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))
ED = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
PUBLIC = "whpk_" + base64.b64encode(ED.public_key().public_bytes_raw()).decode()
BODY = rendered(sent(2, 1), PageForm.CLOUDEVENTS)
KIND = "application/cloudevents-batch+json"


def v1(secret: str, body: bytes = BODY, at: datetime = NOON) -> str:
    return Webhook(secret).sign("fire-17a.3", at, body.decode())


def v1a(body: bytes = BODY) -> str:
    signed = f"fire-17a.3.{STAMP}.".encode() + body
    return "v1a," + base64.b64encode(ED.sign(signed)).decode()


def headers(signature: str, **changes: str) -> dict[str, str]:
    told = {"id": "fire-17a.3", "timestamp": STAMP, "signature": signature, **changes}
    return {"Content-Type": KIND, **{f"Webhook-{name}": value for name, value in told.items()}}


def receiver(*keys: str, at: datetime = NOON) -> Receiver:
    return Receiver(keys, FixedClock(at))


@pytest.mark.parametrize(
    ("keys", "signature"),
    [
        ((NEW,), v1(NEW)),
        ((PUBLIC,), v1a()),
        ((OLD, NEW), v1(NEW)),
        ((NEW,), f"{v1(OLD)} {v1(NEW)}"),
        ((NEW,), f"v2,AAAA {v1a()} {v1(NEW)}"),
        ((PUBLIC,), f"{v1(OLD)} {v1a()}"),
    ],
)
def test_a_signature_by_any_key_held_is_enough(keys: tuple[str, ...], signature: str) -> None:
    page = receiver(*keys).receive(headers(signature), BODY)
    assert (page.release, len(page.records), len(page.notices)) == (3, 2, 1)


BAD = {
    "a signature by another key": (headers(v1(OTHER)), BODY),
    "a body that was changed": (headers(v1(NEW)), BODY + b" "),
    "another id": (headers(v1(NEW), id="fire-17a.4"), BODY),
    "another time": (headers(v1(NEW), timestamp=str(int(STAMP) + 1)), BODY),
    "no signature": (headers(""), BODY),
    "no id": (headers(v1(NEW), id=""), BODY),
    "a time that is no number": (headers(v1(NEW), timestamp="now"), BODY),
    "a time of other digits": (headers(v1(NEW), timestamp="٣"), BODY),
    "a v1 signature called v1a": (headers(v1(NEW).replace("v1,", "v1a,")), BODY),
    "a v1a signature called v1": (headers(v1a().replace("v1a,", "v1,")), BODY),
    "a signature that is no base64": (headers("v1,é"), BODY),
    "a signature cut short": (headers(v1(NEW)[:-8]), BODY),
    "the header of the page alone": ({"Content-Type": KIND}, BODY),
}


@pytest.mark.parametrize("name", BAD)
def test_is_refused(name: str) -> None:
    told, body = BAD[name]
    with pytest.raises(SignatureRefused):
        receiver(OLD, NEW, PUBLIC).receive(told, body)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_delivery_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(SignatureRefused):
        receiver(NEW, at=NOON + timedelta(seconds=seconds)).receive(headers(v1(NEW)), BODY)
    edge = seconds - (1 if seconds > 0 else -1)
    assert receiver(NEW, at=NOON + timedelta(seconds=edge)).receive(headers(v1(NEW)), BODY)


def test_a_signed_body_that_is_no_page_is_said_to_be_none() -> None:
    with pytest.raises(PageBroken):
        receiver(NEW).receive(headers(v1(NEW, b"[]")), b"[]")


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_!", "whpk_AAAA", "x"])
def test_a_key_that_is_none_opens_nothing(key: str) -> None:
    with pytest.raises(SignatureRefused):
        receiver(key).receive(headers(f"{v1(NEW)} {v1a()}"), BODY)
