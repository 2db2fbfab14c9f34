"""Records of one subscription as the parts of a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import polars as pl

from gateway.analysis.bulk import standing_of, treatment_for
from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.exported.planned import Part, basis_of, parts_of, path_of
from gateway.analysis.frames import RECORD_COLUMNS, Column
from gateway.analysis.written.about import About
from gateway.analysis.written.forms import FORMS, Form
from gateway.ledger.leaf import stamp
from gateway.store.bulk import ROWS, Standing, standing_columns, standing_moments
from policies.marking import high_water
from schemas.codes import Kind
from schemas.sensitivity import Lane

RULES = (
    "Times are never finer than the hour.",
    "One place leaves, never finer than a map point; coarser where the behaviour is sensitive.",
    "Only kind asb_incident is anti-social behaviour; kinds are never added to one another.",
    "Restricted, retracted and erased records are absent; what you keep of them you delete when told.",
)
"""What a reader of depersonalised records must know."""


@dataclass(slots=True)
class Records:
    """What the law lets go, drawn part by part inside one read."""

    connection: Any
    """Inside one consistent read."""
    desk: Desk
    entitled: Entitled
    log_size: int
    kinds: Sequence[Kind]
    form: Form

    columns: Sequence[Column] = RECORD_COLUMNS
    rules: Sequence[str] = RULES
    lane: Lane = Lane.DEPERSONALISED
    editions: frozenset[str] = frozenset()

    @property
    def standing(self) -> Standing:
        """Which versions: those of the reader, narrowed to the kinds asked for."""
        whole = standing_of(self.entitled)
        if not self.kinds:
            return whole
        classes = self.entitled.decided.classes
        return whole._replace(classes=[c for c in whole.classes if classes[c].kind in self.kinds])

    def parts(self) -> dict[str, Part]:
        """Return what stands in each part."""
        return parts_of(standing_moments(self.connection, self.standing, self.log_size))

    def basis(self) -> bytes:
        """Return the hash of what every file depends on beside its rows."""
        asked, edition = self.entitled.subscription, self.entitled.edition
        said = {
            "form": self.form.value,
            "subscription": asked.id,
            "recipient": asked.partner,
            "power": asked.power.value,
            "treatment": edition.law.treatments[Lane.DEPERSONALISED].text,
            "eras": list(edition.eras),
            "gone": sorted(self.desk.keys.quarters.destroyed),
            "rules": list(self.rules),
        }
        return basis_of(self.columns, said)

    def write(self, part: Part, sink: BinaryIO) -> None:
        """Write the file of a part."""
        classes = self.entitled.decided.classes
        marked = high_water((classes[one] for one in part.classes), Lane.DEPERSONALISED)
        asked = self.entitled.subscription
        about = About(
            what="Incidents, depersonalised",
            # of the newest record in it, so that a file says the same until something in it changes
            as_of=stamp(datetime.fromtimestamp(part.newest, UTC)),
            subscription=asked.id,
            power=asked.power.value,
            marking=marked.leaves.value,
            columns=self.columns,
            rules=self.rules,
        )
        FORMS[self.form].write(self._frames(part), about, sink)

    def _frames(self, part: Part) -> Iterator[pl.DataFrame]:
        treatment = treatment_for(self.desk, self.entitled)
        gone = sorted(self.desk.keys.quarters.destroyed)
        when = pl.coalesce("occurred_from", "reported")
        for window in part.windows:
            end = min(self.log_size, window + ROWS)
            rows = standing_columns(self.connection, self.standing, window, end)
            mine = rows.filter(path_of(when) == part.path, ~pl.col("quarter").is_in(gone or [""]))
            if len(mine):
                yield treatment.frame(mine)
