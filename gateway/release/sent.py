"""Step 4, sent: looked at once more, record by record, and written out.

Three forms of one page: JSON, NDJSON, a CloudEvents 1.0 batch. The cursor and ``complete`` come last:
a page that was broken off carries the cursor it began with, so that nothing is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from schemas.released import Quality
from schemas.sensitivity import Lane

CHUNK_RECORDS = 100
"""Records joined into one piece of the answer; each is still looked at by itself."""

ENVELOPE_BYTES, PAGE_BYTES = 512, 4_096
"""What one event's envelope, and the page that ends a batch, take at most."""

ORIGIN = "urn:gateway:subscription:"


class PageForm(Enum):
    """The media types that a page is written in."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CLOUDEVENTS = "application/cloudevents-batch+json"


@dataclass(slots=True)
class Page:
    """A committed release, ready to be written out."""

    subscription: str
    release: int
    cursor: str
    """What to send as ``after`` next, once the page was read whole."""
    begun_at: str
    """The cursor to fall back to where the page is broken off."""
    quality: Quality
    marking: str
    stamp: str
    notices: Sequence[bytes]
    records: Sequence[bytes]
    entry: int | None = None
    """Index of the release's entry in the ledger, which proves what was sent."""
    places: Sequence[int] | None = None
    """Place of each record in the release; it is sent again without those that were taken back since, and
    the events of the others keep their ids."""

    @property
    def is_empty(self) -> bool:
        """Whether it holds neither notice nor record."""
        return not self.notices and not self.records


Look = Callable[[int], bool]
"""Given the index of a record in the page: may it still go? A notice always may."""


def accepted(accept: str | None) -> PageForm:
    """Choose the form by an Accept header; JSON where it says nothing that we know."""
    wanted = accept or ""
    for form in (PageForm.NDJSON, PageForm.CLOUDEVENTS):
        if form.value in wanted:
            return form
    return PageForm.JSON


def written(
    page: Page, form: PageForm, look: Look, broken: Callable[[int], None]
) -> Iterator[bytes]:
    """Yield the page in pieces, looking again before each record.

    Args:
        page: The committed release.
        form: How to write it.
        look: Asked before each record.
        broken: Told how many records went before the page was broken off.
    """
    writer = _WRITERS[form](page)
    yield writer.head()
    pieces: list[bytes] = [writer.notice(n, line) for n, line in enumerate(page.notices)]
    for index, line in enumerate(page.records):
        if not look(index):
            broken(index)
            yield b"".join(pieces) + writer.tail(complete=False)
            return
        pieces.append(writer.record(index, line))
        if len(pieces) >= CHUNK_RECORDS:
            yield b"".join(pieces)
            pieces = []
    yield b"".join(pieces) + writer.tail(complete=True)


def fitting(lines: Sequence[bytes], most: int) -> int:
    """Return how many lines a CloudEvents batch of at most so many bytes takes; never less than one."""
    room = most - PAGE_BYTES
    for number, line in enumerate(lines):
        room -= len(line) + ENVELOPE_BYTES
        if room < 0:
            return max(1, number)
    return len(lines)


def _page_document(page: Page, *, complete: bool) -> dict[str, Any]:
    return {
        "subscription": page.subscription,
        "release": page.release,
        "marking": page.marking,
        "quality": page.quality.model_dump(),
        "complete": complete,
        "cursor": page.cursor if complete else page.begun_at,
        **({} if page.entry is None else {"entry": page.entry}),
    }


def _compact(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


class _Writer(Protocol):
    """One form of a page, piece by piece."""

    def head(self) -> bytes: ...
    def notice(self, number: int, /, line: bytes) -> bytes: ...
    def record(self, index: int, /, line: bytes) -> bytes: ...
    def tail(self, *, complete: bool) -> bytes: ...


class _JsonWriter:
    """``{"notices": […], "records": […], …page}``."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._records_begun = False

    def head(self) -> bytes:
        return b'{"notices":['

    def notice(self, number: int, line: bytes) -> bytes:
        return (b"," if number else b"") + line

    def record(self, _index: int, line: bytes) -> bytes:
        before = b"," if self._records_begun else b'],"records":['
        self._records_begun = True
        return before + line

    def tail(self, *, complete: bool) -> bytes:
        opened = b"" if self._records_begun else b'],"records":['
        return opened + b"]," + _compact(_page_document(self._page, complete=complete))[1:]


class _NdjsonWriter:
    """One object a line: ``{"notice": …}``, ``{"record": …}``, at last ``{"page": …}``."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def head(self) -> bytes:
        return b""

    def notice(self, _number: int, line: bytes) -> bytes:
        return b'{"notice":' + line + b"}\n"

    def record(self, _index: int, line: bytes) -> bytes:
        return b'{"record":' + line + b"}\n"

    def tail(self, *, complete: bool) -> bytes:
        return _compact({"page": _page_document(self._page, complete=complete)}) + b"\n"


class _CloudEventsWriter:
    """A CloudEvents 1.0 JSON batch; the last event is the page itself."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._begun = False

    def head(self) -> bytes:
        return b"["

    def notice(self, number: int, line: bytes) -> bytes:
        return self._event("notice", str(number + 1), line)

    def record(self, index: int, line: bytes) -> bytes:
        places = self._page.places
        place = len(self._page.notices) + index if places is None else places[index]
        return self._event("incident", str(place + 1), line)

    def tail(self, *, complete: bool) -> bytes:
        page = _compact(_page_document(self._page, complete=complete))
        return self._event("page", "page", page) + b"]"

    def _event(self, what: str, name: str, data: bytes) -> bytes:
        page = self._page
        before, self._begun = b"," if self._begun else b"", True
        envelope = {
            "specversion": "1.0",
            "id": f"{page.subscription}.{page.release}.{name}",
            "source": ORIGIN + page.subscription,
            "type": f"uk.charnwood.gateway.{what}.v1",
            "time": page.stamp,
            "datacontenttype": "application/json",
        }
        return before + _compact(envelope)[:-1] + b',"data":' + data + b"}"


_WRITERS: dict[PageForm, Callable[[Page], _Writer]] = {
    PageForm.JSON: _JsonWriter,
    PageForm.NDJSON: _NdjsonWriter,
    PageForm.CLOUDEVENTS: _CloudEventsWriter,
}


_MAPPED = "Codes were mapped by the crosswalk named in each record; "
_STATEMENTS = {
    Lane.DEPERSONALISED: _MAPPED + "time and place are coarsened by rule.",
    Lane.PERSONAL: _MAPPED
    + "time and place are coarsened by rule but where the agreement lists the exact ones. Narratives "
    "are masked by machine; media, people in roles that the agreement does not name and fields that it "
    "does not list are withheld. A role is what the source said of a person, not what was found. Where a "
    "record was graded its grading stands beside it, and where a narrative leaves, whether it is fact or "
    "opinion.",
    Lane.STATISTICS: "Counts of incidents as mapped by the crosswalks in force; each number has its rule.",
}


def quality(as_of: str, lane: Lane = Lane.DEPERSONALISED) -> Quality:
    """Return the quality block of a page (DPA 2018 s.38(5)(b))."""
    return Quality(
        as_of=as_of,
        verified_at=as_of,
        completeness="incidents as the sources sent them up to this instant; later changes follow",
        grading="as recorded by the source; not verified by the gateway",
        statement=_STATEMENTS[lane],
    )
