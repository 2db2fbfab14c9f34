"""``gateway subject``: answering people who ask what is held about them; standard input tells of them."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from gateway.assembly import House
from gateway.audit.consulting import at_terminal
from gateway.audit.subject_cases import StepMissing, SubjectCase
from gateway.audit.subject_disclosures import NOTICE
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from policies.subject_case import MISSING_SAYS
from policies.subject_search.asked import SubjectAsked
from policies.subject_search.scored import NEARNESS_SAYS, REASON_SAYS, Nearness
from schemas.consulting import ConsultationReason, ReasonCode
from schemas.subject_access import Restriction, SubjectOutcome, SubjectStep

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="People who ask what is held about them: search, decide, answer, close.",
)
Case = Annotated[str, typer.Argument(help="Which case; see `gateway subject list`.")]
Reason = Annotated[
    str, typer.Option(help="Why you look, in 15 letters at least, and without a name.")
]
_LONGEST = 20_000
_FORM = "Lines: `name: Ada Example`, `born: 1984-03-12`, `address: …`, `telephone: …`; then end of file."
_MANY = {"name": "names", "address": "addresses", "telephone": "telephones"}


@app.command("list")
def list_cases(
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are late.")] = False,
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """List every case with its clock, the first due first; ends with 1 where one is overdue."""
    with own_house() as house:
        found = house.subject_desk.cases.every(at_terminal(checked_actor(actor)))
    told = [_row(one) for one in found if one.overdue or not overdue]
    if as_json:
        say_json({"cases": told})
    else:
        columns = (
            "case",
            "reference",
            "state",
            "received",
            "due",
            "overdue",
            "undecided",
            "confirmed",
        )
        show_table("", columns, [[one[name] for name in columns] for one in told])
    if any(one["overdue"] for one in told):
        raise typer.Exit(Exit.FOUND_WRONG)


@app.command("open")
def open_case(
    *,
    reason: Reason,
    received: Annotated[str, typer.Option(help="Day on which it came in: 2026-11-23.")] = "",
    reference: Annotated[str, typer.Option(help="Your own reference.")] = "",
    actor: Actor = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Open a case for the person told on standard input, and search at once."""
    asked, why = _asked(), _reason(reason)
    person = at_terminal(checked_actor(actor))
    with own_house() as house:
        day = _day(received) if received else london_day(house.clock)
        case = house.subject_desk.cases.open(person, asked, day, reference)
        _search(house, case, asked, why, actor)
        _show(house, case, actor, as_json=as_json)


@app.command("search")
def search(case: Case, *, reason: Reason, actor: Actor = OPERATOR, as_json: AsJson = False) -> None:
    """Search again for a case, by what is told on standard input."""
    asked, why = _asked(), _reason(reason)
    with own_house() as house, _told():
        _search(house, case, asked, why, actor)
        _show(house, case, actor, as_json=as_json)


@app.command("show")
def show(case: Case, *, actor: Actor = OPERATOR, as_json: AsJson = False) -> None:
    """Show a case: what was proposed and why, what is decided, and every disclosure of it. No body."""
    with own_house() as house:
        _show(house, case, actor, as_json=as_json)


@app.command("decide")
def decide(
    case: Case,
    incident: Annotated[int, typer.Argument(help="Which record, as `show` numbers it.")],
    *,
    confirm: Annotated[bool, typer.Option("--confirm/--reject", help="About the person, or not.")],
    actor: Actor = OPERATOR,
) -> None:
    """Confirm that a record is about the person, or that it is about somebody else."""
    what = SubjectStep.CONFIRMED if confirm else SubjectStep.REJECTED
    with own_house() as house, _told():
        desk, person = house.subject_desk, at_terminal(checked_actor(actor))
        known = _proposed(desk.cases.of(person, case))
        part = known.get(incident, {}).get("part", 0)
        desk.cases.take(person, case, what, {"incident": incident, "part": part})
    say("Kept.")


@app.command("withhold")
def withhold(
    case: Case,
    incident: Annotated[int, typer.Argument(help="Which record.")],
    *,
    ground: Annotated[Restriction, typer.Option(help="On which ground.")],
    actor: Actor = OPERATOR,
) -> None:
    """Withhold a confirmed record from the answer; the reason is read from standard input."""
    said = {"incident": incident, "ground": ground.value, "words": _words("The reason:")}
    with own_house() as house, _told():
        person = at_terminal(checked_actor(actor))
        house.subject_desk.cases.take(person, case, SubjectStep.WITHHELD, said)
    say("Kept. Without 15 letters of reason the case cannot be answered or closed.")


@app.command("clock")
def clock(
    case: Case,
    what: Annotated[
        str, typer.Argument(help="clarification_asked, clarified, or extended (reason by stdin).")
    ],
    *,
    on: Annotated[str, typer.Option(help="On which day: 2026-11-23; today where absent.")] = "",
    actor: Actor = OPERATOR,
) -> None:
    """Stop the clock, let it run, or extend it by two months."""
    steps = ("clarification_asked", "clarified", "extended")
    if what not in steps:
        raise Stopped(
            "There is no such step of the clock.", "Use one of those in --help.", Exit.USAGE
        )
    said = {"words": _words("Why:")} if what == "extended" else {}
    with own_house() as house, _told():
        person, day = at_terminal(checked_actor(actor)), _day(on) if on else None
        house.subject_desk.cases.take(person, case, SubjectStep(what), said, day=day)
    say("Kept.")


