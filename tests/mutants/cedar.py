"""Mutants of the Cedar files, one for each way in which a condition may have been written wrongly.

Of every condition: the rule dropped, the condition negated, and of each «and», «or» and choice in it either
side dropped. A mutant is killed where the bundle does not load, where the independent oracle says otherwise
on random requests, or where a test of ``tests/spec`` or ``tests/unit/policies`` fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import cedarpy

from policies.bundle import Bundle, packaged_bundle
from policies.law import Law
from policies.refusals import PolicyRefused
from policies.vocabulary import SCHEMA
from schemas.decisions import Decision
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup
from schemas.subscriptions import Subscription
from tests.mutants.of_tests import FILE, TEXT
from tests.properties.test_law_oracle import meant
from tests.support.law import everything_enabled, law, variant
from tests.support.oracle import oracle, oracle_agreement, oracle_live
from tests.support.oracle_linking import oracle_link
from tests.support.oracle_see import oracle_see
from tests.support.requests import (
    PURPOSE_OF,
    a_class,
    a_day,
    a_protocol,
    a_register,
    a_subscription,
    agreements_of,
)

SEED = 20261126
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """One file of the bundle with one change."""

    file: str
    rule: str
    change: str
    policies: dict[str, dict[str, Any]]
    """Every policy of the file in Cedar's JSON."""

    @property
    def text(self) -> str:
        """The file."""
        document = {"templates": {}, "templateLinks": [], "staticPolicies": self.policies}
        return cedarpy.policies_from_json_str(json.dumps(document))

    @property
    def name(self) -> str:
        """Which rule, and what was done to it."""
        return f"{self.rule}: {self.change}"


def mutants(bundle: Bundle) -> Iterator[Mutant]:
    """Yield every mutant of a bundle."""
    for file in sorted(bundle.texts.keys() - {SCHEMA}):
        document = json.loads(cedarpy.policies_to_json_str(bundle.texts[file]))
        for key, policy in document["staticPolicies"].items():
            if policy["effect"] != "forbid":
                continue
            name = policy["annotations"]["id"]
            for change, other in _changes(policy):
                policies = {**document["staticPolicies"], key: other}
                left = {one: rule for one, rule in policies.items() if rule is not None}
                yield Mutant(file, name, change, left)


def _changes(policy: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    yield "dropped", None
    *scoped, unless = policy["conditions"]
    body = unless["body"]
    for change, other in [("negated", {"!": {"arg": body}}), *_parts(body)]:
        yield change, {**policy, "conditions": [*scoped, {**unless, "body": other}]}


def _parts(body: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield an expression with one side of one «and», «or» or choice in it dropped."""
    if isinstance(body, list):
        for at, one in enumerate(body):
            for change, other in _parts(one, f"{place}/{at}"):
                yield change, [*body[:at], other, *body[at + 1 :]]
    if not isinstance(body, dict):
        return
    for operator in ("&&", "||"):
        if set(body) == {operator}:
            for dropped, kept in (("left", "right"), ("right", "left")):
                yield f"{place or '/'} {dropped} of {operator} dropped", body[operator][kept]
    if set(body) == {"if-then-else"}:
        for branch in ("then", "else"):
            yield f"{place or '/'} always {branch}", body["if-then-else"][branch]
    for key, inner in body.items():
        for change, other in _parts(inner, f"{place}/{key}"):
            yield change, {**body, key: other}


# ---------------------------------------------------------------------- the oracle


@dataclass(frozen=True)
class Question:
    """One request to one law, and what the oracle says of it."""

    snapshot: Law
    asked: Subscription
    cls: RecordClass
    day: date
    unmet: frozenset[str]
    seen: frozenset[FieldGroup]
    not_linked: frozenset[str] | None


def questions(number: int, per_register: int = 50, seed: int = SEED) -> list[Question]:
    """Random requests with the oracle's answers, as ``tests/properties/test_law_oracle.py`` asks them."""
    dice, made = Random(seed), []
    while len(made) < number:
        register = a_register(dice)
        names = list(register)
        protocols, agreements = [a_protocol(dice, names)], agreements_of(dice, register)
        enabled = len(made) % (2 * per_register) == 0
        lists = everything_enabled() if enabled else None
        snapshot = law(register.values(), protocols, agreements=agreements, lists=lists)
        for _ in range(per_register):
            asked, cls, day = a_subscription(dice, names), a_class(dice, names), a_day(dice)
            asked, cls = meant(dice, asked, cls, agreements)
            _, unmet = oracle(register, asked, cls, day, agreements, protocols, enabled=enabled)
            seen = oracle_see(asked, oracle_agreement(asked, agreements, day), day)
            named = oracle_agreement(asked, agreements, day) if asked.power in PURPOSE_OF else None
            live = named is not None and oracle_live(named, day)
            linked = oracle_link(register, asked, cls, day, named, protocols, live=live)
            made.append(Question(snapshot, asked, cls, day, unmet, frozenset(seen), linked))
    return made


class Judge:
    """Asks a mutant what the oracle was asked."""

    def __init__(self, asked: list[Question]) -> None:
        self.questions = asked
        self.bundle = packaged_bundle()

    def kills(self, mutant: Mutant) -> str | None:
        """Return by what a mutant is killed, or None where it is not."""
        try:
            bundle = Bundle.load({**self.bundle.texts, mutant.file: mutant.text})
        except PolicyRefused:
            return "load"
        rule = self.bundle.rules[mutant.rule]
        laws: dict[int, Law] = {}
        for one in self.questions:
            if rule.power not in {one.asked.power.value, "everywhere"}:
                continue
            known = id(one.snapshot)
            if known not in laws:
                laws[known] = variant(one.snapshot, bundle=bundle)
            if _differs(laws[known], one, sees=rule.sees, links=rule.links):
                return "oracle"
        return None


def _differs(snapshot: Law, one: Question, *, sees: bool, links: bool) -> bool:
    if links:
        linked = snapshot.link(one.asked, one.cls, one.day)
        return frozenset(c.id for c in linked.unmet) != one.not_linked or bool(linked.errors)
    if sees:
        return snapshot.see(one.asked, one.cls, one.day).groups != one.seen
    decision: Decision = snapshot.decide(one.asked, one.cls, one.day)
    return frozenset(c.id for c in decision.unmet) != one.unmet or bool(decision.errors)


# ---------------------------------------------------------------------- the tests


def killed_by_tests(mutant: Mutant) -> bool:
    """Whether a test fails where this file of the package is another, in a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".cedar", encoding="utf-8") as file:
        file.write(mutant.text)
        file.flush()
        told = {**os.environ, FILE: f"cedar/{mutant.file}", TEXT: file.name}
        command = [sys.executable, "-m", "tests.mutants", "tests"]
        ran = subprocess.run(command, env=told, cwd=ROOT, capture_output=True, check=False)
        return ran.returncode != 0
