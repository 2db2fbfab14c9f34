"""Consultation: the one way to open a record's body outside the section 115 lane (DPA 2018 s.62(1)(c)).

Metadata is what everybody sees first. Whoever wants more states why; that is committed as a leaf, with the
versions that are going to be opened, and only then is anything opened. Where it cannot be committed, nothing
is. A try by somebody who may not is a leaf too (a refusal), and opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gateway.access.people import Person, Role
from gateway.clock import Clock
from gateway.errors import GatewayError, NotFound
from gateway.keys.bodies import lock_body
from gateway.keys.derive import framed, keyed_hash
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.book import LawBook
from gateway.ledger.leaf import LeafRefused, Operation, leaf, stamp
from gateway.ledger.tree import batch_root
from gateway.release.treated import opened
from gateway.store import tables as t
from gateway.store.consulting import Version, versions_at
from gateway.store.opening import sealed_at
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.opened import shown_of
from schemas.consulting import ConsultationReason
from schemas.incident import Incident
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup

EVERY_GROUP = frozenset(FieldGroup)
MOST = 500
"""Versions that one consultation opens at most."""
OPEN, SEARCH, READ = "open", "search", "read"
"""What a consultation does."""
_REASON, _CASE, _QUERY, ABOUT = b"consultation/reason", b"case", b"query", b"consultation"


class NobodyNamed(GatewayError):
    """403: nothing is opened for somebody whom the ledger cannot name (DPA 2018 s.62(3))."""

    code, status = "consultation.nobody_named", 403
    title = "Nobody is named who opens the record, so nothing was opened."
    remedy = "Sign in again; an account's id has lower-case letters, digits and hyphens."


class TooManyAtOnce(GatewayError):
    """422: one consultation opens a limited number of bodies."""

    code, status = "consultation.too_many", 422
    title = "One consultation opens 1 to 500 records; nothing was opened."
    remedy = "Narrow down what you look for, or open the records in parts, each with its reason."


@dataclass(frozen=True, slots=True)
class Opened:
    """One version as a consultation shows it."""

    version: Version
    """Its open half, and how its incident stands."""
    record_class: RecordClass
    incident: Incident | None
    """The sealed fields of the groups that were asked for; None where no sealed half is kept."""


@dataclass(frozen=True, slots=True)
class Consultations:
    """Opens bodies, each time with a leaf before."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: RandomSource

    def open(
        self,
        person: Person,
        reason: ConsultationReason,
        positions: Sequence[int],
        groups: Collection[FieldGroup] = EVERY_GROUP,
    ) -> list[Opened]:
        """Commit a consultation, and only then open what it names.

        Args:
            person: Who looks. The IG lead may open every record, a nominated person the own
                organisation's, nobody else any.
            reason: Why; the words go into a table, locked, and their HMAC into the leaf.
            positions: Log positions of the versions.
            groups: The field groups that are needed; no other sealed field is shown.

        Returns:
            The versions in the order of the log; those that were erased are left out.

        Raises:
            NotFound: A version does not exist, or is not theirs to open; the try is a leaf.
            NobodyNamed: The ledger cannot name them.
            TooManyAtOnce: More than ``MOST``, or none.
            StoreUnavailable: The leaf could not be committed; nothing was opened.
            SealBroken: A sealed half was changed, moved, or sealed under another key.
        """
        wanted = sorted(set(positions))
        if not 0 < len(wanted) <= MOST:
            raise TooManyAtOnce
        with self.reader.connection() as connection:
            versions = versions_at(connection, wanted)
        classes = self.book.classes()
        controllers = {
            at: classes[version.row.class_id].controller for at, version in versions.items()
        }
        role = opening_role(person, controllers.values())
        if role is None:
            self._refuse(person, len(wanted))
        if role is None or not versions:
            raise NotFound
        look = _Look(person, role, reason, OPEN, len(versions))
        rows = [
            {
                "position": at,
                "incident": version.row.incident,
                "version": version.row.version,
                "controller": controllers[at],
            }
            for at, version in sorted(versions.items())
        ]
        self._commit(look, rows, sorted(groups))
        return self._opened(versions, groups)

    def search(
        self,
        person: Person,
        reason: ConsultationReason,
        query: Sequence[bytes],
        proposals: int,
    ) -> int:
        """Commit that somebody searched the sealed halves, and how many records that proposed.

        Args:
            person: Who searches; their role was looked at by whoever calls.
            reason: Why.
            query: What was searched for; the ledger gets its HMAC.
            proposals: How many records the search proposes.

        Returns:
            The leaf's index.

        Raises:
            NobodyNamed: The ledger cannot name them.
            StoreUnavailable: The leaf could not be committed; show nothing.
        """
        role = opening_role(person, [person.partner or ""])
        if role is None:
            self._refuse(person, proposals)
            raise NotFound
        look = _Look(person, role, reason, SEARCH, proposals)
        query_hmac = keyed_hash(self.keys.content, _QUERY, framed(*query)).hex()
        return self._commit(look, [], [], query_hmac)

    def reading(self, person: Person, reason: ConsultationReason, number: int) -> int:
        """Commit that somebody reads again what was made of opened records, such as an answer.

        Args:
            person: Who reads; whether it is theirs was looked at by whoever calls.
            reason: Why.
            number: How many records it tells of.

        Returns:
            The leaf's index (raises as ``search``).
        """
        role = opening_role(person, [person.partner or ""])
        if role is None:
            self._refuse(person, number)
            raise NotFound
        return self._commit(_Look(person, role, reason, READ, number), [], [])

    def _commit(
        self,
        look: _Look,
        rows: list[dict[str, object]],
        groups: Sequence[str],
        query_hmac: str | None = None,
    ) -> int:
        now, nonce = self.clock.now(), self.random(16)
        person, reason = look.person, look.reason
        case = None if reason.case is None else case_hmac(self.keys, reason.case)
        try:
            made = leaf(
                Operation.CONSULTATION,
                at=stamp(now),
                actor=person.account,
                nonce=nonce.hex(),
                action=look.action,
                reason=reason.code.value,
                role=look.role.value,
                partner=person.partner,
                reason_hmac=reason_hmac(self.keys, reason.words),
                case_hmac=case,
                query_hmac=query_hmac,
                count=look.number,
                root=batch_root([consulted_entry(row) for row in rows]).hex(),
                field_groups=list(groups),
            )
        except LeafRefused as refused:
            raise NobodyNamed from refused
        locked = lock_body(self.keys, self.random, reason.words.encode(), ABOUT + nonce)
        row = {
            "at": int(now.timestamp()),
            "account": person.account,
            "role": look.role.value,
            "partner": person.partner,
            "action": look.action,
            "reason": reason.code.value,
            "case_id": reason.case,
            "number": look.number,
            **locked._asdict(),
        }

        def job(tx: Tx) -> int:
            index = tx.seal(made)
            tx.add(t.CONSULTATION, [{"leaf": index, **row}])
            tx.add(t.CONSULTED, [{"leaf": index, **one} for one in rows])
            return index

        return self.writer.run(job)

    def _opened(self, versions: dict[int, Version], groups: Collection[FieldGroup]) -> list[Opened]:
        # read after the commit: whatever is opened stands in a leaf that is there
        with self.reader.connection() as connection:
            sealed = sealed_at(connection, sorted(versions))
        classes = self.book.classes()
        shown: list[Opened] = []
        for at, version in sorted(versions.items()):
            incident = opened(sealed.get(at), version.row, self.keys)
            seen = None if incident is None else shown_of(incident, groups)
            shown.append(Opened(version, classes[version.row.class_id], seen))
        return shown

    def _refuse(self, person: Person, number: int) -> None:
        """Commit that somebody tried who may not (DPA 2018 s.62(4)(b): the log may be used for that)."""
        try:
            made = leaf(
                Operation.REFUSAL,
                at=stamp(self.clock.now()),
                actor=person.account,
                nonce=self.random(16).hex(),
                action="consultation",
                reason="not-theirs-to-open",
                partner=person.partner,
                count=number,
            )
        except LeafRefused as refused:
            raise NobodyNamed from refused
        self.writer.run(lambda tx: tx.seal(made))


