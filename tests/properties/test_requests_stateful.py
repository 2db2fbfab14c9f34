"""Whatever happens to requests in whatever order: nothing leaves but what was decided, while it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.request_rules import AnswerRefused, NotYoursToDecide, RecordMoved
from gateway.audit.request_steps import RequestMoved
from gateway.audit.requests import Requests
from gateway.audit.verify import verify
from gateway.clock import london_day
from gateway.errors import GatewayError, LawRefuses, NotFound
from gateway.intake.recorded import natural_key
from gateway.law.register import put_partner, put_protocol
from schemas.partners import DatedKind, PartnerKind
from schemas.requests import RELEASES, Outcome
from tests.support.agreed import COUNCIL, next_day, personal_row
from tests.support.asking import DEPUTY, LEAD, NOMINATED, answer, asked, collected, ready_to_ask
from tests.support.house import FEED, FIRE, SENDER, new_house, send, take_back
from tests.support.law import protocol
from tests.support.requirements import law

SEED = 20261126
FIELDS = ("people.name", "address_text", "source_reference", "occurred_from")
ROWS = 6


class Model:
    """What should be able to leave, kept beside the gateway in plain Python."""

    def __init__(self, house: House, requests: Requests, dice: Random) -> None:
        self.house, self.requests, self.dice = house, requests, dice
        self.names: list[str] = []
        self.decided: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        """Request → references and fields that were released."""
        self.ends: dict[str, Any] = {}
        self.ended: set[str] = set()
        self.protocol = self.listed = True
        self.now = {f"p{n}": n + 1 for n in range(ROWS)}
        """Reference → position of its current version."""
        self.gone: set[str] = set()
        self.left = self.refused = 0

    def ask(self) -> None:
        more = {"urgent": "She is afraid."} if self.dice.random() < 0.5 else {}
        try:
            self.names.append(asked(self.house, self.requests, **more))
            assert self.protocol
            assert self.listed
        except GatewayError:
            assert not (self.protocol and self.listed)

    def decide(self) -> None:
        if not self.names:
            return
        name, references = self.dice.choice(self.names[-3:]), self.dice.sample(sorted(self.now), 2)
        fields = tuple(self.dice.sample(FIELDS, 2))
        outcome = self.dice.choice((*RELEASES, *Outcome))
        said: dict[str, Any] = {"outcome": outcome, "fields": fields}
        said["positions"] = tuple(self.now[one] for one in references)
        if outcome is Outcome.NOTHING:
            said["positions"] = ()
        if outcome is not Outcome.RELEASED:
            said["refusal"] = "other"
        decider = self.dice.choice((NOMINATED, NOMINATED, DEPUTY))
        try:
            self.requests.answer(name, SENDER, decider, answer(**said))
        except (AnswerRefused, NotYoursToDecide, RequestMoved, RecordMoved):
            return
        if outcome in RELEASES:
            assert not set(references) & self.gone
            self.decided[name] = (frozenset(references), frozenset(fields))
            self.ends[name] = self.requests.one(name, None).answer

    def review(self) -> None:
        if self.decided:
            name, stands = self.dice.choice(list(self.decided)), self.dice.random() < 0.5
            try:
                self.requests.review(name, LEAD, "Looked at again.", stands=stands)
            except (RequestMoved, NotYoursToDecide):
                return
            self.ended |= set() if stands else {name}

    def withdraw(self) -> None:
        if self.names:
            try:
                self.requests.withdraw(self.dice.choice(self.names), COUNCIL, "council-system")
            except RequestMoved:
                return

    def change(self) -> None:
        reference = self.dice.choice(sorted(self.now))
        if reference in self.gone:
            return
        if self.dice.random() < 0.2:
            take_back(self.house, [reference])
            self.gone.add(reference)
        else:
            send(self.house, [personal_row(reference, self.dice.choice(("213", "204", "506")))])
        self.now = {f"p{n}": self._position(f"p{n}") for n in range(ROWS)}

    def _position(self, reference: str) -> int:
        house = self.house
        feed, _ = house.book.refresh().register.feeds[FEED]
        row = house.reader.incident(
            feed, natural_key(house.desk(FEED, house.book.current()), reference)
        )
        assert row is not None
        return int(row["position"])

    def end_protocol(self) -> None:
        self.protocol = not self.protocol or self.dice.random() < 0.5
        until = {} if self.protocol else {"valid_to": london_day(self.house.clock)}
        made = protocol(parties=(SENDER, COUNCIL, FIRE), **until)
        self.house.writer.run(put_protocol(made, self.house.act("operator")))

    def end_recipient(self) -> None:
        self.listed = not self.listed or self.dice.random() < 0.5
        kind = PartnerKind.DISTRICT_COUNCIL if self.listed else PartnerKind.UNIVERSITY
        partner = self.house.book.refresh().register.partners[COUNCIL]
        now = partner.model_copy(update={"kinds": (DatedKind(kind=kind),)})
        self.house.writer.run(put_partner(now, self.house.act("operator")))

    def wait(self) -> None:
        next_day(self.house, self.dice.choice((1, 3, 10)))

    def collect(self) -> None:
        if not self.names:
            return
        name = self.dice.choice((self.dice.choice(self.names), *self.decided))
        try:
            records = collected(self.house, name)["records"]
        except (NotFound, LawRefuses):
            self.refused += 1
            return
        if not records:
            return
        references, fields = self.decided[name]
        assert self.protocol
        assert self.listed
        assert name not in self.ended
        assert london_day(self.house.clock).isoformat() < self.ends[name].said["ends_on"]
        for record in records:
            given = record.get("agreed", {})
            agreed = set(given) - {"people", "time_precision"}
            agreed |= {"people.name"} if given.get("people") else set()
            assert agreed <= fields
            assert given.get("source_reference", "p0") in {*references, "p0"}
        assert len(records) <= len(references)
        self.left += len(records)


STEPS = (
    *[Model.ask] * 3,
    *[Model.decide] * 5,
    *[Model.collect] * 5,
    *(Model.review, Model.withdraw, Model.change, Model.wait),
    *(Model.end_protocol, Model.end_recipient),
)


@law("L05", "L17", "L23")
@pytest.mark.prove
@pytest.mark.on_sqlite
@pytest.mark.timeout(1_800)
def test_nothing_leaves_but_what_was_decided_while_it_stands(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    worlds, left, refused, steps = max(2, count(100)), 0, 0, 80
    for world in range(worlds):
        with new_house(tmp_path / f"home-{world}") as house:
            model = Model(house, ready_to_ask(house, ROWS), Random(SEED + world))
            for _ in range(steps):
                model.dice.choice(STEPS)(model)
            assert verify(house.database, house.keys).whole
            left, refused = left + model.left, refused + model.refused

    assert left
    assert refused
    proved("requests", worlds=worlds, steps=worlds * steps, released=left, beyond=0, seed=SEED)