@app.command("answer")
def answer(case: Case, *, reason: Reason, actor: Actor = OPERATOR) -> None:
    """Make the answer from the confirmed records and print it as JSON; it is an entry of the ledger."""
    why = _reason(reason, case)
    with own_house() as house, _told():
        document = house.subject_desk.answers.make(at_terminal(checked_actor(actor)), case, why)
    say_json(document)


@app.command("close")
def close(
    case: Case,
    *,
    outcome: Annotated[SubjectOutcome, typer.Option(help="How it ends.")],
    actor: Actor = OPERATOR,
) -> None:
    """Close a case; why it was refused or withdrawn is read from standard input."""
    needs = outcome in {SubjectOutcome.REFUSED, SubjectOutcome.WITHDRAWN}
    said = {"outcome": outcome.value, "words": _words("Why:") if needs else ""}
    with own_house() as house, _told():
        person = at_terminal(checked_actor(actor))
        house.subject_desk.cases.take(person, case, SubjectStep.CLOSED, said)
    say("Closed.")


@app.command("destroy")
def destroy(*, actor: Actor = OPERATOR) -> None:
    """Destroy what cases held whose time is over (GATEWAY_SUBJECT_CASE_DAYS after they were closed)."""
    settings = own_settings()
    with own_house(settings) as house:
        person = at_terminal(checked_actor(actor))
        done = house.subject_desk.cases.erase_closed(person, settings.subject_case_days)
    say(f"{len(done)} cases were destroyed.")


# ---------------------------------------------------------------------- what is told and read
def _search(
    house: House, case: str, asked: SubjectAsked, why: ConsultationReason, actor: str
) -> None:
    about = why.model_copy(update={"case": case})
    person = at_terminal(checked_actor(actor))
    house.subject_desk.searches.search(person, case, asked, about)


def _show(house: House, case: str, actor: str, *, as_json: bool) -> None:
    desk = house.subject_desk
    told = desk.cases.of(at_terminal(checked_actor(actor)), case)
    left = desk.disclosures.of(sorted(told.case.confirmed))
    proposals = [
        {**one, "decided": _decided(told, one["incident"])} for one in _proposed(told).values()
    ]
    if as_json:
        shared = [one.document() for one in left]
        say_json({**_row(told), "proposals": proposals, "disclosures": shared})
        return
    say(f"{told.id}: due {told.due.due.isoformat()}{', OVERDUE' if told.overdue else ''}")
    rows = [
        (
            one["incident"],
            NEARNESS_SAYS[Nearness(one["nearness"])],
            [REASON_SAYS[code] for code in one["why"]],
            one["source"],
            one["decided"],
        )
        for one in proposals
    ]
    show_table("Proposed", ("record", "how near", "because of", "from", "decided"), rows)
    rows_left = [
        (
            one.at,
            one.recipient_name,
            one.incident,
            one.version,
            one.power,
            one.agreement,
            one.fields,
        )
        for one in left
        if one.what != NOTICE
    ]
    heads = ("when", "to whom", "record", "version", "power", "agreement", "fields")
    show_table("Shared", heads, rows_left)


def _row(one: SubjectCase) -> dict[str, Any]:
    return {
        "case": one.id,
        "reference": one.reference,
        "state": one.case.state.value,
        "received": one.case.received.isoformat(),
        "due": one.due.due.isoformat(),
        "overdue": one.overdue,
        "undecided": len(one.case.undecided),
        "confirmed": len(one.case.confirmed),
    }


def _proposed(case: SubjectCase) -> dict[int, dict[str, Any]]:
    known: dict[int, dict[str, Any]] = {}
    for step in case.steps:
        if step.done.what is SubjectStep.SEARCHED:
            known |= {one["incident"]: one for one in step.done.said.get("proposals", ())}
    return known


def _decided(case: SubjectCase, incident: int) -> str:
    if incident in case.case.withheld:
        return "withheld"
    if incident in case.case.confirmed:
        return "confirmed"
    return "rejected" if incident in case.case.rejected else ""


def _asked() -> SubjectAsked:
    if sys.stdin.isatty():
        note(_FORM)
    said: dict[str, Any] = {name: [] for name in _MANY.values()}
    for line in sys.stdin.read(_LONGEST).splitlines():
        key, _, value = line.partition(":")
        if key.strip() in _MANY and value.strip():
            said[_MANY[key.strip()]].append(value.strip())
        elif key.strip() == "born":
            said["born"] = value.strip()
    try:
        return SubjectAsked.model_validate(said)
    except ValidationError:
        raise Stopped(
            "Standard input does not tell whom to look for.",
            "Give one of `name:`, `born:` (a day), `address:`, `telephone:`, one a line.",
            Exit.USAGE,
        ) from None


def _reason(words: str, case: str | None = None) -> ConsultationReason:
    try:
        return ConsultationReason(code=ReasonCode.SUBJECT_ACCESS, words=words, case=case)
    except ValidationError:
        raise Stopped(
            "The reason does not fit.", "Say why in 15 to 1,000 letters.", Exit.USAGE
        ) from None


def _words(prompt: str) -> str:
    if sys.stdin.isatty():
        note(prompt)
    return sys.stdin.readline(1_000).strip()


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Stopped("That is no day.", "Write it as 2026-11-23.", Exit.USAGE) from None


class _told:  # noqa: N801 - reads as a context
    """Says of a step that is refused what is missing."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Turn a refusal into its sentence."""
        if isinstance(error, StepMissing):
            raise Stopped(MISSING_SAYS[error.missing], "See `gateway subject show`.") from None
