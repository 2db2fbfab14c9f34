"""No analysis route groups, filters, sorts or lists by who, which home or which report: 400, and no value.

Data Protection Act 2018 s.41(2): statistics support no decision about a person.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.access.clients import Scope
from schemas.identifiers import SEALED_FIELDS
from schemas.sensitivity import Lane
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

COMMON = (
    "name",
    "surname",
    "dob",
    "uprn",
    "post_code",
    "crime-ref",
    "urn",
    "addressLine1",
    "email",
)
ROUTES = {
    "/v1/statistics": {"first": "2026-07", "last": "2026-09"},
    "/v1/incidents": {},
}
"""Every route of analysis, with what it needs to be told."""
SHOWN = {"/v1/incidents": {"occurred_to", "longitude", "latitude"}}
"""Coarsened, these leave with the record under the very name; a list of fields may hold them."""
HOW = ("by", "group_by", "sort", "order_by", "fields", "properties", "filter", "place")
SECRET = "Zebedee"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("home")) as made:
        made.usual()
        made.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        yield made


@law("L45")
@pytest.mark.parametrize("path", ROUTES)
def test_a_question_by_an_identifier_is_400_and_repeats_no_value(
    gateway: RunningGateway, path: str
) -> None:
    told: set[tuple[str, str]] = set()
    for place, name in enumerate((*sorted(SEALED_FIELDS), *COMMON)):
        how = HOW[place % len(HOW)]
        asked = [{name: SECRET}]
        if name not in SHOWN.get(path, set()):
            asked += [{how: name}, {how: f"kind,-{name.upper()}"}]
        for words in asked:
            query = {"subscription": "fire-17a", **ROUTES[path], **words}
            answer = gateway.call("GET", path, "fire-analyst", params=query)
            code = answer.json()["type"].removeprefix("urn:gateway:problem:")
            assert (answer.status_code, code) == (400, "analysis.pivot_on_person"), words
            assert SECRET not in answer.text
            told.add((answer.json()["detail"], answer.json()["errors"][0]["says"]))
    assert len(told) == 1
