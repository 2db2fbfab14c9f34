"""Retention: what is over its time is destroyed on the day, shortest rule first, holds passed over.

On a clock in ``gateway serve`` and ``gateway work``, and by ``gateway retention run``. Days are those of
Europe/London. Work is done in parts, each one job of the writer with a leaf of its own, so that it may be
broken off anywhere and begun again, by several processes at once. Recipients of the personal lane were told
the day by which they delete (``delete_by``) with the record; of a whole record that goes, whoever holds it
is told «erased, retention ended», which says that nothing was wrong with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from gateway.clock import LONDON, Clock, london_day
from gateway.errors import StoreUnavailable
from gateway.events import Event, emit
from gateway.intake.correct import Request, erase_due
from gateway.intake.recorded import Desk, natural_key
from gateway.law.book import Edition, LawBook
from gateway.law.retention_holds import RetentionHold, retention_holds
from gateway.ledger.leaf import stamp
from gateway.log.erasure_list import ErasureList
from gateway.log.retaining import DestroyingSealed, WorkedOut, holds_digest
from gateway.store import retaining
from gateway.store.reading import Reader
from gateway.store.retention_tables import RETENTION_HOLD
from gateway.store.writer import Writer
from policies.retention import Rule, first_to_end, record_rules, sealed_rules, shortest
from schemas.feeds import Feed
from schemas.record_class import RecordClass

PART = 500
"""Sealed halves, or records, that one leaf is made for."""
TRIES = 8
"""How often a part is worked out anew while law or holds move."""


@dataclass(slots=True)
class Over:
    """What of one feed is over its time."""

    sealed: int = 0
    """Sealed halves, held ones aside."""
    sealed_held: int = 0
    records: int = 0
    """Whole records, held ones aside."""
    records_held: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    """Sealed halves and records by the rule that ends them, held ones aside."""

    def document(self) -> dict[str, Any]:
        """Return it as a document."""
        return {
            "sealed": self.sealed,
            "sealed_held": self.sealed_held,
            "records": self.records,
            "records_held": self.records_held,
            "rules": dict(sorted(self.rules.items())),
        }


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What decides about a feed at one moment."""

    feed_id: int
    feed: Feed
    edition: Edition
    day: date
    rules: Mapping[int, Rule]
    """The shortest rule about the sealed half of each class that has one."""
    classes: Mapping[int, RecordClass]
    holds: Sequence[RetentionHold]
    """Those that stand today and are about the feed."""
    worked_out: WorkedOut

    @property
    def named(self) -> list[str]:
        """Holds that name records."""
        return [one.id for one in self.holds if one.records]

    @property
    def is_held(self) -> bool:
        """Whether the whole feed is held."""
        return any(one.whole_feed for one in self.holds)

    @property
    def held_classes(self) -> list[int]:
        """Classes of a case that is held."""
        cases = {one.case for one in self.holds if one.case is not None}
        return [number for number, one in self.classes.items() if one.case in cases]

    def ends(self, *, but: Sequence[int] = ()) -> dict[int, list[int]]:
        """Return what is over today, as the store asks for it (``retaining.Ends``)."""
        found: dict[int, list[int]] = defaultdict(list)
        for class_id, rule in self.rules.items():
            if class_id not in but:
                found[self.before(rule.days)].append(class_id)
        return dict(found)

    def before(self, days: int) -> int:
        """Return the first second of recording that is not over yet under a rule of so many days."""
        try:
            first = self.day - timedelta(days=days - 1)
        except OverflowError:
            return 0
        return int(datetime(first.year, first.month, first.day, tzinfo=LONDON).timestamp())