@dataclass(frozen=True, slots=True)
class _Look:
    """What a consultation says of itself."""

    person: Person
    role: Role
    reason: ConsultationReason
    action: str
    number: int


def opening_role(person: Person, controllers: Collection[str]) -> Role | None:
    """Return the role in which somebody may open records of these controllers, or None."""
    if person.has(Role.IG_LEAD):
        return Role.IG_LEAD
    own = person.partner is not None and all(one == person.partner for one in controllers)
    return Role.NOMINATED_PERSON if own and person.has(Role.NOMINATED_PERSON) else None


def at_terminal(actor: str) -> Person:
    """Return who works at the machine itself, by a command: whoever can do that has the keys."""
    return Person(account=actor, name=actor, roles=frozenset({Role.IG_LEAD}))


def reason_hmac(keys: KeyRing, words: str) -> str:
    """Return the HMAC of a reason's words: what the leaf holds."""
    return keyed_hash(keys.content, _REASON, words.encode()).hex()


def case_hmac(keys: KeyRing, case: str) -> str:
    """Return the HMAC of a case's id: what the leaf holds."""
    return keyed_hash(keys.content, _CASE, case.encode()).hex()


def consulted_entry(row: dict[str, object]) -> bytes:
    """Return the bytes of one opened version that go into the root of its consultation."""
    said = [row[name] for name in ("position", "incident", "version", "controller")]
    return framed(*(str(value).encode() for value in said))
