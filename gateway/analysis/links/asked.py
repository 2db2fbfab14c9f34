"""Answering which records are probably the same event: a combination, on record before a word of it leaves.

The law is asked for each record class (action ``link``): what no controller allowed is left aside, and the
answer says which sources. Nothing is kept of an answer but its leaf: no table of links, no merge, no count
changed. A reader of statistics is told nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

import polars as pl
from pydantic_core import to_json

from gateway.analysis.entitled import Desk, Entitled, entitle, filter_digest
from gateway.analysis.links.declared import packaged_parameters
from gateway.analysis.links.estimated import Estimate, estimate, overall
from gateway.analysis.links.events import Event
from gateway.analysis.links.of_records import events_of
from gateway.analysis.links.scored import Compared, compare
from gateway.analysis.on_record import OnRecord, until_it_stands
from gateway.analysis.own_records import own_records
from gateway.errors import LawRefuses
from gateway.ledger.leaf import Operation
from gateway.release.disclosed import content_hash
from policies.marking import high_water
from policies.probe import NO_RECORD
from schemas.analysis import IncidentQuestion
from schemas.codes import Marking
from schemas.decisions import About, Condition
from schemas.hotspots import LinkQuestion
from schemas.sensitivity import Lane

MOST_RECORDS = 50_000
_LANES = frozenset({Lane.DEPERSONALISED})
_TOLD = frozenset({About.RECIPIENT, About.REQUEST})
NEVER_MERGED = "Nothing was merged, and no count changes: look before you act on a pair."


@dataclass(frozen=True, slots=True)
class Links:
    """An answer, on record before it leaves."""

    estimate: Estimate
    """How many records repeat an event that another source's record tells of."""
    records: int
    pairs: Sequence[dict[str, Any]]
    """Each pair of sources: about how many, with the interval."""
    links: Sequence[dict[str, Any]]
    """Proposals by released ids, the surest first."""
    proposed: int
    """How many there are from the asked probability on, whatever the limit."""
    left_aside: Sequence[dict[str, Any]]
    """Sources of which nothing is linked, and the conditions that are unmet."""
    parameters: str
    at: datetime
    leaf: int
    marking: Marking

    @property
    def says(self) -> str:
        """In one sentence."""
        return self.estimate.says(self.records)


def ask_for_links(desk: Desk, question: LinkQuestion, partner: str, actor: str) -> Links:
    """Answer one question.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``; also where the law lets nothing be
            linked for this request.
        RequestInvalid: More records than are compared at once.
        StoreUnavailable: What was found moved faster than it could be answered.
    """

    def answer() -> Links:
        entitled = entitle(desk, question.subscription, partner, _LANES)
        unmet = _unmet(entitled)
        if unmet:
            raise LawRefuses(extra={"conditions": [_said(one) for one in unmet]})
        return _answer(desk, question, entitled, actor)

    return until_it_stands(answer)


def _unmet(entitled: Entitled) -> list[Condition]:
    """Return what stands against the request as such; it can read no record and reveals none."""
    found = entitled.edition.law.link(entitled.subscription, NO_RECORD, entitled.day)
    return [one for one in found.unmet if one.about in _TOLD]


def _said(condition: Condition) -> dict[str, str]:
    return {"id": condition.id, "says": condition.says, "cites": condition.cites}


