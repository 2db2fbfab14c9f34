"""What went to a recipient between two instants: the pack that a breach is reported from (Q4, L41).

Counted by the database from the releases and their disclosures, never from a copy; what left by other doors
(exports, tables, queries, returns, pages sent again) is read from the ledger. A person is not counted: who
a record concerns is sealed. Records that concern somebody are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from gateway.law.book import Edition
from gateway.ledger.leaf import Operation, stamp
from gateway.store.answering import (
    classes_of_releases,
    counted_by_class,
    incidents_in,
    leaves_of_releases,
    leaves_that_say,
    releases_between,
)
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription

TAGGED = (FieldGroup.SPECIAL_CATEGORY, FieldGroup.OFFENCE)
_RECORD = "record"
_OTHER_DOORS = (
    Operation.EXPORT,
    Operation.TABLE,
    Operation.QUERY,
    Operation.REPLAY,
    Operation.BROKEN_OFF,
    Operation.RETURN_HANDED,
)
"""Disclosures that are no release: one leaf each."""


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant (inclusive) until an instant (exclusive), both aware."""

    begins: datetime
    ends: datetime

    @property
    def seconds(self) -> tuple[int, int]:
        """As seconds since 1970: releases are stamped so."""
        return int(self.begins.timestamp()), int(self.ends.timestamp())

    def holds(self, at: str) -> bool:
        """Whether an instant as leaves write it lies inside, to the second that releases know."""
        begins, ends = self.seconds
        return begins <= int(datetime.fromisoformat(at).timestamp()) < ends


@dataclass(frozen=True, slots=True)
class Tagged:
    """Records that left with fields of a tagged group, under one agreement."""

    agreement: str
    version: int
    group: str
    condition: str | None
    policy_document: str | None
    policy_version: str | None
    records: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Pack:
    """What was counted."""

    recipient: str
    span: Span
    records: int = 0
    incidents: int = 0
    """Distinct ones."""
    concern_somebody: int = 0
    """Distinct incidents with a person in any role."""
    children: int = 0
    """Distinct incidents that concern a child and left in the personal lane."""
    notices: int = 0
    by_controller: dict[str, int] = field(default_factory=dict)
    """Distinct incidents by the partner that answers for them."""
    by_behaviour: dict[str, int] = field(default_factory=dict)
    """Records by behaviour of the typology, or kind where there is none."""
    by_lane: dict[str, int] = field(default_factory=dict)
    by_agreement: dict[str, int] = field(default_factory=dict)
    by_power: dict[str, int] = field(default_factory=dict)
    releases: dict[str, dict[str, int]] = field(default_factory=dict)
    """Subscription → delivery state → releases."""
    tagged: list[Tagged] = field(default_factory=list)
    other_doors: dict[str, int] = field(default_factory=dict)
    """Operation → how many; rows, where it says them, are in ``other_rows``."""
    other_rows: int = 0

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        said = {name: getattr(self, name) for name in self.__slots__}
        tagged = [one.document() for one in self.tagged]
        span = {"from": stamp(self.span.begins), "to": stamp(self.span.ends)}
        del said["span"]
        return {**said, **span, "tagged": tagged}


