"""``gateway geography list, show, date, fit``: which editions there are, which stand, how they fit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, NoReturn

import typer

from gateway.analysis.places.standing import Editions
from gateway.assembly import House
from gateway.cli.documents import refused, word_of
from gateway.cli.geography_options import Ends, Source, Starts, SupersededBy
from gateway.cli.home import change, own_house
from gateway.cli.terminal import OPERATOR, Actor, AsJson, note, say, say_json, show_table
from gateway.clock import LONDON
from gateway.law.area_documents import PutAreaDocument, area_fits, dates_of_editions
from gateway.law.geography import POINTS, POSTCODES
from gateway.store.postcodes import postcode_places, tally
from schemas.areas import PLURAL, AreaFit, EditionDates

_POINTS_OUTSIDE = "police-uk-points"


# --------------------------------------------------------------------------- list and show
def list_editions(*, as_json: AsJson = False) -> None:
    """List the editions that are loaded, and whether each stands today."""
    with own_house() as house:
        editions, day = Editions.of(dates_of_editions(house.reader)), _today(house)
        listed = [_row(row, editions, day) for row in house.reader.geographies()]
        fits = [_fit_row(one) for one in area_fits(house.reader)]
    if as_json:
        say_json({"geographies": listed, "fits": fits})
        return
    columns = ("kind", "edition", "standing", "source", "sha256", "loaded_at")
    show_table("", columns, [tuple(r[name] or "" for name in columns) for r in listed])
    if fits:
        about = ("from", "to", "weight", "areas", "moved")
        show_table("", about, [tuple(str(f[name]) for name in about) for f in fits])


def show(
    kind: Annotated[str, typer.Argument(help="As `gateway geography list` names it.")],
    edition: Annotated[str, typer.Argument(help="The edition.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what one edition holds: how many areas, points, postcodes, and how it was read."""
    wanted = POINTS if kind == _POINTS_OUTSIDE else kind
    with own_house() as house:
        rows = [
            r for r in house.reader.geographies() if (r["kind"], r["edition"]) == (wanted, edition)
        ]
        if not rows:
            _refuse("geography.unknown", "There is no such edition; see `gateway geography list`.")
        notes = json.loads(rows[0]["notes"] or "{}")  # noqa: TID251 - our own stored document
        editions = Editions.of(dates_of_editions(house.reader))
        row = _row(rows[0], editions, _today(house))
        document = {**row, "holds": tally(house.reader, rows[0]["id"]), "read_as": notes}
    if as_json:
        say_json(document)
        return
    lines = [(name.replace("_", " "), str(row[name])) for name in row if row[name] is not None]
    lines += [(name.replace("_", " "), f"{number:,}") for name, number in document["holds"].items()]
    lines += [(name.replace("_", " "), json.dumps(what)) for name, what in notes.items()]
    show_table("", ("", ""), lines)


def _today(house: House) -> date:
    return house.clock.now().astimezone(LONDON).date()


def _row(row: dict[str, Any], editions: Editions, day: date) -> dict[str, Any]:
    kind, edition = row["kind"], row["edition"]
    dates = editions.dates.get((kind, edition))
    standing = editions.on(kind, edition, day).says if kind in PLURAL else None
    return {
        "kind": kind,
        "edition": edition,
        "sha256": row["sha256"],
        "loaded_at": datetime.fromtimestamp(row["loaded_at"], tz=UTC).isoformat(),
        "standing": standing,
        "starts": dates.starts.isoformat() if dates and dates.starts else None,
        "ends": dates.ends.isoformat() if dates and dates.ends else None,
        "superseded_by": dates.superseded_by if dates else None,
        "source": dates.source if dates else None,
    }


