"""Everything that leaves says how it is marked and what it is worth (law reference L26, L53), and each
release says in the ledger between which regimes it went (L21)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import House
from gateway.ledger.leaf import read_leaf
from gateway.release.return_written import json_lines
from gateway.release.returned import hand, make
from gateway.release.sent import PageForm, written
from schemas.released import Quality
from tests.support import agreed, returning
from tests.support.house import FEED, new_house, pull, send, subscribe
from tests.support.requirements import law


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        yield made


def documents(form: PageForm, body: bytes) -> list[Any]:
    if form is PageForm.NDJSON:
        return [from_json(line) for line in body.splitlines()]
    read = from_json(body)
    return [one["data"] for one in read] if form is PageForm.CLOUDEVENTS else [read]


@law("L26", "L53")
@pytest.mark.parametrize("form", list(PageForm))
def test_a_page_in_every_form_ends_with_marking_and_quality(house: House, form: PageForm) -> None:
    subscribe(house)
    send(house, [agreed.personal_row("s1", MARKING="OFFICIAL-SENSITIVE")])
    pulled = pull(house)

    *_, last = documents(form, b"".join(written(pulled.page, form, pulled.look, pulled.broken)))
    page = last.get("page", last)

    assert page["marking"] == "OFFICIAL-SENSITIVE"
    assert Quality.model_validate(page["quality"]).as_of == page["quality"]["verified_at"]


@law("L26", "L53")
def test_a_return_begins_with_marking_and_quality(house: House) -> None:
    returning.fill(house)
    desk, asked = returning.desk(house), returning.ask()
    make(desk, asked, "operator")

    head = from_json(json_lines(hand(desk, asked, 1, "operator", "pull")).splitlines()[0])

    assert head["marking"] in {"OFFICIAL", "OFFICIAL-SENSITIVE"}
    assert Quality.model_validate(head["quality"]).as_of == head["manifest"]["made_at"]


@law("L21", "L60")
def test_the_leaf_of_a_release_counts_crossings_and_children(house: House) -> None:
    agreed.ready(
        house,
        children="The family is offered support.",
        fields=("source_reference", "people.name", "people.date_of_birth"),
    )
    desk = house.desk(FEED, house.book.refresh())
    assert desk.feed.regime == "law_enforcement"
    send(house, [agreed.personal_row("s1"), agreed.personal_row("s2")])

    page = agreed.page(house)
    agreed.page(house, name=agreed.DUTY)

    told = [read_leaf(house.reader.leaf(n)[0]) for n in range(house.reader.head().ledger_size)]  # type: ignore[index] # each is there
    personal, duty = [one for one in told if one["operation"] == "release"]
    assert (personal["regime_source"], personal["regime_recipient"]) == (
        "law_enforcement",
        "general",
    )
    assert (personal["crossings"], personal["children"], personal["marking"]) == (2, 0, "official")
    assert sum(one.get("crossings", 0) for one in told) == 2
    assert (
        "crossings" not in duty
    )  # what is depersonalised is no personal data, and crosses nothing
    assert {one["crossing"] for one in page["records"]} == {agreed.terms().crossing}
    assert {(one["regime_source"], one["purpose"]) for one in page["records"]} == {
        ("law_enforcement", "preventing_crime_and_disorder")
    }
