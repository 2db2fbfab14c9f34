"""One invented incident, followed to everyone who might ask for it: what each gets, field by field.

Nothing here is written by hand but the row and who asks. The adapter maps it, intake places it, recording
takes its open half, the law decides, the treatment tables say what becomes of each field: the functions
that release, on invented data, under the rules that this gateway has in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from adapters import sources
from adapters.cells import LIST_SEPARATOR
from adapters.nsir_settings import NsirColumns
from adapters.source import Mapped
from adapters.synthetic_nsir import EXAMPLE
from gateway.audit.invented import invented_places
from gateway.intake.located import Located, located
from gateway.intake.trial import counted_by
from gateway.release.treated import Names, notice_of
from gateway.seed import FEEDS, PARTNERS
from gateway.store.releasing import Held
from policies.classes import classify
from policies.depersonalise import depersonalise, open_half
from policies.explain import Explanation, explain
from policies.law import Law
from policies.operations import OPERATIONS
from policies.pseudonym import quarter_of
from policies.repeats import band
from policies.treatments import Treatment
from schemas.decisions import Decision
from schemas.feeds import Feed
from schemas.incident import first_known_time
from schemas.open_half import OpenHalf
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.record_class import RecordClass
from schemas.released import Notice, RetractionReason
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

POLICE, COUNCIL, FIRE = "leicestershire-police", "charnwood-bc", "llr-fire"
COUNTY, UNIVERSITY = "leicestershire-cc", "example-university"
INCIDENT = 1
"""The incident's own number inside, from which recipients' ids are derived."""
AT_ITS_PLACE = 2
"""Recording counts the incidents at a place; of the example there is said to be one before it."""
_MASTER = sha256(b"the key of the example on the first page; no record is named by it").digest()


class Fate(StrEnum):
    """What became of one field on its way to one recipient."""

    KEPT = "kept"
    COARSENED = "coarsened"
    REPLACED = "replaced"
    ADDED = "added"
    """Worked out by the gateway: the source does not say it."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Line:
    """One field as its holder has it."""

    key: str
    fields: tuple[str, ...]
    """Fields of the incident that it fills; the first that leaves speaks for it, and for what the gateway
    works out all of them do."""
    before: str
    """The cells as sent; empty for what the gateway works out."""


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
    fire: Asked
    analyst: Asked
    university: Asked
    day: date
    snapshot: str

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Everyone who asks, in the order of the page."""
        return (self.fire, self.analyst, self.university)


_ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("caller_name", ("people",)),
    ("caller_telephone", ("people",)),
    ("description", ("description",)),
    ("vulnerable", ("vulnerability_flag",)),
    ("repeat", ("repeat_flag",)),
    ("address", ("address_text",)),
    ("easting", ("longitude", "lsoa_code")),
    ("beat", ("beat_code",)),
    ("occurred", ("occurred_from",)),
    ("created", ("reported_at",)),
    ("opening_codes", ("opening_code",)),
    ("closing_codes", ("closing_codes",)),
    ("", ("typology_behaviour", "typology_sub_behaviour")),
    ("qualifiers", ("qualifier_codes",)),
    ("grade", ("response_grade",)),
    ("reference", ("source_reference",)),
)
"""Settings of the columns in the order of the page, with the fields of the incident that they fill."""
_BESIDE = {"easting": "northing", "opening_codes": "opening_label"}
"""Columns that are told together."""
_COARSE = frozenset({"hour", "map_point", "area", "month", "area_total", "count_place"})


@dataclass(frozen=True, slots=True)
class _Incident:
    """The incident on its way."""

    feed: Feed
    placed: Located
    half: OpenHalf
    record_class: RecordClass
    quarter: str


def follow(law: Law, day: date) -> Followed:
    """Follow the example under the rules, treatments and facts of a law, with a register of its own.

    Args:
        law: Whose rules: those in force.
        day: The day on which everyone asks.
    """
    example = Law(law.bundle, law.treatments, _partners(), (_protocol(day),), law.lists)
    incident = _recorded(example, day)
    lines = tuple(_line(setting, names) for setting, names in _ORDER)
    ask = _Asking(example, incident, lines, day)
    return Followed(
        holder=_named(POLICE),
        lines=lines,
        record_class=incident.record_class,
        fire=ask.depersonalised(
            _request("fire", FIRE, Lane.DEPERSONALISED, Purpose.SECTION_17A_DUTY)
        ),
        analyst=ask.counted(
            _request("analyst", COUNTY, Lane.STATISTICS, Purpose.CRIME_AND_DISORDER_STRATEGY)
        ),
        university=ask.depersonalised(
            _request("university", UNIVERSITY, Lane.DEPERSONALISED, Purpose.ACADEMIC_RESEARCH)
        ),
        day=day,
        snapshot=example.sha256,
    )


def _request(name: str, partner: str, lane: Lane, purpose: Purpose) -> Subscription:
    return Subscription(
        id=f"example-{name}",
        partner=partner,
        power=Power.SECTION_17A,
        purpose=purpose,
        lane=lane,
    )


def _partners() -> tuple[Partner, ...]:
    university = Partner(
        id=UNIVERSITY,
        name="Example University",
        kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),),
    )
    return (*PARTNERS, university)


def _named(partner: str) -> Partner:
    return next(one for one in _partners() if one.id == partner)


def _protocol(day: date) -> Protocol:
    """A protocol in force, so that what the example shows is the ordinary case."""
    signed = day - timedelta(days=30)
    parties = (POLICE, COUNCIL, FIRE, COUNTY)
    return Protocol(
        id="example-protocol",
        title="Information-sharing protocol of an example partnership",
        parties=parties,
        signatures=tuple(
            Signature(party=party, office="Designated officer", signed_on=signed)
            for party in parties
        ),
        valid_from=signed,
        valid_to=day + timedelta(days=365),
    )


def _recorded(law: Law, day: date) -> _Incident:
    """Map, place and record the row as intake would."""
    feed = next(one for one in FEEDS if one.adapter == "police_nsir")
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
    kind = _named(feed.controller).kind_on(day)
    table = law.treatments[Lane.DEPERSONALISED]
    half = open_half(incident, placed.point, table, mapper.crosswalk.codes)
    return _Incident(
        feed=feed,
        placed=placed,
        half=half.model_copy(update={"repeat_at_place": band(AT_ITS_PLACE)}),
        record_class=classify(incident, feed, kind),
        quarter=quarter_of(known),
    )


def _line(setting: str, names: tuple[str, ...]) -> Line:
    if not setting:
        return Line(names[0], names, "")
    columns: dict[str, list[str]] = {}
    for listed, column in NsirColumns().listed():
        columns.setdefault(listed, []).append(column.name)
    wanted = [*columns[setting], *columns.get(_BESIDE.get(setting, ""), ())]
    cells = [EXAMPLE[name] for name in wanted if EXAMPLE.get(name)]
    return Line(setting, names, " · ".join(cells))


@dataclass(frozen=True, slots=True)
class _Asking:
    """What one request comes to."""

    law: Law
    incident: _Incident
    lines: tuple[Line, ...]
    day: date
    names: Callable[[str], Names] = field(default=lambda recipient: Names(_MASTER, recipient))

    def depersonalised(self, subscription: Subscription) -> Asked:
        """Return what the depersonalised lane gives, or the refusal."""
        asked = self._asked(subscription)
        if not asked.decision.releases:
            return asked
        incident = self.incident
        name = self.names(subscription.partner).id_of(INCIDENT, incident.quarter)
        table = self.law.treatments[Lane.DEPERSONALISED]
        left = depersonalise(incident.half, incident.record_class, name, 1, table)
        record = left.model_dump(mode="json", exclude_defaults=True)
        held = Held(1, INCIDENT, "retracted", RetractionReason.RECORDED_IN_ERROR.value, 1, name)
        return self._with_cells(asked, record, notice_of(held))

    def counted(self, subscription: Subscription) -> Asked:
        """Return by what the statistics lane counts it, or the refusal."""
        asked = self._asked(subscription)
        if not asked.decision.releases:
            return asked
        table = self.law.treatments[Lane.STATISTICS]
        return self._with_cells(asked, counted_by(self.incident.half, table), None)

    def _asked(self, subscription: Subscription) -> Asked:
        told = explain(self.law, subscription, self.incident.record_class, self.day)
        return Asked(subscription, _named(subscription.partner), told)

    def _with_cells(self, asked: Asked, record: Mapping[str, Any], notice: Notice | None) -> Asked:
        cells = tuple(self._cell(asked.subscription, line, record) for line in self.lines)
        return Asked(
            asked.subscription, asked.recipient, asked.explanation, cells, dict(record), notice
        )

    def _cell(self, subscription: Subscription, line: Line, record: Mapping[str, Any]) -> Cell:
        table = self.law.treatments[subscription.lane].lines
        named = [(table[name], _value(table[name], record)) for name in line.fields]
        treatment, after = next((pair for pair in named if pair[1] is not None), named[0])
        if after is not None and not line.before:
            after = [value for _, value in named if value is not None]
        fate = _fate(line, treatment, after)
        return Cell(
            line=line,
            fate=fate,
            after=after,
            op=treatment.op,
            says=OPERATIONS[treatment.op].says,
            cites=self._cites(subscription.power, fate),
        )

    def _cites(self, power: Power, fate: Fate) -> str:
        """The provision that gives, or the one that keeps what is personal back."""
        rules = self.law.bundle.rules
        limit = rules.get(f"{power.value}.lane_is_not_personal")
        if limit is not None and fate in {Fate.DROPPED, Fate.COARSENED, Fate.REPLACED}:
            return limit.cites
        return self.law.bundle.permits[power].cites


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
