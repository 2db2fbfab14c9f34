"""How long what is recorded is kept: the shortest of the rules that speak for it.

The sealed half of a version is kept under the agreements that cover it, each for so many days after it was
recorded, and no longer than the feed's own period; by those too under which it is compared alone and goes
to nobody (``keeping``). Where no agreement speaks for it any more it is needed by nobody. The whole record
is kept for the feed's own period; where the controller has set none, the open half, which is
depersonalised, has no end here. A police information group (MoPI) is read by no rule: it is about the
force's own copy. Source: DPA 2018 s.39(2), UK GDPR art. 5(1)(e), law reference L30 and L56.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from policies.law import Law
from schemas.agreements import Agreement
from schemas.feeds import Feed
from schemas.incident import SENSITIVITY
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup

FEED, NOBODY = "feed", "no-agreement"
"""Names of the rules that are no agreement's: the controller's own period; nobody needs it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: so many days after recording, and when somebody looks at it again."""

    name: str
    """``feed``, ``no-agreement``, or an agreement's id and version: ``police-council:1``."""
    days: int
    review_by: date | None = None

    def delete_by(self, recorded_on: date) -> date:
        """Return the day on which it ends for what was recorded on a day (Europe/London)."""
        return recorded_on + timedelta(days=self.days)


def shortest(rules: Iterable[Rule]) -> Rule | None:
    """Return the rule that ends first; of equal ones the first by name."""
    return min(rules, key=lambda rule: (rule.days, rule.name), default=None)


def record_rules(feed: Feed) -> tuple[Rule, ...]:
    """Return the rules about a whole record of a feed."""
    return () if feed.keep_days is None else (Rule(FEED, feed.keep_days),)


def sealed_rules(law: Law, feed: Feed, record_class: RecordClass, day: date) -> tuple[Rule, ...]:
    """Return the rules about the sealed half of a version of a class, as law and register stand.

    An agreement counts from the day it came into force, by its last version in force that covers the class,
    whatever has become of it since: what ended does not lengthen what it promised.
    """
    found = [rule for one in agreement_ids(law) for rule in _agreed(law, one, record_class, day)]
    return (*record_rules(feed), *(found or [Rule(NOBODY, 0)]))


def agreement_ids(law: Law) -> tuple[str, ...]:
    """Return the id of every agreement on the register, once."""
    return tuple(dict.fromkeys(agreement.id for agreement in law.agreements))


def _agreed(law: Law, agreement_id: str, cls: RecordClass, day: date) -> list[Rule]:
    holders = {cls.controller, law.register.holder(cls.controller, day)}
    versions = [one for one in law.agreements if one.id == agreement_id]
    for one in sorted(versions, key=lambda version: -version.version):
        covers = one.coverage.covers(cls.source, cls.kind, cls.typology_behaviour, cls.case)
        uses = not _used(one).isdisjoint(cls.field_groups)
        if covers and uses and not holders.isdisjoint(one.holders) and one.has_come_into_force(day):
            return [Rule(f"{one.id}:{one.version}", one.retention_days, one.review_by)]
    return []


def _used(agreement: Agreement) -> frozenset[FieldGroup]:
    """Groups that an agreement uses: what it lists, and what is kept for comparing alone.

    Whoever keeps a part of a person holds people, which a class counts as identity.
    """
    compared = agreement.matching
    held = agreement.listed if compared is None else agreement.listed | compared.fields
    groups = {SENSITIVITY[name].group for name in held}
    return agreement.groups.union(group for group in groups if group is not None)


def first_to_end(
    law: Law, feed: Feed, classes: Mapping[int, RecordClass], day: date
) -> dict[int, Rule]:
    """Return the shortest rule about the sealed half of each class that has one, by class id."""
    found = {}
    for class_id, one in classes.items():
        if one.source == feed.name and one.field_groups:
            rule = shortest(sealed_rules(law, feed, one, day))
            assert rule is not None  # there is always one
            found[class_id] = rule
    return found
