"""About how many records are probably one event told twice, how that is judged, and the pairs proposed."""

from __future__ import annotations

from typing import Any

from gateway.analysis.links.asked import NEVER_MERGED, Links, ask_for_links
from gateway.analysis.links.declared import packaged_parameters
from gateway.analysis.own_records import month_begins, month_ends
from gateway.console.analysing.asked import Asking, desk_of, page_of, query_of
from gateway.console.analysing.figures import KIND_SAYS
from gateway.console.analysing.periods import month_back, period_name
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from schemas.analysis_pages import LinksQuestion
from schemas.hotspots import LinkQuestion
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

PATH = "/console/analysis/links"
MOST_LISTED = 100
_BY = {"exact_key": "an exact key", "cells": "place, time and behaviour"}


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Reported twice", ANALYST, NOMINATED)
    page = page_of(
        "analysis/links.html",
        LinksQuestion,
        told,
        refusing="analysis/links_refused.html",
        order=_aptness,
    )
    desk.get(PATH, ANALYST, NOMINATED)(page)


def told(asking: Asking[LinksQuestion]) -> dict[str, Any]:
    """Return what the page shows."""
    question, person = asking.question, asking.visit.person
    first = month_back(asking.last, question.months - 1)
    asked = LinkQuestion(
        subscription=asking.subscription.id,
        first=month_begins(first),
        last=month_ends(asking.last),
        place=question.place,
        kind=(question.kind,),
        least=question.least,
        limit=MOST_LISTED,
    )
    found = ask_for_links(desk_of(asking.visit.house), asked, person.partner or "", person.account)
    declared = packaged_parameters()
    return {
        "what": KIND_SAYS[question.kind],
        "period": f"{period_name(first)} to {period_name(asking.last)}",
        "whole": found.estimate,
        "number": found.records,
        "says": found.says,
        "never": NEVER_MERGED,
        "pairs": _pairs(found),
        "links": _proposals(found),
        "proposed": found.proposed,
        "left_aside": found.left_aside,
        "declared": declared,
        "query": query_of(asked, "/v1/links"),
        "rules": [("counted from records that you may have", len(found.pairs) + 1)],
        "found": {"at": found.at, "leaf": found.leaf, "marking": found.marking, "editions": ()},
    }


def _aptness(one: Subscription) -> tuple[bool, bool]:
    """Return an order: records before editions, and those of several sources before those of one."""
    return one.lane is Lane.STATISTICS, len(one.filter.sources) == 1


def _pairs(found: Links) -> list[list[str]]:
    return [
        [
            " and ".join(pair["sources"]),
            f"{pair['records'][0]:,} and {pair['records'][1]:,}",
            f"about {pair['about']:,}",
            f"{pair['low']:,} to {pair['high']:,}",
        ]
        for pair in found.pairs
    ]


def _proposals(found: Links) -> list[list[str]]:
    return [
        [
            *one["records"],
            " and ".join(one["sources"]),
            f"{one['probability']:.2f}",
            *(f"{one[name]:.1f}" for name in ("score", "space", "time", "behaviour")),
            _BY[one["by"]],
        ]
        for one in found.links
    ]
