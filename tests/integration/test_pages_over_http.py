"""The pages over HTTP: what they say, who may send the form, what it answers, and with which headers."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from adapters import synthetic_nsir
from gateway.console import words
from gateway.console.built import BASE
from gateway.console.first import LARGEST_FILE
from gateway.law.register import put_feed
from tests.support.pages import demonstration, need_assets
from tests.support.server import RunningGateway, running_gateway

PAGE = {"Accept": "text/html,application/xhtml+xml"}
OWN = {**PAGE, "Sec-Fetch-Site": "same-origin"}
NOT_OURS = re.compile(r"GDS Transport|crest|GOV\.UK", re.IGNORECASE)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(tmp_path_factory.mktemp("home")) as running:
        yield running


def get(gateway: RunningGateway, path: str, **headers: str) -> httpx.Response:
    return gateway.http.get(gateway.url + path, headers=PAGE | headers)


def send(
    gateway: RunningGateway,
    content: bytes,
    name: str = "nsir.csv",
    feed: str = "police-nsir",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    return gateway.http.post(
        gateway.url + "/console/try",
        files={"file": (name, content)},
        data={"feed": feed},
        headers=OWN if headers is None else headers,
    )


# ------------------------------------------------------------------ the first page
def test_every_field_of_the_row_stands_in_the_picture(gateway: RunningGateway) -> None:
    text = get(gateway, "/").text

    assert [v for v in synthetic_nsir.EXAMPLE.values() if v and v not in text] == []
    assert [label for label in words.LABELS.values() if label not in text] == []


def test_a_page_loads_nothing_from_elsewhere_and_carries_no_style_or_script_of_its_own(
    gateway: RunningGateway,
) -> None:
    for path in ("/", "/docs", "/nowhere"):
        text = get(gateway, path).text
        assert re.findall(r"""(?:src|href|action)=["'](?!/|#)[^"']*""", text) == [], path
        assert re.findall(r"\sstyle=|<style|\son[a-z]+=", text) == [], path
        assert all("nonce=" in tag for tag in re.findall(r"<script[^>]*>", text)), path


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/nowhere", "/console/try", "/console/sign-in", "/console/nowhere"]
)
def test_every_page_carries_the_headers_that_protect_it(gateway: RunningGateway, path: str) -> None:
    headers = get(gateway, path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_each_answer_with_a_script_has_a_nonce_of_its_own(gateway: RunningGateway) -> None:
    nonces = set()
    for _ in range(3):
        answer = get(gateway, "/docs")
        nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
        assert nonce is not None
        assert answer.text.count(f'nonce="{nonce[1]}"') == 2
        nonces.add(nonce[1])

    assert len(nonces) == 3


def test_files_are_kept_for_ever_under_the_hash_of_their_content(gateway: RunningGateway) -> None:
    for path in re.findall(rf'"({BASE}[^"]+)"', get(gateway, "/").text):
        plain = gateway.http.get(gateway.url + path, headers={"Accept-Encoding": "identity"})
        packed = gateway.http.get(gateway.url + path)
        assert "immutable" in plain.headers["cache-control"]
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert gateway.http.get(gateway.url + path.replace(".", ".0", 1)).status_code == 404


def test_nothing_says_what_is_not_ours_to_say(gateway: RunningGateway) -> None:
    pages = [get(gateway, path).text for path in ("/", "/docs", "/nowhere")]
    pages.append(send(gateway, b"URN,CREATED\n").text)
    static = Path(words.__file__).parent / "static"
    pages += [file.read_text(encoding="utf-8") for file in static.iterdir()]

    assert len(pages) > 8
    assert [found[0] for text in pages if (found := NOT_OURS.search(text))] == []


def test_what_the_register_says_is_escaped(gateway: RunningGateway) -> None:
    _, feed = gateway.house.book.current().register.feeds["police-nsir"]
    named = feed.model_copy(update={"name": "named", "title": "<b>&\"'{{ 1 }}</b>"})
    gateway.house.writer.run(put_feed(named, gateway.house.act("operator")))
    gateway.house.book.refresh()

    text = get(gateway, "/").text
    assert "&lt;b&gt;&amp;&#34;&#39;{{ 1 }}&lt;/b&gt;" in text
    assert "<b>" not in text


# ------------------------------------------------------------------ errors
def test_a_browser_gets_a_page_and_a_system_a_problem_document(gateway: RunningGateway) -> None:
    page = get(gateway, "/nowhere/CANARY")
    document = gateway.http.get(gateway.url + "/nowhere", headers={"Accept": "application/json"})
    interface = get(gateway, "/v1/nowhere")

    assert page.status_code == document.status_code == interface.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "CANARY" not in page.text
    assert document.json()["title"] in page.text
    assert interface.headers["content-type"] == "application/problem+json"


def test_what_the_guard_refuses_is_a_page_for_a_browser_too(gateway: RunningGateway) -> None:
    answer = gateway.http.post(
        gateway.url + "/", headers=PAGE | {"Content-Encoding": "gzip"}, content=b"x"
    )

    assert answer.status_code == 415
    assert answer.headers["content-type"].startswith("text/html")


def test_a_failure_inside_shows_nothing_of_itself(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("CANARY")

    monkeypatch.setattr("gateway.console.first.follow", failing)
    gateway.house.clock.at = gateway.house.clock.at.replace(year=2027)  # type: ignore[attr-defined]
    answer = get(gateway, "/")
    gateway.house.clock.at = gateway.house.clock.at.replace(year=2026)  # type: ignore[attr-defined]

    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "CANARY" not in answer.text


# ------------------------------------------------------------------ the form
def test_a_file_is_tried_and_its_counts_add_up(gateway: RunningGateway) -> None:
    rows = list(synthetic_nsir.rows(300, Random(3)))
    answer = send(gateway, synthetic_nsir.csv_bytes(rows))

    assert answer.status_code == 200
    assert "300 rows" in answer.text
    names = ("mapped", "excluded", "out of scope", "quarantined")
    found = {name: re.search(rf">{name}</td><td[^>]*>([\d,]+)<", answer.text) for name in names}
    assert sum(int(count[1]) for count in found.values() if count) == 300
    assert "time.unreadable" in answer.text


def test_nothing_of_a_file_comes_back_but_its_released_form(gateway: RunningGateway) -> None:
    rows = list(synthetic_nsir.rows(400, Random(5), lambda column: f"Zanquirq{column}"))
    text = send(gateway, synthetic_nsir.csv_bytes(rows), "Zanquirq.csv").text

    assert "depersonalised" in text
    assert "zanquirq" not in text.lower()


def test_nothing_of_a_file_is_stored(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: Any, **__: Any) -> None:
        message = "a temporary file was made"
        raise AssertionError(message)

    before = gateway.house.reader.head()
    monkeypatch.setattr(tempfile, "TemporaryFile", opened)
    rows = list(synthetic_nsir.rows(5_000, Random(3)))
    whole = synthetic_nsir.csv_bytes(rows)[: LARGEST_FILE - 100].rpartition(b"\r\n")[0] + b"\r\n"
    assert len(whole) > LARGEST_FILE // 2

    assert send(gateway, whole).status_code == 200
    assert gateway.house.reader.head() == before


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"x" * (LARGEST_FILE + 100_000), "big.csv", 413),
        (b"", "empty.csv", 400),
        (b"{", "broken.json", 400),
        (b"a,b\n1,2\n", "other.csv", 400),
        (b"a,b\n1,2\n", "file.xlsx", 415),
        (b"", "", 400),
    ],
)
def test_a_file_that_cannot_be_tried_is_refused_with_the_form_beside_it(
    gateway: RunningGateway, content: bytes, name: str, status: int
) -> None:
    answer = send(gateway, content, name)

    assert answer.status_code == status
    assert "The file cannot be tried" in answer.text
    assert 'type="file"' in answer.text


