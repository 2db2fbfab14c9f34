"""What the gateway sends to a subscriber's own endpoint, described for /openapi.json and /docs.

Nothing here is called: a courier posts these (``gateway.release``). The forms are those of a pull as a
CloudEvents batch, and a test reads such a pull by them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import Field

from gateway.release.sent import PageForm
from schemas.base import Word
from schemas.released import DepersonalisedIncident, DisclosedIncident, Notice, Quality

router = APIRouter(tags=["sent to you"])
BATCH = PageForm.CLOUDEVENTS.value


class PageEnd(Word):
    """What ends a batch: whether it is whole, how far you are, and what lets you judge it."""

    subscription: str
    release: int
    marking: str
    quality: Quality
    complete: bool
    """False where the batch was broken off: keep what came; the rest follows."""
    cursor: str
    entry: int | None = None
    """Index of the release's entry in the ledger."""


class Envelope(Word):
    """CloudEvents 1.0, JSON."""

    specversion: Literal["1.0"]
    id: str
    """Stays the same over all tries: two events of one id are one."""
    source: str
    time: str
    datacontenttype: Literal["application/json"]


class IncidentSent(Envelope):
    """A record: depersonalised, or with what an agreement lists."""

    type: Literal["uk.charnwood.gateway.incident.v1"]
    data: DepersonalisedIncident | DisclosedIncident


class NoticeSent(Envelope):
    """What happened to a record that you hold."""

    type: Literal["uk.charnwood.gateway.notice.v1"]
    data: Notice


class PageSent(Envelope):
    """The last event of every batch."""

    type: Literal["uk.charnwood.gateway.page.v1"]
    data: PageEnd


Event = Annotated[IncidentSent | NoticeSent | PageSent, Field(discriminator="type")]


def _header(name: str, says: str) -> dict[str, Any]:
    form = {"type": "string"}
    return {"name": name, "in": "header", "required": True, "description": says, "schema": form}


@router.post(
    "release",
    summary="A release, sent to the endpoint that you named",
    status_code=204,
    responses={
        204: {"description": "Any 2xx: you have it. It is acknowledged and not sent again."},
        410: {
            "description": "Send no more: the subscription is stopped until it is started again."
        },
        "default": {"description": "Not yet: tried again, not before Retry-After says."},
    },
    openapi_extra={
        "parameters": [
            _header("Webhook-Id", "Stays the same over all tries of one release."),
            _header("Webhook-Timestamp", "Seconds since 1970; refuse what is older than 300."),
            _header(
                "Webhook-Signature",
                "Standard Webhooks: `v1` by your secret, `v1a` by a key of /.well-known/jwks.json.",
            ),
        ],
    },
)
def release(events: Annotated[list[Event], Body(media_type=BATCH)]) -> None:
    """Receive a CloudEvents batch (`application/cloudevents-batch+json`): notices, records, its end.

    Check the signature over the bytes as they came, keep the events by their ids, answer 2xx. One release
    is on its way at a time; what fails is tried again with longer waits, under the same Webhook-Id.
    """
