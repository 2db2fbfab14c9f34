"""One invented incident, followed to everyone who might ask for it: what each gets, field by field.

Nothing here is written by hand. The adapter maps the row, intake places it, recording takes its open half
and keeps what an agreement uses, the law decides, the treatment tables say what becomes of each field: the
functions that release, on invented data, under the rules that this gateway has in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from adapters import sources
from adapters.cells import LIST_SEPARATOR
from adapters.source import Mapped
from adapters.synthetic_nsir import EXAMPLE
from gateway.audit import example
from gateway.audit.example import Line
from gateway.audit.invented import invented_places
from gateway.intake.located import located
from gateway.intake.trial import counted_by
from gateway.keys.derive import pseudonym_key
from gateway.release.treated import Names, notice_of
from gateway.store.releasing import Held
from policies.allowance import allowance
from policies.audience import Shown, masked
from policies.classes import classify
from policies.depersonalise import depersonalise, open_half
from policies.disclose import disclose
from policies.explain import Explanation, explain
from policies.keeping import keeping
from policies.law import Law
from policies.operations import OPERATIONS
from policies.pseudonym import quarter_of
from policies.repeats import band
from policies.treatments import Treatment
from schemas.agreements import Agreement
from schemas.decisions import Decision
from schemas.incident import SENSITIVITY, Incident, first_known_time
from schemas.open_half import OpenHalf
from schemas.partners import Partner
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.released import Notice, RetractionReason
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

INCIDENT = 1
"""The incident's own number inside, from which recipients' ids are derived."""
COUNTED = 23
"""A count of some size, to show beside that of the incident alone."""
_MASTER = sha256(b"the key of the example on the first page; no record is named by it").digest()


class _ExampleKeys:
    """The keys of the example's ids."""

    destroyed: frozenset[str] = frozenset()

    def recipient_key(self, recipient: str, quarter: str) -> bytes:
        """Return the key of one recipient and quarter."""
        return pseudonym_key(_MASTER, recipient, quarter)


_CASES = sha256(b"the example lists no case").digest()
_COARSE = frozenset({"hour", "map_point", "area", "month", "area_total", "count_place"})


class Fate(StrEnum):
    """What became of one field on its way to one recipient."""

    KEPT = "kept"
    COARSENED = "coarsened"
    REPLACED = "replaced"
    ADDED = "added"
    """Worked out by the gateway: the source does not say it."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field as one recipient gets it."""

    line: Line
    fate: Fate
    after: Any
    """What leaves, as JSON; None where nothing does."""
    op: str
    """The rule: an operation of the lane's treatment table."""
    says: str
    """The rule in a sentence."""
    cites: str
    """The provision that it rests on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One recipient's request and what it comes to."""

    subscription: Subscription
    recipient: Partner
    explanation: Explanation
    cells: tuple[Cell, ...] = ()
    """Empty where nothing leaves."""
    record: Mapping[str, Any] | None = None
    """What is sent, as JSON; None where nothing is."""
    notice: Notice | None = None
    """What it is told when the source takes the record back; None where it never had it."""
    counts: Mapping[int, Shown] | None = None
    """For statistics: how a table shows it alone, and beside others, by the true count."""

    @property
    def decision(self) -> Decision:
        """What the law says."""
        return self.explanation.decision

    def tally(self) -> dict[Fate, int]:
        """Return how many fields met each fate."""
        return {fate: sum(cell.fate is fate for cell in self.cells) for fate in Fate}


