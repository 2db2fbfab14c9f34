"""The matrix of section 17A returns: authority × paragraph × recipient for one period, and why.

Read from register, log and files as they stand today: a relevant authority that is added appears as owed
at once, and nothing here is kept.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.clock import LONDON
from gateway.law.book import Edition
from gateway.ledger.leaf import stamp
from gateway.release.return_asked import (
    ReturnDesk,
    asked_under_17a,
    own_classes,
    paragraphs_of,
)
from gateway.release.return_brought import lines_in
from gateway.store.returning import acknowledged_in, counts_in, files_in, tables_in
from policies.duty import IN_DEFAULT, DutyState, due_recipients, state_of
from policies.lists import Paragraph
from policies.periods import Quarter
from policies.returned import RACIAL
from schemas.partners import HolderDecision
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription


@dataclass(slots=True)
class Owed:
    """What one authority owes one recipient under one paragraph."""

    recipient: str
    state: DutyState
    considered: int = 0
    may_go: int = 0
    withheld: int = 0
    held: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    acknowledged_standing: int = 0
    """Of those that may go, how many the recipient acknowledged on a standing subscription."""
    made_at: str | None = None
    handed_at: str | None = None
    received_at: str | None = None
    entry: int | None = None
    """Index of the return in the ledger."""

    @property
    def in_default(self) -> bool:
        """Whether the duty is not done."""
        return self.state in IN_DEFAULT

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return said | {"state": self.state.value, "duty_in_default": self.in_default}


@dataclass(slots=True)
class Cell:
    """One authority and paragraph: what every recipient is owed."""

    authority: str
    paragraph: Paragraph
    feeds: list[str]
    protocol_live: bool
    nominated_person: bool
    decision: HolderDecision | None
    owed: list[Owed]

    @property
    def state(self) -> DutyState:
        """The worst of its recipients' states."""
        return max((one.state for one in self.owed), key=_BAD_LAST.index)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        by = self.decision
        return {
            "authority": self.authority,
            "paragraph": self.paragraph.number,
            "each": self.paragraph.unit,
            "holder_status": self.paragraph.holder_status,
            "feeds": self.feeds,
            "state": self.state.value,
            "duty_in_default": any(one.in_default for one in self.owed),
            "protocol": "live" if self.protocol_live else "missing",
            "nominated_person": self.nominated_person,
            "withheld_by": None
            if by is None
            else {"reference": by.reference, "office": by.nominated_person, "why": by.reason},
            "recipients": [one.document() for one in self.owed],
        }


