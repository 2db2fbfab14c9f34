"""The law at work in the console: explained, simulated, and what of it waits for somebody."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.console.desk import Visit
from gateway.console.needs import needs_of
from gateway.demo.story_documents import NEAR, WAITING, tell
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import (
    ADMINISTRATOR,
    COUNCIL,
    LEAD,
    POLICE,
    Reading,
    signed_in,
)

pytestmark = pytest.mark.on_sqlite
REFERENCE = "24-0000001-20261031"
ROW = {
    "URN": REFERENCE,
    "CREATED": "31/10/2026 21:47",
    "OPENING_CODE": "215",
    "CLOSING_CODE_1": "213",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        gateway.usual()
        assert gateway.push("police-nsir", "police-system", ROW).status_code in {200, 201}
        assert gateway.pull("fire-17a", "fire-system").status_code == 200
        yield gateway


@pytest.fixture(scope="module")
def told(gateway: RunningGateway) -> dict[str, str]:
    return tell(gateway.house)


@pytest.fixture(scope="module")
def lead(gateway: RunningGateway) -> Reading:
    return signed_in(gateway, LEAD)


def needs(gateway: RunningGateway, person: Any) -> list[tuple[str, str]]:
    settings: Any = gateway.service.settings
    nothing: Any = None
    visit = Visit(nothing, person, gateway.house, settings, nothing)
    return [(one.says, one.path) for one in needs_of(visit)]


def test_every_page_of_the_story_opens_for_whom_it_is_meant(
    gateway: RunningGateway, told: dict[str, str], lead: Reading
) -> None:
    police = signed_in(gateway, POLICE)
    for path, filled in told.items():
        reading = police if path.endswith(("/sign", "/stop")) else lead
        answer = reading.get(filled)
        assert answer.status_code == 200, (path, answer.status_code)
        assert answer.text.count("<h1") == 1, path
        assert len(re.findall(r"<main[ >]", answer.text)) == 1, path


def test_what_waits_is_said_to_whom_it_waits_for(
    gateway: RunningGateway, told: dict[str, str]
) -> None:
    says = dict(needs(gateway, LEAD))

    assert any(
        "review is due" in one and path == f"/console/agreements/{NEAR}"
        for one, path in says.items()
    )
    assert any(
        "Not signed" in one and path == f"/console/agreements/{WAITING}"
        for one, path in says.items()
    )
    assert any("no nominated person" in one for one in says)
    sign = told["/console/agreements/{agreement}/versions/{version}/sign"]
    assert sign in dict(needs(gateway, POLICE)).values()
    assert not {one for _, one in needs(gateway, COUNCIL) if WAITING in one}
    assert not {one for _, one in needs(gateway, ADMINISTRATOR) if "/agreements/" in one}


def test_a_stored_record_is_explained_and_its_reference_stands_in_no_address(
    gateway: RunningGateway, lead: Reading
) -> None:
    form = {"feed": "police-nsir", "reference": REFERENCE, "subscription": "fire-17a"}
    answer = lead.post("/console/explain", form)

    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert "Met conditions" in answer.text
    assert "llr-fire" in answer.text
    assert REFERENCE not in answer.text
    missing = lead.post(
        "/console/explain", {**form, "reference": "nothing-like-it", "day-day": "x"}
    )
    assert (missing.status_code, "nothing-like-it" in missing.text) == (422, True)
    none = lead.post("/console/explain", {**form, "reference": "nothing-like-it"})
    assert (none.status_code, "No record of this feed" in none.text) == (422, True)
    refused = lead.post("/console/explain", {**form, "subscription": "university-17a"}).text
    assert "It does not go" in refused
    assert "Unmet conditions" in refused


def test_a_source_explains_its_own_records_and_no_other(gateway: RunningGateway) -> None:
    form = {"feed": "police-nsir", "reference": REFERENCE, "subscription": "fire-17a"}

    assert signed_in(gateway, POLICE).post("/console/explain", form).status_code == 200
    other = signed_in(gateway, COUNCIL).post("/console/explain", form)
    assert (other.status_code, "Choose the feed" in other.text) == (422, True)


def test_a_described_record_is_judged_and_a_fault_named_by_its_place(lead: Reading) -> None:
    page = lead.get("/console/explain/described").text
    example = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert example is not None
    typed = example[1].replace("&#34;", '"').replace("&quot;", '"')
    judged = lead.post("/console/explain/described", {"description": typed})
    assert (judged.status_code, "It may go" in judged.text) == (200, True)
    broken = lead.post("/console/explain/described", {"description": '{"power": "section_17"}'})
    assert (broken.status_code, "/power" in broken.text) == (422, True)
    assert lead.post("/console/explain/described", {"description": "{"}).status_code == 422


def test_a_draft_is_replayed_with_its_difference_under_an_address_of_its_own(
    gateway: RunningGateway, told: dict[str, str], lead: Reading
) -> None:
    begun = lead.post("/console/simulate", {"agreement": f"{NEAR}.2"})
    assert begun.status_code == 303
    path = begun.headers["location"]
    deadline = time.monotonic() + 20
    while "being worked out" in (text := lead.get(path).text):
        assert time.monotonic() < deadline
    assert "would newly leave" in text
    assert "Nothing was sent" in text
    assert (
        signed_in(gateway, LEAD.model_copy(update={"account": "another"})).get(path).status_code
        == 404
    )
    assert path in lead.get("/console/simulate").text


def test_another_partner_or_bundle_is_simulated_and_what_is_none_is_refused(lead: Reading) -> None:
    toml = b'id = "llr-fire"\nname = "Fire"\n[[kinds]]\nkind = "contractor"\n'
    files = {"partner": ("fire.toml", toml)}
    begun = lead.post("/console/simulate", files=files)
    assert begun.status_code == 303
    text = lead.get(begun.headers["location"]).text
    assert "newly stop" in text
    bundle = lead.post("/console/simulate", {"bundle": "0" * 64})
    assert (bundle.status_code, "no such policy bundle" in bundle.text) == (422, True)
    assert lead.post("/console/simulate").status_code == 422
    no_day = {"agreement": f"{NEAR}.1", "since-day": "40", "since-month": "1", "since-year": "2026"}
    assert "It is no day" in lead.post("/console/simulate", no_day).text
    assert lead.post("/console/simulate", files={"partner": ("x", b"id = 1")}).status_code == 422
