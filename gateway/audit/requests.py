"""Disclosure on request, case by case: asked, answered, reviewed, collected. Each step is one operation.

While a request is asked nothing is looked for: who may ask gets a receipt, who may not is refused, and
neither says whether anything is held (``policies.existence``). What a holder releases becomes a
subscription of that one request, which leaves by the one door and by no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import from_json

from gateway.access.people import Person, Role
from gateway.audit.request_decided import Deciding, decided_terms
from gateway.audit.request_rules import (
    NotYoursToDecide,
    RequestRefused,
    RequestRules,
)
from gateway.audit.request_state import Decider, Request, Taken
from gateway.audit.request_steps import (
    RequestMoved,
    Taking,
    lock_words,
    open_words,
    seconds_of,
    subject_hmac,
    words_hmac,
)
from gateway.clock import LONDON, Clock, london_day
from gateway.errors import NotFound
from gateway.keys.bodies import LockedBody
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.book import Edition, LawBook
from gateway.law.register import Act, PutSubscription
from gateway.ledger.leaf import Operation, leaf, read_leaf, stamp
from gateway.store.reading import Reader
from gateway.store.requesting import request_of, requests_of, steps_of
from gateway.store.writer import Writer
from policies.on_request import as_if_released, working_days_after
from policies.probe import NO_RECORD
from schemas.offices import same_office
from schemas.requests import RELEASES, Answer, Asking, Outcome, State, Step, Terms
from schemas.subscriptions import Subscription

_LETTERS = "bcdfghjklmnpqrstvwxz"
_NAMED, MOST_LISTED = 12, 500
_CASE_REVIEW = b"case-review"


@dataclass(frozen=True, slots=True)
class Requests:
    """Takes every step of every request."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: RandomSource
    rules: RequestRules

    # ------------------------------------------------------------------ asking
    def ask(self, partner: str, actor: str, asking: Asking) -> str:
        """Take a request in, and return its id. Nothing is looked for.

        Args:
            partner: Who asks.
            actor: The system or account.
            asking: What is asked; kept sealed.

        Raises:
            RequestRefused: The partner may not ask this, and why; nothing of it is kept.
            StoreUnavailable: It could not be committed.
        """
        edition, day = self.book.refresh(), london_day(self.clock)
        name, act = self._new_id(), self._act(actor)
        supposed = self.supposed(name, partner, asking)
        unmet = edition.law.standing(supposed, day)
        if asking.holder == partner:
            own = NO_RECORD.model_copy(update={"controller": partner})
            decided = edition.law.decide(supposed, own, day)
            itself = [one for one in decided.unmet if one.id.endswith(".recipient_is_not_holder")]
            unmet = (*unmet, *itself)
        if unmet:
            self._refuse(partner, act, asking, [one.id for one in unmet])
            told = [{"id": one.id, "says": one.says, "cites": one.cites} for one in unmet]
            raise RequestRefused(extra={"conditions": told})
        due = day if asking.urgent else working_days_after(day, self.rules.answer_working_days)
        self.writer.run(self._asked(supposed, act, asking, due))
        return name

    def _asked(self, supposed: Subscription, act: Act, asking: Asking, due: date) -> Taking:
        name, words = supposed.id, asking.model_dump_json(exclude_none=True).encode()
        codes = {
            "power": asking.power.value,
            "purpose": asking.purpose.value,
            "provision": asking.provision,
        }
        said = {
            **codes,
            "state": State.ASKED.value,
            "review_due": None,
            "due_on": due.isoformat(),
            "subject": asking.subject.kind.value,
            "necessity": asking.necessity.value,
            "urgent": asking.urgent is not None,
            "case_review": supposed.case_review,
        }
        begins = {
            "id": name,
            "partner": supposed.partner,
            "holder": asking.holder,
            "state": State.ASKED.value,
            "at": seconds_of(act.stamp),
            "due_on": due.isoformat(),
            "review_due": None,
            "steps": 0,
        }
        about = subject_hmac(self.keys, asking.subject.model_dump_json().encode())
        return Taking(
            name,
            Step.ASKED,
            act,
            said,
            fits=lambda row: row["steps"] == 0,
            hashed=words_hmac(self.keys, name, words),
            locked=lock_words(self.keys, self.random, name, act, words),
            codes={**codes, "query_hmac": about, "case_hmac": supposed.case_review},
            begins=begins,
        )

    def supposed(self, name: str, partner: str, asking: Asking) -> Subscription:
        """Return what the request would be collected by, were it released today."""
        review = asking.case_review
        case = None
        if review is not None:
            case = keyed_hash(self.keys.content, _CASE_REVIEW, review.encode()).hex()
        return as_if_released(name, partner, asking, london_day(self.clock), case)

    # ------------------------------------------------------------------ reading
    def every(self, partner: str | None) -> list[Request]:
        """Return the requests that a partner asked or is asked; None: all. Newest first."""
        with self.reader.connection() as connection:
            rows = requests_of(connection, partner, MOST_LISTED)
            steps = steps_of(connection, [row["id"] for row in rows])
        by_request: dict[str, list[dict[str, Any]]] = {}
        for step in steps:
            by_request.setdefault(step["request"], []).append(step)
        return [self._request(row, by_request.get(row["id"], []), words=False) for row in rows]

    def one(self, name: str, partner: str | None) -> Request:
        """Return one request with its words (raises ``NotFound`` where it is none of the partner's)."""
        with self.reader.connection() as connection:
            row = request_of(connection, name, partner)
            steps = [] if row is None else steps_of(connection, [name])
        if row is None:
            raise NotFound
        return self._request(row, steps, words=True)

    def _request(
        self, row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], *, words: bool
    ) -> Request:
        review = row["review_due"]
        return Request(
            id=row["id"],
            partner=row["partner"],
            holder=row["holder"],
            state=State(row["state"]),
            at=self._instant(row["at"]),
            due_on=date.fromisoformat(row["due_on"]),
            review_due=None if review is None else self._instant(review),
            steps=tuple(self._taken(one, words=words) for one in steps),
        )

    def _taken(self, row: Mapping[str, Any], *, words: bool) -> Taken:
        opened = None
        if words and row["ciphertext"] is not None:
            found = self.reader.leaf(row["leaf"])
            nonce = "" if found is None else read_leaf(found[0])["nonce"]
            locked = LockedBody(bytes(row["wrapped_secret"]), bytes(row["ciphertext"]))
            opened = from_json(open_words(self.keys, row["request"], nonce, locked))
        return Taken(
            Step(row["step"]),
            self._instant(row["at"]),
            row["actor"],
            row["leaf"],
            from_json(row["said"]),
            opened,
        )

    # ------------------------------------------------------------------ answering
    def answer(self, name: str, holder: str, decider: Decider, answer: Answer) -> int:
        """Answer a request for its holder, and return the leaf's index.

        Args:
            name: Which request.
            holder: The partner that is asked.
            decider: Its nominated person; where the request is urgent, a deputy too.
            answer: What, and why.

        Raises:
            NotFound: The holder was asked no such thing, or a record named is none of its own.
            NotYoursToDecide: Neither its nominated person decides, nor in urgency a deputy on the register.
            RequestMoved: It was answered, or withdrawn.
            AnswerRefused: The law does not let go what is to be released, or existence be told.
        """
        request = self.one(name, holder)
        asking = request.asking
        if request.holder != holder or asking is None:
            raise NotFound
        edition, act = self.book.refresh(), self._act(decider.actor)
        deputy = self._deputises(edition, holder, decider, urgent=request.is_urgent)
        supposed = self.supposed(name, request.partner, asking)
        deciding = Deciding(self.reader, self.book, edition, london_day(self.clock), holder)
        terms = decided_terms(deciding, supposed, answer, self.rules)
        released = answer.outcome in RELEASES
        said = self._answered(request, answer, terms, deputy=deputy)
        beside: tuple[PutSubscription, ...] = ()
        if terms is not None:
            decided = supposed.model_copy(update={"request": terms})
            beside = (PutSubscription(decided, self._act(decider.actor)),)
        return self._take(
            name,
            Step.TOLD if answer.outcome is Outcome.EXISTENCE_ONLY else Step.ANSWERED,
            act,
            said,
            words=answer.model_dump(
                mode="json", include={"words", "told", "children", "crossing"}, exclude_none=True
            ),
            fits=lambda row: row["state"] == State.ASKED.value,
            codes={
                "outcome": answer.outcome.value,
                "role": "deputy" if deputy else "nominated-person",
                "count": said["records"],
                "fields": said["fields"],
                "subscription": name if released else None,
            },
            beside=beside,
        )

    def _answered(
        self, request: Request, answer: Answer, terms: Terms | None, *, deputy: bool
    ) -> dict[str, Any]:
        """What the step says of an answer, in codes."""
        review = None
        if terms is not None and request.is_urgent:
            review = int((self.clock.now() + self.rules.review_within).timestamp())
        return {
            "state": State.ANSWERED.value,
            "review_due": review,
            "outcome": answer.outcome.value,
            "refusal": None if answer.refusal is None else answer.refusal.value,
            "deputy": deputy,
            "records": 0 if terms is None else len(terms.positions),
            "fields": [] if terms is None else list(terms.fields),
            "ends_on": None if terms is None else terms.ends_on.isoformat(),
        }

    def _deputises(self, edition: Edition, holder: str, decider: Decider, *, urgent: bool) -> bool:
        """Whether a deputy decides (raises ``NotYoursToDecide`` where neither may)."""
        if self.is_nominated(edition, holder, decider.office):
            return False
        partner = edition.register.partners.get(holder)
        if urgent and partner is not None and partner.has_deputy(decider.office):
            return True
        raise NotYoursToDecide

    @staticmethod
    def is_nominated(edition: Edition, holder: str, office: str | None) -> bool:
        """Whether an office is that of a partner's nominated person."""
        partner = edition.register.partners.get(holder)
        named = None if partner is None else partner.nominated_person
        return office is not None and same_office(office, named)

    # ------------------------------------------------------------------ after the answer
    def review(self, name: str, person: Person, words: str, *, stands: bool) -> int:
        """Review an urgent answer: it stands, or it ends and the recipient deletes what it has.

        Raises:
            NotFound: It is none of theirs.
            NotYoursToDecide: Somebody reviews who decided, or is neither nominated nor the IG lead.
            RequestMoved: No review waits.
        """
        lead = person.has(Role.IG_LEAD)
        request = self.one(name, None if lead else person.partner or "")
        answer = request.answer
        edition = self.book.refresh()
        may = lead or (
            person.partner == request.holder
            and self.is_nominated(edition, request.holder, person.office)
        )
        if not may or answer is None or answer.actor == person.account:
            raise NotYoursToDecide
        if request.review_due is None:
            raise RequestMoved
        state = State.ANSWERED if stands else State.WITHDRAWN
        said = {"state": state.value, "review_due": None}
        beside = () if stands else (self._ended(name, request.partner, person.account),)
        return self._take(
            name,
            Step.CONFIRMED if stands else Step.ENDED,
            self._act(person.account),
            said,
            words={"words": words},
            fits=lambda row: row["review_due"] is not None,
            codes={"role": "ig-lead" if lead else "nominated-person"},
            beside=beside,
        )

    def withdraw(self, name: str, partner: str, actor: str) -> int:
        """Take a request back that was not answered (raises ``NotFound``, ``RequestMoved``)."""
        request = self.one(name, partner)
        if request.partner != partner:
            raise NotFound
        said = {"state": State.WITHDRAWN.value, "review_due": None}
        return self._take(
            name,
            Step.WITHDRAWN,
            self._act(actor),
            said,
            fits=lambda row: row["state"] == State.ASKED.value,
        )

    def note(self, name: str, step: Step, actor: str, **said: Any) -> int:  # noqa: ANN401 - codes
        """Take a step that changes nothing of how the request stands."""
        request = self.one(name, None)
        review = request.review_due
        stands = {"state": request.state.value, "review_due": review and int(review.timestamp())}
        # each look is a step of its own, two at once too; what a clock takes is taken once
        held = stands if step is Step.COLLECTED else {"steps": len(request.steps)}
        return self._take(
            name,
            step,
            self._act(actor),
            {**stands, **said},
            fits=lambda row: all(row[part] == value for part, value in held.items()),
        )

    def _ended(self, name: str, partner: str, actor: str) -> PutSubscription:
        row = self.reader.subscription(name, partner)
        if row is None:
            raise NotFound
        stored = Subscription.model_validate_json(row["body"])
        if stored.request is None:
            raise NotFound
        terms = stored.request.model_copy(update={"withdrawn": True})
        return PutSubscription(stored.model_copy(update={"request": terms}), self._act(actor))

    # ------------------------------------------------------------------ steps
    def _take(
        self,
        name: str,
        step: Step,
        act: Act,
        said: Mapping[str, Any],
        *,
        words: Mapping[str, Any] | None = None,
        **more: Any,  # noqa: ANN401 - what Taking takes
    ) -> int:
        hashed = locked = None
        if words is not None:
            text = json.dumps(dict(words), sort_keys=True).encode()
            hashed = words_hmac(self.keys, name, text)
            locked = lock_words(self.keys, self.random, name, act, text)
        return self.writer.run(Taking(name, step, act, said, hashed=hashed, locked=locked, **more))

    def _refuse(self, partner: str, act: Act, asking: Asking, unmet: list[str]) -> None:
        made = leaf(
            Operation.REFUSAL,
            at=act.stamp,
            actor=act.actor,
            nonce=act.nonce,
            action="request",
            reason="not-entitled",
            recipient=partner,
            power=asking.power.value,
            purpose=asking.purpose.value,
            conditions=unmet,
        )
        self.writer.run(lambda tx: tx.seal(made))

    def _new_id(self) -> str:
        drawn = self.random(_NAMED * 2)
        numbers = (int.from_bytes(drawn[2 * n : 2 * n + 2], "big") for n in range(_NAMED))
        return "request-" + "".join(_LETTERS[number % len(_LETTERS)] for number in numbers)

    def _act(self, actor: str) -> Act:
        return Act(actor, stamp(self.clock.now()), self.random(16).hex())

    @staticmethod
    def _instant(seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, tz=LONDON)
