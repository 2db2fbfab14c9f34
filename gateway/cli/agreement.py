"""``gateway agreement``: data-sharing agreements under section 115, from draft to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import Exit
from gateway.cli.documents import refused, toml_of, word_of
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.law.agreements import PutAgreement, resume, sign, suspend, terminate
from gateway.law.book import Edition
from gateway.law.register import Act
from gateway.law.standing import AgreementStanding, standing_of
from gateway.store.tx import Tx
from policies.pseudonym import case_key
from schemas.agreements import Agreement, in_force

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Data-sharing agreements: what section 115 rests on.",
)

AgreementId = Annotated[str, typer.Argument(help="Id of the agreement.")]
Version = Annotated[int | None, typer.Option(min=1, help="Version; the latest where absent.")]
Party = Annotated[str, typer.Option("--party", help="Id of the party that does this.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why; kept on the register, not in the ledger.")
]
Day = Annotated[
    str | None, typer.Option(help="Day to judge by, such as 2026-11-23; today if absent.")
]


@app.command("list")
def list_agreements(*, as_json: AsJson = False) -> None:
    """List every version of every agreement with its state today."""
    with own_house() as house:
        edition, day = house.book.refresh(), london_day(house.clock)
        known = edition.register.agreements
        listed = [(one, one.state_on(day, known)) for one in known]
    if as_json:
        say_json({"agreements": [_line(one, state.value) for one, state in listed]})
        return
    rows = [
        (
            one.id,
            one.version,
            state.value,
            ", ".join(one.holders),
            ", ".join(one.recipients),
            one.purpose.value,
            one.review_by,
        )
        for one, state in listed
    ]
    show_table("", ("id", "version", "today", "from", "to", "purpose", "review by"), rows)


@app.command("show")
def show(agreement: AgreementId, *, day: Day = None, as_json: AsJson = False) -> None:
    """Show an agreement: terms, signatures, state on a day, and every condition that is unmet then."""
    with own_house() as house:
        edition = house.book.refresh()
        judged = _day(day) or london_day(house.clock)
        standing = standing_of(edition, _known(edition, agreement, judged), judged)
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
        found = _version(house.book.refresh(), agreement, version)
    say(found.toml().rstrip())


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="TOML: see deploy/examples/agreement.toml.")],
    *,
    actor: Actor = OPERATOR,
) -> None:
    """Add a version of an agreement, or change one that nobody has signed. One entry in the ledger.

    Case references under `coverage.case_references` are kept as keyed hashes only.
    """
    with own_house() as house:
        document = _hashed_cases(toml_of(file), house.keys.natural_key)
        wanted = word_of(Agreement, document)
        day = london_day(house.clock)
        made = change(house, actor, lambda act: PutAgreement(wanted, act, day))
        standing = standing_of(house.book.refresh(), made, day)
    say(f"Agreement {made.id} version {made.version} is on the register: {standing.state.value}.")
    _tell_unmet(standing)


@app.command("sign")
def sign_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    office: Annotated[
        str, typer.Option("--office", help="Who signs: the nominated person's post, not a name.")
    ],
    version: Version = None,
    actor: Actor = OPERATOR,
) -> None:
    """Sign for a party. Its nominated person signs, and no office signs for two parties."""
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: sign(one.id, one.version, party, office, act, day),
    )


@app.command("suspend")
def suspend_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    reason: Reason,
    version: Version = None,
    actor: Actor = OPERATOR,
) -> None:
    """Stop an agreement for a party, at once: no record goes after this. Notices go on."""
    why = _reason(reason)
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: suspend(one.id, one.version, party, why, act, day),
    )


@app.command("resume")
def resume_agreement(
    agreement: AgreementId, *, party: Party, version: Version = None, actor: Actor = OPERATOR
) -> None:
    """Lift a party's own suspension."""
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: resume(one.id, one.version, party, act, day),
    )