class Retention:
    """Finds what is over its time, and destroys it."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        book: LawBook,
        clock: Clock,
        random: Callable[[int], bytes],
        desk_of: Callable[[str, Edition], Desk],
        new_id: Callable[[], str],
        erasures: ErasureList,
    ) -> None:
        self._reader, self._writer, self._book = reader, writer, book
        self._clock, self._random = clock, random
        self._desk_of, self._new_id, self._erasures = desk_of, new_id, erasures
        self._done: tuple[date, int, bytes] | None = None

    # ------------------------------------------------------------------ asking
    def due(self) -> dict[str, Over]:
        """Return what is over its time today, by feed, held or not."""
        found = {}
        for name in self._book.refresh().register.feeds:
            chosen = self._chosen(name)
            found[name] = self._over(chosen)
        return found

    def _over(self, chosen: _Chosen) -> Over:
        kept, over = chosen.held_classes, Over()
        rule = shortest(record_rules(chosen.feed))
        with self._reader.connection() as connection:
            every = retaining.count_bodies(connection, chosen.feed_id, chosen.ends())
            ends = {} if chosen.is_held else chosen.ends(but=kept)
            going = retaining.count_bodies(connection, chosen.feed_id, ends, chosen.named)
            over.sealed = sum(going.values())
            over.sealed_held = sum(every.values()) - over.sealed
            for class_id, number in going.items():
                over.rules[chosen.rules[class_id].name] += number
            if rule is not None:
                asked = (connection, chosen.feed_id, chosen.before(rule.days))
                all_records = sum(retaining.count_records(*asked).values())
                left = retaining.count_records(*asked, chosen.named)
                if not chosen.is_held:
                    over.records = sum(n for one, n in left.items() if one not in kept)
                over.records_held = all_records - over.records
                over.rules[rule.name] += over.records
        return over

    def of(self, feed: str, reference: str) -> list[dict[str, Any]]:
        """Return of each version of a record when its sealed half, and when all of it, is to go, and why.

        Raises:
            NotFound: There is no such feed.
        """
        desk = self._desk_of(feed, self._book.refresh())
        chosen, key = self._chosen(feed), natural_key(desk, reference)
        with self._reader.connection() as connection:
            versions = retaining.versions_of(connection, chosen.feed_id, key)
            naming = retaining.holds_naming(connection, chosen.feed_id, key)
        holds = [one for one in chosen.holds if not one.records or one.id in naming]
        return [self._version(chosen, one, holds) for one in versions]

    def _version(
        self, chosen: _Chosen, row: Mapping[str, Any], holds: Sequence[RetentionHold]
    ) -> dict[str, Any]:
        cls = chosen.classes[row["class_id"]]
        on = datetime.fromtimestamp(row["recorded_at"], tz=LONDON).date()
        whole = record_rules(chosen.feed)
        rules = sealed_rules(chosen.edition.law, chosen.feed, cls, chosen.day)
        applies = rules if row["sealed"] else whole
        first, whole_first = shortest(applies), shortest(whole)
        reviews = [rule.review_by for rule in applies if rule.review_by is not None]
        return {
            "version": row["version"],
            "recorded_on": on.isoformat(),
            "sealed": bool(row["sealed"]),
            "delete_by": None if first is None else first.delete_by(on).isoformat(),
            "record_delete_by": None
            if whole_first is None
            else whole_first.delete_by(on).isoformat(),
            "review_by": min(reviews).isoformat() if reviews else None,
            "rules": {rule.name: rule.delete_by(on).isoformat() for rule in applies},
            "held": [one.id for one in holds if one.case in {None, cls.case}],
        }

    # ------------------------------------------------------------------ doing
    def run(self, actor: str = "gateway") -> dict[str, Over]:
        """Destroy everything that is over its time and not held; return by feed what was done.

        Raises:
            StoreUnavailable: The database does not answer, or law or holds move faster than we read.
        """
        done = {}
        for name in self._book.refresh().register.feeds:
            over = Over()
            self._in_parts(partial(self._sealed, name, actor, over))
            self._in_parts(partial(self._records, name, actor, over))
            if over.sealed or over.records:
                emit(Event.RETENTION_ENDED, feed=name, sealed=over.sealed, records=over.records)
            done[name] = over
        return done

    def run_in_turn(self) -> None:
        """Do so once a day, and again when law or holds have moved; called on a clock."""
        now = (london_day(self._clock), self._book.refresh().epoch, self._digest())
        if self._done != now:
            self.run()
            self._done = now

    @staticmethod
    def _in_parts(part: Callable[[], int | None]) -> None:
        """Do one part after another until there is none."""
        stale = 0
        while True:
            made = part()
            if made is None:
                stale += 1
                if stale == TRIES:
                    raise StoreUnavailable
            elif made < PART:
                return
            else:
                stale = 0

    def _sealed(self, feed: str, actor: str, over: Over) -> int | None:
        chosen = self._chosen(feed)
        if chosen.is_held:
            return 0
        ends = chosen.ends(but=chosen.held_classes)
        with self._reader.connection() as connection:
            bodies = retaining.due_bodies(connection, chosen.feed_id, ends, chosen.named, PART)
        if not bodies:
            return 0
        rules = {class_id: rule.name for class_id, rule in chosen.rules.items()}
        made = self._writer.run(
            DestroyingSealed(
                feed=feed,
                bodies=bodies,
                rules=rules,
                worked_out=chosen.worked_out,
                actor=actor,
                at=stamp(self._clock.now()),
                day=chosen.day.isoformat(),
                nonce=self._random(16).hex(),
            )
        )
        if made is None:
            return None
        over.sealed += made
        over.rules.update(rules[one.class_id] for one in bodies)
        return len(bodies)

    def _records(self, feed: str, actor: str, over: Over) -> int | None:
        chosen = self._chosen(feed)
        rule = shortest(record_rules(chosen.feed))
        if rule is None or chosen.is_held:
            return 0
        before, kept = chosen.before(rule.days), chosen.held_classes
        with self._reader.connection() as connection:
            listed = retaining.due_records(
                connection, chosen.feed_id, before, chosen.named, kept, PART
            )
        if not listed:
            return 0
        desk = self._desk_of(feed, chosen.edition)
        partner = chosen.feed.sender or chosen.feed.controller
        request = Request(self._new_id(), actor, partner, self._clock.now())
        made = erase_due(listed, desk, request, self._writer, self._erasures, chosen.worked_out)
        if made is None:
            return None
        over.records += made
        over.rules[rule.name] += made
        return len(listed)

    # ------------------------------------------------------------------ what decides
    def _chosen(self, feed: str) -> _Chosen:
        edition, day = self._book.refresh(), london_day(self._clock)
        feed_id, found = edition.register.feeds[feed]
        bodies = list(self._reader.bodies(RETENTION_HOLD.name).values())
        classes = self._book.classes()
        return _Chosen(
            feed_id=feed_id,
            feed=found,
            edition=edition,
            day=day,
            rules=first_to_end(edition.law, found, classes, day),
            classes=classes,
            holds=[
                one
                for one in retention_holds(self._reader)
                if one.stands_on(day) and one.feed in {None, feed}
            ],
            worked_out=WorkedOut(edition.epoch, holds_digest(bodies)),
        )

    def _digest(self) -> bytes:
        return holds_digest(list(self._reader.bodies(RETENTION_HOLD.name).values()))
