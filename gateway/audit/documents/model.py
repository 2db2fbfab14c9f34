"""What a document is made of. Immutable; the same configuration gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

MISSING = "Not yet recorded."


@dataclass(frozen=True, slots=True)
class Statement:
    """One value of the configuration, and how it reads."""

    label: str
    text: str
    pointer: str
    """Where the value stands: ``/agreements/police-council/1/retention_days``."""
    value: Any
    """The value itself, as JSON."""
    remedy: str = ""
    """How to record it, where it is missing; empty where it is there."""

    @property
    def is_missing(self) -> bool:
        """Whether nobody recorded it."""
        return bool(self.remedy)

    def machine(self) -> dict[str, Any]:
        """Return it as JSON."""
        missing = {"missing": True, "remedy": self.remedy} if self.is_missing else {}
        said = {"label": self.label, "text": self.text, "pointer": self.pointer}
        return {**said, "value": self.value, **missing}


@dataclass(frozen=True, slots=True)
class Derived:
    """What is worked out from several values, by the functions that decide as well."""

    label: str
    text: str
    of: tuple[str, ...]
    """Pointers to the values."""

    def machine(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"label": self.label, "text": self.text, "derived_from": list(self.of)}


@dataclass(frozen=True, slots=True)
class Said:
    """What holds whatever is configured: the law's words, or what the gateway does for everybody."""

    text: str
    cites: str = ""
    label: str = ""

    def machine(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"text": self.text, "cites": self.cites}


Cell = Statement | Derived | Said


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; every cell is a statement."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str
    """What is said where there is no row."""

    def machine(self) -> dict[str, Any]:
        """Return it as JSON."""
        rows = [[cell.machine() for cell in row] for row in self.rows]
        return {"caption": self.caption, "columns": list(self.columns), "rows": rows}


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing; a table beside it says the same."""

    title: str
    description: str
    svg: str

    def machine(self) -> dict[str, Any]:
        """Return it as JSON: its words."""
        return {"picture": self.title, "description": self.description}


@dataclass(frozen=True, slots=True)
class Blank:
    """Space that a person fills by hand: a signature, an assessor's judgement."""

    label: str
    lines: int = 1

    def machine(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"to_fill": self.label}


Block = Statement | Derived | Said | Grid | Picture | Blank


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands under it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document about one thing, as of one day."""

    kind: str
    about: str
    title: str
    day: date
    snapshot: str
    """SHA-256 of the law, register and agreements that it was made from."""
    sections: tuple[Section, ...]

    def statements(self) -> Iterator[Statement]:
        """Yield every statement, those in tables too."""
        yield from (one for one in self._cells() if isinstance(one, Statement))

    def _cells(self) -> Iterator[Block]:
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Grid):
                    yield from (cell for row in block.rows for cell in row)
                else:
                    yield block

    @property
    def missing(self) -> tuple[Statement, ...]:
        """What nobody recorded yet, once each."""
        found = {one.pointer: one for one in self.statements() if one.is_missing}
        return tuple(found.values())

    def machine(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "kind": self.kind,
            "about": self.about,
            "title": self.title,
            "day": self.day.isoformat(),
            "snapshot": self.snapshot,
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "blocks": [block.machine() for block in section.blocks],
                }
                for section in self.sections
            ],
        }

    def json(self) -> bytes:
        """Return it as the bytes of a JSON file."""
        return (json.dumps(self.machine(), ensure_ascii=False, indent=1) + "\n").encode()


def sha256_of(content: bytes) -> str:
    """Return the hash by which a file of a document is known, in hex."""
    return sha256(content).hexdigest()


def section(name: str, title: str, *blocks: Block | Iterable[Block]) -> Section:
    """Return a section of blocks and of lists of blocks."""
    flat: list[Block] = []
    for block in blocks:
        flat += list(block) if isinstance(block, Iterable) else [block]
    return Section(name, title, tuple(flat))
