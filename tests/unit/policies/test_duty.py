"""How a duty stands: by its dates, by receipts, by decisions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policies.duty import IN_DEFAULT, DutyState, due_recipients, state_of
from policies.periods import Quarter
from policies.register import Register
from schemas.partners import PartnerKind
from tests.support.law import COUNCIL, DAY, FIRE, PARTNERS, POLICE, partner
from tests.support.requirements import law

Q3 = Quarter(2026, 3)
RUNS, OPEN = datetime(2026, 9, 30, 22, 59, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
LAST, PAST = datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@law("L07")
def test_every_relevant_authority_but_the_holder_is_owed_and_a_parish_council_at_once() -> None:
    parish = partner("a-parish", PartnerKind.PARISH_COUNCIL, valid_from=DAY)

    assert due_recipients(Register(PARTNERS), POLICE, DAY) == [COUNCIL, FIRE]
    assert due_recipients(Register([*PARTNERS, parish]), POLICE, DAY) == ["a-parish", COUNCIL, FIRE]


@law("L09", "L10", "L17")
@pytest.mark.parametrize(
    ("now", "received", "withheld", "standing", "state"),
    [
        (RUNS, None, False, False, DutyState.PERIOD_RUNS),
        (RUNS, None, True, True, DutyState.PERIOD_RUNS),
        (OPEN, None, False, False, DutyState.DUE),
        (LAST, None, False, False, DutyState.DUE),
        (PAST, None, False, False, DutyState.OVERDUE),
        (PAST, LAST, False, False, DutyState.SENT),
        (PAST, PAST, False, False, DutyState.SENT_LATE),
        (PAST, OPEN, True, False, DutyState.SENT),
        (OPEN, None, True, False, DutyState.WITHHELD),
        (PAST, None, True, False, DutyState.WITHHELD),
        (PAST, None, False, True, DutyState.MET_BY_STANDING),
        (PAST, None, True, True, DutyState.MET_BY_STANDING),
    ],
)
def test_the_state_follows_from_dates_receipts_and_decisions(
    now: datetime, received: datetime | None, withheld: bool, standing: bool, state: DutyState
) -> None:
    found = state_of(Q3, now, received, withheld=withheld, standing=standing)

    assert found is state
    assert (found in IN_DEFAULT) == (state in {DutyState.OVERDUE, DutyState.WITHHELD})
