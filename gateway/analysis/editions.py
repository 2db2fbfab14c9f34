"""Publishing counts for readers of statistics alone: one table for all of them, edition by edition.

An edition counts only what the law lets every statistics subscription have, so that no two readers hold
tables that can be subtracted, and leaves open data aside: who wants that may have the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from gateway.analysis.counting import covered_as
from gateway.analysis.entitled import Desk
from gateway.analysis.places.wards import ward_counted, wards_of_lsoas
from gateway.clock import LONDON
from gateway.errors import EditionNotClosed, EditionRefused, StoreUnavailable
from gateway.law.book import Edition as LawEdition
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.release.decided import decide_classes
from gateway.release.disclosed import Stale
from gateway.store import tables as t
from gateway.store.publishing import AtHour, Counted, counted, counted_by_hour, editions_of
from gateway.store.tx import Tx
from policies.edition_text import Row, basis_text, read_basis, read_shown, shown_text
from policies.edition_wheel import part_of_week
from policies.editions import Atom, Hours, Reported, Spot, months_of, quarter_of_month
from policies.second_world import Unproven, next_edition
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Filter, Subscription

MAX_DRAFTS = 3
TABLE = "statistics_edition"
"""What the ledger calls an edition, beside ``statistics``, the answers that are given from it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """An edition as it was published, or would be."""

    quarter: str
    number: int
    months: tuple[str, ...]
    rows: Sequence[Row]
    left_out: int
    """Splits that are left out."""
    leaf: int | None
    """Its operation in the ledger; None where it was only tried."""


def is_read_from_editions(subscription: Subscription) -> bool:
    """Whether a subscription is of one who may have counts and no records."""
    return subscription.lane is Lane.STATISTICS and subscription.power is not Power.NON_PERSONAL


def publish(
    desk: Desk, period: str, actor: str, grace_days: float, *, dry_run: bool
) -> Publication:
    """Publish the next edition of a month's or quarter's counts.

    Args:
        desk: What it is worked out with.
        period: ``2026Q3``, or ``2026-10`` for the quarter's months up to it.
        actor: Who publishes.
        grace_days: Days after its end until a period is closed: data come late.
        dry_run: Work it out and publish nothing.

    Raises:
        EditionNotClosed: The period is not over, or its days of grace are not.
        EditionRefused: Nobody reads statistics, or a small count could be worked out whatever is left out.
        ReleaseHeld, LawUnavailable: As ``LawBook.for_release``.
    """
    for _ in range(MAX_DRAFTS):
        try:
            return _publish(desk, period, actor, grace_days, dry_run=dry_run)
        except Stale:
            continue
    raise StoreUnavailable


def closed_months(period: str, day: date, grace_days: float) -> tuple[str, ...]:
    """Return the months that an edition of a period covers (raises ``EditionNotClosed``)."""
    quarter = period if "Q" in period else quarter_of_month(period)
    months = tuple(one for one in months_of(quarter) if "Q" in period or one <= period)
    if day < _ends(months[-1]) + timedelta(days=grace_days):
        raise EditionNotClosed
    return months


