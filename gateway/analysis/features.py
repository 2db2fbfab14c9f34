"""Incidents as features (RFC 7946): the records of a subscription for whoever works with maps.

A feature is the depersonalised incident as it leaves and nothing finer: its geometry is its map point,
or none where it leaves at an area; a box and a time are matched against what leaves, so that no question
narrows a record further than the record itself. A page is one disclosure. A walk through the pages shows
what was there when it began once, in the order of the log, and at its end what came meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from gateway.analysis.entitled import Desk, Entitled, entitle, filter_digest
from gateway.analysis.feature_times import LONGEST, extent_of, instant
from gateway.analysis.incidents_asked import Cursors, lies_where_asked, wanted_by
from gateway.analysis.on_record import OnRecord, until_it_stands
from gateway.errors import NotFound
from gateway.keys.sealing import NONCE_SIZE
from gateway.ledger.leaf import Operation
from gateway.release.disclosed import content_hash
from gateway.release.treated import Names, names_for, treat
from gateway.release.windows import leaves_in_cells
from gateway.store.analysing import Place, current_of_quarter, page_after
from gateway.store.reading import Reader
from gateway.store.releasing import Candidate
from policies.marking import high_water
from schemas.codes import Marking
from schemas.features import FeatureQuestion
from schemas.incident import FlyTip
from schemas.released import DepersonalisedIncident
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_LANES = frozenset({Lane.DEPERSONALISED})
_MOST_READ = 20_000
"""Rows of the log that are looked at for one page; a page may be short and still have a next one."""
_STEP = 1_000
_ID = re.compile(r"r1\.([0-9]{4}Q[1-4])\.[A-Za-z0-9_-]{22}", re.ASCII)
PLACE_PARTS = ("level", "code", "edition")
"""What a feature says of its place beside its geometry."""
TIMES = ("occurred", "occurred_to", "reported")
NOT_ASKED = frozenset({"f", "limit", "after"})
"""Parameters that say how a page is given, and not what is asked."""


@dataclass(frozen=True, slots=True)
class Features:
    """A page of features, on record before it leaves."""

    features: Sequence[dict[str, Any]]
    after: str | None
    """What to ask for next; None at the end."""
    at: datetime
    leaf: int
    marking: Marking


class Found(NamedTuple):
    """A version with where it stands in the log and the form in which it leaves."""

    place: Place
    row: Candidate
    record: DepersonalisedIncident


def collections_of(reader: Reader, partner: str) -> list[str]:
    """Return the ids of a partner's subscriptions whose records are answered as features."""
    found = []
    for row in reader.subscriptions_of(partner):
        asked = Subscription.model_validate_json(row["body"])
        if asked.lane in _LANES and asked.request is None and not leaves_in_cells(asked):
            found.append(asked.id)
    return found


