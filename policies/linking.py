"""Who allows that depersonalised records are put beside each other as probably one event: nobody by silence.

A controller says so in the partnership's protocol (``Protocol.linking``); it counts while that protocol
is in force, covers the power and binds the recipient. Linking is a combination (Data Protection Act 2018
s.62(1)(f)).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.powers import Power, Protocol


def linked_controllers(
    protocols: Iterable[Protocol], recipient: str, power: Power, day: date
) -> tuple[str, ...]:
    """Return who allows linking, by the protocols in force that cover the power and bind the recipient."""
    found: set[str] = set()
    for one in protocols:
        covers = one.covers_section_17a if power is Power.SECTION_17A else one.covers_section_115
        if covers and recipient in one.parties and one.live_on(day):
            found |= set(one.linking) & set(one.parties)
    return tuple(sorted(found))
