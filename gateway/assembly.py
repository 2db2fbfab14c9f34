"""Putting the house together: store, writer, keys, law, places, the door. No global, no rule."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from uuid_utils import uuid7

from gateway.audit.checkpoints import demand_own_keys
from gateway.audit.consulting import Consultations
from gateway.audit.reported import Reports
from gateway.audit.rollback import Guard, newest_notes
from gateway.audit.subject_desk import SubjectDesk
from gateway.clock import Clock, SystemClock, london_day
from gateway.errors import GatewayError
from gateway.events import Event, emit
from gateway.intake.correct import Request, reapply
from gateway.intake.desks import Desks
from gateway.intake.recorded import Desk
from gateway.intake.retention import Retention
from gateway.intake.subjects import SubjectIndex
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition, LawBook
from gateway.law.holds import Hold
from gateway.law.register import Act
from gateway.ledger.leaf import stamp
from gateway.log.erasure_list import FILE_NAME, ErasureFile
from gateway.log.sealer import TreeSealer
from gateway.release.matching import MatchingRound
from gateway.release.naming import QuarterRound
from gateway.release.pull import Door
from gateway.release.return_asked import ReturnDesk
from gateway.release.signals import SignalDesk
from gateway.seed import seed
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.postgres import PostgresDatabase
from gateway.store.reading import Reader
from gateway.store.schema import require_newest, upgrade
from gateway.store.sqlite import SqliteDatabase
from gateway.store.wakening import Wakener
from gateway.store.writer import Writer
from policies.documents import Documents
from policies.pseudonym import quarter_of

RandomSource = Callable[[int], bytes]


class StoreMissing(GatewayError):
    """503: there is no database yet."""

    code, status = "store.missing", 503
    title = "There is no database yet."
    remedy = "Make one with `gateway db upgrade`; on SQLite `gateway serve` makes it itself."


@dataclass(slots=True)
class House:
    """Everything one process works with. Close it, or use it as a context."""

    home: Path
    database: Database
    clock: Clock
    random: RandomSource
    keys: KeyRing
    reader: Reader
    writer: Writer
    book: LawBook
    door: Door
    desks: Desks
    wakener: Wakener

    @property
    def erasures(self) -> ErasureFile:
        """The list of erasures beside the keys."""
        return ErasureFile(self.home / FILE_NAME)

    @property
    def return_desk(self) -> ReturnDesk:
        """What section 17A returns are made with."""
        return ReturnDesk(self.reader, self.writer, self.book, self.keys, self.clock, self.random)

    @property
    def consultations(self) -> Consultations:
        """What opens bodies, each time with a stated reason and a leaf before."""
        return Consultations(
            self.reader, self.writer, self.book, self.keys, self.clock, self.random
        )

    @property
    def reports(self) -> Reports:
        """What recipients find wrong, and the sources' answers."""
        return Reports(
            self.reader,
            self.writer,
            self.book,
            self.keys,
            self.clock,
            self.random,
            self.new_id,
        )

    @property
    def subject_desk(self) -> SubjectDesk:
        """What answers people who ask what is held about them."""
        return SubjectDesk(self.consultations)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued and give the connections back."""
        self.wakener.close()
        self.writer.close()
        self.reader.close()

    def act(self, actor: str) -> Act:
        """Return who changes the register, now."""
        return Act(actor, stamp(self.clock.now()), self.random(16).hex())

    def new_id(self) -> str:
        """Return a new id in the order of time: 32 hex digits (UUID version 7)."""
        return str(uuid7().hex)

    def desk(self, feed_name: str, edition: Edition) -> Desk:
        """Return all that a push to a feed needs (raises as ``Desks.desk``)."""
        return self.desks.desk(feed_name, edition, london_day(self.clock))


def retention_of(house: House) -> Retention:
    """Return what destroys the house's records on their day."""
    return Retention(
        reader=house.reader,
        writer=house.writer,
        book=house.book,
        clock=house.clock,
        random=house.random,
        desk_of=house.desk,
        new_id=house.new_id,
        erasures=house.erasures,
    )


def subject_index_of(house: House) -> SubjectIndex:
    """Return what keys sealed halves that were recorded before there were keys."""
    return SubjectIndex(house.reader, house.writer, house.keys, house.clock, house.random)


def matching_of(house: House) -> MatchingRound:
    """Return what compares reports where agreements name that."""
    return MatchingRound(
        house.reader, house.writer, house.book, house.clock, house.random, house.new_id
    )


def match_in_turn(house: House) -> None:
    """Key older records, and compare what was recorded; called on a clock."""
    subject_index_of(house).fill()
    matching_of(house).run_in_turn()


