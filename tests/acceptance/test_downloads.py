"""Whole answers as files: the reader's own records, in every form, in ranges, and gone when the law moves."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

import httpx
import polars as pl
import pytest
from pydantic_core import from_json
from python_calamine import CalamineWorkbook

from gateway.analysis.written.forms import Form
from gateway.api import downloads, ranged
from gateway.audit.verify import verify
from gateway.ledger.receipt import HEADER
from schemas.released import DepersonalisedIncident, NoticeKind
from tests.support import house as houses
from tests.support.analysed import Analysed, analysed_gateway, own_records
from tests.support.canaries import Search

pytestmark = pytest.mark.on_sqlite


@pytest.fixture(scope="module")
def analysed(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysed]:
    with analysed_gateway(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module")
def own(analysed: Analysed) -> dict[str, DepersonalisedIncident]:
    return {one.id: one for one in own_records(analysed.gateway)}


@pytest.fixture(scope="module")
def token(analysed: Analysed) -> str:
    return analysed.gateway.token("fire-analyst")


class Client:
    """Asks as the fire authority's analyst."""

    def __init__(self, analysed: Analysed, token: str) -> None:
        self._analysed, self._token = analysed, token

    def __call__(self, method: str = "GET", path: str = "download", **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", **query.pop("headers", {})}
        gateway = self._analysed.gateway
        return gateway.http.request(
            method,
            f"{gateway.url}/v1/incidents/{path}".rstrip("/"),
            params={"subscription": "fire-17a", **query},
            headers=headers,
        )

    def leaves(self) -> int:
        return self._analysed.gateway.house.reader.head().ledger_size


@pytest.fixture(scope="module")
def ask(analysed: Analysed, token: str) -> Client:
    return Client(analysed, token)


def ids(form: Form, body: bytes) -> list[str]:
    if form is Form.JSON:
        return [one["id"] for one in json.loads(body)["records"]]
    if form is Form.NDJSON:
        return [json.loads(line)["id"] for line in body.splitlines()]
    if form is Form.CSV:
        return [row["id"] for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))]
    if form is Form.XLSX:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        header, *rows = book.get_sheet_by_name("Rows").to_python()
        return [str(row[header.index("id")]) for row in rows]
    return pl.read_parquet(io.BytesIO(body))["id"].to_list()


@pytest.mark.parametrize("form", list(Form))
def test_a_download_holds_the_readers_own_records_and_no_canary(
    ask: Client, own: dict[str, DepersonalisedIncident], analysed: Analysed, form: Form
) -> None:
    answer = ask(format=form.value)
    search = Search(analysed.planted)

    assert answer.status_code == 200, answer.text
    assert sorted(ids(form, answer.content)) == sorted(own)
    assert re.fullmatch(
        r'attachment; filename="incidents-fire-17a-2026-11-23\.[a-z.]+"',
        answer.headers["content-disposition"],
    )
    assert 'rel="describedby"' in answer.headers["link"]
    assert HEADER in answer.headers
    for text in (answer.content.decode("utf-8", "replace"), str(answer.headers.raw)):
        search.look("download", text)
    assert search.found == set()
    page = ask(path="", format=form.value, limit=1_000)
    assert page.headers["content-type"] == answer.headers["content-type"]
    if form is not Form.JSON:
        assert sorted(ids(form, page.content)) == sorted(own)


def test_a_filter_and_fields_are_those_of_a_page(
    ask: Client, own: dict[str, DepersonalisedIncident]
) -> None:
    query = {"kind": "asb_incident", "fields": "id,place_code,reported", "sort": "-reported"}
    rows = list(csv.DictReader(io.StringIO(ask(**query).content.decode("utf-8-sig"))))
    page = ask(path="", **query, limit=1_000).json()["records"]

    assert list(rows[0]) == ["id", "reported", "reported_at", "reported_day", "place_code"]
    assert [row["id"] for row in rows] == [one["id"] for one in page]
    assert {row["id"] for row in rows} == {k for k, v in own.items() if v.kind == "asb_incident"}
    assert all(one.keys() <= {"id", "place", "reported"} for one in page)
    assert all(one["place"].keys() <= {"code"} for one in page if "place" in one)


def test_ranges_are_one_disclosure_and_reassemble_to_the_same_bytes(ask: Client) -> None:
    head = ask("HEAD", format="parquet", sort="occurred")
    size, tag = int(head.headers["content-length"]), head.headers["etag"]
    before, dice = ask.leaves(), Random("ranges")
    cuts = sorted({0, size, *(dice.randrange(size) for _ in range(6))})
    parts = []
    for start, stop in pairwise(cuts):
        conditional = {"If-Range": tag} if dice.random() < 0.5 else {}
        headers = {"Range": f"bytes={start}-{stop - 1}", **conditional}
        part = ask(format="parquet", sort="occurred", headers=headers)
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
        parts.append(part.content)
    last = ask(format="parquet", sort="occurred", headers={"Range": "bytes=-8"})
    whole = ask(format="parquet", sort="occurred")

    assert head.content == b""
    assert b"".join(parts) == whole.content
    assert last.content == whole.content[-8:]
    assert whole.headers["etag"] == tag
    assert ask.leaves() == before
    assert ask(format="csv", sort="occurred").status_code == 200
    assert ask.leaves() == before + 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "bytes=99999999-"}, 416),
        ({"Range": "bytes=-0"}, 416),
        ({"Range": "bytes=5-2"}, 200),
        ({"Range": "bytes=0-1,4-5"}, 200),
        ({"Range": "lines=0-1"}, 200),
        ({"Range": "bytes=0-1", "If-Range": '"other"'}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Match": "*"}, 200),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": "*"}, 304),
    ],
)
def test_conditions_and_ranges_are_those_of_rfc_9110(
    ask: Client, headers: dict[str, str], status: int
) -> None:
    answer = ask(format="ndjson", headers=headers)

    assert answer.status_code == status
    if status == 416:
        size = ask("HEAD", format="ndjson").headers["content-length"]
        assert answer.headers["content-range"] == f"bytes */{size}"
    if status == 304:
        assert answer.content == b""