def test_what_was_chosen_stays_chosen_when_a_file_is_refused(gateway: RunningGateway) -> None:
    answer = send(gateway, b"a,b\n1,2\n", "other.csv", feed="street-management")

    assert answer.status_code == 400
    assert re.findall(r'<option value="([a-z-]+)" selected', answer.text) == ["street-management"]


def test_an_unknown_feed_is_not_found(gateway: RunningGateway) -> None:
    assert send(gateway, b"a\n", feed="no-such-feed").status_code == 404


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, False),
        ({"Origin": "OWN"}, True),
        ({"Origin": "http://other.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_our_own_page_may_send_the_form(
    gateway: RunningGateway, headers: dict[str, str], passes: bool
) -> None:
    named = {name: value.replace("OWN", gateway.url) for name, value in headers.items()}
    rows = synthetic_nsir.csv_bytes(list(synthetic_nsir.rows(3, Random(1))))

    assert send(gateway, rows, headers=PAGE | named).status_code == (200 if passes else 403)


def test_in_service_the_form_is_for_systems_that_are_signed_in(tmp_path: Path) -> None:
    need_assets()
    rows = synthetic_nsir.csv_bytes(list(synthetic_nsir.rows(3, Random(1))))
    with running_gateway(tmp_path) as gateway:
        gateway.usual()
        text = get(gateway, "/").text
        stranger = send(gateway, rows)
        police = PAGE | {"Authorization": f"Bearer {gateway.token('police-system')}"}
        forged = PAGE | {"Authorization": "Bearer x"}

        assert 'type="file"' not in text
        assert "gateway feed try FILE" in text
        assert stranger.status_code == 403
        assert send(gateway, rows, headers=forged).status_code == 401
        assert send(gateway, rows, headers=police).status_code == 200
        assert 'type="file"' in get(gateway, "/", **police).text
