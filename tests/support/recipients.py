"""A recipient that keeps what it was given, and does what notices say."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from gateway.assembly import House, open_house
from gateway.law.register import PutSubscription
from gateway.release.pull import Pulled
from gateway.release.sent import PageForm, written
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.stores import database_for

PARTNERS = {"fire-17a": "llr-fire", "council-17a": "charnwood-bc"}
TEMPLATE = Path(tempfile.mkdtemp(prefix="gateway-template-"))


def opened(home: Path) -> House:
    """Open a home in the store of the test."""
    return open_house(home, database=database_for(home))


def begun(home: Path) -> House:
    """A fresh home with both subscriptions; on SQLite a copy of one that was made once."""
    database = database_for(home)
    if database.shared:
        house = open_house(home, database=database, create=True)
        _subscribe(house)
        return house
    template = TEMPLATE / "home"
    if not template.exists():
        with open_house(template, create=True) as house:
            _subscribe(house)
    shutil.copytree(template, home)
    return opened(home)


def _subscribe(house: House) -> None:
    for name, partner in PARTNERS.items():
        wanted = Subscription(
            id=name,
            partner=partner,
            power=Power.SECTION_17A,
            purpose=Purpose.SECTION_17A_DUTY,
            lane=Lane.DEPERSONALISED,
        )
        house.writer.run(PutSubscription(wanted, house.act("operator")))


@dataclass
class Recipient:
    """What one recipient has in hand."""

    cursor: str | None = None
    cursors: list[str] = field(default_factory=list)
    holds: dict[str, int] = field(default_factory=dict)
    """Released id → version, as records and notices left it."""
    seen: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)
    """(release, released id) → the record as it first came."""

    def read(self, page: dict[str, Any]) -> None:
        """Take a whole page in."""
        for notice in page["notices"]:
            self.holds.pop(notice["id"], None)
        for record in page["records"]:
            assert record["version"] >= self.holds.get(record["id"], 0)
            self.holds[record["id"]] = record["version"]
        self.compare(page)
        self.cursor = page["cursor"]
        self.cursors.append(page["cursor"])

    def compare(self, page: dict[str, Any]) -> None:
        """A page that is sent again holds the same records, or fewer."""
        for record in page["records"]:
            assert self.seen.setdefault((page["release"], record["id"]), record) == record


def sent(pulled: Pulled) -> dict[str, Any]:
    """Write a page out, as the edge does."""
    pieces = written(pulled.page, PageForm.JSON, pulled.look, pulled.broken)
    page: dict[str, Any] = from_json(b"".join(pieces))
    return page
