"""The columns of a feed, as its settings name them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from adapters.tabular import Column, fold
from schemas.base import Word

ColumnName = Annotated[str, Field(min_length=1, max_length=100)]


class ColumnNames(Word):
    """Names of the columns. ``None``, or an empty list, says that the feed has none.

    A file must have the columns of ``always_needed``, and every other one that the settings name
    themselves: a misspelt name is found at the first file.
    """

    always_needed: ClassVar[frozenset[str]] = frozenset()
    """Settings whose column every file has, or the first of them where they are several."""
    lists: ClassVar[frozenset[str]] = frozenset()
    """Settings in whose columns a JSON list of plain values may stand."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [fold(column.name) for _, column in self.listed()]
        if len(set(names)) < len(names):
            message = "one column cannot stand for two fields"
            raise ValueError(message)
        return self

    def listed(self) -> list[tuple[str, Column]]:
        """Every column with the setting it comes from, in the order of the settings."""
        listed: list[tuple[str, Column]] = []
        for setting in type(self).model_fields:
            named = getattr(self, setting)
            names = named if isinstance(named, tuple) else (named,) if named else ()
            for position, name in enumerate(names):
                always = setting in self.always_needed and position == 0
                needed = always or setting in self.model_fields_set
                listed.append((setting, Column(name, needed=needed, many=setting in self.lists)))
        return listed
