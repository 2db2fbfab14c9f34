"""``gateway geography``: areas, map points, postcodes and address counts, as editions that are kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gateway.assembly import House
from gateway.cli.documents import refused
from gateway.cli.geography_files import (
    content,
    digest,
    last_month,
    month_named,
    opened,
    unpacking,
)
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
from gateway.intake.addresses import Catchments, count_addresses, parse_addresses
from gateway.intake.desks import district_names
from gateway.intake.geography import (
    AREA_KINDS,
    AreaEdition,
    AreaKind,
    GeographyRefused,
    PointEdition,
    parse_areas,
    parse_police_uk_points,
)
from gateway.intake.loaded import load_places
from gateway.intake.postcodes import POSTCODE_KINDS, PostcodeEdition, parse_postcodes
from gateway.law.geography import (
    ADDRESSES,
    POINTS,
    Area,
    EditionTaken,
    Point,
    Postcode,
    PutGeography,
)
from gateway.store.postcodes import tally

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Map points, wards, LSOAs, MSOAs, districts, postcodes, address counts.",
)


class GeographyKind(StrEnum):
    """What a file holds."""

    POLICE_UK_POINTS = "police-uk-points"
    WARDS = "wards"
    LSOA = "lsoa"
    MSOA = "msoa"
    DISTRICTS = "districts"
    CODE_POINT_OPEN = "code-point-open"
    ONSPD = "onspd"
    ADDRESSES = "addresses"


@dataclass(frozen=True, slots=True)
class _Loaded:
    """An edition as it is stored, and what the operator is told beside its name."""

    kind: str
    edition: str
    sha256: str
    rows: int
    stored: dict[str, Any]
    says: tuple[str, ...] = ()


@app.command("load")
def load(
    files: Annotated[
        list[Path],
        typer.Argument(help="GeoJSON, or CSV as it is published; plain, .gz, or (lists) .zip."),
    ],
    *,
    kind: Annotated[GeographyKind, typer.Option(help="What the files hold.")],
    edition: Annotated[
        str | None,
        typer.Option(help="Where absent: the year or month that the files name, if they do."),
    ] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(
            help="Postcode area or district to keep, such as LE or LE11; may be repeated."
        ),
    ] = None,
    district: Annotated[
        list[str] | None,
        typer.Option(
            help="District (GSS code or name) of which the addresses are complete; may be repeated."
            " Where absent: those of the feeds."
        ),
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Load one edition from one or more files; running processes use it within a second.

    An edition replaces nothing. Loading the same files again changes nothing; other files under the
    same edition are refused.
    """
    with own_house(create=True) as house:
        try:
            found = _found(house, kind, files, edition, within or [], district or [])
        except GeographyRefused as refusal:
            _refuse(refusal.code, refusal.says, refusal.field)
        added = _store(house, found, actor)
    document = {
        "kind": kind.value,
        "edition": found.edition,
        "sha256": found.sha256,
        "rows": found.rows,
        "added": added,
    }
    if as_json:
        say_json(document)
    else:
        done_now = "is loaded" if added else "was loaded already; nothing changed"
        say(f"{kind.value}, edition {found.edition}: {found.rows:,} rows; it {done_now}.")
    for sentence in found.says:
        note(f"gateway: {sentence}")


@app.command("list")
def list_editions(*, as_json: AsJson = False) -> None:
    """List the editions that are loaded."""
    with own_house() as house:
        listed = [_row(row) for row in house.reader.geographies()]
    if as_json:
        say_json({"geographies": listed})
    else:
        show_table("", ("kind", "edition", "sha256", "loaded"), [tuple(r.values()) for r in listed])


