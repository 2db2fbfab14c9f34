"""Pages as a recipient reads them: pulled as NDJSON or JSON, or pushed to it as a CloudEvents 1.0 batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from gateway.client.answers import PageBroken
from schemas.released import DepersonalisedIncident, DisclosedIncident, Notice, Quality

R = TypeVar("R", DepersonalisedIncident, DisclosedIncident)

JSON, NDJSON = "application/json", "application/x-ndjson"
CLOUDEVENTS = "application/cloudevents-batch+json"

TYPE = "uk.charnwood.gateway."
"""How the type of every event begins; then comes ``notice``, ``incident`` or ``page``, and ``.v1``."""


@dataclass(frozen=True, slots=True)
class Page:
    """One release, or the part of it that arrived."""

    subscription: str
    release: int
    cursor: str
    """What acknowledges it, sent as ``after``."""
    complete: bool
    """False: it was broken off, because the law changed meanwhile; the cursor is the one before it."""
    marking: str
    quality: Quality
    notices: tuple[Notice, ...]
    records: tuple[dict[str, Any], ...]
    """As they arrived; ``incidents`` and ``disclosed`` read them as one lane's."""
    lines: tuple[bytes, ...]
    """Notices and records byte by byte: what the ledger's entry holds the hash of."""
    entry: int | None = None
    """Index of the release's entry in the ledger, where the page says it."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.notices and not self.records

    def incidents(self) -> tuple[DepersonalisedIncident, ...]:
        """Read the records of a depersonalised page.

        Raises:
            PageBroken: They are of another lane, or of a later version of the gateway.
        """
        return self._read_as(DepersonalisedIncident)

    def disclosed(self) -> tuple[DisclosedIncident, ...]:
        """Read the records of a page in the personal lane (raises as ``incidents``)."""
        return self._read_as(DisclosedIncident)

    def _read_as(self, word: type[R]) -> tuple[R, ...]:
        try:
            return tuple(word.model_validate(one) for one in self.records)
        except ValidationError:
            raise PageBroken from None


def read_page(content: bytes, media_type: str) -> Page:
    """Read a page in any of its three forms.

    Raises:
        PageBroken: It is none, or was cut off on its way.
    """
    kind = media_type.partition(";")[0].strip().lower()
    reader = _READERS.get(kind)
    if reader is None:
        raise PageBroken
    try:
        return reader(content)
    except (KeyError, TypeError, AttributeError, ValidationError, ValueError):
        raise PageBroken from None


def _from_ndjson(content: bytes) -> Page:
    *before, last = content.splitlines()
    notices: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    lines: list[bytes] = []
    for line in before:
        ((what, value),) = from_json(line).items()
        (notices if what == "notice" else records).append(value)
        # {"record":…} without its envelope: the very bytes that were hashed
        lines.append(line.split(b":", 1)[1][:-1])
    return _page(from_json(last)["page"], notices, records, lines)


def _from_json(content: bytes) -> Page:
    document = from_json(content)
    notices, records = document["notices"], document["records"]
    return _page(document, notices, records, _written([*notices, *records]))


def _from_cloudevents(content: bytes) -> Page:
    events = from_json(content)
    if not all(event["specversion"] == "1.0" for event in events):
        raise PageBroken
    notices, records = list(_of(events, "notice")), list(_of(events, "incident"))
    (page,) = _of(events, "page")
    return _page(page, notices, records, _written([*notices, *records]))


def _of(events: Iterable[dict[str, Any]], what: str) -> Iterator[dict[str, Any]]:
    return (event["data"] for event in events if event["type"] == f"{TYPE}{what}.v1")


def _written(words: Iterable[dict[str, Any]]) -> list[bytes]:
    """Write again what was read, as the gateway writes it."""
    return [to_json(word) for word in words]


def _page(
    document: dict[str, Any],
    notices: list[dict[str, Any]],
    records: list[dict[str, Any]],
    lines: list[bytes],
) -> Page:
    return Page(
        subscription=document["subscription"],
        release=document["release"],
        cursor=document["cursor"],
        complete=document["complete"],
        marking=document["marking"],
        quality=Quality.model_validate(document["quality"]),
        notices=tuple(Notice.model_validate(one) for one in notices),
        records=tuple(records),
        lines=tuple(lines),
        entry=document.get("entry"),
    )


_READERS = {JSON: _from_json, NDJSON: _from_ndjson, CLOUDEVENTS: _from_cloudevents}
