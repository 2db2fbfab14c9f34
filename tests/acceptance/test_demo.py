"""`gateway demo`: the whole job over real HTTP, as a stranger runs it."""

from __future__ import annotations

import gzip
import json
import re
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters import synthetic_housing, synthetic_nsir, synthetic_street
from gateway.clock import SystemClock
from gateway.demo.rows import Rows, invented, month_before
from tests.support.demo import BOX_TITLE, ROOT, command, environment, outside_the_box, ran

RECEIPT = {
    "id",
    "feed",
    "received",
    "recorded",
    "recorded_by_kind",
    "mapping",
    "revised",
    "duplicate",
    "out_of_scope",
    "excluded",
    "quarantined",
    "dropped_fields",
}
SENT = ("police-nsir", "cnh-housing", "street-management")
ACCOUNT = {"considered", "released", "withheld", "held", "superseded", "reasons"}
PARTS = ("recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")
STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
    + ",2026-09,Example Police,Example Police,-1.2,52.77,On or near Example Street,E01999001,"
    "Charnwood 001A,Anti-social behaviour,,\n" * 3
)


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    temporary = tmp_path_factory.mktemp("json")
    street = temporary / "2026-09-example-street.csv.gz"
    street.write_bytes(gzip.compress(STREET.encode()))

    done = ran(temporary, "--once", "--json", "--port", "0", "--police-uk", str(street))

    assert (done.returncode, done.stderr) == (0, "")
    assert list(temporary.iterdir()) == [street], "no home is left, and the user's is not touched"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_summary_has_the_shape_that_scripts_read(summary: dict[str, Any]) -> None:
    assert summary.keys() == {"feeds", "subscriptions", "retracted", "ledger", "seconds"}
    assert summary["ledger"].keys() == {"size", "verified"}
    assert summary["feeds"].keys() == {*SENT, "police-uk"}
    assert all(receipt.keys() == RECEIPT for receipt in summary["feeds"].values())
    assert all(account.keys() == ACCOUNT for account in summary["subscriptions"].values())


def test_every_receipt_and_every_account_balances(summary: dict[str, Any]) -> None:
    for receipt in summary["feeds"].values():
        assert receipt["received"] == sum(receipt[part] for part in PARTS)
        assert receipt["recorded"] == sum(receipt["recorded_by_kind"].values())
    for account in summary["subscriptions"].values():
        parts = ("released", "withheld", "held", "superseded")
        assert account["considered"] == sum(account[part] for part in parts)


def test_three_systems_send_five_thousand_rows_with_every_kind_of_outcome(
    summary: dict[str, Any],
) -> None:
    police, housing, street = (summary["feeds"][feed] for feed in SENT)

    assert sum(one["received"] for one in (police, housing, street)) >= 5_000
    assert all(police[part] for part in PARTS)
    assert police["mapping"]["unclassified"] >= 0.7 * police["recorded"]
    assert housing["excluded"] > 0.02 * housing["received"], "domestic abuse is never kept"
    assert street["out_of_scope"] > 0.7 * street["received"]
    assert all(one["dropped_fields"] and one["quarantined"] for one in (police, housing, street))


def test_what_the_law_lets_go_goes_and_the_rest_has_reasons(summary: dict[str, Any]) -> None:
    fire = summary["subscriptions"]["fire-17a"]
    university = summary["subscriptions"]["university-incidents"]
    sent = [summary["feeds"][feed] for feed in SENT]

    assert fire["considered"] >= sum(one["recorded"] + one["revised"] for one in sent)
    assert fire["released"] > 0.95 * sum(one["recorded"] for one in sent)
    # a case that stood for itself gives way to its incidents once they are dated
    assert fire["superseded"] > 0
    assert set(fire["reasons"]) == {"section_17a.information_is_prescribed"}
    assert fire["reasons"]["section_17a.information_is_prescribed"] == fire["withheld"]
    assert university["released"] == 0
    assert list(university["reasons"].values()).count(university["withheld"]) >= 3


def test_the_councils_team_is_sent_what_its_agreement_covers_though_its_system_was_off(
    summary: dict[str, Any],
) -> None:
    police = summary["feeds"]["police-nsir"]
    council = summary["subscriptions"]["council-asb-team"]

    # a version that was restricted and lifted is considered twice
    assert council["considered"] == police["recorded"] + police["revised"] + 1
    assert 0 < council["released"] < 0.2 * police["recorded"]
    assert council["reasons"] == {"section_115.agreement_covers_record": council["withheld"]}


