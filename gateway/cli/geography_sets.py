"""``gateway geography set``: named sets of areas, such as priority neighbourhoods and beats."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gateway.cli.documents import content_of, refused
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, note, say, say_json, show_table
from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geojson_points import is_geojson
from gateway.law.area_documents import (
    SET,
    TILES,
    PutAreaDocument,
    RemoveAreaDocument,
    area_sets,
    tile_layouts,
)
from schemas.areas import PLURAL, AreaSet

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Named sets of areas.")


class SetKind(StrEnum):
    """What the areas of a set are to the partnership."""

    PRIORITY_NEIGHBOURHOODS = "priority_neighbourhoods"
    JOINT_ACTION_GROUP_AREAS = "joint_action_group_areas"
    BEATS = "beats"
    OTHER = "other"


@app.command("load")
def load(
    file: Annotated[
        Path, typer.Argument(help="CSV or TOML that lists areas, or GeoJSON that draws.")
    ],
    *,
    name: Annotated[str | None, typer.Option(help="The set's name: lower case, hyphens.")] = None,
    title: Annotated[str | None, typer.Option(help="What a page calls it.")] = None,
    kind: Annotated[SetKind | None, typer.Option(help="What its areas are.")] = None,
    edition: Annotated[str | None, typer.Option(help="Of the set, such as 2026.")] = None,
    level: Annotated[
        str | None, typer.Option(help="What its areas are made of: lsoa, msoa, wards, districts.")
    ] = None,
    level_edition: Annotated[
        str | None, typer.Option(help="Edition of those, such as 2021.")
    ] = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Load a set, in place of an earlier one of its name."""
    # numpy and shapely take 0.25 s to import, which the other commands need not spend
    from gateway.analysis.places import set_files  # noqa: PLC0415
    from gateway.analysis.places.outlined import outlined  # noqa: PLC0415 - as above

    content = content_of(file)
    given = set_files.Given(name, title, kind and kind.value, edition, level, level_edition)
    with own_house(create=True) as house:
        try:
            if is_geojson(content):
                drawn_on = outlined(house.reader, level or "", level_edition or "")
                found = set_files.read_drawn(content, given, drawn_on)
            else:
                toml = file.suffix.casefold() == ".toml"
                found = set_files.read_listed(content, given, toml=toml)
        except GeographyRefused as refusal:
            _refuse(refusal.code, refusal.says, refusal.field)
        at = outlined(house.reader, found.level, found.level_edition)
        unknown = set_files.unknown_members(found, at)
        if unknown:
            _refuse(
                "geography.set", f"{unknown} of its codes are not in the edition it is made of."
            )
        changed = change(house, actor, lambda act: PutAreaDocument(found, act))
    if as_json:
        say_json({**_row(found), "changed": changed})
    else:
        done = "is loaded" if changed else "was loaded already; nothing changed"
        say(f"{found.title}, edition {found.edition}: {len(found.areas)} areas; it {done}.")
    if not at.outlines:
        note(
            "gateway: the edition that it is made of is not loaded, so its codes were not checked."
        )


@app.command("list")
def list_sets(*, as_json: AsJson = False) -> None:
    """List the sets and the tile cartograms."""
    with own_house() as house:
        sets = [_row(one) for one in area_sets(house.reader)]
        tiles = [
            {
                "name": one.name,
                "title": one.title,
                "made_of": f"{one.edition} {PLURAL[one.kind]}",
                "tiles": len(one.tiles),
            }
            for one in tile_layouts(house.reader)
        ]
    if as_json:
        say_json({"sets": sets, "cartograms": tiles})
        return
    columns = ("name", "title", "kind", "edition", "made_of", "areas", "members", "cut")
    show_table("", columns, [tuple(str(row[name]) for name in columns) for row in sets])
    if tiles:
        about = ("name", "title", "made_of", "tiles")
        show_table("", about, [tuple(str(row[name]) for name in about) for row in tiles])


@app.command("show")
def show(name: Annotated[str, typer.Argument()], *, as_json: AsJson = False) -> None:
    """Show the areas of a set, what each is made of, and how much of that lies elsewhere."""
    # numpy and shapely take 0.25 s to import, which the other commands need not spend
    from gateway.analysis.places.sets import areas_of  # noqa: PLC0415

    with own_house() as house:
        found = next((one for one in area_sets(house.reader) if one.name == name), None)
    if found is None:
        _refuse("geography.unknown", "There is no such set; see `gateway geography set list`.")
    asked = areas_of(found, found.level, found.level_edition)
    if as_json:
        say_json(found.model_dump(mode="json"))
        return
    lines = [
        (area.code, area.name, str(len(area.members)), asked.says(area.code) or "none")
        for area in found.areas
    ]
    show_table(found.title, ("area", "name", "made of", "lies elsewhere"), lines)


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument()], *, as_json: AsJson = False, actor: Actor = OPERATOR
) -> None:
    """Remove a set or a tile cartogram; its hash stays in the ledger."""
    with own_house() as house:
        part = TILES if any(one.name == name for one in tile_layouts(house.reader)) else SET
        if not change(house, actor, lambda act: RemoveAreaDocument(part, name, act)):
            _refuse("geography.unknown", "There is no such set; see `gateway geography set list`.")
    if as_json:
        say_json({"name": name, "removed": True})
    else:
        say("It is removed.")


def _row(found: AreaSet) -> dict[str, Any]:
    from gateway.analysis.places.sets import WHOLE  # noqa: PLC0415 - numpy takes long to import

    shares = [share for area in found.areas for share in area.members.values()]
    return {
        "name": found.name,
        "title": found.title,
        "kind": found.kind,
        "edition": found.edition,
        "made_of": f"{found.level_edition} {PLURAL[found.level]}",
        "areas": len(found.areas),
        "members": len(shares),
        "cut": sum(share < WHOLE for share in shares),
    }


def _refuse(rule: str, says: str, field: str = "") -> NoReturn:
    raise refused(f"/{field}" if field else "", rule, says) from None
