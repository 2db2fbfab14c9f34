"""Step 1, received: a body becomes rows. A row that cannot be read is set aside, the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from adapters.faults import BODY_RULES
from adapters.source import BodyUnreadable as BodyRefused
from adapters.source import Mapper, Row
from gateway.errors import BodyUnreadable, MediaTypeNotTaken, TooManyRecords
from gateway.intake.marked import check_banner, of_document
from gateway.intake.wire import NotJson, ndjson_lines, strict_json, unreadable
from schemas.codes import Marking
from schemas.problems import ProblemError
from schemas.receipts import FieldFault, RowProblem

JSON_TYPE = "application/json"
NDJSON_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
CSV_TYPE = "text/csv"
XML_TYPES = ("application/xml", "text/xml")
_BY_SUFFIX = {
    ".csv": CSV_TYPE,
    ".ndjson": NDJSON_TYPES[0],
    ".jsonl": NDJSON_TYPES[0],
    ".json": JSON_TYPE,
    ".geojson": JSON_TYPE,
    ".xml": XML_TYPES[0],
}


def media_type_of(file_name: str) -> str | None:
    """Return the media type that a file's name says; None where it says none."""
    return _BY_SUFFIX.get(PurePath(file_name.lower()).suffix)


@dataclass(slots=True)
class Received:
    """The rows of one push with their numbers, from 1; and those that could not even be read."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    marking: Marking | None = None
    """What the whole push says it is marked; a row is marked no lower."""

    @property
    def count(self) -> int:
        """How many rows the push held."""
        return len(self.rows) + len(self.refused)


def receive(body: bytes, media_type: str, mapper: Mapper, limit: int) -> Received:
    """Read a body as what its media type says it is.

    Args:
        body: The bytes as sent.
        media_type: The whole Content-Type, with its charset where it has one.
        mapper: The feed's compiled adapter.
        limit: Rows that one push may hold.

    Raises:
        MediaTypeNotTaken: It is neither JSON nor NDJSON, nor what the feed's adapter reads.
        BodyUnreadable: The body as a whole cannot be read; nothing of it is kept.
        TooManyRecords: It holds more rows than ``limit``.
        MarkingNotTaken, MarkingUnreadable: It says so of itself (``gateway.intake.marked``).
    """
    name = media_type.partition(";")[0].strip().lower()
    try:
        if name == JSON_TYPE:
            document = strict_json(body)
            marked = of_document(document)
            received = _numbered(mapper.rows_of(document), limit)
            received.marking = marked
        elif name in NDJSON_TYPES:
            received = _lines(body, limit)
        elif name in mapper.media_types:
            check_banner(body)
            received = _numbered(mapper.rows(body, media_type), limit)
        else:
            raise MediaTypeNotTaken
    except NotJson as fault:
        raise unreadable(fault) from None
    except BodyRefused as fault:
        raise _whole_body(fault) from None
    if not received.count:
        empty = ProblemError(pointer="", rule="body.empty", says=BODY_RULES["body.empty"])
        raise BodyUnreadable(errors=(empty,))
    return received


def _numbered(rows: Iterable[Row], limit: int) -> Received:
    received = Received()
    for number, row in enumerate(rows, start=1):
        if number > limit:
            raise TooManyRecords
        received.rows.append((number, row))
    return received


def _lines(body: bytes, limit: int) -> Received:
    received = Received()
    for number, line in enumerate(ndjson_lines(body), start=1):
        if number > limit:
            raise TooManyRecords
        try:
            document = strict_json(line)
        except NotJson as fault:
            received.refused.append(_row_problem(number, fault.rule, fault.says))
            continue
        if isinstance(document, dict):
            received.rows.append((number, document))
        else:
            says = "A line of NDJSON holds one object."
            received.refused.append(_row_problem(number, "json.not_an_object", says))
    return received


def _row_problem(number: int, rule: str, says: str) -> RowProblem:
    return RowProblem(row=number, faults=(FieldFault(pointer="", rule=rule, says=says),))


def _whole_body(fault: BodyRefused) -> BodyUnreadable:
    says = BODY_RULES[fault.code]
    pointers = fault.columns or ("",)
    return BodyUnreadable(
        errors=tuple(
            ProblemError(pointer=f"/{name}" if name else "", rule=fault.code, says=says)
            for name in pointers
        )
    )
