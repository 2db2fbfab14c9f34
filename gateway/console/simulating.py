"""Simulate: what a draft agreement, partner or policy bundle would newly release and newly stop."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime

from fastapi import Response
from pydantic import ValidationError

from gateway.audit.policy_bundles import documents_of, overview
from gateway.audit.simulated import Draft, draft_of_agreement, draft_of_documents, draft_of_partner
from gateway.audit.simulation_jobs import RUNNING, SimulationJobs
from gateway.clock import london_day
from gateway.console.desk import Desk, Handler, Visit
from gateway.console.navigation import LEAD, link
from gateway.console.typed import day_of
from gateway.errors import NotFound
from policies.refusals import PolicyRefused
from schemas.partners import Partner

PATH = "/console/simulate"
JOB = PATH + "/{job}"
WAIT_SECONDS = 2.0
"""How long a page waits for a simulation to end before it says that it is still at work."""


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Law", PATH, "Simulate", LEAD)
    house = desk.house
    jobs = SimulationJobs(house.reader, house.writer, house.book, house.clock, house.new_id)
    desk.get(PATH, LEAD)(lambda visit: _form(visit, jobs, {}))
    desk.post(PATH, LEAD, once=True)(_begin(jobs))
    desk.get(JOB, LEAD)(_shown(jobs))


def _form(visit: Visit, jobs: SimulationJobs, faults: dict[str, str]) -> Response:
    edition = visit.house.book.current()
    bundles = overview(visit.house.reader, edition)["bundles"]
    asked = visit.form.get("bundle", "") or visit.asked("bundle")
    return visit.page(
        "asking/simulate.html",
        422 if faults else 200,
        agreements=[
            (f"{one.id}.{one.version}", f"{one.title}, version {one.version}")
            for one in edition.register.agreements
        ],
        bundles=[(one["sha256"], f"{one['sha256'][:12]}, {one['state']}") for one in bundles],
        asked=asked,
        form=visit.form,
        newest=[
            (one, datetime.fromtimestamp(one.began, UTC))
            for one in jobs.newest(visit.person.account)
        ],
        faults=list(faults.items()),
        by_field=faults,
    )


def _begin(jobs: SimulationJobs) -> Handler:
    def handler(visit: Visit) -> Response:
        faults: dict[str, str] = {}
        since = _since(visit, faults)
        found = None if faults else _draft(visit, faults)
        if found is None:
            return _form(visit, jobs, faults)
        draft, what = found
        account = visit.person.account
        name = jobs.begin(draft, what, since, account, visit.house.act(account))
        return visit.see(f"{PATH}/{name}")

    return handler


def _since(visit: Visit, faults: dict[str, str]) -> date | None:
    try:
        return day_of(visit.form, "since")
    except ValueError:
        faults["since"] = "It is no day: write it as 23 11 2026."
        return None


def _draft(visit: Visit, faults: dict[str, str]) -> tuple[Draft, str] | None:
    """Return the one draft that was named, and how it is told; or say what is wrong."""
    house, form = visit.house, visit.form
    edition, day = house.book.refresh(), london_day(house.clock)
    given = [name for name in ("agreement", "bundle") if form.get(name)]
    given += ["partner"] if visit.files.get("partner") else []
    if len(given) != 1:
        faults["agreement"] = (
            "Choose one draft: an agreement, a policy bundle, or a partner’s file."
        )
        return None
    if given == ["agreement"]:
        name, _, version = form["agreement"].rpartition(".")
        for one in edition.register.agreements:
            if (one.id, str(one.version)) == (name, version):
                draft = draft_of_agreement(house.reader, edition, one, day)
                return draft, f"{one.title}, version {one.version}, as if every party had signed it"
        faults["agreement"] = "There is no such agreement."
        return None
    if given == ["bundle"]:
        try:
            documents = documents_of(house.reader, form["bundle"])
        except (NotFound, PolicyRefused):
            faults["bundle"] = "There is no such policy bundle, or it is not whole."
            return None
        return draft_of_documents(edition, documents, day), f"Policy bundle {form['bundle'][:12]}"
    try:
        document = tomllib.loads(visit.files["partner"].decode("utf-8"))
        partner = Partner.model_validate_json(json.dumps(document, default=str))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError):
        faults["partner"] = "The file is no partner: see deploy/examples/police.toml for the form."
        return None
    return draft_of_partner(edition, partner, day), f"Partner {partner.id} as in the file"


def _shown(jobs: SimulationJobs) -> Handler:
    def handler(visit: Visit) -> Response:
        name, account = visit.part("job"), visit.person.account
        found = jobs.job(name, account)
        if found is None:
            raise NotFound
        if found.state == RUNNING:
            jobs.wait(name, WAIT_SECONDS)
            found = jobs.job(name, account) or found
        return visit.page("asking/simulated.html", job=found, here=f"{PATH}/{name}")

    return handler