def signals_of(house: House) -> SignalDesk:
    """Return what hands signals out and takes decisions about them."""
    return SignalDesk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)


def quarter_round_of(house: House, retention_days: float) -> QuarterRound:
    """Return what destroys the keys of quarters that have had their time at the recipients."""
    return QuarterRound(
        house.reader,
        house.writer,
        house.book,
        house.keys,
        house.clock,
        house.random,
        retention_days,
    )


def reapply_erasures(house: House, actor: str = "gateway") -> int:
    """Carry out what the list of erasures says and the database does not; return how many.

    At every start, because a process may have died between the list and the commit; and after a
    restore, before anything is released.
    """
    edition = house.book.refresh()
    partners = {
        name: feed.sender or feed.controller for name, (_, feed) in edition.register.feeds.items()
    }

    def desk_of(feed: str) -> Desk | None:
        return house.desk(feed, edition) if feed in partners else None

    def request(feed: str) -> Request:
        return Request(house.new_id(), actor, partners[feed], house.clock.now())

    erased = reapply(house.erasures, desk_of, request, house.writer)
    if erased:
        emit(Event.ERASURES_REAPPLIED, erased=erased)
    return erased


def hold_if_rolled_back(house: House) -> Hold | None:
    """Hold every release where our own newest checkpoint is of a later ledger, or of another.

    At every start, and on a clock: a server may be put back while we run, by its own restore or by a
    failover that lost commits.
    """
    guard = Guard(house.reader, house.writer, house.keys, house.home)
    now = int(house.clock.now().timestamp())
    return guard.hold_if_rolled_back(
        newest_notes(house.home / "checkpoints"), house.act("gateway"), now
    )


def database_path(home: Path) -> Path:
    """Return where the SQLite file lies."""
    return home / "gateway.sqlite3"


def database_of(settings: Settings) -> Database:
    """Return the database that the settings name."""
    if settings.database_url is None:
        return SqliteDatabase(database_path(settings.home))
    return PostgresDatabase(settings.database_url.get_secret_value())


def _is_used(database: Database) -> bool:
    """Whether anything was ever done in a database."""
    if not database.exists():
        return False
    reader = Reader(database.reading(size=1))
    try:
        return reader.head().ledger_size > 0
    finally:
        reader.close()


def _keys_of(
    home: Path, database: Database, random: RandomSource, quarter: str, *, create: bool
) -> KeyRing:
    """Open the keys, made first where there is nothing yet (raises as ``open_house``)."""
    if create:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        # a database that lost its keys must say so: new ones would open nothing of what it holds
        if not (home / "keys").exists() and not _is_used(database):
            KeyRing.create(home, random)
        KeyRing.complete(home, random, quarter)
    elif not database.exists():
        raise StoreMissing
    return KeyRing.open(home)


def open_house(
    home: Path,
    *,
    database: Database | None = None,
    clock: Clock | None = None,
    random: RandomSource = os.urandom,
    documents: Documents | None = None,
    create: bool = False,
    queue_limit: int = 2_000,
) -> House:
    """Open a home: its keys, its database, the law as it stands.

    Args:
        home: ``GATEWAY_HOME``.
        database: The SQLite file in it where absent.
        clock: The machine's where absent.
        random: Source of random bytes.
        documents: The policy bundle to begin with, until another is approved; the packaged one.
        create: Make keys, tables and the first register where they are missing.
        queue_limit: Jobs that may wait for the writer.

    Raises:
        StoreMissing: There is no database and ``create`` is not set.
        SchemaOld: Its tables are of an earlier version and ``create`` is not set.
        KeysUnavailable: The keys are missing or unreadable.
        PolicyRefused: The packaged policies are not whole.
        SchemaTooNew: A later version of the gateway wrote the database.
    """
    clock = clock or SystemClock()
    database = database or SqliteDatabase(database_path(home))
    keys = _keys_of(home, database, random, quarter_of(clock.now()), create=create)
    if create:
        upgrade(database)
    reader = Reader(database.reading())
    try:
        require_newest(reader)
        demand_own_keys(reader, keys)
    except BaseException:
        reader.close()
        raise
    wakener = Wakener(reader.head, database.ear())
    writer = Writer(database, TreeSealer(), queue_limit=queue_limit, moved=wakener.ring)
    try:
        if create:
            seed(reader, writer, clock, random)
        book = LawBook(reader, writer, clock, random, documents)
        door = Door(reader, writer, book, keys, clock, random)
    except BaseException:
        writer.close()
        reader.close()
        raise
    wakener.on_law(book.refresh)
    wakener.on_log(writer.heard)
    desks = Desks(reader, keys, random)
    return House(home, database, clock, random, keys, reader, writer, book, door, desks, wakener)
