"""The scenes of the play, as data: what happened in each, for whoever tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.audit.verify import Report
from gateway.demo.compared import Line
from gateway.demo.stage import Stage
from gateway.demo.summary import Account, Summary
from schemas.receipts import Receipt
from schemas.released import Notice


@dataclass(frozen=True, slots=True)
class StageSet:
    """The gateway runs, and the partners are known to it."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Pushed:
    """A system has sent what it had."""

    feed: str
    pushes: dict[str, int]
    """By form."""
    receipt: Receipt
    seconds: float


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same push was sent twice."""

    same_receipt: bool


@dataclass(frozen=True, slots=True)
class SentLater:
    """A later export repeats rows and corrects others."""

    receipt: Receipt
    notices: dict[str, list[Notice]]
    """By subscription: who was told what."""


@dataclass(frozen=True, slots=True)
class BadBody:
    """A body that cannot be read was sent."""

    status: int
    problem: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pulled:
    """A subscriber has pulled until nothing was left."""

    subscription: str
    account: Account
    unmet: dict[str, int]
    """By condition, in its words: how many records it withheld."""
    pages: int
    records: int
    places: dict[str, int]
    """By level: how coarse a place the records have."""
    sources: dict[str, int]
    """By feed."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Delivered:
    """A subscriber was sent everything that it may have."""

    subscription: str
    account: Account
    unmet: dict[str, int]
    deliveries: int
    records: int
    named: int
    """Records that name somebody."""
    refused: int
    """Deliveries whose signature did not hold."""
    witnessed: bool
    """Whether the ledger's checkpoint that came along extends the one that the partner kept."""
    seconds: float


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A subscriber does not answer."""

    failures: int


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """A subscriber has come back and was sent what it missed."""

    deliveries: int
    notices: list[Notice]
    records: int
    held: int
    """Records that it holds now."""
    repeated: int
    """Deliveries that came more than once, under the same id."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An analyst has asked for counts."""

    month: str
    totals: dict[str, int | None]
    """By kind, for the whole district: as who may have no record sees them."""
    behaviours: dict[str, int | None]
    """Of anti-social behaviour, likewise; None where the count is hidden."""
    by_lsoa: dict[str, int]
    """Cells by LSOA and behaviour: how many follow which rule."""
    own: dict[str, int | None]
    """The same behaviours as the fire authority sees them, which may have the records."""
    account: Account


@dataclass(frozen=True, slots=True)
class Refused:
    """A subscriber was refused."""

    subscription: str
    status: int
    conditions: list[dict[str, str]]
    account: Account


@dataclass(frozen=True, slots=True)
class Compared:
    """One record as its holder has it, and as the recipient got it."""

    lines: list[Line]
    held_by_council: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """Why that record went to one, and not to the other."""

    subscription: str
    is_first: bool
    decision: str
    basis: str | None
    met: list[dict[str, str]]
    unmet: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Retracted:
    """The source took a record back."""

    retracted: int
    notices: dict[str, list[Notice]]
    """By subscription: who was told what."""


@dataclass(frozen=True, slots=True)
class Restricted:
    """The source keeps a record and lets nobody use it for now."""

    restricted: int
    notices: dict[str, list[Notice]]
    """By subscription: who was told what."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """A restriction was lifted."""

    lifted: int
    notices: dict[str, list[Notice]]
    given_again: int
    """Records that the fire authority holds again."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a partner found when it checked the ledger by itself."""

    entry: int
    """The entry of its first page."""
    older: int
    newer: int
    consistent: bool
    """The ledger of the newer checkpoint begins with that of the older one, and both are signed."""
    content_matches: bool
    """The entry is in that ledger and names the hash of exactly the bytes that arrived."""

    @property
    def holds(self) -> bool:
        """Whether everything that the partner could check was right."""
        return self.consistent and self.content_matches


@dataclass(frozen=True, slots=True)
class Proved:
    """The ledger was checked, by a partner and from within."""

    witnessed: Witnessed
    report: Report

    @property
    def holds(self) -> bool:
        """Whether both found all as it should be."""
        return self.witnessed.holds and self.report.whole


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over; these are the figures."""

    summary: Summary
    reference: str
    """A record to ask about."""
    start_cursor: str
    """What gives the fire authority its first page again."""


Scene = (
    StageSet
    | Pushed
    | Repeated
    | SentLater
    | BadBody
    | Pulled
    | Delivered
    | SwitchedOff
    | CaughtUp
    | Counted
    | Refused
    | Compared
    | Explained
    | Retracted
    | Restricted
    | Lifted
    | Proved
    | Ended
)
