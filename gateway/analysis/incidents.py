"""Incidents for an entitled reader: filtered, page by page, in the form in which they are released.

Restricted, retracted and erased records are absent. Who keeps what a question showed asks again: notices
travel with the subscription's own pages, which hold the same records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.analysis.entitled import Desk, Entitled, entitle
from gateway.analysis.incidents_asked import (
    Cursors,
    areas_in_box,
    chosen_parts,
    digest_of,
    lies_where_asked,
    wanted_by,
)
from gateway.analysis.on_record import OnRecord, until_it_stands
from gateway.keys.sealing import NONCE_SIZE
from gateway.ledger.leaf import Operation
from gateway.release.disclosed import content_hash
from gateway.release.treated import names_for, treat
from gateway.store.analysing import Place, page_after
from gateway.store.releasing import Candidate
from policies.marking import high_water
from schemas.analysis import IncidentQuestion
from schemas.codes import Marking
from schemas.released import DepersonalisedIncident
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_LANES = frozenset({Lane.DEPERSONALISED})


@dataclass(frozen=True, slots=True)
class Incidents:
    """One page of an answer, on record before it leaves."""

    records: Sequence[DepersonalisedIncident]
    lines: Sequence[bytes]
    """JSON of each record, of the chosen fields: what is hashed and what is sent."""
    after: str | None
    """What to ask for next; None at the end."""
    at: datetime
    leaf: int
    marking: Marking
    """The highest of what is in it, as it leaves (``policies.marking``)."""
    content_sha256: str
    subscription: Subscription


def ask_for_incidents(
    desk: Desk, question: IncidentQuestion, partner: str, actor: str
) -> Incidents:
    """Answer a question with one page.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``.
        CursorInvalid: ``after`` is not of this question.
        StoreUnavailable: What was found moved faster than it could be answered.
    """

    def answer() -> Incidents:
        entitled = entitle(desk, question.subscription, partner, _LANES)
        return _answer(desk, question, entitled, actor)

    return until_it_stands(answer)


def _answer(desk: Desk, question: IncidentQuestion, entitled: Entitled, actor: str) -> Incidents:
    digest = digest_of(question)
    cursors = Cursors.of(desk.keys, entitled.subscription.id, digest)
    after = None if question.after is None else cursors.read(question.after)
    found = _found(desk, question, entitled, after)
    page, more = found[: question.limit], len(found) > question.limit
    chosen = chosen_parts(question.fields)
    lines = [
        record.model_dump_json(exclude_defaults=True, include=chosen).encode()
        for _, _, record in page
    ]
    content = content_hash(lines).hex()
    marked = high_water(
        (entitled.decided.classes[row.class_id] for _, row, _ in page), entitled.subscription.lane
    )
    index = desk.writer.run(
        OnRecord(
            Operation.QUERY,
            entitled.edition.epoch,
            entitled.said(desk, actor)
            | {
                "count": len(page),
                "content_sha256": content,
                "filter_sha256": digest,
                "marking": marked.leaves.value.lower(),
                "marking_source": marked.came.value.lower() if marked.lowered else None,
            },
            {row.incident: row.version for _, row, _ in page},
        )
    )
    following = cursors.make(page[-1][0], desk.random(NONCE_SIZE)) if more else None
    records = [record for _, _, record in page]
    return Incidents(
        records,
        lines,
        following,
        entitled.at,
        index,
        marked.leaves,
        content,
        entitled.subscription,
    )


Found = tuple[Place, Candidate, DepersonalisedIncident]


def _found(
    desk: Desk, question: IncidentQuestion, entitled: Entitled, after: Place | None
) -> list[Found]:
    """Return one record more than the page holds, if there is one."""
    areas = areas_in_box(question, desk.reader)
    wanted = wanted_by(question, entitled, areas)
    names = names_for(desk.keys, entitled.subscription.partner, entitled.edition.eras)
    unknown = names.unknown
    found: list[Found] = []
    with desk.reader.connection() as connection:
        while len(found) <= question.limit:
            rows = page_after(connection, wanted, after, question.limit + 1)
            named = [(place, row) for place, row in rows if row.quarter not in unknown]
            candidates = [row for _, row in named]
            records = treat(candidates, entitled.decided.classes, entitled.edition.law, names)
            found += [
                (place, row, record)
                for (place, row), record in zip(named, records, strict=True)
                if lies_where_asked(question, row, record, areas)
            ]
            if len(rows) <= question.limit:
                break
            after = rows[-1][0]
    return found
