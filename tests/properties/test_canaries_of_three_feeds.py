"""Three feeds, both lanes, push and pull, both stores: what is personal leaves by section 115 alone.

Two agreements are in force, so that sealed halves are kept. In the personal lane only what they list
may be read; everywhere else (the depersonalised lane, statistics, errors, log, metrics, ledger, every
byte at rest) no canary may be.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import events
from gateway.access.clients import Scope
from gateway.settings import Settings
from gateway.store.database import Database
from schemas.agreements import Agreement
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import DeliveryMode
from tests.support import agreed, planted_feeds
from tests.support.canaries import LATIN, Planted, Search
from tests.support.house import subscribe
from tests.support.pushing import set_endpoint
from tests.support.receiver import OK, Got, Receiver, receiving
from tests.support.server import RunningGateway, running_gateway
from tests.support.stores import Store, database_for

POLICE, COUNCIL, FIRE = agreed.SENDER, agreed.COUNCIL, agreed.FIRE
FIELDS = ("source_reference", "people.name", "address_text", "occurred_from")
LISTED = {
    "council-115": (("police", "URN"), ("police", "CALLER_NAME"), ("police", "LOCATION")),
    "police-115": (
        *(("housing", column) for column in ("CaseRef", "Address", "Complainant")),
        *(("street", column) for column in ("SRRef", "Location", "CustName")),
    ),
}
"""Subscription in the personal lane → (feed, column) that its agreement lists."""
LISTED["council-115-pushed"] = LISTED["council-115"]
PUSHED = ("council-115-pushed", "fire-17a-pushed")
"""Subscriptions that are pushed to; each asks for what the one of the same name that is pulled asks."""
SENDERS = {"police-nsir": "police-system", "cnh-housing": "council-system"}
ADDRESSES = ("/metrics", "/readyz", "/openapi.json", "/", "/docs", "/v1/agreements")


@dataclass
class Ear:
    """Calls a gateway, and lets the search hear what comes back."""

    gateway: RunningGateway
    search: Search
    marks: planted_feeds.Marks
    personal: dict[str, int] = field(default_factory=dict)
    """Subscription → listed canaries that its recipient was given."""
    tokens: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, system: str, **more: Any) -> httpx.Response:
        """Send one request."""
        if system not in self.tokens:
            self.tokens[system] = self.gateway.token(system)
        headers = {"Authorization": f"Bearer {self.tokens[system]}", **more.pop("headers", {})}
        url = self.gateway.url + path
        return self.gateway.http.request(method, url, headers=headers, **more)

    def heard(self, place: str, answer: httpx.Response) -> httpx.Response:
        """Search an answer in which nothing personal may be."""
        for part in (answer.text, str(answer.headers.raw)):
            self.search.look(place, part)
            planted_feeds.never_in(self.search, place, part)
        return answer

    def given(self, subscription: str, text: str) -> None:
        """Search what a section 115 recipient was given: only what is listed may be in it."""
        rest, listed = self.marks.without(text, LISTED[subscription])
        self.personal[subscription] = self.personal.get(subscription, 0) + listed
        # an address is listed, and the generators end it with its postcode
        rest = re.sub(r"LE\d+ 9ZZ", "", rest)
        self.search.look(f"{subscription}, less what is listed", rest)

    def drain(self, subscription: str, system: str) -> int:
        """Pull one subscription to its end; return how many records came."""
        cursor, records = None, 0
        while True:
            query = {"limit": 500} | ({"after": cursor} if cursor else {})
            path = f"/v1/subscriptions/{subscription}/records"
            answer = self.call("GET", path, system, params=query)
            assert answer.status_code == 200, answer.text
            if subscription in LISTED:
                self.given(subscription, answer.text)
            else:
                self.heard(f"pull {subscription}", answer)
            page = answer.json()
            if not page["records"] and not page["notices"]:
                return records
            records, cursor = records + len(page["records"]), page["cursor"]


class Inbox:
    """The partners' receiver on loopback, in a thread of its own; it lets the search hear every batch."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.url = ""
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    def _serve(self) -> None:
        async def serve() -> None:
            async with AsyncExitStack() as stack:
                receiver = await stack.enter_async_context(receiving(Receiver(self._take)))
                self.url = receiver.url
                self._ready.set()
                await self._stop.wait()

        self._loop.run_until_complete(serve())
        self._loop.close()

    def _take(self, got: Got) -> bytes:
        self.got.append(got)
        return OK

    def heard(self, ear: Ear, least: int) -> dict[str, int]:
        """Wait until so many records came to each subscription, then search every batch."""
        deadline, came = time.monotonic() + 600, dict.fromkeys(PUSHED, 0)
        at = 0
        while min(came.values()) < least or at < len(self.got):
            assert time.monotonic() < deadline, came
            if at == len(self.got):
                time.sleep(0.05)
                continue
            got, at = self.got[at], at + 1
            name = got.page["subscription"]
            came[name] += len(got.data("incident"))
            ear.search.look("push: headers", "\n".join(f"{k}: {v}" for k, v in got.headers.items()))
            if name in LISTED:
                ear.given(name, got.body.decode())
            else:
                ear.search.look(f"push {name}", got.body)
                planted_feeds.never_in(ear.search, f"push {name}", got.body.decode())
        return came

    def close(self) -> None:
        """Hang up."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)


def terms(name: str, holder: str, recipient: str, **more: Any) -> Agreement:
    """Terms that list references, callers' or complainants' names, addresses and exact times."""
    return agreed.terms(id=name, holders=(holder,), recipients=(recipient,), fields=FIELDS, **more)


def arrange(gateway: RunningGateway, url: str) -> None:
    """Register systems, agreements both ways, and what each partner asks for."""
    gateway.usual()
    gateway.system("operator-system", COUNCIL, frozenset({Scope.ADMIN}))
    gateway.system("analyst-system", "leicestershire-cc", frozenset(Scope) - {Scope.ADMIN})
    agreed.prepare(gateway.house)
    agreed.agree(gateway.house, terms("police-council", POLICE, COUNCIL))
    council = {"roles": ("complainant",), "recipient_regime": "law_enforcement"}
    agreed.agree(gateway.house, terms("council-police", COUNCIL, POLICE, **council))
    asked = {"power": Power.SECTION_115, "purpose": Purpose.PREVENTING_CRIME_AND_DISORDER}
    for name, partner, agreement in (
        ("council-115", COUNCIL, "police-council"),
        ("police-115", POLICE, "council-police"),
    ):
        subscribe(gateway.house, name, partner, lane=Lane.PERSONAL, agreement=agreement, **asked)
    gateway.subscribe("county-17a", "leicestershire-cc")
    pushed = {"mode": DeliveryMode.PUSH}
    subscribe(gateway.house, "fire-17a-pushed", FIRE, **pushed)
    lane = {"lane": Lane.PERSONAL, "agreement": "police-council", **asked}
    subscribe(gateway.house, "council-115-pushed", COUNCIL, **lane, **pushed)
    for name in PUSHED:
        set_endpoint(gateway.house, url, name)


def push_all(ear: Ear, count: int, batch: int = 300) -> int:
    """Push so many rows over the three feeds by turns; return how many were recorded."""
    makers = (planted_feeds.police, planted_feeds.housing, planted_feeds.street)
    recorded, sent = 0, 0
    while sent < count:
        turn = sent // batch
        size = min(batch, count - sent)
        feed, body, media_type = makers[turn % 3](ear.marks, size, turn)
        system = SENDERS.get(feed, "council-system")
        headers = {"Content-Type": media_type}
        answer = ear.call(
            "POST", f"/v1/feeds/{feed}/records", system, content=body, headers=headers
        )
        assert answer.is_success, answer.text
        recorded += ear.heard("push", answer).json()["receipt"]["recorded"]
        sent += size
    return recorded


def take_back(ear: Ear) -> None:
    """Restrict, lift, erase and retract some records, so that notices go everywhere."""
    texts = ear.search.planted.texts
    urns = [text for text in texts if f"{LATIN}POLICEurnX" in text]
    for action, few in (("restrictions", urns[:20]), ("erasures", urns[20:40])):
        body = {"references": [f"x-{urn}"[:64] for urn in few], "reason": "other"}
        path = f"/v1/feeds/police-nsir/{action}"
        ear.heard(action, ear.call("POST", path, "police-system", json=body))


def read_the_rest(ear: Ear) -> None:
    """Quarantine, ledger, metrics and pages, as everybody may."""
    for feed, system in (*SENDERS.items(), ("street-management", "council-system")):
        ear.heard("quarantine", ear.call("GET", f"/v1/feeds/{feed}/quarantine", system))
        about = {"feed": feed, "reference": f"{LATIN}-never", "subscription": "council-115"}
        ear.heard("explain", ear.call("POST", "/v1/decisions/explain", system, json=about))
    for index in range(ear.gateway.house.reader.head().ledger_size):
        ear.heard("ledger", ear.call("GET", f"/v1/ledger/entries/{index}", "fire-system"))
    for path in ADDRESSES:
        answer = ear.call("GET", path, "operator-system")
        # the page follows an invented incident of its own, with this postcode; it names no canary
        text = re.sub(r"LE\d+ 9ZZ", "", answer.text) if path == "/" else answer.text
        ear.search.look(path, text)
    for name in ("university-17a", "council-115"):
        answer = ear.call("GET", f"/v1/subscriptions/{name}/records", "university-system")
        ear.heard("refusal", answer)


@contextmanager
def hearing(home: Path, search: Search) -> Iterator[tuple[Ear, Inbox]]:
    """A gateway that pushes to an inbox, and whose log the search hears too."""
    inbox = Inbox()
    log, handler = io.StringIO(), events._LibraryHandler()
    before, events.JOURNAL.stream = events.JOURNAL.stream, log
    level, events.JOURNAL.level = events.JOURNAL.level, events.Level.DEBUG
    logging.getLogger().addHandler(handler)
    settings = Settings(
        home=home,
        requests_per_minute=10**6,
        checkpoint_interval_seconds=0.5,
        egress_allow=("127.0.0.0/8",),
    )
    try:
        with running_gateway(home, settings=settings) as gateway:
            arrange(gateway, inbox.url)
            yield Ear(gateway, search, planted_feeds.Marks(search.planted)), inbox
    finally:
        inbox.close()
        logging.getLogger().removeHandler(handler)
        events.JOURNAL.stream, events.JOURNAL.level = before, level
        search.look("log", log.getvalue())


def search_at_rest(home: Path, database: Database, search: Search, copy: Path) -> None:
    """Search every value of the database, and every file but the keys."""
    database.backup(copy)
    search.database("database", copy)
    for path in sorted(home.rglob("*")):
        if path.is_file() and home / "keys" not in path.parents:
            search.look("files", path.read_bytes())


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_what_is_personal_leaves_by_section_115_alone(
    store: Store, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    records, home = count(50_000), tmp_path / "home"
    search = Search(Planted())

    with hearing(home, search) as (ear, inbox):
        recorded = push_all(ear, records)
        drained = {
            name: ear.drain(name, system)
            for name, system in (
                ("fire-17a", "fire-system"),
                ("county-17a", "analyst-system"),
                ("council-115", "council-system"),
                ("police-115", "police-system"),
            )
        }
        pushed = inbox.heard(ear, min(drained["fire-17a"], drained["council-115"]))
        take_back(ear)
        for name, system in (("fire-17a", "fire-system"), ("council-115", "council-system")):
            ear.drain(name, system)
        read_the_rest(ear)
        search_at_rest(home, database_for(home), search, tmp_path / "copy.sqlite3")
    search.found |= search.digests_of("anywhere")

    assert recorded > records / 4
    assert min(drained.values()) > 0
    assert pushed == {f"{name}-pushed": drained[name] for name in ("council-115", "fire-17a")}
    assert all(ear.personal[name] > {**drained, **pushed}[name] for name in LISTED)
    assert search.found == set()
    proved(
        "canaries-three-feeds",
        store=store.value,
        records=records,
        released=sum({**drained, **pushed}.values()),
        listed=sum(ear.personal.values()),
        leaked=len(search.found),
        mebibytes=round(sum(search.looked_at.values()) / 2**20),
    )


def test_a_field_that_no_agreement_lists_turns_the_check_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LISTED, "council-115", (("police", "URN"),))
    search = Search(Planted())
    with hearing(tmp_path / "home", search) as (ear, _):
        push_all(ear, 300)
        ear.drain("council-115", "council-system")

    assert {place for place, _ in search.found} == {"council-115, less what is listed"}


def test_the_marks_name_their_columns() -> None:
    marks = planted_feeds.Marks(Planted())
    text = json.dumps(
        {"a": marks.canary("police", "URN"), "b": marks.canary("police", "RESULT_TEXT")}
    )

    rest, listed = marks.without(text, [("police", "URN")])

    assert listed == 1
    assert LATIN in rest
