"""Placing: which code of a row decides, and which of its rules holds.

Which code decides: a closing code before an opening code, in each position a code of behaviour before
a code of class, then a class column, and a qualifier only where nothing else stands. Then the rules
of the deciding code are tried from top to bottom and the first that holds wins. A condition sees
codes and the class only, never text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from adapters.rules import (
    CODE_PATTERN,
    EXCLUDED,
    CrosswalkRefused,
    Role,
    Rule,
    RuleRow,
    compile_rule,
    parts,
)
from schemas.codes import Kind, MappingStatus, NsirClass

_BLOCK: Final = re.compile(r"(\d+)-(\d+)")
_NOT_WORD: Final = re.compile(r"[^0-9a-z]+")
_OPENING_SUFFIX: Final = " opening code"
_REMEMBERED: Final = 4096
"""Combinations of known codes that a crosswalk remembers. Cells that no code list knows are never
remembered: they may hold anything."""
_REMEMBERED_CODES: Final = 12
"""Codes in the longest of them; a row may send thousands."""


def normal_label(text: str) -> str:
    """Bring a label to the form in which spellings are compared.

    Case, dashes of every kind, other punctuation, blanks and the suffix «Opening Code» do not count.
    """
    return _NOT_WORD.sub(" ", text.casefold()).strip().removesuffix(_OPENING_SUFFIX)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the list with its rules, in the order in which they are tried."""

    code: str
    rules: tuple[Rule, ...]
    role: Role
    gives_class: NsirClass | None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the codes of one row put it."""

    fields: dict[str, Any]
    """Fields of ``Incident`` about classification; empty where the row is not kept."""
    left_out: MappingStatus | str | None = None
    """``excluded`` or ``out_of_scope`` where the row is not kept."""
    reason: str = ""
    unlisted: tuple[str, ...] = ()
    """Codes that the list does not know."""
    unread: tuple[str, ...] = ()
    """Positions (``opening``, ``closing``, ``qualifier``, ``class``) that held what is not kept: no
    code at all, or one that does not have the shape of the list's codes."""


