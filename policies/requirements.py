"""What the law asks of the gateway, requirement by requirement, beside what the tests said of it.

The table is ``policies/data/requirements.toml``; the results are those of the last whole test run
(``tests/reports/law.json``), read by ``gateway`` and handed in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Annotated

from pydantic import StringConstraints

from schemas.base import Word
from schemas.packaged import packaged_text

RequirementId = Annotated[str, StringConstraints(pattern=r"^L[0-9]{2}$")]
PASSED = "passed"
_ALL = "*"


class RequirementState(StrEnum):
    """How a requirement stands."""

    PROVEN = "proven"
    """Tests are bound to it, and every one of them passed."""
    FAILED = "failed"
    """A test that is bound to it failed or did not run."""
    OPEN = "open"
    """A later piece of work builds it, and says so."""
    UNPROVEN = "unproven"
    """No test is bound to it, and nobody says why."""


class Requirement(Word):
    """One sentence of the law or its guidance, and what carries it out."""

    id: RequirementId
    law: str
    """The section, regulation or guidance."""
    must: str
    rules: tuple[str, ...] = ()
    """Ids of Cedar conditions, ``…*`` for all that begin so, or paths of the project."""
    open: str | None = None
    """Why it stands open, where a later piece of work builds it."""
    for_a_person: str | None = None
    """What a named human must answer, whatever the tests say."""


class Standing(Word):
    """One line of ``gateway law --json``."""

    id: RequirementId
    state: RequirementState
    tests: tuple[str, ...]
    reason: str | None = None
    """Why it is not proven; None where it is."""


class Requirements(Word):
    """``requirements.toml``."""

    requirement: tuple[Requirement, ...]


@cache
def packaged_requirements() -> tuple[Requirement, ...]:
    """Return the requirements that travel inside the package, by id."""
    text = packaged_text("policies", "data/requirements.toml")
    return Requirements.model_validate(tomllib.loads(text)).requirement


def standings(
    results: Mapping[str, Mapping[str, str]], of: Sequence[Requirement] | None = None
) -> tuple[Standing, ...]:
    """Say how each requirement stands.

    Args:
        results: Requirement → test → ``passed``, ``failed`` or ``skipped``.
        of: The requirements; those of the package where none are given.
    """
    asked = packaged_requirements() if of is None else of
    return tuple(_standing(one, results.get(one.id, {})) for one in asked)


def _standing(requirement: Requirement, tests: Mapping[str, str]) -> Standing:
    missed = [test for test, result in tests.items() if result != PASSED]
    if missed:
        state, reason = RequirementState.FAILED, f"not passed: {', '.join(missed)}"
    elif requirement.open is not None:
        state, reason = RequirementState.OPEN, requirement.open
    elif tests:
        state, reason = RequirementState.PROVEN, None
    else:
        state, reason = RequirementState.UNPROVEN, "No test run on record proves it."
    return Standing(id=requirement.id, state=state, tests=tuple(tests), reason=reason)


def unknown_rules(known: Iterable[str]) -> tuple[str, ...]:
    """Return what requirements name as Cedar rules and the bundle does not hold.

    Args:
        known: Ids of the bundle's rules. A name with a slash is a path, and not judged here.
    """
    ids = tuple(known)
    named = {rule for one in packaged_requirements() for rule in one.rules if "/" not in rule}
    return tuple(sorted(rule for rule in named if not any(_fits(rule, one) for one in ids)))


def _fits(rule: str, known: str) -> bool:
    return known.startswith(rule[:-1]) if rule.endswith(_ALL) else known == rule


def readme_table(results: Mapping[str, Mapping[str, str]]) -> str:
    """Return requirement → rules → tests → result as Markdown, as ``policies/README.md`` shows it."""
    lines = [
        "| id | law | the gateway must | rules | proven by | state |",
        "|---|---|---|---|---|---|",
    ]
    for one, standing in zip(packaged_requirements(), standings(results), strict=True):
        rules = "<br>".join(f"`{rule}`" for rule in one.rules)
        tests = "<br>".join(f"`{test}`" for test in standing.tests)
        doubt = f"<br>For a person: {one.for_a_person}" if one.for_a_person else ""
        state = standing.state.value + (f": {standing.reason}" if standing.reason else "")
        lines.append(f"| {one.id} | {one.law} | {one.must} | {rules} | {tests} | {state}{doubt} |")
    return "\n".join(lines)
