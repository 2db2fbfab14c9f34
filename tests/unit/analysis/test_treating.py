"""Many rows at once are treated as each by itself, to the byte; a field without a part stops the start."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import polars as pl
import pytest

from gateway.analysis.frames import frame_of
from gateway.analysis.treating import InColumns
from gateway.release.treated import Names, treat
from gateway.store.bulk import SCHEMA
from gateway.store.offers import Candidate
from policies import factors
from policies.factors import factors_of
from policies.pseudonym import released_id, released_ids
from policies.refusals import PolicyRefused
from policies.treatments import packaged_treatments
from schemas.sensitivity import Lane
from tests.support import open_rows
from tests.support.law import law
from tests.support.requirements import law as proves

TABLE = packaged_treatments()[Lane.DEPERSONALISED]
ROWS = 30_000


class _Keys:
    destroyed: frozenset[str] = frozenset()

    def recipient_key(self, recipient: str, quarter: str) -> bytes:
        return f"{recipient}{quarter}".encode().ljust(32, b"k")


def raw(rows: list[Candidate]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@proves("L08")
@pytest.mark.prove
@pytest.mark.parametrize("eras", [(), (200, 2**40)])
def test_in_columns_is_row_by_row(
    eras: tuple[int, ...], count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(20261126)
    known = open_rows.classes(dice)
    rows = open_rows.candidates(dice, count(ROWS), known)
    names = Names(_Keys(), "llr-fire", eras)
    one_by_one = treat(rows, known, law(), names)
    ours = InColumns(known, law(), names)

    lines: list[str] = []
    frames: list[pl.DataFrame] = []
    for at in range(0, len(rows), 250):
        part = raw(rows[at : at + 250])
        if at % 500:
            lines.extend(ours.lines(part))
        frames.append(ours.frame(part))
        if not at % 500:
            lines.extend(ours.lines(part))

    assert lines == [one.model_dump_json(exclude_defaults=True) for one in one_by_one]
    assert pl.concat(frames).equals(frame_of(one_by_one))
    assert ours.lines(raw([])).is_empty()
    assert ours.frame(raw([])).equals(frame_of([]))
    proved("treated-in-columns", rows=len(rows), different=0)


def test_what_was_worked_out_is_let_go_when_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(3)
    known = open_rows.classes(dice)
    rows = open_rows.candidates(dice, 300, known)
    names = Names(_Keys(), "llr-fire")
    monkeypatch.setattr("gateway.analysis.treating._MOST", 5)
    ours = InColumns(known, law(), names)

    lines = [line for at in range(0, 300, 50) for line in ours.lines(raw(rows[at : at + 50]))]

    assert lines == [
        one.model_dump_json(exclude_defaults=True) for one in treat(rows, known, law(), names)
    ]


def test_ids_of_many_are_those_of_each() -> None:
    numbers = [number.to_bytes(8, "big") for number in (1, 7, 2**40)] + [b"x" * 10]

    made = released_ids(b"k" * 32, "2026Q4", numbers)

    assert made == [released_id(b"k" * 32, "2026Q4", number) for number in numbers]
    assert released_ids(b"k", "2026Q4", []) == []
    with pytest.raises(ValueError, match="64 bytes"):
        released_ids(b"k" * 65, "2026Q4", numbers)


def test_a_field_of_no_part_or_of_two_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "OF_THE_ROW", ("id",))
    with pytest.raises(PolicyRefused, match="version"):
        factors_of(TABLE)
    monkeypatch.setattr(factors, "OF_THE_ROW", ("id", "version", "kind"))
    with pytest.raises(PolicyRefused):
        factors_of(TABLE)


def test_every_field_that_leaves_is_of_one_part() -> None:
    given = [name for factor in factors_of(TABLE) for name in factor.gives]

    assert len(given) == len(set(given))
