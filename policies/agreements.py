"""Agreements as the law sees them on a day, and the steps of their life as pure functions.

A step gives the agreement as it is afterwards, or says why it may not be taken. Who may take it is
judged against the register: only a party, by its nominated person (SI 2007/1830 reg 4(3)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policies.changes import loosening_is_assessed, predecessor
from policies.lists import Lists
from schemas.agreements import (
    AFTER_SIGNING,
    Agreement,
    AgreementSignature,
    AgreementState,
    SignedDocument,
    Statement,
    Suspension,
    Termination,
    in_force,
)
from schemas.offices import looks, same_office
from schemas.partners import Partner
from schemas.powers import Protocol

MARKINGS = ("OFFICIAL", "OFFICIAL-SENSITIVE")
"""In their order: an agreement lets its own marking go and every lower one."""


_SENTENCE = re.compile(r"[A-Z«][^\n]*[.?!]")
_POINTER = re.compile(r"(?:/[a-z0-9_]+)*")


class StepRefused(ValueError):
    """A step that an agreement may not take. Nothing has changed.

    Attributes:
        rule: A code, such as ``agreement.signed_twice``.
        says: What stands against it, in a sentence.
        pointer: Where in the document, as a JSON Pointer; empty for the whole.

    Raises:
        TypeError: What is said is no sentence, or the place no pointer.
    """

    def __init__(self, rule: str, says: str, pointer: str = "") -> None:
        if not (_SENTENCE.fullmatch(says) and not says.isupper() and _POINTER.fullmatch(pointer)):
            message = "a refusal is told in a sentence, and its place by a JSON Pointer"
            raise TypeError(message)
        self.rule, self.says, self.pointer = rule, says, pointer
        super().__init__(f"{rule}: {says}")


@dataclass(frozen=True, slots=True)
class Bound:
    """The version of an agreement that speaks for it on a day, and how it stands then."""

    agreement: Agreement
    state: AgreementState
    signed: bool
    protocol_in_force: bool
    protocol_parties: tuple[str, ...]
    provision_is_live: bool
    special_category: bool
    """A condition is named and its policy document is in date."""
    offence: bool
    review_overdue: bool
    loosening_assessed: bool
    """It loosens nothing that was agreed before, or names another assessment."""

    @property
    def markings(self) -> tuple[str, ...]:
        """Markings that may go under it."""
        return MARKINGS[: MARKINGS.index(self.agreement.marking.value) + 1]


def bound_on(
    versions: Iterable[Agreement], protocols: Iterable[Protocol], lists: Lists, day: date
) -> Bound | None:
    """Return how an agreement stands on a day, or None where there is no version of it.

    Args:
        versions: Every version of one agreement.
        protocols: The partnership's protocols.
        lists: The dated facts.
        day: The day, in Europe/London.
    """
    known = tuple(versions)
    agreement = in_force(known, day)
    if agreement is None:
        return None
    protocol = next((one for one in protocols if one.id == agreement.protocol), None)
    live = protocol is not None and protocol.covers_section_115 and protocol.live_on(day)
    provision = agreement.provision
    special, offence = agreement.special_category, agreement.offence
    return Bound(
        agreement=agreement,
        state=agreement.state_on(day, known),
        signed=agreement.is_signed_on(day),
        protocol_in_force=live,
        protocol_parties=() if protocol is None else protocol.parties,
        provision_is_live=provision is not None and lists.provisions.is_live(provision, day),
        special_category=special is not None and special.covers(day),
        offence=offence is not None and offence.covers(day),
        review_overdue=day > agreement.review_by,
        loosening_assessed=loosening_is_assessed(agreement, predecessor(agreement, known, day)),
    )


# ---------------------------------------------------------------------- steps


def added(agreement: Agreement, before: Iterable[Agreement], lists: Lists, day: date) -> Agreement:
    """Return a version as it enters the register: a draft, or one signed elsewhere.

    Args:
        agreement: The version.
        before: Versions of the same agreement that are on the register.
        lists: The dated facts.
        day: Today.

    Raises:
        StepRefused: It follows no earlier version, has other parties, or would change terms that a
            party has signed; its power rests on no agreement; the provision that it cites is not live.
    """
    earlier = {one.version: one for one in before}
    same = earlier.get(agreement.version)
    if not lists.powers.by_code[agreement.power].rests_on_agreement:
        says = "This power rests on no agreement: it needs none, and none makes it wider."
        raise StepRefused("agreement.power", says, "/power")
    provision = agreement.provision
    if provision is not None and not lists.provisions.is_live(provision, day):
        says = "This is no provision of the Act that is live and may be cited under section 115."
        raise StepRefused("agreement.provision", says, "/provision")
    if same is None and agreement.version != max(earlier, default=0) + 1:
        says = "The version does not follow the last one that is on the register."
        raise StepRefused("agreement.version", says, "/version")
    if any(set(one.parties) != set(agreement.parties) for one in earlier.values()):
        says = (
            "Another version has other parties: this is another agreement, under an id of its own."
        )
        raise StepRefused("agreement.parties", says, "/holders")
    if same is not None and same.signatures and same.terms_sha256 != agreement.terms_sha256:
        says = "A party has signed this version; other terms are another version."
        raise StepRefused("agreement.version_signed", says, "/version")
    if same is not None and same.terms_sha256 == agreement.terms_sha256:
        # what has happened to it since is not the file's to say
        return agreement.model_copy(update={name: getattr(same, name) for name in AFTER_SIGNING})
    return agreement


def signed(
    agreement: Agreement,
    partner: Partner,
    office: str,
    day: date,
    versions: Iterable[Agreement] = (),
) -> Agreement:
    """Return it with a party's signature, the office spelt as on the register.

    Args:
        agreement: The version.
        partner: The party.
        office: Who signs: the nominated person of the party, a post and not a name.
        day: Today.
        versions: The versions of the same agreement.

    Raises:
        StepRefused: The partner is no party, has signed, signs by somebody else than its nominated
            person, or by an office that has signed for another party; it is terminated; a later
            version is signed; it loosens what was agreed before under the same assessment.
    """
    _check_party(agreement, partner.id)
    _check_not_ended(agreement, day)
    standing = agreement.signed_by(day)
    if any(one.party == partner.id for one in standing):
        raise StepRefused("agreement.signed_twice", "This party has signed it already.")
    if not same_office(office, partner.nominated_person):
        says = "The nominated person of the party signs, and the register names another or none."
        raise StepRefused("agreement.nominated_person", says)
    post = str(partner.nominated_person)
    if any(looks(post) == looks(one.office) for one in standing):
        says = "The same office has signed for another party; two parties sign by two people."
        raise StepRefused("agreement.same_office", says)
    known = tuple(versions)
    if any(one.version > agreement.version and one.is_signed_on(day) for one in known):
        says = "A later version is signed by every party; this one would bind nobody."
        raise StepRefused("agreement.later_version_signed", says)
    if not loosening_is_assessed(agreement, predecessor(agreement, known, day)):
        says = (
            "It loosens what was agreed before and names no other impact assessment than that: "
            "see `gateway agreement diff`."
        )
        raise StepRefused("agreement.loosening_unassessed", says, "/dpia")
    one = AgreementSignature(
        party=partner.id, office=post, signed_on=day, terms_sha256=agreement.terms_sha256
    )
    return agreement.model_copy(update={"signatures": (*agreement.signatures, one)})


def suspended(agreement: Agreement, party: str, reason: Statement, day: date) -> Agreement:
    """Return it suspended by a party from a day on (raises ``StepRefused``)."""
    _check_party(agreement, party)
    _check_not_ended(agreement, day)
    if any(one.party == party for one in agreement.suspended_on(day)):
        raise StepRefused("agreement.suspended_already", "This party has suspended it already.")
    one = Suspension(party=party, reason=reason, valid_from=day)
    return agreement.model_copy(update={"suspensions": (*agreement.suspensions, one)})


def resumed(agreement: Agreement, party: str, day: date) -> Agreement:
    """Return it with a party's own suspension lifted from a day on (raises ``StepRefused``)."""
    _check_party(agreement, party)
    running = [one for one in agreement.suspended_on(day) if one.party == party]
    if not running:
        says = "This party has not suspended it; only who suspended it lifts that."
        raise StepRefused("agreement.not_suspended", says)
    lifted = tuple(
        one.model_copy(update={"valid_to": day}) if one in running else one
        for one in agreement.suspensions
    )
    return agreement.model_copy(update={"suspensions": lifted})


