"""Sizes and indices of the ledger say that something was done, never which rows of it were withheld.

Two gateways get the same pushes and are asked for the same pages under agreements that differ in what they
cover, so that other rows of each batch are withheld in one than in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.assembly import House
from tests.support import agreed
from tests.support.house import later, new_house, publish, send
from tests.support.requirements import law

ASB, OTHER = "204", "101"
"""Closing codes of an incident of anti-social behaviour, and of another kind that is prescribed."""


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[tuple[House, House]]:
    with ExitStack() as open_:
        made = [open_.enter_context(new_house(tmp_path / name)) for name in ("one", "other")]
        for house, kind in zip(made, ("asb_incident", "other_prescribed"), strict=True):
            agreed.ready(house, coverage={"kinds": (kind,)})
        yield made[0], made[1]


def step(
    house: House, rows: list[dict[str, str]], limit: int, after: str | None
) -> tuple[list[Any], str, int]:
    """Push a batch and pull all of it; return what is seen from outside, the cursor, and how many left."""
    answer = send(house, rows)
    seen: list[Any] = [answer.leaf, house.reader.head().ledger_size]
    page = agreed.page(house, after, limit)
    seen += [page["entry"], house.reader.head().ledger_size]
    left = len(page["records"])
    after = page["cursor"]
    nothing = agreed.page(house, after, limit)
    seen += [nothing.get("entry"), house.reader.head().ledger_size, publish(house).split("\n")[1]]
    later(house)
    return seen, nothing["cursor"], left


@law("L37")
@pytest.mark.on_sqlite
def test_two_histories_that_differ_only_in_which_rows_are_withheld_have_one_shape(
    houses: tuple[House, House], count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random("withheld")
    cursors: list[str | None] = [None, None]
    batches, withheld = count(1_000), [0, 0]
    for batch in range(batches):
        codes = [ASB, OTHER, *dice.choices((ASB, OTHER), k=dice.randrange(8))]
        dice.shuffle(codes)
        rows = [agreed.personal_row(f"b{batch}-{n}", code) for n, code in enumerate(codes)]
        both = [step(house, rows, 100, after) for house, after in zip(houses, cursors, strict=True)]
        (one, *_), (other, *_) = both
        assert one == other, batch
        cursors = [cursor for _, cursor, _ in both]
        left = [records for *_, records in both]
        # what leaves in one is what is withheld in the other
        assert left == [codes.count(ASB), codes.count(OTHER)]
        withheld = [before + len(rows) - now for before, now in zip(withheld, left, strict=True)]

    assert withheld[0] != withheld[1]
    proved(
        "withholding-leaves-no-trace",
        batches=batches,
        withheld_in_one=withheld[0],
        withheld_in_other=withheld[1],
        different_sizes_or_indices=0,
    )
