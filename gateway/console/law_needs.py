"""What waits for somebody under the law: reviews, signatures, assessments, protocols, policy bundles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from gateway.audit.policy_bundles import overview
from gateway.clock import LONDON, london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, NOMINATED
from gateway.console.needs import Need, needing
from policies.due import Due, Lacks, due_on
from schemas.agreements import AgreementState

_BUTTONS = {
    Lacks.REVIEW: "Review the agreement",
    Lacks.END: "See the agreement",
    Lacks.SIGNATURE: "See who has to sign",
    Lacks.ASSESSMENT: "Name the assessment",
    Lacks.NEW_ASSESSMENT: "See what it loosens",
    Lacks.POLICY_DOCUMENT: "See the condition",
}


def add(desk: Desk) -> None:
    """Put the sources in; they have no page of their own."""
    del desk
    needing(_due)
    needing(_to_sign)
    needing(_bundles)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(17), LONDON)


def _due(visit: Visit) -> Iterator[Need]:
    """What lapses, is unsigned or missing: for the IG lead, the most pressing of each thing."""
    if not visit.person.has(LEAD):
        return
    edition, day = visit.house.book.current(), london_day(visit.house.clock)
    titles = {one.id: one.title for one in edition.register.agreements}
    names = {one.id: one.name for one in edition.register.partners.values()}
    without = [one for one in due_on(edition.law, day) if one.kind == "partner"]
    seen: set[tuple[str, str, str]] = set()
    for one in due_on(edition.law, day):
        if one.kind == "partner" or (one.kind, one.id, one.lacks) in seen:
            continue
        seen.add((one.kind, one.id, one.lacks))
        yield Need(
            due=_at(one.on or day), says=_says(one, titles), button=_button(one), path=_path(one)
        )
    if without:
        first = names.get(without[0].id, without[0].id)
        more = f" and {len(without) - 1} more have" if len(without) > 1 else " has"
        says = f"{first}{more} no nominated person: section 115 gives them nothing (SI 2007/1830 reg 4(3))."
        path = (
            f"/console/partners/{without[0].id}/change"
            if len(without) == 1
            else "/console/partners"
        )
        yield Need(due=_at(day), says=says, button="Record the nominated person", path=path)


def _says(one: Due, titles: dict[str, str]) -> str:
    if one.kind == "protocol":
        return f"Protocol {one.id}: {one.says}"
    version = "" if one.version is None else f", version {one.version}"
    return f"«{titles.get(one.id, one.id)}»{version}: {one.says}"


def _button(one: Due) -> str:
    return (
        "See the protocol"
        if one.kind == "protocol"
        else _BUTTONS.get(one.lacks, "See the agreement")
    )


def _path(one: Due) -> str:
    if one.kind == "protocol":
        return f"/console/documents/section-17a-annex/{one.id}"
    return f"/console/agreements/{one.id}"


def _to_sign(visit: Visit) -> Iterator[Need]:
    """Drafts that wait for the own signature of a nominated person."""
    own = visit.person.partner
    if not visit.person.has(NOMINATED) or own is None or not visit.person.office:
        return
    edition, day = visit.house.book.current(), london_day(visit.house.clock)
    known = edition.register.agreements
    for one in known:
        waits = one.state_on(day, known) is AgreementState.DRAFT and own in one.parties
        if waits and own not in {each.party for each in one.signed_by(day)}:
            yield Need(
                due=_at(day),
                says=f"«{one.title}», version {one.version}, waits for your organisation’s signature.",
                button="Read and sign",
                path=f"/console/agreements/{one.id}/versions/{one.version}/sign",
            )


def _bundles(visit: Visit) -> Iterator[Need]:
    """Policy bundles that two people have to approve."""
    if not visit.person.has(LEAD):
        return
    day = london_day(visit.house.clock)
    told = overview(visit.house.reader, visit.house.book.current())
    for one in told["bundles"]:
        if one["state"] == "proposed":
            yield Need(
                due=_at(day),
                says=f"Policy bundle {one['sha256'][:12]} has {one['approvals']} of 2 approvals.",
                button="See the bundle",
                path="/console/law",
            )
