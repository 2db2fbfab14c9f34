"""A file cut into parcels is the same file: no record is torn, lost or changed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.tabular import Column, Dialect, read_rows
from gateway.cli.documents import FileUnreadable
from gateway.cli.parcels import look_over, media_type_of, parcels
from gateway.cli.terminal import Stopped
from gateway.errors import BodyUnreadable, MediaTypeNotTaken

HEADER = b"REF,TEXT\r\n"
CELLS = st.text(st.sampled_from('ab",;\r\n\x85\xa0 \u00e9\u201c'), max_size=12)


def cut(path: Path, content: bytes, records: int, media_type: str = "text/csv") -> list[bytes]:
    path.write_bytes(content)
    return [parcel.body for parcel in parcels(path, media_type, records, ",")]


def as_read(body: bytes, encoding: str) -> list[object]:
    dialect = Dialect(",", encoding)  # type: ignore[arg-type] # one of the two
    rows = read_rows(body, "text/csv", dialect, (Column("REF"), Column("TEXT")))
    return [dict(row) or row.__class__.__name__ for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
@example(rows=[("", '\n"')], records=1, raw=True)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12),
    records=st.integers(1, 5),
    raw=st.booleans(),
)
def test_parcels_hold_the_rows_of_the_whole_file(
    tmp_path_factory: pytest.TempPathFactory,
    encoding: str,
    rows: list[tuple[str, str]],
    records: int,
    raw: bool,
) -> None:
    def written(cell: str) -> str:
        return cell if raw else '"' + cell.replace('"', '""') + '"'

    lines = [f"{written(a)},{written(b)}\r\n" for a, b in rows]
    body = HEADER + "".join(lines).encode(encoding, "ignore")
    path = tmp_path_factory.mktemp("parcels") / "file.csv"

    whole = as_read(body, encoding)
    parts = [row for part in cut(path, body, records) for row in as_read(part, encoding)]

    assert parts == whole


def test_a_quoted_line_break_does_not_end_a_record(tmp_path: Path) -> None:
    body = HEADER + b'1,"two\r\nlines"\r\n2,5" pipe\r\n3,end'

    parts = cut(tmp_path / "a.csv", body, 1)

    assert parts == [
        HEADER + b'1,"two\r\nlines"\r\n',
        HEADER + b'2,5" pipe\r\n',
        HEADER + b"3,end",
    ]


def test_a_byte_order_mark_stands_before_every_parcel(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    body = mark + b'"REF","TEXT"\n1,\xc3\xa9\n2,b\n'

    parts = cut(tmp_path / "a.csv", body, 1)

    assert [part.startswith(mark) for part in parts] == [True, True]
    assert len(parts) == 2


def test_a_file_without_rows_is_one_parcel(tmp_path: Path) -> None:
    assert cut(tmp_path / "a.csv", HEADER, 5) == [HEADER]
    assert cut(tmp_path / "a.csv", b"", 5) == [b""]
    assert cut(tmp_path / "a.ndjson", b"\n\n", 5, "application/x-ndjson") == [b""]


def test_lines_of_ndjson_keep_their_order_and_blank_ones_go(tmp_path: Path) -> None:
    parts = cut(tmp_path / "a.ndjson", b'{"a":1}\n\n{"a":2}\n{"a":3}', 2, "application/x-ndjson")

    assert parts == [b'{"a":1}\n{"a":2}\n', b'{"a":3}']


def test_a_json_list_is_cut_and_an_object_is_not(tmp_path: Path) -> None:
    listed = json.dumps([{"n": number} for number in range(5)]).encode()
    wrapped = b'{"records": [1, 2, 3]}'

    parts = cut(tmp_path / "a.json", listed, 2, "application/json")

    assert [len(json.loads(part)) for part in parts] == [2, 2, 1]
    assert cut(tmp_path / "b.json", wrapped, 2, "application/json") == [wrapped]
    with pytest.raises(BodyUnreadable):
        cut(tmp_path / "c.json", b'[{"a": NaN}]', 2, "application/json")


def test_a_gzip_file_is_read_and_a_broken_one_refused_before_anything(tmp_path: Path) -> None:
    packed = gzip.compress(HEADER + b"1,a\n" * 50_000)
    path = tmp_path / "a.csv.gz"

    assert len(cut(path, packed, 20_000)) == 3
    path.write_bytes(packed[:-20])
    with pytest.raises(FileUnreadable):
        look_over(path, "text/csv")
    with pytest.raises(FileUnreadable):
        look_over(tmp_path / "absent.csv", "text/csv")


def test_nul_in_a_delimited_file_is_found_before_anything(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER + b"1,a\x00\n")

    with pytest.raises(BodyUnreadable):
        look_over(path, "text/csv; charset=utf-8")


def test_the_name_says_the_media_type(tmp_path: Path) -> None:
    assert media_type_of(Path("A.CSV.gz")) == "text/csv"
    assert media_type_of(Path("a.jsonl")) == "application/x-ndjson"
    assert media_type_of(Path("a.json")) == "application/json"
    with pytest.raises(Stopped):
        media_type_of(Path("a.xlsx"))
    with pytest.raises(MediaTypeNotTaken):
        cut(tmp_path / "a.csv", HEADER, 1, "text/plain")
