"""``gateway work``: sends push subscriptions, and nothing else, beside any number of other processes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from functools import partial

from gateway.api.app import MATCHING_SECONDS, RETENTION_SECONDS, VERSION, every
from gateway.assembly import hold_if_rolled_back, match_in_turn, retention_of
from gateway.audit.correction_round import CorrectionRound
from gateway.casework import correction_round_of
from gateway.cli import Exit
from gateway.cli.home import own_house, own_settings
from gateway.cli.terminal import Stopped, say
from gateway.events import JOURNAL, Event, configure, emit
from gateway.intake.retention import Retention
from gateway.posting import dispatcher_of
from gateway.release.dispatch import Dispatcher


def command() -> None:
    """Send what partners subscribed to, until told to stop; for databases that processes share.

    `gateway serve` sends too. On PostgreSQL any number of both share the work by leases; what one leaves
    half done another takes over, under the same ids.
    """
    settings = own_settings()
    if settings.database_url is None:
        raise Stopped(
            "On SQLite one process has the database, and `gateway serve` sends as well.",
            "Run `gateway serve`, or set GATEWAY_DATABASE_URL to a PostgreSQL database.",
            Exit.CONFIGURATION,
        )
    started = time.monotonic()
    with own_house(settings) as house:
        configure(settings.log_level.value, strict=JOURNAL.strict)
        hold_if_rolled_back(house)
        emit(Event.WORKING, version=VERSION, store=house.database.name)
        rounds = correction_round_of(house, settings)
        matching = partial(match_in_turn, house)
        asyncio.run(_run(dispatcher_of(house, settings), retention_of(house), rounds, matching))
    emit(Event.STOPPED, seconds=round(time.monotonic() - started, 1))


async def _run(
    dispatcher: Dispatcher,
    retention: Retention,
    rounds: CorrectionRound,
    matching: Callable[[], None],
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, dispatcher.stop)
    say("gateway: working")
    keeping = [
        asyncio.create_task(every(RETENTION_SECONDS, one.run_in_turn))
        for one in (retention, rounds)
    ]
    keeping.append(asyncio.create_task(every(MATCHING_SECONDS, matching)))
    await dispatcher.run()
    for task in keeping:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