def _answer(desk: Desk, question: LinkQuestion, entitled: Entitled, actor: str) -> Links:
    records, left_aside = _linkable(desk, question, entitled)
    events = events_of(desk, entitled, records)
    sources = sorted(source for source, found in events.items() if found)
    compared = {
        (one, other): compare(events[one], events[other]) for one, other in combinations(sources, 2)
    }
    number = sum(len(events[source]) for source in sources)
    whole = overall(compared, number)
    links = _proposals(events, compared, question.least)
    listed = links[: question.limit]
    pairs = [_pair(events, feeds, one) for feeds, one in compared.items()]
    declared = packaged_parameters().version
    classes = records["class_id"].unique().to_list()
    marked = high_water(
        (entitled.decided.classes[one] for one in classes), entitled.subscription.lane
    )
    lines = [to_json(one) for one in (*listed, *pairs)]
    index = desk.writer.run(
        OnRecord(
            Operation.LINKING,
            rows=dict(records.select("incident", "version").iter_rows()),
            epoch=entitled.edition.epoch,
            said=entitled.said(desk, actor)
            | {
                "sources": sources,
                "parameters": declared,
                "count": len(listed),
                "rows": number,
                "cells": len(pairs),
                "agreement": entitled.subscription.agreement,
                "filter_sha256": filter_digest(question.model_dump(mode="json")),
                "content_sha256": content_hash(lines).hex(),
                "marking": marked.leaves.value.lower(),
                "marking_source": marked.came.value.lower() if marked.lowered else None,
            },
        )
    )
    return Links(
        estimate=whole,
        records=number,
        pairs=pairs,
        links=listed,
        proposed=len(links),
        left_aside=left_aside,
        parameters=declared,
        at=entitled.at,
        leaf=index,
        marking=marked.leaves,
    )


def _linkable(
    desk: Desk, question: LinkQuestion, entitled: Entitled
) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """Return the records that the law lets be linked, and the sources that are left aside."""
    asked = IncidentQuestion(
        subscription=question.subscription,
        kind=question.kind,
        place=() if question.place is None else (question.place,),
        first=question.first,
        last=question.last,
    )
    records = own_records(desk, entitled, asked, MOST_RECORDS)
    law, classes = entitled.edition.law, entitled.decided.classes
    there = records["class_id"].unique().to_list()
    linked = {one: law.link(entitled.subscription, classes[one], entitled.day) for one in there}
    kept = [one for one, found in linked.items() if found.links]
    aside: dict[str, dict[str, Condition]] = {}
    for one, found in linked.items():
        if not found.links:
            unmet = {each.id: each for each in found.unmet}
            aside.setdefault(classes[one].source, {}).update(unmet)
    told = [
        {"source": source, "conditions": [_said(unmet[name]) for name in sorted(unmet)]}
        for source, unmet in sorted(aside.items())
    ]
    return records.filter(pl.col("class_id").is_in(kept)), told


def _pair(
    events: Mapping[str, Sequence[Event]], feeds: tuple[str, str], compared: Compared
) -> dict[str, Any]:
    one, other = (len(events[feed]) for feed in feeds)
    found = estimate(compared, min(one, other))
    return {
        "sources": list(feeds),
        "records": [one, other],
        "about": found.about,
        "low": found.low,
        "high": found.high,
    }


def _proposals(
    events: Mapping[str, Sequence[Event]],
    compared: Mapping[tuple[str, str], Compared],
    least: float,
) -> list[dict[str, Any]]:
    found = [
        {
            "sources": [first, second],
            "records": [events[first][pair.one].name, events[second][pair.other].name],
            "probability": round(chance, 3),
            "score": round(pair.weight, 3),
            "space": round(pair.space, 3),
            "time": round(pair.time, 3),
            "behaviour": round(pair.behaviour, 3),
            "by": "exact_key" if pair.by_key else "cells",
        }
        for (first, second), one in compared.items()
        for pair, chance in one.proposals(least)
    ]
    return sorted(found, key=lambda one: (-float(str(one["probability"])), str(one["records"])))


_COLUMNS = ("probability", "score", "space", "time", "behaviour")


def frame_of_links(links: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return proposals as columns: the two released ids, what speaks for them, by what."""
    columns: dict[str, pl.Series] = {
        "one": pl.Series([link["records"][0] for link in links], dtype=pl.String),
        "other": pl.Series([link["records"][1] for link in links], dtype=pl.String),
        **{name: pl.Series([link[name] for link in links], dtype=pl.Float64) for name in _COLUMNS},
        "by": pl.Series([link["by"] for link in links], dtype=pl.String),
    }
    return pl.DataFrame(columns)
