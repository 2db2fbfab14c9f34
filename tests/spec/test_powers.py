"""Powers as dated data: what is none, what is off, and what each asks for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.support.law import agreement, subscription
from tests.support.requirements import law as requirement


@requirement("L06")
@pytest.mark.parametrize("power", ["section_17", "s17", "sch_2_para_2", ""])
def test_section_17_and_an_exemption_are_no_powers(power: str) -> None:
    with pytest.raises(ValidationError):
        agreement(power=power)
    with pytest.raises(ValidationError):
        subscription(power=power)
