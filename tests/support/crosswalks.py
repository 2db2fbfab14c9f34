"""Small crosswalks made by hand, and what they say of a code."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.placing import Crosswalk, Placement
from adapters.rules import CrosswalkRefused, RuleRow
from schemas.codes import Kind


def made(*rows: dict[str, Any]) -> Crosswalk:
    return Crosswalk("own", "own/1", (RuleRow(**row) for row in rows), Kind.CRIME)


def why(*rows: dict[str, Any]) -> str:
    with pytest.raises(CrosswalkRefused) as refused:
        made(*rows)
    return refused.value.why


def told(placement: Placement) -> tuple[object, ...]:
    fields = placement.fields
    return (
        fields["mapping_status"].value,
        fields["typology_area"],
        fields["typology_behaviour"],
        fields["mapping_confidence"],
    )


def a_rule(**cells: str) -> dict[str, str]:
    return {"code": "N1", "label": "Noise", "default": "noise", **cells}
