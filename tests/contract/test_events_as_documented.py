"""What is sent to a subscriber fits what /openapi.json says of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from gateway.api.webhooks import BATCH, Event, IncidentSent, NoticeSent, PageSent
from schemas.released import NoticeKind
from tests.support.server import running_gateway

EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
ROW = {
    "URN": "24-0000001-20261031",
    "CREATED": "31/10/2026 21:47",
    "OPENING_CODE": "215",
    "CLOSING_CODE_1": "213",
}


def test_a_batch_of_records_and_notices_is_read_by_the_documented_form(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as gateway:
        gateway.usual()
        path = "/v1/subscriptions/fire-17a/records"
        gateway.push("police-nsir", "police-system", [ROW])
        batch = {"headers": {"Accept": BATCH}}
        first = gateway.call("GET", path, "fire-system", **batch)
        taken_back = {"references": [ROW["URN"]], "reason": "duplicate"}
        gateway.call("POST", "/v1/feeds/police-nsir/retractions", "police-system", json=taken_back)
        cursor = first.json()[-1]["data"]["cursor"]
        second = gateway.call("GET", path, "fire-system", params={"after": cursor}, **batch)
        document = gateway.call("GET", "/openapi.json").json()

    record, end = EVENTS.validate_json(first.content)
    notice, _ = EVENTS.validate_json(second.content)
    assert isinstance(record, IncidentSent)
    assert isinstance(end, PageSent)
    assert isinstance(notice, NoticeSent)
    assert notice.data.kind is NoticeKind.RETRACTED
    assert notice.data.id == record.data.id
    assert BATCH in document["webhooks"]["release"]["post"]["requestBody"]["content"]
