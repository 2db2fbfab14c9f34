"""``gateway geography``: outlines of areas and lists of map points, as editions that are kept."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gateway.assembly import House
from gateway.cli.documents import FileUnreadable, refused
from gateway.cli.home import change, own_house
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    note,
    progress,
    say,
    say_json,
    show_table,
)
from gateway.intake.geography import (
    AREA_KINDS,
    AreaEdition,
    AreaKind,
    GeographyRefused,
    PointEdition,
    parse_areas,
    parse_police_uk_points,
)
from gateway.law.geography import POINTS, Area, EditionTaken, Point, PutGeography

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Map points, wards, LSOAs and MSOAs."
)


class GeographyKind(StrEnum):
    """What a file holds."""

    POLICE_UK_POINTS = "police-uk-points"
    WARDS = "wards"
    LSOA = "lsoa"
    MSOA = "msoa"
    DISTRICTS = "districts"


@app.command("load")
def load(
    files: Annotated[
        list[Path], typer.Argument(help="GeoJSON, or data.police.uk street CSV; plain or .gz.")
    ],
    *,
    kind: Annotated[GeographyKind, typer.Option(help="What the files hold.")],
    edition: Annotated[
        str | None,
        typer.Option(help="Where absent: the year in the codes' column, or the last month."),
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Load one edition from one or more files; running processes use it within a second.

    An edition replaces nothing. Loading the same files again changes nothing; other files under the
    same edition are refused.
    """
    with progress("reading", len(files) + 1) as done:
        contents = []
        for number, file in enumerate(files, start=1):
            contents.append(_content(file))
            done(number)
        found = _parsed(kind, contents, edition)
    with own_house(create=True) as house:
        added = _store(house, found, actor)
    counted = len(found.rows)
    document = {
        "kind": kind.value,
        "edition": found.edition,
        "sha256": found.sha256,
        "rows": counted,
        "added": added,
    }
    if as_json:
        say_json(document)
    else:
        done_now = "is loaded" if added else "was loaded already; nothing changed"
        say(f"{kind.value}, edition {found.edition}: {counted:,} rows; it {done_now}.")
    _tell_left_out(found)


@app.command("list")
def list_editions(*, as_json: AsJson = False) -> None:
    """List the editions that are loaded."""
    with own_house() as house:
        listed = [
            {
                "kind": row["kind"],
                "edition": row["edition"],
                "sha256": row["sha256"],
                "loaded_at": datetime.fromtimestamp(row["loaded_at"], tz=UTC).isoformat(),
            }
            for row in house.reader.geographies()
        ]
    if as_json:
        say_json({"geographies": listed})
    else:
        show_table("", ("kind", "edition", "sha256", "loaded"), [tuple(r.values()) for r in listed])


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
        return gzip.decompress(content) if file.suffix.lower() == ".gz" else content
    except (OSError, EOFError, zlib.error):
        raise FileUnreadable from None


def _parsed(
    kind: GeographyKind, contents: list[bytes], edition: str | None
) -> AreaEdition | PointEdition:
    try:
        if kind is GeographyKind.POLICE_UK_POINTS:
            return parse_police_uk_points(contents, edition or _last_month(contents))
        named = next(one for one in AREA_KINDS if one == kind.value)
        return _joined(named, contents, edition)
    except GeographyRefused as refusal:
        _refuse(refusal.code, refusal.says)


def _joined(kind: AreaKind, contents: list[bytes], edition: str | None) -> AreaEdition:
    """One edition from several files, such as the wards of two districts."""
    parts = [parse_areas(kind, content, edition) for content in contents]
    if len(parts) == 1:
        return parts[0]
    rows = {row.code: row for part in parts for row in part.rows}
    if len({part.edition for part in parts}) > 1:
        _refuse("geography.edition_unclear", "The files are of several editions; load one each.")
    if len(rows) < sum(len(part.rows) for part in parts):
        _refuse("geography.code_twice", "Two files hold the same area.")
    return AreaEdition(
        kind,
        parts[0].edition,
        hashlib.sha256(b"".join(contents)).hexdigest(),
        tuple(rows[code] for code in sorted(rows)),
        sum(part.repaired for part in parts),
    )


def _last_month(contents: list[bytes]) -> str:
    """The last month that the files' first rows name: what an edition of points is called."""
    months = []
    for content in contents:
        lines = io.StringIO(content[:65_536].decode("utf-8-sig", errors="replace"), newline="")
        row = next(csv.DictReader(lines), {})
        months.append((row.get("Month") or "").strip())
    if not all(months):
        _refuse("geography.edition", "The files name no month; give --edition.")
    return max(months)


def _refuse(rule: str, says: str) -> NoReturn:
    raise refused("", rule, says) from None


def _store(house: House, found: AreaEdition | PointEdition, actor: str) -> bool:
    is_points = isinstance(found, PointEdition)
    kind = found.kind if isinstance(found, AreaEdition) else POINTS
    try:
        return change(
            house,
            actor,
            lambda act: PutGeography(
                kind=kind,
                edition=found.edition,
                sha256=found.sha256,
                loaded_at=int(house.clock.now().timestamp()),
                act=act,
                areas=() if is_points else [Area(*row) for row in found.rows],
                points=[Point(*row) for row in found.rows] if is_points else (),
            ),
        )
    except EditionTaken:
        says = "This edition is loaded with another content. Give --edition another name."
        _refuse("geography.edition_taken", says)


def _tell_left_out(found: AreaEdition | PointEdition) -> None:
    if isinstance(found, AreaEdition):
        if found.repaired:
            note(f"gateway: {found.repaired:,} outlines crossed themselves and were repaired.")
    elif found.without_location or found.without_district:
        note(
            f"gateway: of {found.read:,} rows {found.without_location:,} have no coordinates and"
            f" {found.without_district:,} no LSOA name; they give no point."
        )
