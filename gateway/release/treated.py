"""Step 2, treated: what may go gets the form of its lane and the recipient's own id.

The sealed half is opened here, for classes that the law lets go in the personal lane, and nowhere else
on the way out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from pydantic_core import from_json

from gateway.clock import LONDON
from gateway.keys.derive import sealed_half_key
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import decrypt, position_bytes, unwrap
from gateway.release.decided import Decided
from gateway.store.opening import SealedRow
from gateway.store.releasing import Candidate, Held
from policies.cells import in_cell
from policies.depersonalise import depersonalise
from policies.disclose import disclose
from policies.law import Law
from policies.pseudonym import released_id, released_ids
from schemas.cells import Cells
from schemas.incident import Incident
from schemas.open_half import OpenDetail, OpenHalf
from schemas.record_class import RecordClass
from schemas.released import (
    REASONS,
    DepersonalisedIncident,
    DisclosedIncident,
    Notice,
    NoticeKind,
    Reason,
)
from schemas.sensitivity import Lane

_NOTICE_KINDS = {
    "retracted": NoticeKind.RETRACTED,
    "restricted": NoticeKind.RESTRICTED,
    "lifted": NoticeKind.LIFTED,
    "erased": NoticeKind.ERASED,
}
"""Kind of log entry → what it means to someone who holds the record."""


class RecipientKeys(Protocol):
    """What names incidents for recipients."""

    @property
    def destroyed(self) -> frozenset[str]:
        """The quarters of which nothing can be named any more."""
        ...

    def recipient_key(self, recipient: str, quarter: str) -> bytes:
        """Return the key of one recipient's ids of one quarter."""
        ...


@dataclass(slots=True)
class Names:
    """The ids under which one recipient knows incidents; one key a quarter, derived once."""

    keys: RecipientKeys
    recipient: str
    eras: Sequence[int] = ()
    """Where the log was put back to, in order: a number above one is of a later era (``law.holds``)."""
    _keys: dict[str, bytes] = field(default_factory=dict)

    @property
    def unknown(self) -> frozenset[str]:
        """The quarters of which no incident can be named any more: their key was destroyed."""
        return self.keys.destroyed

    def id_of(self, incident: int, quarter: str) -> str:
        """Return the recipient's id of an incident first reported in a quarter."""
        return released_id(self._key(quarter), quarter, self._number(incident))

    def ids_of(self, incidents: Iterable[int], quarter: str) -> list[str]:
        """Return the recipient's ids of many incidents first reported in one quarter, in their order."""
        return released_ids(self._key(quarter), quarter, map(self._number, incidents))

    def _key(self, quarter: str) -> bytes:
        key = self._keys.get(quarter)
        if key is None:
            key = self._keys[quarter] = self.keys.recipient_key(self.recipient, quarter)
        return key

    def _number(self, incident: int) -> bytes:
        number = incident.to_bytes(8, "big")
        era = bisect_left(self.eras, incident) if self.eras else 0
        return number + era.to_bytes(2, "big") if era else number


def names_for(keys: KeyRing, recipient: str, eras: Sequence[int]) -> Names:
    """Return the names of one recipient."""
    return Names(keys.quarters, recipient, eras)


def treat(
    candidates: Iterable[Candidate],
    classes: Mapping[int, RecordClass],
    law: Law,
    names: Names,
) -> list[DepersonalisedIncident]:
    """Give every candidate the form of the depersonalised lane."""
    table = law.treatments[Lane.DEPERSONALISED]
    return [
        depersonalise(
            open_half_of(row),
            classes[row.class_id],
            names.id_of(row.incident, row.quarter),
            row.version,
            table,
        )
        for row in candidates
    ]


def treat_in_cells(
    candidates: Iterable[Candidate],
    classes: Mapping[int, RecordClass],
    law: Law,
    names: Names,
    cells: Cells,
    coarsened: Container[int],
) -> list[DepersonalisedIncident]:
    """Give every candidate the form of its cell; those at ``coarsened`` positions say no behaviour."""
    table = law.treatments[Lane.DEPERSONALISED]
    return [
        in_cell(
            open_half_of(row),
            classes[row.class_id],
            names.id_of(row.incident, row.quarter),
            row.version,
            table,
            cells,
            coarsened=row.position in coarsened,
        )
        for row in candidates
    ]


