"""What a receiving system keeps: records by the id it knows, notices, its cursor, a page's bytes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gateway.client.answers import Answer
from gateway.client.system import PartnerSystem
from gateway.intake.wire import strict_json

JSON, NDJSON = "application/json", "application/x-ndjson"
_FORBIDDEN = 403


@dataclass(slots=True)
class Inbox:
    """One subscription at its recipient."""

    system: PartnerSystem
    subscription: str
    cursor: str | None = None
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    notices: list[dict[str, Any]] = field(default_factory=list)
    pages: Counter[str] = field(default_factory=Counter)
    lines: list[bytes] = field(default_factory=list)
    """The first page as it arrived, line by line, without its envelope."""

    def pull_all(self) -> Answer:
        """Pull until a page is empty or the gateway refuses; return the last answer.

        The first page is asked for as NDJSON, the others as JSON; asking on acknowledges.
        """
        while True:
            form = JSON if self.pages else NDJSON
            answer = self.system.pull(self.subscription, after=self.cursor, media_type=form)
            if answer.status == _FORBIDDEN:
                return answer
            notices, records, page = _read(answer.wanted(), form)
            self.cursor = str(page["cursor"])
            if not notices and not records:
                return answer
            if form == NDJSON:
                whole = answer.content.splitlines()[: len(notices) + len(records)]
                self.lines = [line.split(b":", 1)[1][:-1] for line in whole]
            self.pages["NDJSON" if form == NDJSON else "JSON"] += 1
            self.notices += notices
            self.records.update((record["id"], record) for record in records)


def _read(
    answer: Answer, form: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """Return notices, records and the page's own figures."""
    if form == JSON:
        document = answer.document
        return document["notices"], document["records"], document
    read = [strict_json(line) for line in answer.content.splitlines()]
    notices = [one["notice"] for one in read if "notice" in one]
    records = [one["record"] for one in read if "record" in one]
    return notices, records, read[-1]["page"]
