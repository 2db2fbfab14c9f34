"""No personal value leaves by any way or lies at rest, with section 17A alone in force.

Canaries stand in every personal cell; they are pushed over real HTTP; then everything that leaves and every
byte at rest but the keys is searched, in every form that ``tests.support.canaries`` knows.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway import events
from gateway.access.clients import Scope
from gateway.assembly import House, database_path
from gateway.keys.derive import sealed_half_key
from gateway.keys.sealing import decrypt, position_bytes, unwrap
from gateway.settings import Settings
from gateway.store.postgres import PostgresDatabase
from policies.documents import Documents, packaged_documents
from policies.keeping import Keeping
from policies.kept import EVERYTHING, Kept
from policies.treatments import Treatments
from schemas.sensitivity import Lane
from tests.support import postgres, stores
from tests.support.asked_everything import ELSEWHERE, RECORD_PLACES, ask_everything
from tests.support.canaries import (
    FEED,
    FORMS,
    LATIN,
    SCRIPTS,
    SPACED,
    Listener,
    Planted,
    Search,
    planted_rows,
)
from tests.support.requirements import law
from tests.support.server import running_gateway
from tests.support.stores import Store

ROOT = Path(__file__).resolve().parents[2]
CORRECTIONS = ("/retractions", "/restrictions", "/liftings", "/erasures")
COMMANDS = (
    ("verify",),
    ("verify", "--json"),
    ("feed", "list"),
    ("feed", "list", "--json"),
    ("subscription", "list"),
)


@contextmanager
def listening(home: Path, search: Search) -> Iterator[Listener]:
    """A gateway whose log, and whose libraries' log, the search hears too."""
    log, handler = io.StringIO(), events._LibraryHandler()
    before, events.JOURNAL.stream = events.JOURNAL.stream, log
    level, events.JOURNAL.level = events.JOURNAL.level, events.Level.DEBUG
    logging.getLogger().addHandler(handler)
    settings = Settings(home=home, requests_per_minute=10**6, checkpoint_interval_seconds=0.5)
    try:
        with running_gateway(home, settings=settings) as gateway:
            gateway.usual()
            gateway.system("operator-system", "charnwood-bc", frozenset({Scope.ADMIN}))
            gateway.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
            for form in FORMS:
                gateway.subscribe(f"fire-{form}", "llr-fire")
            yield Listener(gateway, search)
    finally:
        logging.getLogger().removeHandler(handler)
        events.JOURNAL.stream, events.JOURNAL.level = before, level
        search.text("log", log.getvalue())


# ------------------------------------------------------------------ what goes in


def push_rows(listener: Listener, planted: Planted, count: int, batch: int = 100) -> int:
    """Push rows by turns as Windows-1252 CSV, NDJSON and JSON; return how many were recorded."""
    recorded = 0
    for start in range(0, count, batch):
        turn = start // batch % 3
        size = min(batch, count - start)
        rows = list(planted_rows(size, planted, scripts=turn > 0, first=start + 1))
        if turn == 0:
            answer = listener.push(_as_csv(rows), "text/csv; charset=windows-1252")
        elif turn == 1:
            lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            answer = listener.push(lines.encode(), "application/x-ndjson")
        else:
            nested = [{**row, "OFFICER": {"who": [{"name": row["CALLER_NAME"]}]}} for row in rows]
            answer = listener.push(json.dumps(nested).encode(), "application/json")
        assert answer.status_code == 201, answer.text
        recorded += answer.json()["receipt"]["recorded"]
    return recorded


def _as_csv(rows: list[dict[str, object]]) -> bytes:
    out = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("windows-1252", "replace")


