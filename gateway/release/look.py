"""The look before each record: may it still go? Free while nothing moved, a fresh decision once it has."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.clock import LONDON, Clock
from gateway.law.book import Edition, LawBook
from gateway.store.reading import Reader
from gateway.store.releasing import Candidate, states_of
from gateway.store.writer import Writer
from schemas.subscriptions import Subscription


class Look:
    """Looks at law, register, subscription and the incidents' states for one page."""

    def __init__(
        self,
        book: LawBook,
        writer: Writer,
        reader: Reader,
        clock: Clock,
        subscription: Subscription,
        rows: Sequence[Candidate],
        edition: Edition,
    ) -> None:
        self._book, self._writer, self._reader, self._clock = book, writer, reader, clock
        self._subscription: Subscription | None = subscription
        self._id, self._partner = subscription.id, subscription.partner
        self._rows = rows
        self._edition, self._moved = edition, False
        self._log_size = writer.log_size
        self._closed: set[int] = set()

    def __call__(self, index: int) -> bool:
        """Whether the record at this place of the page may still go."""
        if max(self._book.epoch, self._writer.law_epoch) > self._edition.epoch:
            self._renew()
        if self._writer.log_size > self._log_size:
            self._look_at_states()
        row = self._rows[index]
        if row.incident in self._closed or self._subscription is None or self._edition.held:
            return False
        if not self._moved:
            return True
        day = self._clock.now().astimezone(LONDON).date()
        record_class = self._book.classes()[row.class_id]
        return self._edition.law.decide(self._subscription, record_class, day).releases

    def _renew(self) -> None:
        self._edition, self._moved = self._book.refresh(), True
        row = self._reader.subscription(self._id, self._partner)
        self._subscription = None if row is None else Subscription.model_validate_json(row["body"])

    def _look_at_states(self) -> None:
        self._log_size = self._writer.log_size
        with self._reader.connection() as connection:
            states = states_of(connection, [row.incident for row in self._rows])
        self._closed = {incident for incident, (_, state) in states.items() if state != "live"}
