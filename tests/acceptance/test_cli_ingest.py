"""`gateway ingest`: a file goes in by the path of a push, however it is cut, once."""

from __future__ import annotations

import gzip
import json
import sqlite3
import threading
from collections import Counter
from pathlib import Path

import httpx
import pytest

from gateway.assembly import database_path, open_house
from gateway.cli.ingest import _Run
from gateway.cli.parcels import Parcel
from tests.support.commands import Ran, Shell
from tests.support.nsir_rows import nsir_file, nsir_rows
from tests.support.real_data import street_month

CANARY = "Zebedee-Canary-Ffoulkes"
MONTHS = {1: (892, 8_448), 2: (878, 7_867), 3: (1_251, 9_341), 4: (1_294, 9_186)}
MONTHS |= {5: (1_444, 9_891), 6: (1_347, 9_295)}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def without_id(ran: Ran) -> dict[str, object]:
    return {name: value for name, value in ran.json.items() if name != "id"}


def outcome(home: Path) -> Counter[tuple[object, ...]]:
    """Everything that the log says about the incidents, order and secrets aside."""
    with open_house(home) as house, house.reader.connection() as connection:
        rows = connection.exec_driver_sql(
            "SELECT i.natural_key IS NOT NULL, l.version, l.kind, l.occurred_from, l.lsoa_code,"
            " l.point_longitude, l.point_latitude, l.detail, i.state"
            " FROM incident i JOIN log l ON l.position = i.position"
        )
        return Counter(tuple(row) for row in rows)