def feature_of(record: DepersonalisedIncident) -> dict[str, Any]:
    """Return a record as a GeoJSON feature.

    Every feature has every property, empty ones as null, and lists as one text with blanks between, so
    that a table made of any page has the same columns of the same types.
    """
    place = record.place
    geometry = None
    if place.longitude is not None and place.latitude is not None:
        geometry = {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    properties = dict(_properties(record))
    return {"type": "Feature", "id": record.id, "geometry": geometry, "properties": properties}


def _properties(record: DepersonalisedIncident) -> Iterator[tuple[str, Any]]:
    fields = record.model_dump(mode="json", exclude={"id"})
    for name, value in fields.items():
        if name == "place":
            yield from ((f"place_{part}", value[part]) for part in PLACE_PARTS)
        elif name == "fly_tip":
            yield from ((f"fly_tip_{part}", value and value[part]) for part in FlyTip.model_fields)
        elif name in TIMES:
            yield name, instant(value)
        else:
            yield name, (" ".join(value) or None) if isinstance(value, list) else value


def ask_for_features(
    desk: Desk, collection: str, question: FeatureQuestion, partner: str, actor: str
) -> Features:
    """Answer with one page of a subscription's records as features.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``.
        CursorInvalid: ``after`` is not of this question.
        StoreUnavailable: What was found moved faster than it could be answered.
    """

    def answer() -> Features:
        entitled = entitle(desk, collection, partner, _LANES)
        return _Asked(desk, entitled, actor).page(question)

    return until_it_stands(answer)


def ask_for_feature(
    desk: Desk, collection: str, feature: str, partner: str, actor: str
) -> Features:
    """Answer with the one feature that has an id; what is another's does not exist.

    Raises:
        NotFound: No record of this subscription that the caller may have now has this id.
        LawRefuses, ReleaseHeld, LawUnavailable, StoreUnavailable: As ``ask_for_features``.
    """

    def answer() -> Features:
        entitled = entitle(desk, collection, partner, _LANES)
        return _Asked(desk, entitled, actor).one(feature)

    return until_it_stands(answer)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question by somebody who is entitled to ask it."""

    desk: Desk
    entitled: Entitled
    actor: str

    @property
    def _names(self) -> Names:
        asked, edition = self.entitled.subscription, self.entitled.edition
        return names_for(self.desk.keys, asked.partner, edition.eras)

    def page(self, question: FeatureQuestion) -> Features:
        name = self.entitled.subscription.id
        asked = question.model_dump(mode="json", exclude=set(NOT_ASKED), exclude_defaults=True)
        digest = filter_digest({"collection": name, **asked})
        cursors = Cursors.of(self.desk.keys, name, digest)
        after = None if question.after is None else cursors.read(question.after)
        found, following = self._found(question, after)
        cursor = None
        if following is not None:
            cursor = cursors.make(following, self.desk.random(NONCE_SIZE))
        return self._on_record(found, digest, cursor)

    def one(self, feature: str) -> Features:
        named = _ID.fullmatch(feature)
        names, decided = self._names, self.entitled.decided
        if named is None or named[1] in names.unknown:
            raise NotFound
        quarter, after = named[1], 0
        with self.desk.reader.connection() as connection:
            while rows := current_of_quarter(
                connection, decided.allowed, decided.since, quarter, after, _STEP
            ):
                for row in rows:
                    if names.id_of(row.incident, quarter) == feature:
                        found = self._treated([(Place(0, row.position), row)])
                        digest = filter_digest({"collection": self.entitled.subscription.id})
                        return self._on_record(found, digest, None)
                after = rows[-1].position
        raise NotFound

    def _found(
        self, question: FeatureQuestion, after: Place | None
    ) -> tuple[list[Found], Place | None]:
        """Return the page, and where the next one begins, if there is any."""
        asked, box, span = question.of(self.entitled.subscription.id), question.box, question.span
        wanted = wanted_by(asked, self.entitled)
        if span is not None:
            # where in the time that it says a record lies must not decide: both ends reach as far
            begins = None if span.begins is None else int(span.begins.timestamp()) - LONGEST
            ends = None if span.ends is None else int(span.ends.timestamp()) + LONGEST
            wanted = wanted._replace(begins=begins, ends=ends)

        def fits(one: Found) -> bool:
            if not lies_where_asked(asked, one.row, one.record):
                return False
            x, y = one.record.place.longitude, one.record.place.latitude
            if box is not None and (x is None or y is None or not box.holds(x, y)):
                return False
            extent = extent_of(one.record.occurred or one.record.reported)
            return span is None or (extent is not None and span.meets(*extent))

        found: list[Found] = []
        most, looked = question.page, 0
        with self.desk.reader.connection() as connection:
            while looked < _MOST_READ:
                rows = page_after(connection, wanted, after, _STEP)
                looked += len(rows)
                found += filter(fits, self._treated(rows))
                if len(found) > most:
                    return found[:most], found[most - 1].place
                if len(rows) < _STEP:
                    return found, None
                after = rows[-1][0]
        return found, after

    def _treated(self, rows: Sequence[tuple[Place, Candidate]]) -> list[Found]:
        names = self._names
        unknown = names.unknown
        named = [pair for pair in rows if pair[1].quarter not in unknown]
        candidates = [row for _, row in named]
        law = self.entitled.edition.law
        records = treat(candidates, self.entitled.decided.classes, law, names)
        return [Found(*pair, record) for pair, record in zip(named, records, strict=True)]

    def _on_record(self, found: Sequence[Found], digest: str, after: str | None) -> Features:
        entitled = self.entitled
        lines = [one.record.model_dump_json(exclude_defaults=True).encode() for one in found]
        marked = high_water(
            (entitled.decided.classes[one.row.class_id] for one in found),
            entitled.subscription.lane,
        )
        said = entitled.said(self.desk, self.actor) | {
            "count": len(found),
            "content_sha256": content_hash(lines).hex(),
            "filter_sha256": digest,
            "marking": marked.leaves.value.lower(),
            "marking_source": marked.came.value.lower() if marked.lowered else None,
        }
        rows = {one.row.incident: one.row.version for one in found}
        made = OnRecord(Operation.QUERY, entitled.edition.epoch, said, rows)
        index = self.desk.writer.run(made)
        features = [feature_of(one.record) for one in found]
        return Features(features, after, entitled.at, index, marked.leaves)
