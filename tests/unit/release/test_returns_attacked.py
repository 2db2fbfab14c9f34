"""Returns while somebody meddles, or looks for pairs: nothing leaves after a stop, no racial row is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.errors import LawRefuses
from gateway.law.register import put_partner
from gateway.release.return_made import Handing, Making
from gateway.release.returned import Handed, hand
from gateway.store.writer import Writer
from schemas.partners import HolderDecision
from tests.support import house as houses
from tests.support import returning as r
from tests.support.requirements import law


def told(handed: Handed) -> list[dict[str, Any]]:
    return [json.loads(line) for line in handed.lines]


def whole(house: House) -> bool:
    return verify(house.database, house.keys).whole


class Meddling:
    """A writer between whose jobs somebody else's come: what a law that moves looks like."""

    def __init__(self, writer: Writer, before: dict[type, list[Callable[[], object]]]) -> None:
        self._writer, self._before = writer, before

    def run(self, job: Any) -> Any:
        for act in self._before.pop(type(job), []):
            act()
        return self._writer.run(job)


@law("L16", "L17")
@pytest.mark.parametrize("step", [Making, Handing])
def test_nothing_is_handed_out_once_a_stop_is_committed_between_any_two_steps(
    house: House, step: type
) -> None:
    houses.send(house, [r.police_row("a")])
    police = house.book.current().register.partners[r.POLICE]
    decision = HolderDecision(reference="d", nominated_person="head", reason="under review")
    stopped = police.model_copy(update={"withholds_section_17a": (decision,)})

    def stop() -> None:
        house.writer.run(put_partner(stopped, house.act("operator")))

    meddling: Any = Meddling(house.writer, {step: [stop]})
    with pytest.raises(LawRefuses):
        hand(replace(r.desk(house), writer=meddling), r.ask(), 1, "fire-system")
    assert whole(house)


@pytest.mark.parametrize("step", [Making, Handing])
def test_a_record_that_is_taken_back_between_two_steps_is_left_out(
    house: House, step: type
) -> None:
    houses.send(house, [r.police_row("a"), r.police_row("b")])
    meddling: Any = Meddling(house.writer, {step: [lambda: houses.take_back(house, ["a"])]})

    handed = hand(replace(r.desk(house), writer=meddling), r.ask(), 1, "fire-system")

    assert len(handed.lines) == 1
    assert handed.omitted == (0 if step is Making else 1)
    assert whole(house)


@law("L12", "L48")
@pytest.mark.parametrize("seed", range(2))
def test_an_intruder_with_every_file_and_the_standing_feed_pairs_no_racial_row(
    house: House, seed: int
) -> None:
    dice = Random(seed)
    rows = [
        r.housing_row(
            f"h{n}",
            "Race" if n % 9 == 0 else "",
            DateOfIncident=f"{dice.randrange(1, 5):02d}/08/2026 {dice.randrange(24):02d}:10",
        )
        for n in range(60)
    ]
    r.send(house, rows)
    desk, asked = r.desk(house), r.ask(holder=r.COUNCIL)

    council = [line["row"] for line in told(hand(desk, asked, 8, "x"))]
    race = told(hand(desk, asked, 7, "x"))

    assert 1 <= len(race) < 8
    for line in (one["row"] for one in race):
        assert line["location"]["level"] in {"ward", "district", "none"}
        begin, _, end = line["time"].partition("/")
        fits = [
            row
            for row in council
            if row["date"] == line["date"]
            and (not end or begin <= row["time"] < end)
            and line["location"].get("code") in {None, row["location"]["code"]}
        ]
        assert len(fits) >= 5
        assert not [row for row in fits if row["time"] == line["time"] != "not_stated"]