class Crosswalk:
    """A code list with its rules, ready to place rows."""

    def __init__(
        self,
        name: str,
        version: str,
        rows: Iterable[RuleRow],
        unlisted: Kind,
        *,
        new_words: bool = False,
        base: str | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.unlisted_kind = unlisted
        self.codes = _compiled(tuple(rows), name, version)
        self._new_words = new_words
        self._base = base
        self._spellings = _spellings(self.codes)
        self._shapes = frozenset(shape for code in self.codes if "9" in (shape := _shape(code)))
        self._remembered: dict[tuple[tuple[str, ...], ...], Placement] = {}

    def read(self, text: str) -> Code | None:
        """The code that a cell means: itself, without its zeros, its label, or another spelling."""
        return self._spellings.get(text) or self._spellings.get(normal_label(text))

    def reads(self, scheme: str) -> bool:
        """Whether codes of a scheme are codes of this list, or were before it had rows of its own."""
        return scheme in (self.name, self._base)

    def could_list(self, text: str) -> bool:
        """Whether an unknown text has the shape of this list's codes, such as three digits.

        A name or a telephone number that stands in a code column has not, and is not kept: with
        section 17A alone in force nothing personal may be at rest. Codes without a digit give no
        shape, because a surname would have it.
        """
        if self._new_words:
            # a published list of words, such as data.police.uk's: its words are joined by hyphens
            return "-" in text and text.islower()
        return _shape(text) in self._shapes

    def place(
        self,
        opening: tuple[str, ...],
        closing: tuple[str, ...],
        qualifiers: tuple[str, ...] = (),
        classes: tuple[str, ...] = (),
    ) -> Placement:
        """Place a row by the texts of its code cells, stripped and without empty ones."""
        key = (opening, closing, qualifiers, classes)
        remembered = self._remembered.get(key)
        if remembered is not None:
            return remembered
        placement = self._place(_Cells(self, opening, closing, qualifiers, classes))
        known = not placement.unlisted and not placement.unread
        short = sum(map(len, key)) <= _REMEMBERED_CODES
        if known and short and len(self._remembered) < _REMEMBERED:
            self._remembered[key] = placement
        return placement

    def _place(self, cells: _Cells) -> Placement:
        reason = cells.excluded_by()
        if reason:
            return Placement({}, EXCLUDED, reason)
        deciding = cells.deciding()
        if not isinstance(deciding, Code):
            return self._placed(cells, self._unlisted(cells, deciding), None)
        rule = cells.rule_of(deciding)
        if rule.reason:
            return Placement({}, rule.status, rule.reason)
        return self._placed(cells, rule.fields, rule)

    def _unlisted(self, cells: _Cells, code: str | None) -> dict[str, Any]:
        return {
            "kind": cells.kind_without_rule(self.unlisted_kind),
            "mapping_status": MappingStatus.UNCLASSIFIED,
            "crosswalk_version": self.version,
            "source_category_scheme": self.name,
            "source_category_code": None if isinstance(code, Misfit) else code,
        }

    def _placed(self, cells: _Cells, fields: dict[str, Any], rule: Rule | None) -> Placement:
        return Placement(
            {
                **fields,
                "other_behaviours": cells.other_behaviours(rule),
                "opening_code": next(iter(cells.kept(cells.opening, _is_no_qualifier)), None),
                "closing_codes": cells.kept(cells.closing, _is_no_qualifier),
                "qualifier_codes": (
                    *cells.kept(cells.qualifiers),
                    *cells.kept((*cells.opening, *cells.closing), _is_qualifier),
                ),
                "nsir_class": cells.nsir_class,
            },
            unlisted=cells.unlisted(),
            unread=cells.unread(),
        )


_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[A-Za-z]")


def _shape(code: str) -> str:
    """Write every digit as 9 and every letter as A."""
    return _LETTER.sub("A", _DIGIT.sub("9", code))


class Misfit(str):
    """Text that could be a code, but not of this list: told to the sender who tries a file, not kept."""

    __slots__ = ()


_Cell = Code | str | None
"""A code of the list, a code that is not on it, or ``None`` for text that is no code."""


class _Cells:
    """The code cells of one row, read."""

    def __init__(self, crosswalk: Crosswalk, *positions: tuple[str, ...]) -> None:
        self.opening, self.closing, self.qualifiers, self.classes = (
            tuple(self._cell(crosswalk, text) for text in position) for position in positions
        )
        self.all = (*self.closing, *self.opening, *self.qualifiers, *self.classes)
        self.nsir_class = next(
            (cell.gives_class for cell in self.all if isinstance(cell, Code) and cell.gives_class),
            None,
        )
        self._seen = (
            set(self.kept(self.opening)),
            set(self.kept(self.closing)),
            set(self.kept(self.qualifiers)),
            {self.nsir_class.value} if self.nsir_class else set(),
        )

    @staticmethod
    def _cell(crosswalk: Crosswalk, text: str) -> _Cell:
        known = crosswalk.read(text)
        if known is not None or not CODE_PATTERN.fullmatch(text):
            return known
        return text if crosswalk.could_list(text) else Misfit(text)

    @staticmethod
    def kept(
        cells: tuple[_Cell, ...], wanted: Callable[[_Cell], bool] = lambda _: True
    ) -> tuple[str, ...]:
        """The codes of a position: as the list writes them, or as sent where it has none."""
        return tuple(
            cell.code if isinstance(cell, Code) else cell
            for cell in cells
            if cell is not None and not isinstance(cell, Misfit) and wanted(cell)
        )

    def unlisted(self) -> tuple[str, ...]:
        return tuple(str(cell) for cell in self.all if isinstance(cell, str))

    def unread(self) -> tuple[str, ...]:
        positions = {
            "opening": self.opening,
            "closing": self.closing,
            "qualifier": self.qualifiers,
            "class": self.classes,
        }
        return tuple(
            name
            for name, cells in positions.items()
            if any(cell is None or isinstance(cell, Misfit) for cell in cells)
        )

    def deciding(self) -> _Cell:
        """The cell that decides; the order is the one at the head of this module."""
        for position in (self.closing, self.opening, self.classes):
            plain = [cell for cell in position if _role(cell) == ""]
            classes = [cell for cell in position if _role(cell) == "class"]
            if plain or classes:
                return (plain or classes)[0]
        return next(iter(self.all), None)

    def rule_of(self, code: Code) -> Rule:
        """The first rule of a code that holds for this row; the last one always does."""
        return next(
            rule
            for rule in code.rules
            if not any(
                wanted and wanted.isdisjoint(there)
                for wanted, there in zip(rule.conditions, self._seen, strict=True)
            )
        )

    def excluded_by(self) -> str:
        """The reason of an exclusion that acts anywhere, or of one among the closing codes."""
        anywhere = [cell for cell in self.all if isinstance(cell, Code) and cell.role == "anywhere"]
        closing = [cell for cell in self.closing if isinstance(cell, Code)]
        rules = [self.rule_of(code) for code in (*anywhere, *closing)]
        return next((rule.reason for rule in rules if rule.status == EXCLUDED), "")

    def kind_without_rule(self, otherwise: Kind) -> Kind:
        """A class makes it ASB; else the opening code tells; else the scheme's own default."""
        if self.nsir_class:
            return Kind.ASB_INCIDENT
        rules = [self.rule_of(cell) for cell in self.opening if isinstance(cell, Code)]
        return next((rule.kind for rule in rules if not rule.reason), otherwise)

    def other_behaviours(self, primary: Rule | None) -> tuple[str, ...]:
        """Further coded behaviours of the closing codes; counting uses the primary one only."""
        rules = [self.rule_of(cell) for cell in self.closing if isinstance(cell, Code)]
        named = [rule.behaviour for rule in rules if rule.behaviour]
        mine = primary.behaviour if primary else None
        return tuple(dict.fromkeys(one for one in named if one != mine))


def _is_qualifier(cell: _Cell) -> bool:
    return _role(cell) == "qualifier"


def _is_no_qualifier(cell: _Cell) -> bool:
    return not _is_qualifier(cell)


def _role(cell: _Cell) -> Role:
    return cell.role if isinstance(cell, Code) else ""


def _compiled(rows: tuple[RuleRow, ...], scheme: str, version: str) -> dict[str, Code]:
    """Compile rows to codes; a block covers the numbers that have no row of their own."""
    own = [row for row in rows if not _BLOCK.fullmatch(row.code)]
    rules: dict[str, list[Rule]] = {}
    for row in own:
        rules.setdefault(row.code, []).append(compile_rule(row, row.code, scheme, version))
    listed = set(rules)
    for row in rows:
        block = _BLOCK.fullmatch(row.code)
        for code in _numbers(block) if block else ():
            if code not in listed:
                rules.setdefault(code, []).append(compile_rule(row, code, scheme, version))
    _refuse_unusable(rows, rules, scheme)
    return {
        code: Code(code, tuple(of_code), of_code[-1].role, of_code[-1].gives_class)
        for code, of_code in rules.items()
    }


def _numbers(block: re.Match[str]) -> Iterable[str]:
    first, last = block.groups()
    return (str(number).zfill(len(first)) for number in range(int(first), int(last) + 1))


def _refuse_unusable(rows: tuple[RuleRow, ...], rules: dict[str, list[Rule]], scheme: str) -> None:
    """Refuse rule ids that stand twice, rules never reached, and conditions on unknown codes."""
    ids = [row.rule_id or f"{scheme}.{row.code}" for row in rows]
    for position, rule_id in enumerate(ids):
        if rule_id in ids[:position]:
            raise CrosswalkRefused(rule_id, "the rule id stands twice")
    for of_code in rules.values():
        for position, rule in enumerate(of_code):
            if any(earlier.shadows(rule) for earlier in of_code[:position]):
                raise CrosswalkRefused(rule.rule_id, "an earlier rule of the code always wins")
            if not rule.opening | rule.closing | rule.qualifier <= rules.keys():
                raise CrosswalkRefused(rule.rule_id, "a condition names a code without a rule")
        if any(of_code[-1].conditions):
            raise CrosswalkRefused(of_code[-1].rule_id, "the last rule of a code has no condition")


def _spellings(codes: dict[str, Code]) -> dict[str, Code]:
    """Every spelling that means one code and no other."""
    spellings: dict[str, Code | None] = {}
    for code in codes.values():
        row = code.rules[-1].row
        short = code.code.lstrip("0") or code.code
        labels = () if row.code != code.code else (row.label, *parts(row.also))
        named = [normal_label(text) for one in labels for text in (one, f"{code.code} {one}")]
        for spelling in {short, normal_label(code.code), *named} - {code.code, ""}:
            spellings[spelling] = code if spellings.get(spelling, code) is code else None
    return {**{text: code for text, code in spellings.items() if code}, **codes}
