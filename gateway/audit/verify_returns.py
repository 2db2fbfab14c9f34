"""Verifying section 17A returns: file, rows and content against their operation, receipts against the files.

A file is rendered again from the log and from the law that it was made under, unless a row of it was erased
since. Which rows were late, held or alone cannot be worked out later; their numbers are in the operation's
own hash.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_register import Laws, RegisterWalk
from gateway.audit.verify_stored import body_sha256
from gateway.keys.ring import KeyRing
from gateway.ledger.leaf import Operation
from gateway.ledger.tree import batch_root
from gateway.log.commitment import EntryKind
from gateway.release.disclosed import content_hash
from gateway.release.return_asked import asked_under_17a
from gateway.release.return_brought import lines_in
from gateway.release.return_lines import Form, RowNames, line_of
from gateway.release.return_made import VOLUNTARY, row_entry
from gateway.store.releasing import Candidate
from gateway.store.verifying import Evidence, Row
from policies.law import Law
from schemas.record_class import RecordClass
from schemas.returns import Change

_COUNTS = (
    *("considered", "released", "withheld", "held", "late", "revised", "retracted", "unmapped"),
    "reasons",
)
_FILE = ("holder", "recipient", "quarter", "paragraph", "form", "snapshot", "law_epoch", "day")
_ROW = ("sequence", "incident", "version", "position", "row_id", "change", "period", "level")
_ENTRY_KIND, _CANDIDATE = len(_ROW), len(_ROW) + 1
_CHANGES = (Change.LATE, Change.REVISED, Change.RETRACTED)


@dataclass(slots=True)
class _Standing:
    """Where operations have put a file: handed out how often, when first, what last; and received."""

    attempts: int = 0
    handed_at: int | None = None
    handed_hash: bytes | None = None
    acknowledged_at: int | None = None

    def row(self) -> tuple[object, ...]:
        """Return what the table must hold."""
        return (self.attempts, self.handed_at, self.handed_hash, self.acknowledged_at)


class ReturnWalk:
    """Checks each return when its operation is reached, and folds what came of it."""

    def __init__(
        self,
        evidence: Evidence,
        keys: KeyRing,
        classes: Mapping[int, RecordClass],
        laws: Laws,
        register: RegisterWalk,
        findings: Findings,
    ) -> None:
        self._evidence, self._keys, self._findings = evidence, keys, findings
        self._classes, self._laws, self._register = classes, laws, register
        self._standings: dict[int, _Standing] = {}
        self._stored: dict[int, tuple[object, ...]] = {}
        self._tables: dict[int, Row] = {row[0]: row for row in evidence.rows("return_table")}
        self._brought: dict[tuple[str, str, int], list[bytes]] = {}

    def take(
        self, index: int, operation: Operation, document: Mapping[str, Any], row: Row | None
    ) -> None:
        """Follow one operation; ``row`` is the file that a return made."""
        if operation is Operation.RETURN:
            self._check(index, document, row)
        elif operation is Operation.RETURN_TABLE:
            self._bring(index, document)
        elif operation is Operation.RETURN_HANDED:
            standing = self._standings[document["return_entry"]]
            at = seconds(document["at"])
            standing.attempts += 1
            standing.handed_at = at if standing.handed_at is None else standing.handed_at
            standing.handed_hash = bytes.fromhex(document["content_sha256"])
        elif operation is Operation.RETURN_RECEIVED:
            standing = self._standings[document["return_entry"]]
            content = bytes.fromhex(document["content_sha256"])
            if standing.acknowledged_at is not None or standing.handed_hash != content:
                self._findings.add("return.order", "ledger", index)
            standing.acknowledged_at = seconds(document["at"])

    def finish(self) -> None:
        """Hold every file against what came of it."""
        for leaf, stored in self._stored.items():
            if stored != self._standings[leaf].row():
                self._findings.add("return.standing", "return_file", leaf)
        for leaf in self._tables:
            self._findings.add("return.uncovered", "return_table", leaf)
        for number, _ in enumerate(self._evidence.orphans("return_row"), start=1):
            self._findings.add("return.uncovered", "return_row", f"(uncovered row {number})")

    def _bring(self, index: int, document: Mapping[str, Any]) -> None:
        """Follow a table that a holder brought."""
        row = self._tables.pop(index, None)
        key = document["holder"], document["quarter"], document["paragraph"]
        try:
            lines = [] if row is None else lines_in(row[4])
        except UNREADABLE:
            lines = []
        self._brought[key] = lines
        told = (index, key[0], key[1].upper(), key[2])
        if (
            row is None
            or row[:4] != told
            or body_sha256(row[4]) != document["content_sha256"]
            or row[5] != seconds(document["at"])
            or len(lines) != document["cells"]
        ):
            self._findings.add("return.table", "return_table", index)

    # ------------------------------------------------------------------ one file
    def _check(self, index: int, document: Mapping[str, Any], row: Row | None) -> None:
        self._standings[index] = _Standing()
        if row is not None:
            self._stored[index] = row[13:]
            if row[1:13] != _told(document):
                self._findings.add("return.changed", "return_file", index)
        rows = list(self._evidence.returned(index))
        key = document["holder"], document["quarter"], document["paragraph"]
        cells = self._brought.get(key, [])
        parts = sum(document[name] for name in ("released", "withheld", "held"))
        changes = Counter(one[5] for one in rows)
        told = [document[change.value] for change in _CHANGES]
        if (
            document["considered"] != parts
            or document["released"] != len(rows) + len(cells)
            or told != [changes[change.value] for change in _CHANGES]
        ):
            self._findings.add("return.balance", "ledger", index)
        try:
            root = batch_root(row_entry(dict(zip(_ROW, one, strict=False))) for one in rows).hex()
        except UNREADABLE:
            root = ""
        if root != document["disclosures_root"]:
            self._findings.add("return.rows", "return_row", index)
        law = self._laws.get(document["snapshot"])
        if law is None or not self._register.adopted(document["snapshot"]):
            self._findings.add("release.snapshot", "return_file", index)
            return
        try:
            self._check_rows(index, document, rows, law, cells)
        except UNREADABLE:
            self._findings.add("return.content", "return_file", index)

    def _check_rows(
        self,
        index: int,
        document: Mapping[str, Any],
        rows: list[Row],
        law: Law,
        cells: list[bytes],
    ) -> None:
        prescribed, voluntary = law.lists.prescribed, document["format"] == VOLUNTARY
        form = Form(document["paragraph"], prescribed, voluntary)
        names = RowNames(self._keys.quarters, document["recipient"], self._register.eras)
        asked, day = (
            asked_under_17a(document["recipient"], form.paragraph),
            date.fromisoformat(document["day"]),
        )
        lines: list[bytes] | None = [*cells]
        for one in rows:
            _, incident, version, position, named, change, period, level = one[: len(_ROW)]
            logged = one[_CANDIDATE : _CANDIDATE + 3]
            fits = one[_ENTRY_KIND] == EntryKind.RECORDED.value
            if not fits or logged != (position, incident, version):
                self._findings.add("return.rows", "return_row", f"{index}/{one[0]}")
            # of a quarter whose key was destroyed only the root can vouch for the names
            known = period not in self._keys.quarters.destroyed
            if known and names.id_of(incident, period, form.paragraph) != named:
                self._findings.add("return.rows", "return_row", f"{index}/{one[0]}")
            said = None
            if change != Change.RETRACTED.value:
                row = Candidate._make(one[_CANDIDATE:])
                found = self._classes[row.class_id]
                if not law.decide(asked, found, day).releases:
                    self._findings.add("release.unlawful", "return_row", f"{index}/{one[0]}")
                if row.kind is None:
                    lines = None
                    continue
                said = form.row(row, found, level)
            if lines is not None:
                lines.append(line_of(named, change, period, said))
        if lines is not None and content_hash(lines).hex() != document["content_sha256"]:
            self._findings.add("return.content", "return_file", index)


def _told(document: Mapping[str, Any]) -> tuple[object, ...]:
    """What the row of a file must hold, from its operation."""
    counts = {name: document[name] for name in _COUNTS}
    said = {**document, "quarter": document["quarter"].upper(), "form": document["format"]}
    return (
        *(said[name] for name in _FILE),
        document["log_size"],
        seconds(document["at"]),
        json.dumps(counts, sort_keys=True, separators=(",", ":")),
        bytes.fromhex(document["content_sha256"]),
    )
