"""Every signed-in page in a real Chromium, with scripts and without, on a telephone and on a desk.

Axe finds nothing against WCAG 2.2 AA and its best practices, the browser's console says nothing, nothing is
asked of anybody else, and no page is wider than the screen. Each run opens every page in one of the four
combinations; ``make prove`` opens it in all of them.

Axe is itself a script. Where scripts are off the page is opened, measured and listened to with none; what axe
then looks at is the same HTML with its script tags taken out, in a second page in which axe alone may run.
"""

from __future__ import annotations

import html
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import product
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

from gateway import events
from gateway.access.people import Role
from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.proofs import verify_proof
from gateway.console.sessions import COOKIE
from gateway.demo.history import COUNCIL_CASES, WEEKS
from gateway.demo.people import LEAD, PASSWORD, PEOPLE
from gateway.demo.stage import COUNCIL
from tests.security.page_roles import PAGES
from tests.support.browser import chromium
from tests.support.console import CANARY, LivedIn, lived_in
from tests.support.signed_in import Reading

SEE_COUNCILS = (Role.IG_LEAD, Role.NOMINATED_PERSON, Role.ADMINISTRATOR)
"""Who may know that the council asks for case files; the fire authority's auditor may not."""
COMBINATIONS = tuple(product((True, False), (375, 1280)))
"""Whether scripts run, and how wide the screen is."""
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
_LINK = re.compile(r'href="(/console[^"#]*)"')
_SCRIPT = re.compile(rb"<script\b.*?</script>", re.DOTALL)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivedIn]:
    with lived_in(tmp_path_factory.mktemp("home"), lambda column: f"{CANARY}{column}") as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@contextmanager
def opened(browser: Browser, width: int, *, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts
    )
    context.set_default_timeout(10_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(context: BrowserContext, url: str, cookie: str) -> None:
    context.clear_cookies()
    # of the whole host; the same jar serves http, and Chromium sends it to loopback
    secure = url[: url.find("/", 8) if "/" in url[8:] else None].replace("http:", "https:", 1)
    context.add_cookies(
        [{"name": COOKIE, "value": cookie, "url": secure, "secure": True, "httpOnly": True}]
    )


_EVERY_SECOND = 128


def chosen(path: str) -> tuple[tuple[bool, int], ...]:
    """Return the combinations in which a page is opened in this run."""
    if os.environ.get("PROVE") == "1":
        return COMBINATIONS
    # of an ordinary run: every second page, each in one of them; which, its address says
    number = sha256(path.encode()).digest()[0]
    return (COMBINATIONS[number % len(COMBINATIONS)],) if number < _EVERY_SECOND else ()


def without_scripts(route: Route) -> None:
    """Give the page as a browser without scripts has it: axe itself is a script."""
    answer = route.fetch()
    route.fulfill(response=answer, body=_SCRIPT.sub(b"", answer.body()))


class Watched:
    """A page whose requests and console are written down, and one beside it for axe."""

    def __init__(self, page: Page, plain: Page, *, scripts: bool) -> None:
        self.page, self.plain, self.scripts = page, plain, scripts
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error.message}"))
        page.on("request", lambda request: self.asked.append(request.url))

    def faults(self, url: str, cookie: str) -> list[str]:
        """Open a page; return all that is wrong with it."""
        self.said.clear()
        self.asked.clear()
        page, origin = self.page, url[: url.index("/", 8)]
        sign_in(page.context, url, cookie)
        answer = page.goto(url, wait_until="load")
        if answer is None or answer.status != 200:
            return [f"status {answer.status if answer else None}"]
        found = []
        if page.evaluate("document.documentElement.scrollWidth") > page.evaluate("innerWidth"):
            found.append("wider than the screen")
        if page.locator("h1").count() != 1:
            found.append("not one h1")
        if not self.scripts:
            sign_in(self.plain.context, url, cookie)
            self.plain.set_viewport_size(page.viewport_size or {"width": 375, "height": 900})
            self.plain.goto(url)
        told = Axe().run(page if self.scripts else self.plain, options=AXE).response
        found += [
            f"{one['id']}: {[node['html'][:160] for node in one['nodes']][:3]}"
            for one in told["violations"]
        ]
        found += [f"said {one}" for one in self.said]
        elsewhere = (one for one in self.asked if not one.startswith((origin + "/", "data:")))
        return found + [f"asked {one}" for one in elsewhere]


def test_every_page_is_fit_for_everybody(
    console: LivedIn, browser: Browser, proved: Callable[..., None]
) -> None:
    wrong: dict[str, list[str]] = {}
    paths = [path for method, path in PAGES if method == "GET"]
    seen = 0
    with opened(browser, 375, scripts=True) as plain:
        plain.route("**/console**", without_scripts)
        for scripts, width in COMBINATIONS:
            with opened(browser, width, scripts=scripts) as page:
                watched = Watched(page, plain, scripts=scripts)
                for path in (one for one in paths if (scripts, width) in chosen(one)):
                    filled = console.path(path)
                    if filled is None:
                        wrong[path] = ["no story fills its parts"]
                        continue
                    reading = console.reads(PAGES["GET", path], filled)
                    answer = reading.get(filled)
                    kind = answer.headers.get("content-type", "")
                    if answer.status_code == 200 and not kind.startswith("text/html"):
                        continue  # a file
                    found = watched.faults(console.gateway.url + filled, reading.cookie)
                    seen += 1
                    if found:
                        wrong[f"{filled} scripts={scripts} {width}"] = found

    assert not wrong, "\n".join(f"{path}: {found}" for path, found in wrong.items())
    proved("console-pages", opened=seen, combinations=len(COMBINATIONS), faults=len(wrong))


