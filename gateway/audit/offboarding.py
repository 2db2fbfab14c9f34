"""Off-boarding a partner (Q16, L44): one commit that ends everything, then return or deletion, then a paper.

The first step is one transaction: systems switched off, so that their tokens are dead at once; credentials
of its people's tools revoked; sending stopped; what was made and never had is withdrawn; agreements ended;
the partner off the register, so that the law lets nothing go. It happens whole or not at all. What the
partner holds is asked back by a request with its own ids; its answer is noted; the certificate is signed
and may be checked offline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from gateway.access.clients import Client
from gateway.audit.checkpoints import ORIGIN
from gateway.audit.proceedings import (
    OFF_BOARDING,
    Proceeding,
    StepRefused,
    TakeStep,
    proceedings,
)
from gateway.clock import Clock, london_day
from gateway.errors import GatewayError, NotFound
from gateway.keys.ring import KeyRing
from gateway.law import agreements as acts
from gateway.law.book import LawBook
from gateway.law.register import Act, put_client, put_partner
from gateway.law.tool_credentials import revoke, working
from gateway.ledger.note import sign_note
from gateway.release.closed import Reopening
from gateway.release.endpoints import SetEndpointState
from gateway.store import tables as t
from gateway.store.answering import held_outside, names_outside
from gateway.store.reading import Reader
from gateway.store.states import EndpointState
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from schemas.agreements import Agreement
from schemas.feeds import Feed
from schemas.partners import Partner
from schemas.problems import ProblemError
from schemas.subscriptions import Subscription

BEGUN, ANSWERED, CERTIFIED = "begun", "answered", "certified"
KIND = "off-boarding"
SAYS = {
    BEGUN: "Everything was ended in one commit",
    ANSWERED: "The partner said what became of what it holds",
    CERTIFIED: "The certificate was signed",
}


class Answer(StrEnum):
    """What became of the records that the partner holds (DPA 2018 s.59(5)(f); UK GDPR art. 28(3)(g))."""

    DELETED = "deleted"
    RETURNED = "returned"
    KEPT = "kept-by-law"


ANSWERS = {
    Answer.DELETED: "It deleted them",
    Answer.RETURNED: "It returned them and kept no copy",
    Answer.KEPT: "It keeps some because a law of its own demands it",
}


class OffBoardingRefused(GatewayError):
    """409: the partner cannot be off-boarded as it stands."""

    code, status = "off_boarding.refused", 409
    title = "The partner cannot be off-boarded as it stands; nothing was changed."
    remedy = "See the reason given here."


def refused(pointer: str, says: str) -> OffBoardingRefused:
    """Return a refusal with its reason."""
    fault = ProblemError(pointer=pointer, rule="off_boarding.stands", says=says)
    return OffBoardingRefused(errors=(fault,))


@dataclass(slots=True)
class Ended:
    """What the first step ends, or would end."""

    clients: int = 0
    credentials: int = 0
    subscriptions: int = 0
    endpoints: int = 0
    withdrawn: int = 0
    """Releases that were made and that nobody was given."""
    unconfirmed: int = 0
    """Releases that were tried and never acknowledged: they count as received."""
    agreements: int = 0
    incidents: int = 0
    """Incidents of which the partner holds a record."""

    def document(self) -> dict[str, int]:
        """Return it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class OffBoarding:
    """One off-boarding as it stands."""

    proceeding: Proceeding

    @property
    def id(self) -> str:
        """Its id."""
        return self.proceeding.id

    @property
    def partner(self) -> str:
        """Who leaves."""
        return str(self.proceeding.first.said["partner"])

    @property
    def ended(self) -> dict[str, int]:
        """What was ended."""
        return Ended().document() | dict(self.proceeding.first.said["ended"])

    @property
    def certificate(self) -> str | None:
        """The signed certificate, where it was made."""
        made = self.proceeding.of(CERTIFIED)
        return str(made[-1].said["certificate"]) if made else None

    @property
    def is_finished(self) -> bool:
        """Whether it ended in a certificate."""
        return self.certificate is not None

    def document(self) -> dict[str, Any]:
        """Return how it stands, as JSON."""
        answered = self.proceeding.of(ANSWERED)
        return {
            "id": self.id,
            "partner": self.partner,
            "begun": self.proceeding.first.at.isoformat(),
            "ended": self.ended,
            "answer": answered[-1].said["answer"] if answered else None,
            "certificate": self.certificate,
            "finished": self.is_finished,
        }


@dataclass(slots=True)
class _Acts:
    """One act for each leaf of a transaction: nobody can guess one leaf's nonce from another's."""

    act: Act
    made: int = 0

    def __call__(self) -> Act:
        self.made += 1
        nonce = sha256(f"{self.act.nonce}.{self.made}".encode()).hexdigest()[:32]
        return replace(self.act, nonce=nonce)


