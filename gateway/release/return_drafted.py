"""Drafting a section 17A return: what one holder owes one recipient for one period, from one read.

All paragraphs of a period are drafted together, because how coarsely paragraph 7 may be told depends on
what stands in the others. What happened to rows of earlier periods after their return was made stands here
as lines of its own: late, revised, retracted; an earlier file is never made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.errors import NotFound
from gateway.law.book import Edition
from gateway.ledger.leaf import stamp
from gateway.release.disclosed import NAMELESS
from gateway.release.return_asked import (
    Ask,
    ReturnDesk,
    asked_under_17a,
    check,
    own_classes,
    paragraphs_of,
)
from gateway.release.return_brought import lines_in
from gateway.release.return_lines import Form, RowNames, line_of, spot
from gateway.store.releasing import Candidate, log_size
from gateway.store.returning import (
    Given,
    Standing,
    changed_since,
    current_of,
    files_of,
    given,
    incidents_of,
    rows_at,
    tables_in,
)
from policies.crowd import Level, Told, levels
from policies.lists import Prescribed
from policies.returned import RACIAL, is_unmapped
from schemas.decisions import Decision
from schemas.record_class import RecordClass
from schemas.returns import Change

RESTRICTED, ALONE = "record_is_restricted", "racial_row_stands_alone"
"""Among the reasons for which rows are withheld."""


@dataclass(slots=True)
class Entry:
    """One line to be: what it does, from which version to which, how coarse."""

    change: Change
    period: str
    row: Candidate | None
    old: Candidate | None = None
    before: Given | None = None
    level: Level | None = None

    def told(self, prescribed: Prescribed) -> Told:
        """Return it as an intruder would see it."""
        known = (self.old, self.row) if self.before is not None else (self.row,)
        spots = tuple(spot(row, prescribed) for row in known if row is not None)
        return Told(self.change, self.period, spots)


@dataclass(slots=True)
class Piece:
    """One paragraph's file to be."""

    paragraph: int
    entries: list[Entry] = field(default_factory=list)
    considered: int = 0
    withheld: int = 0
    held: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    unmapped: int = 0
    cells: int = 0
    """Lines that are cells of a table, about no single incident."""

    def withhold(self, reasons: Iterable[str]) -> None:
        """Count one row that stays, once, with every reason."""
        self.withheld += 1
        self.reasons.update(reasons)

    def counts(self) -> dict[str, int | dict[str, int]]:
        """In = out + withheld + held; how many of the lines are changes; how many are not mapped."""
        changes = Counter(row["change"] for row in self.rows)
        released = len(self.rows) + self.cells
        if self.considered != released + self.withheld + self.held:
            message = "a return that does not balance"
            raise ArithmeticError(message)
        return {
            "considered": self.considered,
            "released": released,
            "withheld": self.withheld,
            "held": self.held,
            "late": changes[Change.LATE.value],
            "revised": changes[Change.REVISED.value],
            "retracted": changes[Change.RETRACTED.value],
            "unmapped": self.unmapped,
            "reasons": dict(self.reasons),
        }


@dataclass(slots=True)
class ReturnDraft:
    """A return as it is to be."""

    ask: Ask
    edition: Edition
    day: date
    log_size: int
    pieces: list[Piece]
    flags: list[str]
    at: int
    stamp: str

    def going(self) -> dict[int, int]:
        """Return the version of every incident of which a row leaves."""
        return {
            row["incident"]: row["version"]
            for piece in self.pieces
            for row in piece.rows
            if row["change"] != Change.RETRACTED.value
        }


