"""Real input: six months of Leicestershire go in, balance by kind, and come out as published."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from gateway.access.clients import Scope
from gateway.assembly import House, open_house
from gateway.audit.verify import verify
from gateway.cli import main
from gateway.release.sent import PageForm, written
from tests.charnwood import open_reader
from tests.conftest import PROVING
from tests.support.real_data import street_month

MONTHS = {
    "2025-01": (892, 8_448),
    "2025-02": (878, 7_867),
    "2025-03": (1_251, 9_341),
    "2025-04": (1_294, 9_186),
    "2025-05": (1_444, 9_891),
    "2025-06": (1_347, 9_295),
}
EVERY_TIME = ("2025-01", "2025-03")
"""The months of `make test`; `make prove` takes all six."""


def published(month: str) -> list[dict[str, str]]:
    with gzip.open(street_month(month), "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def ingested(month: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["ingest", "police-uk", str(street_month(month)), "--json"]) == 0
    receipt: dict[str, object] = json.loads(capsys.readouterr().out)
    return receipt


def pulled(house: House) -> list[dict[str, object]]:
    records: list[dict[str, object]] = []
    cursor = None
    while True:
        page = house.door.pull("fire-open", "llr-fire", "fire-system", cursor, 1_000)
        body = b"".join(written(page.page, PageForm.JSON, page.look, page.broken))
        read = json.loads(body)
        records += read["records"]
        if not read["records"]:
            return records
        cursor = read["cursor"]


def as_published(row: dict[str, str]) -> tuple[str, str, float | None, float | None, str | None]:
    located = bool(row["Longitude"])
    return (
        "asb_incident" if row["Crime type"] == "Anti-social behaviour" else "crime",
        row["Month"],
        float(row["Longitude"]) if located else None,
        float(row["Latitude"]) if located else None,
        row["LSOA code"] or None,
    )


def as_released(record: dict[str, object]) -> tuple[object, ...]:
    place = record["place"]
    assert isinstance(place, dict)
    return (
        record["kind"],
        record["occurred"],
        place.get("longitude"),
        place.get("latitude"),
        place.get("code"),
    )


@pytest.mark.real_data
@pytest.mark.prove
@pytest.mark.timeout(600)
def test_every_month_balances_and_comes_out_as_it_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_HOME", str(tmp_path))
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()

    months = MONTHS if PROVING else {month: MONTHS[month] for month in EVERY_TIME}
    for month, (asb, rows) in months.items():
        receipt = ingested(month, capsys)
        assert receipt["received"] == receipt["recorded"] == rows
        assert receipt["recorded_by_kind"] == {"asb_incident": asb, "crime": rows - asb}
        assert receipt["quarantined"] == 0
    again = ingested("2025-03", capsys)
    assert (again["recorded"], again["revised"], again["duplicate"]) == (0, 0, 9_341)

    with open_house(tmp_path) as house:
        open_reader(house)
        records = pulled(house)
        assert (
            len({record["id"] for record in records})
            == len(records)
            == sum(rows for _, rows in months.values())
        )
        expected = Counter(as_published(row) for month in months for row in published(month))
        assert Counter(as_released(record) for record in records) == expected
        assert {record["time_precision"] for record in records} == {"month"}
    assert verify(tmp_path / "gateway.sqlite3", house.keys).document()["found"] == {}


def test_scopes_are_named_as_the_design_names_them() -> None:
    assert {scope.value for scope in Scope} == {
        "feed:write",
        "records:read",
        "analysis:read",
        "ledger:read",
        "admin",
    }