# ------------------------------------------------------------------ whose pages show what
def crawled(reading: Reading, start: Iterable[str], most: int) -> dict[str, httpx.Response]:
    """Follow every link of the console from some pages on, as one person."""
    found: dict[str, httpx.Response] = {}
    waiting = list(dict.fromkeys(start))
    while waiting and len(found) < most:
        path = waiting.pop(0)
        found[path] = answer = reading.get(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            linked = (html.unescape(one) for one in _LINK.findall(answer.text))
            waiting += [one for one in linked if one not in found and one not in waiting]
    return found


def test_no_page_shows_anybody_a_body_and_nobody_what_is_anothers(
    console: LivedIn, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    house = console.gateway.house
    left = [
        house.door.again(COUNCIL_CASES, COUNCIL, "charnwood-bc-system", number)
        for number in range(WEEKS)
    ]
    assert any(CANARY.encode() in record for one in left if one for record in one.page.records)
    journal, before = io.StringIO(), (events.JOURNAL.level, events.JOURNAL.stream)
    events.configure("debug", stream=journal)
    known = [one for _, path in PAGES if (one := console.path(path)) is not None]
    most, opened_pages = max(60, count(3_000)), 0
    leaks: list[str] = []
    try:
        lead = crawled(console.as_(LEAD), known, most)
        for person in PEOPLE:
            paths = lead if person != LEAD else ()
            for path, answer in crawled(console.as_(person), [*paths, *known], most).items():
                opened_pages += 1
                text = answer.text + repr(answer.headers)
                if answer.status_code >= 500:
                    leaks.append(f"{person.account} {path}: {answer.status_code}")
                if CANARY.lower() in text.lower():
                    leaks.append(f"{person.account} {path}: a body")
                if not person.has(*SEE_COUNCILS) and COUNCIL_CASES in answer.text:
                    leaks.append(f"{person.account} {path}: another's")
    finally:
        events.JOURNAL.level, events.JOURNAL.stream = before
    assert leaks == []
    assert opened_pages > 100
    assert CANARY.lower() not in journal.getvalue().lower()
    proved("console-canaries", pages=opened_pages, leaked=len(leaks))


def test_signing_in_is_fit_for_everybody(console: LivedIn, browser: Browser) -> None:
    for scripts, width in ((True, 375), (True, 1280)):
        with opened(browser, width, scripts=scripts) as page:
            page.goto(console.gateway.url + "/console/sign-in")
            assert Axe().run(page, options=AXE).response["violations"] == []
            page.fill("#account", "ig-lead")
            page.fill("#password", "not the password")
            page.click("text=Sign in >> nth=-1")
            assert "You are not signed in" in page.inner_text(".govuk-error-summary")
            assert Axe().run(page, options=AXE).response["violations"] == []


def tab_to(page: Page, wanted: str, most: int = 150) -> None:
    """Press Tab until what has the focus fits a selector; it must be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            seen = page.evaluate(
                """() => { const one = document.activeElement, style = getComputedStyle(one);
                    return one.getBoundingClientRect().width > 1 &&
                        (style.outlineStyle !== "none" || style.boxShadow !== "none"); }"""
            )
            assert seen, f"the focus on {wanted} is not seen"
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


@pytest.mark.parametrize("scripts", [True, False])
def test_by_keyboard_alone_from_signing_in_to_a_verified_proof(
    console: LivedIn, browser: Browser, scripts: bool
) -> None:
    house = console.gateway.house
    with opened(browser, 1280, scripts=scripts) as page:
        page.goto(console.gateway.url + "/console/sign-in")
        tab_to(page, "#account")
        page.keyboard.type(LEAD.account)
        tab_to(page, "#password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")
        for wanted, then in (
            ('.pages--side a[href="/console/disclosures"]', "**/console/disclosures"),
            ('main a[href^="/console/disclosures/"]', "**/console/disclosures/*/*"),
        ):
            tab_to(page, wanted)
            page.keyboard.press("Enter")
            page.wait_for_url(then)
        tab_to(page, 'form[action$="/proof"] button')
        with page.expect_download() as waited:
            page.keyboard.press("Enter")
        text = Path(waited.value.path()).read_text(encoding="utf-8")

    assert verify_proof(text, ledger_verifier_key(house.keys)).index >= 0


def test_it_prints_evidence_and_no_navigation(console: LivedIn, browser: Browser) -> None:
    reading = console.as_(console.reads(PAGES["GET", "/console"], "/console").person)
    with opened(browser, 800, scripts=False) as page:
        sign_in(page.context, console.gateway.url, reading.cookie)
        page.goto(console.gateway.url + "/console")
        assert not page.is_visible(".evidence")
        page.emulate_media(media="print")
        assert "Ledger at its last signed checkpoint" in page.inner_text(".evidence")
        for away in (".menu", ".pages--side", ".bar", ".own-footer"):
            assert not page.is_visible(away)
