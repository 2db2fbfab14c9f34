"""Counts of a reader of records equal a plain count of the records that he may have, whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.analysis.counting import UNKNOWN_HOUR
from gateway.analysis.incidents import ask_for_incidents
from gateway.analysis.several import ask_for_tables
from gateway.assembly import House
from gateway.cli.statistics import desk_of
from gateway.errors import LawRefuses
from schemas.analysis import IncidentQuestion
from schemas.counted import CountedMeasure, StatisticsQuestion, month_named, month_number
from schemas.released import DepersonalisedIncident, NoticeKind
from tests.support import house as houses
from tests.support.house import FIRE, FIRE_SUBSCRIPTION

MONTHS = ("2026-08", "2026-09", "2026-10")
DAYS = (
    "30/08/2026 23:10",
    "01/09/2026 00:20",
    "31/10/2026 21:47",
    "25/10/2026 01:30",
    "01/11/2026 02:00",
)
CODES = ("204", "213", "211", "202", "219")
CORRECTIONS = (
    *(NoticeKind.RESTRICTED, NoticeKind.LIFTED, NoticeKind.RESTRICTED, NoticeKind.LIFTED),
    *(NoticeKind.RETRACTED, NoticeKind.ERASED),
)
TABLES: dict[str, dict[str, Any]] = {
    "by behaviour": {"place": "district", "by": "behaviour"},
    "by class": {"place": "none", "split": "nsir_class", "by": "area"},
    "by hour": {"place": "none", "split": "hour", "period": "quarter", "first": "2026-07"},
    "of one class": {"place": "none", "nsir_class": ["personal"], "period": "whole"},
    "changes": {"place": "none", "measure": CountedMeasure.CHANGE},
    "within": {"place": "none", "within": ["E07000130"], "split": "mapping_status"},
    "elsewhere": {"place": "none", "within": ["E07000129"]},
}


def a_row(dice: Random, reference: str) -> dict[str, str]:
    day = dice.choice(DAYS)
    return houses.row(
        reference,
        dice.choice(CODES),
        CREATED=day,
        INCIDENT_DATE=dice.choice((day, day[:10])),
        OPENING_CODE=dice.choice(("214", "215", "")),
    )


def records(house: House) -> list[DepersonalisedIncident]:
    """What he may have, page by page."""
    found: list[DepersonalisedIncident] = []
    after = None
    while True:
        question = IncidentQuestion(subscription=FIRE_SUBSCRIPTION, after=after, limit=50)
        page = ask_for_incidents(desk_of(house), question, FIRE, "test")
        found += page.records
        after = page.after
        if after is None:
            return found


def local(text: str) -> datetime:
    """A record's time by the clock on the wall; of a day alone, the day."""
    at = datetime.fromisoformat(text)
    return at.astimezone(ZoneInfo("Europe/London")) if at.tzinfo else at


def hour(record: DepersonalisedIncident) -> str:
    when = record.occurred or record.reported
    if when is None or "T" not in when:
        return UNKNOWN_HOUR
    return f"{local(when):%a %H}".lower()


def month(record: DepersonalisedIncident) -> str:
    return f"{local(record.reported or record.occurred or ''):%Y-%m}"


def plain(found: list[DepersonalisedIncident], name: str) -> Counter[tuple[Any, ...]]:
    """Count records by what a table asks, in the plainest way."""
    closed = [one for one in found if month(one) in MONTHS]
    if name in {"changes", "of one class", "elsewhere"}:
        closed = [one for one in closed if name != "of one class" or one.nsir_class == "personal"]
        whole = name == "of one class"
        counted = Counter(
            (one.kind, "2026-08/2026-10" if whole else month(one), "all", None, None)
            for one in closed
        )
        return Counter() if name == "elsewhere" else counted
    return {
        "by behaviour": lambda: Counter(
            (one.kind, month(one), "E07000130", one.typology_behaviour, None) for one in closed
        ),
        "by class": lambda: Counter(
            (one.kind, month(one), "all", one.typology_area, one.nsir_class) for one in closed
        ),
        "by hour": lambda: Counter(
            (one.kind, "2026Q3", "all", None, hour(one)) for one in closed if month(one) < "2026-10"
        ),
        "within": lambda: Counter(
            (one.kind, month(one), "all", None, one.mapping_status) for one in closed
        ),
    }[name]()


def check(house: House) -> int:
    questions = {
        name: StatisticsQuestion.model_validate(
            {"subscription": FIRE_SUBSCRIPTION, "first": MONTHS[0], "last": "2026-12"} | given
        )
        for name, given in TABLES.items()
    }
    before = house.reader.head().ledger_size
    tables = ask_for_tables(desk_of(house), FIRE_SUBSCRIPTION, questions, FIRE, "test")
    assert house.reader.head().ledger_size == before + 1
    found = records(house)
    for name, cells in tables.cells.items():
        said = Counter({(c.kind, c.period, c.place, c.behaviour, c.split): c.count for c in cells})
        assert +said == plain(found, name), name
        rows: Counter[tuple[Any, ...]] = Counter()
        for one in tables.coverage[name] or ():
            assert one.rows == one.mapped + one.ambiguous + one.unclassified + one.class_only
            rows[one.kind, one.period, one.place] += one.rows
        figures: Counter[tuple[Any, ...]] = Counter()
        for key, number in said.items():
            figures[key[:3]] += number
        assert rows == +figures, name
    counted = plain(found, "changes")
    for cell in tables.cells["changes"]:
        earlier = month_named(month_number(cell.period) - 1)
        if cell.value is not None:
            assert cell.value == cell.count - counted[cell.kind, earlier, "all", None, None]  # type: ignore[operator]
        else:
            assert cell.says
    return sum(counted.values())


@pytest.mark.prove
def test_counts_are_those_of_the_records_that_one_may_have(
    store: str, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(f"own counts {store}")
    steps, seen = count(1_000), 0
    with houses.new_house(tmp_path) as house:
        houses.subscribe(house)
        for step in range(steps):
            references = [f"r{dice.randrange(3 + step)}" for _ in range(dice.randint(1, 6))]
            if dice.random() < 0.6:
                houses.send(house, [a_row(dice, reference) for reference in references])
            else:
                houses.change(house, dice.choice(CORRECTIONS), references)
            seen += check(house)
    assert seen
    proved("own counts", store=store, steps=steps, tables=len(TABLES), wrong=0)


@pytest.mark.on_sqlite
def test_stages_of_intervention_are_not_asked_under_section_17a(tmp_path: Path) -> None:
    with houses.new_house(tmp_path) as house:
        houses.subscribe(house)
        for more in ({"split": "stage"}, {"stage": ["agreement"]}):
            given = {"subscription": FIRE_SUBSCRIPTION, "first": MONTHS[0], "last": MONTHS[-1]}
            question = StatisticsQuestion.model_validate(given | more)
            with pytest.raises(LawRefuses) as refused:
                ask_for_tables(desk_of(house), FIRE_SUBSCRIPTION, {"t": question}, FIRE, "test")
            assert refused.value.extra["conditions"][0]["id"].startswith("section_17a.stage")
