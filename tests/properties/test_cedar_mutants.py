"""The runner of Cedar mutants: what it makes of a condition, and that the oracle kills it.

The whole run is ``make mutants``; its newest line is held against the floor here.
"""

from __future__ import annotations

import json
from collections import Counter

import cedarpy

from policies.bundle import packaged_bundle
from tests.conftest import REPORTS
from tests.mutants.cedar import Judge, Mutant, mutants, questions

FLOOR = 0.95
RULE = "section_115.purpose_is_agreed"


def test_a_condition_is_dropped_negated_and_loses_either_side() -> None:
    made = list(mutants(packaged_bundle()))
    of_rule = [one.change for one in made if one.rule == RULE]

    assert of_rule[:4] == ["dropped", "negated", "/ left of && dropped", "/ right of && dropped"]
    forbids = {rule.id for rule in packaged_bundle().rules.values() if not rule.permits}
    assert {one.rule for one in made} == forbids
    assert Counter(one.change for one in made)["negated"] == len(forbids)


def test_the_oracle_kills_what_matters_and_not_what_does_not() -> None:
    judge = Judge(questions(100))
    wanted = {"dropped", "negated"}
    some = [one for one in mutants(packaged_bundle()) if one.rule == RULE and one.change in wanted]
    file = packaged_bundle().rules[RULE].file
    whole = json.loads(cedarpy.policies_to_json_str(packaged_bundle().texts[file]))
    same = Mutant(file, RULE, "none", whole["staticPolicies"])

    assert {judge.kills(one) for one in some} == {"oracle"}
    assert judge.kills(same) is None


def test_the_newest_whole_run_kills_enough() -> None:
    lines = (REPORTS / "mutants-cedar.jsonl").read_text(encoding="utf-8").splitlines()
    newest = json.loads(lines[-1])

    assert newest["share"] >= FLOOR
    assert newest["killed"] + len(newest["survivors"]) == newest["mutants"]
