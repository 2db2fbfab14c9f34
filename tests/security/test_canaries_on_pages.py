"""Canaries in every personal cell, and every form of every page: no body is shown without a stated reason.

Every POST route of the matrix is sent by every role of every partner, once with all that it takes but a
reason and once with the reason. An auditor, an analyst and an administrator are shown no body by either; the
IG lead and a nominated person only where they said why, and on the pages that open bodies. Files are looked
into, zip archives too; so are headers, the log and the metrics.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from gateway import events
from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.demo.stage import POLICE
from tests.security.page_roles import PAGES
from tests.support.console import CANARY, LivedIn, lived_in_again
from tests.support.headers import faults_of
from tests.support.owned import Owned, cast, more_happens, owned, rows
from tests.support.signed_in import signed_in

pytestmark = pytest.mark.on_sqlite
MARKS = tuple(
    mark.encode()
    for mark in (
        *(CANARY, CANARY.lower(), CANARY.upper()),
        *("SPECIMEN WAY", "LOUD MUSIC NEXT DOOR", "ZOË SPECIMEN-JONES"),
        *("960133", "EXAMPLE ROAD FLAT 2"),
    )
)
"""What stands in bodies and nowhere else: of the feeds, of those who ask what is held, of the household."""
COLLECT = "/console/requests/{request}/collect"
"""The section 115 lane itself: it hands out what was released for the reasons that asker and holder gave."""
OPENING = {
    "/console/subject-access/{case}/open",
    "/console/subject-access/{case}/answer",
    "/console/subject-access/{case}/letter",
    "/console/subject-access/{case}/letter.json",
    "/console/signals/{signal}/open",
    "/console/recalls/{case}/records",
    "/console/requests/{request}/decide",
}
"""The forms that open bodies, each for a reason: every one is shown to do so here, and no other does."""
WORDS = "Asked in writing what is held, of 3 November, and to whom it went"
REASONS = ("subject_access", "matching", "correction", "request_115")
FORM: dict[str, Any] = {
    "names": "Zoë Specimen-Jones",
    "name": "Zoë Specimen-Jones",
    "addresses": "1 Sample Street, Loughborough",
    "received-day": "3",
    "received-month": "11",
    "received-year": "2026",
    "narrative": "yes",
    "feed": "police-nsir",
    "reference": "26-000090-20261031",
    "subscription": "council-case-files",
    "entry": "20",
    "format": "json",
    "partner": "charnwood-bc",
    "recipient": "charnwood-bc",
    "from": "2026-08-01",
    "to": "2026-11-26",
    "release": "1",
    "outcome": "released",
    "refusal": "not_necessary",
    "read": "yes",
}
"""What forms take, all of it but a reason; what one does not take it leaves aside."""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivedIn]:
    with lived_in_again(tmp_path_factory) as made:
        more_happens(made.gateway.house)
        yield made


def shows(answer: httpx.Response) -> bool:
    """Whether an answer holds a body, in its headers, its text or a file of its archive."""
    texts = [answer.content, *(b": ".join(one) for one in answer.headers.raw)]
    if zipfile.is_zipfile(io.BytesIO(answer.content)):
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        texts += [archive.read(name) for name in archive.namelist()]
    return any(mark in text for text in texts for mark in MARKS)


class Forms:
    """Sends forms as anybody, and keeps what came of them."""

    def __init__(self, console: LivedIn) -> None:
        self.console = console
        house = console.gateway.house
        query = "SELECT position FROM log ORDER BY position DESC LIMIT 20"
        self.places = [str(one[0]) for one in rows(house, query)]
        query = "SELECT incident FROM log ORDER BY position DESC LIMIT 20"
        self.incidents = [str(one[0]) for one in rows(house, query)]
        self.sent = 0
        self.answered: set[str] = set()
        self.headers: list[str] = []

    def fields(self, path: str) -> list[dict[str, Any]]:
        whole = FORM | {"record": self.incidents, "positions": self.places}
        if path.endswith("/decide") and "/requests/" in path:
            own = [one[0] for one in self.of_police()]
            return [
                whole | {"step": step, "positions": own} for step in ("search", "open", "answer")
            ]
        return [whole]

    def of_police(self) -> list[Any]:
        query = (
            "SELECT CAST(l.position AS TEXT) FROM log l JOIN incident i ON i.id = l.incident"
            " JOIN feed f ON f.id = i.feed WHERE f.name = 'police-nsir' ORDER BY l.position DESC LIMIT 5"
        )
        return rows(self.console.gateway.house, query)

    def send(self, person: Person, path: str, one: Owned, reason: dict[str, str]) -> bool:
        """Send every form of a route; return whether an answer showed a body."""
        reading, found = signed_in(self.console.gateway, person), False
        for fields in self.fields(path):
            answer = reading.post(path.format(**one.parts), fields | reason)
            self.sent += 1
            assert answer.status_code < 500, (path, person.account, reason)
            self.headers += [f"POST {path}: {fault}" for fault in faults_of(answer)]
            if answer.status_code in {200, 303}:
                self.answered.add(path)
            found = found or shows(answer)
        return found


def several(ids: dict[str, list[Owned]], path: str) -> list[Owned]:
    """One id of each set of parties; all of them where bodies are opened."""
    if "{" not in path:
        return [Owned({}, frozenset())]
    fitting = ids[max((one for one in ids if path.startswith(one)), key=len)]
    if path in OPENING:
        return fitting
    return list({one.parties: one for one in fitting}.values())


def reasons_for(path: str) -> list[dict[str, str]]:
    return [{"reason": code, "words": WORDS, "why": WORDS} for code in REASONS]


def test_no_form_shows_a_body_to_whom_gave_no_reason_nor_any_to_auditors_and_analysts(
    console: LivedIn, proved: Callable[..., None]
) -> None:
    house = console.gateway.house
    journal, before = io.StringIO(), (events.JOURNAL.level, events.JOURNAL.stream)
    events.configure("debug", stream=journal)
    forms, ids = Forms(console), owned(house)
    leaks: list[str] = []
    opened: set[str] = set()
    # those that open bodies first: later forms close cases and take requests back
    paths = sorted(
        (path for method, path in PAGES if method == "POST" and path != COLLECT),
        key=lambda path: path not in OPENING,
    )
    try:
        for path in paths:
            for person in cast():
                may_open = person.has(Role.IG_LEAD, Role.NOMINATED_PERSON)
                if not person.has(*PAGES["POST", path]) or (may_open and path not in OPENING):
                    continue
                for one in several(ids, path):
                    for reason in reasons_for(path) if one.may(person) else ():
                        if may_open and path in opened:
                            break
                        if forms.send(person, path, one, reason):
                            opened.add(path)
                            leaks += [] if may_open else [f"{person.account} {path}: with a reason"]
        for path in paths:
            able = [one for one in cast() if one.has(*PAGES["POST", path])]
            for person in able:
                leaks += [
                    f"{person.account} {path}: without a reason"
                    for one in several(ids, path)
                    if one.may(person) and forms.send(person, path, one, {})
                ]
        console.gateway.system("metrics-reader", POLICE, frozenset({Scope.ADMIN}))
        house.book.refresh()
        metrics = console.gateway.call("GET", "/metrics", "metrics-reader")
    finally:
        events.JOURNAL.level, events.JOURNAL.stream = before

    assert "\n".join(leaks) == ""
    # no case here has every proposal decided, so none is answered: its letter is read above
    unanswered = {"/console/subject-access/{case}/answer"}
    assert opened == OPENING - unanswered, "else their refusals prove nothing"
    assert metrics.status_code == 200
    assert not shows(metrics)
    said = journal.getvalue().encode()
    assert said
    assert [mark for mark in MARKS if mark in said] == []
    assert forms.headers == []
    assert len(forms.answered) > len(paths) // 3
    proved("forms-and-canaries", forms=forms.sent, routes=len(paths), leaked=len(leaks))
