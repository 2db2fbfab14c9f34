"""Beside a lane that carries names: only allow-listed fields leave by it, and nothing by any other way.

The same canaries as in ``test_canaries``, now with an agreement in force, so that sealed halves are kept
and the council receives callers' names and addresses of anti-social behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.assembly import House
from gateway.clock import london_day
from tests.conftest import PROVING
from tests.properties.test_canaries import (
    ask_badly,
    listening,
    push_badly,
    push_rows,
    read_everything,
    run_commands,
    search_at_rest,
)
from tests.support import agreed
from tests.support.canaries import FORMS, LATIN, PHONE, Listener, Planted, Search
from tests.support.requirements import law

LISTED = re.compile(r"[NL]\d{7}")
"""What the agreement lists: callers' names (N) and the text of the address (L)."""
UNLISTED = re.compile(rf"URN\d{{7}}|[DTUPOQ]\d{{7}}|{PHONE}\d|{LATIN.upper()}\.B")
"""Reference, label, narrative, premises, unknown column, qualifier, telephone, beat."""
TIME = re.compile(r"2024-\d\d-\d\dT\d\d:\d\d")
MINUTE = re.compile(r"2024-\d\d-\d\dT\d\d:(?!00)\d\d")
"""A time of the invented rows that is no full hour. They are of 2024, so it is never the clock's."""


def agree(house: House, fields: tuple[str, ...]) -> None:
    agreed.prepare(house)
    made = agreed.terms(fields=fields, review_by=london_day(house.clock).replace(month=12, day=31))
    agreed.agree(house, made)
    for form in FORMS:
        agreed.asks(house, f"council-{form}")


def drain(listener: Listener, form: str) -> tuple[str, int]:
    """Pull the council's subscription to its end; return everything that came, and how many pages."""
    gateway, token = listener.gateway, listener.gateway.token("council-system")
    came, cursor, pages = [], None, 0
    while True:
        query = {"limit": "500"} | ({"after": cursor} if cursor else {})
        answer: httpx.Response = gateway.http.get(
            f"{gateway.url}/v1/subscriptions/council-{form}/records",
            params=query,
            headers={"Accept": FORMS[form], "Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
        came.append(answer.text)
        (after,) = set(re.findall(r'"cursor":\s*"([^"]+)"', answer.text))
        if after == cursor:
            return "".join(came), pages
        cursor, pages = after, pages + 1


def journey(tmp_path: Path, count: int, fields: tuple[str, ...]) -> tuple[Search, dict[str, str]]:
    home, planted = tmp_path / "home", Planted()
    search = Search(planted)
    given = {}
    with listening(home, search) as listener:
        house = listener.gateway.house
        agree(house, fields)
        assert push_rows(listener, planted, count) > count / 2
        push_badly(listener, planted)
        ask_badly(listener)
        for form in FORMS:
            given[form], pages = drain(listener, form)
            assert pages > 0
            assert listener.drain(form)[0] >= count / 2
        urns = [text for text in planted.texts if text.startswith(f"{LATIN}-URN")]
        read_everything(listener, [*urns[:3], f"{LATIN}-never-sent"])
        for system in ("council-system", "police-system", "fire-system"):
            listener.call("agreements", "GET", "/v1/agreements", system)
        for urn in urns[:5]:
            asked = {"feed": "police-nsir", "reference": urn, "subscription": "council-json"}
            listener.call("explain", "POST", "/v1/decisions/explain", "police-system", json=asked)
        assert agreed.sealed_halves(house)
        for half in agreed.sealed_halves(house):
            assert set(half) <= {name.partition(".")[0] for name in fields}
            assert all(set(one) <= {"role", "name"} for one in half.get("people", ()))
    before = set(search.found)
    search_at_rest(home, search, house, tmp_path / "copy.sqlite3")
    # the halves were opened to look for more than is listed; locked, they tell nothing
    search.found = before | {hit for hit in search.found if not hit[0].startswith("sealed half")}
    assert run_commands(home, search) == [0] * 5
    search.found |= search.digests_of("anywhere")
    return search, given


@law("L51")
@pytest.mark.prove
@pytest.mark.timeout(1_800)
def test_only_listed_fields_leave_by_the_personal_lane_and_nothing_by_any_other(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    records = count(5_000) if PROVING else 25

    search, given = journey(tmp_path, records, ("people.name", "address_text", "description"))

    assert search.found == set()
    for text in given.values():
        assert {hit[0] for hit in LISTED.findall(text)} == {"N", "L"}
        assert '"description"' in text
        assert UNLISTED.findall(text) == []
        assert TIME.findall(text)
        assert MINUTE.findall(text) == []
        assert not [n for n in re.findall(r"\b\d{6}\b", text) if int(n) in search.planted.metres]
    proved("canaries-115", records=records, leaked=len(search.found), unlisted_left=0)


def test_a_field_more_in_the_allow_list_turns_the_check_red(tmp_path: Path) -> None:
    listed = ("people.name", "address_text", "premises_name", "occurred_from")
    search, given = journey(tmp_path, 20, listed)

    assert search.found == set()
    assert {hit[0] for hit in UNLISTED.findall(given["json"])} == {"P"}
    assert MINUTE.findall(given["json"])
