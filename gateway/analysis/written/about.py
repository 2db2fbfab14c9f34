"""What a file says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.analysis.frames import Column, dictionary


@dataclass(frozen=True, slots=True)
class About:
    """Travels with every file that has a place for it. Never holds a record's value."""

    what: str
    """What it is, in words, such as ``Incidents, depersonalised``."""
    as_of: str
    """ISO 8601 instant up to which the gateway had received."""
    subscription: str
    power: str
    marking: str
    columns: Sequence[Column]
    rules: Sequence[str] = ()
    """What a reader must know: how places and times are coarsened, which rule hides a number."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further lines by name: editions used, the ledger's entry, the period."""

    def told(self) -> dict[str, str]:
        """Return everything but columns and rules, by name, in order."""
        return {
            "what": self.what,
            "as_of": self.as_of,
            "subscription": self.subscription,
            "power": self.power,
            "marking": self.marking,
            **self.more,
        }

    def metadata(self) -> dict[str, str]:
        """Return it as the key-value metadata of a file of columns, keys under ``gateway.``."""
        told = {f"gateway.{name}": value for name, value in self.told().items()}
        said = json.dumps(dictionary(self.columns), ensure_ascii=False, separators=(",", ":"))
        rules = json.dumps(list(self.rules), ensure_ascii=False, separators=(",", ":"))
        return told | {"gateway.rules": rules, "gateway.dictionary": said}