@dataclass(frozen=True, slots=True)
class EndEverything:
    """The job of the first step."""

    keys: KeyRing
    off_boarding: str
    partner: str
    reason: str
    day: date
    act: Act
    preview: bool = False
    """Count and change nothing."""

    def __call__(self, tx: Tx) -> Ended:
        """End it, all of it in this transaction.

        Raises:
            OffBoardingRefused: The partner is not on the register, or answers for a feed.
        """
        partner = self._partner(tx)
        ended, acts_of = Ended(), _Acts(self.act)
        subscriptions = tx.every(t.SUBSCRIPTION, {"partner": self.partner})
        self._switch_off(tx, ended, acts_of)
        for row in subscriptions:
            ended.subscriptions += 1
            self._stop(tx, row, ended, acts_of)
        self._end_agreements(tx, ended, acts_of)
        ended.incidents = held_outside(tx.connection, [row["id"] for row in subscriptions])
        if self.preview:
            return ended
        put_partner(partner.model_copy(update={"valid_to": self.day}), acts_of())(tx)
        said = {"partner": self.partner, "words": self.reason, "ended": ended.document()}
        counts: Mapping[str, Any] = {"partner": self.partner, **ended.document()}
        name = self.off_boarding
        TakeStep(self.keys, OFF_BOARDING, name, BEGUN, said, self.act, _is_first, counts)(tx)
        return ended

    def _partner(self, tx: Tx) -> Partner:
        row = tx.one(t.PARTNER, {"id": self.partner})
        partner = None if row is None else Partner.model_validate_json(row["body"])
        if partner is None or not partner.covers(self.day):
            raise refused("/partner", "Choose a partner that is on the register today.")
        for one in tx.every(t.FEED):
            feed = Feed.model_validate_json(one["body"])
            if self.partner in {feed.controller, feed.sender}:
                says = (
                    "The partner answers for or sends a feed. Hand the feed to a successor, or return "
                    "and erase its records, first."
                )
                raise refused("/partner", says)
        return partner

    def _switch_off(self, tx: Tx, ended: Ended, acts_of: _Acts) -> None:
        for row in tx.every(t.CLIENT, {"partner": self.partner}):
            client = Client.model_validate_json(row["body"])
            if client.active:
                ended.clients += 1
                if not self.preview:
                    off = client.model_copy(update={"active": False})
                    put_client(off, acts_of())(tx)
        for name in working(tx, self.partner):
            ended.credentials += 1
            if not self.preview:
                revoke(name, acts_of(), datetime.fromisoformat(self.act.stamp))(tx)

    def _stop(self, tx: Tx, row: Mapping[str, Any], ended: Ended, acts_of: _Acts) -> None:
        endpoint = tx.one(t.ENDPOINT, {"subscription": row["id"]})
        if endpoint is not None and endpoint["state"] != EndpointState.DISABLED.value:
            ended.endpoints += 1
            if not self.preview:
                state = EndpointState.DISABLED
                SetEndpointState(row["id"], state, acts_of(), "off-boarded")(tx)
        if row["pending"] is None:
            return
        about = {"subscription": row["id"], "number": row["pending"]}
        delivery = tx.one(t.DELIVERY, about)
        if delivery is not None and delivery["attempts"]:
            ended.unconfirmed += 1
        else:
            ended.withdrawn += 1
        if not self.preview:
            subscription = Subscription.model_validate_json(row["body"])
            act = acts_of()
            Reopening(subscription, row["pending"], act.actor, act.stamp, act.nonce)(tx)

    def _end_agreements(self, tx: Tx, ended: Ended, acts_of: _Acts) -> None:
        known = [Agreement.model_validate_json(row["body"]) for row in tx.every(t.AGREEMENT)]
        for one in known:
            over = one.terminated is not None and one.terminated.on <= self.day
            if self.partner in one.parties and not over:
                ended.agreements += 1
                if not self.preview:
                    acts.terminate(
                        one.id, one.version, self.partner, self.reason, acts_of(), self.day
                    )(tx)


def _is_first(so: list[str]) -> bool:
    return not so


