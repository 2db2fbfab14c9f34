"""A draft of the law replayed over what was recorded: nothing is sent, and that it was asked is logged.

Record classes and how many current, live versions each has; never a record. What is compared and how
stands in ``policies.simulate``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from gateway.clock import LONDON
from gateway.law.book import Edition, LawBook
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store.reading import Reader
from gateway.store.simulating import counts_by_class
from gateway.store.tx import Tx
from policies.documents import Documents
from policies.law import Law
from policies.simulate import (
    ClassCount,
    as_signed,
    compared,
    days_that_matter,
    judged_on,
    requests_under,
)
from schemas.agreements import Agreement
from schemas.partners import Partner
from schemas.simulations import Comparison
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Draft:
    """What is tried: another law, judged on a day, with requests that nobody makes yet."""

    law: Law
    day: date
    kind: str
    """``policies``, ``agreement`` or ``partner``."""
    content_sha256: str
    """Hash of the draft as it was given."""
    would_be: tuple[Subscription, ...] = ()
    named: dict[str, Value] = field(default_factory=dict)
    """What else the ledger says of it."""


def standing_requests(reader: Reader) -> tuple[Subscription, ...]:
    """Return every subscription on the register."""
    return tuple(map(Subscription.model_validate_json, reader.bodies("subscription").values()))


def draft_of_agreement(reader: Reader, edition: Edition, draft: Agreement, day: date) -> Draft:
    """Return the law with a version of an agreement as if every party had signed it.

    Judged on the day, or on the draft's first day where that is still to come.
    """
    judged = judged_on(draft, day)
    return Draft(
        law=as_signed(edition.law, draft, judged),
        day=judged,
        kind="agreement",
        content_sha256=draft.terms_sha256,
        would_be=requests_under(draft, standing_requests(reader)),
        named={"agreement": draft.id, "agreement_version": str(draft.version)},
    )


def draft_of_documents(edition: Edition, documents: Documents, day: date) -> Draft:
    """Return the law with another policy bundle, over the register and agreements as they stand."""
    register = edition.register
    return Draft(
        law=documents.law(
            register.partners.values(), register.protocols.values(), register.agreements
        ),
        day=day,
        kind="policies",
        content_sha256=documents.sha256,
    )


def draft_of_partner(edition: Edition, partner: Partner, day: date) -> Draft:
    """Return the law with a partner on the register as it is given here."""
    partners = {**edition.register.partners, partner.id: partner}
    law = edition.law
    return Draft(
        law=Law(
            law.bundle, law.treatments, partners.values(), law.protocols, law.lists, law.agreements
        ),
        day=day,
        kind="partner",
        content_sha256=sha256(partner.model_dump_json().encode()).hexdigest(),
        named={"partner": partner.id},
    )


def simulated(
    reader: Reader, book: LawBook, edition: Edition, draft: Draft, since: date | None = None
) -> Comparison:
    """Say what a draft would newly let go and newly stop, over what is recorded.

    Args:
        reader: Reads how many versions each class has: one grouped query.
        book: Knows the record classes.
        edition: The law in force.
        draft: What is tried.
        since: Only what was recorded from this day on.
    """
    days = days_that_matter((edition.law, draft.law), draft.day)
    return compared(
        edition.law,
        draft.law,
        standing_requests(reader),
        _counted(reader, book, days, since),
        draft.day,
        would_be=draft.would_be,
    )


def _counted(
    reader: Reader, book: LawBook, days: Iterable[date], since: date | None
) -> tuple[ClassCount, ...]:
    parting = sorted(days)
    with reader.connection() as connection:
        begins = None if since is None else _instant(since)
        rows = counts_by_class(connection, [_instant(day) for day in parting], begins)
    classes = book.classes()
    bands = [date.min, *parting]
    return tuple(ClassCount(classes[one.class_id], bands[one.band], one.number) for one in rows)


def _instant(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


@dataclass(frozen=True, slots=True)
class LogSimulation:
    """The job that puts one leaf into the ledger: who tried what, and what came of it, in totals."""

    draft: Draft
    found: Comparison
    since: date | None
    act: Act

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf; return its index."""
        said = dict(self.draft.named)
        if self.since is not None:
            said["records_from"] = self.since.isoformat()
        return tx.seal(
            leaf(
                Operation.SIMULATION,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                kind=self.draft.kind,
                snapshot=self.found.before,
                after_sha256=self.found.after,
                content_sha256=self.draft.content_sha256,
                day=self.found.day.isoformat(),
                count=self.found.records,
                newly_leaves=self.found.newly_leaves,
                newly_stops=self.found.newly_stops,
                other_fields=self.found.other_fields,
                **said,
            )
        )
