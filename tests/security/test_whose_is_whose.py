"""Roles × routes × ids: every route with a part, asked with real ids by each role of each partner.

What is not theirs answers as what does not exist: the same status, the same body. A route whose parts have no
ids in ``tests/support/owned.py`` turns a test red. Every answer of this file is looked at for its headers.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.console.sessions import COOKIE
from gateway.errors import NotFound
from tests.security.page_roles import PAGES
from tests.security.test_routes_and_roles import ROUTES
from tests.support.console import LivedIn, lived_in_again
from tests.support.headers import faults_of
from tests.support.owned import PARTNERS, QUARTER, Owned, cast, more_happens, owned

pytestmark = pytest.mark.on_sqlite
WHOLE = os.environ.get("PROVE") == "1"
BY_SCOPE_ALONE = {"/v1/policies/{bundle}", "/v1/policies/{bundle}/difference/{other}"}
"""Of the administrator's scope: a partner's system has none of them (``test_routes_and_roles``)."""
OPEN = {"/console/assets/{name}"}
LISTED = (
    "/console/requests/{request}",
    "/console/subject-access",
    "/console/signals/{signal}",
    "/console/corrections",
    "/console/recalls",
    "/console/simulate",
    "/console/breaches",
)
"""What is listed somewhere, and is to be named to its parties alone."""
SCOPES = frozenset({Scope.FEED_WRITE, Scope.RECORDS_READ, Scope.LEDGER_READ, Scope.ANALYSIS_READ})
NOTHING = NotFound().problem(None).model_dump(mode="json", exclude_none=True)
REFERENCE = {"references": ["24-0000001-20261031"], "reason": "other"}
BODIES: dict[str, Any] = {
    "/v1/feeds/{feed}/records": [{"URN": "24-0000001-20261031"}],
    "/v1/feeds/{feed}/questions": {"references": ["24-0000001-20261031"], "answer": "gone"},
    "/v1/feeds/{feed}/corrections/matches": {"references": ["24-0000001-20261031"]},
    "/v1/feeds/{feed}/corrections/{correction}/decision": {
        "outcome": "refused",
        "reason": "accurate_as_recorded",
    },
    "/v1/subscriptions/{subscription}/corrections": {"id": "a" * 32, "wrong": "place"},
    "/v1/subscriptions/{subscription}/acknowledgements": {"cursor": "1"},
    "/v1/subscriptions/{subscription}/replay": {"cursor": "1"},
    "/v1/requests/{request}/withdrawal": {},
    "/v1/requests/{request}/answer": {
        "office": "An office",
        "answer": {
            "outcome": "nothing",
            "words": "Nothing that helps them.",
            "refusal": "not_necessary",
        },
    },
    "/v1/returns/section-17a/{quarter}/{holder}/{paragraph}/acknowledgements": {
        "content_sha256": "0" * 64
    },
    "/v1/questions/{number}": {},
    **{
        f"/v1/feeds/{{feed}}/{what}": REFERENCE
        for what in ("retractions", "restrictions", "liftings", "erasures")
    },
}


class Quarter:
    """A gateway that was lived in, its ids, and every answer that was given here."""

    def __init__(self, console: LivedIn) -> None:
        self.console = console
        gateway = console.gateway
        self.ids = owned(gateway.house)
        for partner in PARTNERS:
            gateway.system(f"{partner}-all", partner, SCOPES)
        gateway.house.book.refresh()
        self.tokens = {one: gateway.token(f"{one}-all") for one in PARTNERS}
        self.faults: Counter[str] = Counter()
        self.answers = 0
        gateway.http.event_hooks["response"].append(self.seen)

    def seen(self, answer: httpx.Response) -> None:
        self.answers += 1
        for fault in faults_of(answer):
            self.faults[
                f"{answer.request.method} {answer.request.url.path} {answer.status_code}: {fault}"
            ] += 1

    def of(self, path: str) -> list[Owned]:
        """The ids that a route is asked with; none where the table has none for it."""
        fitting = [one for one in self.ids if path.startswith(one)]
        return self.ids[max(fitting, key=len)] if fitting else []

    def is_shown(self, path: str, roles: frozenset[Role]) -> bool:
        """Whether a page is shown to somebody with one of its ids: else a refusal proves nothing."""
        asked = (
            self.person(person, "GET", path.format(**one.parts))
            for one in reversed(self.of(path))
            for person in reversed(cast())
            if person.has(*roles) and one.may(person)
        )
        return any(answer.status_code == 200 for answer in asked)

    def is_given(self, path: str) -> bool:
        """Whether a route answers a partner's system with one of its ids."""
        asked = (
            self.system(partner, "GET", path.format(**one.parts), None)
            for one in self.of(path)
            for partner in PARTNERS
            if partner in one.parties
        )
        return any(answer.status_code == 200 for answer in asked)

    def person(self, person: Person, method: str, path: str) -> httpx.Response:
        reading = self.console.as_(person)
        headers = {"Cookie": f"{COOKIE}={reading.cookie}", "Sec-Fetch-Site": "same-origin"}
        return self.console.gateway.http.request(
            method, self.console.gateway.url + path, headers=headers
        )

    def system(self, partner: str, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[partner]}"}
        more = {} if body is None else {"json": body}
        return self.console.gateway.http.request(
            method, self.console.gateway.url + path, headers=headers, **more
        )


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    with lived_in_again(tmp_path_factory) as console:
        more_happens(console.gateway.house)
        yield Quarter(console)


