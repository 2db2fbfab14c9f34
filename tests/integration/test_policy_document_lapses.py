"""A policy document that goes out of date: no tagged field leaves any more, and every other one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.intake.push import push
from tests.support import agreed
from tests.support import house as houses
from tests.support.agreed import COUNCIL, SENDER
from tests.support.requirements import law
from tests.support.stores import Store

HOUSING, ASKED = "cnh-housing", "police-115"
TAGGED, OTHER = {"hate_incident", "grounds"}, {"source_reference"}
CONDITION = {
    "condition": "DPA 2018 Sch. 1 para. 6",
    "policy_document": "APD-2026-03",
    "policy_version": "2",
    "valid_to": "2026-11-26",
}
ROWS = 20


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    made = houses.new_house(tmp_path / "home")
    agreed.prepare(made)
    terms = agreed.terms(
        holders=(COUNCIL,),
        recipients=(SENDER,),
        fields=tuple(TAGGED | OTHER),
        recipient_regime="law_enforcement",
        special_category=CONDITION,
    )
    agreed.agree(made, terms)
    agreed.asks(made, ASKED, partner=SENDER)
    yield made
    made.close()


def send(house: House, begin: int) -> None:
    """Cases of hate, as the housing system exports them."""
    rows = [
        {
            "CaseRef": f"ASB/2026/{number:04}",
            "DateReported": "02/11/2026 09:15",
            "DateOfIncident": "",
            "CatScheme": "HM",
            "Category": "C",
            "SubCategory": "Graffiti",
            "HateStrand": "Race",
        }
        for number in range(begin, begin + ROWS)
    ]
    desk, body = house.desk(HOUSING, house.book.current()), json.dumps(rows).encode()
    answer = push(
        body, "application/json", desk, houses.request_of(house), house.writer, 10_000
    ).result()
    assert answer.receipt.recorded == ROWS


def left(house: House, after: str | None = None) -> tuple[list[set[str]], str]:
    """Which sealed fields each record of the next page carries, and the page's cursor."""
    made = house.door.pull(ASKED, SENDER, "police-system", after, 100)
    page: dict[str, Any] = agreed.page_of(made)
    return [set(record["agreed"]) for record in page["records"]], page["cursor"]


@law("L22")
def test_from_that_day_no_tagged_field_goes_and_every_other_one_does(house: House) -> None:
    send(house, 0)
    before, cursor = left(house)
    agreed.next_day(house, 3)
    send(house, ROWS)
    again, _ = left(house)
    after, _ = left(house, cursor)

    assert before == [TAGGED | OTHER] * ROWS
    assert again == after == [OTHER] * ROWS
    held = [set(half) & TAGGED for half in agreed.sealed_halves(house)]
    assert held == [TAGGED] * ROWS + [set()] * ROWS
    assert verify(house.database, house.keys).whole
