"""The requirements are whole, name what exists, and are never better than their tests."""

from __future__ import annotations

from policies.bundle import packaged_bundle
from policies.requirements import (
    Requirement,
    RequirementState,
    packaged_requirements,
    readme_table,
    standings,
    unknown_rules,
)
from tests.architecture.source import ROOT

ALL = tuple(f"L{number:02d}" for number in range(1, 63))
LATER: set[str] = set()


def test_all_sixty_two_stand_in_their_order() -> None:
    assert tuple(one.id for one in packaged_requirements()) == ALL


def test_every_rule_and_every_path_that_is_named_exists() -> None:
    named = {rule for one in packaged_requirements() for rule in one.rules if "/" in rule}

    assert unknown_rules(packaged_bundle().rules) == ()
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
    assert len(unknown_rules(())) > 10


def test_only_what_a_later_issue_builds_stands_open() -> None:
    assert {one.id for one in packaged_requirements() if one.open is not None} == LATER


def test_a_requirement_is_proven_by_tests_that_all_passed_and_by_nothing_else() -> None:
    said = {
        one.id: one
        for one in standings(
            {
                "L01": {"a": "passed", "b": "passed"},
                "L02": {"a": "passed", "b": "failed"},
                "L03": {"a": "skipped"},
            }
        )
    }

    assert (said["L01"].state, said["L01"].tests, said["L01"].reason) == (
        RequirementState.PROVEN,
        ("a", "b"),
        None,
    )
    assert (said["L02"].state, said["L02"].reason) == (RequirementState.FAILED, "not passed: b")
    assert said["L03"].state is RequirementState.FAILED
    assert said["L04"].state is RequirementState.UNPROVEN


def test_what_stands_open_says_why_whatever_passes() -> None:
    later = Requirement(id="L45", law="s.1", must="Wait.", open="Built later.")
    (said,) = standings({"L45": {"a": "passed"}}, [later])

    assert (said.state, said.reason) == (RequirementState.OPEN, "Built later.")


def test_the_readme_tells_law_rule_test_state_and_doubt() -> None:
    table = readme_table({"L03": {"tests/spec/x.py:test_y": "passed"}})
    row = next(line for line in table.splitlines() if line.startswith("| L03"))

    assert "`tests/spec/x.py:test_y` | proven<br>For a person:" in row
    assert len(table.splitlines()) == len(ALL) + 2
