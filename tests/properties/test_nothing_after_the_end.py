"""An agreement that ends between any two steps of a delivery: nothing is sent after, by no way out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.audit.verify import verify
from gateway.clock import london_day
from gateway.errors import LawRefuses
from gateway.law import agreements as acts
from gateway.law.register import put_partner, put_protocol
from gateway.release.endpoints import BeginReplay
from schemas.agreements import Agreement
from schemas.partners import HolderDecision
from schemas.subscriptions import DeliveryMode
from tests.support import agreed, pushing
from tests.support.agreed import (
    COUNCIL,
    POSTS,
    SENDER,
    agree,
    asks,
    page_of,
    prepare,
    pulled,
    terms,
)
from tests.support.house import FIRE, new_house, send
from tests.support.law import protocol
from tests.support.receiver import Receiver, receiving
from tests.support.requirements import law
from tests.support.stepping import Stepper, stepping

RECORDS = 3
BY_HOUSE = 24
"""Runs in one house, each under an agreement and a request of its own."""
LONG = {"retention_days": 3_650, "review_by": "2035-01-01"}
SEED = 20261126


class Stage:
    """One house with records, and one agreement and request after the other."""

    def __init__(self, home: Path, receiver: Receiver) -> None:
        self.house, self.receiver = new_house(home), receiver
        prepare(self.house)
        agree(self.house, terms(id="keeps", **LONG))
        send(self.house, [agreed.personal_row(f"s{number}") for number in range(RECORDS)])
        self.number = 0
        self.protocol = protocol(parties=(SENDER, COUNCIL, FIRE))
        self.police = self.house.book.refresh().register.partners[SENDER]

    @property
    def agreement(self) -> str:
        return f"a-{self.number}"

    @property
    def asked(self) -> str:
        return f"s-{self.number}"

    def anew(self, **more: Any) -> Agreement:
        """The next agreement, signed by both, with the next request."""
        self.number += 1
        made = terms(**{"id": self.agreement, **LONG, **more})
        agree(self.house, made)
        return made

    def put(self, *, lapsed: bool = False, declines: bool = False) -> None:
        """Put protocol and holder as they are to stand."""
        ends = london_day(self.house.clock) if lapsed else None
        decision = HolderDecision(reference="d-1", nominated_person="a post", reason="r")
        stands = self.protocol.model_copy(update={"valid_to": ends})
        police = self.police.model_copy(
            update={"withholds_section_115": (decision,) if declines else ()}
        )
        self.house.writer.run(put_protocol(stands, self.house.act("operator")))
        self.house.writer.run(put_partner(police, self.house.act("operator")))

    def sign_narrower(self) -> None:
        """A second version without names comes into force: the first is superseded."""
        house, second = (
            self.house,
            terms(**LONG, id=self.agreement, version=2, fields=("address_text",)),
        )
        day = london_day(house.clock)
        house.writer.run(acts.PutAgreement(second, house.act("operator"), day))
        for party in second.parties:
            act = house.act("operator")
            house.writer.run(acts.sign(second.id, 2, party, POSTS[party], act, day))

    def step(self, job: Callable[..., Any], *said: str) -> None:
        day, act = london_day(self.house.clock), self.house.act("operator")
        self.house.writer.run(job(self.agreement, 1, SENDER, *said, act, day))

    def next_day(self) -> None:
        agreed.next_day(self.house)


ENDS: dict[str, tuple[Callable[[Stage], dict[str, Any]], Callable[[Stage], None]]] = {
    "its last day ends": (lambda stage: {"valid_to": _tomorrow(stage)}, Stage.next_day),
    "the grace of its review ends": (lambda stage: {"review_by": _in_grace(stage)}, Stage.next_day),
    "it is suspended": (lambda _: {}, lambda stage: stage.step(acts.suspend, "r")),
    "it is terminated": (lambda _: {}, lambda stage: stage.step(acts.terminate, "r")),
    "it is superseded": (lambda _: {}, Stage.sign_narrower),
    "its protocol lapses": (lambda _: {}, lambda stage: stage.put(lapsed=True)),
    "the holder declines": (lambda _: {}, lambda stage: stage.put(declines=True)),
}


def _tomorrow(stage: Stage) -> str:
    return (london_day(stage.house.clock) + timedelta(days=1)).isoformat()


def _in_grace(stage: Stage) -> str:
    return (london_day(stage.house.clock) - timedelta(days=30)).isoformat()


Way = Callable[[Stage, int, Callable[[], None]], Coroutine[Any, Any, tuple[Stepper, int]]]


async def _pull(stage: Stage, at: int, ends: Callable[[], None]) -> tuple[Stepper, int]:
    asks(stage.house, stage.asked, agreement=stage.agreement)
    return _one_page(stage, at, ends, None)


async def _replay(stage: Stage, at: int, ends: Callable[[], None]) -> tuple[Stepper, int]:
    asks(stage.house, stage.asked, agreement=stage.agreement)
    first = page_of(pulled(stage.house, name=stage.asked))
    stage.house.door.acknowledge(stage.asked, COUNCIL, "council-system", first["cursor"])
    return _one_page(stage, at, ends, stage.house.door.cursor(stage.asked, 0))


def _one_page(
    stage: Stage, at: int, ends: Callable[[], None], after: str | None
) -> tuple[Stepper, int]:
    records = 0
    with stepping(stage.house, at, ends) as stepper:
        try:
            records = len(page_of(pulled(stage.house, after, name=stage.asked))["records"])
        except LawRefuses:
            records = 0
    return stepper, records


async def _push(stage: Stage, at: int, ends: Callable[[], None]) -> tuple[Stepper, int]:
    asks(stage.house, stage.asked, agreement=stage.agreement, mode=DeliveryMode.PUSH)
    pushing.set_endpoint(stage.house, stage.receiver.url, stage.asked)
    return await _carried(stage, at, ends)


async def _push_again(stage: Stage, at: int, ends: Callable[[], None]) -> tuple[Stepper, int]:
    asks(stage.house, stage.asked, agreement=stage.agreement, mode=DeliveryMode.PUSH)
    pushing.set_endpoint(stage.house, stage.receiver.url, stage.asked)
    await _carried(stage, -1, ends)
    stage.house.writer.run(BeginReplay(stage.asked, 0, stage.house.act("council-system")))
    return await _carried(stage, at, ends)


async def _carried(stage: Stage, at: int, ends: Callable[[], None]) -> tuple[Stepper, int]:
    courier = pushing.courier(stage.house, stage.asked)
    before = len(stage.receiver.got)
    try:
        with stepping(stage.house, at, ends) as stepper:
            await pushing.drain(courier)
    finally:
        await courier._line.close()
    sent = [one.data("incident") for one in stage.receiver.got[before:]]
    return stepper, sum(map(len, sent))


WAYS: dict[str, Way] = {
    "pull": _pull,
    "replay": _replay,
    "push": _push,
    "push again": _push_again,
}


@contextmanager
def stages(home: Path, receiver: Receiver) -> Iterator[Callable[[], Stage]]:
    """Give the stage to play on; a new one now and then, so that no register grows without end."""
    made: list[Stage] = []

    def stage() -> Stage:
        if not made or made[-1].number >= BY_HOUSE:
            made.append(Stage(home / f"home-{len(made)}", receiver))
        return made[-1]

    try:
        yield stage
        for one in made:
            assert verify(one.house.database, one.house.keys).whole
    finally:
        for one in made:
            one.house.close()


async def _played(stage: Stage, way: str, end: str, at: int) -> tuple[Stepper, int]:
    stage.put()
    more, ends = ENDS[end]
    stage.anew(**more(stage))
    stepper, records = await WAYS[way](stage, at, lambda: ends(stage))
    old = (1,) if end == "it is superseded" else (1, 2)
    assert stepper.sent_after(*old) == 0, (way, end, at)
    if stepper.fired and end != "it is superseded":
        late = [after for after, _, _ in stepper.looked if after]
        # a push goes whole or not at all: once a look came after the end, it does not
        assert records <= (0 if late and way.startswith("push") else stepper.sent), (way, end, at)
    if not stepper.fired:
        assert records == RECORDS, (way, end, at)
    return stepper, records


async def _length(stage: Stage, way: str) -> int:
    """How many steps a delivery takes that nothing happens to."""
    stepper, _ = await _played(stage, way, "it is suspended", 10_000)
    return stepper.steps


@law("L17", "L19", "L20")
@pytest.mark.prove
def test_an_agreement_that_ends_between_any_two_steps_sends_nothing_after(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice, receiver = Random(SEED), Receiver()
    tried = broken = 0

    async def run() -> None:
        nonlocal tried, broken
        async with receiving(receiver):
            with stages(tmp_path, receiver) as stage:
                lengths = {
                    way: (await _played(stage(), way, "it is suspended", 10_000))[0].steps
                    for way in WAYS
                }
                every = [
                    (way, end, at)
                    for way, length in lengths.items()
                    for end in ENDS
                    for at in range(length)
                ]
                chosen = dice.sample(every, max(14, count(len(every))))
                for way, end, at in chosen:
                    stepper, records = await _played(stage(), way, end, at)
                    tried += 1
                    broken += stepper.fired and records < RECORDS

    asyncio.run(run())
    assert broken > tried / 4
    proved("nothing-after-the-end", tried=tried, stopped=broken, sent_after=0, seed=SEED)