def parts_of(path: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", path))


def with_parts(
    routes: Any, left_out: frozenset[str] | set[str] = frozenset()
) -> list[tuple[str, str]]:
    return [(method, path) for method, path in routes if parts_of(path) and path not in left_out]


API = with_parts(ROUTES, BY_SCOPE_ALONE | OPEN)


def document(answer: httpx.Response) -> Any:
    """A problem without what differs from request to request."""
    try:
        told = answer.json()
    except ValueError:
        return answer.text
    return {k: v for k, v in told.items() if k != "instance"} if isinstance(told, dict) else told


def few(ids: list[Owned]) -> list[Owned]:
    """One id of each set of parties; under ``make prove`` all of them."""
    return ids if WHOLE else list({(one.parties, one.auditors): one for one in ids}.values())


def turned_away(ids: list[Owned], person: Person) -> list[Owned]:
    """With what somebody asks whom a page does not open to: that is judged before its parts are read."""
    return ids if WHOLE else ids[: person.partner in {None, PARTNERS[0]}]


def test_every_route_with_a_part_has_ids_of_several(quarter: Quarter) -> None:
    for _, path in (*with_parts(PAGES), *API):
        ids = quarter.of(path)
        assert ids, f"{path}: no ids in tests/support/owned.py"
        assert all(parts_of(path) <= one.parts.keys() for one in ids), path
        partners = {party for one in ids for party in one.parties}
        # what is nobody's is the IG lead's alone
        assert len(partners) >= 2 or not partners, path


def test_no_page_opens_to_anybody_what_is_not_theirs(
    quarter: Quarter, proved: Callable[..., None]
) -> None:
    refused, given = 0, Counter[str]()
    wrong: list[str] = []
    for method, path in with_parts(PAGES):
        ids, roles = quarter.of(path), PAGES[method, path]
        for person in cast():
            lets_in = person.has(*roles)
            for one in few(ids) if lets_in else turned_away(ids, person):
                filled = path.format(**one.parts)
                if not (lets_in and one.may(person)):
                    refused += 1
                    answer = quarter.person(person, method, filled)
                    if answer.status_code != 404 or document(answer) != NOTHING:
                        wrong.append(
                            f"{person.account} {method} {filled}: {answer.status_code} {answer.text[:300]}"
                        )
        given[path] += method == "GET" and quarter.is_shown(path, roles)
        lead = next(one for one in cast() if one.has(*roles))
        nothing = path.format(**dict.fromkeys(parts_of(path), "none-such"))
        assert document(quarter.person(lead, method, nothing)) == NOTHING, path

    assert wrong == []
    closed = {path for method, path in with_parts(PAGES) if method == "GET"} - (+given).keys()
    assert closed == set(), "nobody was shown these, so nothing is proven of them"
    assert refused > 400
    proved("pages-and-ids", cells=refused, shown=given.total(), read=len(wrong))


def test_no_system_reads_or_changes_what_is_not_its_partners(
    quarter: Quarter, proved: Callable[..., None]
) -> None:
    refused, given = 0, Counter[str]()
    wrong: list[str] = []
    for method, path in API:
        body = BODIES[path] if method == "POST" else None
        given[path] += method == "GET" and quarter.is_given(path)
        for partner in PARTNERS:
            for one in few(quarter.of(path)):
                filled = path.format(**one.parts)
                if partner not in one.parties:
                    refused += 1
                    answer = quarter.system(partner, method, filled, body)
                    if answer.status_code != 404 or document(answer) != NOTHING:
                        wrong.append(
                            f"{partner} {method} {filled}: {answer.status_code} {answer.text[:200]}"
                        )
    assert wrong == []
    closed = {path for method, path in API if method == "GET"} - (+given).keys()
    assert closed == set(), "nobody was given these, so nothing is proven of them"
    assert refused > 80
    proved("systems-and-ids", cells=refused, given=given.total(), read=len(wrong))


def test_no_list_names_what_is_anothers(quarter: Quarter) -> None:
    """Ids of requests, cases, signals and reports stand on nobody's pages but their parties'."""
    secret = {
        value: one
        for beginning in LISTED
        for one in quarter.ids[beginning]
        for name, value in one.parts.items()
        if name != "step"
    }
    pages = [path for (method, path) in PAGES if method == "GET" and "{" not in path]
    api = [
        "/v1/requests",
        "/v1/signals",
        "/v1/subscriptions",
        "/v1/agreements",
        f"/v1/returns/section-17a?quarter={QUARTER}",
    ]
    told: list[str] = []
    read = 0
    for person in cast():
        for path in pages:
            if person.partner and person.has(*PAGES["GET", path]):
                answer = quarter.person(person, "GET", path)
                assert answer.status_code == 200, path
                read += 1
                told += [
                    f"{person.account} {path}: {name}"
                    for name, one in secret.items()
                    if name in answer.text and not one.may(person)
                ]
    for partner in PARTNERS:
        for path in api:
            answer = quarter.system(partner, "GET", path, None)
            assert answer.status_code == 200, path
            read += 1
            told += [
                f"{partner} {path}: {name}"
                for name, one in secret.items()
                if name in answer.text and partner not in one.parties
            ]
    assert "\n".join(told) == ""
    assert read > 100


def test_every_answer_here_carries_the_headers_that_protect_it(quarter: Quarter) -> None:
    assert quarter.answers > 800
    assert quarter.faults == Counter()
