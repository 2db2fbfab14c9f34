"""Every disclosure of somebody's records: to whom, when, which version and fields, by which power (Q1, L38).

Read from the releases, the section 17A returns that were handed out, and each one's ledger entry. Recipients
are named (UK GDPR art. 15(1)(c), DPA 2018 s.45(2)(c)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.law.book import LawBook
from gateway.ledger.leaf import read_leaf, stamp
from gateway.store.reading import Reader
from gateway.store.subject_cases import disclosed_of, returned_of
from policies.allowance import group_of
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane

RELEASE, NOTICE, RETURN = "release", "notice", "return"
_RECORD = "record"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One record, or one notice about it, that left to one recipient."""

    incident: int
    version: int
    recipient: str
    recipient_name: str
    at: str
    """ISO 8601, UTC."""
    what: str
    """``release``: the record; ``notice``: that it was corrected or erased; ``return``: of section 17A."""
    lane: str
    power: str
    purpose: str | None
    provision: str | None
    agreement: str | None
    agreement_version: str | None
    fields: tuple[str, ...]
    """Sealed fields that left, as far as the record held them."""
    state: str
    """How its delivery stands."""
    entry: int
    """Index of the ledger's entry."""
    source: str
    controller: str

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self), "fields": list(self.fields)}


@dataclass(frozen=True, slots=True)
class Disclosures:
    """Tells what left of records."""

    reader: Reader
    book: LawBook

    def of(self, incidents: Sequence[int]) -> list[Disclosed]:
        """Return every disclosure of these incidents, in the order in which they were committed."""
        wanted = sorted(set(incidents))
        with self.reader.connection() as connection:
            released = disclosed_of(connection, wanted)
            returned = returned_of(connection, wanted)
        leaves = {row["leaf"] for row in (*released, *returned)}
        said = {leaf: self._said(leaf) for leaf in leaves}
        classes = self.book.classes()
        names = {
            key: partner.name for key, partner in self.book.current().register.partners.items()
        }
        told = [
            _released(row, said[row["leaf"]], classes[row["class_id"]], names) for row in released
        ]
        told += [
            _returned(row, said[row["leaf"]], classes[row["class_id"]], names) for row in returned
        ]
        return sorted(told, key=lambda one: (one.entry, one.incident, one.version))

    def _said(self, index: int) -> Mapping[str, Any]:
        found = self.reader.leaf(index)
        return {} if found is None else read_leaf(found[0])


def _released(
    row: Mapping[str, Any],
    said: Mapping[str, Any],
    record_class: RecordClass,
    names: Mapping[str, str],
) -> Disclosed:
    held = set(record_class.field_groups)
    is_record = row["what"] == _RECORD
    fields = [name for name in said.get("fields", ()) if group_of(name) in held]
    recipient = said["recipient"]
    return Disclosed(
        incident=row["incident"],
        version=row["version"],
        recipient=recipient,
        recipient_name=names.get(recipient, recipient),
        at=_instant(row["at"]),
        what=RELEASE if is_record else NOTICE,
        lane=said.get("lane", ""),
        power=said.get("power", ""),
        purpose=said.get("purpose"),
        provision=said.get("provision"),
        agreement=said.get("agreement"),
        agreement_version=said.get("agreement_version"),
        fields=tuple(fields) if is_record else (),
        state=row["state"] or "",
        entry=row["leaf"],
        source=record_class.source,
        controller=record_class.controller,
    )


def _returned(
    row: Mapping[str, Any],
    said: Mapping[str, Any],
    record_class: RecordClass,
    names: Mapping[str, str],
) -> Disclosed:
    return Disclosed(
        incident=row["incident"],
        version=row["version"],
        recipient=row["recipient"],
        recipient_name=names.get(row["recipient"], row["recipient"]),
        at=_instant(row["handed_at"]),
        what=RETURN,
        lane=Lane.DEPERSONALISED.value,
        power=said.get("power", "section_17a"),
        purpose=said.get("purpose"),
        provision=None,
        agreement=None,
        agreement_version=None,
        fields=(),
        state="handed",
        entry=row["leaf"],
        source=record_class.source,
        controller=record_class.controller,
    )


def _instant(seconds: int) -> str:
    return stamp(datetime.fromtimestamp(seconds, UTC))