def test_a_receipt_balances_and_a_second_run_records_nothing(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    file.write_bytes(nsir_file(300))

    first = shell.ok("ingest", "police-nsir", file, "--json").json
    second = shell.ok("ingest", "police-nsir", file, "--json").json

    parts = ("recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")
    assert first["received"] == 300 == sum(first[part] for part in parts)
    assert first["recorded"] == sum(first["recorded_by_kind"].values()) > 200
    assert second["recorded"] == second["revised"] == 0
    assert second["duplicate"] == first["recorded"] + first["revised"] + first["duplicate"]


@pytest.mark.parametrize("form", ["json", "ndjson", "jsonl.gz", "csv.gz"])
def test_every_form_gives_the_same_receipt(tmp_path: Path, form: str) -> None:
    rows = nsir_rows(120)
    plain, other = tmp_path / "a.csv", tmp_path / f"a.{form}"
    plain.write_bytes(nsir_file(120))
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    whole = json.dumps(rows).encode()
    content = {
        "json": whole,
        "ndjson": lines,
        "jsonl.gz": gzip.compress(lines),
        "csv.gz": gzip.compress(plain.read_bytes()),
    }
    other.write_bytes(content[form])

    expected = Shell(tmp_path / "one").ok("ingest", "police-nsir", plain, "--json")
    found = Shell(tmp_path / "two").ok("ingest", "police-nsir", other, "--json", "--batch", "50")

    counted = ("received", "recorded", "recorded_by_kind", "excluded", "quarantined")
    assert {n: found.json[n] for n in counted} == {n: expected.json[n] for n in counted}


def test_rows_in_quarantine_are_numbered_in_the_whole_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    good = nsir_file(60)

    file.write_bytes(good + b'"' + CANARY.encode() + b'"\r\n')
    cut = shell("ingest", "police-nsir", file, "--batch", "7", "--json")
    whole = Shell(tmp_path / "other")("ingest", "police-nsir", file, "--batch", "10000", "--json")

    assert cut.code == 0
    assert "row 61: /: " in cut.err
    assert cut.err.splitlines()[1:] == whole.err.splitlines()[1:]
    assert without_id(cut) == without_id(whole)
    assert CANARY not in cut.out + cut.err


def test_no_message_repeats_a_value(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    file.write_bytes(
        b"URN,CREATED,OPENING_CODE,CLOSING_CODE_1,CALLER_NAME\r\n"
        + f"{CANARY},{CANARY},{CANARY},{CANARY},{CANARY}\r\n".encode()
    )

    shown = shell("ingest", "police-nsir", file)
    as_json = shell("ingest", "police-nsir", file, "--json")

    assert shown.code == as_json.code == 1
    assert "row 1: /" in shown.err
    assert CANARY not in shown.out + shown.err + as_json.out + as_json.err


def test_what_cannot_be_taken_in_is_refused_with_a_sentence(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    file.write_bytes(f"{CANARY},OTHER\r\n1,2\r\n".encode())
    nul, odd = tmp_path / "nul.csv", tmp_path / "odd.xlsx"
    nul.write_bytes(nsir_file(5) + b"\x00")
    odd.write_bytes(b"")

    refused = [
        shell("ingest", "police-nsir", file),
        shell("ingest", "police-nsir", nul),
        shell("ingest", "police-nsir", tmp_path / "absent.csv"),
        shell("ingest", "no-such-feed", file),
        shell("ingest", "police-nsir", odd),
        shell("ingest", "police-nsir", file, "--actor", "A Person"),
    ]

    assert [ran.code for ran in refused] == [1, 1, 1, 1, 2, 2]
    assert "header.column_missing" in refused[0].err
    assert "body.nul" in refused[1].err
    assert "gateway feed list" in refused[3].err
    assert all(not ran.out and CANARY not in ran.err for ran in refused)


def test_the_ledger_says_who_took_a_file_in(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    file.write_bytes(nsir_file(20))

    shell.ok("ingest", "police-nsir", file, "--actor", "night-desk")

    with open_house(shell.home) as house:
        last = house.reader.leaf(house.reader.head().ledger_size - 1)
    assert last is not None
    assert b'"actor":"night-desk"' in last[0]
    assert b'"operation":"push"' in last[0]


def test_a_file_goes_in_while_the_gateway_serves(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    file.write_bytes(nsir_file(1_000))
    codes: list[int] = []
    done = threading.Event()

    def ask(url: str) -> None:
        with httpx.Client(trust_env=False) as http:
            while not done.is_set():
                codes.append(http.get(f"{url}/readyz").status_code)

    with shell.serving() as (process, url):
        asking = threading.Thread(target=ask, args=(url,))
        asking.start()
        runs = [
            shell.ok("ingest", "police-nsir", file, "--json", "--batch", "100") for _ in range(2)
        ]
        done.set()
        asking.join()
        process.terminate()
        assert process.wait(30) == 0

    assert runs[0].json["recorded"] > 800
    assert runs[1].json["recorded"] == 0
    assert set(codes) == {200}
    assert shell.ok("verify").code == 0


@pytest.mark.real_data
@pytest.mark.parametrize("month", MONTHS)
def test_each_police_month_balances_by_kind(shell: Shell, month: int) -> None:
    file = street_month(f"2025-{month:02d}")
    asb, received = MONTHS[month]

    first = shell.ok("ingest", "police-uk", file, "--json").json

    assert first["received"] == first["recorded"] == received
    assert first["recorded_by_kind"] == {"asb_incident": asb, "crime": received - asb}


@pytest.mark.real_data
def test_however_a_police_month_is_cut_the_log_is_the_same(tmp_path: Path) -> None:
    january = street_month("2025-01")
    small, large = Shell(tmp_path / "small"), Shell(tmp_path / "large")

    cut = small.ok("ingest", "police-uk", january, "--json", "--batch", "500")
    whole = large.ok("ingest", "police-uk", january, "--json", "--batch", "5000")
    again = small.ok("ingest", "police-uk", january, "--json", "--batch", "777")

    assert without_id(cut) == without_id(whole)
    assert outcome(small.home) == outcome(large.home)
    assert (again.json["recorded"], again.json["duplicate"]) == (0, 8_448)
    assert database_path(small.home).stat().st_mode & 0o077 == 0


def test_a_batch_that_finds_the_database_busy_is_taken_once(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    file.write_bytes(nsir_file(60))
    shell.ok("db", "upgrade")
    held = sqlite3.connect(database_path(shell.home), isolation_level=None, check_same_thread=False)
    with open_house(shell.home) as house:
        feed = house.book.refresh().register.feeds["police-nsir"][1]
        run = _Run(house, feed, "text/csv", "operator", house.new_id())
        held.execute("BEGIN IMMEDIATE")
        release = threading.Timer(
            6, lambda: held.execute("ROLLBACK")
        )  # a writer gives up after 5 s
        release.start()
        answer = run.take(0, Parcel(file.read_bytes(), 0), complete=False)
        again = run.take(0, Parcel(file.read_bytes(), 0), complete=False)
        release.join()
        held.close()

    assert answer.receipt.recorded > 30
    assert again.repeated
    assert again.receipt == answer.receipt
