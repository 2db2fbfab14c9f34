"""What was reported: trend of every part beside each other, and the parts of the last month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.console.analysing.asked import Asking, counts_himself, page_of, query_of
from gateway.console.analysing.figures import (
    KIND_SAYS,
    Tally,
    behaviour_name,
    rules_of,
)
from gateway.console.analysing.hours import wheel_of
from gateway.console.analysing.periods import Compared, months, period_name, period_short
from gateway.console.charts.bars import Bar, bar_chart
from gateway.console.charts.lines import small_line
from gateway.console.charts.parts import top_of
from gateway.console.desk import Desk
from gateway.console.navigation import ANALYST, NOMINATED, link
from policies.stages import NOT_PRESCRIBED
from schemas.analysis_pages import BehaviourQuestion
from schemas.counted import CountedBehaviour, CountedPeriod, CountedPlace, Split, StatisticsQuestion
from schemas.powers import Power
from schemas.typology import TYPOLOGY

PATH = "/console/analysis/behaviour"


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Analysis", PATH, "Behaviour and time", ANALYST, NOMINATED)
    handler = page_of("analysis/behaviour.html", BehaviourQuestion, told)
    desk.get(PATH, ANALYST, NOMINATED)(handler)


def told(asking: Asking[BehaviourQuestion]) -> dict[str, Any]:
    """Return what the page shows."""
    question = asking.question
    by, parts, title = _parts(question)
    periods = months(asking.last, question.months)
    asked = {
        "parts": asking.about(place="district", by=by, first=periods[0], last=periods[-1]),
    }
    if counts_himself(asking.subscription):
        asked["hours"] = _hours(asking)
        if asking.subscription.power is not Power.SECTION_17A:
            asked["stages"] = _stages(asking)
    found = asking.answered(**asked)
    kind = question.kind.value
    tally = Tally.of(found, "parts", kind)
    if parts is not None:
        kept = [one for one in tally.cells if (one.behaviour or "") in parts]
        tally = replace(tally, cells=kept)
    split = tally.split(periods[-1], lambda one: behaviour_name(one.behaviour))
    caption = f"{title}, {period_name(periods[-1])}"
    return {
        "kind": KIND_SAYS[kind],
        "title": title,
        "areas": [(one.code, one.name) for one in TYPOLOGY.area],
        "behaviours": [(one.code, one.name) for one in TYPOLOGY.behaviour],
        "split": {
            "title": caption,
            "picture": bar_chart(
                "split", caption, "One bar a part.", [Bar(name, value) for name, value in split]
            ),
            "rows": [[name, value.says] for name, value in split],
        },
        "trends": _trends(tally, periods),
        "wheel": wheel_of(found.cells["hours"]) if "hours" in asked else None,
        "stages": _by_stage(Tally.of(found, "stages", kind)) if "stages" in asked else None,
        "no_stages": NOT_PRESCRIBED["says"],
        "rules": rules_of(cell for cells in found.cells.values() for cell in cells),
        "queries": {name: query_of(one) for name, one in asked.items()},
        "found": found,
    }


def _hours(asking: Asking[BehaviourQuestion]) -> StatisticsQuestion:
    """Ask for the hours of the week, of the last quarter that is over."""
    question = asking.question
    quarter = Compared.of(asking.last, CountedPeriod.QUARTER)
    narrowed = {"area": question.area, "behaviour": question.behaviour}
    return asking.about(
        place=CountedPlace.NONE,
        period=CountedPeriod.QUARTER,
        split=Split.HOUR,
        first=quarter.first_month,
        last=quarter.last_month,
        kind=(question.kind,),
        **{name: (code,) for name, code in narrowed.items() if code is not None},
    )


def _stages(asking: Asking[BehaviourQuestion]) -> StatisticsQuestion:
    """Ask for the stages of intervention, of the last quarter that is over."""
    quarter = Compared.of(asking.last, CountedPeriod.QUARTER)
    return asking.about(
        place=CountedPlace.NONE,
        period=CountedPeriod.QUARTER,
        split=Split.STAGE,
        first=quarter.first_month,
        last=quarter.last_month,
        kind=(asking.question.kind,),
    )


def _by_stage(tally: Tally) -> list[list[str]]:
    """Rows of the last quarter's stages, the one with most first."""
    now = max((one.period for one in tally.cells), default="")
    split = tally.split(now, lambda one: (one.split or "none stated").replace("_", " "))
    return [[name.capitalize(), value.says] for name, value in split]


def _parts(question: BehaviourQuestion) -> tuple[CountedBehaviour, frozenset[str] | None, str]:
    """Return the level asked for, the codes shown of it (None: all), and what they are parts of."""
    if question.behaviour is not None:
        behaviour = next(one for one in TYPOLOGY.behaviour if one.code == question.behaviour)
        codes = frozenset(one.code for one in behaviour.sub_behaviours)
        return CountedBehaviour.SUB_BEHAVIOUR, codes, f"Sub-behaviours of {behaviour.name.lower()}"
    if question.area is not None:
        area = next(one for one in TYPOLOGY.area if one.code == question.area)
        codes = frozenset(one.code for one in TYPOLOGY.behaviour if one.area == area.code)
        return CountedBehaviour.BEHAVIOUR, codes, f"Behaviours of {area.name.lower()}"
    return CountedBehaviour.AREA, None, "Areas of the typology"


def _trends(tally: Tally, periods: Sequence[str]) -> dict[str, Any]:
    """Small multiples on one scale, and their table: a row a month, a column a part."""
    codes = sorted({one.behaviour or "" for one in tally.cells}, key=behaviour_name)
    series = {code: tally.of_behaviour(code).series(periods) for code in codes}
    most = top_of(value for values in series.values() for value in values)
    labels = [period_short(one) for one in periods]
    return {
        "pictures": [
            (
                behaviour_name(code),
                small_line(f"part-{at}", behaviour_name(code), labels, values, most),
            )
            for at, (code, values) in enumerate(series.items())
        ],
        "heads": ["Month", *(behaviour_name(code) for code in codes)],
        "rows": [
            [period_name(one), *(series[code][at].says for code in codes)]
            for at, one in enumerate(periods)
        ][::-1],
    }