@dataclass(frozen=True, slots=True)
class OffBoardings:
    """Begins off-boardings, follows them, certifies them."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock

    def all(self) -> list[OffBoarding]:
        """Return every off-boarding, the newest first."""
        return [OffBoarding(one) for one in reversed(proceedings(self.reader, OFF_BOARDING))]

    def get(self, off_boarding: str) -> OffBoarding:
        """Return one (raises NotFound)."""
        found = next((one for one in self.all() if one.id == off_boarding), None)
        if found is None:
            raise NotFound
        return found

    def preview(self, partner: str, act: Act) -> Ended:
        """Return what would be ended (raises OffBoardingRefused)."""
        return self.writer.run(self._ending("preview", partner, "", act, preview=True))

    def begin(self, off_boarding: str, partner: str, reason: str, act: Act) -> Ended:
        """End everything in one commit; return what was ended.

        Raises:
            OffBoardingRefused: No reason is given, or the partner cannot leave as it stands.
        """
        if not reason.strip():
            raise refused("/words", "Say why the partner leaves.")
        return self.writer.run(self._ending(off_boarding, partner, reason, act, preview=False))

    def _ending(
        self, off_boarding: str, partner: str, reason: str, act: Act, *, preview: bool
    ) -> EndEverything:
        day = london_day(self.clock)
        return EndEverything(self.keys, off_boarding, partner, reason, day, act, preview)

    def answer(self, off_boarding: str, answer: Answer, words: str, act: Act) -> None:
        """Note what became of what the partner holds.

        Raises:
            OffBoardingRefused: Nobody says who confirmed it.
            StepRefused: It was certified already.
        """
        if not words.strip():
            raise refused("/words", "Say which office confirmed it, and how.")
        found = self.get(off_boarding)
        said = {"answer": answer.value, "words": words}
        self._take(found, ANSWERED, said, act, {})

    def certify(self, off_boarding: str, act: Act) -> str:
        """Sign the certificate; return it.

        Raises:
            StepRefused: The partner has not answered, or it was certified already.
        """
        found = self.get(off_boarding)
        certificate = self._certificate(found, act)
        hashed = sha256(certificate.encode()).hexdigest()
        said = {"certificate": certificate}
        self._take(found, CERTIFIED, said, act, {"content_sha256": hashed})
        return certificate

    def _take(
        self, found: OffBoarding, what: str, said: dict[str, Any], act: Act, counts: dict[str, Any]
    ) -> None:
        def fits(so: list[str]) -> bool:
            waits = CERTIFIED not in so and BEGUN in so
            return waits and (what != CERTIFIED or ANSWERED in so)

        told = {"partner": found.partner, **counts}
        step = TakeStep(self.keys, OFF_BOARDING, found.id, what, said, act, fits, told)
        self.writer.run(step)

    def _certificate(self, found: OffBoarding, act: Act) -> str:
        partner = self.book.current().register.partners[found.partner]
        answers = found.proceeding.of(ANSWERED)
        if not answers:
            raise StepRefused
        last = answers[-1].said
        ended = found.ended
        lines = [
            f"certificate of off-boarding {found.id}",
            f"partner: {partner.id}, {partner.name}",
            f"everything ended at: {found.proceeding.first.at.isoformat()}",
            f"systems switched off: {ended['clients']}",
            f"credentials of tools revoked: {ended['credentials']}",
            f"subscriptions stopped: {ended['subscriptions']}, endpoints disabled: {ended['endpoints']}",
            f"releases never given, withdrawn: {ended['withdrawn']}",
            f"releases tried and unconfirmed, counted as given: {ended['unconfirmed']}",
            f"agreements ended: {ended['agreements']}",
            f"incidents of which it held a record: {ended['incidents']}",
            f"what became of them: {ANSWERS[Answer(last['answer'])]}",
            f"confirmed: {' '.join(str(last['words']).split())}",
            f"first entry in the ledger: {found.proceeding.first.leaf}",
            f"signed at: {act.stamp}, by: {act.actor}",
        ]
        return sign_note(ORIGIN, KIND, lines, self.keys.ledger_key)

    def request(self, off_boarding: str) -> str:
        """Return the request to return or delete, with the partner's own ids of what it holds."""
        found = self.get(off_boarding)
        bodies = self.reader.bodies("subscription")
        mine = [
            key
            for key, body in bodies.items()
            if Subscription.model_validate_json(body).partner == found.partner
        ]
        with self.reader.connection() as connection:
            ids = list(names_outside(connection, mine))
        head = [
            "Request to return or delete (DPA 2018 s.59(5)(f); UK GDPR art. 28(3)(g))",
            f"Off-boarding {found.id} of {found.partner}, begun {found.proceeding.first.at.date()}",
            f"You hold {len(ids)} records under the ids below. Delete them, or return them and keep no",
            "copy, and say so in writing, with the name of the office that confirms it.",
            "",
        ]
        return "\n".join([*head, *ids]) + "\n"


def unfinished(reader: Reader) -> list[tuple[OffBoarding, datetime]]:
    """Return the off-boardings without a certificate, each with when it began."""
    found = (OffBoarding(one) for one in proceedings(reader, OFF_BOARDING))
    return [(one, one.proceeding.first.at) for one in found if not one.is_finished]
