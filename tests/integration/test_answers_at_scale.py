"""What is counted over very many disclosures is what SQL counts another way; `make bench` has the times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.audit import questions
from gateway.audit.answers import QUESTIONS
from gateway.audit.questions import Asked
from gateway.settings import Settings
from tests.support import disclosed
from tests.support.agreed import COUNCIL
from tests.support.house import FEED, FIRE, new_house
from tests.support.requirements import law

pytestmark = (
    pytest.mark.on_sqlite
)  # the builder writes SQLite; tests/integration/test_questions.py has both


@law("L41")
def test_the_pack_of_a_breach_is_what_sql_counts(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    number = count(1_000_000)
    with new_house(tmp_path / "home") as house:
        disclosed.fill(house, number, number)
        asking = questions.House.of(house, Settings())
        last = disclosed.BEGIN + number // disclosed.PER_RELEASE // 3 * disclosed.STEP
        spans = [(0, 2_000_000_000), (disclosed.BEGIN, last // 2 + disclosed.BEGIN // 2)]
        packs = 0
        for recipient, (begins, ends) in zip((FIRE, COUNCIL), spans, strict=True):
            given = {"recipient": recipient, "from": stated(begins), "to": stated(ends)}
            pack = QUESTIONS.ask(4, Asked(asking, given))["answer"]
            tagged = {one["group"]: one["records"] for one in pack["tagged"]}
            doors = pack["other_doors"]
            counted = (
                pack["records"],
                pack["incidents"],
                pack["notices"],
                pack["concern_somebody"],
                pack["children"],
                tagged.get("special_category", 0),
                tagged.get("offence", 0),
                pack["by_controller"].get("leicestershire-police", 0),
                doors.get("query", 0) + doors.get("export", 0),
            )
            assert counted == disclosed.independent(house, recipient, begins, ends)
            assert pack["records"] > 0
            packs += 1
        held = QUESTIONS.ask(2, Asked(asking, {"feed": FEED, "reference": "r77"}))["answer"]

    assert {one["recipient"] for one in held["holders"]} <= {FIRE, COUNCIL}
    assert held["holders"]
    proved("breach-pack", disclosures=number, entries=number, packs=packs, differing=0)


def stated(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