def test_a_page_that_one_has_is_not_sent_again(ask: Client) -> None:
    first = ask(path="", limit=5)
    again = ask(path="", limit=5, headers={"If-None-Match": first.headers["etag"]})
    head = ask("HEAD", path="", limit=5)

    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 100
    assert head.headers["etag"] == first.headers["etag"]


def test_it_is_gone_when_a_record_or_the_law_moves(ask: Client, analysed: Analysed) -> None:
    house = analysed.gateway.house
    part = {"Range": "bytes=0-9"}
    for move in (
        lambda: houses.change(house, NoticeKind.RESTRICTED, ["s20"]),
        lambda: analysed.gateway.subscribe("fire-other", "llr-fire"),
    ):
        tag = ask("HEAD", format="csv").headers["etag"]
        move()
        gone = ask(format="csv", headers=part)
        assert (gone.status_code, gone.json()["type"][-13:]) == (410, "download_gone")
        anew = ask(format="csv", headers={**part, "If-Range": tag})
        assert anew.status_code == 200 if anew.headers["etag"] != tag else 206
    houses.change(house, NoticeKind.LIFTED, ["s20"])


def test_it_breaks_off_where_the_law_moves_on_the_way_and_the_ledger_says_so(
    ask: Client, analysed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranged, "PIECE", 4_096)
    real, looks = downloads.still_stands, iter(range(100))

    def still_stands(desk: Any, whole: Any) -> bool:
        if next(looks) == 2:
            analysed.gateway.subscribe("fire-further", "llr-fire")
        return real(desk, whole)

    monkeypatch.setattr(downloads, "still_stands", still_stands)
    with pytest.raises(httpx.RemoteProtocolError):
        ask(format="json", sort="-recorded")
    reader = analysed.gateway.house.reader
    said = from_json(reader.leaf(reader.head().ledger_size - 1)[0])  # type: ignore[index]

    assert (said["operation"], said["reason"]) == ("broken_off", "moved-while-sent")
    assert said["disclosed"] == 2 * 4_096


def test_another_partys_subscription_is_not_found(ask: Client) -> None:
    for method in ("GET", "HEAD"):
        assert ask(method, subscription="university-17a").status_code == 404
        assert ask(method, subscription="none").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"format": "exe"}, 422),
        ({"limit": "5"}, 422),
        ({"after": "x"}, 422),
        ({"fields": "colour"}, 422),
        ({"colour": "red"}, 422),
        ({"fields": "uprn"}, 400),
        ({"sort": "address_text"}, 400),
        ({"source_reference": "x"}, 400),
        ({"stage": "warning"}, 403),
    ],
)
def test_what_is_no_question_is_refused_without_a_value(
    ask: Client, query: dict[str, str], status: int
) -> None:
    answer = ask(**query)
    assert answer.status_code == status
    for value in {"exe", "colour", "red", "uprn", "address_text"} & set(query.values()):
        assert value not in answer.text
    if "stage" in query:
        assert "section_17a.stage_is_not_prescribed" in answer.text


def test_it_is_one_leaf_that_repeats_no_filter(ask: Client, analysed: Analysed) -> None:
    ask(format="json", kind="crime", fields="id")
    reader = analysed.gateway.house.reader
    said = from_json(reader.leaf(reader.head().ledger_size - 1)[0])  # type: ignore[index]

    assert (said["operation"], said["format"], said["fields"]) == ("export", "json", ["id"])
    assert {"filter_sha256", "content_sha256", "log_size", "snapshot", "count"} <= said.keys()
    assert "crime" not in str(said)


def test_the_dictionary_names_every_column_with_its_codes(ask: Client) -> None:
    told = ask(path="dictionary").json()["columns"]
    table = ask(path="dictionary", format="csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    download = ask(format="csv").content.decode("utf-8-sig")

    columns = next(csv.reader(io.StringIO(download)))
    assert [one["column"] for one in told if one["table"] == "incidents"] == columns
    behaviour = next(one for one in told if one["column"] == "typology_behaviour")
    assert len(behaviour["codes"]) == 16
    assert all(one["says"] and one["type"] and one["source"] for one in told)
    assert {row["table"] for row in rows} == {"incidents", "statistics"}
    assert len(rows) == len(told) + sum(len(one["codes"]) for one in told)


def test_the_house_is_whole(analysed: Analysed) -> None:
    house = analysed.gateway.house
    assert verify(house.database, house.keys).findings == ()
