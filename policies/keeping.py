"""What of a row's sealed fields is kept: only what a live agreement uses, for the records it covers.

With section 17A alone in force nothing sealed is kept. Under an agreement its allow-list is, of the
records that it covers, people in the roles that it names: the rest ends at the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from policies.allowance import Allowance, allowance
from policies.kept import NOTHING, Kept, concerns_a_child
from policies.law import Law
from policies.probe import NO_CASE, NO_RECORD
from policies.pseudonym import case_key
from schemas.agreements import PEOPLE, Agreement, Coverage
from schemas.codes import Kind, SubjectRole
from schemas.decisions import About
from schemas.feeds import Feed
from schemas.incident import Incident
from schemas.matching import KEY_FIELDS, KEY_PARTS, MatchKey
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_SAID_TO_HAVE_DONE_IT = frozenset({SubjectRole.CONVICTED, SubjectRole.SUBJECT})
REMEMBERED = 8_192
"""Combinations of kind, behaviour and case that are remembered before all are forgotten."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What one live agreement uses of the records of one kind that it covers."""

    kind: Kind
    coverage: Coverage
    allowed: Allowance
    children: bool
    """Whether it says why records that concern a child may be shared."""
    compared: frozenset[MatchKey] = frozenset()
    """By what they may be compared: kept for that, though nobody may receive it."""
    comparable: frozenset[SubjectRole] = frozenset()
    """People whose home and telephone are compared."""

    @property
    def fields(self) -> frozenset[str]:
        """Sealed fields but people, to receive or to compare."""
        return self.allowed.fields.union(*(KEY_FIELDS[key] for key in self.compared))

    @property
    def parts(self) -> Mapping[SubjectRole, frozenset[str]]:
        """For each role, the parts of a person, to receive or to compare."""
        compared = frozenset(part for key in self.compared for part in KEY_PARTS[key])
        found = dict.fromkeys(self.allowed.roles, self.allowed.person_parts)
        if compared:
            found |= {role: found.get(role, frozenset()) | compared for role in self.comparable}
        return found


@dataclass(slots=True)
class Keeping:
    """What is kept of the rows of one feed on one day; made by ``keeping``."""

    source: str
    uses: tuple[_Use, ...] = ()
    _known: dict[tuple[Kind, str | None, bool, str | None], Kept] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Sealed fields that are kept of some row of the feed."""
        found: set[str] = set()
        for use in self.uses:
            found |= use.fields | ({PEOPLE} if use.parts else set())
        return frozenset(found)

    @property
    def cases(self) -> frozenset[str]:
        """Keyed hashes of the cases that live agreements list."""
        return frozenset(case for use in self.uses for case in use.coverage.cases)

    def of(self, incident: Incident, key: bytes) -> Kept:
        """Return what is kept of one row.

        Args:
            incident: As the adapter understood it.
            key: The key under which case references are known (``pseudonym.case_key``).
        """
        if not self.uses:
            return NOTHING
        case = None
        if incident.case_reference is not None:
            hashed = case_key(key, incident.case_reference)
            case = hashed if hashed in self.cases else None
        child = concerns_a_child(incident)
        traits = (incident.kind, incident.typology_behaviour, child, case)
        kept = self._known.get(traits)
        if kept is None:
            if len(self._known) >= REMEMBERED:
                self._known = {}
            kept = self._known[traits] = self._kept(*traits)
        return kept

    def _kept(self, kind: Kind, behaviour: str | None, child: bool, case: str | None) -> Kept:  # noqa: FBT001 - one trait of four
        fields: set[str] = set()
        persons: dict[SubjectRole, set[str]] = {}
        for use in self.uses:
            covered = use.coverage.covers(self.source, kind, behaviour, case)
            if use.kind is not kind or not covered or (child and not use.children):
                continue
            fields |= use.fields
            for role, parts in use.parts.items():
                persons.setdefault(role, set()).update(parts)
        if persons:
            fields.add(PEOPLE)
        named = tuple((role, frozenset(persons[role])) for role in sorted(persons))
        return Kept(frozenset(fields), named, case)


def keeping(law: Law, feed: Feed, day: date) -> Keeping:
    """Return what is kept of a feed's rows on a day.

    An agreement counts if the law has nothing against its use but what it may have against a record.
    Of a feed that its controller publishes nothing sealed is kept.
    """
    if feed.open_data_licence is not None:
        return Keeping(feed.name)
    ids = dict.fromkeys(agreement.id for agreement in law.agreements)
    return Keeping(feed.name, tuple(use for one in ids for use in _uses(law, one, feed, day)))


def _uses(law: Law, agreement_id: str, feed: Feed, day: date) -> list[_Use]:
    bound = law.bound(agreement_id, day)
    if bound is None or day < bound.agreement.records_from:
        return []
    agreement = bound.agreement
    coverage = agreement.coverage
    if coverage.sources and feed.name not in coverage.sources:
        return []
    feeds_class = {
        "source": feed.name,
        "controller": feed.controller,
        "regime": feed.regime,
        "received_under": feed.received_under,
    }
    uses = []
    for kind in coverage.kinds or tuple(Kind):
        cls = NO_RECORD.model_copy(update={**feeds_class, "kind": kind})
        entitled = [
            one for one in agreement.recipients if _is_entitled(law, agreement, one, cls, day)
        ]
        allowed = (
            allowance(law, request_under(agreement, entitled[0]), cls, day) if entitled else None
        )
        if allowed is None:
            continue
        compared = frozenset(
            key
            for key in (() if agreement.matching is None else agreement.matching.keys)
            if any(
                law.match(request_under(agreement, one), cls, key, day).matches for one in entitled
            )
        )
        # who did it, or is said to have, is compared only where the parties may receive it
        comparable = frozenset(agreement.roles) - _SAID_TO_HAVE_DONE_IT | allowed.roles
        child = agreement.children is not None
        uses.append(_Use(kind, coverage, allowed, child, compared, comparable))
    return uses


def _is_entitled(
    law: Law, agreement: Agreement, recipient: str, cls: RecordClass, day: date
) -> bool:
    """Whether nothing stands against a recipient's use but what may stand against a record."""
    decision = law.decide(request_under(agreement, recipient), cls, day)
    against = [one for one in decision.unmet if one.about is not About.RECORD]
    return not against and not decision.errors


def request_under(agreement: Agreement, recipient: str) -> Subscription:
    """Return a recipient's request for everything that an agreement lets it have."""
    return Subscription(
        id="probe",
        partner=recipient,
        power=agreement.power,
        purpose=agreement.purpose,
        lane=Lane.PERSONAL,
        agreement=agreement.id,
        # what is kept does not depend on one review: each request names its own
        case_review=NO_CASE if agreement.power is Power.ASB_CASE_REVIEW else None,
    )
