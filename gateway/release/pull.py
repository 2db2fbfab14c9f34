"""A pull: acknowledge what the recipient has, then give it the pending release or make the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import LONDON, Clock
from gateway.errors import CursorAhead, CursorInvalid, LawRefuses, NotFound, StoreUnavailable
from gateway.events import Event, emit
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition, LawBook
from gateway.ledger.leaf import stamp
from gateway.release.closed import CELL_CUT, LAW_CHANGED, Acknowledging, Reopening
from gateway.release.cursor import cursor_number, is_ours, make_cursor
from gateway.release.decided import decide_classes
from gateway.release.disclosed import (
    RECORD,
    Disclosing,
    Draft,
    Stale,
    content_hash,
    tell,
)
from gateway.release.forms import Forms, Rendered
from gateway.release.handed import Handing
from gateway.release.leaves import broken_off_leaf, replay_leaf, rests_on
from gateway.release.load import Load
from gateway.release.look import Look
from gateway.release.sent import Page, fitting, quality
from gateway.release.treated import names_for, notice_again, notice_of
from gateway.release.windows import leaves_in_cells, nameable, still_held, window_of
from gateway.store.reading import Reader
from gateway.store.releasing import (
    candidates_at,
    disclosed_in,
    log_size,
    release_row,
)
from gateway.store.states import CLOSED
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.cells import COARSENED
from policies.marking import high_water
from schemas.decisions import Condition
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

MAX_DRAFTS = 8
"""How often a draft that went stale is made anew before the recipient is asked to come again."""


_GIVES_TABLES = {
    "id": "lane.gives_tables",
    "says": "Records leave in the other lanes; statistics are read as tables at /v1/statistics.",
    "cites": "Data Protection Act 2018 s.57(3)",
}


@dataclass(slots=True)
class Pulled:
    """A page to write out, and what to look at before each record."""

    page: Page
    look: Look
    broken: Callable[[int], None]


class Door:
    """The one door out. Everything that is released goes through it."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        book: LawBook,
        keys: KeyRing,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        self._reader, self._writer, self._book = reader, writer, book
        self._keys, self._clock, self._random = keys, clock, random
        self._forms = Forms(keys)

    # ------------------------------------------------------------------ the two calls
    def pull(
        self, subscription_id: str, partner: str, actor: str, after: str | None, limit: int
    ) -> Pulled:
        """Give the next page.

        Args:
            subscription_id: Whose page.
            partner: The caller's partner; somebody else's subscription does not exist for it.
            actor: The calling system, for the ledger.
            after: The last page's cursor: acknowledges all up to it. None gives what is pending.
            limit: Records and notices at most; a pending release comes back whole.

        Raises:
            NotFound: There is no such subscription of this partner.
            CursorInvalid: The cursor is not ours.
            CursorAhead: It names a release that was never made.
            LawRefuses: The law refuses the recipient or the request as such; every reason is named.
            StoreUnavailable: The database does not answer, or the log moves faster than we read.
        """
        return self._give(subscription_id, partner, actor, after, limit)

    def carry(self, subscription_id: str, partner: str, load: Load) -> Pulled:
        """Give the pending release, or make the next, for the courier (raises as ``pull``).

        Until a try is noted, nobody counts as having what it holds.
        """
        return self._give(subscription_id, partner, load.actor, None, load.limit, load)

    def again(self, subscription_id: str, partner: str, actor: str, number: int) -> Pulled | None:
        """Render the first release after a number again, with its leaf; None after the last.

        Raises:
            StoreUnavailable: As ``pull``.
        """
        for _ in range(MAX_DRAFTS):
            try:
                return self._resend(self._own(subscription_id, partner), number, actor)
            except (
                Stale
            ):  # what was pending may no longer go: it is closed, and the next one is meant
                continue
        raise StoreUnavailable

    def _give(
        self,
        subscription_id: str,
        partner: str,
        actor: str,
        after: str | None,
        limit: int,
        load: Load | None = None,
    ) -> Pulled:
        for _ in range(MAX_DRAFTS):
            row = self._own(subscription_id, partner)
            number = self._number(row, after)
            try:
                found = self._resend(row, number, actor) if number < row["last_release"] else None
                if found is not None and load is None:
                    self._hand(row["id"], found.page.release)
                ack = after is not None
                return found or self._next(row, number, actor, limit, acknowledge=ack, load=load)
            except Stale:
                continue
        raise StoreUnavailable

    def _hand(self, subscription: str, number: int) -> None:
        """Note that a release made for the courier is pulled instead."""
        if self._reader.is_untried(subscription, number):
            at = int(self._clock.now().timestamp())
            self._writer.run(Handing(subscription, number, at))

    def acknowledge(self, subscription_id: str, partner: str, actor: str, cursor: str) -> bool:
        """Acknowledge every release up to a cursor (raises as ``pull``)."""
        row = self._own(subscription_id, partner)
        number = self._number(row, cursor)
        return self._acknowledge(row, number, actor)

    # ------------------------------------------------------------------ steps
    def _own(self, subscription_id: str, partner: str) -> dict[str, Any]:
        row = self._reader.subscription(subscription_id, partner)
        if row is None:
            raise NotFound
        return row

    def number_of(self, subscription_id: str, partner: str, cursor: str) -> int:
        """Return the release that a cursor of a partner's own names (raises as ``pull``)."""
        return self._number(self._own(subscription_id, partner), cursor)

    def _number(self, row: dict[str, Any], after: str | None) -> int:
        if after is None:
            return int(row["acknowledged"])
        number = cursor_number(after)
        if number > row["last_release"]:
            # a forged number and one of a lost future are not told apart by the number alone
            raise CursorAhead
        if not is_ours(self._keys.cursor, row["id"], after, self._content(row["id"], number)):
            raise CursorInvalid
        return number

    def _content(self, subscription: str, number: int) -> bytes:
        """Return the content hash of a release, empty before the first."""
        if number == 0:
            return b""
        with self._reader.connection() as connection:
            release = release_row(connection, subscription, number)
        return b"" if release is None else bytes(release["content_hash"])

    def cursor(self, subscription: str, number: int) -> str:
        """Return the cursor that acknowledges every release up to a number."""
        content = self._content(subscription, number)
        return make_cursor(self._keys.cursor, subscription, number, content)

    def _acknowledge(self, row: dict[str, Any], number: int, actor: str) -> bool:
        if number <= row["acknowledged"]:
            return False
        now = stamp(self._clock.now())
        job = Acknowledging(_subscription(row), number, actor, now, self._random(16).hex())
        return self._writer.run(job)

    def _next(
        self,
        row: dict[str, Any],
        number: int,
        actor: str,
        limit: int,
        *,
        acknowledge: bool,
        load: Load | None,
    ) -> Pulled:
        edition = self._book.for_release()
        draft, unmet = self._draft(row, edition, limit)
        while load is not None and (fewer := fitting(draft.lines, load.most)) < len(draft.lines):
            smaller, unmet = self._draft(row, edition, fewer)
            if smaller.window.period and len(smaller.lines) >= len(draft.lines):
                break  # one cell: it leaves whole, however large it is
            draft = smaller
        if load is not None and load.can_wait(draft):
            return self._page_of(draft, row["last_release"], edition, actor)
        if draft.window.to_position == draft.after and not draft.lines:
            if acknowledge:
                self._acknowledge(row, number, actor)
            _refuse(unmet)
            return self._page_of(draft, row["last_release"], edition, actor)
        job = Disclosing(draft, number if acknowledge else None, actor, handed=load is None)
        entry = self._writer.run(job)
        tell(draft)
        if not draft.lines:
            _refuse(unmet)
        pulled = self._page_of(draft, draft.number, edition, actor)
        pulled.page.entry = entry if draft.lines else None
        return pulled

    def _draft(
        self, row: dict[str, Any], edition: Edition, limit: int
    ) -> tuple[Draft, tuple[Condition, ...]]:
        subscription = _subscription(row)
        if subscription.lane is Lane.STATISTICS:
            raise LawRefuses(extra={"conditions": [_GIVES_TABLES]})
        now = self._clock.now()
        day = now.astimezone(LONDON).date()
        classes = self._book.classes()
        decided = decide_classes(edition.law, subscription, classes, day)
        unmet = edition.law.standing(subscription, day)
        with self._reader.connection() as connection:
            names = names_for(self._keys, subscription.partner, edition.eras)
            about = (connection, row, subscription, decided, names, limit, now)
            # what was agreed may go on again: nothing is passed over while it stands still
            told_only = bool(unmet) and edition.law.may_end(subscription)
            window = window_of(*about, told_only=told_only)
            window.candidates = nameable(window, window.candidates, names)
            window.held = still_held(window.held, names)
            coarsened = window.period.coarsened if window.period else ()
            records = self._forms.records(
                connection, window.candidates, decided, edition, subscription, coarsened
            )
        if window.law_epoch != edition.epoch or len(self._book.classes()) != len(classes):
            # a class that came up in between was neither asked for nor counted: decide again
            raise Stale
        notices = [notice_of(held) for held in window.held]
        draft = Draft(
            subscription=subscription,
            row_version=row["row_version"],
            after=row["decided_to"],
            number=row["last_release"] + 1,
            decided=decided,
            law_epoch=edition.epoch,
            window=window,
            records=records,
            notices=notices,
            lines=[_line(notice) for notice in notices] + [_line(record) for record in records],
            at=int(now.timestamp()),
            stamp=stamp(now),
            nonce=self._random(16).hex(),
        )
        return draft, unmet

    # ------------------------------------------------------------------ again
    def _resend(self, row: dict[str, Any], number: int, actor: str) -> Pulled | None:
        """Render the release after ``number`` again, or None where there is none to render."""
        self._acknowledge(row, number, actor)
        edition = self._book.for_release()
        subscription = _subscription(row)
        day = self._clock.now().astimezone(LONDON).date()
        wanted = number + 1
        with self._reader.connection() as connection:
            read_at = log_size(connection)
            release = release_row(connection, row["id"], wanted)
            rows = disclosed_in(connection, row["id"], wanted)
            # what was closed is decided anew elsewhere, and an empty release is no page to send again
            while release is not None and (not rows or self._closed(connection, row["id"], wanted)):
                wanted += 1
                release = release_row(connection, row["id"], wanted)
                rows = disclosed_in(connection, row["id"], wanted)
            if release is None:
                return None
            positions = [r["position"] for r in rows if r["what"] == RECORD]
            candidates = candidates_at(connection, positions)
            decided = decide_classes(edition.law, subscription, self._book.classes(), day)
            allowed = set(decided.allowed)
            kept = [candidates[p] for p in positions if p in candidates]
            kept = [c for c in kept if c.class_id in allowed and c.recorded_at >= decided.since]
            unknown = self._keys.quarters.destroyed
            kept = [c for c in kept if c.quarter not in unknown]
            coarsened = {r["position"] for r in rows if r["reason"] == COARSENED}
            records = self._forms.records(
                connection, kept, decided, edition, subscription, coarsened
            )
        refused = len(kept) < len(candidates)
        # a cell goes whole or is decided anew: what was taken back may be what made it large enough
        cut = len(kept) < len(positions) and leaves_in_cells(subscription)
        if (refused or cut) and row["pending"] == wanted:
            why = LAW_CHANGED if refused else CELL_CUT
            at, nonce = stamp(self._clock.now()), self._random(16).hex()
            self._writer.run(Reopening(subscription, wanted, actor, at, nonce, why))
            emit(Event.RELEASE_REOPENED, subscription=subscription.id, release=wanted)
            raise Stale
        notices = [_line(notice_again(r)) for r in rows if r["what"] != RECORD]
        lines = [*notices, *map(_line, records)]
        made = (subscription, wanted, release["at"], lines, len(notices), kept, decided)
        pulled = self._pulled(Rendered(*made, edition, read_at), actor)
        content = content_hash([*pulled.page.notices, *pulled.page.records])
        pulled.page.entry = release["leaf"]
        place = {r["position"]: r["sequence"] for r in rows if r["what"] == RECORD}
        pulled.page.places = [place[one.position] for one in kept]
        if wanted <= row["acknowledged"] or content != bytes(release["content_hash"]):
            at, nonce = stamp(self._clock.now()), self._random(16).hex()
            basis = rests_on(subscription, decided, kept, records)
            said = (subscription, wanted, len(kept), content, edition, basis)
            self._seal(replay_leaf(*said, at=at, actor=actor, nonce=nonce))
        return pulled

    def _closed(self, connection: Any, subscription: str, number: int) -> bool:  # noqa: ANN401 - a connection lent by the reader
        return self._reader.delivery_state(connection, subscription, number) in CLOSED

    def _seal(self, made: bytes) -> None:
        def sealed(tx: Tx) -> int:
            return tx.seal(made)

        self._writer.run(sealed)

    # ------------------------------------------------------------------ pages
    def _page_of(self, draft: Draft, number: int, edition: Edition, actor: str) -> Pulled:
        rows, notices = draft.window.candidates, len(draft.notices)
        made = (draft.subscription, number, draft.at, draft.lines, notices, rows, draft.decided)
        return self._pulled(Rendered(*made, edition, draft.window.log_size), actor)

    def _pulled(self, made: Rendered, actor: str) -> Pulled:
        subscription, number = made.subscription, made.number
        decided, rows = made.decided, made.rows
        marked = high_water((decided.classes[row.class_id] for row in rows), subscription.lane)
        at = stamp(datetime.fromtimestamp(made.at, tz=LONDON))
        page = Page(
            subscription=subscription.id,
            release=number,
            cursor=self.cursor(subscription.id, number),
            begun_at=self.cursor(subscription.id, max(0, number - 1)),
            quality=quality(at, subscription.lane),
            marking=marked.leaves.value,
            stamp=at,
            notices=made.lines[: made.notices],
            records=made.lines[made.notices :],
        )
        look = Look(self._book, self._writer, self._reader, self._clock, made)
        return Pulled(page, look, self._broken(subscription, number, actor))

    def _broken(self, subscription: Subscription, number: int, actor: str) -> Callable[[int], None]:
        def broken(sent: int) -> None:
            at, nonce = stamp(self._clock.now()), self._random(16).hex()
            said = (subscription, number, sent)
            self._seal(broken_off_leaf(*said, at=at, actor=actor, nonce=nonce))

        return broken


def _refuse(unmet: tuple[Condition, ...]) -> None:
    """Tell a recipient that the law refuses as such why, and nothing about any record."""
    if unmet:
        told = [{"id": c.id, "says": c.says, "cites": c.cites} for c in unmet]
        raise LawRefuses(extra={"conditions": told})


def _subscription(row: dict[str, Any]) -> Subscription:
    return Subscription.model_validate_json(row["body"])


def _line(word: Any) -> bytes:  # noqa: ANN401 - a released word
    made: str = word.model_dump_json(exclude_defaults=True)
    return made.encode()