def draft_return(desk: ReturnDesk, ask: Ask) -> ReturnDraft:
    """Work a return out (raises as ``check``, and ``NotFound`` where the holder has no feed for it)."""
    edition, now = desk.book.for_release(), desk.clock.now()
    day = desk.day()
    check(desk, edition, ask)
    numbers = paragraphs_of(edition, ask.holder, day)
    classes = own_classes(edition, desk.book.classes(), ask.holder, day)
    drafting = _Drafting(ask, edition, classes, numbers, desk.keys.quarters.destroyed)
    drafting.decide(day)
    with desk.reader.connection() as connection:
        size = log_size(connection)
        drafting.originals(connection)
        drafting.changes(connection)
        brought = tables_in(connection, ask.quarter.name)
    drafting.coarsen()
    drafting.write(RowNames(desk.keys.quarters, ask.recipient, edition.eras))
    pieces = list(drafting.pieces.values())
    for (holder, number), body in sorted(brought.items()):
        if holder == ask.holder:
            lines = lines_in(body)
            pieces.append(Piece(number, considered=len(lines), lines=lines, cells=len(lines)))
    if not pieces:
        raise NotFound
    return ReturnDraft(
        ask=ask,
        edition=edition,
        day=day,
        log_size=size,
        pieces=pieces,
        flags=sorted({flag for one in drafting.decisions.values() for flag in one.flags}),
        at=int(now.timestamp()),
        stamp=stamp(now),
    )