# -------------------------------------------------------------------------------- dates
def put_dates(
    kind: Annotated[str, typer.Argument(help="wards, lsoa, msoa, districts, or a list's kind.")],
    edition: Annotated[str, typer.Argument(help="The edition.")],
    *,
    starts: Starts = None,
    ends: Ends = None,
    superseded_by: SupersededBy = None,
    source: Source = None,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Say from when until when an edition stands, what replaced it, where it came from.

    It takes the place of what was said before. Pictures print it, and use no edition as if it stood.
    """
    dates = dates_given(kind, edition, starts, ends, superseded_by, source)
    with own_house() as house:
        changed = change(house, actor, lambda act: PutAreaDocument(dates, act))
        says = Editions.of(dates_of_editions(house.reader)).on(kind, edition, _today(house)).says
    if as_json:
        say_json({**dates.model_dump(mode="json"), "standing": says, "changed": changed})
    else:
        say(f"{says}." if changed else f"{says}. It was said already; nothing changed.")


def dates_given(
    kind: str,
    edition: str,
    starts: str | None,
    ends: str | None,
    superseded_by: str | None,
    source: str | None,
) -> EditionDates:
    """Return the dates of an edition as the command line gives them.

    Raises:
        DocumentRefused: They do not fit their form.
    """
    said = {
        "kind": kind,
        "edition": edition,
        "starts": starts,
        "ends": ends,
        "superseded_by": superseded_by,
        "source": source,
    }
    return word_of(EditionDates, said)


# ---------------------------------------------------------------------------------- fit
def fit(
    before: Annotated[str, typer.Argument(metavar="FROM", help="Kind and edition: wards:2013.")],
    after: Annotated[str, typer.Argument(metavar="TO", help="Kind and edition: wards:2023.")],
    *,
    postcodes: Annotated[
        str | None,
        typer.Option(
            help="List and edition that is the weight; where absent the newest loaded one."
        ),
    ] = None,
    by_area: Annotated[bool, typer.Option("--by-area", help="Weigh by area in any case.")] = False,
    as_json: AsJson = False,
    actor: Actor = OPERATOR,
) -> None:
    """Work out and keep which area of TO each area of FROM fits best, and the share that is moved.

    By the postcodes that lie in each, where a list is loaded; else by the overlap of area.
    """
    # numpy and shapely take 0.25 s to import, which the other commands need not spend
    from gateway.analysis.places.fitted import fit as fitted  # noqa: PLC0415
    from gateway.analysis.places.outlined import outlined  # noqa: PLC0415 - as above

    with own_house() as house:
        sides = [outlined(house.reader, *_named(one)) for one in (before, after)]
        if not all(side.outlines for side in sides):
            _refuse("geography.unknown", "There is no such edition; see `gateway geography list`.")
        listed = None if by_area else _list(house, postcodes)
        places = postcode_places(house.reader, listed["id"]) if listed else []
        name = f"{listed['kind']}:{listed['edition']}" if listed else None
        found = fitted(sides[0], sides[1], places, name)
        changed = change(house, actor, lambda act: PutAreaDocument(found, act))
    row = _fit_row(found)
    if as_json:
        say_json({**row, "rows": [one.model_dump() for one in found.rows], "changed": changed})
        return
    columns = ("area", "goes to", "share there", "moved")
    show_table("", columns, _lines(found))
    say(f"{row['areas']} areas; {row['moved']:.1%} of the weight is moved (by {row['weight']}).")
    if not changed:
        note("gateway: this fit was kept already; nothing changed.")


def _named(given: str) -> tuple[str, str]:
    kind, _, edition = given.partition(":")
    if kind not in PLURAL or not edition:
        _refuse("geography.named", "An edition is written as its kind and name: wards:2013.")
    return kind, edition


def _list(house: House, wanted: str | None) -> dict[str, Any] | None:
    lists = [row for row in house.reader.geographies() if row["kind"] in POSTCODES]
    if wanted is None:
        return max(lists, key=lambda row: (row["edition"], row["kind"]), default=None)
    found = next((r for r in lists if f"{r['kind']}:{r['edition']}" == wanted), None)
    if found is None:
        _refuse("geography.unknown", "No such list of postcodes is loaded.", "postcodes")
    return found


def _fit_row(found: AreaFit) -> dict[str, Any]:
    # numpy and shapely take 0.25 s to import, which the other commands need not spend
    from gateway.analysis.places.fitted import best  # noqa: PLC0415

    whole, total = best(found), sum(found.weights.values()) or 1.0
    moved = sum(found.weights[code] * (1 - one.share) for code, one in whole.items()) / total
    return {
        "from": f"{found.kind}:{found.before}",
        "to": f"{found.onto}:{found.after}",
        "weight": found.postcodes or found.weight,
        "areas": len(whole),
        "moved": round(moved, 6),
    }


def _lines(found: AreaFit) -> list[tuple[str, ...]]:
    from gateway.analysis.places.fitted import best  # noqa: PLC0415 - as above

    return [
        (code, one.after or "none", f"{one.share:.1%}", f"{1 - one.share:.1%}")
        for code, one in best(found).items()
    ]


def _refuse(rule: str, says: str, field: str = "") -> NoReturn:
    raise refused(f"/{field}" if field else "", rule, says) from None
