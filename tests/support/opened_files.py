"""All that stands in a file, compressed or not: a search of the bytes of XLSX or Parquet proves nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import python_calamine

_PARQUET = b"PAR1"


def opened(data: bytes) -> Iterator[bytes]:
    """Yield the bytes as they are, or where they are an archive or columns, all that is in them.

    Zip members with their names, and the values of a workbook's sheets; of Parquet the names, the metadata of
    file and columns with the least and greatest of each, and every value. Instants also as seconds.
    """
    if data.startswith(_PARQUET):
        yield from _of_columns(data)
    elif data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)):
        archive = zipfile.ZipFile(io.BytesIO(data))
        for member in archive.infolist():
            yield member.filename.encode() + b"\n" + member.comment + member.extra
            yield from opened(archive.read(member))
        if "xl/workbook.xml" in archive.namelist():
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            for name in book.sheet_names:
                rows = book.get_sheet_by_name(name).to_python()
                yield _lines(value for row in rows for value in row)
    else:
        yield data


def _of_columns(data: bytes) -> Iterator[bytes]:
    file = pq.ParquetFile(io.BytesIO(data))
    said = {**(file.schema_arrow.metadata or {}), **(file.metadata.metadata or {})}
    yield b"\n".join(part for pair in said.items() for part in pair)
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        for at in range(group.num_columns):
            known = group.column(at).statistics
            if known is not None and known.has_min_max:
                yield _lines((group.column(at).path_in_schema, known.min, known.max))
    table = file.read()
    for name, column in zip(table.column_names, table.columns, strict=True):
        yield _lines((name, *_flat(column.to_pylist())))


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        elif isinstance(value, dict):
            yield from _flat([*value, *value.values()])
        else:
            yield value


def _lines(values: Any) -> bytes:
    return b"\n".join(map(_said, values))


def _said(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, datetime):
        at = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return f"{value} {int(at.timestamp())}".encode()
    return str(value).encode()