_BAD_LAST = (
    DutyState.NO_FEED,
    DutyState.NEEDS_LEGAL_VIEW,
    DutyState.PERIOD_RUNS,
    DutyState.SENT,
    DutyState.MET_BY_STANDING,
    DutyState.SENT_LATE,
    DutyState.DUE,
    DutyState.OVERDUE,
    DutyState.WITHHELD,
)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every cell of one period."""

    quarter: Quarter
    as_of: datetime
    cells: list[Cell]
    without_holder: list[Paragraph]
    """Paragraphs that no authority on the register is the holder of."""

    def seen_by(self, partner: str) -> Matrix:
        """Return what a partner may see: all it owes, and what it is owed."""
        cells = []
        for cell in self.cells:
            owed = [one for one in cell.owed if partner in {cell.authority, one.recipient}]
            if owed:
                decision = cell.decision
                cells.append(
                    Cell(
                        authority=cell.authority,
                        paragraph=cell.paragraph,
                        feeds=cell.feeds,
                        protocol_live=cell.protocol_live,
                        nominated_person=cell.nominated_person,
                        decision=decision,
                        owed=owed,
                    )
                )
        return Matrix(self.quarter, self.as_of, cells, self.without_holder)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "quarter": self.quarter.name,
            "due": self.quarter.due.isoformat(),
            "as_of": stamp(self.as_of),
            "protocol_missing": sorted({c.authority for c in self.cells if not c.protocol_live}),
            "duty_in_default": sum(one.in_default for c in self.cells for one in c.owed),
            "cells": [cell.document() for cell in self.cells],
            "without_holder": [
                {
                    "paragraph": one.number,
                    "each": one.unit,
                    "holder_status": one.holder_status,
                    "holder_kinds": [kind.value for kind in one.holder_kinds],
                }
                for one in self.without_holder
            ],
        }


def matrix(desk: ReturnDesk, quarter: Quarter) -> Matrix:
    """Return how every duty of a period stands now.

    Raises:
        LawUnavailable: No law is loaded.
        StoreUnavailable: The database does not answer.
    """
    edition = desk.book.refresh()
    law, now, day = edition.law, desk.clock.now(), desk.day()
    subscriptions = _standing_requests(desk)
    with desk.reader.connection() as connection:
        counts = counts_in(connection, quarter.name)
        files = files_in(connection, quarter.name)
        standing = acknowledged_in(connection, quarter.name, subscriptions)
        brought = tables_in(connection, quarter.name)
    made = {(f["holder"], f["recipient"], f["paragraph"]): f for f in files}
    look = _Look(desk, edition, quarter, now, counts, standing, made, brought)
    cells, owned = [], set()
    for partner in law.register.partners:
        stands = law.register.standing(partner.id, day)
        if not stands.relevant_authority:
            continue
        for paragraph in law.lists.prescribed.paragraph:
            if stands.kind in paragraph.holder_kinds:
                owned.add(paragraph.number)
                cells.append(look.cell(partner.id, paragraph))
    without = [one for one in law.lists.prescribed.paragraph if one.number not in owned]
    return Matrix(quarter, now, cells, without)


def _standing_requests(desk: ReturnDesk) -> list[str]:
    """Return the standing requests that ask for every record under section 17A."""
    bodies = desk.reader.bodies("subscription").values()
    found = map(Subscription.model_validate_json, bodies)
    return [
        one.id
        for one in found
        if one.power is Power.SECTION_17A and one.lane is Lane.DEPERSONALISED
    ]


class _Look:
    """What every cell is read from."""

    def __init__(
        self,
        desk: ReturnDesk,
        edition: Edition,
        quarter: Quarter,
        now: datetime,
        counts: Iterable[tuple[int, str, int]],
        standing: Iterable[tuple[str, int, int]],
        made: Mapping[tuple[str, str, int], Mapping[str, Any]],
        brought: Mapping[tuple[str, int], str],
    ) -> None:
        self._edition, self._quarter, self._now = edition, quarter, now
        self._day, self._made, self._brought = desk.day(), made, brought
        self._classes = desk.book.classes()
        self._counts: dict[int, Counter[str]] = defaultdict(Counter)
        for class_id, state, number in counts:
            self._counts[class_id][state] += number
        self._acknowledged = {(name, class_id): number for name, class_id, number in standing}

    def cell(self, holder: str, paragraph: Paragraph) -> Cell:
        """Return one authority's cell of one paragraph."""
        edition, day = self._edition, self._day
        register = edition.law.register
        feeds = [
            name
            for name, (_, feed) in edition.register.feeds.items()
            if register.holder(feed.controller, day) == holder
        ]
        partner = edition.register.partners[holder]
        decision = next((one for one in partner.withholds_section_17a if one.covers(day)), None)
        fed = paragraph.number in paragraphs_of(edition, holder, day)
        yields = fed or (holder, paragraph.number) in self._brought
        own = own_classes(edition, self._classes, holder, day)
        classes = {n: one for n, one in own.items() if paragraph.number in one.si_paragraphs}
        return Cell(
            authority=holder,
            paragraph=paragraph,
            feeds=feeds if fed else [],
            protocol_live=any(
                one.covers_section_17a and holder in one.parties and one.live_on(day)
                for one in edition.law.protocols
            ),
            nominated_person=register.standing(holder, day).nominated_person,
            decision=decision,
            owed=[
                self._owed(holder, paragraph, recipient, classes, decision, yields=yields)
                for recipient in due_recipients(register, holder, day)
            ],
        )

    def _owed(
        self,
        holder: str,
        paragraph: Paragraph,
        recipient: str,
        classes: Mapping[int, RecordClass],
        decision: HolderDecision | None,
        *,
        yields: bool,
    ) -> Owed:
        if paragraph.holder_status != "clear":
            return Owed(recipient, DutyState.NEEDS_LEGAL_VIEW)
        if not yields:
            return Owed(recipient, DutyState.NO_FEED)
        owed = Owed(recipient, DutyState.DUE)
        table = self._brought.get((holder, paragraph.number))
        if table is not None:
            owed.considered = owed.may_go = len(lines_in(table))
        file = self._made.get((holder, recipient, paragraph.number))
        self._count(owed, asked_under_17a(recipient, paragraph.number), classes)
        received = None
        if file is not None:
            _take(owed, file)
            received = _instant(file["acknowledged_at"])
        whole = table is None and owed.acknowledged_standing >= owed.may_go > 0
        owed.state = state_of(
            self._quarter,
            self._now,
            received,
            withheld=decision is not None,
            standing=whole and paragraph.number != RACIAL,
        )
        return owed

    def _count(self, owed: Owed, asked: Subscription, classes: Mapping[int, RecordClass]) -> None:
        """Count what is held of the period today, and what the law says of it."""
        reasons = Counter[str]()
        for class_id, record_class in classes.items():
            stands = self._counts.get(class_id, Counter())
            live, restricted = stands["live"], stands["restricted"]
            owed.considered += live + restricted
            if restricted:
                reasons["record_is_restricted"] += restricted
            decision = self._edition.law.decide(asked, record_class, self._day)
            if decision.releases:
                owed.may_go += live
                owed.acknowledged_standing += self._acknowledged.get((asked.partner, class_id), 0)
            elif live:
                reasons.update(dict.fromkeys((c.id for c in decision.unmet), live))
        owed.withheld = owed.considered - owed.may_go
        owed.reasons = dict(reasons)


def _take(owed: Owed, file: Mapping[str, Any]) -> None:
    """Say of a return that was made what it said itself."""
    counts = json.loads(file["counts"])  # noqa: TID251 - our own row, bound by its leaf
    owed.considered, owed.may_go = counts["considered"], counts["released"]
    owed.withheld, owed.held = counts["withheld"], counts["held"]
    owed.reasons, owed.entry = counts["reasons"], file["leaf"]
    for name, column in (("made_at", "at"), ("handed_at", "handed_at")):
        instant = _instant(file[column])
        setattr(owed, name, None if instant is None else stamp(instant))
    received = _instant(file["acknowledged_at"])
    owed.received_at = None if received is None else stamp(received)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, LONDON)