def treat_under_115(
    candidates: Iterable[Candidate],
    decided: Decided,
    law: Law,
    names: Names,
    sealed: Mapping[int, SealedRow],
    keys: KeyRing,
) -> list[DisclosedIncident]:
    """Give every candidate the form of the personal lane.

    Args:
        candidates: Rows of classes that may go.
        decided: What of each class's sealed half may leave.
        law: Whose treatment tables.
        names: The recipient's ids.
        sealed: The sealed halves that still exist, by position.
        keys: What opens them.

    Raises:
        SealBroken: A sealed half was changed, moved, or sealed under another key.
    """
    return [
        disclose(
            opened(sealed.get(row.position), row, keys),
            open_half_of(row),
            decided.classes[row.class_id],
            names.id_of(row.incident, row.quarter),
            row.version,
            _london_day(row.recorded_at),
            decided.allowances[row.class_id],
            law.treatments,
        )
        for row in candidates
    ]


def opened(sealed: SealedRow | None, row: Candidate, keys: KeyRing) -> Incident | None:
    """Open the sealed half of a version; None where there is none (raises ``SealBroken``).

    What comes back holds the sealed fields that were kept; of the rest, what every incident has.
    """
    if sealed is None:
        return None
    secret = unwrap(keys.wrapping, sealed.wrapped_secret, sealed.content_hmac)
    plain = decrypt(sealed_half_key(secret), sealed.ciphertext, position_bytes(row.position))
    fields = {"kind": row.kind, "mapping_status": row.mapping_status, **from_json(plain)}
    return Incident.model_validate(fields)


@lru_cache(maxsize=1_024)
def _london_day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, tz=LONDON).date()


def open_half_of(row: Candidate) -> OpenHalf:
    """Rebuild the open half from its log row."""
    return OpenHalf(
        kind=row.kind,
        occurred_from=row.occurred_from,
        occurred_to=row.occurred_to,
        reported=row.reported,
        time_precision=row.time_precision,
        typology_area=row.typology_area,
        typology_behaviour=row.typology_behaviour,
        typology_sub_behaviour=row.typology_sub_behaviour,
        mapping_status=row.mapping_status,
        point_longitude=row.point_longitude,
        point_latitude=row.point_latitude,
        lsoa_code=row.lsoa_code,
        msoa_code=row.msoa_code,
        ward_code=row.ward_code,
        district_code=row.district_code,
        detail=_detail(row.detail),
        repeat_at_place=row.repeat_at_place,
    )


@lru_cache(maxsize=16_384)
def _detail(stored: str) -> OpenDetail:
    """Read a detail; a few hundred combinations of codes make up a month."""
    return OpenDetail.model_validate_json(stored)


def notice_of(held: Held) -> Notice:
    """Return the notice about a record that the recipient holds."""
    kind = _kind_of(held)
    return Notice(
        id=held.released_id,
        version=held.version,
        kind=kind,
        reason=reason_of(kind, held.reason),
    )


def _kind_of(held: Held) -> NoticeKind:
    """What an entry means to the recipient: «corrected» goes with the new version.

    A new version that may not go to the recipient is «amended, delete»: the content is not his. So is
    a restriction that is lifted from such a version.
    """
    if held.entry_kind == "recorded":
        return NoticeKind.CORRECTED if held.follows else NoticeKind.AMENDED_DELETE
    if held.entry_kind == "lifted" and not held.follows and held.now > held.version:
        return NoticeKind.AMENDED_DELETE
    return _NOTICE_KINDS[held.entry_kind]


def notice_again(row: Mapping[str, Any]) -> Notice:
    """Return a notice as its disclosure row keeps it."""
    kind = NoticeKind(row["what"].removeprefix("notice:"))
    reason = reason_of(kind, row["reason"])
    return Notice(id=row["released_id"], version=row["version"], kind=kind, reason=reason)


def reason_of(kind: NoticeKind, stored: str | None) -> Reason | None:
    """Return a stored reason as the word that its kind of notice has (raises ``ValueError``)."""
    words = REASONS.get(kind)
    return None if stored is None or words is None else words(stored)