def push_badly(listener: Listener, planted: Planted) -> None:
    """Everything that a sender can get wrong, each with a canary in it."""
    good = next(planted_rows(1, planted, scripts=True, first=900_001))
    word = good["CALLER_NAME"]
    bad_rows = [
        {**good, "URN": f"{LATIN}-" + "9" * 70},
        {**good, "CREATED": word},
        {**good, "CREATED": f"31/10/2026 21:47 {LATIN}"},
        {**good, "EASTING": LATIN, "NORTHING": SPACED},
        {**good, "LSOA_CODE": word},
        {**good, "MARKING": f"TOP SECRET {LATIN}"},
        {**good, "MARKING": LATIN, "HANDLING": LATIN},
        {**good, "OPENING_CODE": "", "CLOSING_CODE_1": "", "QUALIFIERS": "", "NSIR_CLASS": ""},
        {**good, "CALLER_NAME": {"first": word, LATIN: [word]}},
        {**good, "CALLER_NAME": f"{LATIN} " * 200},
        {**good, "RESULT_TEXT": [word, {"more": word}]},
        {**good, f"{LATIN} column": word, "OPENING_DESC": {"x": word}},
        {LATIN: word},
    ]
    listener.push(json.dumps(bad_rows).encode(), "application/json")
    listener.push(json.dumps(bad_rows[1]).encode(), "application/json")
    lines = "\n".join(f'{{"URN": "{LATIN}", {word}' for _ in range(3)) + f'\n["{word}"]\n"{word}"'
    listener.push(lines.encode(), "application/x-ndjson")
    for body in (f'{{"{LATIN}": NaN}}', f'{{"{LATIN}":1,"{LATIN}":2}}', f'"{word}"', f"{word}"):
        listener.push(body.encode(), "application/json")
    header = f"URN,{LATIN},{SPACED}\r\n1,2,3\r\n".encode()
    listener.push(header, "text/csv")
    listener.push(_as_csv([{**good, "LOCATION": ""}])[:-30] + b'"\x81' + LATIN.encode(), "text/csv")
    listener.push(b"x", f"text/{LATIN}")
    listener.push(b"x", f"text/csv; charset={LATIN}")
    listener.push(b"{}", "application/json", **{"Idempotency-Key": f"{LATIN}-key"})
    listener.push(b"[]", "application/json", **{"Idempotency-Key": f"{LATIN}-key"})
    listener.push(json.dumps(good).encode(), "application/json", **{"Gateway-Unit": f"{SPACED}-1"})


def ask_badly(listener: Listener) -> None:
    """Canaries in paths, queries, headers and bodies of every other route."""
    for path in (
        f"/v1/feeds/{LATIN.lower()}/records",
        f"{FEED}/receipts/{LATIN}",
        f"{FEED}/quarantine?after={LATIN}&limit={LATIN}",
        f"/v1/subscriptions/{LATIN.lower()}/records",
        f"/v1/subscriptions/fire-json/records?after=1.{LATIN}&limit={LATIN}&wait={LATIN}",
        f"/v1/ledger/entries/{LATIN}",
        f"/v1/ledger/proof?index={LATIN}&size={SCRIPTS[0]}",
        f"/{LATIN}/{SCRIPTS[2]}?{LATIN}={LATIN}",
    ):
        for system in ("police-system", "fire-system"):
            headers = {"Accept": LATIN, "X-Request-Id": LATIN, "Cookie": f"{LATIN}={LATIN}"}
            listener.call("bad address", "GET", path, system, headers=headers)
            listener.call("bad address", "POST", path, system, json={LATIN: SPACED})
    for body in ({"references": [LATIN], "reason": LATIN}, {LATIN: 1}):
        for path in CORRECTIONS:
            listener.call("bad request", "POST", FEED + path, "police-system", json=body)
        listener.call("bad request", "POST", "/v1/decisions/explain", "police-system", json=body)
    form = {"grant_type": LATIN, "client_id": LATIN, "client_secret": LATIN, "scope": LATIN}
    listener.call("bad token", "POST", "/oauth/token", "police-system", data=form)
    bearer = {"Authorization": f"Bearer {LATIN}.{LATIN}.{LATIN}"}
    listener.call("bad token", "GET", "/v1/subscriptions", "fire-system", headers=bearer)


