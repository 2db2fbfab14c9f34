"""``gateway geography``: areas, map points, postcodes and address counts, as editions that are kept."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NoReturn

import typer

from gateway.assembly import House
from gateway.cli.documents import refused
from gateway.cli.geography_editions import (
    dates_given,
    fit,
    list_editions,
    put_dates,
    show,
)
from gateway.cli.geography_files import (
    content,
    digest,
    last_month,
    month_named,
    opened,
    unpacking,
)
from gateway.cli.geography_options import (
    CodeProperty,
    Coordinates,
    Crs,
    Districts,
    Ends,
    NameProperty,
    Source,
    Starts,
    SupersededBy,
    Within,
    Year,
)
from gateway.cli.geography_sets import app as sets
from gateway.cli.home import change, own_house
from gateway.cli.terminal import (
    OPERATOR,
    Actor,
    AsJson,
    note,
    progress,
    say,
    say_json,
)
from gateway.intake.addresses import Catchments, count_addresses, parse_addresses
from gateway.intake.area_properties import GeographyRefused
from gateway.intake.desks import district_names
from gateway.intake.geography import (
    AREA_KINDS,
    AreaEdition,
    AreaKind,
    PointEdition,
    parse_areas,
    parse_police_uk_points,
)
from gateway.intake.geojson_points import is_geojson, points_as_list
from gateway.intake.loaded import load_places
from gateway.intake.populations import parse_population
from gateway.intake.postcodes import POSTCODE_KINDS, PostcodeEdition, parse_postcodes
from gateway.law.area_documents import PutAreaDocument
from gateway.law.geography import (
    ADDRESSES,
    POINTS,
    Area,
    EditionTaken,
    Point,
    Postcode,
    PutGeography,
    Resident,
)
from gateway.store.populations import POPULATION

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Areas, map points, postcodes, address counts; which editions stand, how they fit, named sets.",
)
app.command("list")(list_editions)
app.command("show")(show)
app.command("date")(put_dates)
app.command("fit")(fit)
app.add_typer(sets, name="set")


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
    POPULATION = "population"


@dataclass(frozen=True, slots=True)
class _Loaded:
    """An edition as it is stored, and what the operator is told beside its name."""

    kind: str
    edition: str
    sha256: str
    rows: int
    stored: dict[str, Any]
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be loaded, and how it is read."""

    kind: GeographyKind
    files: list[Path]
    edition: str | None
    within: list[str]
    districts: list[str]
    code_property: str | None
    name_property: str | None
    crs: Coordinates | None
    year: int | None

    @property
    def metres(self) -> bool | None:
        """Whether coordinates are metres of the national grid; None where the file says so."""
        return None if self.crs is None else self.crs is Coordinates.BNG


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
    within: Within = None,
    district: Districts = None,
    code_property: CodeProperty = None,
    name_property: NameProperty = None,
    crs: Crs = None,
    year: Year = None,
    starts: Starts = None,
    ends: Ends = None,
    superseded_by: SupersededBy = None,
    source: Source = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Load one edition from one or more files; running processes use it within a second.

    An edition replaces nothing. Loading the same files again changes nothing; other files under the
    same edition are refused.
    """
    asked = _Asked(
        kind, files, edition, within or [], district or [], code_property, name_property, crs, year
    )
    dated = starts, ends, superseded_by, source
    with own_house(create=True) as house:
        try:
            found = _found(house, asked)
        except GeographyRefused as refusal:
            _refuse(refusal.code, refusal.says, refusal.field)
        # what is said of it is read before anything is stored, so that a slip stores nothing
        dates = dates_given(found.kind, found.edition, *dated) if any(dated) else None
        added = _store(house, found, actor)
        if dates is not None:
            change(house, actor, lambda act: PutAreaDocument(dates, act))
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


def _found(house: House, asked: _Asked) -> _Loaded:
    """Read an edition."""
    kind, files, edition = asked.kind, asked.files, asked.edition
    with progress("reading", len(files) + 1) as done, unpacking():
        done(1)
        if kind is GeographyKind.ADDRESSES:
            return _addresses(house, asked)
        if kind is GeographyKind.POPULATION:
            return _residents(asked)
        listed = next((one for one in POSTCODE_KINDS if one == kind.value), None)
        if listed is not None:
            named = edition or month_named(files)
            if named is None:
                _refuse(
                    "geography.edition",
                    "The files' names give no month; give --edition.",
                    "edition",
                )
            return _postcodes(
                parse_postcodes(listed, opened(files), named, digest(files), asked.within)
            )
        contents = [content(file) for file in files]
        if kind is GeographyKind.POLICE_UK_POINTS:
            listed_points = [_as_list(one, asked) for one in contents]
            named = edition or last_month(listed_points)
            if named is None:
                _refuse("geography.edition", "The files name no month; give --edition.", "edition")
            return _points(parse_police_uk_points(listed_points, named))
        return _areas(_joined(next(o for o in AREA_KINDS if o == kind.value), contents, asked))


def _as_list(document: bytes, asked: _Asked) -> bytes:
    return points_as_list(document, metres=asked.metres) if is_geojson(document) else document


def _joined(kind: AreaKind, contents: list[bytes], asked: _Asked) -> AreaEdition:
    """One edition from several files, such as the wards of two districts."""
    parts = [
        parse_areas(
            kind,
            one,
            asked.edition,
            code_property=asked.code_property,
            name_property=asked.name_property,
            metres=asked.metres,
        )
        for one in contents
    ]
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


def _addresses(house: House, asked: _Asked) -> _Loaded:
    files, districts = asked.files, asked.districts
    named = asked.edition or month_named(files)
    if named is None:
        _refuse("geography.edition", "The files' names give no month; give --edition.", "edition")
    names = district_names(house.book.current().register.feeds.values())
    places = load_places(house.reader, names, counted=False)
    found = count_addresses(
        parse_addresses(_lists(asked)), places, districts or list(names), named, digest(files)
    )
    return _counted(found)


def _residents(asked: _Asked) -> _Loaded:
    if asked.edition is None:
        _refuse("geography.edition", "Give --edition, such as mid-2024.", "edition")
    files = asked.files
    found = parse_population(opened(files), asked.edition, digest(files), asked.year)
    rows = [Resident(*row) for row in found.rows]
    years = sorted({row.year for row in rows})
    says = (f"residents of {years[0]} to {years[-1]}, {sum(row.number for row in rows):,} in all.",)
    return _Loaded(POPULATION, found.edition, found.sha256, len(rows), {"residents": rows}, says)


def _lists(asked: _Asked) -> Iterator[BinaryIO]:
    """Open the lists of addresses; points in GeoJSON become one first."""
    for file in opened(asked.files):
        first = file.peek(64) if isinstance(file, io.BufferedReader) else b""
        yield io.BytesIO(_as_list(file.read(), asked)) if is_geojson(first) else file


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