@app.command("show")
def show(
    kind: Annotated[str, typer.Argument(help="As `gateway geography list` names it.")],
    edition: Annotated[str, typer.Argument(help="The edition.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what one edition holds: how many areas, points, postcodes, and how it was read."""
    wanted = POINTS if kind == GeographyKind.POLICE_UK_POINTS else kind
    with own_house() as house:
        rows = [
            r for r in house.reader.geographies() if (r["kind"], r["edition"]) == (wanted, edition)
        ]
        if not rows:
            _refuse("geography.unknown", "There is no such edition; see `gateway geography list`.")
        notes = json.loads(rows[0]["notes"] or "{}")  # noqa: TID251 - our own stored document
        document = {**_row(rows[0]), "holds": tally(house.reader, rows[0]["id"]), "read_as": notes}
    if as_json:
        say_json(document)
        return
    lines = [(name, str(document[name])) for name in ("kind", "edition", "sha256", "loaded_at")]
    lines += [(name.replace("_", " "), f"{number:,}") for name, number in document["holds"].items()]
    lines += [(name.replace("_", " "), json.dumps(what)) for name, what in notes.items()]
    show_table("", ("", ""), lines)


def _row(row: dict[str, Any]) -> dict[str, str]:
    return {
        "kind": row["kind"],
        "edition": row["edition"],
        "sha256": row["sha256"],
        "loaded_at": datetime.fromtimestamp(row["loaded_at"], tz=UTC).isoformat(),
    }


def _found(
    house: House,
    kind: GeographyKind,
    files: list[Path],
    edition: str | None,
    within: list[str],
    districts: list[str],
) -> _Loaded:
    """Read an edition."""
    with progress("reading", len(files) + 1) as done, unpacking():
        done(1)
        if kind is GeographyKind.ADDRESSES:
            return _addresses(house, files, edition, districts)
        listed = next((one for one in POSTCODE_KINDS if one == kind.value), None)
        if listed is not None:
            named = edition or month_named(files)
            if named is None:
                _refuse(
                    "geography.edition",
                    "The files' names give no month; give --edition.",
                    "edition",
                )
            return _postcodes(parse_postcodes(listed, opened(files), named, digest(files), within))
        contents = [content(file) for file in files]
        if kind is GeographyKind.POLICE_UK_POINTS:
            named = edition or last_month(contents)
            if named is None:
                _refuse("geography.edition", "The files name no month; give --edition.", "edition")
            return _points(parse_police_uk_points(contents, named))
        return _areas(_joined(next(o for o in AREA_KINDS if o == kind.value), contents, edition))


def _joined(kind: AreaKind, contents: list[bytes], edition: str | None) -> AreaEdition:
    """One edition from several files, such as the wards of two districts."""
    parts = [parse_areas(kind, one, edition) for one in contents]
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


def _areas(found: AreaEdition) -> _Loaded:
    rows = [Area(*row) for row in found.rows]
    says = (
        (f"{found.repaired:,} outlines crossed themselves and were repaired.",)
        if found.repaired
        else ()
    )
    return _Loaded(found.kind, found.edition, found.sha256, len(rows), {"areas": rows}, says)


def _points(found: PointEdition) -> _Loaded:
    rows = [Point(*row) for row in found.rows]
    says = (
        (
            (
                f"of {found.read:,} rows {found.without_location:,} have no coordinates and"
                f" {found.without_district:,} no LSOA name; they give no point."
            ),
        )
        if found.without_location or found.without_district
        else ()
    )
    return _Loaded(POINTS, found.edition, found.sha256, len(rows), {"points": rows}, says)


def _postcodes(found: PostcodeEdition) -> _Loaded:
    how: dict[str, Any] = {"codes": dict(found.vintages)}
    if found.within:
        how["within"] = list(found.within)
    stored = {"postcodes": [Postcode(*row) for row in found.rows], "notes": _canonical(how)}
    says = (
        (
            f"of {found.read:,} rows {len(found.rows):,} were kept; {found.without_location:,} have no"
            f" place, {found.terminated:,} are no longer in use."
        ),
    )
    return _Loaded(found.kind, found.edition, found.sha256, len(found.rows), stored, says)


def _addresses(
    house: House, files: list[Path], edition: str | None, districts: list[str]
) -> _Loaded:
    named = edition or month_named(files)
    if named is None:
        _refuse("geography.edition", "The files' names give no month; give --edition.", "edition")
    names = district_names(house.book.current().register.feeds.values())
    places = load_places(house.reader, names, counted=False)
    found = count_addresses(
        parse_addresses(opened(files)), places, districts or list(names), named, digest(files)
    )
    return _counted(found)


def _counted(found: Catchments) -> _Loaded:
    rows = [Point(*row) for row in found.edition.rows]
    districts = sorted({row.district for row in rows})
    stored = {"points": rows, "notes": _canonical({"districts": districts})}
    few = sum(0 < (row.addresses or 0) < 8 for row in rows)  # noqa: PLR2004 - the rule's own figure
    none = sum(row.addresses == 0 for row in rows)
    says = (
        (
            f"{found.counted:,} addresses were counted; {found.elsewhere:,} lie elsewhere,"
            f" {found.unplaced:,} have no place."
        ),
        (
            f"{len(rows) - few - none:,} points stand for 8 addresses or more, {none:,} for none;"
            f" {few:,} stand for 1 to 7 and are never used."
        ),
    )
    return _Loaded(ADDRESSES, found.edition.edition, found.edition.sha256, len(rows), stored, says)


def _canonical(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _refuse(rule: str, says: str, field: str = "") -> NoReturn:
    raise refused(f"/{field}" if field else "", rule, says) from None


def _store(house: House, found: _Loaded, actor: str) -> bool:
    try:
        return change(
            house,
            actor,
            lambda act: PutGeography(
                kind=found.kind,
                edition=found.edition,
                sha256=found.sha256,
                loaded_at=int(house.clock.now().timestamp()),
                act=act,
                **found.stored,
            ),
        )
    except EditionTaken:
        says = "This edition is loaded with another content. Give --edition another name."
        _refuse("geography.edition_taken", says, "edition")
