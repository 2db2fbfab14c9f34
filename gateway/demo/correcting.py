"""The correcting scenes: what a source takes back reaches everyone who had it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.client.answers import Unexpected
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.rows import SyntheticRow
from gateway.demo.stage import FIRE_17A, NSIR, POLICE, UNIVERSITY_RECORDS
from schemas.released import Notice


def correcting(cast: Cast, row: SyntheticRow) -> Iterator[scenes.Scene]:
    """Take the record back that was followed."""
    done = cast.systems[POLICE].retract(NSIR, [row["URN"]], "recorded_in_error")
    yield scenes.Retracted(done.retracted, told(cast))


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
