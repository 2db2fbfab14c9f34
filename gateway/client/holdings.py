"""What a recipient holds: the newest version of each record, less what notices took away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.client.pages import Page
from schemas.released import Notice, NoticeKind

TAKES_AWAY = frozenset(
    {
        NoticeKind.RETRACTED,
        NoticeKind.RESTRICTED,
        NoticeKind.ERASED,
        NoticeKind.AMENDED_DELETE,
    }
)
"""Notices after which a record may not be used; a later version, or a lifting, brings it back."""


@dataclass(slots=True)
class Holdings:
    """Records by the id that the recipient knows. A page may come twice; nothing is doubled."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    """Id → the version that a notice took away: it, and any before it, does not come back by itself."""

    def apply(self, page: Page) -> int:
        """Take a page in: notices first, then records; return how many records were new or newer."""
        for notice in page.notices:
            self.heed(notice)
        return sum(self._take(record) for record in page.records)

    def heed(self, notice: Notice) -> None:
        """Do what a notice says."""
        if notice.kind in TAKES_AWAY:
            held = self.records.pop(notice.id, None)
            version = notice.version if held is None else max(notice.version, held["version"])
            self.gone[notice.id] = max(version, self.gone.get(notice.id, 0))
        elif notice.kind is NoticeKind.LIFTED:
            self.gone.pop(notice.id, None)

    def _take(self, record: dict[str, Any]) -> bool:
        key, version = record["id"], record["version"]
        held = self.records.get(key)
        if version <= self.gone.get(key, 0) or (held is not None and version <= held["version"]):
            return False
        self.records[key] = record
        self.gone.pop(key, None)
        return True

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.records.values())

    def __len__(self) -> int:
        return len(self.records)
