"""Forms and texts that mean no good: encodings, controls, days and numbers that no form of ours makes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from gateway.console.sessions import COOKIE
from gateway.law.register import put_partner
from gateway.settings import Settings
from schemas.partners import DatedKind, Partner, PartnerKind
from tests.support.pages import need_assets
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import LEAD, Reading, signed_in
from tests.support.stores import Store

pytestmark = pytest.mark.on_sqlite
OVERRIDE = "\u202e"
ENCODINGS = ("utf-7", "punycode", 'utf-8"; charset=utf-7')


@pytest.fixture(scope="module")
def gateway(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    need_assets()
    home = tmp_path_factory.mktemp(f"home-{store}")
    settings = Settings(home=home, local_accounts=True, demonstration=True)
    with running_gateway(home, None, settings) as running:
        yield running


def sends(reading: Reading, path: str, encoding: str, text: bytes) -> httpx.Response:
    """A form in parts, in an encoding of its sender's choice."""
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + text + b"\r\n--b--\r\n"
    headers = {
        "Cookie": f"{COOKIE}={reading.cookie}",
        "Accept": "text/html",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": f"multipart/form-data; boundary=b; charset={encoding}",
    }
    return reading.gateway.http.post(reading.gateway.url + path, content=body, headers=headers)


@pytest.mark.parametrize("path", ["/console/add-partner", "/console/sign-in", "/console/try"])
def test_a_form_is_utf_8_and_nothing_else(gateway: RunningGateway, path: str) -> None:
    lead = signed_in(gateway, LEAD)
    for encoding in ENCODINGS:
        assert sends(lead, path, encoding, b"\\ud800 +2AA-").status_code == 400, encoding
    assert sends(lead, path, "UTF-8", "é".encode()).status_code < 500


def test_a_form_for_signing_in_with_a_nul_is_no_form(gateway: RunningGateway) -> None:
    answer = signed_in(gateway, LEAD).post("/console/sign-in", {"account": "a\x00", "password": ""})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/console/add-partner", "since"),
        ("/console/subject-access/new", "born"),
        ("/console/explain", "day"),
        ("/console/simulate", "since"),
        ("/console/recalls/new", "received"),
    ],
)
def test_a_day_of_many_digits_is_no_day_and_no_failure(
    gateway: RunningGateway, path: str, name: str
) -> None:
    lead = signed_in(gateway, LEAD)
    for many in (19, 5_000):
        typed = {f"{name}-{part}": "9" * many for part in ("day", "month", "year")}
        assert lead.post(path, typed | {"kind": "other"}).status_code == 422
    assert lead.get("/console/questions/" + "9" * 5_000).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/console/requests/%00",
        "/console/signals/%00",
        "/console/subject-access/%00",
        "/console/recalls/%00",
        "/console/corrections/%00",
    ],
)
def test_a_nul_in_an_address_names_nothing(gateway: RunningGateway, path: str) -> None:
    """PostgreSQL takes none in a text."""
    assert signed_in(gateway, LEAD).get(path).status_code == 404


@pytest.mark.parametrize("end", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_an_instant_at_the_end_of_time_is_none(gateway: RunningGateway, end: str) -> None:
    lead = signed_in(gateway, LEAD)
    span = {"from": "2026-11-20T00:00", "to": "2026-11-21T00:00", "aware": "2026-11-24T00:00"}
    typed = span | {"recipient": "llr-fire", "words": "A laptop is gone."}
    for name in span:
        assert lead.post("/console/breaches", typed | {name: end}).status_code == 422, name
    asked = {"recipient": "llr-fire", "from": end, "to": "2026-11-21T00:00"}
    assert lead.post("/console/questions/4", asked).status_code == 422


def test_a_text_never_reads_otherwise_than_it_is(gateway: RunningGateway) -> None:
    """What turns the reading direction round is not taken by a form, and shown where one stands."""
    lead = signed_in(gateway, LEAD)
    typed = {"id": "", "name": f"Example{OVERRIDE} Council\x1b[2J", "kind": "fire_authority"}
    page = lead.post("/console/add-partner", typed)
    assert page.status_code == 422
    assert "Example Council[2J" in page.text
    stored = Partner(
        id="turned-round",
        name=f"Example {OVERRIDE}licnuoC",
        kinds=(DatedKind(kind=PartnerKind.DISTRICT_COUNCIL),),
    )
    gateway.house.writer.run(put_partner(stored, gateway.house.act("operator")))
    gateway.house.book.refresh()
    page = lead.get("/console/partners")
    assert "Example \ufffdlicnuoC" in page.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text)
