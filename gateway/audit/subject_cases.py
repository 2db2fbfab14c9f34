"""Subject access cases: kept as steps that are only ever added to, one leaf each, said under a secret each.

What was said (names, birthday, decisions, the answer) is personal: it stands locked in the table, the ledger
has its keyed hash. When the case's time to be kept is over the secrets are destroyed; steps and leaves stay.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic_core import from_json

from gateway.access.people import Person, Role
from gateway.audit.consulting import NobodyNamed
from gateway.clock import LONDON, Clock, london_day
from gateway.errors import GatewayError, NotFound
from gateway.keys.bodies import LockedBody, lock_body, open_body
from gateway.keys.derive import framed, keyed_hash
from gateway.keys.ring import KeyRing, RandomSource
from gateway.ledger.leaf import LeafRefused, Operation, Value, leaf, stamp
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.subject_cases import case_steps, destroy_case
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.clocks import Deadline
from policies.subject_case import (
    MISSING_SAYS,
    Case,
    CaseState,
    Missing,
    StepDone,
    case_of,
    missing_for,
)
from policies.subject_search.asked import SubjectAsked
from schemas.problems import ProblemError
from schemas.subject_access import SubjectStep

ROLES = (Role.IG_LEAD, Role.NOMINATED_PERSON)
"""Who answers people: the IG lead for everybody, a nominated person for the own organisation's records."""
_STEP = b"subject-case/step"
_LETTERS = "bcdfghjkmnpqrstvwxz"
_LETTERS_IN_ID = 8


class StepMissing(GatewayError):
    """409: the step may not be taken as the case stands."""

    code, status = "subject_access.step_refused", 409
    title = "This step may not be taken as the case stands; nothing was changed."
    remedy = "Do first what is named; the page of the case says what is missing."

    def __init__(self, missing: Missing) -> None:
        says = ProblemError(pointer="", rule=missing.value, says=MISSING_SAYS[missing])
        super().__init__(errors=(says,))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step as it is told to whoever works the case."""

    number: int
    done: StepDone
    account: str
    at: datetime
    leaf: int


@dataclass(frozen=True, slots=True)
class SubjectCase:
    """One case: its steps, and how it stands."""

    id: str
    partner: str | None
    steps: tuple[StepTold, ...]
    case: Case
    today: date

    @property
    def asked(self) -> SubjectAsked | None:
        """What the person told of themselves; None once the case was erased."""
        told = self.steps[0].done.said.get("asked")
        return None if told is None else SubjectAsked.model_validate(told)

    @property
    def reference(self) -> str:
        """What the office calls the case."""
        return str(self.steps[0].done.said.get("reference", ""))

    @property
    def due(self) -> Deadline:
        """By when the answer is due."""
        return self.case.due(self.today)

    @property
    def overdue(self) -> bool:
        """Whether that is over and the case is not."""
        is_done = self.case.state in {CaseState.CLOSED, CaseState.ERASED}
        return not is_done and self.today > self.due.due

    def last(self, what: SubjectStep) -> StepTold | None:
        """Return the newest step of a kind."""
        return next((one for one in reversed(self.steps) if one.done.what is what), None)


@dataclass(frozen=True, slots=True)
class SubjectCases:
    """Opens cases, takes their steps, tells how they stand."""

    reader: Reader
    writer: Writer
    keys: KeyRing
    clock: Clock
    random: RandomSource

    def open(self, person: Person, asked: SubjectAsked, received: date, reference: str = "") -> str:
        """Open a case; return its id.

        Args:
            person: Who takes it on.
            asked: What the person who asks told of themselves.
            received: The day on which the request, or the identity asked for, came in; not after today.
            reference: What the office calls it.

        Raises:
            NotFound: It is not theirs to do.
            ReceivedLater: The day is still to come.
        """
        _demand(person)
        if received > london_day(self.clock):
            raise ReceivedLater
        drawn = self.random(_LETTERS_IN_ID)
        letters = "".join(_LETTERS[one % len(_LETTERS)] for one in drawn)
        case = f"sar-{letters[:4]}-{letters[4:]}"
        said = {"asked": asked.model_dump(mode="json"), "reference": reference[:100]}
        self._commit(person, case, SubjectStep.OPENED, said, received, {})
        return case

    def take(
        self,
        person: Person,
        case: str,
        what: SubjectStep,
        said: Mapping[str, Any] | None = None,
        *,
        day: date | None = None,
        counted: Mapping[str, Value] | None = None,
    ) -> int:
        """Take a step; return its number.

        Args:
            person: Who does.
            case: Which case.
            what: Which step.
            said: What there is to say of it.
            day: From which it counts, such as that on which a clarification came; today where absent.
            counted: What the leaf says beside it.

        Raises:
            NotFound: There is no such case, or it is not theirs.
            StepMissing: The step may not be taken as the case stands.
        """
        self.of(person, case)
        return self._commit(person, case, what, said or {}, day, counted or {})

    def of(self, person: Person, case: str) -> SubjectCase:
        """Return a case that is somebody's to work (raises ``NotFound``)."""
        _demand(person)
        with self.reader.connection() as connection:
            rows = case_steps(connection, case)
        if not rows or not _is_theirs(person, rows[0]["partner"]):
            raise NotFound
        return self._told(rows)

    def every(self, person: Person) -> list[SubjectCase]:
        """Return every case that is somebody's to work, what is due first before what is closed."""
        _demand(person)
        with self.reader.connection() as connection:
            rows = case_steps(connection)
        cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            if _is_theirs(person, row["partner"]):
                cases[row["case_id"]].append(row)
        told = [self._told(steps) for steps in cases.values()]
        closed = {CaseState.CLOSED, CaseState.ERASED}
        return sorted(told, key=lambda one: (one.case.state in closed, one.due.due, one.id))

    def erase_closed(self, person: Person, kept_days: int) -> list[str]:
        """Destroy what cases held that were closed longer ago than the days that they are kept."""
        before = london_day(self.clock) - timedelta(days=kept_days)
        over = [
            one.id
            for one in self.every(person)
            if one.case.state is CaseState.CLOSED and (one.case.closed_on or one.today) < before
        ]
        done: list[str] = []
        for case in over:
            with contextlib.suppress(StepMissing):  # another process was first
                self.take(person, case, SubjectStep.ERASED)
                done.append(case)
        return done

    def _told(self, rows: list[dict[str, Any]]) -> SubjectCase:
        steps = tuple(self._step(row) for row in rows)
        case = case_of([one.done for one in steps])
        return SubjectCase(
            rows[0]["case_id"], rows[0]["partner"], steps, case, london_day(self.clock)
        )

    def _step(self, row: Mapping[str, Any]) -> StepTold:
        return StepTold(
            row["number"],
            step_done(self.keys, row),
            row["account"],
            datetime.fromtimestamp(row["at"], LONDON),
            row["leaf"],
        )

    def _commit(
        self,
        person: Person,
        case: str,
        what: SubjectStep,
        said: Mapping[str, Any],
        day: date | None,
        counted: Mapping[str, Value],
    ) -> int:
        now = self.clock.now()
        partner = None if person.has(Role.IG_LEAD) else person.partner
        job = _TakeStep(
            keys=self.keys,
            case=case,
            done=StepDone(what, day or london_day(self.clock), said),
            body=json.dumps(said, sort_keys=True, ensure_ascii=False),
            person=person,
            partner=partner,
            at=now,
            nonce=self.random(16).hex(),
            secrets=self.random(128),
            counted=counted,
        )
        return self.writer.run(job)


