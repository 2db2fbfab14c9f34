"""Who owes whom which paragraphs of a period under section 17A, and whether they may be asked for now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from gateway.clock import LONDON, Clock
from gateway.errors import LawRefuses, NotFound, ReturnPeriodRuns
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition, LawBook
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from policies.exclusions import EXCLUSIONS
from policies.periods import Quarter
from policies.returned import RACIAL
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

WITHHOLDS = "section_17a.holder_has_not_withheld"
"""The condition that a recorded decision of the holder's nominated person leaves unmet."""


@dataclass(frozen=True, slots=True)
class ReturnDesk:
    """What returns are made with."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: Callable[[int], bytes]

    def day(self) -> date:
        """The day in Europe/London."""
        return self.clock.now().astimezone(LONDON).date()


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose information, to whom, of which period."""

    holder: str
    recipient: str
    quarter: Quarter
    voluntary: bool = False


def asked_under_17a(recipient: str, paragraph: int | None = None) -> Subscription:
    """Return the request that a return is decided by: the Act asks it for each relevant authority.

    Paragraphs 6 and 7 are asked for as statistics are: they show no record, and what is prescribed by
    paragraph 7 alone leaves in no other form.
    """
    as_counts = paragraph in {EXCLUSIONS, RACIAL}
    lane = Lane.STATISTICS if as_counts else Lane.DEPERSONALISED
    return Subscription(
        id="section-17a-return",
        partner=recipient,
        power=Power.SECTION_17A,
        purpose=Purpose.SECTION_17A_DUTY,
        lane=lane,
    )


def paragraphs_of(edition: Edition, holder: str, day: date) -> list[int]:
    """Return the paragraphs that a holder owes rows of: of its kind, and yielded by a feed of its own."""
    register = edition.law.register
    kind = register.standing(holder, day).kind
    controllers = {register.holder(f.controller, day) for _, f in edition.register.feeds.values()}
    if holder not in controllers:
        return []
    return [
        one.number
        for one in edition.law.lists.prescribed.paragraph
        if kind in one.holder_kinds and one.incident_kinds
    ]


def own_classes(
    edition: Edition, classes: Mapping[int, RecordClass], holder: str, day: date
) -> dict[int, RecordClass]:
    """Return the classes of what a holder holds, by id."""
    register = edition.law.register
    return {
        class_id: one
        for class_id, one in classes.items()
        if register.holder(one.controller, day) == holder
    }


def check(desk: ReturnDesk, edition: Edition, ask: Ask) -> None:
    """Say whether a return may be asked for at all.

    Raises:
        NotFound: The holder is no relevant authority, or asks itself.
        ReturnPeriodRuns: The period is not over.
        LawRefuses: The recipient is no relevant authority, or the holder's nominated person withholds.
    """
    day = desk.day()
    subscription = asked_under_17a(ask.recipient)
    holder = edition.law.register.standing(ask.holder, day)
    if not holder.relevant_authority or ask.holder == ask.recipient:
        raise NotFound
    if desk.clock.now() < ask.quarter.ends:
        raise ReturnPeriodRuns
    unmet = list(edition.law.standing(subscription, day))
    if holder.withholds_section_17a:
        known = edition.law.bundle.conditions(Power.SECTION_17A)
        unmet += [one for one in known if one.id == WITHHOLDS]
    if unmet:
        told = [{"id": c.id, "says": c.says, "cites": c.cites} for c in unmet]
        raise LawRefuses(extra={"conditions": told})
