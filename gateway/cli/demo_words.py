"""The words and tables that the demonstration is told with."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.table import Table
from rich.text import Text

from gateway.demo import scenes
from gateway.demo.stage import COUNCIL_115, HOUSING, NSIR, POLICE_UK, STREET

NAMES = {
    "fire-17a": "The fire authority",
    "university-incidents": "Example University",
    "pcc-open-data": "The Police and Crime Commissioner",
    COUNCIL_115: "The council's team",
}
SENDERS = {
    NSIR: "The police system sends its incidents",
    HOUSING: "The council's housing system sends the cases of the former CNH",
    STREET: "The council's street management sends its reports",
    POLICE_UK: "The borough council sends the published month",
}
PLACES = {"map_point": "at a map point", "lsoa": "in an LSOA", "none": "without a place"}
RULES = {
    "hidden_1_to_7": "hidden (1 to 7)",
    "rounded_to_5": "rounded to 5",
    "published_total": "as published",
    "split_left_out": "left out, or one could be worked out",
}


def plain() -> Table:
    """Return a table without lines or titles."""
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))


def many(count: int, name: str) -> str:
    """Say a number with its noun: 1 try, 2 tries."""
    plural = name.removesuffix("y") + "ies" if name.endswith("y") else name + "s"
    return f"{count:,} {name if count == 1 else plural}"


def listed(counted: Mapping[str, int]) -> str:
    """Say counts with what they count, one after the other."""
    return ", ".join(f"{count:,} {name}" for name, count in counted.items())


def receipt_lines(scene: scenes.Pushed) -> list[tuple[str, int, str]]:
    """Return the parts of a receipt that are not nothing, each with what it means."""
    receipt = scene.receipt
    kinds = listed({name.replace("_", " "): n for name, n in receipt.recorded_by_kind.items()})
    said = receipt.mapping
    behaviour = (
        f"{said.get('mapped', 0):,} with a behaviour, {said.get('ambiguous', 0):,} between several, "
        f"{said.get('unclassified', 0):,} without one"
    )
    lines = [
        ("recorded", receipt.recorded, kinds),
        ("revised", receipt.revised, "a later version of a known record"),
        ("duplicate", receipt.duplicate, "known already, with the same content"),
        (
            "out of scope",
            receipt.out_of_scope,
            "neither anti-social behaviour, crime nor prescribed",
        ),
        ("excluded", receipt.excluded, "domestic, error, duplicate, test: counted, never kept"),
        (
            "in quarantine",
            receipt.quarantined,
            "a row that cannot be right: field and rule, no value",
        ),
    ]
    shown = [line for line in lines if line[1]]
    return [*shown, ("received", receipt.received, f"the sum; {behaviour}")]


def compared_table(scene: scenes.Compared) -> Table:
    """Set one record beside what became of it."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    council = ("Council, s.115",) if scene.held_by_council else ()
    for title in ("Police column", "Police hold", *council, "Fire, s.17A", "On the way to fire"):
        table.add_column(title, overflow="fold", no_wrap=title == "Police column")
    for line in scene.lines:
        style = "dim" if line.fire == "–" and line.council == "–" else ""
        given = (line.council,) if scene.held_by_council else ()
        cells = (line.column, line.before, *given, line.fire, line.happened)
        table.add_row(*(Text(cell) for cell in cells), style=style)
    return table


def counted_table(scene: scenes.Counted) -> Table:
    """Set the counts of one who may have no record beside those of one who may."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for title in ("Behaviour", "The county's analyst", "The fire authority, its own records"):
        table.add_column(title, justify="left" if title == "Behaviour" else "right")
    for name, own in sorted(scene.own.items(), key=lambda item: -(item[1] or 0)):
        seen = scene.behaviours.get(name)
        cells = (name.replace("_", " "), "hidden" if seen is None else f"{seen:,}", f"{own:,}")
        table.add_row(*cells, style="dim" if seen is None else "")
    return table
