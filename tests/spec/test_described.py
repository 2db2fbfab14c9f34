"""Described records: the examples of the form are released, and the form is closed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policies.answered import answer
from policies.bundle import packaged_bundle
from policies.description_form import EXAMPLES, DescriptionFaulty, description_of, schema
from policies.law import Law
from policies.treatments import packaged_treatments
from tests.spec.described_cards import CARDS, Card
from tests.spec.described_cards_of_bodies import CARDS_OF_BODIES
from tests.support.requirements import law as requirement

DAY = date(2026, 11, 23)


def law() -> Law:
    return Law(packaged_bundle(), packaged_treatments(), ())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: str(one["power"]))
def test_the_examples_are_released(example: dict[str, Any]) -> None:
    found = answer(law(), description_of(example), DAY)

    assert found.decision == "release", found.unmet
    assert found.fields


@requirement("L01", "L02", "L03", "L04", "L17", "L19", "L21", "L22", "L29", "L53", "L57", "L58")
@requirement("L59", "L60", "L62")
@pytest.mark.parametrize("card", [*CARDS, *CARDS_OF_BODIES], ids=lambda card: card.name)
def test_a_card_is_answered_as_the_law_says(card: Card) -> None:
    found = answer(law(), description_of(card.document), DAY)
    unmet = {one.id for one in found.unmet}

    assert found.decision == card.decision, (card.why, unmet)
    assert set(card.unmet) <= unmet, (card.why, unmet)
    if card.leaves is not None:
        assert found.fields == card.leaves, (card.why, unmet)
    for told, expected in ((found.place, card.place), (found.time, card.time)):
        assert expected in {None, told}, (card.why, found.place, found.time)
    if found.decision == "withhold":
        assert unmet
        assert (found.fields, found.place, found.time) == ((), "none", "none")


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"power": "section_17"}, "/power"),
        ({"recipient": {"kind": "bank"}}, "/recipient/kind"),
        ({"recipient": {}}, "/recipient/kind"),
        ({"fields": ["kind", "nmae"]}, "/fields/1"),
        (
            {"agreement": {"coverage": {"behaviours": ["rudeness"]}}},
            "/agreement/coverage/behaviours/0",
        ),
        ({"source": {"controller": {"kind": "school", "colour": 1}}}, "/source/controller"),
        ({"weather": "fine"}, ""),
        ([], ""),
    ],
)
def test_unknown_names_and_codes_are_refused_with_their_place(document: Any, pointer: str) -> None:
    with pytest.raises(DescriptionFaulty) as refused:
        description_of(document)

    assert refused.value.faults[0].pointer == pointer


@pytest.mark.parametrize("day", ["x", "23 November 2026", "2026-11-23T10:00:00", 5, True])
def test_a_day_that_is_none_is_answered_with_how_one_is_written(day: Any) -> None:
    with pytest.raises(DescriptionFaulty) as refused:
        description_of({"day": day})

    (fault,) = refused.value.faults
    assert (fault.pointer, fault.says) == ("/day", "It is no day: write it as 2026-11-23.")


def test_the_schema_closes_every_object_and_lists_every_field() -> None:
    made = schema()
    objects = [made, *(one for one in made["$defs"].values() if one["type"] == "object")]

    assert all(one["additionalProperties"] is False for one in objects)
    assert all("description" in one for one in made["properties"].values() if "$ref" not in one)
