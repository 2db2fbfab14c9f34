"""The files of an edition of geography: plain, gzipped or zipped, opened one after another."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from gateway.cli.documents import FileUnreadable

LARGEST: Final = 4 * 1024 * 1024 * 1024
"""Bytes that one file may unpack to."""

_HEADERS = "header"
_IN_PARTS = "multi_csv"
_UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


@contextmanager
def unpacking() -> Iterator[None]:
    """Turn what a broken file raises while it is read into one refusal.

    Raises:
        FileUnreadable: It cannot be read or unpacked.
    """
    try:
        yield
    except _UNREADABLE:
        raise FileUnreadable from None


def content(file: Path) -> bytes:
    """Return a whole file, unpacked where it is gzipped.

    Raises:
        FileUnreadable: It cannot be read.
    """
    with unpacking():
        data = file.read_bytes()
        return gzip.decompress(data) if file.suffix.lower() == ".gz" else data


def digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of files joined in their order, in hex: a zip as it is, else what is in it.

    Raises:
        FileUnreadable: One cannot be read.
    """
    whole = hashlib.sha256()
    with unpacking():
        for file in files:
            with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as opened:
                while part := opened.read(1 << 20):
                    whole.update(part)
    return whole.hexdigest()


def opened(files: Sequence[Path]) -> Iterator[BinaryIO]:
    """Open every list in the files, one after another; files of column names come first.

    Of a zip only CSV files count, and not those that hold the same again in parts. Use inside
    ``unpacking``.
    """
    for file in sorted(files, key=lambda one: _HEADERS not in one.name.casefold()):
        match file.suffix.lower():
            case ".gz":
                with gzip.open(file) as plain:
                    yield plain  # type: ignore[misc] # it reads as any other
            case ".zip":
                yield from _members(file)
            case _:
                with file.open("rb") as plain:
                    yield plain


def _members(file: Path) -> Iterator[BinaryIO]:
    with zipfile.ZipFile(file) as archive:
        lists = [one for one in archive.infolist() if one.filename.casefold().endswith(".csv")]
        lists = _data(lists)
        if sum(one.file_size for one in lists) > LARGEST:
            raise FileUnreadable
        for member in lists:
            with archive.open(member) as plain:
                yield plain  # type: ignore[misc] # it reads as any other


def _data(lists: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Choose the data among the lists of an archive: publishers add documents and copies in parts."""
    headers = [one for one in lists if _HEADERS in one.filename.casefold()]
    data = [one for one in lists if "data" in map(str.casefold, PurePosixPath(one.filename).parts)]
    whole = [one for one in data if _IN_PARTS not in one.filename.casefold()]
    chosen = whole or data or [one for one in lists if one not in headers]
    return [*headers, *[one for one in chosen if one not in headers]]


def month_named(files: Sequence[Path]) -> str | None:
    """Return the month that a file's name gives, such as ``2025-02`` for ``ONSPD_FEB_2025_UK.csv``."""
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    for file in files:
        words = file.name.casefold().replace(".", "_").split("_")
        for word, year in itertools.pairwise(words):
            if word[:3] in months and len(year) == len("2025") and year.isdigit():
                return f"{year}-{months.index(word[:3]) + 1:02d}"
    return None


def last_month(contents: Sequence[bytes]) -> str | None:
    """Return the last month that the files' first rows name: what an edition of points is called."""
    months = []
    for one in contents:
        lines = io.StringIO(one[:65_536].decode("utf-8-sig", errors="replace"), newline="")
        row = next(csv.DictReader(lines), {})
        months.append((row.get("Month") or "").strip())
    return max(months) if months and all(months) else None
