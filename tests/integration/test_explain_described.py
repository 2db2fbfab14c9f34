"""A described record over HTTP, for the IG role: the register of the house decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access.clients import Scope
from gateway.clock import FixedClock
from tests.support import agreed
from tests.support.house import NOW
from tests.support.server import RunningGateway, running_gateway
from tests.support.stores import Store

BY_ID: dict[str, Any] = {
    "source": "police-nsir",
    "kind": "asb_incident",
    "behaviour": "noise",
    "subject_roles": ["caller"],
    "recipient": "charnwood-bc",
    "power": "section_115",
    "purpose": "preventing_crime_and_disorder",
    "agreement": "police-council",
}
KEYS = ["decision", "lane", "fields", "place", "time", "met", "unmet"]


@pytest.fixture
def gateway(tmp_path: Path, store: Store) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path / "home", clock=FixedClock(NOW)) as running:
        running.usual()
        running.system("operator", "charnwood-bc", frozenset({Scope.ADMIN}))
        agreed.ready(running.house)
        yield running


def test_over_http_the_register_of_the_house_decides_for_the_ig_role(
    gateway: RunningGateway,
) -> None:
    def ask(system: str, document: Any) -> Any:
        return gateway.call("POST", "/v1/decisions/explain", system, json=document)

    released = ask("operator", BY_ID).json()
    agreed.suspend(gateway.house)
    stopped, before = ask("operator", BY_ID).json(), {**BY_ID, "day": "2026-11-22"}

    assert list(released) == KEYS
    assert released["decision"] == "release"
    assert "people.name" in released["fields"]
    assert "section_115.agreement_is_live" in [one["id"] for one in stopped["unmet"]]
    assert ask("operator", before).json()["decision"] == "withhold"
    assert ask("police-system", BY_ID).status_code == 403
    for document in ({"power": "section_17"}, {"recipient": "nobody-known"}, []):
        assert ask("operator", document).status_code == 422
