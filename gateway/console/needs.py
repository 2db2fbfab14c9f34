"""What needs somebody today: one sentence, one button, and when it is or was due.

Each capability adds a source of its own; the first page shows the three most urgent and counts the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.console.desk import Visit


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for somebody."""

    due: datetime
    """Aware. What is past stands first."""
    says: str
    """One sentence; no personal value."""
    button: str
    """What the button says: a verb first."""
    path: str
    """Where the button leads."""


Source = Callable[[Visit], Iterable[Need]]
SOURCES: list[Source] = []


def needing(source: Source) -> Source:
    """Add a source (again and it stays one). It yields only what the visitor may do."""
    if source not in SOURCES:
        SOURCES.append(source)
    return source


def needs_of(visit: Visit) -> list[Need]:
    """Return everything that waits for a visitor, the most urgent first."""
    return sorted((need for source in SOURCES for need in source(visit)), key=lambda one: one.due)
