"""Rows out of bodies: delimited text with a header, and JSON objects keyed by the same columns.

A row that is broken by itself (ragged, too long, a quotation mark left open, bytes that its encoding
does not know) becomes a ``BrokenRow`` and goes to quarantine; the rows around it are kept. Columns
are found by name, whatever their case and blanks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Literal

from typing_extensions import override

from adapters.cells import MAX_FIELD, cell_text, has_surrogate
from adapters.faults import fault
from adapters.placing import Crosswalk, Placement
from adapters.source import DELIMITED, JSON, BodyUnreadable, CannotMap, Kept, Outcome, Row
from schemas.receipts import FieldFault

Encoding = Literal["windows-1252", "utf-8"]
Delimiter = Literal[",", ";", "|", "\t"]

# The standard limit of 131,072 characters would end the file at one over-long field; with it out of
# the way such a field is a broken row. The body's own size is limited before it comes here.
csv.field_size_limit(2**31 - 1)

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_CHARSETS: Final[dict[str, Encoding]] = {
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "us-ascii": "utf-8",
}
_BOM: Final = b"\xef\xbb\xbf"
_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_END: Final = "\0"
"""Read after the last line. No body holds a NUL, so a row that holds this one was never closed."""

_PLAIN: Final = 500
"""Characters up to which plain text needs no closer look; nearly every cell of a JSON row is such."""


def fold(name: str) -> str:
    """A column name without case and blanks."""
    return "".join(name.split()).casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a feed, by the name that its settings give it."""

    name: str
    needed: bool = False
    """Whether a file without it is refused."""
    many: bool = False
    """Whether a JSON list of plain values may stand in it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written."""

    delimiter: Delimiter
    encoding: Encoding
    """Used where neither a byte order mark nor the media type names one."""


class CsvRow(Mapping[str, JSON]):
    """One row of a delimited file. Cells stay a list: most are looked at once, by position."""

    __slots__ = ("cells", "header")

    def __init__(self, header: Header, cells: list[str]) -> None:
        self.header = header
        self.cells = cells

    @override
    def __getitem__(self, name: str) -> str:
        return self.cells[self.header.first[name]]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.header.first)

    @override
    def __len__(self) -> int:
        return len(self.header.first)


class BrokenRow(Mapping[str, JSON]):
    """A row that could not be taken apart: it has a rule that it broke, and no content."""

    __slots__ = ("rule",)

    def __init__(self, rule: str) -> None:
        self.rule = rule

    @override
    def __getitem__(self, name: str) -> str:
        raise KeyError

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0


class Header:
    """The header of one file, matched with the columns of a feed."""

    def __init__(self, names: list[str], columns: Sequence[Column]) -> None:
        folded = [fold(name) for name in names]
        wanted = [fold(column.name) for column in columns]
        self._refuse(folded, wanted, columns)
        self.columns = columns
        self.width = len(names)
        self.first = {name: folded.index(fold(name)) for name in reversed(names)}
        # A column that the file does not have is read from one empty cell behind the last.
        self.positions = [folded.index(name) if name in folded else self.width for name in wanted]
        self.pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(*self.positions)
        self.others = [at for at, name in enumerate(folded) if name not in wanted]

    @staticmethod
    def _refuse(folded: list[str], wanted: list[str], columns: Sequence[Column]) -> None:
        named = list(zip(wanted, columns, strict=True))
        missing = [column.name for name, column in named if column.needed and name not in folded]
        if missing:
            raise BodyUnreadable("header.column_missing", tuple(missing))
        twice = [column.name for name, column in named if folded.count(name) > 1]
        if twice:
            raise BodyUnreadable("header.column_twice", tuple(twice))


ReadCells = Callable[[list[str], bool], Outcome]
"""Makes the outcome of one row of its cells in the order of the feed's columns, stripped, absent ones
empty; and of whether a column that the settings do not name held a value."""


def read_rows(
    body: bytes, media_type: str, dialect: Dialect, columns: Sequence[Column]
) -> Iterator[Row]:
    """Read a delimited body.

    Raises:
        BodyUnreadable: At the call: empty, NUL bytes, unknown charset, or a header without a needed
            column or with one of ours twice.
    """
    text, has_unknown_bytes = _decoded(body, media_type, dialect)
    lines = _LINES.findall(text)
    records = csv.reader([*lines, _END], delimiter=dialect.delimiter)
    names = next((cells for cells in records if not _is_blank(cells)), [_END])
    if names[0] == _END:
        raise BodyUnreadable("body.empty")
    if any(_END in name for name in names) or has_surrogate("".join(names)):
        raise BodyUnreadable("header.unreadable")
    header = Header(names, columns)
    return _rows(records, header, check_bytes=has_unknown_bytes)


