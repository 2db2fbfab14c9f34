"""Statements drawn from the configuration: the value by its name, the text from the value alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from gateway.audit.documents.model import MISSING, Derived, Statement
from gateway.audit.documents.words import plain

Words = Callable[[Any], str]
"""From a value to how it reads; the empty text where nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One part of the configuration, such as a version of an agreement."""

    place: str
    """Its pointer: ``/agreements/police-council/1``."""
    word: BaseModel | None
    """None where it is not registered: everything of it is missing then."""
    record: str
    """How what is missing is recorded: a sentence with a command or page."""

    def states(self, field: str, label: str, words: Words = plain) -> Statement:
        """Return the statement of a field, ``coverage.kinds`` for one inside another."""
        value: Any = self.word
        for name in field.split("."):
            value = None if value is None else getattr(value, name)
        text = "" if self.word is None else words(value)
        return Statement(
            label=label,
            text=text or MISSING,
            pointer=self.pointer(field),
            value=to_jsonable_python(sorted(value) if isinstance(value, frozenset) else value),
            remedy="" if text else self.record,
        )

    def pointer(self, field: str) -> str:
        """Return the pointer to a field."""
        return f"{self.place}/{field.replace('.', '/')}"

    def derives(self, label: str, text: str, *fields: str) -> Derived:
        """Return what was worked out from some of its fields."""
        return Derived(label, text, tuple(map(self.pointer, fields)))
