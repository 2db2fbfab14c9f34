"""The kit: what a source declares, what a mapper answers, and how both refuse.

A source is one module with one ``SOURCE``. ``Source.compile(settings)`` does all work that does not
depend on a row and gives a ``Mapper``; the mapper turns a body into rows and each row into an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from pydantic import ValidationError

from adapters.placing import Crosswalk, Placement
from adapters.rules import CrosswalkRefused
from schemas.base import Word
from schemas.incident import SENSITIVITY, Incident
from schemas.receipts import FieldFault

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""A parsed JSON value."""

Row: TypeAlias = Mapping[str, JSON]
"""One record as sent, by column name."""

UNLISTED_COLUMNS: Final = "unlisted_columns"
"""Stands in ``Mapped.dropped`` for every column that the settings do not name. A header is input, so
its own name is never repeated."""


class BodyUnreadable(Exception):
    """The body as a whole could not be read. Carries a code and columns of *our* settings only."""

    def __init__(self, code: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {', '.join(columns)}" if columns else code)
        self.code = code
        self.columns = columns


class SettingsRefused(Exception):
    """The settings of a feed cannot be used. Names each setting and the rule, never its value."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__("; ".join(f"{one.pointer or '/'}: {one.rule}" for one in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Reference:
    """The source's own reference: natural key = feed + reference."""

    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a row without a reference is known by.

    Natural key = feed + content + occurrence in the unit: equal rows are different incidents (40 % of
    Leicestershire's ASB rows on data.police.uk in 2025 equal another one).
    """

    text: str


Identity: TypeAlias = Reference | Content


@dataclass(frozen=True, slots=True)
class Mapped:
    """The row became an incident."""

    incident: Incident
    identity: Identity
    dropped: tuple[str, ...] = ()
    """Listed columns that had a value and were not taken, and ``UNLISTED_COLUMNS`` for the others."""
    unlisted: tuple[str, ...] = ()
    """Codes of the incident that the scheme's list does not know."""
    replaces: Reference | None = None
    """What the incident was known by before: a record under that reference is taken back."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Never kept: domestic, duplicate, error, test … Counted by ``reason``."""

    reason: str
    identity: Identity | None = None
    """Lets a record that was sent before be retracted."""


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """Neither ASB nor crime nor otherwise prescribed. Counted by ``reason``, not kept."""

    reason: str
    identity: Identity | None = None
    """Lets a record that was sent before be retracted."""


@dataclass(frozen=True, slots=True)
class CannotMap:
    """The row goes to quarantine: which field broke which rule."""

    faults: tuple[FieldFault, ...]
    reference: Reference | None = None
    """The row's own reference where it could be read."""


Outcome: TypeAlias = Mapped | Excluded | OutOfScope | CannotMap


@dataclass(frozen=True, slots=True)
class Kept:
    """The codes that recording kept of an incident: what a later crosswalk places it by."""

    scheme: str
    code: str | None = None
    """The code that decided, as its list writes it; ``None`` where no list knew it."""
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    nsir_class: str | None = None
    unlisted: tuple[str, ...] = ()
    """Codes that no list knew, in whatever position they stood."""

    @property
    def one_code(self) -> tuple[str, ...]:
        """The code of a source that has one a row."""
        return (self.code,) if self.code else self.unlisted[:1]


DELIMITED: Final = frozenset({"text/csv"})
"""The media types of a source that is delimited text, beside JSON."""


class Mapper(Protocol):
    """A source with its settings applied. Holds no row, and may be used from several threads."""

    @property
    def crosswalk(self) -> Crosswalk:
        """The code list in use, with the feed's own rows."""
        ...

    @property
    def listed(self) -> frozenset[str]:
        """Every code that may be released: of all lists that the feed's codes are from."""
        ...

    @property
    def media_types(self) -> frozenset[str]:
        """The media types of bodies that ``rows`` reads; JSON and NDJSON go without saying."""
        ...

    def rows(self, body: bytes, media_type: str) -> Iterator[Row]:
        """Read a body of one of ``media_types``, such as delimited text, header first.

        Raises:
            BodyUnreadable: At the call, before the first row.
        """
        ...

    def rows_of(self, document: JSON) -> list[Row]:
        """Find the rows of one JSON document: an object, a list, or the source's own wrapper.

        Raises:
            BodyUnreadable: The document is neither.
        """
        ...

    def map(self, row: Row) -> Outcome:
        """Make one incident of one row of ``rows`` or ``rows_of``. Never raises on any row."""
        ...

    def place_again(self, kept: Kept) -> Placement | None:
        """Place what was recorded by the crosswalk of today; ``None`` where its scheme is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: part of the documentation, run by the contract tests."""

    title: str
    given: Row
    gives: Mapping[str, Any] | Excluded | OutOfScope | CannotMap
    """For a mapped row: every field of its incident that is not at its default."""
    settings: Mapping[str, Any] = field(default_factory=dict)


class _NotSupplied:
    """The type of ``NOT_SUPPLIED``."""

    __slots__ = ()


NOT_SUPPLIED: Final = _NotSupplied()
"""Says that a source never fills a field of ``Incident``."""


@dataclass(frozen=True, slots=True)
class Source:
    """How one partner's system speaks.

    Raises:
        TypeError: At import, when a field of ``Incident`` is not placed or an unknown one is.
    """

    name: str
    title: str
    settings_model: type[Word]
    build: Callable[[Any], Mapper]
    fields: Mapping[str, str | _NotSupplied]
    """For every field of ``Incident``: the column it comes from in words, or ``NOT_SUPPLIED``."""
    examples: tuple[Example, ...]

    def __post_init__(self) -> None:
        missing = SENSITIVITY.keys() - self.fields.keys()
        unknown = self.fields.keys() - SENSITIVITY.keys()
        if missing or unknown:
            message = (
                f"{self.name}: say for every field of Incident whether it is supplied; "
                f"not placed: {sorted(missing)}, unknown: {sorted(unknown)}"
            )
            raise TypeError(message)

    @property
    def supplied(self) -> tuple[str, ...]:
        """The fields of ``Incident`` that this source can fill, in the order of the model."""
        return tuple(name for name in SENSITIVITY if self.fields[name] is not NOT_SUPPLIED)

    def compile(self, settings: Mapping[str, Any]) -> Mapper:
        """Check the settings of a feed and do everything that does not depend on a row.

        Raises:
            SettingsRefused: A setting is unknown or unusable; it names which, and the rule.
        """
        try:
            checked = self.settings_model.model_validate(dict(settings))
            return self.build(checked)
        except ValidationError as refusal:
            raise SettingsRefused(_setting_faults(refusal)) from None
        except CrosswalkRefused as refusal:
            raise SettingsRefused((_rule_fault(refusal),)) from None


def _rule_fault(refusal: CrosswalkRefused) -> FieldFault:
    return FieldFault(pointer="/force/rows", rule="setting.crosswalk", says=str(refusal))


def _setting_faults(refusal: ValidationError) -> tuple[FieldFault, ...]:
    return tuple(
        FieldFault(
            pointer="/" + "/".join(str(part) for part in one["loc"]),
            rule=f"setting.{one['type']}",
            says=str(one["ctx"]["error"]) if one["type"] == "value_error" else one["msg"],
        )
        for one in refusal.errors(include_url=False, include_input=False)
    )
