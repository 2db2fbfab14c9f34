"""The tools on an analyst's desk read the feed: every row, every type, and no text that runs as a formula.

Each asks a running gateway over HTTP with a token; LibreOffice, which dials nobody here, opens the files.
DuckDB reads what was downloaded: its extension for HTTP comes from its own host, which tests may not dial.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zipfile import ZipFile

import duckdb
import pandas as pd
import polars as pl
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from gateway.access.people import Person, Role
from gateway.analysis.exported.run import COUNTS, Order, export
from gateway.analysis.frames import RECORD_COLUMNS, RECORD_SCHEMA, frame_of
from gateway.analysis.written.about import About
from gateway.analysis.written.forms import FORMS, Form
from gateway.cli.exporting import signer_of
from gateway.law.accounts import put_account
from tests.support.analysed import Analysed, analysed_gateway, own_records
from tests.support.canaries import Search
from tests.support.pages import need_assets
from tests.support.programs import program
from tests.support.requirements import law
from tests.support.signed_in import signed_in
from tests.support.tools import a_credential

pytestmark = pytest.mark.on_sqlite
OFFICE_SECONDS = 120
PERSON = Person(
    account="fire-tools", name="Jo Specimen", partner="llr-fire", roles=frozenset({Role.ANALYST})
)
RISKY = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "\t=1+1",
    '"=1+1',
    ' "=1+1',
    "x;=1+1",
    '";=1+1',
    "'=1+1",
)


@pytest.fixture(scope="module")
def analysed(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysed]:
    with analysed_gateway(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module")
def own(analysed: Analysed) -> pl.DataFrame:
    """What the reader's own releases hold."""
    return frame_of(own_records(analysed.gateway)).sort("id")


@pytest.fixture(scope="module")
def header(analysed: Analysed) -> dict[str, str]:
    return {"Authorization": f"Bearer {analysed.gateway.token('fire-analyst')}"}