class _Drafting:
    """Works one return out, paragraph by paragraph."""

    def __init__(
        self,
        ask: Ask,
        edition: Edition,
        classes: Mapping[int, RecordClass],
        numbers: list[int],
        nameless: frozenset[str],
    ) -> None:
        self._nameless = nameless
        self._ask, self._edition, self._classes = ask, edition, classes
        self.pieces = {number: Piece(number) for number in numbers}
        self.decisions: dict[tuple[int, int], Decision] = {}
        prescribed = edition.law.lists.prescribed
        self._prescribed = prescribed
        self._forms = {n: Form(n, prescribed, ask.voluntary) for n in numbers}

    def decide(self, day: date) -> None:
        """Ask the law about every class under every paragraph."""
        law = self._edition.law
        asked = {number: asked_under_17a(self._ask.recipient, number) for number in self.pieces}
        self.decisions = {
            (number, class_id): law.decide(asked[number], one, day)
            for number in self.pieces
            for class_id, one in self._classes.items()
        }

    # ------------------------------------------------------------------ this period
    def originals(self, connection: Any) -> None:  # noqa: ANN401 - a connection lent by the reader
        """Consider every incident of the period under each paragraph that prescribes it."""
        period = self._ask.quarter.name
        for one in incidents_of(connection, period, self._classes):
            for number in self._paragraphs(one.row):
                self._consider(number, one, Entry(Change.ORIGINAL, period, one.row))

    def _paragraphs(self, row: Candidate) -> list[int]:
        found = self._classes.get(row.class_id)
        return [] if found is None else [n for n in found.si_paragraphs if n in self.pieces]

    def _consider(self, number: int, one: Standing, entry: Entry) -> None:
        piece = self.pieces[number]
        piece.considered += 1
        if one.state != "live":
            piece.withhold([RESTRICTED])
            return
        if entry.period in self._nameless:
            # nothing new can be named of that quarter any more
            piece.withhold([NAMELESS])
            return
        decision = self.decisions[number, one.row.class_id]
        if decision.releases:
            piece.entries.append(entry)
            return
        piece.withhold([c.id for c in decision.unmet] + list(decision.errors) or ["no_basis"])

    # ------------------------------------------------------------------ earlier periods
    def changes(self, connection: Any) -> None:  # noqa: ANN401 - as above
        """Consider what happened to earlier periods' rows since the recipient was last told of them."""
        ask = self._ask
        files = files_of(connection, ask.holder, ask.recipient)
        periods = sorted({f["quarter"] for f in files if f["quarter"] < ask.quarter.name})
        before = {
            (one.paragraph, one.incident): one
            for one in given(connection, ask.holder, ask.recipient, periods)
        }
        olds = rows_at(connection, {one.position for one in before.values()} if periods else ())
        for period in periods:
            for number in self.pieces:
                own = [f for f in files if f["paragraph"] == number]
                self._changes_of(connection, number, period, own, before, olds)

    def _changes_of(
        self,
        connection: Any,  # noqa: ANN401 - as above
        number: int,
        period: str,
        files: list[dict[str, Any]],
        before: Mapping[tuple[int, int], Given],
        olds: Mapping[int, Candidate],
    ) -> None:
        first = next((f for f in files if f["quarter"] == period), None)
        if first is None:
            return
        told = [f for f in files if f["leaf"] >= first["leaf"] and f["quarter"] >= period]
        since = max(f["log_size"] for f in told)
        new = changed_since(connection, period, since)
        # what was held of paragraph 7 is looked at again and again
        at_all = changed_since(connection, period, first["log_size"]) if number == RACIAL else new
        for incident, one in sorted(current_of(connection, at_all).items()):
            known = before.get((number, incident))
            if known is not None and known.change == Change.RETRACTED.value:
                known = None
            if known is None and incident not in new:
                continue
            old = None if known is None else olds.get(known.position)
            self._change(number, period, one, known, old)

    def _change(
        self, number: int, period: str, one: Standing, known: Given | None, old: Candidate | None
    ) -> None:
        piece = self.pieces[number]
        mine = number in self._paragraphs(one.row) and one.state in {"live", "restricted"}
        goes = mine and one.state == "live" and self.decisions[number, one.row.class_id].releases
        if known is None:
            if mine:
                self._consider(number, one, Entry(Change.LATE, period, one.row))
        elif not goes:
            piece.considered += 1
            piece.entries.append(Entry(Change.RETRACTED, period, None, old, known))
        elif one.row.version != known.version and not self._same(number, one.row, old, known):
            piece.considered += 1
            piece.entries.append(Entry(Change.REVISED, period, one.row, old, known))

    def _same(self, number: int, row: Candidate, old: Candidate | None, known: Given) -> bool:
        """Whether both versions say the same in what is prescribed."""
        if old is None or old.class_id not in self._classes:
            return False
        form, classes = self._forms[number], self._classes
        return form.row(row, classes[row.class_id], known.level) == form.row(
            old, classes[old.class_id], known.level
        )

    # ------------------------------------------------------------------ paragraph 7, and the lines
    def coarsen(self) -> None:
        """Say how coarsely each racial line is told; keep back those that stand alone."""
        piece = self.pieces.get(RACIAL)
        if piece is None:
            return
        others = [
            entry.told(self._prescribed)
            for number, other in self.pieces.items()
            if number != RACIAL
            for entry in other.entries
        ]
        race = piece.entries
        before = [None if e.before is None else Level(e.before.level or 0) for e in race]
        found = levels(
            [entry.told(self._prescribed) for entry in race], others, self._prescribed.crowd, before
        )
        piece.entries = []
        for entry, level in zip(race, found, strict=True):
            entry.level = level
            if level is not None:
                piece.entries.append(entry)
            elif entry.before is None:
                piece.withhold([ALONE])
            else:
                # what is held was given as no personal data, and is told of when others change too
                piece.held += 1

    def write(self, names: RowNames) -> None:
        """Give every line its name, and put each file in the order of its own names."""
        for piece in self.pieces.values():
            written = [self._written(piece, entry, names) for entry in piece.entries]
            for row, line in sorted(written, key=_by_name):
                piece.rows.append(row | {"sequence": len(piece.rows)})
                piece.lines.append(line)

    def _written(self, piece: Piece, entry: Entry, names: RowNames) -> tuple[dict[str, Any], bytes]:
        said, before = None, entry.before
        if entry.row is not None:
            record_class = self._classes[entry.row.class_id]
            said = self._forms[piece.paragraph].row(entry.row, record_class, entry.level)
            piece.unmapped += is_unmapped(said)
        about = entry.row or before
        if about is None:
            raise LookupError
        named = (
            names.id_of(about.incident, entry.period, piece.paragraph)
            if before is None
            else before.row_id
        )
        row = {
            "incident": about.incident,
            "version": about.version,
            "position": about.position,
            "row_id": named,
            "change": entry.change.value,
            "period": entry.period,
            "level": None if entry.level is None else entry.level.value,
        }
        return row, line_of(named, entry.change.value, entry.period, said)


def _by_name(written: tuple[dict[str, Any], bytes]) -> str:
    name: str = written[0]["row_id"]
    return name
