"""A narrative on its way out: what the agreement's parties are called stays, everybody else is masked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from tests.support.agreed import DUTY, page, personal_row, ready
from tests.support.house import new_house, send
from tests.support.requirements import law
from tests.support.stores import Store


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    made = new_house(tmp_path / "home")
    yield made
    made.close()


@law("L51")
def test_a_narrative_leaves_with_third_parties_masked_and_the_caller_kept(house: House) -> None:
    ready(house)
    told = "CALLER A EXAMPLE OF 12 EXAMPLE ROAD SAYS DARREN KOWALSKI FROM NO 14 (TEL 07700 900456)"
    send(
        house,
        [
            personal_row("s1", RESULT_TEXT=f"{told} IS SHOUTING"),
            personal_row("s2", RESULT_TEXT="ł" * 9),
        ],
    )

    first, second = page(house)["records"]
    duty = page(house, name=DUTY)

    assert first["agreed"]["description"] == (
        "CALLER A EXAMPLE OF 12 EXAMPLE ROAD SAYS [name] FROM [address] (TEL [telephone]) IS SHOUTING"
    )
    assert second["agreed"]["description"] == "[word]"
    for text in ("SHOUTING", "KOWALSKI", "900456", "narrative", "description"):
        assert text not in str(duty)
    assert verify(house.database, house.keys).whole
