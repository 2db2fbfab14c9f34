"""``gateway signal``: households that several reports concern; whom to tell, and what people decided."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from gateway.assembly import matching_of, signals_of, subject_index_of
from gateway.audit.consulting import at_terminal
from gateway.cli import Exit
from gateway.cli.home import checked_actor, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.ledger.leaf import stamp
from gateway.release.signals import Found, says
from gateway.store.subjects import count_by_kind
from schemas.signals import SHORTEST, SignalReason, StepKind

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Signals: reports of one household, found where an agreement names matching. Nothing is merged.",
)
Name = Annotated[str, typer.Argument(metavar="SIGNAL", help="Id of a signal, as `list` says it.")]
Why = Annotated[str, typer.Option("--reason", help="Why, in a sentence; nobody's name.")]
_REASON: TypeAdapter[str] = TypeAdapter(SignalReason)


@app.command("list")
def list_(*, as_json: AsJson = False, actor: Actor = OPERATOR) -> None:
    """List signals, the newest first: for whom, why, on how many reports, and what was decided."""
    with own_house() as house:
        found = signals_of(house).listed(at_terminal(checked_actor(actor)))
        left = matching_of(house).waiting()
    if as_json:
        say_json({"signals": [_document(one) for one in found], "waiting": left})
        return
    rows = [
        (
            one.signal.id,
            one.signal.partner,
            one.signal.why.value.replace("_", " "),
            one.signal.reports,
            ", ".join(one.signal.ask),
            one.state.value if one.stands else f"{one.state.value}, stopped",
            f"{one.signal.at:%Y-%m-%d %H:%M}",
        )
        for one in found
    ]
    show_table("", ("signal", "told", "why", "reports", "ask", "state", "found"), rows)
    if not found:
        say("There is no signal: no household reached a threshold that a live agreement names.")
    if left:
        note(f"gateway: {left:,} reports wait to be compared; run `gateway signal run`.")


@app.command("show")
def show(signal: Name, *, as_json: AsJson = False, actor: Actor = OPERATOR) -> None:
    """Show one signal: the reports that it rests on, by position and holder, and what was decided."""
    with own_house() as house:
        found = signals_of(house).one(at_terminal(checked_actor(actor)), signal)
    if as_json:
        say_json(_document(found))
        return
    say(says(found.signal))
    rows = [(one["position"], one["version"], one["controller"]) for one in found.records]
    show_table("", ("position", "version", "holder"), rows)
    steps = [
        (step.number, step.kind.value, step.actor, f"{step.at:%Y-%m-%d %H:%M}", step.reason or "")
        for step in found.steps
    ]
    show_table("", ("step", "what", "who", "when", "why"), steps)


@app.command("confirm")
def confirm(signal: Name, *, reason: Why, actor: Actor = OPERATOR) -> None:
    """Say that the reports are of one household; open them first, by a consultation."""
    _decide(signal, StepKind.CONFIRMED, reason, actor)


@app.command("dismiss")
def dismiss(signal: Name, *, reason: Why, actor: Actor = OPERATOR) -> None:
    """Say that they are not, or that nothing follows; whoever was told sees it dismissed."""
    _decide(signal, StepKind.DISMISSED, reason, actor)


@app.command("run")
def run(*, as_json: AsJson = False) -> None:
    """Compare what was recorded since this was last done. `gateway serve` and `work` do so by themselves."""
    with own_house() as house:
        subject_index_of(house).fill()
        made = matching_of(house).run()
    if as_json:
        say_json({"signals": made})
    else:
        say(f"{made} new." if made else "No new signal.")


@app.command("index")
def index(*, as_json: AsJson = False, actor: Actor = OPERATOR) -> None:
    """Key what was recorded before sealed halves were found by keys, and say how many keys there are."""
    with own_house() as house:
        filled = subject_index_of(house).fill(checked_actor(actor))
        with house.reader.connection() as connection:
            kinds = count_by_kind(connection)
    if as_json:
        say_json({"filled": filled, "keys": kinds})
        return
    say(f"{filled:,} older records were keyed." if filled else "Every record is keyed.")
    show_table("", ("key", "how many"), sorted(kinds.items()))


def _decide(signal: str, kind: StepKind, reason: str, actor: str) -> None:
    try:
        said = _REASON.validate_python(reason)
    except ValidationError:
        raise Stopped(
            f"A reason has {SHORTEST} to 1,000 letters; nothing was changed.",
            "Say what was looked at and what follows.",
            Exit.USAGE,
        ) from None
    with own_house() as house:
        signals_of(house).decide(at_terminal(checked_actor(actor)), signal, kind, said)
    say(f"{kind.value.capitalize()}.")


def _document(found: Found) -> dict[str, object]:
    signal = found.signal
    return {
        **signal.model_dump(mode="json"),
        "at": stamp(signal.at),
        "says": says(signal),
        "state": found.state.value,
        "stands": found.stands,
        "records": [
            {"position": one["position"], "version": one["version"], "holder": one["controller"]}
            for one in found.records
        ],
        "steps": [one.model_dump(mode="json", exclude_none=True) for one in found.steps],
    }
