"""The partnership's own questions: a list, and each on a page with its sentence and its tables."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.analysis.partnership.asked import ask_partnership
from gateway.analysis.partnership.questions import QUESTIONS
from gateway.analysis.partnership.tables import Table, Value
from gateway.analysis.pivots import refuse_pivots
from gateway.console.analysing.asked import LANE_SAYS, desk_of, faults_of, subscriptions_of
from gateway.console.analysing.figures import KIND_SAYS, RULE_SAYS
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.errors import LawRefuses, NotFound
from schemas.partnership import PartnershipName, PartnershipQuestion
from schemas.subscriptions import Subscription
from schemas.typology import TYPOLOGY

PATH = "/console/analysis/questions"
ONE = PATH + "/{question}"
_NUMBERS = ("count", "number")


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Analysis", PATH, "The partnership’s questions", ANALYST, NOMINATED)
    desk.get(PATH, ANALYST, NOMINATED)(_listed)
    desk.get(ONE, ANALYST, NOMINATED)(_answered)


def _listed(visit: Visit) -> Response:
    refuse_pivots(visit.request.query_params.multi_items())
    choices = subscriptions_of(visit.house, visit.person)
    if not choices:
        return visit.page("analysis/none.html", has_partner=visit.person.partner is not None)
    return visit.page("analysis/questions.html", questions=QUESTIONS.values())


def _answered(visit: Visit) -> Response:
    if visit.part("question") not in {one.value for one in PartnershipName}:
        raise NotFound
    name = PartnershipName(visit.part("question"))
    query = visit.request.query_params.multi_items()
    refuse_pivots(query, PartnershipQuestion.model_fields)
    choices = subscriptions_of(visit.house, visit.person)
    if not choices:
        return visit.page("analysis/none.html", has_partner=visit.person.partner is not None)
    given = {"subscription": choices[0].id, **{key: value for key, value in query if value}}
    try:
        question = PartnershipQuestion.model_validate_strings(given)
    except ValidationError as refused:
        faults = faults_of(refused, PartnershipQuestion)
        return visit.page("analysis/not_asked.html", 422, faults=faults)
    question = QUESTIONS[name].as_asked(question)
    chosen = next((one for one in choices if one.id == question.subscription), None)
    if chosen is None:
        raise NotFound
    return _page(visit, name, question, chosen, choices)


def _page(
    visit: Visit,
    name: PartnershipName,
    question: PartnershipQuestion,
    chosen: Subscription,
    choices: tuple[Subscription, ...],
) -> Response:
    person = visit.person
    shown: dict[str, Any] = {
        "chosen": chosen,
        "choices": choices,
        "lanes": LANE_SAYS,
        "asked": question,
    }
    try:
        answer = ask_partnership(
            desk_of(visit.house), name, question, person.partner or "", person.account
        )
    except LawRefuses as refusal:
        conditions = (refusal.extra or {}).get("conditions", ())
        return visit.page(
            "analysis/question_refused.html", 403, conditions=conditions, asks=QUESTIONS[name].asks
        )
    asked = question.model_dump(mode="json", exclude_defaults=True)
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return visit.page(
        "analysis/question.html",
        answer=answer,
        tables=[_told(table) for table in answer.told.tables],
        query=f"/v1/statistics/partnership/{name.value}?{query}",
        **shown,
    )


def _told(table: Table) -> dict[str, object]:
    """Return a table as a page shows it: names of columns in words, and which are numbers."""
    return {
        "title": table.title,
        "heads": [_HEADS.get(one.name) or _words(one.name).capitalize() for one in table.columns],
        "numeric": [at for at, one in enumerate(table.columns) if one.type in _NUMBERS],
        "rows": [[_said(value) for value in row] for row in table.rows],
    }


def _said(value: Value) -> str:
    if value is None:
        return "not shown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if not value:
            return "not told"
        named = _SAYS.get(value) or TYPOLOGY.names.get(value)
        return named or (_words(value) if value.islower() else value)
    # residents are whole people, though a table may hold shares of them
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _words(code: str) -> str:
    return code.replace("_", " ")


_HEADS = {
    "least": "At least",
    "most": "At most",
    "what": "Counted",
    "share": "Change as a share",
    "rate": "Per 1,000",
    "rate_from": "By chance from",
    "rate_to": "By chance to",
}
"""Heads of columns whose names say too little."""
_SAYS = {str(code): says for code, says in (*KIND_SAYS.items(), *RULE_SAYS.items())}
