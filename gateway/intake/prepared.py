"""Preparing at the holder: rows become depersonalised records before they travel.

The same adapter, the same treatment table and the same types as in the gateway; neither its database nor its
keys are needed. What a record is known by is a keyed hash under the holder's own key, the same for every
version of it, so that a row sent again revises what was sent before. A row that is now excluded or out of
scope, and one that another row replaces, gives a line that says so and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.coverage import Coverage
from adapters.source import CannotMap, Content, Excluded, Identity, Mapped, OutOfScope, Reference
from gateway.intake.trial import Bench, outcomes
from gateway.keys.derive import keyed_hash
from policies.classes import classify
from policies.depersonalise import depersonalise, open_half
from policies.pseudonym import quarter_of, released_id
from policies.treatments import packaged_treatments
from schemas.codes import Kind, MappingStatus, TimePrecision
from schemas.incident import Incident, first_known_time
from schemas.open_half import MapPoint
from schemas.receipts import RowProblem
from schemas.released import DepersonalisedIncident, Place, PlaceLevel
from schemas.sensitivity import Lane

_SAME = "2000Q1"
"""Stands for the quarter where a record's name is made: what is known by it may not know its own."""
_KEPT = 22
"""Characters of an id that name the record."""
PROBLEMS_KEPT = 1_000


@dataclass(slots=True)
class Preparation:
    """The rows of one file on their way. Holds no row: names in use, and counts."""

    bench: Bench
    key: bytes
    """The holder's: 32 bytes that never travel."""
    withdrawals: bool = True
    """Whether a line is written for what is to be taken back where it was sent before."""
    coverage: Coverage = field(default_factory=Coverage)
    written: int = 0
    withdrawn: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    """The first rows that cannot be taken, by number in the file; fields and rules, never a value."""
    _seen: Counter[str] = field(default_factory=Counter)

    def lines(self, body: bytes, media_type: str) -> Iterator[DepersonalisedIncident]:
        """Yield the records of one body in the order of its rows.

        Raises:
            BodyUnreadable, MediaTypeNotTaken: As for a push.
        """
        before = self.coverage.received
        for number, _, outcome, located in outcomes(body, media_type, self.bench):
            self.coverage.count(outcome)
            match outcome:
                case Mapped(_, identity, _, _, replaces):
                    assert located is not None  # it was mapped
                    if replaces is not None:
                        yield from self._withdrawal(replaces)
                    self.written += 1
                    yield self._record(located.incident, located.point, self._name(identity))
                case Excluded(_, identity) | OutOfScope(_, identity):
                    if identity is not None:
                        yield from self._withdrawal(identity)
                case CannotMap(faults, _):
                    if len(self.problems) < PROBLEMS_KEPT:
                        self.problems.append(RowProblem(row=before + number, faults=faults))

    def _name(self, identity: Identity) -> str:
        """The keyed name of a record: the same for each of its versions."""
        feed = self.bench.feed.name.encode()
        if isinstance(identity, Content):
            self._seen[identity.text] += 1
            parts = (b"content", identity.text.encode(), str(self._seen[identity.text]).encode())
        else:
            parts = (b"ref", identity.text.encode(), b"")
        return released_id(self.key, _SAME, keyed_hash(self.key, feed, *parts))[-_KEPT:]

    def _record(
        self, incident: Incident, point: MapPoint | None, name: str
    ) -> DepersonalisedIncident:
        table = packaged_treatments()[Lane.DEPERSONALISED]
        half = open_half(incident, point, table, self.bench.mapper.listed)
        record_class = classify(incident, self.bench.feed, self.bench.controller_kind)
        known = first_known_time(incident)
        quarter = _SAME if known is None else quarter_of(known)
        return depersonalise(half, record_class, f"r1.{quarter}.{name}", 1, table)

    def _withdrawal(self, identity: Identity) -> Iterator[DepersonalisedIncident]:
        if not self.withdrawals or not isinstance(identity, Reference):
            return
        self.withdrawn += 1
        yield DepersonalisedIncident(
            id=f"r1.{_SAME}.{self._name(identity)}",
            version=1,
            source=self.bench.feed.name,
            controller=self.bench.feed.controller,
            kind=Kind.OTHER_PRESCRIBED,
            occurred=None,
            time_precision=TimePrecision.QUARTER,
            place=Place(level=PlaceLevel.NONE),
            mapping_status=MappingStatus.OUT_OF_SCOPE,
        )

    def document(self) -> dict[str, object]:
        """The coverage report: counts, and columns by the names of the settings; no value of any row."""
        c = self.coverage
        return {
            "feed": self.bench.feed.name,
            "received": c.received,
            "written": self.written,
            "withdrawn": self.withdrawn,
            "outcomes": dict(c.outcomes),
            "mapping": dict(c.mapping),
            "kinds": dict(c.kinds),
            "reasons": dict(c.reasons),
            "faults": [
                {"pointer": pointer, "rule": rule, "rows": count}
                for (pointer, rule), count in c.faults.most_common()
            ],
            "dropped_fields": dict(c.dropped),
            "unlisted_codes": len(c.unlisted),
        }
