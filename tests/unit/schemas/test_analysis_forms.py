"""Forms of questions of analysis refuse what does not fit together."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.analysis_pages import CompareQuestion
from schemas.hotspots import HotspotQuestion, LinkQuestion


def test_a_set_and_another_edition_are_not_asked_together() -> None:
    with pytest.raises(ValidationError):
        CompareQuestion.model_validate_strings({"set": "beats", "on": "2031"})


def test_periods_end_after_they_begin() -> None:
    asked = {"subscription": "fire-17a"}
    with pytest.raises(ValidationError):
        HotspotQuestion.model_validate_strings(asked | {"first": "2026-10", "last": "2026-09"})
    with pytest.raises(ValidationError):
        LinkQuestion.model_validate_strings(asked | {"first": "2026-10-02", "last": "2026-10-01"})
    fits = HotspotQuestion.model_validate_strings(asked | {"first": "2026-09", "last": "2026-10"})
    assert fits.is_plain
    days = asked | {"first": "2026-10-01", "last": "2026-10-01"}
    assert LinkQuestion.model_validate_strings(days).limit == 200
