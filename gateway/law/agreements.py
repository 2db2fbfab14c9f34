"""Agreements enter the register, are signed, suspended, resumed and ended: each step one ledger leaf.

Every step is taken inside the transaction, from the row as it stands there, and raises the law's epoch:
no decision made before it can be acted on after it. Reasons stay in the register, never in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from gateway.errors import GatewayError
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store import tables as t
from gateway.store.tx import Tx
from policies import agreements as steps
from policies.lists import Lists, packaged_lists
from schemas.agreements import Agreement
from schemas.offices import same_office
from schemas.partners import Partner
from schemas.powers import Protocol
from schemas.problems import ProblemError


class AgreementRefused(GatewayError):
    """409: the step does not fit how the agreement stands; the rule says why."""

    code, status = "agreement.refused", 409
    title = "An agreement may not take this step; nothing was changed."
    remedy = "See how it stands with `gateway agreement show`, and the reason given here."


Versions = tuple[Agreement, ...]
"""Every version of one agreement, as they stand inside the transaction."""


@dataclass(frozen=True, slots=True)
class PutAgreement:
    """The job that adds a version of an agreement, or changes one that nobody has signed."""

    agreement: Agreement
    act: Act
    day: date
    lists: Lists | None = None
    is_new: bool = False
    """Of an id that nobody has: whoever begins a draft changes nobody else's."""

    def __call__(self, tx: Tx) -> Agreement:
        """Store it and seal one leaf; return it as it stands now.

        Raises:
            AgreementRefused: A rule stands against it (``policies.agreements.added``).
        """
        wanted = self.agreement
        before = {
            version: found
            for version in range(1, wanted.version + 1)
            if (found := _stored(tx, wanted.id, version)) is not None
        }
        if self.is_new and before:
            raise _refused(steps.StepRefused("agreement.known", _KNOWN, "/id"))
        _check_strangers(tx, wanted)
        newer = _stored(tx, wanted.id, wanted.version + 1)
        if newer is not None:
            raise _refused(steps.StepRefused("agreement.version", _LATER_VERSION, "/version"))
        lists = self.lists or packaged_lists()
        try:
            made = steps.added(wanted, before.values(), lists, self.day)
        except steps.StepRefused as refusal:
            raise _refused(refusal) from None
        _check_signatures(tx, made, before.get(wanted.version), self.day)
        _write(tx, made, before.get(wanted.version), "added", self.act)
        return made


_KNOWN = "There is an agreement of this id. Draft its next version."
_LATER_VERSION = "A later version is on the register."


@dataclass(frozen=True, slots=True)
class Step:
    """The job that takes one step of an agreement's life on behalf of a party."""

    agreement: str
    version: int
    party: str
    change: str
    """What stands in the ledger: ``signed``, ``suspended``, ``resumed``, ``terminated``."""
    take: Callable[[Agreement, Partner, Versions], Agreement]
    act: Act
    day: date
    shown_sha256: str | None = None
    """Digest of what the signer was shown before."""

    def __call__(self, tx: Tx) -> Agreement:
        """Take it and seal one leaf; return the agreement as it stands now.

        Raises:
            AgreementRefused: There is no such version, or a rule stands against the step.
        """
        before = _stored(tx, self.agreement, self.version)
        partner = _partner(tx, self.party)
        if before is None or partner is None:
            says = "There is no such version of an agreement, or no such partner."
            raise _refused(steps.StepRefused("agreement.unknown", says))
        try:
            made = self.take(before, partner, _versions(tx, self.agreement))
        except steps.StepRefused as refusal:
            raise _refused(refusal) from None
        said = {
            "partner": self.party,
            "day": self.day.isoformat(),
            "shown_sha256": self.shown_sha256,
        }
        _write(tx, made, before, self.change, self.act, **said)
        return made


def sign(
    agreement: str,
    version: int,
    party: str,
    office: str,
    act: Act,
    day: date,
    shown_sha256: str | None = None,
) -> Step:
    """Return the job by which a party's nominated person signs."""

    def take(before: Agreement, partner: Partner, versions: Versions) -> Agreement:
        return steps.signed(before, partner, office, day, versions)

    return Step(agreement, version, party, "signed", take, act, day, shown_sha256)


def suspend(agreement: str, version: int, party: str, reason: str, act: Act, day: date) -> Step:
    """Return the job by which a party stops it, from today until the same party lifts that."""

    def take(before: Agreement, _: Partner, __: Versions) -> Agreement:
        return steps.suspended(before, party, reason, day)

    return Step(agreement, version, party, "suspended", take, act, day)


def resume(agreement: str, version: int, party: str, act: Act, day: date) -> Step:
    """Return the job by which a party lifts its own suspension."""

    def take(before: Agreement, _: Partner, __: Versions) -> Agreement:
        return steps.resumed(before, party, day)

    return Step(agreement, version, party, "resumed", take, act, day)


def terminate(agreement: str, version: int, party: str, reason: str, act: Act, day: date) -> Step:
    """Return the job by which a party ends it."""

    def take(before: Agreement, _: Partner, __: Versions) -> Agreement:
        return steps.terminated(before, party, reason, day)

    return Step(agreement, version, party, "terminated", take, act, day)


