"""Which looks at records stand out: out of hours, many at once, of no case.

Q7 of the questions of an IG lead (law reference §7). The log may be used for that: to see whether processing
was lawful, and in conduct proceedings (Data Protection Act 2018 s.62(4)(a), (b)). A flag is a question
to ask, never a finding. Whether somebody looks at the own street cannot be told: the gateway does not know
where its people live.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from policies.clocks import BankHolidays, packaged_holidays
from schemas.base import Word
from schemas.codes import Slug
from schemas.consulting import NEEDS_CASE, ReasonCode


class Flag(StrEnum):
    """Why a look stands out."""

    OUT_OF_HOURS = "out_of_hours"
    MASS = "mass"
    WITHOUT_CASE = "without_case"


FLAG_SAYS = MappingProxyType(
    {
        Flag.OUT_OF_HOURS: "Outside working hours: before 7:00, from 19:00, or on no working day",
        Flag.MASS: "Many records: more than 50 at once, or more than 100 within 24 hours",
        Flag.WITHOUT_CASE: "For a reason that belongs to a case, and no case is named",
    }
)


class Limits(Word):
    """From where on a look stands out. Ours: no source sets them (chosen, decision 0031)."""

    opens: Annotated[int, Field(ge=0, le=23)] = 7
    """The hour, Europe/London, from which work goes on."""
    closes: Annotated[int, Field(ge=1, le=24)] = 19
    at_once: int = 50
    in_a_day: int = 100


class Look(Word):
    """One look, as metadata."""

    leaf: int
    at: datetime
    """In Europe/London."""
    account: Slug
    reason: ReasonCode
    case: Slug | None = None
    number: int
    """Bodies opened; a search opens none."""


def flags_of(
    looks: Sequence[Look], limits: Limits | None = None, holidays: BankHolidays | None = None
) -> dict[int, tuple[Flag, ...]]:
    """Return why each look stands out, by leaf; what does not is left out."""
    limits, days = limits or Limits(), holidays or packaged_holidays()
    mass = _mass(looks, limits)
    found: dict[int, tuple[Flag, ...]] = {}
    for look in looks:
        flags = tuple(
            flag
            for flag, is_so in (
                (Flag.OUT_OF_HOURS, _is_out_of_hours(look.at, limits, days)),
                (Flag.MASS, look.leaf in mass),
                (Flag.WITHOUT_CASE, look.case is None and look.reason in NEEDS_CASE),
            )
            if is_so
        )
        if flags:
            found[look.leaf] = flags
    return found


def _is_out_of_hours(at: datetime, limits: Limits, days: BankHolidays) -> bool:
    return not (limits.opens <= at.hour < limits.closes and days.is_working_day(at.date()))


def _mass(looks: Iterable[Look], limits: Limits) -> set[int]:
    """Leaves of looks at many records, alone or with what the account opened in the day before."""
    by_account: dict[str, list[Look]] = defaultdict(list)
    for look in sorted(looks, key=lambda one: (one.at, one.leaf)):
        by_account[look.account].append(look)
    found: set[int] = set()
    for theirs in by_account.values():
        begin, total = 0, 0
        for look in theirs:
            total += look.number
            while theirs[begin].at <= look.at - timedelta(days=1):
                total -= theirs[begin].number
                begin += 1
            if look.number > limits.at_once or (look.number and total > limits.in_a_day):
                found.add(look.leaf)
    return found