@dataclass(frozen=True, slots=True)
class Exposure:
    """Counts what recipients were given, in one consistent read."""

    connection: Any
    """Lent by the reader."""
    edition: Edition
    classes: Mapping[int, RecordClass]
    subscriptions: Mapping[str, Subscription]
    """Every subscription on the register, by id."""

    def pack(self, recipient: str, span: Span) -> Pack:
        """Return what one partner was given between two instants."""
        mine = {key: one for key, one in self.subscriptions.items() if one.partner == recipient}
        pack = Pack(recipient, span)
        begins, ends = span.seconds
        where = (self.connection, mine, begins, ends)
        behaviours, lanes, agreements, powers = (Counter[str]() for _ in range(4))
        for name, what, class_id, rows in counted_by_class(*where):
            if what != _RECORD:
                pack.notices += rows
                continue
            asked, of = mine[name], self.classes[class_id]
            pack.records += rows
            behaviours[of.typology_behaviour or of.kind.value] += rows
            lanes[asked.lane.value] += rows
            powers[asked.power.value] += rows
            if asked.agreement is not None:
                agreements[asked.agreement] += rows
        pack.by_behaviour, pack.by_lane = dict(behaviours.most_common()), dict(lanes)
        pack.by_agreement, pack.by_power = dict(agreements), dict(powers)
        personal = [key for key, one in mine.items() if one.lane is Lane.PERSONAL]
        self._count_incidents(pack, mine, personal)
        pack.releases = releases_between(*where)
        pack.tagged = self.tagged(personal, span)
        self._other_doors(pack)
        return pack

    def _count_incidents(
        self, pack: Pack, mine: Collection[str], personal: Collection[str]
    ) -> None:
        begins, ends = pack.span.seconds
        controllers: dict[str, list[int]] = defaultdict(list)
        somebody, children = [], []
        for class_id, one in self.classes.items():
            controllers[one.controller].append(class_id)
            if one.roles:
                somebody.append(class_id)
            if one.child:
                children.append(class_id)
        sets: dict[str, Collection[int]] = {
            f"controller {name}": ids for name, ids in controllers.items()
        }
        sets |= {"all": self.classes.keys(), "somebody": somebody}
        found = incidents_in(self.connection, mine, begins, ends, sets)
        pack.incidents, pack.concern_somebody = found["all"], found["somebody"]
        pack.by_controller = {
            name: number for name in controllers if (number := found[f"controller {name}"])
        }
        child = incidents_in(self.connection, personal, begins, ends, {"child": children})
        pack.children = child["child"]

    def tagged(self, subscriptions: Collection[str], span: Span) -> list[Tagged]:
        """Count records that left with special-category, offence or child fields, by their condition.

        A release says which groups left with it and under which version of its agreement; a record of it
        counts where its class holds such a field. Only the personal lane has any.
        """
        begins, ends = span.seconds
        said: dict[tuple[str, int], tuple[str, int, frozenset[str]]] = {}
        for name, number, stored in leaves_of_releases(
            self.connection, subscriptions, begins, ends
        ):
            leaf = from_json(stored)
            groups = frozenset(leaf.get("field_groups", ()))
            if "agreement" in leaf:
                version = int(leaf.get("agreement_version", 0))
                said[name, number] = leaf["agreement"], version, groups
        counted: Counter[tuple[str, int, str]] = Counter()
        for name, number, class_id, rows in classes_of_releases(
            self.connection, subscriptions, begins, ends
        ):
            agreement, version, groups = said.get((name, number), ("", 0, frozenset()))
            of = self.classes[class_id]
            for group in TAGGED:
                if group in of.field_groups and group.value in groups:
                    counted[agreement, version, group.value] += rows
            if of.child:
                counted[agreement, version, FieldGroup.CHILD.value] += rows
        return [self._conditioned(*key, rows) for key, rows in sorted(counted.items())]

    def _conditioned(self, agreement: str, version: int, group: str, records: int) -> Tagged:
        found = next(
            (
                one
                for one in self.edition.register.agreements
                if (one.id, one.version) == (agreement, version)
            ),
            None,
        )
        rests_on = None
        if found is not None and group != FieldGroup.CHILD.value:
            rests_on = getattr(found, group)
        condition = None if rests_on is None else rests_on.condition
        if found is not None and group == FieldGroup.CHILD.value:
            condition = found.children
        return Tagged(
            agreement,
            version,
            group,
            condition,
            None if rests_on is None else rests_on.policy_document,
            None if rests_on is None else rests_on.policy_version,
            records,
        )

    def _other_doors(self, pack: Pack) -> None:
        about = f'"recipient":"{pack.recipient}"'.encode()
        named = {one.value for one in _OTHER_DOORS}
        counted: Counter[str] = Counter()
        for _, stored in leaves_that_say(self.connection, [about], sorted(named)):
            leaf = from_json(stored)
            if (
                leaf["recipient"] == pack.recipient
                and leaf["operation"] in named
                and pack.span.holds(leaf["at"])
            ):
                counted[leaf["operation"]] += 1
                pack.other_rows += int(leaf.get("count") or leaf.get("rows") or 0)
        pack.other_doors = dict(counted)


def of_house(
    connection: Any,  # noqa: ANN401 - a connection lent by the reader
    edition: Edition,
    classes: Mapping[int, RecordClass],
    bodies: Mapping[str, str],
) -> Exposure:
    """Return what counts over the subscriptions whose JSON bodies are given by id."""
    asked = {key: Subscription.model_validate_json(body) for key, body in bodies.items()}
    return Exposure(connection, edition, classes, asked)
