"""The demonstration's subscriber takes signed deliveries, dies, and comes back where it was."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks import Webhook

from gateway.client.webhooks import Receiver
from gateway.clock import SystemClock
from gateway.demo.subscriber import LARGEST, Subscriber
from gateway.release.sent import PageForm
from tests.unit.client.test_pages import rendered, sent

SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    one = Subscriber(Receiver((SECRET,), SystemClock()))
    one.switch_on()
    yield one
    one.switch_off()


def deliver(subscriber: Subscriber, own_id: str, secret: str = SECRET) -> int:
    body = rendered(sent(3, 1), PageForm.CLOUDEVENTS)
    now = datetime.now(UTC)
    headers = {
        "webhook-id": own_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(own_id, now, body.decode()),
        "content-type": PageForm.CLOUDEVENTS.value,
    }
    answer = httpx.post(subscriber.url, content=body, headers=headers, trust_env=False)
    return answer.status_code


def test_a_delivery_that_comes_twice_is_held_once(subscriber: Subscriber) -> None:
    assert [deliver(subscriber, one) for one in ("a", "a", "b")] == [204, 204, 204]
    assert subscriber.deliveries == {"a": 2, "b": 1}
    assert (len(subscriber.holdings), subscriber.records) == (3, 9)
    assert len(subscriber.notices) == 2


def test_what_is_signed_by_another_is_not_read(subscriber: Subscriber) -> None:
    other = "whsec_" + base64.b64encode(bytes(31) + b"x").decode()
    assert deliver(subscriber, "a", other) == 401
    assert (subscriber.refused, len(subscriber.holdings)) == (1, 0)
    large = httpx.post(subscriber.url, content=b"x" * (LARGEST + 1), trust_env=False)
    assert large.status_code == 413


def test_a_subscriber_that_is_off_refuses_and_comes_back_at_its_address(
    subscriber: Subscriber,
) -> None:
    url = subscriber.url
    subscriber.switch_off()
    with pytest.raises(httpx.ConnectError):
        deliver(subscriber, "a")
    subscriber.switch_on()
    assert subscriber.url == url
    assert deliver(subscriber, "a") == 204
