"""The sixteen questions of an information-governance lead (law reference §7): each one call.

The command, the interface and the pages ask here and nowhere else, so that they cannot answer differently.
Every answer is computed from tables and ledger when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from gateway.audit.verify import Note, kept_notes
from gateway.clock import LONDON, Clock, instant_of, london_day
from gateway.errors import NotFound, RequestInvalid
from gateway.intake.recorded import Desk
from gateway.intake.retention import Retention
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.book import Edition, LawBook
from gateway.log.erasure_list import ErasureFile
from gateway.release.return_asked import ReturnDesk
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from schemas.problems import ProblemError


class Assembled(Protocol):
    """The house as ``gateway.assembly`` puts it together."""

    home: Path
    database: Database
    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock

    @property
    def random(self) -> RandomSource:
        """Source of random bytes."""
        ...

    @property
    def erasures(self) -> ErasureFile:
        """The list of erasures."""
        ...

    @property
    def return_desk(self) -> ReturnDesk:
        """What returns are made with."""
        ...

    def desk(self, feed_name: str, edition: Edition) -> Desk:
        """Return all that a push to a feed needs."""
        ...

    def new_id(self) -> str:
        """Return a new id."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """What answers are computed from."""

    database: Database
    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: RandomSource
    returns: ReturnDesk
    retention: Retention
    desk_of: Callable[[str, Edition], Desk]
    notes: Callable[[], list[Note]]
    """Reads the checkpoints that this gateway wrote to files."""
    settings: Settings

    @classmethod
    def of(cls, house: Assembled, settings: Settings) -> House:
        """Return what answers are computed from."""
        return cls(
            database=house.database,
            reader=house.reader,
            writer=house.writer,
            book=house.book,
            keys=house.keys,
            clock=house.clock,
            random=house.random,
            returns=house.return_desk,
            retention=Retention(
                house.reader,
                house.writer,
                house.book,
                house.clock,
                house.random,
                house.desk,
                house.new_id,
                house.erasures,
            ),
            desk_of=house.desk,
            notes=lambda: kept_notes(house.home / "checkpoints"),
            settings=settings,
        )

    @property
    def notices_allowed(self) -> timedelta:
        """After this time a notice that nobody acknowledged is overdue."""
        return timedelta(days=self.settings.notice_overdue_days)

    @property
    def today(self) -> date:
        """The day in Europe/London."""
        return london_day(self.clock)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a question needs to be told."""

    name: str
    says: str
    kind: str = "text"
    """``text``, ``day``, ``instant``, ``quarter``, ``month``, ``partner``, ``feed``, ``reference``."""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it is asked: by whom, and with what."""

    house: House
    given: Mapping[str, str]
    partner: str | None = None
    """The partner whose own view is asked for; None: the operator, who sees everything."""

    def text(self, name: str) -> str:
        """Return what was given under a name; empty where nothing was."""
        return self.given.get(name, "").strip()

    def required(self, name: str, says: str) -> str:
        """Return what was given under a name (raises RequestInvalid where nothing was)."""
        found = self.text(name)
        if not found:
            raise faulty(name, says)
        return found

    def day(self, name: str) -> date:
        """Return a day; today where none was given (raises RequestInvalid)."""
        found = self.text(name)
        if not found:
            return self.house.today
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise faulty(name, "Give a day as 2026-11-26.") from None

    def instant(self, name: str) -> datetime:
        """Return an instant; without a zone it is Europe/London's (raises RequestInvalid)."""
        found = self.required(name, "Give a day and time as 2026-11-26T14:05.")
        try:
            return instant_of(found)
        except ValueError:
            raise faulty(name, "Give a day and time as 2026-11-26T14:05.") from None

    def month(self, name: str) -> tuple[datetime, datetime]:
        """Return the instants between which a month lies; this month where none was given."""
        found = self.text(name) or f"{self.house.today:%Y-%m}"
        try:
            first = date.fromisoformat(f"{found}-01")
            after = (first + timedelta(days=31)).replace(day=1)
        except (ValueError, OverflowError):
            raise faulty(name, "Give a month as 2026-11.") from None
        return tuple(datetime.combine(one, time(), LONDON) for one in (first, after))  # type: ignore[return-value] # two of them

    def recipient(self, name: str = "recipient") -> str:
        """Return a partner of the register: the own one for a partner (raises RequestInvalid)."""
        found = self.partner or self.required(name, "Name a partner, as `gateway partner list`.")
        if found not in self.house.book.current().register.partners:
            raise faulty(name, "No partner of this id is on the register.")
        return found


Answering = Callable[[Asked], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One of the sixteen."""

    number: int
    asks: str
    """As a person asks it."""
    short: str
    """What it is called in a list."""
    answers: Answering
    cites: str
    parameters: tuple[Parameter, ...] = ()
    partners_too: bool = False
    """Whether a partner's own systems may ask it about the partner."""
    see: str | None = None
    """The page on which more is done about it."""


def faulty(name: str, says: str) -> RequestInvalid:
    """Return the refusal of a parameter; never with what was given."""
    fault = ProblemError(pointer=f"/{name}", rule="question.parameter", says=says)
    return RequestInvalid(errors=(fault,))


@dataclass(slots=True)
class Questions:
    """The register of questions, filled by the modules that answer them."""

    by_number: dict[int, Question] = field(default_factory=dict)

    def __call__(self, number: int) -> Question:
        """Return a question (raises NotFound)."""
        found = self.by_number.get(number)
        if found is None:
            raise NotFound
        return found

    def all(self) -> list[Question]:
        """Return them in their order."""
        return [self.by_number[number] for number in sorted(self.by_number)]

    def told(self) -> set[str]:
        """Return the names of everything that some question may be told."""
        return {one.name for question in self.all() for one in question.parameters}

    def ask(self, number: int, asked: Asked) -> dict[str, Any]:
        """Answer a question.

        Raises:
            NotFound: There is no such question, or it is not a partner's to ask.
            RequestInvalid: A parameter is missing or does not fit, or one is unknown.
        """
        question = self(number)
        if asked.partner is not None and not question.partners_too:
            raise NotFound
        known = {one.name for one in question.parameters}
        for name in asked.given:
            if name not in known:
                raise faulty("", "The question takes other parameters; see the list of questions.")
        head = {"question": number, "asks": question.asks}
        return {**head, "answer": question.answers(asked)}
