"""What a file of incidents says about itself, and the columns that were chosen for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from gateway.analysis.frames import RECORD_COLUMNS, Column, frame_of
from gateway.analysis.written.about import About
from gateway.analysis.written.forms import FORMS, Form
from gateway.ledger.leaf import stamp
from schemas.analysis import IncidentQuestion
from schemas.codes import Marking
from schemas.released import DepersonalisedIncident
from schemas.subscriptions import Subscription

RULES = (
    "Each record has one place: a map point with 8 addresses or more or with none, else an area.",
    "Where the subject is sensitive the place is an area, never a point.",
    "Times are no finer than the hour; names, references, addresses and texts are in no record.",
    "Only asb_incident is counted as anti-social behaviour.",
    "Restricted, retracted and erased records are absent; notices travel with the subscription's pages.",
)
"""What a reader must know of every record."""
_TIMES = frozenset({"occurred", "occurred_to", "reported"})


def about_records(
    question: IncidentQuestion,
    form: Form,
    subscription: Subscription,
    at: datetime,
    marking: Marking,
) -> About:
    """Return what a file of records says about itself.

    Args:
        question: What was asked; its fields choose the columns.
        form: A geometry is made from the place, so that a file of places keeps its columns.
        subscription: Under which it was asked.
        at: As of when.
        marking: The highest of what may be in it.
    """
    return About(
        what="Incidents, depersonalised",
        as_of=stamp(at),
        subscription=subscription.id,
        power=subscription.power.value,
        marking=marking.value,
        columns=_chosen(question.fields, places=form is Form.GEOPARQUET),
        rules=RULES,
    )


def _chosen(fields: Sequence[str], *, places: bool) -> tuple[Column, ...]:
    """Return the columns of the chosen fields, each with those worked out from it; all for none."""
    if not fields:
        return RECORD_COLUMNS
    wanted = {*fields, "place"} if places else {*fields}
    return tuple(column for column in RECORD_COLUMNS if not wanted.isdisjoint(_with(column.name)))


def _with(name: str) -> set[str]:
    """Return the fields with any of which a column is chosen."""
    whole = {part for part in ("place", "fly_tip") if name.startswith(f"{part}_")}
    time = name.removesuffix("_at").removesuffix("_day")
    return {name, *whole, *({time} & _TIMES)}


def small_file(form: Form, records: Sequence[DepersonalisedIncident], about: About) -> bytes:
    """Return the records of a page as the bytes of a form."""
    sink = BytesIO()
    columns = [column.name for column in about.columns]
    FORMS[form].write([frame_of(records).select(columns)], about, sink)
    return sink.getvalue()
