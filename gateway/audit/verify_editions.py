"""Verifying published editions: each is made again from its basis and those before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from gateway.audit.verify_findings import Findings
from gateway.audit.verify_log import UNREADABLE, seconds
from gateway.audit.verify_pushes import RowsByLeaf
from gateway.ledger.leaf import Operation
from gateway.store.verifying import Evidence
from policies.edition_text import read_basis, read_shown, shown_text
from policies.editions import Edition

EDITION = "statistics_edition"
"""What operations of tables call an edition; other tables are answers."""


class EditionWalk:
    """Checks each edition when its operation is reached."""

    def __init__(self, evidence: Evidence, findings: Findings) -> None:
        self._rows = RowsByLeaf(evidence, "edition", findings)
        self._findings = findings
        self._of_quarter: dict[str, list[Edition]] = defaultdict(list)

    def take(self, index: int, operation: Operation, document: Mapping[str, Any]) -> None:
        """Hold an edition against its operation; other operations are passed over."""
        if operation is not Operation.TABLE or document["table"] != EDITION:
            return
        row = self._rows.at(index)
        if row is None:
            return
        try:
            same = self._told(row) == {name: document[name] for name in _SAID}
            same = same and row[3] == seconds(document["at"])
        except UNREADABLE:
            same = False
        if not same:
            self._findings.add("edition.changed", "edition", f"of operation {index}")

    def finish(self) -> None:
        """Find the rows behind the last operation."""
        self._rows.finish()

    def _told(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """Return what an operation must say of a row, by making it again."""
        _, quarter, number, _, cells, shown, basis = row
        editions = self._of_quarter[quarter]
        editions.append(read_basis(basis).edition)
        again = number == len(editions) and shown_text(editions) == shown
        counts = [one.number for one in read_shown(shown)]
        return {
            "edition": f"{quarter.lower()}.{number}" if again else "",
            "cells": cells if cells == len(counts) else -1,
            "count": sum(one is not None for one in counts),
            "content_sha256": sha256(shown.encode()).hexdigest(),
            "root": sha256(basis.encode()).hexdigest(),
        }


_SAID = ("edition", "cells", "count", "content_sha256", "root")