@pytest.fixture(scope="module")
def files(
    analysed: Analysed, header: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[Form, Path]:
    """Every form, downloaded once."""
    folder, gateway = tmp_path_factory.mktemp("downloaded"), analysed.gateway
    found: dict[Form, Path] = {}
    for form in Form:
        answer = gateway.http.get(address(analysed, form), headers=header)
        assert answer.status_code == 200, answer.text
        found[form] = folder / f"incidents.{form.value}"
        found[form].write_bytes(answer.content)
    return found


def address(analysed: Analysed, form: Form) -> str:
    url = f"{analysed.gateway.url}/v1/incidents/download"
    return f"{url}?subscription=fire-17a&format={form.value}"


def flat(own: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in own.iter_rows(named=True)}


def test_pandas_reads_csv_and_parquet_by_url(
    analysed: Analysed, header: dict[str, str], own: pl.DataFrame
) -> None:
    days = ["occurred_at", "occurred_day", "reported_at"]
    table = pd.read_csv(address(analysed, Form.CSV), storage_options=header, parse_dates=days)
    columns = pd.read_parquet(address(analysed, Form.PARQUET), storage_options=header)

    for read in (table, columns):
        assert list(read.columns) == RECORD_SCHEMA.names()
        ordered = read.sort_values("id")
        assert ordered["id"].tolist() == own["id"].to_list()
        assert ordered["version"].tolist() == own["version"].to_list()
        places = (
            ordered["place_longitude"]
            .astype(object)
            .where(ordered["place_longitude"].notna(), None)
        )
        assert places.tolist() == own["place_longitude"].to_list()
        at = ordered["occurred_at"]
        assert [None if pd.isna(one) else one for one in at] == own["occurred_at"].to_list()
    assert str(table["occurred_at"].dtype).endswith("UTC]")
    assert str(columns["occurred_at"].dtype).endswith("UTC]")


def test_polars_reads_csv_parquet_and_ndjson(files: dict[Form, Path], own: pl.DataFrame) -> None:
    assert pl.read_parquet(files[Form.PARQUET]).sort("id").equals(own)
    assert pl.scan_parquet(files[Form.GEOPARQUET]).drop("geometry").collect().sort("id").equals(own)
    table = pl.read_csv(files[Form.CSV], try_parse_dates=True).sort("id")
    typed = ("id", "version", "place_longitude", "place_code", "occurred_at", "occurred_day")
    assert table.select(typed).equals(own.select(typed))
    lines = pl.read_ndjson(files[Form.NDJSON]).sort("id")
    assert lines["id"].equals(own["id"])
    assert lines["version"].equals(own["version"])


def test_duckdb_reads_csv_json_and_parquet(files: dict[Form, Path], own: pl.DataFrame) -> None:
    typed = "id, version, place_longitude, place_code, occurred_day"
    for table in (
        duckdb.read_parquet(str(files[Form.PARQUET])),
        duckdb.read_csv(str(files[Form.CSV]), sample_size=-1),
    ):
        rows = table.project(typed).order("id").fetchall()
        assert rows == own.select(typed.split(", ")).rows()
    lines = duckdb.read_json(str(files[Form.NDJSON])).project("id, version").order("id").fetchall()
    assert lines == own.select("id", "version").rows()
    kinds = duckdb.read_parquet(str(files[Form.GEOPARQUET])).aggregate("kind, count(*)").fetchall()
    assert sorted(kinds) == sorted(own.group_by("kind").len().rows())


def test_pyarrow_reads_csv_and_parquet(files: dict[Form, Path], own: pl.DataFrame) -> None:
    table = pq.read_table(files[Form.PARQUET])
    assert pl.DataFrame(pl.from_arrow(table)).sort("id").equals(own)
    assert str(table.schema.field("occurred_at").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("occurred_day").type) == "date32[day]"
    read = pa_csv.read_csv(files[Form.CSV])
    assert sorted(read["id"].to_pylist()) == own["id"].to_list()
    assert str(read.schema.field("version").type) == "int64"
    assert str(read.schema.field("occurred_at").type).startswith("timestamp[")


def test_calamine_reads_every_cell_of_the_workbook(
    files: dict[Form, Path], own: pl.DataFrame
) -> None:
    book = CalamineWorkbook.from_path(files[Form.XLSX])
    heading, *rows = book.get_sheet_by_name("Rows").to_python()
    known = flat(own)

    assert {row[0] for row in rows} == known.keys()
    assert len(rows) == len(known)
    for row in rows:
        cells = dict(zip(heading, row, strict=True))
        ours = known[str(row[0])]
        assert cells["version"] == ours["version"]
        assert cells["place_longitude"] == (
            "" if ours["place_longitude"] is None else ours["place_longitude"]
        )
        assert cells["occurred_day"] == (ours["occurred_day"] or "")
        assert isinstance(
            cells["occurred_at"], str if ours["occurred_at"] is None else (date, datetime)
        )
        assert cells["typology_behaviour"] == (ours["typology_behaviour"] or "")


def texts_in(path: Path) -> Iterator[str]:
    """All that stands in a file, uncompressed."""
    if path.suffix == ".xlsx":
        with ZipFile(path) as book:
            for name in book.namelist():
                yield book.read(name).decode()
    elif path.suffix.endswith("parquet"):
        file = pq.ParquetFile(path)
        yield str(file.metadata.metadata)
        for column in file.read().columns:
            yield "\n".join(map(str, column.to_pylist()))
    else:
        yield path.read_text("utf-8")


@law("L08")
def test_no_form_and_no_data_set_holds_a_personal_canary(
    analysed: Analysed, files: dict[Form, Path], tmp_path: Path
) -> None:
    search, house = Search(analysed.planted), analysed.gateway.house
    for form in (Form.PARQUET, Form.GEOPARQUET):
        order = Order(tmp_path / form.value, "fire-17a", form)
        export(analysed.desk(), order, "operator", tmp_path / "staging", signer_of(house))
    own = Order(tmp_path / "counts", "fire-17a", what=COUNTS)
    export(analysed.desk(), own, "operator", tmp_path / "staging", signer_of(house))
    written = [path for path in tmp_path.rglob("*") if path.is_file()]

    for path in (*files.values(), *written):
        for text in texts_in(path):
            search.look(path.name, text)
    assert len(written) > len(files)
    assert search.found == set()


def office(folder: Path, found: list[Path], *more: str) -> dict[str, list[list[str]]]:
    """Open files in LibreOffice and have it write each sheet as it shows it, by name of file and sheet."""
    soffice = program("soffice", "libreoffice-calc-nogui")
    shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    out = folder / f"shown{len(more)}"
    asked = [soffice, "--headless", profile, *more, "--convert-to", shown, "--outdir", str(out)]
    subprocess.run(
        [*asked, *map(str, found)], check=True, capture_output=True, timeout=OFFICE_SECONDS
    )
    return {
        path.stem: list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        for path in sorted(out.glob("*.csv"))
    }


def test_libreoffice_shows_every_row_and_runs_no_formula(
    files: dict[Form, Path], own: pl.DataFrame, tmp_path: Path
) -> None:
    rows = pl.concat([own.head(1)] * len(RISKY)).with_columns(
        source_category_label=pl.Series(RISKY), id=pl.Series([f"r{at}" for at in range(len(RISKY))])
    )
    about = About("Risky", "2026-11-26T06:00:00Z", "s", "p", "OFFICIAL", RECORD_COLUMNS)
    for form in (Form.CSV, Form.XLSX):
        with (tmp_path / f"risky.{form.value}").open("wb") as sink:
            FORMS[form].write([rows], about, sink)
    bare = tmp_path / "bare.csv"
    bare.write_bytes(b'\xef\xbb\xbf"a"\r\n"=1+1"\r\n')

    read = office(tmp_path, [files[Form.XLSX], tmp_path / "risky.xlsx"])
    read |= office(
        tmp_path, [files[Form.CSV], tmp_path / "risky.csv", bare], "--infilter=CSV:44,34,76,1"
    )

    assert read["bare-bare"][1] == ["2"], "LibreOffice runs what is not made harmless"
    assert ["column", "type", "what it is", "values"] in read["incidents-Read me"]
    known = flat(own)
    for name in ("incidents-Rows", "incidents-incidents"):
        heading, *lines = read[name]
        assert heading == RECORD_SCHEMA.names()
        shown = {line[0]: dict(zip(heading, line, strict=True)) for line in lines}
        assert shown.keys() == known.keys()
        for one, cells in shown.items():
            ours = known[one]
            assert cells["version"] == str(ours["version"])
            assert cells["occurred_day"] == str(ours["occurred_day"] or "")
            assert cells["source_category_label"].lstrip("'") == (
                ours["source_category_label"] or ""
            )
            longitude = ours["place_longitude"]
            shown_at = cells["place_longitude"]
            assert (float(shown_at) if shown_at else None) == (
                None if longitude is None else pytest.approx(longitude)
            )
    for name in ("risky-Rows", "risky-risky"):
        at = read[name][0].index("source_category_label")
        texts = [line[at] for line in read[name][1:]]
        assert [text.lstrip("'") for text in texts] == [one.lstrip("'") for one in RISKY]


@pytest.fixture(scope="module")
def who(analysed: Analysed) -> tuple[str, str]:
    """Name and password of an analyst's tool."""
    house = analysed.gateway.house
    house.writer.run(put_account(PERSON, house.act("operator"), house.clock.now()))
    made = a_credential(house, PERSON.account, "python")
    return made.credential.id, made.password


@pytest.fixture(scope="module")
def printed(analysed: Analysed) -> dict[str, str]:
    """The lines to copy, as the page shows them."""
    need_assets()
    reading = signed_in(analysed.gateway, PERSON)
    query = "?subscription=fire-17a&place=district&first=2026-01&last=2026-10"
    page = html.fromstring(reading.get(f"/console/analysis/downloads{query}").text)
    return {
        one.get("id"): one.text_content() for one in page.xpath("//pre[@class='copy__text']")
    } | {
        row.xpath("./th")[0].text: row.xpath("./td")[-1].text
        for row in page.xpath("//table[contains(caption, 'as one file')]/tbody/tr")
    }


def test_lines_to_copy_run_as_they_are_printed(
    analysed: Analysed,
    who: tuple[str, str],
    printed: dict[str, str],
    tmp_path: Path,
    own: pl.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All but what no machine here can run: Power Query M and R, whose address is looked at below."""
    program("ogrinfo", "gdal-bin")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_ACCOUNT", who[0])
    monkeypatch.setenv("GATEWAY_PASSWORD", who[1])
    monkeypatch.setenv("GDAL_HTTP_TIMEOUT", "20")
    gateway = analysed.gateway
    ids = own["id"].to_list()
    cells = gateway.call("GET", printed["counts"].removeprefix(gateway.url), "fire-analyst").json()
    counted = sum(one["count"] for one in cells["cells"])
    assert counted > 0

    def ran(name: str) -> dict[str, Any]:
        space: dict[str, Any] = {}
        exec(printed[name], space)  # noqa: S102 - what the page tells analysts to run
        return space

    for tool in ("pandas", "polars"):
        assert ran(tool)["table"]["count"].sum() == counted, tool
        assert sorted(ran(f"{tool}-records")["records"]["id"]) == ids, tool
    read = ran("duckdb")["duckdb"].sql("SELECT sum(count) FROM 'gateway.csv'").fetchall()
    assert read == [(counted,)]
    read = ran("duckdb-records")["duckdb"].sql("SELECT count(*) FROM 'gateway.parquet'").fetchall()
    assert read == [(len(ids),)]
    Path("gateway.csv").unlink()
    for name in ("curl", "curl-records", "gdal"):
        done = subprocess.run(
            ["/bin/bash", "-ec", printed[name]], check=True, capture_output=True, timeout=60
        )
        if name == "gdal":
            assert f"Feature Count: {len(ids)}" in done.stdout.decode()
    assert Path("gateway.csv").read_text("utf-8-sig").startswith('"kind",')
    assert Path("gateway.xlsx").read_bytes().startswith(b"PK")


def test_every_address_to_copy_answers_a_tool_in_the_form_it_names(
    analysed: Analysed, who: tuple[str, str], printed: dict[str, str]
) -> None:
    for form in Form:
        answer = analysed.gateway.http.get(printed[form.value], auth=who)
        assert answer.status_code == 200, form
        assert answer.headers["content-type"] == FORMS[form].media_type
    for tool in ("power-query", "r"):
        (address,) = re.findall(r'"(http[^"]+)"', printed[tool])
        assert address == printed["counts"]
        answer = analysed.gateway.http.get(address, auth=who, headers={"Accept": "text/csv"})
        assert answer.status_code == 200
        assert answer.text.startswith("\ufeff")
        assert dict(parse_qsl(urlsplit(address).query))["subscription"] == "fire-17a"
    for text in printed.values():
        assert who[1] not in text