def read_everything(listener: Listener, references: list[str]) -> None:
    """Receipts, quarantine, explanations, ledger, metrics, pages: as each of the systems."""
    call, reader = listener.call, listener.gateway.house.reader
    with reader.connection() as connection:
        receipts = connection.exec_driver_sql("SELECT receipt_id FROM push").scalars().all()
    for receipt in receipts:
        call("receipt", "GET", f"{FEED}/receipts/{receipt}", "police-system")
    after: str | None = ""
    while after is not None:
        query = {"after": after} if after else {}
        listed = call("quarantine", "GET", FEED + "/quarantine", "police-system", params=query)
        after = listed.json()["after"]
    for reference in references:
        for system in ("police-system", "council-system"):
            for subscription in ("fire-json", "university-17a"):
                about = {"feed": "police-nsir", "reference": reference}
                asked = {**about, "subscription": subscription}
                call("explain", "POST", "/v1/decisions/explain", system, json=asked)
    size = reader.head().ledger_size
    for index in range(size):
        for system in ("police-system", "fire-system"):
            call("ledger entry", "GET", f"/v1/ledger/entries/{index}", system)
    call("ledger", "GET", f"/v1/ledger/proof?index=3&size={size}", "fire-system")
    call("ledger", "GET", f"/v1/ledger/consistency?from=3&size={size}", "fire-system")
    call("ledger", "GET", "/v1/ledger/checkpoint", "fire-system")
    call("refusal", "GET", "/v1/subscriptions/university-17a/records", "university-system")
    call("subscriptions", "GET", "/v1/subscriptions", "fire-system")
    assert call("/metrics", "GET", "/metrics", "operator-system").status_code == 200
    for path in ("/docs", "/openapi.json", "/healthz", "/readyz"):
        assert call(path, "GET", path, "fire-system").status_code == 200
    call("metadata", "GET", "/.well-known/oauth-authorization-server", "fire-system")
    call("metadata", "GET", "/.well-known/jwks.json", "fire-system")


# ------------------------------------------------------------------ at rest


def search_at_rest(home: Path, search: Search, house: House, copy: Path) -> None:
    """Search every file but the keys, every value of the database, and all that our keys open."""
    if not copy.exists():
        house.database.backup(copy)
    url = stores.url_for(home)
    if url is None:
        search.database("database", database_path(home))
    else:
        now = copy.with_name("now.sqlite3")
        now.unlink(missing_ok=True)
        PostgresDatabase(url).backup(now)
        search.database("database", now)
        for kind, content in postgres.server().files(url):
            search.look(f"at rest: {kind}", content)
    search.database("backup", copy)
    search.look("backup: bytes", copy.read_bytes())
    for path in sorted(home.rglob("*")):
        if path.is_file() and home / "keys" not in path.parents:
            search.look(f"at rest: {path.suffix or path.parent.name}", path.read_bytes())
            search.look("file names", str(path.relative_to(home)))
    search.found |= opened(copy, search, house)


def opened(database: Path, search: Search, house: House) -> set[tuple[str, str]]:
    """Open whatever the keys open. With section 17A alone nothing is sealed at all."""
    connection = sqlite3.connect(database)
    rows = connection.execute(
        "SELECT s.position, s.wrapped_secret, s.ciphertext, l.content_hmac FROM sealed s "
        "JOIN log l ON l.position = s.position WHERE s.ciphertext IS NOT NULL"
    ).fetchall()
    connection.close()
    for position, wrapped, ciphertext, content in rows:
        key = sealed_half_key(unwrap(house.keys.wrapping, wrapped, content))
        search.text("sealed half, opened", decrypt(key, ciphertext, position_bytes(position)))
    return {("sealed half", "there is one")} if rows else set()


