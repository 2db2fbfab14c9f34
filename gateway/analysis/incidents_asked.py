"""A question about incidents in the log's own terms, and where on a page of its answer one stands.

A place is matched against the place *that leaves*: an area's code finds the records that leave at that
area, an MSOA's also those of its LSOAs, a district's all that lie in it; asking for a ward does not narrow a
record that leaves at its LSOA. A box finds the map points in it, and what leaves at an area that it meets.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import polars as pl

from gateway.analysis.entitled import Entitled, filter_digest
from gateway.clock import LONDON
from gateway.errors import CursorInvalid, LawRefuses
from gateway.keys.derive import hkdf_expand
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import SealBroken, decrypt, encrypt
from gateway.store.analysing import Box, Place, Wanted
from gateway.store.reading import Reader
from gateway.store.releasing import Candidate
from policies.stages import NOT_PRESCRIBED
from schemas.analysis import IncidentQuestion, Sort
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.released import DepersonalisedIncident, PlaceLevel

_CURSOR = b"gateway/analysis-cursor"
_PLACE = struct.Struct(">qQ")
_HOW_SENT = {"after", "limit"}
_BETWEEN = "|"
"""Stands in no code and no edition."""
AreaKey: TypeAlias = tuple[str, str, str]
"""Level, edition and code, as of ``places.released``, which is imported only where a box is asked for."""


def digest_of(question: IncidentQuestion) -> str:
    """Return the hash of a question, how it is paged left aside."""
    return filter_digest(question.model_dump(mode="json", exclude=_HOW_SENT))


def areas_in_box(question: IncidentQuestion, reader: Reader) -> frozenset[AreaKey]:
    """Return the loaded areas that the box asked for meets; none where no box is asked for."""
    if question.bbox is None:
        return frozenset()
    # numpy and shapely take a third of a second, which a question without a box need not spend
    from gateway.analysis.places.released import Shapes  # noqa: PLC0415 - as said above

    return Shapes(reader).meeting(question.bbox)


def wanted_by(
    question: IncidentQuestion, entitled: Entitled, areas: frozenset[AreaKey] = frozenset()
) -> Wanted:
    """Return what a question asks of the log, within what the law lets its reader have.

    Args:
        question: What is asked.
        entitled: By whom.
        areas: As ``areas_in_box``.

    Raises:
        LawRefuses: It asks by a stage of intervention under a power that does not cover one.
    """
    if question.stage and entitled.subscription.power is Power.SECTION_17A:
        raise LawRefuses(extra={"conditions": [NOT_PRESCRIBED]})
    decided = entitled.decided
    ends = None if question.last is None else question.last + timedelta(days=1)
    sort = question.sort or Sort.RECORDED
    return Wanted(
        classes=[c for c in decided.allowed if _is_of(decided.classes[c], question)],
        since=decided.since,
        begins=_midnight(question.first),
        ends=_midnight(ends),
        places=question.place,
        details=[f'"nsir_class":"{one.value}"' for one in question.nsir_class],
        sub_behaviours=question.sub_behaviour,
        box=None if question.bbox is None else Box(question.bbox, _by_level(areas)),
        by=sort.value.removeprefix("-"),
        last_first=sort.value.startswith("-"),
    )


def _by_level(areas: frozenset[AreaKey]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for level, _, code in areas:
        found.setdefault(level, set()).add(code)
    return {level: sorted(codes) for level, codes in found.items()}


def _midnight(day: date | None) -> int | None:
    if day is None:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


def _is_of(record_class: RecordClass, question: IncidentQuestion) -> bool:
    asked = (
        (question.kind, record_class.kind),
        (question.area, record_class.typology_area),
        (question.behaviour, record_class.typology_behaviour),
        (question.source, record_class.source),
        (question.mapping_status, record_class.mapping_status),
        (question.stage, record_class.stage),
    )
    return all(not values or value in values for values, value in asked)


def lies_where_asked(
    question: IncidentQuestion,
    row: Candidate,
    record: DepersonalisedIncident,
    areas: frozenset[AreaKey] = frozenset(),
) -> bool:
    """Whether a record lies in an area and in the box asked for, as far as the place that leaves says so.

    Args:
        question: What is asked.
        row: As the log holds it.
        record: What became of it.
        areas: As ``areas_in_box``.
    """
    place = record.place
    if question.place:
        codes = {row.district_code, place.code}
        if place.level is PlaceLevel.LSOA:
            codes.add(row.msoa_code)
        if codes.isdisjoint(question.place):
            return False
    if question.bbox is None:
        return True
    if place.code is not None and place.level is not PlaceLevel.MAP_POINT:
        return (place.level.value, place.edition or "", place.code) in areas
    west, south, east, north = question.bbox
    x, y = place.longitude, place.latitude
    return x is not None and y is not None and west <= x <= east and south <= y <= north


def lying_where_asked(
    question: IncidentQuestion,
    rows: pl.DataFrame,
    records: pl.DataFrame,
    areas: frozenset[AreaKey] = frozenset(),
) -> pl.DataFrame:
    """Return the records that ``lies_where_asked`` lets pass, in columns.

    Args:
        question: What is asked.
        rows: As the log holds them (``gateway.store.bulk.SCHEMA``).
        records: What became of each (``frames.RECORD_SCHEMA``).
        areas: As ``areas_in_box``.
    """
    if question.place:
        codes = list(question.place)
        lsoa = records["place_level"] == PlaceLevel.LSOA.value
        lies = rows["district_code"].is_in(codes).fill_null(value=False)
        lies |= records["place_code"].is_in(codes).fill_null(value=False)
        lies |= lsoa & rows["msoa_code"].is_in(codes).fill_null(value=False)
        records = records.filter(lies)
    if question.bbox is None:
        return records
    west, south, east, north = question.bbox
    x, y = pl.col("place_longitude"), pl.col("place_latitude")
    at_a_point = x.is_between(west, east) & y.is_between(south, north)
    edition, key = pl.col("place_edition").fill_null(""), pl.lit(_BETWEEN)
    area = pl.concat_str("place_level", key, edition, key, "place_code")
    meets = area.is_in([_BETWEEN.join(one) for one in areas]).fill_null(value=False)
    is_point = pl.col("place_level") == PlaceLevel.MAP_POINT.value
    has_area = pl.col("place_code").is_not_null() & ~is_point
    return records.filter(pl.when(has_area).then(meets).otherwise(at_a_point))


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads the cursors of one question: encrypted, all of one length, and of no other question."""

    key: bytes
    bound: bytes

    @classmethod
    def of(cls, keys: KeyRing, subscription: str, digest: str) -> Cursors:
        """Return the cursors of a question under a subscription."""
        return cls(hkdf_expand(keys.cursor, _CURSOR), f"{subscription} {digest}".encode())

    def make(self, place: Place, nonce: bytes) -> str:
        """Return the cursor behind a record."""
        made = encrypt(self.key, _PLACE.pack(*place), self.bound, nonce)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def read(self, cursor: str) -> Place:
        """Return where a cursor points.

        Raises:
            CursorInvalid: It is not of this question.
        """
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return Place(*_PLACE.unpack(decrypt(self.key, sealed, self.bound)))
        except (binascii.Error, ValueError, struct.error, SealBroken):
            raise CursorInvalid from None


_PARTS = ("place", "fly_tip")


def chosen_parts(fields: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the chosen fields as a tree of names; None: all.

    Args:
        fields: Of ``schemas.analysis.RECORD_FIELDS``.
    """
    if not fields:
        return None
    chosen: dict[str, Any] = {}
    for name in fields:
        whole = next((part for part in _PARTS if name.startswith(f"{part}_")), None)
        if whole is None:
            chosen[name] = True
        elif chosen.get(whole) is not True:
            chosen.setdefault(whole, {})[name.removeprefix(f"{whole}_")] = True
    return chosen
