"""Pushing, whatever happens in between: lost answers, crashes at every step, a law that changes its mind.

Hypothesis plays senders, a subscriber and the register against a real house. The subscriber stands in at the
HTTP edge: it takes what the courier's line would have carried, as receivers do, once per webhook-id.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic_core import from_json
from typing_extensions import override

from gateway.assembly import House, database_path, open_house
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.net.egress import Answer, Body
from gateway.release.breaker import Breaker
from gateway.release.courier import Courier
from gateway.release.endpoints import BeginReplay, SetEndpointState
from gateway.store.states import EndpointState
from schemas.partners import PartnerKind
from tests.support import house as houses
from tests.support import pushing
from tests.support.pushing import NAME

TEMPLATE = Path(tempfile.mkdtemp(prefix="gateway-push-template-"))
PICK = st.integers(0, 1_000)
FATES = ("taken", "taken", "refused", "lost", "unheard", "gone", "crash before", "crash after")


class Killed(Exception):
    """The process ends here."""


@dataclass
class Subscriber:
    """The line to a subscriber, and what it has in hand."""

    fate: str = "taken"
    meanwhile: Callable[[], None] = lambda: None
    """What happens while the connection is made."""
    bodies: dict[str, bytes] = field(default_factory=dict)
    """webhook-id → the first body that came under it."""
    numbers: dict[str, int] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)

    async def post(self, url: str, headers: Mapping[str, str], length: int, body: Body) -> Answer:
        """Do what the fate says."""
        fate = self.fate
        if fate == "crash before":
            raise Killed
        if fate == "unheard":
            return Answer("connect")
        await asyncio.to_thread(self.meanwhile)
        sent = b"".join([piece async for piece in body()])
        assert len(sent) == length
        if fate == "refused":
            return Answer("http-503", 503)
        if fate == "gone":
            return Answer("http-410", 410)
        self._read(headers["webhook-id"], sent)
        if fate == "crash after":
            raise Killed
        return Answer("timeout") if fate == "lost" else Answer("http-204", 204)

    def _read(self, own_id: str, sent: bytes) -> None:
        events = from_json(sent)
        number = events[-1]["data"]["release"]
        assert self.numbers.setdefault(own_id, number) == number
        assert list(self.numbers.values()).count(number) == 1, "one release, two ids"
        if own_id in self.bodies:
            # sent again: the same events, but for those that were taken back since
            before = from_json(self.bodies[own_id])
            assert all(event in before for event in events)
            return
        self.bodies[own_id] = sent
        for event in events[:-1]:
            data, kind = event["data"], event["type"].split(".")[-2]
            if kind == "notice":
                self.holds.pop(data["id"], None)
            else:
                assert data["version"] >= self.holds.get(data["id"], 0)
                self.holds[data["id"]] = data["version"]

    async def close(self) -> None:
        """Hang up."""


def template() -> Path:
    """A home with a push subscription, made once and copied for each play."""
    home = TEMPLATE / "home"
    if not home.exists():
        with houses.new_house(home) as house:
            pushing.subscribe(house, "http://127.0.0.1:9/in")
    return home


class Pushing(RuleBasedStateMachine):
    """The play."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gateway-push-"))
        shutil.copytree(template(), self.folder / "home")
        self.clock = FixedClock(houses.NOW)
        self.house: House = open_house(self.folder / "home", clock=self.clock)
        self.sql = sqlite3.connect(database_path(self.house.home))
        self.subscriber = Subscriber()
        self.references = 0
        self.refused = False
        self.restarts = 0

    @override
    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            self._at_last()
        finally:
            self.sql.close()
            self.house.close()
            shutil.rmtree(self.folder)

    # --- senders and the law
    @rule(number=st.integers(1, 3))
    def something_happens(self, number: int) -> None:
        houses.send(self.house, pushing.rows(number, begin=self.references))
        self.references += number

    @rule(which=PICK, closing=st.sampled_from(["213", "211", "204"]))
    def it_is_revised(self, which: int, closing: str) -> None:
        if self.references:
            houses.send(self.house, [houses.row(f"s{which % self.references}", closing)])

    @rule(which=PICK)
    def it_is_taken_back(self, which: int) -> None:
        if self.references:
            houses.take_back(self.house, [f"s{which % self.references}"])

    @rule()
    def the_law_changes(self) -> None:
        self._turn()

    def _turn(self) -> None:
        self.refused = not self.refused
        now = PartnerKind.UNIVERSITY if self.refused else PartnerKind.COMBINED_FIRE_AUTHORITY
        pushing.turn(self.house, now)

    # --- the courier
    @rule(fate=st.sampled_from(FATES), steps=st.integers(1, 4))
    def the_courier_works(self, fate: str, steps: int) -> None:
        self._work(fate, steps)

    @rule(fate=st.sampled_from(["taken", "lost", "refused"]))
    def the_law_changes_while_the_connection_is_made(self, fate: str) -> None:
        before = len(self.subscriber.bodies)
        self.subscriber.meanwhile = self._turn
        try:
            self._work(fate, 1)
        finally:
            self.subscriber.meanwhile = lambda: None
        if self.refused:
            new = list(self.subscriber.bodies.values())[before:]
            assert all(from_json(body)[0]["type"].count("incident") == 0 for body in new)

    @rule()
    def it_is_killed_between_the_commit_and_the_try(self) -> None:
        self._courier()._prepare(settle=False)
        self._restart()

    @rule(hours=st.sampled_from([0, 1, 12, 130]))
    def time_passes(self, hours: int) -> None:
        houses.later(self.house, hours * 3_600 + 10)

    @rule()
    def an_operator_resumes(self) -> None:
        act = self.house.act("operator")
        self.house.writer.run(SetEndpointState(NAME, EndpointState.ACTIVE, act))

    @rule(which=PICK)
    def it_is_asked_for_again(self, which: int) -> None:
        acknowledged = self._row("acknowledged")
        act = self.house.act("fire-system")
        self.house.writer.run(BeginReplay(NAME, which % (acknowledged + 1), act))

    def _courier(self) -> Courier:
        room = pushing.courier(self.house)._room
        return Courier(room, NAME, None, self.subscriber, Breaker())  # type: ignore[arg-type] # at the HTTP edge

    def _work(self, fate: str, steps: int) -> None:
        self.subscriber.fate = fate

        async def run() -> None:
            courier = self._courier()
            for _ in range(steps):
                await courier.step(settle=True)

        try:
            asyncio.run(run())
        except Killed:
            self._restart()

    def _restart(self) -> None:
        self.restarts += 1
        self.house.close()
        self.house = open_house(self.folder / "home", clock=self.clock)

    # --- what must be true after every step
    def _rows(self, query: str, *values: Any) -> list[Any]:
        return self.sql.execute(query, values).fetchall()

    def _row(self, column: str) -> int:
        return int(self._rows(f"SELECT {column} FROM subscription")[0][0])  # noqa: S608 - our own

    def _disclosed(self, *states: str) -> list[tuple[int, int, str, str]]:
        """(incident, version, released id, what) of releases whose delivery stands otherwise."""
        marks = ",".join("?" * len(states))
        return self._rows(
            "SELECT incident, version, released_id, what FROM disclosure "  # noqa: S608 - marks
            f"JOIN delivery USING (subscription, number) WHERE state NOT IN ({marks}) ORDER BY number",
            *states,
        )

    @invariant()
    def no_version_is_given_twice(self) -> None:
        if hasattr(self, "sql"):
            given = self._disclosed("unconfirmed", "withdrawn")
            versions = Counter((i, v) for i, v, _, what in given if what == "record")
            assert set(versions.values()) <= {1}

    @invariant()
    def what_came_was_tried_and_what_was_withdrawn_never_came(self) -> None:
        if hasattr(self, "sql"):
            states = dict(self._rows("SELECT number, state FROM delivery"))
            tried = dict(self._rows("SELECT number, attempts FROM delivery"))
            for number in self.subscriber.numbers.values():
                assert tried[number] > 0
                assert states[number] != "withdrawn"

    @invariant()
    def every_open_delivery_is_due_or_waits_for_an_operator(self) -> None:
        if hasattr(self, "sql"):
            open_states = {"pending", "retrying", "refused", "expired"}
            still = self._rows("SELECT number, state FROM delivery")
            numbers = [number for number, state in still if state in open_states]
            pending = self._rows("SELECT pending FROM subscription")[0][0]
            assert numbers == ([] if pending is None else [pending])

    # --- the end of the play
    def _at_last(self) -> None:
        """The law allows, the subscriber takes: nothing is lost, and what it holds is what it was given."""
        if self.refused:
            self._turn()
        self.an_operator_resumes()
        for _ in range(500):
            houses.later(self.house, 90_000)
            self._work("taken", 5)
            done = self._row("decided_to") == self.house.reader.head().log_size
            if done and self._rows("SELECT pending FROM subscription") == [(None,)]:
                break
        else:
            raise AssertionError("it never comes to rest")
        given: dict[int, tuple[str, int] | None] = {}
        for incident, version, released_id, what in self._disclosed("unconfirmed", "withdrawn"):
            given[incident] = (released_id, version) if what == "record" else None
        expected = dict(one for one in given.values() if one is not None)
        told = {released_id for _, _, released_id, what in self._disclosed() if what != "record"}
        unconfirmed = {released_id for _, _, released_id, _ in self._disclosed("withdrawn")}
        holds = self.subscriber.holds
        assert expected.items() <= holds.items()
        assert holds.keys() - expected.keys() <= unconfirmed - told
        report = verify(database_path(self.house.home), self.house.keys, ())
        assert report.whole, report.findings


TestPushing = Pushing.TestCase
TestPushing.settings = settings(
    max_examples=400 if settings().max_examples > 100 else 18, stateful_step_count=30
)
TestPushing.pytestmark = [pytest.mark.prove]  # type: ignore[attr-defined] # read by pytest