def run_commands(home: Path, search: Search) -> list[int]:
    codes = []
    environment = {**stores.environment(home), "PATH": os.environ["PATH"], "NO_COLOR": "1"}
    for command in COMMANDS:
        ran = subprocess.run(
            [sys.executable, "-m", "gateway", *command],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        codes.append(ran.returncode)
        search.text(f"gateway {' '.join(command)}", ran.stdout + ran.stderr)
    return codes


def journey(tmp_path: Path, count: int, breaking: Callable[[House], None] | None = None) -> Search:
    """The whole way of canaries; return what the search found and where it looked."""
    home, planted = tmp_path / "home", Planted()
    search = Search(planted)
    with listening(home, search) as listener:
        house = listener.gateway.house
        if breaking is not None:
            breaking(house)
        recorded = push_rows(listener, planted, count)
        assert recorded > count / 2
        push_badly(listener, planted)
        ask_badly(listener)
        for form in FORMS:
            assert listener.drain(form)[0] >= recorded / 2
        urns = [text for text in planted.texts if text.startswith(f"{LATIN}-URN")]
        wanted = {"references": urns[:40], "reason": "recorded_in_error"}
        for path in CORRECTIONS:
            done = listener.call("correction", "POST", FEED + path, "police-system", json=wanted)
            assert done.json()["unknown"] < len(wanted["references"])
            wanted = {"references": urns[40:55], "reason": "other"}
        ask_everything(listener, tmp_path / "exports", counts=breaking is None)
        for form in FORMS:
            assert listener.drain(form)[1] > 0
        read_everything(listener, [*urns[:3], *urns[60:63], f"{LATIN}-never-sent"])
        search_at_rest(home, search, house, tmp_path / "copy.sqlite3")
        if stores.url_for(home) is None:
            wal = database_path(home).with_name(database_path(home).name + "-wal")
            assert wal.stat().st_size > 0
    search_at_rest(home, search, house, tmp_path / "copy.sqlite3")
    # a table that no snapshot may hold cannot be replayed, and `verify` says so
    if breaking is None:
        assert run_commands(home, search) == [0] * len(COMMANDS)
    search.found |= search.digests_of("anywhere")
    return search


# ------------------------------------------------------------------ the tests

PLACES = (
    *("log", "push", "pull json", "pull ndjson", "pull events", "receipt", "quarantine", "explain"),
    *("bad request", "bad address", "bad token", "refusal", "ledger", "ledger entry", "/metrics"),
    *("/docs", "/openapi.json", "database, log", "backup, log", "backup: bytes"),
    *("at rest: checkpoints", "correction", "at rest: .jsonl", *RECORD_PLACES, *ELSEWHERE),
    *("gateway verify", "gateway verify --json", "gateway feed list"),
)
"""Where a search that looked at nothing would prove nothing."""
FILES = {
    Store.SQLITE: ("at rest: .sqlite3", "at rest: .sqlite3-wal"),
    Store.POSTGRESQL: ("at rest: tables", "at rest: write-ahead log"),
}


@law("L36", "L51", "L08")
@pytest.mark.prove
@pytest.mark.on_sqlite  # the canaries of three feeds search a PostgreSQL cluster in every run
@pytest.mark.timeout(1_800)
def test_no_canary_leaves_or_lies_at_rest(
    store: Store, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    records = count(10_000)

    search = journey(tmp_path, records)

    assert search.found == set()
    wanted = (*PLACES, *FILES[store])
    assert [place for place in wanted if not search.looked_at.get(place)] == []
    mebibytes = round(sum(search.looked_at.values()) / 2**20)
    proved(
        "canaries",
        store=str(store),
        records=records,
        leaked=len(search.found),
        places=len(search.looked_at),
        mebibytes=mebibytes,
    )


def test_a_broken_treatment_table_turns_the_check_red(tmp_path: Path) -> None:
    def breaking(house: House) -> None:
        good = packaged_documents()
        lines = [
            line
            for line in good.treatments[Lane.DEPERSONALISED].text.splitlines()
            if not line.startswith(("source_category_label", "address_text"))
        ]
        both = 'keeps = "source_category_label", releases = "source_category_label"'
        lines.append(f'address_text = {{ op = "keep", {both} }}')
        text = "\n".join([*lines, 'source_category_label = { op = "drop" }'])
        broken = Treatments.unchecked(Lane.DEPERSONALISED, text)
        # no bundle with such a table loads, so it is put where the loaded one stands
        house.book._default = Documents(
            {**good.texts, "treatments/depersonalised.toml": text},
            good.bundle,
            good.lists,
            {**good.treatments, Lane.DEPERSONALISED: broken},
        )
        house.book._adopt(house.reader.head().law_epoch)
        assert house.book.current().law.treatments[Lane.DEPERSONALISED] is broken

    search = journey(tmp_path, 100, breaking)

    where = {place for place, _ in search.found}
    assert {"pull json", "pull ndjson", "pull events", "database, log", "backup: bytes"} <= where
    assert [place for place in RECORD_PLACES if place not in where] == []


def test_keeping_more_fields_than_the_law_uses_turns_the_check_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_much = Kept(frozenset({"description", "people"}), EVERYTHING.persons)
    monkeypatch.setattr(Keeping, "of", lambda *_: too_much)

    search = journey(tmp_path, 100, lambda _: None)

    where = {place for place, _ in search.found}
    assert {"sealed half", "sealed half, opened"} <= where
    assert not [place for place in where if place.startswith("pull")]
