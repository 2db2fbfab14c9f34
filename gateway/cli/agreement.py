"""``gateway agreement``: data-sharing agreements under section 115, from draft to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.audit.shown_before import shown_before
from gateway.cli.agreement_named import (
    AgreementId,
    Day,
    Version,
    day_of,
    in_force_on,
    line_of,
    tell_unmet,
    version_of,
    versions_of,
)
from gateway.cli.agreement_review import attach, check_document, diff, due
from gateway.cli.agreement_shown import ask_whether_to_sign, tell_shown
from gateway.cli.documents import refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.agreements import AgreementRefused, PutAgreement, resume, sign, suspend, terminate
from gateway.law.register import Act
from gateway.law.standing import AgreementStanding, standing_of
from gateway.store.tx import Tx
from policies.pseudonym import case_key
from schemas.agreements import Agreement, LegalCondition
from schemas.cells import FINEST

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Data-sharing agreements: what section 115 rests on.",
)

Party = Annotated[str, typer.Option("--party", help="Id of the party that does this.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why; kept on the register, not in the ledger.")
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do not ask: what it would newly release was read.")
]
app.command("due")(due)
app.command("diff")(diff)
app.command("attach")(attach)
app.command("check-document")(check_document)


@app.command("list")
def list_agreements(*, as_json: AsJson = False) -> None:
    """List every version of every agreement: state today, days to its review, what the law misses."""
    with own_house() as house:
        edition, day = house.book.refresh(), london_day(house.clock)
        known = edition.register.agreements
        listed = [standing_of(edition, one, day) for one in known]
    if as_json:
        say_json({"agreements": [line_of(one) for one in listed]})
        return
    rows = [
        (
            one.agreement.id,
            one.agreement.version,
            one.state.value,
            ", ".join(one.agreement.holders),
            ", ".join(one.agreement.recipients),
            one.agreement.purpose.value,
            one.agreement.review_by,
            one.days_to_review,
            len(one.unmet) if one.speaks else "—",
        )
        for one in listed
    ]
    columns = ("id", "version", "today", "from", "to", "purpose", "review by", "days left", "unmet")
    show_table("", columns, rows)


@app.command("show")
def show(agreement: AgreementId, *, day: Day = None, as_json: AsJson = False) -> None:
    """Show an agreement: terms, signatures, state on a day, and every condition that is unmet then."""
    with own_house() as house:
        edition = house.book.refresh()
        judged = day_of(day) or london_day(house.clock)
        standing = standing_of(edition, in_force_on(edition, agreement, judged), judged)
    if as_json:
        say_json(standing.document())
        return
    _show(standing)


@app.command("export")
def export(
    agreement: AgreementId,
    *,
    version: Version = None,
) -> None:
    """Write an agreement as TOML on standard output; `add` reads it back."""
    with own_house() as house:
        found = version_of(house.book.refresh(), agreement, version)
    say(found.toml().rstrip())


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="TOML: see deploy/examples/agreement.toml.")],
    *,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Add a version of an agreement, or change one that nobody has signed. One entry in the ledger.

    Case references under `coverage.case_references` are kept as keyed hashes only.
    """
    with own_house() as house:
        document = hashed_cases(toml_of(file), house.keys.natural_key)
        wanted = word_of(Agreement, document)
        day = london_day(house.clock)
        made = change(house, actor, lambda act: PutAgreement(wanted, act, day))
        standing = standing_of(house.book.refresh(), made, day)
    if as_json:
        say_json(standing.document())
        return
    say(f"Agreement {made.id} version {made.version} is on the register: {standing.state.value}.")
    tell_unmet(standing)


@app.command("sign")
def sign_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    office: Annotated[
        str, typer.Option("--office", help="Who signs: the nominated person's post, not a name.")
    ],
    version: Version = None,
    yes: Yes = False,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Sign for a party, after it was shown what the version would newly release and newly stop.

    Its nominated person signs, and no office signs for two parties. The ledger keeps the digest of what
    was shown.
    """
    with own_house() as house:
        found = version_of(house.book.refresh(), agreement, version)
        day = london_day(house.clock)
        shown = shown_before(house.reader, house.book, found, day)
        if not as_json:
            tell_shown(shown)
        ask_whether_to_sign(yes=yes)
        job = partial(sign, found.id, found.version, party, office)
        made = change(house, actor, lambda act: job(act, day, shown.sha256))
        standing = standing_of(house.book.refresh(), made, day)
    if as_json:
        say_json({"shown": shown.document(), **standing.document()})
        return
    _tell_step(standing)


@app.command("suspend")
def suspend_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    reason: Reason,
    version: Version = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Stop an agreement for a party, at once: no record goes after this. Notices go on."""
    why = _reason(reason)
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: suspend(one.id, one.version, party, why, act, day),
        as_json=as_json,
    )


@app.command("resume")
def resume_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    version: Version = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Lift a party's own suspension."""
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: resume(one.id, one.version, party, act, day),
        as_json=as_json,
    )


@app.command("terminate")
def terminate_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    reason: Reason,
    version: Version = None,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """End an agreement for good. What recipients hold stays under its terms; notices go on."""
    why = _reason(reason)
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: terminate(one.id, one.version, party, why, act, day),
        as_json=as_json,
    )


