"""The lines of a section 17A return: which row of which paragraph, under which name, how coarse."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.keys.quarters import QuarterKeys
from gateway.release.treated import open_half_of
from gateway.store.releasing import Candidate
from policies.crowd import Level, Spot
from policies.lists import Prescribed
from policies.pseudonym import row_id
from policies.returned import RACIAL, race_row_of, row_of, spot_of
from schemas.record_class import RecordClass
from schemas.returns import Change, Line, ReturnRow


@dataclass(slots=True)
class RowNames:
    """The names under which one recipient knows rows; one key a period and paragraph."""

    keys: QuarterKeys
    recipient: str
    eras: Sequence[int] = ()
    """Where the log was put back to (``law.holds.eras``)."""
    _keys: dict[tuple[str, int], bytes] = field(default_factory=dict)

    def id_of(self, incident: int, period: str, paragraph: int) -> str:
        """Return the recipient's name for a row of an incident first reported in a period."""
        about = (period, paragraph)
        key = self._keys.get(about)
        if key is None:
            key = self._keys[about] = self.keys.return_key(self.recipient, *about)
        number = incident.to_bytes(8, "big")
        era = bisect_left(self.eras, incident)
        return row_id(key, period, number + era.to_bytes(2, "big") if era else number)


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of one file are told."""

    paragraph: int
    prescribed: Prescribed
    voluntary: bool

    def row(self, row: Candidate, record_class: RecordClass, level: int | None) -> ReturnRow:
        """Return what the file says of an incident version."""
        half = open_half_of(row)
        if self.paragraph == RACIAL:
            return race_row_of(half, Level(Level.DAY if level is None else level), self.prescribed)
        return row_of(self.paragraph, half, record_class, self.prescribed, voluntary=self.voluntary)


def spot(row: Candidate, prescribed: Prescribed) -> Spot:
    """Return when and where an incident version was, as the files tell it."""
    return spot_of(open_half_of(row), prescribed)


def line_of(named: str, change: str, period: str, row: ReturnRow | None) -> bytes:
    """Return one line of a file as JSON, without what is not known."""
    line = Line(id=named, change=Change(change), period=period, row=row)
    return line.model_dump_json(exclude_none=True).encode()
