"""The correcting scenes: what a source takes back reaches everyone who had it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.client.answers import Unexpected
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.endpoint import Sent
from gateway.demo.rows import SyntheticRow, later_export
from gateway.demo.sending import receipt_of
from gateway.demo.stage import COUNCIL_115, FIRE_17A, NSIR, POLICE, UNIVERSITY_RECORDS
from schemas.released import Notice


def correcting(cast: Cast, row: SyntheticRow, contested: str) -> Iterator[scenes.Scene]:
    """Correct rows, take the record back that was followed, restrict another.

    Args:
        cast: Who plays.
        row: The row that was followed.
        contested: Reference of another record that was given out.
    """
    kept = (row["URN"], contested)
    later = later_export([one for one in cast.taken if one["URN"] not in kept])
    answer = cast.systems[POLICE].send(NSIR, later.content, later.media_type)
    cast.receipts[NSIR].append(receipt_of(answer))
    yield scenes.SentLater(cast.receipts[NSIR][-1], told(cast))
    done = cast.systems[POLICE].retract(NSIR, [row["URN"]], "recorded_in_error")
    yield scenes.Retracted(done.retracted, told(cast))
    restricted = cast.systems[POLICE].restrict(NSIR, [contested], "accuracy_contested")
    yield scenes.Restricted(restricted.restricted, told(cast))


def lifted(cast: Cast, contested: str) -> scenes.Lifted:
    """Lift the restriction: the record is offered again to whoever may have it."""
    holdings = cast.inboxes[FIRE_17A].holdings
    before = len(holdings)
    done = cast.systems[POLICE].lift(NSIR, [contested], "accuracy_confirmed")
    notices = told(cast)
    Sent(cast.house, COUNCIL_115).until_all()
    return scenes.Lifted(done.lifted, notices, len(holdings) - before)


def told(cast: Cast) -> dict[str, list[Notice]]:
    """Let every puller ask, and return the notices that each got."""
    notices: dict[str, list[Notice]] = {}
    for name in (FIRE_17A, UNIVERSITY_RECORDS):
        inbox = cast.inboxes[name]
        try:
            notices[name] = inbox.pull_all()
        except Unexpected:
            notices[name] = []
    return notices
