"""Credentials of one's own tools: made here, shown once, and taken back."""

from __future__ import annotations

from fastapi import Response

from gateway.analysis.pivots import refuse_pivots
from gateway.console.analysing.asked import subscriptions_of
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import ANALYST, NOMINATED, link
from gateway.errors import GatewayError
from gateway.law.tool_credentials import Issued, issue, revoke, tool_credentials

PATH = "/console/analysis/tools"
REVOKE = PATH + "/{credential}/revoke"
TOOLS = (
    ("excel", "Excel"),
    ("power-bi", "Power BI"),
    ("qgis", "QGIS"),
    ("python", "Python"),
    ("r", "R"),
    ("terminal", "A terminal"),
)


def add(desk: Desk) -> None:
    """Put the page and its forms in."""
    link("Analysis", PATH, "My tools", ANALYST, NOMINATED)
    desk.get(PATH, ANALYST, NOMINATED)(_shown)
    desk.post(PATH, ANALYST, NOMINATED, once=True)(_made)
    desk.post(REVOKE, ANALYST, NOMINATED)(_revoked)


def _shown(visit: Visit) -> Response:
    refuse_pivots(visit.request.query_params.multi_items())
    if not subscriptions_of(visit.house, visit.person):
        return visit.page("analysis/none.html", has_partner=visit.person.partner is not None)
    return _page(visit)


def _page(
    visit: Visit, issued: Issued | None = None, fault: str = "", status: int = 200
) -> Response:
    return visit.page(
        "analysis/tools.html",
        status,
        credentials=tool_credentials(visit.house.reader, visit.person.account),
        tools=TOOLS,
        issued=issued,
        fault=fault,
        days=visit.settings.tool_credential_days,
    )


def _made(visit: Visit) -> Response:
    """Make one; its password stands in this answer and nowhere else."""
    house, account = visit.house, visit.person.account
    try:
        issued = issue(
            house.reader,
            house.writer,
            account,
            visit.form.get("tool", ""),
            visit.settings.tool_credential_days,
            longest=visit.settings.tool_credential_days,
            act=house.act(account),
            now=house.clock.now(),
            random=house.random,
        )
    except GatewayError as refused:
        return _page(visit, fault=refused.title, status=422)
    answer = _page(visit, issued)
    answer.headers["Content-Location"] = (
        PATH  # who sends the form again sees the list, and makes no second
    )
    return answer


def _revoked(visit: Visit) -> Response:
    house, account = visit.house, visit.person.account
    house.writer.run(
        revoke(visit.part("credential"), house.act(account), house.clock.now(), account)
    )
    return visit.see(PATH)
