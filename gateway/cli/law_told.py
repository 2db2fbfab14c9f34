"""What ``gateway law`` does, apart from its options: its help imports nothing of this."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from gateway.assembly import StoreMissing
from gateway.audit.decided_by import Decided, decisions
from gateway.cli import Exit
from gateway.cli.home import own_house
from gateway.cli.terminal import Stopped, note, say, say_json, show_table
from gateway.law.proven import results
from policies.bundle import Bundle, packaged_bundle
from policies.requirements import (
    Requirement,
    RequirementState,
    Standing,
    packaged_requirements,
    standings,
)

_ROW = ("id", "law", "the gateway must", "rules", "tests", "state")


def tell_law(requirement: str | None, *, as_json: bool) -> None:
    """Show requirements, or one of them.

    Raises:
        Stopped: There is no such requirement.
        typer.Exit: With 1 where a test that is bound to a requirement did not pass.
    """
    known = standings(results())
    if requirement is not None:
        wanted = requirement.upper()
        known = tuple(one for one in known if one.id == wanted)
        if not known:
            raise Stopped("There is no such requirement.", "See `gateway law`.", Exit.USAGE)
    if as_json:
        say_json([one.model_dump(mode="json") for one in known])
    elif requirement is not None:
        _say_one(next(one for one in packaged_requirements() if one.id == known[0].id), known[0])
    else:
        _say_all(known)
    if any(one.state is RequirementState.FAILED for one in known):
        raise typer.Exit(Exit.FOUND_WRONG)


def _say_all(known: tuple[Standing, ...]) -> None:
    asked = packaged_requirements()
    rows = [
        (one.id, one.law, one.must, "; ".join(one.rules), len(standing.tests), standing.state.value)
        for one, standing in zip(asked, known, strict=True)
    ]
    show_table("", _ROW, rows)
    counted = {state: sum(one.state is state for one in known) for state in RequirementState}
    say("\n" + ", ".join(f"{number} {state.value}" for state, number in counted.items() if number))
    say("\nNot proven, and why:")
    for standing in known:
        if standing.reason is not None:
            say(f"  {standing.id}  {standing.reason}")
    say("\nNot ours to settle:")
    for one in asked:
        if one.for_a_person is not None:
            say(f"  {one.id}  {one.for_a_person}")


def _say_one(asked: Requirement, standing: Standing) -> None:
    say(f"{asked.id} · {asked.law}\n{asked.must}\n")
    reason = f": {standing.reason}" if standing.reason else ""
    say(f"State: {standing.state.value}{reason}")
    if asked.for_a_person is not None:
        say(f"Not ours to settle: {asked.for_a_person}")
    say("\nCarried out by:")
    bundle, decided = _here()
    for rule in _named(asked, bundle):
        say(f"  {rule}{_words(rule, bundle)}{_when(rule, decided)}")
    say("\nProven by:")
    for test in standing.tests or ("no test",):
        say(f"  {test}")


def _here() -> tuple[Bundle, Mapping[str, Decided] | None]:
    """Return the rules in force, and what they decided; the packaged ones where there is no house."""
    try:
        house = own_house()
    except StoreMissing:
        note("There is no database here: the packaged rules are shown, and no decisions.")
        return packaged_bundle(), None
    with house:
        law = house.book.refresh().law
        return law.bundle, decisions(house.reader, law.bundle)


def _named(asked: Requirement, bundle: Bundle) -> list[str]:
    """Return the rules of a requirement, each ``…*`` as the rules that it stands for."""
    found: list[str] = []
    for rule in asked.rules:
        fits = [one for one in bundle.rules if one.startswith(rule[:-1])]
        found += fits if rule.endswith("*") else [rule]
    return list(dict.fromkeys(found))


def _words(rule: str, bundle: Bundle) -> str:
    known = bundle.rules.get(rule)
    return "" if known is None else f"\n      {known.says} ({known.cites})"


def _when(rule: str, decided: Mapping[str, Decided] | None) -> str:
    if decided is None or "/" in rule:
        return ""
    one = decided.get(rule)
    if one is None or one.last is None:
        return "\n      It has decided nothing here yet."
    told = f"{one.let_go:,} let go, {one.withheld:,} kept back"
    return f"\n      Decided here: {told}, last on {one.last:%Y-%m-%d %H:%M} UTC."
