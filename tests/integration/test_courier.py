"""Push, from commit to answer: what goes out, what is noted, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic_core import to_json
from standardwebhooks import Webhook

from gateway.assembly import House, open_house
from gateway.audit.verify import verify
from gateway.keys import webhook
from gateway.release.courier import BATCH_BYTES
from gateway.release.endpoints import RotateSecret, RotateWebhookKey, SetEndpointState
from gateway.release.schedule import WAITS
from gateway.store.states import EndpointState
from tests.support import house as houses
from tests.support import pushing
from tests.support.pushing import NAME, SECRET, drain, once, play
from tests.support.receiver import Got, Receiver, status
from tests.support.stores import Store


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    with houses.new_house(tmp_path) as made:
        yield made


def test_what_is_recorded_is_sent_in_order_and_acknowledged_by_the_answer(house: House) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        houses.send(house, pushing.rows(3))
        await once(house)
        houses.send(house, [houses.row("s1", "211")])
        houses.take_back(house, ["s2"])
        await once(house)

    first, second = play(house, what).got

    assert len(first.data("incident")) == 3
    assert (first.page["release"], first.page["complete"]) == (1, True)
    assert [one["version"] for one in second.data("incident")] == [2]
    assert [one["kind"] for one in second.data("notice")] == ["corrected", "retracted"]
    assert first.headers["content-type"] == "application/cloudevents-batch+json"
    assert first.headers["gateway-cursor"] == first.page["cursor"]
    row = house.reader.subscription(NAME, houses.FIRE)
    assert row is not None
    assert (row["acknowledged"], row["pending"]) == (2, None)
    assert pushing.delivery(house, 2)["state"] == "acknowledged"
    assert pushing.operations(house).count("acknowledgement") == 2
    assert verify(house.database, house.keys).whole


def test_an_empty_release_is_not_sent_and_a_short_stretch_waits_until_it_is_settled(
    house: House,
) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        houses.subscribe(house, mode="push", filter={"kinds": ("other_prescribed",)})
        houses.send(house, pushing.rows(3))
        courier = pushing.courier(house)
        assert await drain(courier) is None
        row = house.reader.subscription(NAME, houses.FIRE)
        assert row is not None
        assert row["decided_to"] == 0
        assert await courier.step(settle=True) is None
        row = house.reader.subscription(NAME, houses.FIRE)
        assert row is not None
        assert row["decided_to"] == 3

    assert play(house, what).got == []


def test_a_batch_holds_at_most_100_records_and_256_kib(house: House) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        houses.send(house, pushing.rows(230))
        await once(house)

    got = play(house, what).got

    assert [len(one.data("incident")) for one in got] == [100, 100, 30]
    assert max(len(one.body) for one in got) <= BATCH_BYTES


def test_a_batch_of_long_records_is_split_by_bytes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.release.courier.BATCH_BYTES", 16 * 1024)

    async def what(house: House, receiver: Receiver) -> None:
        houses.send(house, pushing.rows(40))
        await once(house)

    got = play(house, what).got

    assert len(got) > 2
    assert sum(len(one.data("incident")) for one in got) == 40
    assert max(len(one.body) for one in got) <= 16 * 1024


def test_the_packages_of_others_verify_and_parse_what_is_sent(tmp_path: Path) -> None:
    with open_house(tmp_path, create=True) as house:  # by the machine's clock, as their package is

        async def what(house: House, receiver: Receiver) -> None:
            houses.send(house, pushing.rows(2))
            houses.publish(house)
            await once(house)

        (got,) = play(house, what).got
        read = Webhook(webhook.secret_text(SECRET)).verify(got.body, got.headers)
        events = [JSONFormat().read(CloudEvent, to_json(event)) for event in read]

        assert [event.get_type().split(".")[-2] for event in events] == ["incident"] * 2 + ["page"]
        assert len({event.get_id() for event in events}) == 3
        assert got.headers["ledger-checkpoint"]
        key = webhook.signing_key(house.keys.webhook, 1).public_key()
        now = int(house.clock.now().timestamp())
        assert webhook.verify(got.headers, got.body, now, keys=[key]) == got.id
        with pytest.raises(webhook.WebhookRefused):
            webhook.verify(got.headers, got.body + b" ", now, [SECRET], [key])


def test_while_a_secret_or_key_is_rotated_both_sign_and_afterwards_only_the_new_one(
    house: House,
) -> None:
    new = bytes(reversed(range(32)))

    async def what(house: House, receiver: Receiver) -> None:
        at = int(house.clock.now().timestamp())
        secret = pushing.sealed(house, NAME, new)
        house.writer.run(RotateSecret(NAME, secret, house.act("operator"), at, 3_600))
        rotate = RotateWebhookKey(lambda _number: "ab" * 32, house.act("operator"), at, 3_600)
        assert house.writer.run(rotate) == 2
        houses.send(house, pushing.rows(1))
        await once(house)
        houses.later(house, 3_601)
        houses.send(house, pushing.rows(1, begin=1))
        await once(house)

    during, after = play(house, what).got
    old_key, new_key = (
        webhook.signing_key(house.keys.webhook, number).public_key() for number in (1, 2)
    )

    def verifies(got: Got, **by: object) -> bool:
        try:
            webhook.verify(got.headers, got.body, int(got.headers["webhook-timestamp"]), **by)  # type: ignore[arg-type] # by name
        except webhook.WebhookRefused:
            return False
        return True

    for by in ({"secrets": [SECRET]}, {"secrets": [new]}, {"keys": [old_key]}, {"keys": [new_key]}):
        assert verifies(during, **by)
    assert [verifies(after, secrets=[one]) for one in (SECRET, new)] == [False, True]
    assert [verifies(after, keys=[one]) for one in (old_key, new_key)] == [False, True]


def test_a_failed_release_goes_again_by_the_schedule_with_the_same_id_and_bytes(
    house: House,
) -> None:
    waits: list[float | None] = []

    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: status(503)
        houses.send(house, pushing.rows(3))
        for _ in range(4):
            waits.append(await once(house))
            assert pushing.delivery(house, 1)["state"] == "retrying"
            assert await once(house) == waits[-1]  # not before it is due
            houses.later(house, int(waits[-1] or 0))
        receiver.answering = lambda _got: status(200)
        await once(house)

    got = play(house, what).got

    assert len(got) == 5
    assert {one.id for one in got} == {got[0].id}
    assert {one.body for one in got} == {got[0].body}
    for wait, mean in zip(waits, WAITS, strict=False):
        assert wait is not None
        assert 0.8 * mean <= wait <= 1.2 * mean
    assert pushing.delivery(house, 1)["state"] == "acknowledged"
    assert pushing.endpoint(house)["failures"] == 0


@pytest.mark.parametrize(
    ("code", "told", "expected"),
    [
        (429, "1", 60),
        (429, "315360000", 86_400),
        (503, "120", 120),
        (503, format_datetime(datetime(2026, 11, 23, 9, 40, 15, tzinfo=UTC)), 599),
        (500, "soon", None),
    ],
)
def test_retry_after_is_honoured_within_limits(
    house: House, code: int, told: str, expected: int | None
) -> None:
    waits: list[float | None] = []

    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: status(code, f"Retry-After: {told}")
        houses.send(house, pushing.rows(1))
        waits.append(await once(house))

    play(house, what)

    (wait,) = waits
    assert wait is not None
    assert wait == expected if expected else 4 <= wait <= 6


def test_gone_disables_the_endpoint_and_nothing_is_lost(house: House) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: status(410)
        houses.send(house, pushing.rows(2))
        await once(house)
        assert pushing.endpoint(house)["state"] == "disabled"
        assert pushing.delivery(house, 1)["state"] == "refused"
        receiver.answering = lambda _got: status(200)
        houses.send(house, pushing.rows(1, begin=2))
        assert await once(house) is None
        assert len(receiver.got) == 1
        resume = SetEndpointState(NAME, EndpointState.ACTIVE, house.act("operator"))
        house.writer.run(resume)
        await once(house)

    got = play(house, what).got

    assert [len(one.data("incident")) for one in got] == [2, 2, 1]
    assert got[0].id == got[1].id
    assert pushing.operations(house).count("endpoint") == 3
    assert verify(house.database, house.keys).whole


def test_an_endpoint_that_fails_for_five_days_is_given_up_and_its_partner_may_pull(
    house: House,
) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: status(500)
        houses.send(house, pushing.rows(2))
        for _ in range(40):
            wait = await once(house)
            if wait is None:
                break
            houses.later(house, int(wait))

    play(house, what)
    pulled = houses.pull(house)

    assert pushing.endpoint(house)["state"] == "disabled"
    assert pushing.delivery(house, 1)["state"] == "expired"
    assert pushing.delivery(house, 1)["attempts"] < 25
    assert len(pulled.page.records) == 2
    assert house.door.acknowledge(NAME, houses.FIRE, "fire-system", pulled.page.cursor)
    assert pushing.delivery(house, 1)["state"] == "acknowledged"


@pytest.mark.parametrize("code", [301, 302, 307, 400, 404, 500])
def test_anything_but_success_is_a_failure(house: House, code: int) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: status(code, "Location: http://127.0.0.1/elsewhere")
        houses.send(house, pushing.rows(1))
        await once(house)

    assert len(play(house, what).got) == 1
    assert pushing.delivery(house, 1)["outcome"] == f"http-{code}"
    assert pushing.delivery(house, 1)["state"] == "retrying"
