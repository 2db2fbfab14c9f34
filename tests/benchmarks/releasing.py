"""A release with its ledger entry against validate_json of the same incidents; a page of 1,000."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from gateway.assembly import open_house
from gateway.intake.mapped import map_rows
from gateway.intake.received import receive
from gateway.law.register import PutSubscription
from gateway.log.recording import Recording
from gateway.release.sent import PageForm, written
from schemas.incident import Incident
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.benchmarks.appending import prepared
from tests.benchmarks.rows import ndjson
from tests.benchmarks.timing import rate

PAGE = 1_000


class Releasing:
    """One subscription that pulls page after page."""

    def __init__(self, folder: Path) -> None:
        self.house = open_house(folder / "release", create=True)
        wanted = Subscription(
            id="fire-17a",
            partner="llr-fire",
            power=Power.SECTION_17A,
            purpose=Purpose.SECTION_17A_DUTY,
            lane=Lane.DEPERSONALISED,
        )
        self.house.writer.run(PutSubscription(wanted, self.house.act("operator")))
        self._cursor: str | None = None
        desk = self.house.desk("police-nsir", self.house.book.current())
        received = receive(ndjson(PAGE), "application/x-ndjson", desk.mapper, PAGE)
        mapped = map_rows(received, desk.mapper, desk.feed)
        self._lines = [incident.model_dump_json().encode() for _, incident, _ in mapped.incidents]
        self._validate = TypeAdapter(Incident).validate_json

    def round(self) -> tuple[float, float]:
        """Return (released, validated) in records a second."""
        for push in prepared(self.house, PAGE):
            self.house.writer.run(Recording(push, self.house.keys.natural_key))

        def release() -> None:
            door = self.house.door
            pulled = door.pull("fire-17a", "llr-fire", "bench", self._cursor, PAGE)
            for _ in written(pulled.page, PageForm.NDJSON, pulled.look, pulled.broken):
                pass
            assert len(pulled.page.records) == PAGE
            self._cursor = pulled.page.cursor

        def validate() -> None:
            for line in self._lines:
                self._validate(line)

        return rate(PAGE, release), rate(PAGE, validate)

    def close(self) -> None:
        """Close the house."""
        self.house.close()
