"""Steps of an agreement's life, by the nominated person of a party: signed, suspended, resumed, ended."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import sha256

from fastapi import Response

from gateway.audit.shown_before import shown_before
from gateway.audit.simulated import draft_of_agreement
from gateway.clock import london_day
from gateway.console.agreements import ONE, is_theirs, names_of, version_of, versions_of
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, NOMINATED
from gateway.errors import NotFound
from gateway.keys.derive import hkdf_expand
from gateway.law.agreements import (
    AgreementRefused,
    Attach,
    Step,
    resume,
    sign,
    suspend,
    terminate,
)
from gateway.law.register import Act
from schemas.agreements import Agreement, in_force

SIGN, STOP = ONE + "/versions/{version}/sign", ONE + "/stop"
ATTACH = ONE + "/versions/{version}/attach"
STEPS = ("suspend", "resume", "terminate")
_LONGEST = 2_000
"""Characters of a reason."""
_Job = Callable[[Agreement, Act], Step]


def add(desk: Desk) -> None:
    """Put the pages in."""
    desk.get(SIGN, NOMINATED)(_to_sign)
    desk.post(SIGN, NOMINATED, once=True)(_signed)
    desk.get(STOP, NOMINATED)(_to_stop)
    desk.post(STOP, NOMINATED, once=True)(_stopped)
    desk.get(ATTACH, LEAD, NOMINATED)(_to_attach)
    desk.post(ATTACH, LEAD, NOMINATED, once=True)(_attached)


def _own(visit: Visit, one: Agreement) -> str:
    """Return the party for which the visitor acts (raises ``NotFound``: another's is nobody's)."""
    if visit.person.partner is None or visit.person.partner not in one.parties:
        raise NotFound
    return visit.person.partner


def says_of(refusal: AgreementRefused) -> str:
    """Return why a step was refused, in its own sentences."""
    return " ".join(one.says for one in refusal.errors) or refusal.title


# ---------------------------------------------------------------------- signing


def _to_sign(visit: Visit) -> Response:
    return _signing(visit, ())


def _signing(visit: Visit, faults: tuple[tuple[str, str], ...]) -> Response:
    house = visit.house
    edition, day = house.book.current(), london_day(house.clock)
    one = version_of(visit, edition)
    party = _own(visit, one)
    partner = edition.register.partners[party]
    shown = shown_before(house.reader, house.book, one, day)
    laws = (shown.effect.before, shown.effect.after)
    return visit.page(
        "agreements/sign.html",
        422 if faults else 200,
        agreement=one,
        shown=shown,
        seal=_seal(visit, one, shown.sha256, laws),
        registered=partner.nominated_person,
        names=names_of(edition),
        faults=faults,
    )


def _signed(visit: Visit) -> Response:
    house = visit.house
    edition, day = house.book.refresh(), london_day(house.clock)
    one = version_of(visit, edition)
    party = _own(visit, one)
    if visit.form.get("read") != "yes":
        return _signing(visit, (("read", "Say that you have read what it would change."),))
    draft = draft_of_agreement(house.reader, edition, one, day)
    shown = visit.form.get("shown", "")
    sealed = _seal(visit, one, shown, (edition.law.sha256, draft.law.sha256))
    if not hmac.compare_digest(sealed.encode(), visit.form.get("seal", "").encode()):
        says = "What it would change is not what you read. Read it again, then sign."
        return _signing(visit, (("read", says),))
    act = house.act(visit.person.account)
    office = visit.person.office or ""
    try:
        house.writer.run(sign(one.id, one.version, party, office, act, day, shown))
    except AgreementRefused as refusal:
        return _signing(visit, (("read", says_of(refusal)),))
    return visit.see(f"/console/agreements/{one.id}")


def _seal(visit: Visit, one: Agreement, shown: str, laws: tuple[str, str]) -> str:
    """Return what only we can say: that this account was shown exactly this, under these two laws.

    Counts of a busy day change between reading and signing; the laws, and so the terms, may not.
    """
    key = hkdf_expand(visit.house.keys.natural_key, b"gateway/shown-to-signer")
    said = "|".join((visit.person.account, one.id, str(one.version), shown, *laws))
    return hmac.digest(key, said.encode(), "sha256").hex()


# ---------------------------------------------------------------------- stopping


def _that_count(versions: list[Agreement], day: date) -> list[Agreement]:
    """Return the version that speaks and every later one: what a stop and its lifting are meant for."""
    speaks = in_force(versions, day)
    return [one for one in versions if speaks is None or one.version >= speaks.version]


def _to_stop(visit: Visit) -> Response:
    return _stopping(visit, ())


def _stopping(
    visit: Visit, faults: tuple[tuple[str, str], ...], *, confirm: bool = False
) -> Response:
    house = visit.house
    edition, day = house.book.current(), london_day(house.clock)
    versions = versions_of(visit, edition)
    party = _own(visit, versions[-1])
    stopped = any(each.party == party for one in versions for each in one.suspended_on(day))
    return visit.page(
        "agreements/confirm.html" if confirm else "agreements/stop.html",
        422 if faults else 200,
        agreement=in_force(versions, day) or versions[-1],
        stopped=stopped,
        form=visit.form,
        faults=faults,
        by_field=dict(faults),
    )


def _stopped(visit: Visit) -> Response:
    house = visit.house
    edition, day = house.book.refresh(), london_day(house.clock)
    versions = versions_of(visit, edition)
    party = _own(visit, versions[-1])
    step, reason = visit.form.get("step", ""), visit.form.get("reason", "")
    faults = []
    if step not in STEPS:
        faults.append(("step", "Choose what you want to do."))
    if step != "resume" and not reason:
        faults.append(("reason", "Say why. It stands in the register, not in the ledger."))
    if len(reason) > _LONGEST:
        faults.append(("reason", f"Say it in {_LONGEST:,} characters or fewer."))
    if faults:
        return _stopping(visit, tuple(faults))
    if step == "terminate" and visit.form.get("confirmed") != "yes":
        return _stopping(visit, (), confirm=True)
    jobs: dict[str, _Job] = {
        "suspend": lambda one, act: suspend(one.id, one.version, party, reason, act, day),
        "resume": lambda one, act: resume(one.id, one.version, party, act, day),
        "terminate": lambda one, act: terminate(one.id, one.version, party, reason, act, day),
    }
    refusal = _take(visit, _that_count(versions, day), jobs[step])
    if refusal is not None:
        return _stopping(visit, (("step", says_of(refusal)),))
    return visit.see(f"/console/agreements/{versions[-1].id}")


def _take(visit: Visit, versions: list[Agreement], job: _Job) -> AgreementRefused | None:
    """Take a step with every version meant; return the first refusal where none may take it."""
    refusals = []
    for one in versions:
        take = partial(job, one)
        try:
            visit.house.writer.run(take(visit.house.act(visit.person.account)))
        except AgreementRefused as refusal:
            refusals.append(refusal)
    return refusals[0] if len(refusals) == len(versions) else None


# ---------------------------------------------------------------------- the signed document


def _to_attach(visit: Visit) -> Response:
    return _attaching(visit, "")


def _attaching(visit: Visit, fault: str) -> Response:
    one = version_of(visit, visit.house.book.current())
    return visit.page("agreements/attach.html", 422 if fault else 200, agreement=one, fault=fault)


def _attached(visit: Visit) -> Response:
    house = visit.house
    one = version_of(visit, house.book.refresh())
    if not is_theirs(visit, one):
        raise NotFound
    content = visit.files.get("file", b"")
    if not content:
        return _attaching(visit, "Choose the signed document.")
    digest, act = sha256(content).hexdigest(), house.act(visit.person.account)
    try:
        house.writer.run(Attach(one.id, one.version, digest, act, london_day(house.clock)))
    except AgreementRefused as refusal:
        return _attaching(visit, says_of(refusal))
    return visit.see(f"/console/agreements/{one.id}")