@dataclass(frozen=True, slots=True)
class Attach:
    """The job that records the hash of a version's signed document; the file itself is kept nowhere."""

    agreement: str
    version: int
    document_sha256: str
    act: Act
    day: date

    def __call__(self, tx: Tx) -> Agreement:
        """Record it and seal one leaf; return the agreement as it stands now.

        Raises:
            AgreementRefused: There is no such version, it is not signed by every party, or the document
                is that of another one.
        """
        before = _stored(tx, self.agreement, self.version)
        if before is None:
            says = "There is no such version of an agreement."
            raise _refused(steps.StepRefused("agreement.unknown", says))
        try:
            made = steps.attached(before, self.document_sha256, self.day, _versions(tx))
        except steps.StepRefused as refusal:
            raise _refused(refusal) from None
        said = {"day": self.day.isoformat(), "document_sha256": self.document_sha256}
        _write(tx, made, before, "attached", self.act, **said)
        return made


# ---------------------------------------------------------------------- inside


def _stored(tx: Tx, agreement: str, version: int) -> Agreement | None:
    row = tx.one(t.AGREEMENT, {"id": agreement, "version": version})
    return None if row is None else Agreement.model_validate_json(row["body"])


def _versions(tx: Tx, agreement: str | None = None) -> Versions:
    """Return every version of an agreement, or of all."""
    rows = tx.every(t.AGREEMENT, None if agreement is None else {"id": agreement})
    return tuple(Agreement.model_validate_json(row["body"]) for row in rows)


def _partner(tx: Tx, name: str) -> Partner | None:
    row = tx.one(t.PARTNER, {"id": name})
    return None if row is None else Partner.model_validate_json(row["body"])


def _check_strangers(tx: Tx, agreement: Agreement) -> None:
    """Every party is on the register, and the protocol, where there is one, names them all."""
    for side in ("holders", "recipients"):
        for position, name in enumerate(getattr(agreement, side)):
            if _partner(tx, name) is None:
                says = "No partner of this id is on the register."
                pointer = f"/{side}/{position}"
                raise _refused(steps.StepRefused("agreement.party", says, pointer))
    if agreement.protocol is None:
        return
    row = tx.one(t.PROTOCOL, {"id": agreement.protocol})
    if row is None:
        says = "No protocol of this id is on the register."
        raise _refused(steps.StepRefused("agreement.protocol", says, "/protocol"))
    protocol = Protocol.model_validate_json(row["body"])
    if not set(agreement.parties) <= set(protocol.parties):
        says = "The protocol does not name every party of the agreement."
        raise _refused(steps.StepRefused("agreement.protocol_parties", says, "/protocol"))


def _check_signatures(tx: Tx, made: Agreement, before: Agreement | None, day: date) -> None:
    """A signature that comes with a file is the nominated person's of the party, as one given here."""
    known = () if before is None else before.signatures
    for position, one in enumerate(made.signatures):
        partner = _partner(tx, one.party)
        post = None if partner is None else partner.nominated_person
        if one in known:
            continue
        if not same_office(post, one.office):
            says = (
                "The nominated person of the party signs, and the register names another or none."
            )
            pointer = f"/signatures/{position}/office"
            raise _refused(steps.StepRefused("agreement.nominated_person", says, pointer))
        if one.signed_on > day:
            says = "A signature is not dated ahead."
            pointer = f"/signatures/{position}/signed_on"
            raise _refused(steps.StepRefused("agreement.signed_ahead", says, pointer))


def _write(
    tx: Tx,
    made: Agreement,
    before: Agreement | None,
    change: str,
    act: Act,
    **said: str | None,
) -> None:
    """Store it, and seal one leaf that says what it is now and what else is told of the step."""
    body = made.model_dump_json()
    if before is not None and before.model_dump_json() == body:
        return
    key = {"id": made.id, "version": made.version}
    if before is None:
        tx.add(t.AGREEMENT, [{**key, "body": body}])
    else:
        tx.change(t.AGREEMENT, key, {"body": body})
        change = "changed" if change == "added" else change
    tx.seal(
        leaf(
            Operation.AGREEMENT,
            at=act.stamp,
            actor=act.actor,
            nonce=act.nonce,
            change=change,
            content_sha256=sha256(body.encode()).hexdigest(),
            **_told(made) | said,
        )
    )
    tx.raise_law_epoch()


def _told(made: Agreement) -> dict[str, Value]:
    """What the ledger says of a version whatever the step."""
    return {
        "agreement": made.id,
        "agreement_version": str(made.version),
        "parties": list(made.parties),
        "protocol": made.protocol,
        "power": made.power.value,
        "purpose": made.purpose.value,
        "provision": made.provision,
        "fields": sorted(made.fields),
        "field_groups": sorted(made.groups),
        "regime_recipient": made.recipient_regime.value,
        "review_by": made.review_by.isoformat(),
        "records_from": made.records_from.isoformat(),
        "valid_from": None if made.valid_from is None else made.valid_from.isoformat(),
        "valid_to": None if made.valid_to is None else made.valid_to.isoformat(),
        "document_sha256": made.document_sha256,
    }


def _refused(refusal: steps.StepRefused) -> AgreementRefused:
    fault = ProblemError(pointer=refusal.pointer, rule=refusal.rule, says=refusal.says)
    return AgreementRefused(errors=(fault,))