class ReceivedLater(GatewayError):
    """422: a request cannot have come in on a day that is still to come."""

    code, status = "subject_access.received_later", 422
    title = "The day on which the request came in is still to come; nothing was opened."
    remedy = "Give the day on which it came in, or on which the identity that was asked for did."


@dataclass(frozen=True, slots=True)
class _TakeStep:
    """The job that adds one step with its leaf. May be called again."""

    keys: KeyRing
    case: str
    done: StepDone
    body: str
    person: Person
    partner: str | None
    at: datetime
    nonce: str
    secrets: bytes
    counted: Mapping[str, Value]

    def __call__(self, tx: Tx) -> int:
        rows = tx.every(t.SUBJECT_CASE_STEP, {"case_id": self.case})
        partner = rows[0]["partner"] if rows else self.partner
        if rows:
            steps = [step_done(self.keys, row) for row in rows]
            missing = missing_for(case_of(steps), self.done)
            if missing is not None:
                raise StepMissing(missing)
        number = len(rows) + 1
        index = tx.seal(self._leaf(number, partner))
        locked = self._locked(number)
        row = {
            "case_id": self.case,
            "number": number,
            "what": self.done.what.value,
            "day": self.done.day.isoformat(),
            "partner": partner,
            "account": self.person.account,
            "at": int(self.at.timestamp()),
            "leaf": index,
            "wrapped_secret": locked.wrapped_secret,
            "ciphertext": locked.ciphertext,
        }
        tx.add(t.SUBJECT_CASE_STEP, [row])
        if self.done.what is SubjectStep.ERASED:
            destroy_case(tx, self.case)
        return number

    def _locked(self, number: int) -> LockedBody:
        """Lock the body; the same random bytes whenever the job runs again."""
        left = memoryview(self.secrets)

        def drawn(size: int) -> bytes:
            nonlocal left
            taken, left = bytes(left[:size]), left[size:]
            return taken

        return lock_body(self.keys, drawn, self.body.encode(), about_step(self.case, number))

    def _leaf(self, number: int, partner: str | None) -> bytes:
        what = self.done.what
        answered = what is SubjectStep.ANSWERED
        said = {"change": what.value} if not answered else {"recipient_kind": "data_subject"}
        try:
            return leaf(
                Operation.SUBJECT_ANSWER if answered else Operation.SUBJECT_ACCESS,
                at=stamp(self.at),
                actor=self.person.account,
                nonce=self.nonce,
                subject_case=self.case,
                number=number,
                partner=partner,
                day=self.done.day.isoformat(),
                body_hmac=step_hmac(self.keys, self.case, number, self.done, self.body),
                **said,
                **self.counted,
            )
        except LeafRefused as refused:
            raise NobodyNamed from refused


def step_done(keys: KeyRing, row: Mapping[str, Any]) -> StepDone:
    """Return a stored step, opened; of an erased one what and when."""
    said: Mapping[str, Any] = {}
    if row["ciphertext"] is not None:
        locked = LockedBody(bytes(row["wrapped_secret"]), bytes(row["ciphertext"]))
        said = from_json(open_body(keys, locked, about_step(row["case_id"], row["number"])))
    return StepDone(SubjectStep(row["what"]), date.fromisoformat(row["day"]), said)


def about_step(case: str, number: int) -> bytes:
    """Return what a step's body is bound to."""
    return framed(_STEP, case.encode(), str(number).encode())


def step_hmac(keys: KeyRing, case: str, number: int, done: StepDone, body: str) -> str:
    """Return the keyed hash of a step as its leaf has it, in hex."""
    parts = (case, str(number), done.what.value, done.day.isoformat(), body)
    return keyed_hash(keys.content, _STEP, *(part.encode() for part in parts)).hex()


def _demand(person: Person) -> None:
    if not person.has(*ROLES):
        raise NotFound


def _is_theirs(person: Person, partner: str | None) -> bool:
    return person.has(Role.IG_LEAD) or (partner is not None and partner == person.partner)
