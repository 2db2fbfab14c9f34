"""Who plays: the gateway's address, its house, the partners' systems, and what they have received."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.assembly import House
from gateway.client.system import PartnerSystem
from gateway.demo.inbox import Inbox
from gateway.demo.rows import Rows, SyntheticRow
from gateway.demo.stage import Stage
from gateway.demo.subscriber import Subscriber
from schemas.receipts import Receipt


@dataclass(slots=True)
class Cast:
    """What every scene works with."""

    url: str
    house: House
    stage: Stage
    rows: Rows
    month: str
    """In which the rows begin, and which is over, as ``2026-10``."""
    publish: Callable[[], None]
    """Sign the ledger as it stands; a running gateway does it on a clock."""
    subscriber: Subscriber
    """The council's own system, to which section 115 sends."""
    started: float
    """``time.monotonic()`` when the whole run began."""
    street: Path | None = None
    """A data.police.uk file to push as well."""
    systems: dict[str, PartnerSystem] = field(default_factory=dict)
    """By partner."""
    receipts: dict[str, list[Receipt]] = field(default_factory=dict)
    """By feed."""
    inboxes: dict[str, Inbox] = field(default_factory=dict)
    """By subscription."""
    taken: list[SyntheticRow] = field(default_factory=list)
    """Rows of the police's first push that are not in quarantine."""
