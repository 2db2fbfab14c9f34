"""What the law said about one record class, one subscription, one day. Only ``policies`` makes one."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.base import Word
from schemas.powers import Power
from schemas.sensitivity import FieldGroup, Lane


class About(StrEnum):
    """What a condition looks at. Only what is not about a record may be told to a recipient refused."""

    RECIPIENT = "recipient"
    REQUEST = "request"
    HOLDER = "holder"
    RECORD = "record"


class Condition(Word):
    """One legal condition of a power, in the policy's own words."""

    id: str
    power: Power
    cites: str
    says: str
    about: About


class Outcome(StrEnum):
    """Release or withhold. There is no third thing."""

    RELEASE = "release"
    WITHHOLD = "withhold"


class Decision(Word):
    """Whether records of a class may go to a subscription on a day, and every condition met or unmet."""

    outcome: Outcome
    power: Power
    lane: Lane
    day: date
    snapshot: str
    """SHA-256 of policies, treatments, register and agreements, in hex."""
    basis: str | None
    """Id of the permit that allows; None where no permit speaks for the request."""
    met: tuple[Condition, ...]
    unmet: tuple[Condition, ...]
    errors: tuple[str, ...] = ()
    """Ids of policies that failed to evaluate: any of them withholds."""
    flags: tuple[str, ...] = ()
    """What is wrong without stopping this power, such as ``protocol_not_live`` under section 17A."""

    @property
    def releases(self) -> bool:
        """Whether it lets the record go."""
        return self.outcome is Outcome.RELEASE


class GroupSeen(Word):
    """Whether one group of sealed fields may be seen, and what stands against it."""

    group: FieldGroup
    sees: bool
    unmet: tuple[Condition, ...] = ()
    errors: tuple[str, ...] = ()


class Matched(Word):
    """Whether records of a class may be compared by one key for one partner, and what stands against it."""

    matches: bool
    unmet: tuple[Condition, ...] = ()
    errors: tuple[str, ...] = ()


class Linked(Word):
    """Whether records of a class may be linked for one subscription, and what stands against it."""

    links: bool
    unmet: tuple[Condition, ...] = ()
    errors: tuple[str, ...] = ()


class Seen(Word):
    """What the law says about each group of sealed fields, for one class, subscription and day."""

    basis: str | None
    """Id of the permit that lets anything sealed be seen; None where the power has none."""
    decided: tuple[GroupSeen, ...]
    """Every group, in the order of ``FieldGroup``."""

    @property
    def groups(self) -> frozenset[FieldGroup]:
        """Groups that may be seen."""
        return frozenset(one.group for one in self.decided if one.sees)