@dataclass(frozen=True, slots=True)
class Followed:
    """The incident, and everyone who asks for it."""

    holder: Partner
    lines: tuple[Line, ...]
    record_class: RecordClass
    council: Asked
    fire: Asked
    analyst: Asked
    university: Asked
    agreement: Agreement
    day: date
    snapshot: str

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Everyone who asks, in the order of the page."""
        return (self.council, self.fire, self.analyst, self.university)


@dataclass(frozen=True, slots=True)
class _Incident:
    """The incident as it was recorded."""

    half: OpenHalf
    sealed: Incident | None
    record_class: RecordClass
    quarter: str


def follow(law: Law, day: date) -> Followed:
    """Follow the example under the rules, treatments and facts of a law, with a register of its own.

    Args:
        law: Whose rules: those in force.
        day: The day on which everyone asks.
    """
    agreed = example.agreement(day)
    ours = Law(
        law.bundle,
        law.treatments,
        example.partners(),
        (example.protocol(day),),
        law.lists,
        (agreed,),
    )
    incident = _recorded(ours, day)
    lines = example.lines()
    ask = _Asking(ours, incident, lines, day)
    return Followed(
        holder=example.partner(example.POLICE),
        lines=lines,
        record_class=incident.record_class,
        council=ask.answered(example.ASKS["council"]),
        fire=ask.answered(example.ASKS["fire"]),
        analyst=ask.answered(example.ASKS["analyst"]),
        university=ask.answered(example.ASKS["university"]),
        agreement=agreed,
        day=day,
        snapshot=ours.sha256,
    )


def _recorded(law: Law, day: date) -> _Incident:
    """Map, place and record the row as intake would."""
    feed = example.FEED
    mapper = sources()[feed.adapter].compile({})
    outcome = mapper.map(EXAMPLE)
    if not isinstance(outcome, Mapped):
        message = "the example's row is one that the adapter maps"
        raise TypeError(message)
    placed = located(outcome.incident, invented_places(), feed.district_code)
    incident = placed.incident
    known = first_known_time(incident)
    if known is None:
        message = "the example's row has a time"
        raise TypeError(message)
    table = law.treatments[Lane.DEPERSONALISED]
    half = open_half(incident, placed.point, table, mapper.listed)
    kept = keeping(law, feed, day).of(incident, _CASES)
    kind = example.partner(feed.controller).kind_on(day)
    return _Incident(
        half=half.model_copy(update={"repeat_at_place": band(example.AT_ITS_PLACE)}),
        sealed=_opened(incident, kept.sealed_half(incident)),
        record_class=classify(incident, feed, kind, kept),
        quarter=quarter_of(known),
    )


def _opened(incident: Incident, sealed: bytes | None) -> Incident | None:
    """Read a sealed half back: the fields that were kept, and what every incident has."""
    if sealed is None:
        return None
    common = {"kind": incident.kind, "mapping_status": incident.mapping_status}
    return Incident.model_validate({**common, **from_json(sealed)})


@dataclass(frozen=True, slots=True)
class _Asking:
    """What requests come to."""

    law: Law
    incident: _Incident
    lines: tuple[Line, ...]
    day: date

    def answered(self, subscription: Subscription) -> Asked:
        """Return what the subscription's lane gives, or the refusal."""
        told = explain(self.law, subscription, self.incident.record_class, self.day)
        asked = Asked(subscription, example.partner(subscription.partner), told)
        if not asked.decision.releases:
            return asked
        record = self._record(subscription)
        notice = None
        if "id" in record:
            reason = RetractionReason.RECORDED_IN_ERROR.value
            held = Held(1, INCIDENT, "retracted", reason, 1, record["id"], now=1, follows=False)
            notice = notice_of(held)
        cells = tuple(self._cell(subscription, line, record) for line in self.lines)
        counts = None
        if subscription.lane is Lane.STATISTICS:
            counts = {number: masked(number) for number in (1, COUNTED)}
        return replace(asked, cells=cells, record=record, notice=notice, counts=counts)

    def _record(self, subscription: Subscription) -> dict[str, Any]:
        """Return what is sent, as JSON; for statistics, what the incident is counted by."""
        incident, tables = self.incident, self.law.treatments
        if subscription.lane is Lane.STATISTICS:
            return counted_by(incident.half, tables[Lane.STATISTICS])
        name = Names(_ExampleKeys(), subscription.partner).id_of(INCIDENT, incident.quarter)
        half, record_class = incident.half, incident.record_class
        if subscription.lane is Lane.DEPERSONALISED:
            left = depersonalise(half, record_class, name, 1, tables[Lane.DEPERSONALISED])
            return left.model_dump(mode="json", exclude_defaults=True)
        allowed = allowance(self.law, subscription, record_class, self.day)
        if allowed is None:
            message = "the law lets go under an agreement that it knows"
            raise TypeError(message)
        disclosed = disclose(
            incident.sealed, half, record_class, name, 1, self.day, allowed, tables
        )
        return disclosed.model_dump(mode="json", exclude_defaults=True)

    def _cell(self, subscription: Subscription, line: Line, record: Mapping[str, Any]) -> Cell:
        if subscription.lane is not Lane.PERSONAL:
            return self._treated(subscription, subscription.lane, line, record)
        agreed = [_agreed(name, record.get("agreed", {})) for name in line.exact]
        table = self.law.treatments[Lane.PERSONAL].lines
        treatment = table[line.exact[0].partition(".")[0]]
        if line.before and all(value is not None for value in agreed):
            after = agreed[0] if len(agreed) == 1 else agreed
            basis = self._cites(subscription.power, Fate.KEPT)
            return _cell(line, Fate.KEPT, after, treatment.op, basis)
        # what the agreement does not give exactly travels as in the depersonalised lane
        left = self._treated(subscription, Lane.DEPERSONALISED, line, record)
        if left.fate is not Fate.DROPPED:
            return left
        return _cell(line, Fate.DROPPED, None, treatment.op, self._withheld(subscription, line))

    def _treated(
        self, subscription: Subscription, lane: Lane, line: Line, record: Mapping[str, Any]
    ) -> Cell:
        """What a lane's treatment table made of a field."""
        table = self.law.treatments[lane].lines
        named = [(table[name], _value(table[name], record)) for name in line.fields]
        treatment, after = next((pair for pair in named if pair[1] is not None), named[0])
        if after is not None and not line.before:
            after = [value for _, value in named if value is not None]
        fate = _fate(line, treatment, after)
        return _cell(line, fate, after, treatment.op, self._cites(subscription.power, fate))

    def _cites(self, power: Power, fate: Fate) -> str:
        """The provision that gives, or the one that keeps what is personal back."""
        limit = self.law.bundle.rules.get(f"{power.value}.lane_is_not_personal")
        if limit is not None and fate in {Fate.DROPPED, Fate.COARSENED, Fate.REPLACED}:
            return limit.cites
        return self.law.bundle.permits[power].cites

    def _withheld(self, subscription: Subscription, line: Line) -> str:
        """The provision under which a sealed field stays: its group is not seen, or it is not listed."""
        group = SENSITIVITY[line.exact[0].partition(".")[0]].group
        seen = self.law.see(subscription, self.incident.record_class, self.day)
        unmet = next((one.unmet for one in seen.decided if one.group is group), ())
        if unmet:
            return unmet[-1].cites
        rules, power = self.law.bundle.rules, subscription.power
        listed = rules.get(f"{power.value}.see.agreement_lists_it", self.law.bundle.permits[power])
        return listed.cites


def _cell(line: Line, fate: Fate, after: object, op: str, cites: str) -> Cell:
    return Cell(line, fate, after, op, OPERATIONS[op].says, cites)


def _agreed(name: str, agreed: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """A sealed field of a record, or a part of the first person in it."""
    field, _, part = name.partition(".")
    value = agreed.get(field)
    return value[0].get(part) if part and value else value


def _value(treatment: Treatment, record: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    value = record.get(treatment.releases) if treatment.releases else None
    return None if value in (None, [], "") else value


def _fate(line: Line, treatment: Treatment, after: object) -> Fate:
    if after is None:
        return Fate.DROPPED
    if not line.before:
        return Fate.ADDED
    in_part = isinstance(after, list) and len(after) < len(line.before.split(LIST_SEPARATOR))
    if treatment.op in _COARSE or in_part:
        return Fate.COARSENED
    if treatment.op == "pseudonym":
        return Fate.REPLACED
    return Fate.KEPT
