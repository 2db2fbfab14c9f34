"""The look before each record: may it still go? Free while nothing moved, a fresh decision once it has."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gateway.clock import LONDON, Clock
from gateway.law.book import LawBook
from gateway.release.decided import allowed_of, recorded_since, same_form
from gateway.release.forms import Rendered
from gateway.store.reading import Reader
from gateway.store.releasing import Candidate, states_of
from gateway.store.writer import Writer
from schemas.subscriptions import Subscription


class Look:
    """Looks at law, register, day, subscription and the incidents' states for one page."""

    def __init__(
        self,
        book: LawBook,
        writer: Writer,
        reader: Reader,
        clock: Clock,
        made: Rendered,
    ) -> None:
        subscription, decided = made.subscription, made.decided
        self._book, self._writer, self._reader, self._clock = book, writer, reader, clock
        self._subscription: Subscription | None = subscription
        self._id, self._partner = subscription.id, subscription.partner
        self._asks_the_database = made.edition.law.may_end(subscription)
        self._rows, self._decided = made.rows, decided
        self._edition, self._moved = made.edition, False
        self._day, self._ends = decided.day, _end_of(decided.day)
        self._log_size = made.log_size
        self._closed: set[int] = set()

    def __call__(self, index: int) -> bool:
        """Whether the record at this place of the page may still go."""
        epoch, log_size = self._heads()
        if epoch > self._edition.epoch:
            self._renew()
        now = self._clock.now()
        if now >= self._ends:
            # what was agreed until today may have ended between two records
            self._day, self._moved = now.astimezone(LONDON).date(), True
            self._ends = _end_of(self._day)
        if log_size > self._log_size:
            self._look_at_states(log_size)
        row = self._rows[index]
        if row.incident in self._closed or self._subscription is None or self._edition.held:
            return False
        return not self._moved or self._still(self._subscription, row)

    def _still(self, subscription: Subscription, row: Candidate) -> bool:
        """Whether the law of now lets the record go, with what it was rendered with and no less."""
        law, day = self._edition.law, self._day
        record_class = self._book.classes()[row.class_id]
        return (
            law.decide(subscription, record_class, day).releases
            and row.recorded_at >= recorded_since(law, subscription, day)
            and same_form(
                allowed_of(law, subscription, record_class, day),
                self._decided.allowances.get(row.class_id),
            )
        )

    def whole(self) -> bool:
        """Whether every record may still go, asked of the database: other processes write too."""
        head = self._reader.head()
        if head.law_epoch > self._edition.epoch:
            self._renew()
        if head.log_size > self._log_size:
            self._look_at_states(head.log_size)
        return all(self(index) for index in range(len(self._rows)))

    def _renew(self) -> None:
        self._edition, self._moved = self._book.refresh(), True
        row = self._reader.subscription(self._id, self._partner)
        self._subscription = None if row is None else Subscription.model_validate_json(row["body"])

    def _heads(self) -> tuple[int, int]:
        """How far law and log have come: as this process knows, under an agreement as the database says.

        A suspension may be committed by another process, and none may leave after it.
        """
        epoch = max(self._book.epoch, self._writer.law_epoch)
        log_size = self._writer.log_size
        if self._asks_the_database:
            head = self._reader.head()
            epoch, log_size = max(epoch, head.law_epoch), max(log_size, head.log_size)
        return epoch, log_size

    def _look_at_states(self, log_size: int) -> None:
        self._log_size = log_size
        with self._reader.connection() as connection:
            states = states_of(connection, [row.incident for row in self._rows])
        self._closed = {incident for incident, (_, state) in states.items() if state != "live"}


def _end_of(day: date) -> datetime:
    """The instant at which a day ends in Europe/London."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=LONDON)
