"""``gateway keys rotate pseudonym``, ``keys quarters``, ``keys destroy``: the keys of recipients' ids."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from gateway.cli.home import change, own_house, own_settings
from gateway.cli.terminal import OPERATOR, Actor, AsJson, Stopped, note, say, say_json, show_table
from gateway.clock import london_day
from gateway.errors import QuarterKeyDestroyed
from gateway.events import Event, emit
from gateway.keys import quarters
from gateway.keys.derive import SIZE
from gateway.release.naming import due_on, in_use, put_key_change

_QUARTER = re.compile(r"[12][0-9]{3}Q[1-4]")
_COPIES = (
    "gateway: copy GATEWAY_HOME/keys again, and destroy its older copies: they hold what is gone."
)


def rotate_pseudonym(actor: str, *, as_json: bool) -> None:
    """Replace the master; quarters in use keep their ids."""
    with own_house() as house:
        register = house.book.refresh().register
        used = in_use(house.reader, register, house.clock.now())
        change(house, actor, lambda act: put_key_change(None, "rotated", act))
        quarters.rotate(house.keys.folder, house.random(SIZE), used)
    emit(Event.KEYS_ROTATED, kind="pseudonym", at_once=False)
    note(_COPIES)
    if as_json:
        say_json({"key": "pseudonym", "quarters_kept": sorted(used.quarters)})
        return
    say(
        f"Later quarters derive from a new master; {', '.join(sorted(used.quarters))} keep their ids."
    )


def list_quarters(*, as_json: AsJson = False) -> None:
    """List the quarters whose ids can be made, and from which day on their key may be destroyed."""
    settings = own_settings()
    with own_house(settings) as house:
        register, gone = house.book.refresh().register, house.keys.quarters.destroyed
        used = in_use(house.reader, register, house.clock.now()).quarters
        days = settings.released_retention_days
        told = [
            {
                "quarter": one,
                "destroyed": one in gone,
                "due": due_on(house.reader, register, one, days).isoformat(),
            }
            for one in sorted(used | gone)
        ]
    if as_json:
        say_json({"quarters": told})
        return
    rows = [(one["quarter"], "destroyed" if one["destroyed"] else one["due"]) for one in told]
    show_table("", ("quarter", "key may be destroyed from"), rows)


def destroy_quarter(
    *,
    quarter: Annotated[str, typer.Option(help="Such as 2024Q1; see `gateway keys quarters`.")],
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Destroy the key of a quarter's ids, once all that was released of it has had its time.

    No id of the quarter can be made afterwards: nothing of it is released or told any more, and ids that
    somebody still holds lead nowhere.
    """
    if not _QUARTER.fullmatch(quarter):
        raise Stopped("That is no quarter.", "Write it as 2024Q1.")
    settings = own_settings()
    with own_house(settings) as house:
        register = house.book.refresh().register
        used = in_use(house.reader, register, house.clock.now())
        due = due_on(house.reader, register, quarter, settings.released_retention_days)
        if london_day(house.clock) < due:
            raise Stopped(
                "What was released of this quarter may still be held; its key is not destroyed yet.",
                f"It can be destroyed from {due.isoformat()} on.",
            )
        if quarter in house.keys.quarters.destroyed:
            raise QuarterKeyDestroyed
        change(house, actor, lambda act: put_key_change(quarter, "destroyed", act))
        quarters.destroy(house.keys.folder, house.random(SIZE), quarter, used)
    emit(Event.KEYS_ROTATED, kind="pseudonym", at_once=True)
    note(_COPIES)
    if as_json:
        say_json({"quarter": quarter, "destroyed": True})
        return
    say(f"The key of {quarter} is destroyed; nothing of that quarter can be named any more.")