def terminated(agreement: Agreement, party: str, reason: Statement, day: date) -> Agreement:
    """Return it ended by a party from a day on (raises ``StepRefused``)."""
    _check_party(agreement, party)
    _check_not_ended(agreement, day)
    end = Termination(party=party, reason=reason, on=day)
    return agreement.model_copy(update={"terminated": end})


def attached(
    agreement: Agreement, sha256: str, day: date, others: Iterable[Agreement] = ()
) -> Agreement:
    """Return it with the hash of its signed document.

    Args:
        agreement: The version.
        sha256: Of the document, in hex.
        day: Today.
        others: Every version of every agreement.

    Raises:
        StepRefused: Not every party has signed it; the document is that of another version.
    """
    if not agreement.is_signed_on(day):
        says = "Not every party has signed this version; a document of it can be no signed one."
        raise StepRefused("agreement.unsigned", says)
    here = (agreement.id, agreement.version)
    for one in others:
        if (one.id, one.version) != here and any(d.sha256 == sha256 for d in one.documents):
            says = "This document is attached to another version or agreement."
            raise StepRefused("agreement.document_elsewhere", says)
    if any(document.sha256 == sha256 for document in agreement.documents):
        return agreement
    document = SignedDocument(sha256=sha256, attached_on=day)
    return agreement.model_copy(update={"documents": (*agreement.documents, document)})


def _check_party(agreement: Agreement, party: str) -> None:
    if party not in agreement.parties:
        raise StepRefused("agreement.no_party", "This partner is no party to the agreement.")


def _check_not_ended(agreement: Agreement, day: date) -> None:
    if agreement.terminated is not None and agreement.terminated.on <= day:
        raise StepRefused("agreement.terminated", "It is terminated; make another version.")
