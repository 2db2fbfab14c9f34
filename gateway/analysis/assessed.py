"""Assessing what a subscription was sent: everything so far, at the levels at which it left.

It reads the open half alone and shows counts and no record; it is an entry of the ledger all the same,
because who looked at what a recipient holds is asked for later (DPA 2018 s.62(1)(c)).
"""

from __future__ import annotations

from gateway.analysis.columns import Column, Columns, columns_of
from gateway.analysis.entitled import Desk
from gateway.errors import NotFound
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.release.treated import names_for, treat, treat_in_cells
from gateway.release.windows import leaves_in_cells
from gateway.store.periods import given_to
from gateway.store.releasing import Candidate
from gateway.store.tx import Tx
from schemas.released import DepersonalisedIncident, PlaceLevel
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

_AREAS = (PlaceLevel.LSOA, PlaceLevel.MSOA, PlaceLevel.WARD, PlaceLevel.DISTRICT)
_LEVELS = (PlaceLevel.MAP_POINT, *_AREAS)


class NotDepersonalised(Exception):
    """The subscription is of another lane: there is nothing to assess in it."""


def sent_columns(desk: Desk, subscription_id: str, actor: str) -> Columns:
    """Return what a subscription was sent so far, as columns; put on record that it was looked at.

    What was retracted since is among it, because the recipient saw it; what was erased is not, because
    nothing is left of it.

    Args:
        desk: What questions are answered with.
        subscription_id: Whose releases.
        actor: The post that asks, in the IG role.

    Raises:
        NotFound: There is no such subscription.
        NotDepersonalised: It is of another lane.
    """
    body = desk.reader.bodies("subscription").get(subscription_id)
    if body is None:
        raise NotFound
    asked = Subscription.model_validate_json(body)
    if asked.lane is not Lane.DEPERSONALISED:
        raise NotDepersonalised
    edition = desk.book.refresh()
    names = names_for(desk.keys, asked.partner, edition.eras)
    with desk.reader.connection() as connection:
        given = given_to(connection, asked.id)
    unknown = names.unknown
    rows = [row for row in given if row.quarter not in unknown]
    classes = desk.book.classes()
    if leaves_in_cells(asked):
        sent = treat_in_cells(rows, classes, edition.law, names, asked.cells, ())
    else:
        sent = treat(rows, classes, edition.law, names)
    made = leaf(
        Operation.CONSULTATION,
        at=stamp(desk.clock.now()),
        actor=actor,
        nonce=desk.random(16).hex(),
        action="assess-subscription",
        reason="depersonalisation-assessment",
        role="ig-lead",
        subscription=asked.id,
        recipient=asked.partner,
        lane=asked.lane.value,
        power=asked.power.value,
        snapshot=edition.law.sha256,
        count=len(rows),
    )

    def seal(tx: Tx) -> int:
        return tx.seal(made)

    desk.writer.run(seal)
    return _columns(rows, sent)


def _columns(rows: list[Candidate], sent: list[DepersonalisedIncident]) -> Columns:
    pairs = list(zip(rows, sent, strict=True))
    raw: dict[str, Column] = {
        "point": [_point(record) for record in sent],
        "time": [record.occurred or record.reported for record in sent],
        "sub": [record.typology_sub_behaviour for record in sent],
        "behaviour": [record.typology_behaviour for record in sent],
        "area": [record.typology_area for record in sent],
    }
    for level in _AREAS:
        raw[level.value] = [_area(row, record, level) for row, record in pairs]
    if not any(record.place.level is PlaceLevel.MAP_POINT for record in sent):
        del raw["point"]
    return columns_of(raw)


def _point(record: DepersonalisedIncident) -> str | None:
    place = record.place
    if place.level is PlaceLevel.MAP_POINT:
        return f"{place.longitude},{place.latitude}"
    return place.code


def _area(row: Candidate, record: DepersonalisedIncident, level: PlaceLevel) -> str | None:
    """The area round what was sent, at a level; what left coarser than that stays as it left."""
    sent = record.place.level
    if sent is PlaceLevel.NONE or _LEVELS.index(sent) > _LEVELS.index(level):
        return record.place.code
    found: str | None = getattr(row, f"{level.value}_code")
    return found
