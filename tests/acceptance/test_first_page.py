"""The pages in a real Chromium: accessible, complete without scripts, nothing asked of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from adapters import synthetic_nsir
from gateway.console import words
from tests.support.browser import chromium
from tests.support.pages import demonstration
from tests.support.server import RunningGateway

WIDTHS = (375, 1280)
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Watched:
    """A page whose requests and console are written down."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error.name}"))

    def elsewhere(self, origin: str) -> list[str]:
        """Requests that went to another origin; what a stylesheet holds itself is none."""
        return [url for url in self.requests if not url.startswith((origin + "/", "data:"))]


@contextmanager
def opened(
    browser: Browser, url: str, width: int = 1280, *, scripts: bool = True, **more: Any
) -> Iterator[Watched]:
    """Open an address in a fresh context."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, **more
    )
    watched = Watched(context.new_page())
    try:
        watched.page.goto(url, wait_until="load")
        yield watched
    finally:
        context.close()


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds against WCAG 2.2 AA and its best practices."""
    found = Axe().run(page, options=AXE).response
    assert len(found["passes"]) > 10
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_the_page_is_accessible_at_every_width(
    gateway: RunningGateway, browser: Browser, path: str, width: int
) -> None:
    with opened(browser, gateway.url + path, width) as watched:
        assert violations(watched.page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_asks_nobody_else_and_says_nothing_in_the_console(
    gateway: RunningGateway, browser: Browser, width: int
) -> None:
    with opened(browser, gateway.url, width) as watched:
        watched.page.wait_for_load_state("networkidle")
        assert len(watched.requests) >= 4
        assert watched.elsewhere(gateway.url) == []
        assert watched.said == []


@pytest.mark.parametrize("width", [*WIDTHS, 320, 768, 1120])
def test_nothing_is_wider_than_the_screen(
    gateway: RunningGateway, browser: Browser, width: int
) -> None:
    with opened(browser, gateway.url, width) as watched:
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        cut = watched.page.evaluate(
            """() => [...document.querySelectorAll(".field *, .card__head *")]
                .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
                .map((one) => one.textContent)"""
        )

    assert wide <= width
    assert cut == []


def test_without_scripts_the_page_says_the_same(gateway: RunningGateway, browser: Browser) -> None:
    with opened(browser, gateway.url) as with_scripts:
        said = with_scripts.page.inner_text("body")
    with opened(browser, gateway.url, scripts=False) as without:
        assert without.page.inner_text("body") == said
        without.page.click("text=What each rule does")
        assert without.page.is_visible(".rules")


def test_cards_stand_side_by_side_where_there_is_room_and_below_each_other_on_a_telephone(
    gateway: RunningGateway, browser: Browser
) -> None:
    tops: dict[int, list[float]] = {}
    names: dict[int, list[bool]] = {}
    for width in (375, 1280):
        with opened(browser, gateway.url, width) as watched:
            cards = watched.page.locator(".card").all()
            tops[width] = [box["y"] for card in cards if (box := card.bounding_box())]
            fields = watched.page.locator(".card:not(.card--holder) .field__name").all()
            names[width] = [
                (box or {"width": 0})["width"] > 5 for f in fields if (box := f.bounding_box())
            ]

    assert len(set(tops[1280])) == 1
    assert tops[375] == sorted(set(tops[375]))
    assert all(names[375])
    assert not any(names[1280])


def test_rows_of_all_cards_stand_on_one_line(gateway: RunningGateway, browser: Browser) -> None:
    with opened(browser, gateway.url) as watched:
        rows = [
            [box["y"] for field in card.locator(".field").all() if (box := field.bounding_box())]
            for card in watched.page.locator(".card").all()
        ]

    filled = [row for row in rows if row]
    assert len(filled) >= 3
    assert len(filled[0]) == len(words.LABELS)
    assert all(row == filled[0] for row in filled)


def test_what_does_not_leave_is_struck_through_and_said(
    gateway: RunningGateway, browser: Browser
) -> None:
    row = synthetic_nsir.EXAMPLE
    with opened(browser, gateway.url) as watched:
        fire = watched.page.locator(".card--example-fire")
        gone = fire.locator(".field--dropped").all_inner_texts()
        struck = fire.locator("s.gone").evaluate_all(
            "all => all.map(one => getComputedStyle(one).textDecorationLine)"
        )
        became = fire.locator(".field--coarsened").all_inner_texts()

    for column in ("CALLER_NAME", "CALLER_TEL", "RESULT_TEXT", "BEAT"):
        (cell,) = [text for text in gone if row[column] in text]
        assert "Does not leave" in cell
        assert "dropped" in cell
        assert "s.17A(4)" in cell
    assert set(struck) == {"line-through"}
    assert len(struck) >= len(gone) + len(became)
    (happened,) = [text for text in became if row["INCIDENT_DATE"] in text]
    assert "31 October 2026, 21:00 to 22:00 UTC" in happened
    assert "hour" in happened


def test_the_university_is_told_every_unmet_condition(
    gateway: RunningGateway, browser: Browser
) -> None:
    with opened(browser, gateway.url) as watched:
        card = watched.page.locator(".card--example-university")
        assert "Nothing leaves" in card.inner_text()
        assert card.locator(".field").count() == 0
        unmet = watched.page.locator(".unmet li").all_inner_texts()

    assert any("section_17a.recipient_is_relevant_authority" in text for text in unmet)
    assert any("section_17a.purpose_is_of_the_act" in text for text in unmet)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_tried_in_the_browser(
    gateway: RunningGateway, browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    rows = list(synthetic_nsir.rows(200, Random(9)))
    file = tmp_path / "nsir.csv"
    file.write_bytes(synthetic_nsir.csv_bytes(rows))
    with opened(browser, gateway.url, 375, scripts=scripts) as watched:
        page = watched.page
        page.select_option("#feed", "police-nsir")
        page.set_input_files("#file", file)
        page.click("text=Show what becomes of it")
        assert "What would become of your file" in page.inner_text("h1")
        assert "200 rows" in page.inner_text("main")
        if scripts:
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 375
        assert watched.elsewhere(gateway.url) == []
        assert watched.said == []


def test_a_file_that_is_too_large_gets_its_answer(
    gateway: RunningGateway, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "nsir.csv"
    file.write_bytes(b"x" * 12_000_000)
    with opened(browser, gateway.url) as watched:
        watched.page.set_input_files("#file", file)
        watched.page.click("text=Show what becomes of it")

        assert "The file cannot be tried" in watched.page.inner_text("main")
        assert violations(watched.page) == []


def test_the_interface_is_drawn_under_the_strict_policy(
    gateway: RunningGateway, browser: Browser
) -> None:
    with opened(browser, gateway.url + "/docs") as watched:
        watched.page.wait_for_selector(".opblock")

        assert watched.page.locator(".opblock").count() > 10
        assert "A release, sent to the endpoint that you named" in watched.page.inner_text("main")
        assert watched.elsewhere(gateway.url) == []
        assert watched.said == []


def test_the_interface_is_listed_without_scripts(gateway: RunningGateway, browser: Browser) -> None:
    with opened(browser, gateway.url + "/docs", scripts=False) as watched:
        listed = watched.page.inner_text("main")

    assert "/v1/feeds/{feed}/records" in listed
    assert "POST to you" in listed


def test_it_prints_all_of_it_in_one_column(gateway: RunningGateway, browser: Browser) -> None:
    with opened(browser, gateway.url, 700) as watched:
        watched.page.emulate_media(media="print")

        assert watched.page.is_visible(".card--example-fire .field >> nth=0")
        assert not watched.page.is_visible("#try")