def _ends(month: str) -> date:
    """Return the first day after a month."""
    following = int(month[:4]) * 12 + int(month[5:])
    return date(following // 12, following % 12 + 1, 1)


def _publish(
    desk: Desk, period: str, actor: str, grace_days: float, *, dry_run: bool
) -> Publication:
    law = desk.book.for_release()
    now = desk.clock.now()
    day = now.astimezone(LONDON).date()
    months = closed_months(period, day, grace_days)
    quarter = quarter_of_month(months[0])
    classes = _countable(desk, law, day)
    wards = wards_of_lsoas(desk.reader)
    with desk.reader.connection() as connection:
        before = [read_basis(row["basis"]) for row in editions_of(connection, quarter)]
        earlier = [one.edition for one in before]
        if earlier:
            months = max(months, earlier[-1].months, key=len)
        found = counted(connection, sorted(classes), months)
        whole = len(months) == len(months_of(quarter))
        at_hours = counted_by_hour(connection, sorted(classes), quarter) if whole else []
    try:
        made = next_edition(
            earlier, _truth(found, classes, wards), months, _hours(at_hours, classes)
        )
    except Unproven:
        raise EditionRefused from None
    holds = {one.class_id for one in found}.union(*(one.classes for one in before))
    shown, basis = shown_text([*earlier, made]), basis_text(made, holds)
    rows = read_shown(shown)
    number = len(earlier) + 1
    index = None
    if not dry_run:
        row = {
            "quarter": quarter,
            "number": number,
            "at": int(now.timestamp()),
            "cells": len(rows),
            "shown": shown,
            "basis": basis,
        }
        said = {
            "at": stamp(now),
            "actor": actor,
            "nonce": desk.random(16).hex(),
            "table": TABLE,
            "measure": "count",
            "lane": Lane.STATISTICS.value,
            "power": Power.SECTION_17A.value,
            "snapshot": law.law.sha256,
            "law_epoch": law.epoch,
            "day": day.isoformat(),
            **edition_said(row),
        }
        index = desk.writer.run(_Publishing(row, said, law.epoch))
    return Publication(quarter, number, months, rows, len(made.left_out), index)


def edition_said(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the ledger says about an edition's row."""
    return {
        "edition": edition_code(row["quarter"], row["number"]),
        "cells": row["cells"],
        "count": sum(one.number is not None for one in read_shown(row["shown"])),
        "content_sha256": sha256(row["shown"].encode()).hexdigest(),
        "root": sha256(row["basis"].encode()).hexdigest(),
    }


def edition_code(quarter: str, number: int) -> str:
    """Return an edition's name, such as ``2026q3.1``."""
    return f"{quarter.lower()}.{number}"


@dataclass(frozen=True, slots=True)
class _Publishing:
    """The job that puts an edition on record."""

    row: dict[str, Any]
    said: dict[str, Any]
    epoch: int

    def __call__(self, tx: Tx) -> int:
        """Seal and keep it (raises ``Stale`` where the law moved or another was first)."""
        key = {"quarter": self.row["quarter"], "number": self.row["number"]}
        if tx.head.law_epoch != self.epoch or tx.one(t.EDITION, key) is not None:
            raise Stale
        index = tx.seal(leaf(Operation.TABLE, log_size=tx.head.log_size, **self.said))
        tx.add(t.EDITION, [{"leaf": index, **self.row}])
        return index


def _countable(desk: Desk, law: LawEdition, day: date) -> dict[int, RecordClass]:
    """Return the classes that every subscription of statistics alone may have counted."""
    every = desk.book.classes()
    asked = [
        Subscription.model_validate_json(body)
        for body in desk.reader.bodies("subscription").values()
    ]
    readers = [
        one.model_copy(update={"filter": Filter()})
        for one in asked
        if is_read_from_editions(one) and not law.law.standing(one, day)
    ]
    if not readers:
        raise EditionRefused
    allowed = {number for number, one in every.items() if not one.open_data}
    for one in readers:
        allowed &= set(decide_classes(law.law, one, every, day).allowed)
    return {number: every[number] for number in allowed}


def _truth(
    found: Sequence[Counted], classes: dict[int, RecordClass], wards: Mapping[str, str]
) -> dict[Atom, int]:
    truth: Counter[Atom] = Counter()
    for one in found:
        record_class = classes[one.class_id]
        what = Reported(
            record_class.typology_area or "",
            record_class.typology_behaviour or "",
            one.sub_behaviour,
            record_class.source,
            one.nsir_class,
            covered_as(record_class, one.nsir_class),
            record_class.stage or "",
        )
        lsoa, msoa, ward, district = one.places
        spot = Spot(lsoa, msoa, ward_counted(lsoa, msoa, ward, wards), district)
        truth[Atom(record_class.kind.value, one.month, spot, what)] += one.number
    return {atom: number for atom, number in truth.items() if number}


def _hours(found: Sequence[AtHour], classes: dict[int, RecordClass]) -> Hours:
    wheels: dict[tuple[str, str], Counter[str]] = {}
    for one in found:
        key = classes[one.class_id].kind.value, one.district
        wheels.setdefault(key, Counter())[part_of_week(one.slot)] += one.number
    return wheels
