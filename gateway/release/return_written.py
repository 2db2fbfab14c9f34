"""The forms in which a section 17A return is written: JSON Lines, a table, and the manifest beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.release.returned import Handed
from gateway.release.sent import quality
from policies.exclusions import EXCLUSIONS, ExclusionCell
from schemas.returns import CategoryRow, CouncilRow, CrimeRow, RaceRow, Row

JSON_LINES, CSV = "application/x-ndjson", "text/csv; charset=utf-8"
_BOM = "\ufeff"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROWS: dict[int, type[Row]] = {1: CategoryRow, 2: CrimeRow, 7: RaceRow, 8: CouncilRow}
_ENVELOPE = ("id", "change", "period")
_PLACE = ("level", "longitude", "latitude", "code", "edition")
_CATEGORY = ("source_code", "scheme", "list_version", "frozen_code")
_VOLUNTARY = ("typology_behaviour", "typology_sub_behaviour", "repeat_at_place")
_PARTS = {
    "location": _PLACE,
    "category": _CATEGORY,
    "sub_category": _CATEGORY,
    "voluntary": _VOLUNTARY,
}


def json_lines(handed: Handed) -> bytes:
    """Return the file as JSON Lines: manifest, marking and quality first, then a row a line."""
    manifest = handed.manifest.model_dump_json(exclude_none=True)
    worth = quality(handed.manifest.made_at).model_dump_json()
    said = f'"omitted":{handed.omitted},"marking":"{handed.marking}","quality":{worth}'
    head = f'{{"manifest":{manifest},{said}}}\n'.encode()
    return head + b"".join(line + b"\n" for line in handed.lines)


def table(handed: Handed) -> str:
    """Return the file as a table for a spreadsheet: id, change and period, then the prescribed fields.

    UTF-8 with a mark, and no text that is taken for a formula.
    """
    voluntary, number = handed.manifest.form == "voluntary", handed.manifest.paragraph
    out = io.StringIO()
    out.write(_BOM)
    writer = csv.writer(out)
    if number == EXCLUSIONS:
        cells = [ExclusionCell.model_validate_json(line) for line in handed.lines]
        writer.writerow(ExclusionCell.model_fields)
        writer.writerows([_cell(one) for one in cell.model_dump().values()] for cell in cells)
        return out.getvalue()
    columns = _columns(number, voluntary=voluntary)
    writer.writerow([*_ENVELOPE, *columns])
    for line in handed.lines:
        document = json.loads(line)  # noqa: TID251 - our own line, rendered just now
        flat = dict(_flat(document.get("row", {})))
        said = [document[name] for name in _ENVELOPE] + [flat.get(name, "") for name in columns]
        writer.writerow([_cell(value) for value in said])
    return out.getvalue()


def _columns(paragraph: int, *, voluntary: bool) -> list[str]:
    columns: list[str] = []
    for name in _ROWS[paragraph].model_fields:
        if name == "voluntary" and not voluntary:
            continue
        columns += [f"{name}_{part}" for part in _PARTS.get(name, ())] or [name]
    return columns


def _flat(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{part}", one) for part, one in value.items())
        else:
            yield name, value


def _cell(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    starts = isinstance(value, str) and value.startswith(_STARTS_A_FORMULA)
    return f"'{value}" if starts else value
