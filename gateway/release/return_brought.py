"""What a holder brings to its return as a table: pupils excluded, counted and hidden before it comes here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from gateway.errors import ReturnTableStands
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.store import tables as t
from gateway.store.tx import Tx
from policies.exclusions import EXCLUSIONS, ExclusionCell


def body_of(cells: Sequence[ExclusionCell]) -> str:
    """Return a table as it is kept: the cells as canonical JSON."""
    listed = [cell.model_dump(mode="json") for cell in cells]
    return json.dumps(listed, sort_keys=True, separators=(",", ":"))


def lines_in(body: str) -> list[bytes]:
    """Return the lines of a kept table, a cell each."""
    cells = json.loads(body)  # noqa: TID251 - our own document, bound by its leaf
    return [ExclusionCell.model_validate(cell).model_dump_json().encode() for cell in cells]


@dataclass(frozen=True, slots=True)
class Bringing:
    """The job that keeps a holder's table of a period, with one leaf."""

    holder: str
    quarter: str
    cells: Sequence[ExclusionCell]
    act: Act
    at: int

    def __call__(self, tx: Tx) -> bool:
        """Keep it; return whether it was new.

        Raises:
            ReturnTableStands: Another one stands for the period.
        """
        about = {"holder": self.holder, "quarter": self.quarter, "paragraph": EXCLUSIONS}
        body, before = body_of(self.cells), tx.one(t.RETURN_TABLE, about)
        if before is not None:
            if before["body"] != body:
                raise ReturnTableStands
            return False
        index = tx.seal(
            leaf(
                Operation.RETURN_TABLE,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                holder=self.holder,
                quarter=self.quarter.lower(),
                paragraph=EXCLUSIONS,
                content_sha256=sha256(body.encode()).hexdigest(),
                cells=len(self.cells),
            )
        )
        tx.add(t.RETURN_TABLE, [{"leaf": index, **about, "body": body, "at": self.at}])
        return True
