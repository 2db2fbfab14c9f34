"""Verifying releases by cells: what was kept back, and that each cell left whole and large enough.

Incidents that were erased since are in no cell any more; a cell may have counted them then, so that many
are allowed for.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE
from gateway.release.disclosed import RECORD
from gateway.release.treated import open_half_of
from gateway.store.releasing import Candidate
from gateway.store.verifying import Evidence, Row
from policies.cells import Cell, row_of
from schemas.cells import Cells
from schemas.record_class import RecordClass

_WHAT, _CANDIDATE = 5, 10
_END = _CANDIDATE + len(Candidate._fields)


def cells_of(document: Mapping[str, Any]) -> Cells | None:
    """Return the levels of a release by cells; None for any other."""
    if "held_sha256" not in document:
        return None
    return Cells.model_validate({"place": document["cell_place"], "time": document["cell_time"]})


class CellWalk:
    """Follows what each subscription was given in cells, and what waited."""

    def __init__(
        self, evidence: Evidence, classes: Mapping[int, RecordClass], findings: Findings
    ) -> None:
        self._evidence, self._classes, self._findings = evidence, classes, findings
        self._kept: dict[str, dict[int, list[int]]] = defaultdict(dict)
        self._given: dict[str, dict[int, list[Candidate]]] = {}

    def waited(self, document: Mapping[str, Any], closed: Iterable[int]) -> Sequence[int]:
        """Return the offers that a release by cells considers again: kept back before, closed ones aside."""
        if cells_of(document) is None:
            return ()
        kept = self._kept[document["subscription"]]
        standing = [number for number in kept if number < document["number"]]
        newest = max(set(standing) - set(closed), default=0)
        return kept.get(newest, ())

    def kept_by_class(self, document: Mapping[str, Any], log_size: int, since: int) -> Counter[int]:
        """Count what a release kept back, by class."""
        kept = self._kept[document["subscription"]].get(document["number"], [])
        found: Counter[int] = Counter()
        for class_id, _, number in self._evidence.among(kept, log_size, since):
            found[class_id] += number
        return found

    def check(
        self, key: str, document: Mapping[str, Any], rows: Sequence[Row], closed: Iterable[int]
    ) -> None:
        """Check one release.

        Args:
            key: Names it in a finding.
            document: What its operation says.
            rows: Its disclosures.
            closed: Numbers of the subscription's releases that were closed before.
        """
        stored = self._evidence.kept_back(document["subscription"], document["number"])
        cells = cells_of(document)
        if cells is None or stored is None:
            if cells is not None or stored is not None:
                self._findings.add("release.kept_back", "kept_back", key)
            return
        try:
            self._check_kept(key, document, stored)
            self._check_whole(key, document, cells, rows, set(closed))
        except UNREADABLE:
            self._findings.add("release.cell", "release", key)

    def _check_kept(self, key: str, document: Mapping[str, Any], stored: Row) -> None:
        offers, more = stored
        said = document["held_sha256"], document["complete"]
        if (sha256(offers.encode()).hexdigest(), not more) != said:
            self._findings.add("release.kept_back", "kept_back", key)
            return
        places: list[int] = json.loads(offers)  # noqa: TID251 - hashed just above
        self._kept[document["subscription"]][document["number"]] = places
        if len(places) != document["held"]:
            self._findings.add("release.kept_back", "kept_back", key)

    def _check_whole(
        self,
        key: str,
        document: Mapping[str, Any],
        cells: Cells,
        rows: Sequence[Row],
        closed: set[int],
    ) -> None:
        name, number = document["subscription"], document["number"]
        given = self._given_before(name, number)
        given[number] = _candidates(rows)
        members: dict[Cell, set[int]] = defaultdict(set)
        erased = 0
        for other, candidates in given.items():
            for one in candidates if other not in closed else ():
                if one.kind is None:
                    erased += 1
                else:
                    members[self._cell(one, cells)].add(one.incident)
        touched = {self._cell(one, cells) for one in given[number] if one.kind is not None}
        waiting = self._kept[name].get(number, [])
        kept = {
            self._cell(one, cells)
            for one in map(Candidate._make, self._evidence.offered(waiting))
            if one.kind is not None
        }
        small = any(len(members[one]) + erased < document["minimum_cell"] for one in touched)
        if small or touched & kept:
            self._findings.add("release.cell", "release", key)

    def _given_before(self, name: str, number: int) -> dict[int, list[Candidate]]:
        if name not in self._given:
            self._given[name] = {
                other: _candidates(list(self._evidence.disclosed(name, other)))
                for other in range(1, number)
            }
        return self._given[name]

    def _cell(self, one: Candidate, cells: Cells) -> Cell:
        record_class = self._classes[one.class_id]
        return row_of(one.incident, one.quarter, open_half_of(one), record_class, cells).cell


def _candidates(rows: Iterable[Row]) -> list[Candidate]:
    return [Candidate._make(row[_CANDIDATE:_END]) for row in rows if row[_WHAT] == RECORD]
