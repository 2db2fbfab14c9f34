"""The treatment tables: per lane, one operation for every field of ``Incident``.

Deny by default, for fields too: a field that nobody treated stops the gateway from starting.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from policies.operations import APPLY_BY_FIELD, OPERATIONS, Apply, Operation, keep
from policies.refusals import PolicyRefused
from schemas.base import Word
from schemas.incident import SENSITIVITY
from schemas.open_half import OpenDetail, OpenHalf
from schemas.packaged import packaged_text
from schemas.released import DepersonalisedIncident
from schemas.sensitivity import Lane

_COLUMNS = frozenset(OpenHalf.model_fields) - {"detail", "repeat_at_place"}
_DETAIL = frozenset(OpenDetail.model_fields) - {"unlisted_codes", "point_edition"}
_RELEASED = frozenset(DepersonalisedIncident.model_fields)
_STAMPED = frozenset({"version", "source", "controller"})
"""Fields of the released record that come from the log and the class, not from the incident."""
_OF_SEVERAL = frozenset({"place", "repeat_at_place"})
"""Fields of the released record that several fields of the incident may give."""
_FORMER = frozenset({"handling"})
"""Fields that ``Incident`` had once: a handling code stands in its grading now."""
_LATER = frozenset({"grading", "mopi_group", "assertion"})
"""Fields that it had not from the beginning, so that tables of older snapshots do not name them."""
PACKAGED_LANES = (Lane.DEPERSONALISED, Lane.STATISTICS, Lane.PERSONAL)


class Treatment(Word):
    """One line of a table."""

    op: str
    keeps: str | None = None
    releases: str | None = None


_LINES = TypeAdapter(dict[str, Treatment])


@dataclass(frozen=True, slots=True)
class Plan:
    """A table compiled once: recording copies and applies, release copies and tells the time."""

    copies: tuple[tuple[str, str], ...]
    """(field of the incident, column of the open half) that recording keeps as it came."""
    detail_copies: tuple[tuple[str, str], ...]
    """The same into the detail."""
    applied: tuple[tuple[str, str, Apply], ...]
    """(field of the incident, column of the open half, operation)."""
    detail_applied: tuple[tuple[str, str, Apply], ...]
    """The same into the detail."""
    columns: tuple[tuple[str, str], ...]
    """(field of the open half, field released)."""
    details: tuple[tuple[str, str], ...]
    """(field of the detail, field released)."""
    times: tuple[tuple[str, str], ...]
    """(epoch column, field released as ISO text)."""


class Treatments:
    """The table of one lane. Immutable; made by ``load``."""

    def __init__(self, lane: Lane, text: str, lines: Mapping[str, Treatment]) -> None:
        self.lane = lane
        self.text = text
        self.lines: Mapping[str, Treatment] = MappingProxyType(dict(lines))
        """One treatment a field of ``Incident``, by field name."""
        self.plan = _compiled(self.lines)
        self.read_at_rest = frozenset(
            name for name, line in lines.items() if OPERATIONS[line.op].reads_at_rest
        )
        """Fields that release needs as they came."""
        self.says_beside = "grading" in _lines(lane, text)
        """Whether a record says beside itself on what basis it went and how it was graded: the table of an
        older snapshot does not, so that what was released under it renders as it did."""
        self.counts_by = frozenset(name for name, line in lines.items() if line.op == "count_place")
        """Fields that may name the place under which incidents are counted."""

    @classmethod
    def load(cls, lane: Lane, text: str) -> Treatments:
        """Read and check one table.

        Raises:
            PolicyRefused: A field of ``Incident`` has no treatment or one that does not exist is
                treated; an operation is unknown, or its lane, mark or half does not allow it; a
                target is not one that the operation may fill, so that a field cannot pass as another.
        """
        lines = _lines(lane, text)
        for name in SENSITIVITY:
            if name not in lines:
                raise PolicyRefused(_file(lane), name, "the field has no treatment")
        for name, line in lines.items():
            fault = _fault(lane, name, line)
            if fault is not None:
                raise PolicyRefused(_file(lane), name, fault)
        _check_targets(lane, lines)
        return cls(lane, text, lines)

    @classmethod
    def of_snapshot(cls, lane: Lane, text: str) -> Treatments:
        """Read a table of an older snapshot: it treats a record as it was then, later fields as today.

        What it says of a field that there is no more is passed over (raises as ``load``).
        """
        lines = {name: line for name, line in _lines(lane, text).items() if name not in _FORMER}
        today = packaged_treatments()[lane].lines
        whole = {**{name: today[name] for name in _LATER if name not in lines}, **lines}
        for name, line in whole.items():
            fault = _fault(lane, name, line)
            if fault is not None:
                raise PolicyRefused(_file(lane), name, fault)
        if whole.keys() != SENSITIVITY.keys():
            missing = min(SENSITIVITY.keys() - whole.keys())
            raise PolicyRefused(_file(lane), missing, "the field has no treatment")
        _check_targets(lane, whole)
        return cls(lane, text, whole)

    @classmethod
    def unchecked(cls, lane: Lane, text: str) -> Treatments:
        """Read a table without checking it. For one test only: that the canary test can turn red.

        ``load`` refuses a table such as ``address_text = { op = "keep", keeps =
        "source_category_label", releases = "source_category_label" }``; this lets it through, and the
        canary planted in the address must then be found in what leaves. An architecture test may
        assert that nothing outside ``tests`` names this method.
        """
        return cls(lane, text, _lines(lane, text))


def _file(lane: Lane) -> str:
    return f"{lane.value}.toml"


def _lines(lane: Lane, text: str) -> dict[str, Treatment]:
    try:
        return _LINES.validate_python(tomllib.loads(text).get("field", {}))
    except tomllib.TOMLDecodeError as broken:
        raise PolicyRefused(_file(lane), "", f"it is no TOML: {broken}") from None
    except ValidationError as broken:
        where = ".".join(str(part) for part in broken.errors()[0]["loc"])
        raise PolicyRefused(_file(lane), where, "a treatment is op, keeps and releases") from None


def _fault(lane: Lane, name: str, line: Treatment) -> str | None:
    """What is wrong with one line, or None."""
    sensitivity = SENSITIVITY.get(name)
    operation = OPERATIONS.get(line.op)
    if sensitivity is None:
        return "Incident has no such field"
    if operation is None:
        return "there is no such operation"
    if lane not in operation.lanes:
        return f"{line.op} is not for this lane"
    if sensitivity.mark not in operation.marks or sensitivity.half not in operation.halves:
        return f"{line.op} is not for a field marked {sensitivity.mark}, {sensitivity.half}"
    if operation.only and name not in operation.only:
        return f"{line.op} is not for this field"
    return _target_fault(name, line, operation)


def _target_fault(name: str, line: Treatment, operation: Operation) -> str | None:
    if (line.keeps is None) != (operation.apply is None):
        return f"{line.op} keeps nothing" if line.keeps else f"{line.op} says what it keeps"
    if (line.releases is None) == operation.releases:
        return (
            f"{line.op} releases nothing" if line.releases else f"{line.op} says what it releases"
        )
    if line.keeps is not None and line.keeps not in (operation.keeps_as or {name}):
        return f"{line.op} may not keep it there"
    if line.releases is not None and line.releases not in (operation.leaves_as or {name}):
        return f"{line.op} may not release it there"
    return None


def _check_targets(lane: Lane, lines: Mapping[str, Treatment]) -> None:
    """Each target has one giver (a place and its count have several); none is left without one."""
    kept = [line.keeps for line in lines.values() if line.keeps]
    left = [
        line.releases
        for line in lines.values()
        if line.releases and line.releases not in _OF_SEVERAL
    ]
    for targets in (kept, left):
        twice = sorted({target for target in targets if targets.count(target) > 1})
        if twice:
            raise PolicyRefused(_file(lane), twice[0], "two fields are given to one target")
    if lane is Lane.DEPERSONALISED:
        missing = sorted((_COLUMNS | _DETAIL) - set(kept))
        missing += sorted(_RELEASED - _STAMPED - _OF_SEVERAL - set(left))
        if missing:
            raise PolicyRefused(_file(lane), missing[0], "no field is given to this target")


def _compiled(lines: Mapping[str, Treatment]) -> Plan:
    kept = [
        (name, line.keeps, _apply(name, line))
        for name, line in lines.items()
        if line.keeps is not None
    ]
    left = [
        (line.keeps, line.releases, line.op)
        for line in lines.values()
        if line.keeps is not None and line.releases is not None and line.releases != "place"
    ]
    in_column = [step for step in kept if step[1] not in _DETAIL]
    in_detail = [step for step in kept if step[1] in _DETAIL]
    timeless = [(source, target) for source, target, op in left if op != "hour"]
    return Plan(
        copies=tuple(step[:2] for step in in_column if step[2] is keep),
        detail_copies=tuple(step[:2] for step in in_detail if step[2] is keep),
        applied=tuple(step for step in in_column if step[2] is not keep),
        detail_applied=tuple(step for step in in_detail if step[2] is not keep),
        columns=tuple(pair for pair in timeless if pair[0] not in _DETAIL),
        details=tuple(pair for pair in timeless if pair[0] in _DETAIL),
        times=tuple((source, target) for source, target, op in left if op == "hour"),
    )


def _apply(name: str, line: Treatment) -> Apply:
    if line.op == "map_point":
        return APPLY_BY_FIELD[name]
    return OPERATIONS[line.op].apply or keep


@cache
def packaged_treatments() -> Mapping[Lane, Treatments]:
    """Return the tables that travel inside the package, by lane."""
    return MappingProxyType(
        {
            lane: Treatments.load(lane, packaged_text("policies", f"treatments/{lane.value}.toml"))
            for lane in PACKAGED_LANES
        }
    )
