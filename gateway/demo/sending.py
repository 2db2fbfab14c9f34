"""The sending scenes: three systems push what they have, again, later and wrongly."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator

from gateway.client.answers import Answer
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.rows import (
    Body,
    SyntheticRow,
    housing_bodies,
    police_bodies,
    street_bodies,
    street_file,
)
from gateway.demo.stage import COUNCIL, HOUSING, NSIR, POLICE, POLICE_UK, STREET
from gateway.demo.summary import summed
from schemas.receipts import Receipt

BAD_BODY = b'{"URN": "26-0000001-20261101", "CREATED": "01/11/2026 09:00", "URN": "again"}'
"""It names a key twice, so nobody can say which is meant."""


def sending(cast: Cast) -> Iterator[scenes.Scene]:
    """Push the three feeds, and what a careful sender tries besides."""
    police = cast.systems[POLICE]
    pushes = list(police_bodies(cast.rows.police))
    began = time.monotonic()
    answers = _pushed(cast, POLICE, NSIR, pushes)
    yield _told(cast, NSIR, pushes, began)
    for partner, feed, bodies in (
        (COUNCIL, HOUSING, housing_bodies(cast.rows.housing)),
        (COUNCIL, STREET, street_bodies(cast.rows.requests, cast.rows.export)),
    ):
        sent, began = list(bodies), time.monotonic()
        _pushed(cast, partner, feed, sent)
        yield _told(cast, feed, sent, began)
    first = pushes[0]
    again = police.send(NSIR, first.content, first.media_type, key=f"{NSIR}-0")
    yield scenes.Repeated(same_receipt=receipt_of(again) == cast.receipts[NSIR][0])
    cast.taken = _taken(first, answers[0], cast.rows.police)
    bad = police.send(NSIR, BAD_BODY, "application/json")
    yield scenes.BadBody(bad.status, bad.document)
    if cast.street is not None:
        began = time.monotonic()
        cast.receipts[POLICE_UK] = []
        for number, body in enumerate(street_file(cast.street)):
            unit = cast.street.name
            answer = cast.systems[COUNCIL].send(
                POLICE_UK, body, "text/csv", key=f"{unit}-{number}", unit=unit
            )
            cast.receipts[POLICE_UK].append(receipt_of(answer))
        took = time.monotonic() - began
        receipts = cast.receipts[POLICE_UK]
        yield scenes.Pushed(POLICE_UK, {"CSV": len(receipts)}, summed(POLICE_UK, receipts), took)


def receipt_of(answer: Answer) -> Receipt:
    """Read the receipt; a push of which every row was refused has one too, in its problem document."""
    told = answer.document if isinstance(answer.document, dict) else {}
    return Receipt.model_validate(told["receipt"] if "receipt" in told else answer.wanted())


def _pushed(cast: Cast, partner: str, feed: str, bodies: Iterable[Body]) -> list[Answer]:
    system = cast.systems[partner]
    answers = [
        system.send(feed, body.content, body.media_type, key=f"{feed}-{number}")
        for number, body in enumerate(bodies)
    ]
    cast.receipts[feed] = [receipt_of(answer) for answer in answers]
    return answers


def _told(cast: Cast, feed: str, bodies: Iterable[Body], began: float) -> scenes.Pushed:
    took = time.monotonic() - began
    forms = dict(Counter(body.form for body in bodies))
    return scenes.Pushed(feed, forms, summed(feed, cast.receipts[feed]), took)


def _taken(body: Body, answer: Answer, rows: list[SyntheticRow]) -> list[SyntheticRow]:
    """Return the rows of the first push that are not in quarantine."""
    refused = {problem["row"] for problem in answer.wanted().document["problems"]}
    sent = rows[: len(body.rows)]
    return [row for number, row in enumerate(sent, start=1) if number not in refused]
