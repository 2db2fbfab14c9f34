"""Recording many rows: what equal codes make of a row is worked out once.

A month of police rows holds a few hundred combinations of codes; only times and places differ row by
row. ``Recorder`` gives what ``open_half`` and ``classify`` give (a property test holds it to that),
at a fifth of the cost.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from policies.classes import classify, reclassify
from policies.depersonalise import open_half
from policies.kept import NOTHING, Kept
from policies.operations import Recording
from policies.treatments import Treatments
from schemas.codes import LocationPrecision
from schemas.feeds import Feed
from schemas.incident import Incident
from schemas.open_half import MapPoint, OpenDetail
from schemas.partners import PartnerKind
from schemas.record_class import RecordClass

REMEMBERED = 65_536
"""Combinations of codes remembered before all are forgotten."""

_BY_ROW = frozenset(
    {
        "occurred_from",
        "occurred_to",
        "reported_at",
        "longitude",
        "latitude",
        "lsoa_code",
        "msoa_code",
        "ward_code",
        "district_code",
    }
)
"""Fields that differ row by row; every other field of the open half is a code from a list."""
_READ_BESIDE = (
    "location_precision",
    "time_precision",
    "mapping_rule_id",
    "nsir_class",
    "marking",
    "grading",
    "grounds",
    "hate_incident",
    "vulnerability_flag",
    "child_flag",
)
"""Fields that decide about class, sensitivity or form without being kept themselves."""
OPEN_ORDER = (
    "occurred_from",
    "occurred_to",
    "reported",
    "time_precision",
    "kind",
    "typology_area",
    "typology_behaviour",
    "typology_sub_behaviour",
    "mapping_status",
    "point_longitude",
    "point_latitude",
    "lsoa_code",
    "msoa_code",
    "ward_code",
    "district_code",
)
"""The open half's fields in the order in which a version is hashed and stored."""


_BY_CODE = (
    "kind",
    "typology_area",
    "typology_behaviour",
    "typology_sub_behaviour",
    "mapping_status",
)
"""Columns that a crosswalk fills."""
_POINT = ("point_longitude", "point_latitude")
_STAYS = ("response_grade", "status", "fly_tip")
_DETAIL_STAYS = (
    *_STAYS,
    "location_precision",
    "geography_editions",
    "point_edition",
    "mopi_group",
    "assertion",
)
"""What of the detail no crosswalk fills."""


class Recorded(NamedTuple):
    """The open columns of one version (``OpenHalf`` in order, the detail as JSON), and its class."""

    columns: list[Any]
    record_class: RecordClass


@dataclass(frozen=True, slots=True)
class _Coded:
    """What one combination of codes gives."""

    columns: tuple[Any, ...]
    """As ``OPEN_ORDER`` with the detail's JSON; None where a row has its own value."""
    record_class: RecordClass
    recording: Recording
    takes_point: bool


class Recorder:
    """Makes the open columns and the class of rows of one feed, under one table."""

    def __init__(
        self,
        feed: Feed,
        controller_kind: PartnerKind | None,
        treatments: Treatments,
        listed: Container[str] | None = None,
    ) -> None:
        self._feed, self._controller_kind = feed, controller_kind
        self._treatments, self._listed = treatments, listed
        coded = [
            name
            for name, line in treatments.lines.items()
            if line.keeps is not None and name not in _BY_ROW
        ]
        self._names = tuple(dict.fromkeys([*coded, *_READ_BESIDE]))
        plan = treatments.plan
        self._steps = tuple(
            (name, OPEN_ORDER.index(target), apply)
            for name, target, apply in plan.applied
            if name in _BY_ROW
        )
        self._copies = tuple(
            (name, OPEN_ORDER.index(target)) for name, target in plan.copies if name in _BY_ROW
        )
        self._known: dict[tuple[Any, ...], _Coded] = {}

    def __call__(
        self, incident: Incident, point: MapPoint | None, kept: Kept = NOTHING
    ) -> Recorded:
        """Return the open columns and the class of one located incident, of which so much is kept."""
        values = incident.__dict__
        key = (point is not None and point.edition, *[values[name] for name in self._names])
        coded = self._known.get(key)
        if coded is None:
            coded = self._work_out(incident, point)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = coded
        recording = coded.recording
        if point is not None and coded.takes_point:
            recording = replace(recording, point=point)
        columns = list(coded.columns)
        for name, at, apply in self._steps:
            columns[at] = apply(values[name], recording)
        for name, at in self._copies:
            columns[at] = values[name]
        record_class = coded.record_class
        if kept.fields:
            # what is kept of people, references and marks differs row by row
            record_class = classify(incident, self._feed, self._controller_kind, kept)
        return Recorded(columns, record_class)

    def again(self, columns: Sequence[Any], before: RecordClass, incident: Incident) -> Recorded:
        """Return the open columns and class of a recorded version whose codes mean something else now.

        Times and places stay; a point goes where the version has become sensitive.

        Args:
            columns: As recorded, in the order of ``OPEN_ORDER`` with the detail's JSON.
            before: Its class as recorded.
            incident: What the codes say now; nothing else of it is read.
        """
        was = OpenDetail.model_validate_json(columns[-1])
        now, _ = self(
            incident.model_copy(update={name: getattr(was, name) for name in _STAYS}), None
        )
        record_class = reclassify(before, incident, self._controller_kind)
        published = was.location_precision is LocationPrecision.PUBLISHED_POINT
        hidden = record_class.sensitive and not published
        made = list(columns)
        for name in _BY_CODE:
            made[OPEN_ORDER.index(name)] = now[OPEN_ORDER.index(name)]
        for name in _POINT if hidden else ():
            made[OPEN_ORDER.index(name)] = None
        kept = {name: getattr(was, name) for name in _DETAIL_STAYS}
        detail = OpenDetail.model_validate_json(now[-1]).model_copy(
            update={**kept, **({"point_edition": None} if hidden else {})}
        )
        made[-1] = detail.model_dump_json(exclude_defaults=True)
        return Recorded(made, record_class)

    def _work_out(self, incident: Incident, point: MapPoint | None) -> _Coded:
        half = open_half(incident, point, self._treatments, self._listed)
        whole = half.model_dump(mode="json", exclude={"detail"})
        detail = half.detail.model_dump_json(exclude_defaults=True)
        published = incident.location_precision is LocationPrecision.PUBLISHED_POINT
        return _Coded(
            columns=(*[whole[name] for name in OPEN_ORDER], detail),
            record_class=classify(incident, self._feed, self._controller_kind),
            recording=Recording(
                time_precision=incident.time_precision,
                location_precision=incident.location_precision,
                point=None,
                mapped_by_rule=incident.mapping_rule_id is not None,
                listed=self._listed,
                scheme=incident.source_category_scheme,
            ),
            takes_point=half.point_longitude is not None and not published,
        )