def test_the_analyst_sees_cells_of_a_closed_month_and_small_ones_are_hidden(
    summary: dict[str, Any],
) -> None:
    counted = summary["subscriptions"]["county-statistics"]

    assert counted["released"] > 20
    assert counted["withheld"] == sum(counted["reasons"].values()) > 20
    assert set(counted["reasons"]) <= {"hidden_1_to_7", "split_left_out"}


def test_the_story_tells_of_the_subscriber_that_came_back(tmp_path: Path) -> None:
    done = ran(tmp_path, "--once", "--port", "0", "--rows", "900")

    assert (done.returncode, done.stderr) == (0, "")
    told = " ".join(done.stdout.split())
    assert "section 115" in told
    assert "0 did not hold" in told
    assert "switched off meanwhile" in told
    assert re.search(r"The fire authority [0-9]+ corrected", told)
    assert re.search(r"It comes back, .* and 2 notices \(1 retracted, 1 restricted\)", told)
    assert "Lifted: 1. 1 record given again" in told
    assert "✗ The ledger" not in told


def test_identical_rows_of_open_data_stay_apart_and_reach_who_asks(summary: dict[str, Any]) -> None:
    assert summary["feeds"]["police-uk"]["recorded"] == 3
    assert summary["subscriptions"]["pcc-open-data"]["released"] == 3


def test_one_record_is_taken_back_and_the_ledger_holds(summary: dict[str, Any]) -> None:
    assert summary["retracted"] == 1
    assert summary["ledger"]["verified"] is True
    assert summary["ledger"]["size"] > 30


def test_the_story_shows_no_personal_value_but_in_its_box(tmp_path: Path) -> None:
    done = ran(tmp_path, "--once", "--port", "0", "--seed", "5", "--rows", "400")

    assert (done.returncode, done.stderr) == (0, "")
    personal = personal_values(invented(5, 400, month_before(SystemClock())))
    assert len(personal) > 500
    assert any(value in done.stdout for value in personal), f"not even in «{BOX_TITLE}»"
    assert [value for value in personal if value in outside_the_box(done.stdout)] == []


def personal_values(rows: Rows) -> set[str]:
    """Every personal value of the rows, by its first line, but for words that stand for nobody."""
    requests = [
        {name: str(one.get(name) or "") for name in synthetic_street.PERSONAL_OF_REQUESTS}
        for one in rows.requests
    ]
    tables = (
        (rows.police, synthetic_nsir.PERSONAL),
        (rows.housing, synthetic_housing.PERSONAL),
        (rows.export, synthetic_street.PERSONAL),
        (requests, synthetic_street.PERSONAL_OF_REQUESTS),
    )
    values = {row[column] for table, columns in tables for row in table for column in columns}
    return {value.splitlines()[0] for value in values if value not in {"", "ANON"}}


def test_it_goes_on_serving_where_it_says_until_it_is_stopped(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        demo = subprocess.Popen(
            command("--rows", "50", "--port", port),
            cwd=ROOT,
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert demo.stdout is not None
        told = ""
        for line in demo.stdout:
            told += line
            if "on one page" in line:
                break
        try:
            _try_what_it_says(told, port)
        finally:
            demo.send_signal(signal.SIGINT)
            rest, _ = demo.communicate(timeout=20)

    assert demo.returncode == 0
    assert "Traceback" not in told + rest
    assert list(tmp_path.iterdir()) == []


def _try_what_it_says(told: str, taken: str) -> None:
    assert f"Port {taken} is taken" in told
    found = re.search(r"(http://\S+)/oauth/token -d grant_type=(\S+)", told)
    named = re.search(r"-u ([^:\s]+):(\S+)", told)
    assert found
    assert named
    form, who = {"grant_type": found[2]}, (named[1], named[2])
    token = httpx.post(f"{found[1]}/oauth/token", data=form, auth=who).json()["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    listed = httpx.get(f"{found[1]}/v1/subscriptions", headers=header).json()

    assert [one["id"] for one in listed["subscriptions"]] == ["fire-17a"]
    page = re.search(r"on one page: (http://\S+/)$", told.rstrip())
    assert page, "the address of the first page stands on the last line"
    assert httpx.get(page[1]).headers["content-type"].startswith("text/html")


def test_a_home_in_use_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "mine").write_text("mine")

    done = ran(tmp_path, "--once", "--home", str(home))

    assert done.returncode == 78
    assert "is not empty" in done.stderr
    assert [path.name for path in home.iterdir()] == ["mine"]
