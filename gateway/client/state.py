"""What a system keeps between runs: cursors, the ledger's key, the newest checkpoint it saw."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic_core import from_json

from gateway.client.answers import ClientError


class StateStore(Protocol):
    """A few named texts that outlive a run. A system's own database does as well as a file."""

    def load(self, name: str) -> str | None:
        """Return what was saved under a name, or None."""
        ...

    def save(self, name: str, text: str) -> None:
        """Keep a text under a name; when this returns it is kept, or it raises."""
        ...


class StateUnreadable(ClientError):
    """The state file is there and is not what was written."""

    def __init__(self) -> None:
        super().__init__(
            "The client's state file cannot be read.",
            "Restore it from a copy. Without it pages come again, and the ledger's past is unknown.",
        )


@dataclass(slots=True)
class MemoryState:
    """For a run that begins anew each time."""

    texts: dict[str, str] = field(default_factory=dict)

    def load(self, name: str) -> str | None:
        """Return what was saved under a name, or None."""
        return self.texts.get(name)

    def save(self, name: str, text: str) -> None:
        """Keep a text while the run lasts."""
        self.texts[name] = text


@dataclass(frozen=True, slots=True)
class FileState:
    """One JSON file, replaced as a whole and synced. For one process at a time."""

    path: Path

    def load(self, name: str) -> str | None:
        """Return what was saved under a name, or None.

        Raises:
            StateUnreadable: The file is not what was written.
        """
        return self._all().get(name)

    def save(self, name: str, text: str) -> None:
        """Write the file anew beside the old one, then put it in its place (raises OSError)."""
        texts = {**self._all(), name: text}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f".{self.path.name}.part")
        with part.open("w", encoding="utf-8") as file:
            json.dump(texts, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _all(self) -> dict[str, str]:
        try:
            found = from_json(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise StateUnreadable from None
        if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
            raise StateUnreadable
        return found
