"""Crosswalks: the packaged code lists, a force's own table, and the pages that show them.

The data are in ``adapters/data``: ``schemes.toml`` says what a list is, one CSV file holds its rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field

from adapters.placing import Crosswalk
from adapters.rules import RULE_COLUMNS, RuleRow
from schemas.base import Word
from schemas.codes import Kind
from schemas.packaged import packaged_csv, packaged_toml


class Scheme(Word):
    """What ``data/schemes.toml`` says of one packaged code list."""

    name: str
    title: str
    version: str
    file: str
    unlisted_kind: Kind
    """What a code that is not on the list counts as, where no class and no other code tells."""
    new_words: bool = False
    """Whether the publisher adds words of its own to the list: unknown ones, joined by hyphens, are kept."""
    cites: str


@cache
def schemes() -> dict[str, Scheme]:
    """Every packaged scheme by name."""
    listed = packaged_toml("adapters", "data/schemes.toml")["scheme"]
    return {one["name"]: Scheme.model_validate(one) for one in listed}


@cache
def scheme_rows(name: str) -> tuple[RuleRow, ...]:
    """The rows of a packaged scheme.

    Raises:
        KeyError: There is no such scheme.
    """
    listed = packaged_csv("adapters", f"data/{schemes()[name].file}")
    return tuple(RuleRow.model_validate(row) for row in listed)


def _packaged(scheme: str) -> str:
    if scheme not in schemes():
        message = "the scheme is none of the packaged ones"
        raise ValueError(message)
    return scheme


SchemeName = Annotated[str, AfterValidator(_packaged)]
"""The name of a packaged scheme in a feed's settings."""


class OwnTable(Word):
    """A partner's own code list."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,9}$")
    """Short name; it stands in the scheme of each incident, such as ``local:<name>``."""
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,7}$")
    """Raised by hand whenever a row changes; kept with each incident."""
    rows: tuple[RuleRow, ...] = Field(min_length=1)


class ForceTable(OwnTable):
    """A code list of one's own beside a packaged scheme's rows, or instead of them."""

    replaces: bool = False
    """True: only these rows; false: they come first, and the scheme knows all other codes."""


def crosswalk(scheme: str, force: ForceTable | None = None, prefix: str = "force") -> Crosswalk:
    """A packaged scheme, alone or with a partner's own table.

    A code that the partner lists has the partner's rules only. The version then names both tables, and
    the scheme of each incident is ``<prefix>:<name of the table>``.

    Raises:
        KeyError: There is no such scheme.
        CrosswalkRefused: A rule of the force's table cannot stand.
    """
    packaged = schemes()[scheme]
    version = f"{packaged.name}/{packaged.version}"
    if force is None:
        return _crosswalk(packaged, packaged.name, version, scheme_rows(scheme))
    own = {row.code for row in force.rows}
    base = () if force.replaces else scheme_rows(scheme)
    rows = (*force.rows, *(row for row in base if row.code not in own))
    name, version = f"{prefix}:{force.name}", f"{force.name}/{force.version}:{version}"
    return _crosswalk(packaged, name, version, rows)


def _crosswalk(scheme: Scheme, name: str, version: str, rows: Iterable[RuleRow]) -> Crosswalk:
    return Crosswalk(
        name, version, rows, scheme.unlisted_kind, new_words=scheme.new_words, base=scheme.name
    )


def local_crosswalk(table: OwnTable, unlisted_kind: Kind) -> Crosswalk:
    """A local code list that stands alone: ``local:<name>`` (raises ``CrosswalkRefused``).

    Its letters mean what its own rows say, whatever a published scheme means by them.
    """
    version = f"{table.name}/{table.version}"
    return Crosswalk(f"local:{table.name}", version, table.rows, unlisted_kind)


def rule_rows_csv(codes: Iterable[tuple[str, str]]) -> str:
    """A crosswalk file to fill in: one row a code, with a note, under the header of all columns."""
    lines = [",".join(RULE_COLUMNS)]
    for code, note in codes:
        cells = {"code": code, "note": note}
        lines.append(",".join(cells.get(column, "") for column in RULE_COLUMNS))
    return "\n".join(lines) + "\n"


def readme_tables() -> str:
    """Every packaged crosswalk as Markdown, one table a scheme, as ``adapters/README.md`` shows it."""
    return "\n\n".join(
        f"### `{one.name}` version {one.version}: {one.title}\n\n{one.cites}.\n\n"
        + _table(scheme_rows(one.name))
        for one in schemes().values()
    )


def _table(rows: Iterable[RuleRow]) -> str:
    head = ("rule", "code", "label", "when", "relation", "means", "kind", "note")
    lines = [head, tuple("---" for _ in head), *(_line(row) for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", ", ") for cell in line) + " |" for line in lines
    )


def _line(row: RuleRow) -> tuple[str, ...]:
    conditions = (
        ("opening", row.when_opening),
        ("closing", row.when_closing),
        ("qualifier", row.when_qualifier),
        ("class", row.when_class),
    )
    when = " and ".join(f"{name} {codes}" for name, codes in conditions if codes)
    kind = "" if row.reason else row.kind or Kind.ASB_INCIDENT
    return (
        f"`{row.rule_id}`",
        row.code,
        row.label,
        when,
        row.relation,
        _meaning(row),
        kind,
        row.note,
    )


def _meaning(row: RuleRow) -> str:
    if row.reason:
        return f"{row.status}: {row.reason}"
    if row.gives_class:
        return f"class {row.gives_class}"
    if row.default:
        others = [one for one in row.candidates.split("|") if one and one != row.default]
        of = f" › {row.sub_behaviour}" if row.sub_behaviour else ""
        return f"{row.default}{of}" + (f" (or {', '.join(others)})" if others else "")
    status = "unclassified" if row.relation != "broad" or row.status else "ambiguous"
    return f"{status}: {row.candidates}" if row.candidates else status