def _decoded(body: bytes, media_type: str, dialect: Dialect) -> tuple[str, bool]:
    """The text of a body, and whether it holds bytes that its encoding does not know."""
    if b"\0" in body:
        raise BodyUnreadable("body.nul")
    named = _CHARSET.search(media_type)
    encoding = _CHARSETS.get(named[1].casefold()) if named else dialect.encoding
    if body.startswith(_BOM):
        encoding, body = "utf-8", body[len(_BOM) :]
    if encoding is None:
        raise BodyUnreadable("body.charset_unknown")
    try:
        return body.decode(encoding), False
    except UnicodeDecodeError:
        return body.decode(encoding, errors="surrogateescape"), True


def _rows(records: Iterator[list[str]], header: Header, *, check_bytes: bool) -> Iterator[Row]:
    for cells in records:
        if _is_blank(cells) or cells == [_END]:
            continue
        rule = _broken(cells, header.width, check_bytes=check_bytes)
        if rule:
            yield BrokenRow(rule)
        else:
            cells.append("")
            yield CsvRow(header, cells)


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and not cells[0].strip())


def _broken(cells: list[str], width: int, *, check_bytes: bool) -> str:
    """The rule that a row breaks by itself, or nothing."""
    if cells[-1].endswith(_END):
        return "row.quote_not_closed"
    if len(cells) != width:
        return "row.too_few_fields" if len(cells) < width else "row.too_many_fields"
    if max(map(len, cells)) > MAX_FIELD:
        return "row.field_too_long"
    if check_bytes and has_surrogate("".join(cells)):
        return "row.not_in_encoding"
    return ""


class TabularMapper:
    """A mapper over columns: it finds the cells of a row and hands them to the source's reader."""

    def __init__(
        self,
        columns: Sequence[Column],
        dialect: Dialect,
        crosswalk: Crosswalk,
        read: ReadCells,
        unwrap: Callable[[Row], Row] | None = None,
        place_again: Callable[[Kept], Placement | None] | None = None,
        listed: frozenset[str] | None = None,
    ) -> None:
        """A mapper for these columns.

        Args:
            columns: The feed's columns.
            dialect: How its delimited files are written.
            crosswalk: The code list in use.
            read: Makes the outcome of a row.
            unwrap: Flattens a source's own JSON.
            place_again: Places recorded codes anew, where a row has more than one code or list.
            listed: Codes of all lists, where there is more than one.
        """
        self.crosswalk = crosswalk
        self.media_types = DELIMITED
        self.listed = frozenset(crosswalk.codes) if listed is None else listed
        self.place_again = place_again or self._place_again
        self.columns = tuple(columns)
        self._dialect = dialect
        self._read = read
        self._unwrap = unwrap
        self._exact = {column.name: at for at, column in enumerate(self.columns)}
        self._folded = {fold(column.name): at for at, column in enumerate(self.columns)}

    def rows(self, body: bytes, media_type: str) -> Iterator[Row]:
        """Read a delimited body (raises ``BodyUnreadable`` at the call, see ``read_rows``)."""
        return read_rows(body, media_type, self._dialect, self.columns)

    def rows_of(self, document: JSON) -> list[Row]:
        """The rows of one JSON document: an object is one row, a list one row a member.

        Raises:
            BodyUnreadable: The document is neither an object nor a list.
        """
        if isinstance(document, Mapping):
            return [document]
        if not isinstance(document, list):
            raise BodyUnreadable("json.not_rows")
        return [
            row if isinstance(row, Mapping) else BrokenRow("row.not_an_object") for row in document
        ]

    def map(self, row: Row) -> Outcome:
        """Make one incident of one row. Never raises on any row, and never repeats its content."""
        if type(row) is CsvRow:
            header, cells = row.header, row.cells
            others = any(cells[at].strip() for at in header.others) if header.others else False
            return self._read([cell.strip() for cell in header.pick(cells)], others)
        if isinstance(row, BrokenRow):
            return CannotMap((fault("", row.rule),))
        return self._map_json(self._unwrap(row) if self._unwrap else row)

    def _place_again(self, kept: Kept) -> Placement | None:
        codes = self.crosswalk
        return codes.place((), (), (), kept.one_code) if codes.reads(kept.scheme) else None

    def _map_json(self, row: Row) -> Outcome:
        values = [""] * len(self.columns)
        faults: list[FieldFault] = []
        others = False
        for name, value in row.items():
            at = self._exact.get(name)
            if at is None:
                at = self._folded.get(fold(name))
            if at is None:
                others = others or value not in (None, "")
                continue
            if type(value) is str and value.isascii() and len(value) < _PLAIN and "\0" not in value:
                values[at] = value.strip()
                continue
            column = self.columns[at]
            cell = cell_text(value, many=column.many)
            if cell.rule:
                faults.append(fault(column.name, cell.rule))
            values[at] = cell.text
        if faults:
            return CannotMap(tuple(faults))
        return self._read(values, others)
