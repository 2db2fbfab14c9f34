"""`gateway export`: made, brought up to date, checked by the public key alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gateway.assembly import open_house
from tests.support import house as houses
from tests.support.commands import Shell
from tests.support.stores import database_for


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    with open_house(home, database=database_for(home), create=True) as house:
        houses.subscribe(house)
        houses.send(house, houses.rows(6))
    return Shell(home)


def test_a_data_set_is_made_and_checked_without_the_gateway(shell: Shell, tmp_path: Path) -> None:
    asked = ("export", tmp_path / "data", "--subscription", "fire-17a", "--partition", "year/month")
    made = shell(*asked, "--json").json
    key = shell("keys", "show", "--json").json["ledger"]
    check = ("export", tmp_path / "data", "--check", "--key", key)
    elsewhere = Shell(tmp_path / "nowhere")

    assert (made["rows"], made["written"]) == (5, ["year=2026/month=10/data.parquet"])
    assert len(pl.read_parquet(tmp_path / "data/**/*.parquet")) == 5
    assert elsewhere(*check, "--json").json == {"holds": True, "leaf": made["leaf"], "faults": []}
    assert "5 rows in 1 files" in elsewhere(*check).out
    assert "0 written" in shell(*asked).out
    assert shell("verify").code == 0
    [file] = (tmp_path / "data").rglob("*.parquet")
    file.write_bytes(b"x")
    assert elsewhere(*check).code == 1
    assert elsewhere(*check, "--json").json["faults"] == [
        "year=2026/month=10/data.parquet: changed"
    ]
    assert "1 written" in shell(*asked).out


def test_what_does_not_fit_is_said(shell: Shell, tmp_path: Path) -> None:
    shell("export", tmp_path / "data", "--subscription", "fire-17a")
    manifest = tmp_path / "data/_manifest.json"
    forged = manifest.read_text().replace('"rows": 5', '"rows": 7')

    assert shell("export", tmp_path / "data").code == 2
    assert shell("export", tmp_path / "data", "--check").code == 2
    assert shell("export", tmp_path / "none", "--check", "--key", "x").code == 1
    assert shell("export", tmp_path / "data", "--subscription", "nobody").code == 1
    assert shell("export", tmp_path / "data", "--subscription", "fire-17a", "--kind", "crime").code
    manifest.write_text(forged)
    key = shell("keys", "show", "--json").json["ledger"]
    said = shell("export", tmp_path / "data", "--check", "--key", key, "--json")
    assert "receipt: it is about another data set" in said.json["faults"]
    manifest.write_text("{}")
    assert shell("export", tmp_path / "data", "--check", "--key", key).code == 1
    assert shell("export", tmp_path / "data", "--subscription", "fire-17a").code == 1
