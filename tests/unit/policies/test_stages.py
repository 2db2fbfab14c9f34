"""Stages of intervention: every code of the sources' lists has one, and the class carries it alone."""

from __future__ import annotations

import pytest

from adapters.wordlists import word_list
from policies.classes import classify, reclassify
from policies.stages import STAGES, stage_of
from schemas.codes import InterventionStage
from schemas.record_class import RecordClass
from tests.support.law import feed, incident


def test_every_code_of_the_lists_has_a_stage() -> None:
    assert set(STAGES) == set(word_list("housing_stages").codes)
    assert {stage.value for stage in STAGES.values()} | {"other"} == set(InterventionStage)


@pytest.mark.parametrize(
    ("code", "stage"),
    [(None, None), ("abc", InterventionStage.AGREEMENT), ("else", InterventionStage.OTHER)],
)
def test_a_class_carries_the_stage(code: str | None, stage: InterventionStage | None) -> None:
    assert stage_of(code) is stage
    made = classify(incident(intervention=code), feed(), None)
    assert made.stage is stage
    assert reclassify(made, incident(), None).stage is stage


def test_a_class_recorded_before_stages_reads_as_none() -> None:
    made = classify(incident(), feed(), None)
    older = made.model_dump(mode="json", exclude={"stage"})
    assert RecordClass.model_validate(older) == made