@app.command("terminate")
def terminate_agreement(
    agreement: AgreementId,
    *,
    party: Party,
    reason: Reason,
    version: Version = None,
    actor: Actor = OPERATOR,
) -> None:
    """End an agreement for good. What recipients hold stays under its terms; notices go on."""
    why = _reason(reason)
    _step(
        agreement,
        version,
        actor,
        lambda one, act, day: terminate(one.id, one.version, party, why, act, day),
    )


# ---------------------------------------------------------------------- inside

_Job = Callable[[Agreement, Act, date], Callable[[Tx], Agreement]]


def _step(agreement: str, version: int | None, actor: str, job: _Job) -> None:
    with own_house() as house:
        found = _version(house.book.refresh(), agreement, version)
        day = london_day(house.clock)
        made = change(house, actor, lambda act: job(found, act, day))
        standing = standing_of(house.book.refresh(), made, day)
    say(f"Agreement {made.id} version {made.version} is {standing.state.value} today.")
    _tell_unmet(standing)


def _tell_unmet(standing: AgreementStanding) -> None:
    for condition in standing.unmet:
        note(f"gateway: section 115 is refused today: {condition.says} [{condition.cites}]")
    for flag in standing.flags:
        note(f"gateway: {flag}")


def _known(edition: Edition, agreement: str, day: date) -> Agreement:
    found = in_force((one for one in edition.register.agreements if one.id == agreement), day)
    if found is None:
        raise Stopped("There is no agreement of that id.", "See `gateway agreement list`.")
    return found


def _version(edition: Edition, agreement: str, version: int | None) -> Agreement:
    known = [one for one in edition.register.agreements if one.id == agreement]
    found = [one for one in known if version in {None, one.version}]
    if not found:
        raise Stopped(
            "There is no such agreement or version of it.", "See `gateway agreement list`."
        )
    return found[-1]


def _hashed_cases(document: dict[str, Any], key: bytes) -> dict[str, Any]:
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


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Stopped("--day is not a day.", "Write it as 2026-11-23.", Exit.USAGE) from None


def _line(agreement: Agreement, state: str) -> dict[str, Any]:
    named = ("id", "version", "title", "holders", "recipients", "purpose", "provision", "review_by")
    document = agreement.model_dump(mode="json", include=set(named))
    return {**document, "state": state}


def _show(standing: AgreementStanding) -> None:
    one = standing.agreement
    rows = [
        ("agreement", f"{one.id} version {one.version}: {one.title}"),
        ("state", f"{standing.state.value} on {standing.day}"),
        ("from", ", ".join(one.holders)),
        ("to", ", ".join(one.recipients)),
        ("protocol", one.protocol),
        ("purpose", f"{one.purpose.value}, {one.provision} of the Crime and Disorder Act 1998"),
        ("necessity", one.necessity or "—"),
        ("assessment", one.dpia or "—"),
        ("fields", ", ".join(one.fields) or "—"),
        ("people in the roles", ", ".join(one.roles) or "—"),
        ("sources", ", ".join(one.coverage.sources) or "every one"),
        ("kinds", ", ".join(one.coverage.kinds) or "every one"),
        ("behaviours", ", ".join(one.coverage.behaviours) or "every one"),
        ("cases", f"{len(one.coverage.cases)} listed" if one.coverage.cases else "not by case"),
        ("kept for", f"{one.retention_days} days after recording"),
        ("records from", str(one.records_from)),
        ("review by", str(one.review_by)),
        ("signed by", "; ".join(f"{s.party} ({s.office}, {s.signed_on})" for s in one.signatures)),
        ("suspended by", "; ".join(f"{s.party}: {s.reason}" for s in standing.suspensions)),
    ]
    show_table("", ("", ""), [(name, value or "—") for name, value in rows])
    if standing.unmet:
        listed = [(c.says, c.cites, c.id) for c in standing.unmet]
        say("")
        show_table("Unmet:", ("condition", "rests on", "id"), listed)
    for flag in standing.flags:
        say(f"Flag: {flag}")
