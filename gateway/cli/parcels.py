"""A file as parcels of so many records, each a body like one that a system would push.

A delimited file is cut between records, not lines: the same reader that the adapters use says where a
quoted line break ends, over bytes shown as Latin-1, so that any encoding comes out as it went in.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, cast

from adapters.faults import BODY_RULES
from gateway.cli import Exit
from gateway.cli.documents import FileUnreadable
from gateway.cli.terminal import Stopped
from gateway.errors import BodyUnreadable, MediaTypeNotTaken
from gateway.intake.received import CSV_TYPE, JSON_TYPE, NDJSON_TYPES, XML_TYPES
from gateway.intake.received import media_type_of as named_media_type
from gateway.intake.wire import NotJson, strict_json, unreadable
from schemas.problems import ProblemError

_BOM = "\xef\xbb\xbf"
"""The UTF-8 byte order mark as Latin-1 shows it."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parcel:
    """A body, and how far into the file on disk it reaches."""

    body: bytes
    read: int


def media_type_of(path: Path) -> str:
    """Return the media type that a file's name says, ``.gz`` aside.

    Raises:
        Stopped: The name says none.
    """
    found = named_media_type(path.name.lower().removesuffix(".gz"))
    if found is None:
        raise Stopped(
            "The file's name does not say what it holds.",
            "Name it .csv, .ndjson, .jsonl, .json or .xml (or with .gz), or give --media-type.",
            Exit.USAGE,
        )
    return found


def look_over(path: Path, media_type: str) -> None:
    """Read a file once, so that nothing of it is recorded where it breaks off or cannot be CSV.

    Raises:
        FileUnreadable: It cannot be read to its end.
        BodyUnreadable: It is delimited and holds NUL bytes.
    """
    is_csv = _name(media_type) == CSV_TYPE
    with _opened(path) as (stream, _):
        while chunk := stream.read(_CHUNK):
            if is_csv and b"\0" in chunk:
                raise BodyUnreadable(errors=(_NUL,))


_NUL = ProblemError(pointer="", rule="body.nul", says=BODY_RULES["body.nul"])


def parcels(path: Path, media_type: str, records: int, delimiter: str) -> Iterator[Parcel]:
    """Cut a file into parcels of at most so many records; at least one parcel.

    Args:
        path: The file, plain or gzip.
        media_type: What it holds.
        records: Records in a parcel at most; XML, and a JSON document that is no list, is one parcel.
        delimiter: Between the cells of a delimited file.

    Raises:
        FileUnreadable: It cannot be read.
        BodyUnreadable: It says JSON and is none.
        MediaTypeNotTaken: It is none of CSV, NDJSON, JSON, XML.
    """
    name = _name(media_type)
    with _opened(path) as (stream, disk):
        if name == CSV_TYPE:
            bodies = _delimited(stream, records, delimiter)
        elif name in NDJSON_TYPES:
            bodies = _lines(stream, records)
        elif name == JSON_TYPE:
            bodies = _document(stream.read(), records)
        elif name in XML_TYPES:
            bodies = _whole(stream)
        else:
            raise MediaTypeNotTaken
        with closing(bodies):  # before the file is, where nobody wants the rest
            for body in bodies:
                yield Parcel(body, disk.tell())


def _name(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file's content, and the file on disk, whose position tells how far we are."""
    try:
        with path.open("rb") as disk:
            if path.suffix.lower() != ".gz":
                yield disk, disk
                return
            with gzip.open(disk) as unpacked:
                yield cast("BinaryIO", unpacked), disk
    except (OSError, EOFError, zlib.error):  # a gzip file that breaks off raises EOFError
        raise FileUnreadable from None


class _Tape:
    """Lines on their way to the CSV reader, kept until the record that they belong to is whole."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._kept.append(line)
        return line

    def take(self) -> str:
        """Return the lines of the record just read, as they came."""
        raw, self._kept = "".join(self._kept), []
        return raw


def _delimited(stream: BinaryIO, records: int, delimiter: str) -> Generator[bytes]:
    text = io.TextIOWrapper(stream, encoding="latin-1", newline="")
    try:
        first = text.readline()
        mark = _BOM if first.startswith(_BOM) else ""
        tape = _Tape(chain([first.removeprefix(_BOM)] if first else [], text))
        read = (tape.take() for _ in csv.reader(tape, delimiter=delimiter))
        whole = (record for record in read if not _is_blank(record))
        head = mark + next(whole, "")
        part = list(islice(whole, records))
        yield (head + "".join(part)).encode("latin-1")
        while part := list(islice(whole, records)):
            yield (head + "".join(part)).encode("latin-1")
    finally:
        text.detach()  # the stream is closed by whoever opened it


def _is_blank(record: str) -> bool:
    # only what is blank in every encoding; the adapter passes over the rest
    return not record.strip(" \t\r\n")


def _lines(stream: BinaryIO, records: int) -> Generator[bytes]:
    lines = (line for line in stream if line.strip())
    yield b"".join(islice(lines, records))
    while part := list(islice(lines, records)):
        yield b"".join(part)


def _whole(stream: BinaryIO) -> Generator[bytes]:
    yield stream.read()


def _document(body: bytes, records: int) -> Generator[bytes]:
    try:
        document = strict_json(body)
    except NotJson as fault:
        raise unreadable(fault) from None
    if not isinstance(document, list) or len(document) <= records:
        yield body
        return
    for start in range(0, len(document), records):
        yield json.dumps(document[start : start + records]).encode()