# ---------------------------------------------------------------------- inside

_Job = Callable[[Agreement, Act, date], Callable[[Tx], Agreement]]
"""A step with one version, as a job."""


def _on(job: _Job, one: Agreement, day: date, act: Act) -> Callable[[Tx], Agreement]:
    """Return the step with one version, in the name of whoever takes it."""
    return job(one, act, day)


def _step(agreement: str, version: int | None, actor: str, job: _Job, *, as_json: bool) -> None:
    """Take a step with every version that is meant; one that may not take it stops only where none may."""
    with own_house() as house:
        day = london_day(house.clock)
        found = versions_of(house.book.refresh(), agreement, version, day)
        made, refusals = [], []
        for one in found:
            try:
                made.append(change(house, actor, partial(_on, job, one, day)))
            except AgreementRefused as refusal:
                refusals.append(refusal)
        if not made:
            raise refusals[0]
        edition = house.book.refresh()
        standings = [standing_of(edition, one, day) for one in made]
    if as_json:
        first, *others = [standing.document() for standing in standings]
        say_json({**first, "later_versions": others} if others else first)
        return
    for standing in standings:
        _tell_step(standing)


def _tell_step(standing: AgreementStanding) -> None:
    made = standing.agreement
    say(f"Agreement {made.id} version {made.version} is {standing.state.value} today.")
    tell_unmet(standing)


def hashed_cases(document: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Replace the case references of a document by their keyed hashes."""
    coverage = document.get("coverage")
    if not isinstance(coverage, dict) or "case_references" not in coverage:
        return document
    given = coverage["case_references"]
    if not isinstance(given, list) or not all(
        isinstance(one, str) and one.strip() for one in given
    ):
        says = "It is a list of case references."
        raise refused("/coverage/case_references", "agreement.case_references", says)
    cases = [*coverage.get("cases", ()), *(case_key(key, reference) for reference in given)]
    rest = {name: value for name, value in coverage.items() if name != "case_references"}
    return {**document, "coverage": {**rest, "cases": cases}}


def _reason(text: str) -> str:
    if not text.strip():
        raise refused("/reason", "agreement.reason", "A reason must be given.")
    return text.strip()


def _purpose(one: Agreement) -> str:
    if one.provision is None:
        return one.purpose.value
    return f"{one.purpose.value}, {one.provision} of the Crime and Disorder Act 1998"


def _show(standing: AgreementStanding) -> None:
    one = standing.agreement
    rows = [
        ("agreement", f"{one.id} version {one.version}: {one.title}"),
        ("state", f"{standing.state.value} on {standing.day}"),
        ("from", ", ".join(one.holders)),
        ("to", ", ".join(one.recipients)),
        ("protocol", one.protocol),
        ("power", one.power.value),
        ("on behalf of", ", ".join(one.on_behalf_of)),
        ("purpose", _purpose(one)),
        ("necessity", one.necessity or "—"),
        ("assessment", one.dpia or "—"),
        ("fields", ", ".join(one.fields) or "—"),
        ("people in the roles", ", ".join(one.roles) or "—"),
        ("sources", ", ".join(one.coverage.sources) or "every one"),
        ("kinds", ", ".join(one.coverage.kinds) or "every one"),
        ("behaviours", ", ".join(one.coverage.behaviours) or "every one"),
        ("cases", f"{len(one.coverage.cases)} listed" if one.coverage.cases else "not by case"),
        ("special category", _condition(one.special_category)),
        ("offences", _condition(one.offence)),
        ("depersonalised", f"in cells of {one.minimum_cell} or more, {_finest(one)}"),
        ("passed on", " ".join((one.onward.rule.value, *one.onward.to)).replace("_", " ")),
        ("kept for", f"{one.retention_days} days after recording"),
        ("records from", str(one.records_from)),
        ("review by", f"{one.review_by} ({standing.review.value.replace('_', ' ')})"),
        ("signed by", "; ".join(f"{s.party} ({s.office}, {s.signed_on})" for s in one.signatures)),
        ("documents", "; ".join(f"{d.sha256} ({d.attached_on})" for d in one.documents)),
        ("suspended by", "; ".join(f"{s.party}: {s.reason}" for s in standing.suspensions)),
    ]
    show_table("", ("", ""), [(name, value or "—") for name, value in rows])
    if standing.unmet:
        listed = [(c.says, c.cites, c.id) for c in standing.unmet]
        say("")
        show_table("Unmet:", ("condition", "rests on", "id"), listed)
    for flag in standing.flags:
        say(f"Flag: {flag}")


def _finest(one: Agreement) -> str:
    if one.cells == FINEST:
        return "by any place and time"
    return f"no finer than {one.cells.place} by {one.cells.time}"


def _condition(one: LegalCondition | None) -> str:
    """Return a condition with its policy document and the days between which that is in date."""
    if one is None:
        return "no condition is named: fields of this group stay"
    version = f" version {one.policy_version}" if one.policy_version else ""
    dates = f"{one.valid_from or '…'} to {one.valid_to or '…'}"
    return f"{one.condition}; {one.policy_document}{version}, in date {dates}"
