"""The law of one moment: rules, treatments, register, protocols and agreements, one immutable snapshot.

Decisions are remembered inside the snapshot and never outlive it. **Release ⇔ the engine allows and
nothing erred** (Cedar skips a policy that errs, so an allow beside an error is no allow).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

import cedarpy
from pydantic import TypeAdapter

from policies import request
from policies.agreements import Bound, bound_on
from policies.bundle import Bundle
from policies.linking import linked_controllers
from policies.lists import Lists, packaged_lists
from policies.on_request import request_on
from policies.probe import NO_RECORD
from policies.refusals import PolicyRefused
from policies.register import Register, Standing
from policies.treatments import Treatments
from schemas.agreements import Agreement, AgreementState
from schemas.decisions import About, Condition, Decision, GroupSeen, Linked, Matched, Outcome, Seen
from schemas.matching import MatchKey
from schemas.partners import Partner
from schemas.powers import Power, Protocol
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription

REMEMBERED = 20_000
"""Decisions that one snapshot remembers before it starts afresh."""
NO_PERMIT = "no_permit"
PROTOCOL_NOT_LIVE = "protocol_not_live"
REVIEW_OVERDUE = "agreement_review_overdue"
POWER_UNCERTAIN = "power_not_confirmed"
_PARTNERS = TypeAdapter(tuple[Partner, ...])
_PROTOCOLS = TypeAdapter(tuple[Protocol, ...])
_AGREEMENTS = TypeAdapter(tuple[Agreement, ...])
_ERRED = re.compile(r"policy `([^`]+)`")
_TOLD = frozenset({About.RECIPIENT, About.REQUEST})
_SAYS_NO_PERMIT = "No permit of this bundle speaks for the power: it is not built or not enabled."


class Law:
    """What was in force at one moment. Immutable but for what it remembers; safe between threads.

    Args:
        bundle: The rules.
        treatments: One table a lane.
        partners: The register.
        protocols: The partnership's information-sharing protocols.
        lists: The dated facts; the packaged ones where absent.
        agreements: Every version of every data-sharing agreement.
        parts: The texts that it was read from, as they came: a later program writes them otherwise.
    """

    def __init__(
        self,
        bundle: Bundle,
        treatments: Mapping[Lane, Treatments],
        partners: Iterable[Partner],
        protocols: Iterable[Protocol] = (),
        lists: Lists | None = None,
        agreements: Iterable[Agreement] = (),
        *,
        parts: Mapping[str, str] | None = None,
    ) -> None:
        self.bundle = bundle
        self.treatments: Mapping[Lane, Treatments] = MappingProxyType(dict(treatments))
        self.lists = lists or packaged_lists()
        self.register = Register(partners, self.lists)
        self.protocols = tuple(sorted(protocols, key=lambda protocol: protocol.id))
        self.agreements = tuple(sorted(agreements, key=lambda one: (one.id, one.version)))
        self.parts: Mapping[str, str] = MappingProxyType(
            self._texts() if parts is None else dict(parts)
        )
        """Name → text: enough to build the same law again (``from_parts``)."""
        self.sha256 = _digest(self.parts)
        """SHA-256 of the parts, in hex: stands on every decision."""
        self._recent: dict[tuple[int, int, date], tuple[Subscription, RecordClass, Decision]] = {}
        self._decided: dict[tuple[Subscription, RecordClass, date], Decision] = {}
        self._seen: dict[tuple[Subscription, RecordClass, date], Seen] = {}
        self._matched: dict[tuple[Subscription, RecordClass, MatchKey, date], Matched] = {}
        self._linked: dict[tuple[Subscription, RecordClass, date], Linked] = {}
        self._pairs: dict[tuple[object, ...], cedarpy.Entities] = {}
        self._bound: dict[tuple[str, date], Bound | None] = {}

    @classmethod
    def from_parts(cls, parts: Mapping[str, str]) -> Law:
        """Build the law again from the parts of a snapshot.

        Raises:
            PolicyRefused: A part is missing or does not fit.
        """
        folders: dict[str, dict[str, str]] = {}
        for name, text in parts.items():
            folder, _, file = name.partition("/")
            folders.setdefault(folder, {})[file] = text
        try:
            register = folders["register"]
            partners = _PARTNERS.validate_json(register["partners.json"])
            protocols = _PROTOCOLS.validate_json(register["protocols.json"])
            agreements = _AGREEMENTS.validate_json(register["agreements.json"])
            tables = folders["treatments"]
            rules, facts = folders["cedar"], folders["data"]
            lanes = {Lane(file.removesuffix(".toml")): text for file, text in tables.items()}
        except (KeyError, ValueError):
            raise PolicyRefused("the snapshot", "", "a part is missing or does not fit") from None
        treatments = {lane: Treatments.of_snapshot(lane, text) for lane, text in lanes.items()}
        lists = Lists.load(facts)
        return cls(
            Bundle.load(rules), treatments, partners, protocols, lists, agreements, parts=parts
        )

    def decide(self, subscription: Subscription, record_class: RecordClass, day: date) -> Decision:
        """Say whether records of a class may go to a subscription on a day, and every condition.

        A partner that nobody registered is refused with that reason; nothing here raises for it.
        """
        # The entry holds both objects, so that their ids cannot pass to others while it stands.
        recent = self._recent.get((id(subscription), id(record_class), day))
        if recent is not None:
            return recent[2]
        key = (subscription, record_class, day)
        decision = self._decided.get(key)
        if decision is None:
            decision = self._evaluate(subscription, record_class, day)
            if len(self._decided) >= REMEMBERED:
                self._decided = {}
            self._decided[key] = decision
        if len(self._recent) >= REMEMBERED:
            self._recent = {}
        self._recent[id(subscription), id(record_class), day] = (
            subscription,
            record_class,
            decision,
        )
        return decision

    def standing(self, subscription: Subscription, day: date) -> tuple[Condition, ...]:
        """Return the unmet conditions about recipient and request: what a refused recipient is told.

        They can read no record (``Bundle.load`` refuses one that does), so that they reveal none.
        """
        decision = self.decide(subscription, NO_RECORD, day)
        return tuple(condition for condition in decision.unmet if condition.about in _TOLD)

    def see(self, subscription: Subscription, record_class: RecordClass, day: date) -> Seen:
        """Say which groups of sealed fields of a class a subscription may see on a day, and why not.

        It says nothing about whether the record may go at all: ``decide`` does.
        """
        key = (subscription, record_class, day)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._look(subscription, record_class, day)
            if len(self._seen) >= REMEMBERED:
                self._seen = {}
            self._seen[key] = seen
        return seen

    def match(
        self, subscription: Subscription, record_class: RecordClass, key: MatchKey, day: date
    ) -> Matched:
        """Say whether records of a class may be compared by a key for a subscription's partner on a day.

        It says nothing about whether the partner may receive the record: ``decide`` does.
        """
        known = (subscription, record_class, key, day)
        matched = self._matched.get(known)
        if matched is None:
            matched = self._compare(*known)
            if len(self._matched) >= REMEMBERED:
                self._matched = {}
            self._matched[known] = matched
        return matched

    def link(self, subscription: Subscription, record_class: RecordClass, day: date) -> Linked:
        """Say whether records of a class may be linked with others for a subscription on a day.

        It says nothing about whether the partner may receive the record: ``decide`` does.
        """
        key = (subscription, record_class, day)
        linked = self._linked.get(key)
        if linked is None:
            linked = self._join(*key)
            if len(self._linked) >= REMEMBERED:
                self._linked = {}
            self._linked[key] = linked
        return linked

    def rests_on_agreement(self, power: Power) -> bool:
        """Whether a request under the power names a data-sharing agreement."""
        return self.lists.powers.by_code[power].rests_on_agreement

    def may_end(self, subscription: Subscription) -> bool:
        """Whether what lets it receive can end: an agreement, or the decision of one request."""
        return self.rests_on_agreement(subscription.power) or subscription.request is not None

    def bound(self, agreement: str | None, day: date) -> Bound | None:
        """Return how the agreement of that id stands on the day, by the version that speaks for it."""
        if agreement is None:
            return None
        key = (agreement, day)
        if key not in self._bound:
            if len(self._bound) >= REMEMBERED:
                self._bound = {}
            versions = [one for one in self.agreements if one.id == agreement]
            self._bound[key] = bound_on(versions, self.protocols, self.lists, day)
        return self._bound[key]

    def _texts(self) -> dict[str, str]:
        texts = {f"cedar/{name}": text for name, text in self.bundle.texts.items()}
        texts.update({f"data/{name}": text for name, text in self.lists.texts.items()})
        texts.update(
            {f"treatments/{lane.value}.toml": table.text for lane, table in self.treatments.items()}
        )
        texts["register/partners.json"] = _PARTNERS.dump_json(self.register.partners).decode()
        texts["register/protocols.json"] = _PROTOCOLS.dump_json(self.protocols).decode()
        texts["register/agreements.json"] = _AGREEMENTS.dump_json(self.agreements).decode()
        return texts

    def _evaluate(
        self, subscription: Subscription, record_class: RecordClass, day: date
    ) -> Decision:
        power = subscription.power
        holder, bound, entities = self._entities(subscription, record_class, day)
        onward = self._may_be_passed_on(record_class, holder, subscription.partner, day)
        asked = request.asked(subscription, self.lists, bound, day, onward_allowed=onward)
        result = self.bundle.engine.ask(power, asked, entities)
        erred = _erred(result.diagnostics.errors)
        refused = frozenset() if result.allowed else frozenset(result.diagnostics.reasons)
        conditions = self.bundle.conditions(power)
        unmet = tuple(condition for condition in conditions if condition.id in refused)
        permit = self.bundle.permits.get(power)
        if permit is None:
            unmet = (_no_permit(power, self.lists.powers.by_code[power].cites), *unmet)
        releases = result.allowed and not erred and permit is not None
        return Decision(
            outcome=Outcome.RELEASE if releases else Outcome.WITHHOLD,
            power=power,
            lane=subscription.lane,
            day=day,
            snapshot=self.sha256,
            basis=None if permit is None else permit.id,
            met=tuple(
                condition
                for condition in conditions
                if condition.id not in refused and condition.id not in erred
            ),
            unmet=unmet,
            errors=erred,
            flags=self._flags(power, holder, bound, day),
        )

    def _may_be_passed_on(
        self, record_class: RecordClass, holder: str, recipient: str, day: date
    ) -> bool:
        """Whether a record is its holder's own, or may go on to the recipient as its origin agreed."""
        if record_class.received_under is None:
            return True
        bound = self.bound(record_class.received_under, day)
        if bound is None or bound.state is not AgreementState.LIVE:
            return False
        origin = bound.agreement
        to = (*origin.holders, *origin.onward.to)
        return holder in origin.recipients and recipient in to

    def _look(self, subscription: Subscription, record_class: RecordClass, day: date) -> Seen:
        power = subscription.power
        permit = self.bundle.sees.get(power)
        if permit is None:
            unseen = tuple(GroupSeen(group=group, sees=False) for group in FieldGroup)
            return Seen(basis=None, decided=unseen)
        _, bound, entities = self._entities(subscription, record_class, day)
        conditions = self.bundle.conditions_to_see(power)
        decided = []
        for group in FieldGroup:
            asked = request.asked_to_see(subscription, group, bound)
            result = self.bundle.engine.ask(power, asked, entities)
            erred = _erred(result.diagnostics.errors)
            reasons = frozenset() if result.allowed else frozenset(result.diagnostics.reasons)
            decided.append(
                GroupSeen(
                    group=group,
                    sees=result.allowed and not erred,
                    unmet=tuple(one for one in conditions if one.id in reasons),
                    errors=erred,
                )
            )
        return Seen(basis=permit.id, decided=tuple(decided))

    def _compare(
        self, subscription: Subscription, record_class: RecordClass, key: MatchKey, day: date
    ) -> Matched:
        power = subscription.power
        if power not in self.bundle.matches:
            return Matched(matches=False)
        _, bound, entities = self._entities(subscription, record_class, day)
        asked = request.asked_to_match(subscription, key, bound)
        result = self.bundle.engine.ask(power, asked, entities)
        erred = _erred(result.diagnostics.errors)
        reasons = frozenset() if result.allowed else frozenset(result.diagnostics.reasons)
        conditions = self.bundle.conditions_to_match(power)
        unmet = tuple(one for one in conditions if one.id in reasons)
        return Matched(matches=result.allowed and not erred, unmet=unmet, errors=erred)

    def _join(self, subscription: Subscription, record_class: RecordClass, day: date) -> Linked:
        power = subscription.power
        if power not in self.bundle.links:
            basis = self.lists.powers.by_code[power].cites
            return Linked(links=False, unmet=(_no_permit(power, basis),))
        _, bound, entities = self._entities(subscription, record_class, day)
        allow = linked_controllers(self.protocols, subscription.partner, power, day)
        asked = request.asked_to_link(subscription, allow, bound)
        result = self.bundle.engine.ask(power, asked, entities)
        erred = _erred(result.diagnostics.errors)
        reasons = frozenset() if result.allowed else frozenset(result.diagnostics.reasons)
        conditions = self.bundle.conditions_to_link(power)
        unmet = tuple(one for one in conditions if one.id in reasons)
        return Linked(links=result.allowed and not erred, unmet=unmet, errors=erred)

    def _entities(
        self, subscription: Subscription, record_class: RecordClass, day: date
    ) -> tuple[str, Bound | None, cedarpy.Entities]:
        """Return the holder of the day, the agreement that counts, and all that the request names."""
        holder = self.register.holder(record_class.controller, day)
        rests = self.rests_on_agreement(subscription.power)
        named = subscription.agreement if rests else None
        bound = self.bound(named, day)
        pair = self._pair(subscription, holder, bound, day)
        words = self.bundle.engine.words
        return holder, bound, request.with_class(pair, record_class, holder, words)

    def _pair(
        self, subscription: Subscription, holder: str, bound: Bound | None, day: date
    ) -> cedarpy.Entities:
        recipient, terms = subscription.partner, subscription.request
        one = None if terms is None else (subscription.id, terms)
        key = (recipient, holder, None if bound is None else bound.agreement.id, one, day)
        pair = self._pairs.get(key)
        if pair is None:
            standings: dict[str, Standing] = {
                name: self.register.standing(name, day) for name in (recipient, holder)
            }
            decided = request_on(subscription, self.protocols, self.lists, day)
            pair = request.parties(standings, bound, self.bundle.engine.words, decided)
            if len(self._pairs) >= REMEMBERED:
                self._pairs = {}
            self._pairs[key] = pair
        return pair

    def _flags(self, power: Power, holder: str, bound: Bound | None, day: date) -> tuple[str, ...]:
        """What is wrong without stopping: no live protocol under 17A, an overdue review, a doubt."""
        flags = (REVIEW_OVERDUE,) if bound is not None and bound.review_overdue else ()
        if self.lists.powers.by_code[power].uncertain is not None:
            flags = (*flags, POWER_UNCERTAIN)
        if power is not Power.SECTION_17A or any(
            protocol.covers_section_17a and holder in protocol.parties and protocol.live_on(day)
            for protocol in self.protocols
        ):
            return flags
        return (*flags, PROTOCOL_NOT_LIVE)


def _no_permit(power: Power, cites: str) -> Condition:
    return Condition(
        id=NO_PERMIT,
        power=power,
        cites=cites,
        says=_SAYS_NO_PERMIT,
        about=About.REQUEST,
    )


def _erred(messages: list[str]) -> tuple[str, ...]:
    """Ids of the policies that failed; a failure without one is the request's own."""
    found = {match.group(1) for message in messages if (match := _ERRED.search(message))}
    nameless = {"request" for message in messages if not _ERRED.search(message)}
    return tuple(sorted(found | nameless))


def _digest(parts: Mapping[str, str]) -> str:
    canonical = json.dumps(dict(parts), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
